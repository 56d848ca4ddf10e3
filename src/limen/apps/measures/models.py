"""Questionnaires asked and answered, their scores, and vital signs."""

from django.db import models
from django.db.models import Q

from limen.apps.records import clock
from limen.apps.records.fields import EncryptedTextField
from limen.apps.records.models import PatientFact, PatientRecord


class Assignment(PatientRecord):
    """A questionnaire due for one patient in a window of the patient's own calendar dates."""

    STATES = [("open", "Open"), ("answered", "Answered"), ("missed", "Missed"), ("cancelled", "Cancelled")]
    episode = models.ForeignKey("patients.Episode", null=True, on_delete=models.PROTECT, related_name="+")
    instrument_pin = models.CharField(max_length=80)
    purpose = models.CharField(max_length=40)  # baseline, before_dose, week-4, follow_up, safety, visit
    opens_on = models.DateField()
    due_on = models.DateField()
    closes_on = models.DateField()
    state = models.CharField(max_length=10, choices=STATES, default="open")
    respondent = models.CharField(max_length=10, default="self")
    subject_uid = models.UUIDField(null=True, blank=True)  # the visit or session it belongs to

    class Meta:
        indexes = [models.Index(fields=["patient", "state", "due_on"], name="assignment_due")]


class ItemAnswer(PatientFact):
    """One raw answer, kept the moment it is given; a changed answer supersedes, both stay."""

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="answers")
    item_id = models.CharField(max_length=40)
    value = models.SmallIntegerField(null=True)
    is_refused = models.BooleanField(default=False)
    is_impaired = models.BooleanField(default=False)  # given while the medicine was working (SR-10)
    answered_at = models.DateTimeField(default=clock.now)


class Response(PatientFact):
    """A finished questionnaire with its raw answers; every score can be recomputed from it."""

    MODES = [("patient", "Patient"), ("paper", "Entered from paper"), ("clinician", "Clinician"), ("import", "Import")]
    assignment = models.ForeignKey(Assignment, null=True, on_delete=models.PROTECT, related_name="responses")
    instrument_pin = models.CharField(max_length=80)
    answers = models.JSONField()
    completed_at = models.DateTimeField()
    completed_on = models.DateField()  # the patient's own calendar date
    entry_mode = models.CharField(max_length=12, choices=MODES, default="patient")
    is_impaired = models.BooleanField(default=False)
    purpose = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [models.Index(fields=["patient", "instrument_pin", "completed_at"], name="response_series")]


class Score(PatientFact):
    """One score of a response. No value means the manual's rule refuses one; the reason says why."""

    response = models.ForeignKey(Response, on_delete=models.PROTECT, related_name="scores")
    instrument_pin = models.CharField(max_length=80)
    algorithm_version = models.CharField(max_length=20)
    name = models.CharField(max_length=40, default="total")
    value = models.DecimalField(max_digits=8, decimal_places=3, null=True)
    band = models.CharField(max_length=60, blank=True)
    missing_items = models.JSONField(default=list)
    reason = models.CharField(max_length=200, blank=True)
    recall_days = models.PositiveSmallIntegerField(null=True)


class Vital(PatientFact):
    """One set of vital signs. Any column may be empty; at least one is not."""

    subject_uid = models.UUIDField(null=True, blank=True, db_index=True)  # the dosing session, if in one
    context = models.CharField(max_length=20, default="intake")  # intake, gate, session, discharge
    occurred_at = models.DateTimeField()
    entry_mode = models.CharField(max_length=12, default="live")
    systolic_mmhg = models.PositiveSmallIntegerField(null=True)
    diastolic_mmhg = models.PositiveSmallIntegerField(null=True)
    heart_rate_bpm = models.PositiveSmallIntegerField(null=True)
    spo2_percent = models.PositiveSmallIntegerField(null=True)
    respiratory_rate_per_min = models.PositiveSmallIntegerField(null=True)
    weight_kg = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    height_cm = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    is_after_rest = models.BooleanField(default=False)
    note = EncryptedTextField(blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(systolic_mmhg__isnull=True, diastolic_mmhg__isnull=True)
                | Q(systolic_mmhg__gt=models.F("diastolic_mmhg")),
                name="systolic_above_diastolic",
            ),
        ]
        indexes = [models.Index(fields=["patient", "occurred_at"], name="vital_series")]
