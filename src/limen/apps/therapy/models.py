"""The therapy around the medicine: intentions, notes, and the journal that stays the patient's."""

from django.db import models

from limen.apps.records import clock
from limen.apps.records.fields import EncryptedTextField
from limen.apps.records.ids import uuid7
from limen.apps.records.models import PatientDataMixin, PatientRecord, scoped


class Intention(PatientRecord):
    """What the patient hopes for in one session. Optional; never a condition of a dose (SR-20)."""

    visit_uid = models.UUIDField(null=True, blank=True, db_index=True)
    words = EncryptedTextField()


class TherapyNote(PatientRecord):
    """A preparation, integration or progress note. Signed versions stay; a change needs a new signature."""

    unversioned_fields = frozenset({"signature"})  # signing adds no words, so it makes no version

    KINDS = [("preparation", "Preparation"), ("integration", "Integration"), ("progress", "Progress")]
    kind = models.CharField(max_length=12, choices=KINDS)
    visit_uid = models.UUIDField(null=True, blank=True, db_index=True)
    session_uid = models.UUIDField(null=True, blank=True)
    occurred_on = models.DateField()
    text = EncryptedTextField()
    exercises = EncryptedTextField(blank=True, default="")  # what the patient takes home; shown to the patient
    signature = models.ForeignKey("records.Signature", null=True, on_delete=models.PROTECT, related_name="+")


class JournalQuerySet(PatientDataMixin, models.QuerySet):
    def visible_to(self, actor):
        """The writer's own entries. No staff role has any (SR-42)."""
        return super().visible_to(actor) if actor.is_patient_actor else self.none()


class JournalEntry(models.Model):
    """The patient's own words. Nobody reads or scans them; deletion is real (SR-42)."""

    table_class = "patient-owned"
    patient_path = "patient_id"
    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    site = models.ForeignKey("accounts.Site", on_delete=models.PROTECT, related_name="+", editable=False)
    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="+", editable=False)
    text = EncryptedTextField()
    written_at = models.DateTimeField(default=clock.now)
    edited_at = models.DateTimeField(null=True)

    objects = scoped(JournalQuerySet)


class SharedEntry(PatientRecord):
    """A copy of one journal entry the patient chose to share. Un-sharing empties the text and keeps the record."""

    # The words are never in a kept version, so that un-sharing leaves no copy behind.
    unversioned_fields = frozenset({"text"})

    entry_uid = models.UUIDField(db_index=True)
    text = EncryptedTextField(blank=True, default="")
    shared_at = models.DateTimeField(default=clock.now)
    unshared_at = models.DateTimeField(null=True)
