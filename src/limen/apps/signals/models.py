"""Safety signals and the obligations they open. Silence cannot close one."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from limen.apps.records.fields import EncryptedTextField
from limen.apps.records.models import PatientFact, PatientRecord


class Obligation(PatientRecord):
    """A duty with an owner and a time. Open means due_at is set; only a person's answer closes it."""

    kind = models.CharField(max_length=60)
    level = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    owner_role = models.CharField(max_length=24)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    step = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=[("open", "Open"), ("answered", "Answered")], default="open")
    patient_text = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="answered") | Q(due_at__isnull=False), name="open_obligation_has_due_at"
            ),
        ]
        indexes = [models.Index(fields=["site", "state", "due_at"], name="obligation_due")]


class Signal(PatientFact):
    """Something noticed about a patient: which rule, at what level, from which evidence."""

    obligation = models.ForeignKey(Obligation, on_delete=models.PROTECT, related_name="signals")
    kind = models.CharField(max_length=60)
    rule_pin = models.CharField(max_length=80)
    level = models.CharField(max_length=20)
    occurred_at = models.DateTimeField()
    finding = EncryptedTextField()
    evidence_kind = models.CharField(max_length=80, blank=True)
    evidence_uid = models.UUIDField(null=True)


class ObligationEvent(PatientFact):
    """What happened to an obligation: opened, merged, taken, passed on, answered."""

    KINDS = [(k, k) for k in ("opened", "merged", "taken", "passed_on", "answered")]
    obligation = models.ForeignKey(Obligation, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12, choices=KINDS)
    at = models.DateTimeField()
    note = EncryptedTextField(blank=True, default="")
