"""The care plan: a protocol, this patient, dated visits, goals and signed reviews."""

from django.db import models

from limen.apps.records import clock
from limen.apps.records.fields import EncryptedTextField
from limen.apps.records.models import PatientFact, PatientRecord


class CarePlan(PatientRecord):
    """One protocol version followed by one patient from a start date."""

    STATES = [("active", "Active"), ("paused", "Paused"), ("completed", "Completed"), ("stopped", "Stopped")]
    episode = models.ForeignKey("patients.Episode", on_delete=models.PROTECT, related_name="plans")
    protocol_pin = models.CharField(max_length=80)
    protocol_sha256 = models.CharField(max_length=64)
    route = models.CharField(max_length=20)
    place = models.CharField(max_length=8)
    start_date = models.DateField()
    first_time = models.CharField(max_length=5, default="09:00")  # wall time of new appointments
    weekdays_open = models.JSONField(default=list)  # 0 Monday … 6 Sunday; empty means every day
    state = models.CharField(max_length=10, choices=STATES, default="active")
    state_reason = EncryptedTextField(blank=True, default="")
    signature = models.ForeignKey("records.Signature", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient"], condition=models.Q(state__in=["active", "paused"]), name="one_open_plan_per_patient"
            ),
        ]


class PlannedVisit(PatientRecord):
    """A visit the protocol asks for, with its window; booked through its appointment."""

    STATES = [("planned", "Planned"), ("done", "Done"), ("missed", "Missed"), ("skipped", "Skipped")]
    plan = models.ForeignKey(CarePlan, on_delete=models.PROTECT, related_name="visits")
    key = models.CharField(max_length=60)
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=16)
    phase = models.CharField(max_length=60)
    sequence = models.PositiveSmallIntegerField()
    target_date = models.DateField()
    earliest_date = models.DateField()
    latest_date = models.DateField()
    appointment = models.ForeignKey(
        "scheduling.Appointment", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=10, choices=STATES, default="planned")
    done_on = models.DateField(null=True, blank=True)
    is_outside_window = models.BooleanField(default=False)  # moved by a person beyond the protocol's window
    change_reason = EncryptedTextField(blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "key"], name="one_visit_per_plan_key")]


class Goal(PatientRecord):
    """What the patient wants, in their own words."""

    episode = models.ForeignKey("patients.Episode", on_delete=models.PROTECT, related_name="goals")
    words = EncryptedTextField()
    is_ended = models.BooleanField(default=False)


class PlanEvent(PatientFact):
    """A change of the plan: what, why, by whom."""

    plan = models.ForeignKey(CarePlan, on_delete=models.PROTECT, related_name="events")
    visit = models.ForeignKey(PlannedVisit, null=True, blank=True, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=30)
    detail = EncryptedTextField(blank=True, default="")
    at = models.DateTimeField(default=clock.now)


class Review(PatientFact):
    """A prescriber's signed look at how it goes: the facts seen, the decision, the reason, the next date."""

    DECISIONS = [
        ("continue", "Continue as planned"),
        ("adjust_dose", "Adjust the dose"),
        ("space_out", "Space out"),
        ("change_route", "Change route"),
        ("pause", "Pause"),
        ("stop", "Stop"),
        ("refer", "Refer elsewhere"),
    ]
    plan = models.ForeignKey(CarePlan, on_delete=models.PROTECT, related_name="reviews")
    visit = models.ForeignKey(PlannedVisit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(max_length=16, choices=DECISIONS)
    reason = EncryptedTextField()
    patient_text = EncryptedTextField(blank=True, default="")
    facts = EncryptedTextField()  # JSON of what was on the page when it was signed
    next_review_on = models.DateField(null=True, blank=True)
    reviewed_at = models.DateTimeField(default=clock.now)
    signature = models.ForeignKey("records.Signature", on_delete=models.PROTECT, related_name="+")
