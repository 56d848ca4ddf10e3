"""From the free assessment to a signed decision: referral, onboarding, history, eligibility."""

from django.conf import settings
from django.db import models

from limen.apps.records import clock
from limen.apps.records.fields import EncryptedTextField
from limen.apps.records.models import PatientFact, PatientRecord, SiteRecord


class Referral(SiteRecord):
    """A person who asked to be contacted and gave permission to keep their answers."""

    STATES = [("received", "Received"), ("accepted", "Accepted"), ("closed", "Closed")]
    state = models.CharField(max_length=10, choices=STATES, default="received")
    given_name = EncryptedTextField()
    family_name = EncryptedTextField()
    birth_date_text = EncryptedTextField()
    email = EncryptedTextField()
    phone = EncryptedTextField(blank=True, default="")
    state_code = models.CharField(max_length=8)
    answers = EncryptedTextField()  # JSON of the assessment as answered
    permission_text = models.TextField()
    received_at = models.DateTimeField(default=clock.now)
    source = models.CharField(max_length=40, default="assessment")
    patient = models.ForeignKey("patients.Patient", null=True, on_delete=models.PROTECT, related_name="+")
    closing_reason = EncryptedTextField(blank=True, default="")


class ChecklistItem(PatientRecord):
    """One onboarding step with an owner and a due date, and what the patient is told."""

    STATES = [("todo", "To do"), ("done", "Done"), ("not_needed", "Not needed")]
    episode = models.ForeignKey("patients.Episode", on_delete=models.PROTECT, related_name="checklist")
    key = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    patient_text = models.CharField(max_length=300, blank=True)
    owner_role = models.CharField(max_length=24)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    blocked_by = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=12, choices=STATES, default="todo")
    done_at = models.DateTimeField(null=True)
    note = EncryptedTextField(blank=True, default="")  # what was found, or why the step cannot apply
    sequence = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["episode", "key"], name="one_step_per_episode")]


class MedicationTrial(PatientRecord):
    """One antidepressant tried: what, how much, how long, what came of it, and whether it counts as adequate."""

    OUTCOMES = [("none", "No benefit"), ("partial", "Some benefit"), ("full", "Full benefit"), ("unknown", "Not known")]
    drug = models.CharField(max_length=120)
    dose_text = models.CharField(max_length=60, blank=True)
    duration_weeks = models.PositiveSmallIntegerField(null=True)
    outcome = models.CharField(max_length=10, choices=OUTCOMES, default="unknown")
    why_stopped = EncryptedTextField(blank=True, default="")
    patient_words = EncryptedTextField(blank=True, default="")  # what the patient said about it
    is_current_episode = models.BooleanField(null=True)
    is_adequate = models.BooleanField(null=True)  # None: cannot tell; set by a clinician
    is_void = models.BooleanField(default=False)


class Condition(PatientRecord):
    """A condition asked about: present, absent or not known. `code` is the fact name used by the rules."""

    STATES = [("present", "Present"), ("absent", "Absent"), ("unknown", "Not known")]
    code = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=STATES, default="unknown")
    detail = EncryptedTextField(blank=True, default="")
    source = models.CharField(max_length=20, default="clinician")  # patient or clinician
    noted_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["patient", "code"], name="one_condition_per_code")]


class MedicationStatement(PatientRecord):
    """A medicine the patient takes now, in words; it is listed, and said to be unchecked where unknown."""

    name = models.CharField(max_length=120)
    dose_text = models.CharField(max_length=120, blank=True)
    is_ended = models.BooleanField(default=False)


class Allergy(PatientRecord):
    """An allergy or intolerance, in words."""

    substance = models.CharField(max_length=120)
    reaction = models.CharField(max_length=200, blank=True)
    is_ended = models.BooleanField(default=False)


class OutsideClinician(PatientRecord):
    """A clinician elsewhere, and whether the patient has released information to them (SR-53)."""

    name = EncryptedTextField()
    profession = models.CharField(max_length=80, blank=True)
    address = EncryptedTextField(blank=True, default="")
    phone = EncryptedTextField(blank=True, default="")
    released_on = models.DateField(null=True)  # None: nothing may be sent
    is_ended = models.BooleanField(default=False)


class LabResult(PatientFact):
    """A test result; a pregnancy test is restricted to prescribers and monitors (SR-51)."""

    code = models.CharField(max_length=40)
    value_text = EncryptedTextField()
    taken_on = models.DateField()
    is_restricted = models.BooleanField(default=False)


class EligibilityAssessment(PatientFact):
    """Every criterion met, not met or cannot tell, with its inputs and source. It decides nothing."""

    episode = models.ForeignKey("patients.Episode", on_delete=models.PROTECT, related_name="+")
    rule_set_pin = models.CharField(max_length=80)
    rule_set_sha256 = models.CharField(max_length=64)
    inputs = EncryptedTextField()  # JSON
    results = EncryptedTextField()  # JSON
    computed_at = models.DateTimeField(default=clock.now)


class EligibilityDecision(PatientFact):
    """A prescriber's signed decision, with the reason; it may differ from the assessment."""

    DECISIONS = [("proceed", "Proceed"), ("not_now", "Not now"), ("declined", "Do not proceed")]
    episode = models.ForeignKey("patients.Episode", on_delete=models.PROTECT, related_name="+")
    assessment = models.ForeignKey(EligibilityAssessment, on_delete=models.PROTECT, related_name="decisions")
    decision = models.CharField(max_length=10, choices=DECISIONS)
    reason = EncryptedTextField()
    patient_text = EncryptedTextField(blank=True, default="")
    routes = models.JSONField(default=list)
    decided_at = models.DateTimeField(default=clock.now)
    signature = models.ForeignKey("records.Signature", on_delete=models.PROTECT, related_name="+")


__all__ = [
    "Allergy",
    "ChecklistItem",
    "Condition",
    "EligibilityAssessment",
    "EligibilityDecision",
    "LabResult",
    "MedicationStatement",
    "MedicationTrial",
    "OutsideClinician",
    "Referral",
]
