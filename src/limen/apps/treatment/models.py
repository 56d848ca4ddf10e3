"""Dose orders and dosing sessions. A session's state is derived from its events and only cached here."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from limen.apps.records import clock
from limen.apps.records.fields import EncryptedTextField
from limen.apps.records.models import PatientFact, PatientRecord

ROUTES = [
    ("iv", "Intravenous"),
    ("im", "Intramuscular"),
    ("sc", "Subcutaneous"),
    ("in", "Nasal"),
    ("sl", "Under the tongue"),
    ("po", "Swallowed"),
]


class Order(PatientFact):
    """A clinical order in milligrams, signed by a prescriber. It is not a controlled-substance prescription."""

    episode = models.ForeignKey("patients.Episode", on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey("plans.CarePlan", null=True, on_delete=models.PROTECT, related_name="orders")
    drug = models.CharField(max_length=40)  # ketamine (racemic) or esketamine; never interchangeable
    route = models.CharField(max_length=4, choices=ROUTES)
    place = models.CharField(max_length=8)
    dose_mg = models.DecimalField(max_digits=7, decimal_places=2)
    dose_mg_per_kg = models.DecimalField(max_digits=6, decimal_places=3, null=True)
    weight_kg = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    weight_measured_on = models.DateField(null=True)
    weight_basis = models.CharField(max_length=20, blank=True)
    duration_min = models.PositiveSmallIntegerField(null=True)
    cap_mg = models.DecimalField(max_digits=7, decimal_places=2)
    cap_setting_uid = models.UUIDField()
    max_doses = models.PositiveSmallIntegerField(default=1)
    valid_from = models.DateField()
    valid_until = models.DateField()
    indication = EncryptedTextField()
    instructions = EncryptedTextField(blank=True, default="")
    external_prescription = EncryptedTextField(blank=True, default="")
    monitoring_check = EncryptedTextField(blank=True, default="")  # state prescription-monitoring check: date, who
    checks = models.JSONField(default=list)
    needs_second_check = models.BooleanField(default=False)
    decision_uid = models.UUIDField()
    consent_uid = models.UUIDField()
    signature = models.ForeignKey("records.Signature", on_delete=models.PROTECT, related_name="+")

    def get_drug_words(self) -> str:
        return {"ketamine": "Ketamine (racemic)", "esketamine": "Esketamine"}.get(self.drug, self.drug)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(dose_mg__gt=0) & Q(dose_mg__lte=F("cap_mg")), name="dose_within_cap"),
            models.CheckConstraint(condition=Q(valid_until__gte=F("valid_from")), name="order_dates_in_order"),
            models.CheckConstraint(
                condition=~Q(place="home") | (~Q(route__in=["iv", "im", "sc"]) & ~Q(drug="esketamine")),
                name="product_place_matrix",
            ),
        ]


class OrderEvent(PatientFact):
    """What happened to an order after it was signed."""

    KINDS = [("second_checked", "Second check"), ("cancelled", "Cancelled")]
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=20, choices=KINDS)
    reason = EncryptedTextField(blank=True, default="")
    at = models.DateTimeField(default=clock.now)
    signature = models.ForeignKey("records.Signature", null=True, on_delete=models.PROTECT, related_name="+")


class DosingSession(PatientRecord):
    """The header of one dosing visit. `phase` caches what the events say, up to `last_event_id`."""

    unversioned_fields = frozenset({"last_event_id"})

    episode = models.ForeignKey("patients.Episode", on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey("plans.CarePlan", null=True, on_delete=models.PROTECT, related_name="sessions")
    visit = models.ForeignKey("plans.PlannedVisit", null=True, on_delete=models.PROTECT, related_name="sessions")
    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="sessions")
    appointment = models.ForeignKey("scheduling.Appointment", null=True, on_delete=models.PROTECT, related_name="+")
    room = models.ForeignKey("scheduling.Room", null=True, on_delete=models.PROTECT, related_name="+")
    monitor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    sitter = models.ForeignKey("patients.Supporter", null=True, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=8)
    route = models.CharField(max_length=4, choices=ROUTES)
    opened_at = models.DateTimeField(default=clock.now)
    phase = models.CharField(max_length=16, default="expected")
    ending = models.CharField(max_length=24, blank=True)
    dose_started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    last_event_id = models.BigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["site", "phase"], name="session_board")]


class SessionEvent(PatientFact):
    """One thing that happened in a session, with when it happened and when it was written down."""

    MODES = [("live", "Live"), ("back_filled", "Back-filled"), ("offline", "Offline"), ("device", "Device")]
    session = models.ForeignKey(DosingSession, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=24)
    occurred_at = models.DateTimeField()
    entry_mode = models.CharField(max_length=12, choices=MODES, default="live")
    client_uid = models.UUIDField(unique=True)
    device_uid = models.UUIDField(null=True)
    payload = models.JSONField(default=dict)
    note = EncryptedTextField(blank=True, default="")
    subject_uid = models.UUIDField(null=True)  # the vital, administration or adverse event it points to

    class Meta:
        indexes = [models.Index(fields=["session", "id"], name="session_events")]


class Administration(PatientFact):
    """What was actually taken, ordered or not; always recordable (SR-01)."""

    session = models.ForeignKey(DosingSession, null=True, on_delete=models.PROTECT, related_name="administrations")
    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="administrations")
    drug = models.CharField(max_length=40)
    route = models.CharField(max_length=4, choices=ROUTES)
    dose_mg = models.DecimalField(max_digits=7, decimal_places=2)
    given_at = models.DateTimeField()
    lot = models.CharField(max_length=40, blank=True)
    is_out_of_protocol = models.BooleanField(default=False)
    deviation = EncryptedTextField(blank=True, default="")


class AdverseEvent(PatientFact):
    """An adverse event: what, how bad, how serious, how likely from the drug, from when to when."""

    SEVERITIES = [("mild", "Mild"), ("moderate", "Moderate"), ("severe", "Severe"), ("unrated", "Not rated yet")]
    CAUSALITIES = [
        ("unrelated", "Unrelated"),
        ("possible", "Possible"),
        ("probable", "Probable"),
        ("unknown", "Not known"),
    ]
    session = models.ForeignKey(DosingSession, null=True, on_delete=models.PROTECT, related_name="adverse_events")
    term = models.CharField(max_length=120)
    severity = models.CharField(max_length=10, choices=SEVERITIES)
    is_serious = models.BooleanField(default=False)
    causality = models.CharField(max_length=10, choices=CAUSALITIES, default="unknown")
    started_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    detail = EncryptedTextField(blank=True, default="")


class GateOverride(PatientFact):
    """A gate line overridden by somebody allowed to, with the reason and who was spoken to (SR-20)."""

    session = models.ForeignKey(DosingSession, on_delete=models.PROTECT, related_name="overrides")
    line_id = models.CharField(max_length=40)
    role = models.CharField(max_length=24, default="")
    value_seen = EncryptedTextField(blank=True, default="")
    reason = EncryptedTextField()
    spoken_to = EncryptedTextField(blank=True, default="")
    at = models.DateTimeField(default=clock.now)
