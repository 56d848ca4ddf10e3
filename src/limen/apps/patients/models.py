"""People in care: who they are, who stands by them, what they agreed to, and their episodes of care."""

from django.conf import settings
from django.db import models

from limen.apps.records import clock
from limen.apps.records.fields import EncryptedTextField
from limen.apps.records.models import (
    PatientFact,
    PatientRecord,
    PatientRecordQuerySet,
    SiteRecord,
    scoped,
)


class Patient(SiteRecord):
    """A person in care. Names and birth date are sealed; search goes through SearchToken."""

    patient_path = "pk"
    objects = scoped(PatientRecordQuerySet)

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="patient"
    )
    given_name = EncryptedTextField()
    family_name = EncryptedTextField()
    preferred_name = EncryptedTextField(blank=True, default="")
    birth_date_text = EncryptedTextField()  # ISO 8601, e.g. 1986-02-29 is refused by the service
    pronouns = EncryptedTextField(blank=True, default="")
    time_zone = models.CharField(max_length=64)
    language = models.CharField(max_length=12, default="en")
    state_code = models.CharField(max_length=8, blank=True)
    can_be_pregnant = models.BooleanField(null=True)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    died_on = models.DateField(null=True, blank=True)
    # From dose start until recovery is signed the patient's account cannot consent, sign or share (SR-10).
    impaired_since = models.DateTimeField(null=True, blank=True)

    @property
    def birth_date(self):
        from datetime import date

        return date.fromisoformat(self.birth_date_text)

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def called(self) -> str:
        return self.preferred_name or self.given_name

    def age_on(self, day) -> int:
        """Whole years; someone born on 29 February has their birthday on 1 March in common years."""
        born = self.birth_date
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


class SearchToken(models.Model):
    """A keyed digest of a name prefix, a birth date or an identifier, so that sealed columns can be searched."""

    table_class = "working"
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="search_tokens")
    site = models.ForeignKey("accounts.Site", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)
    token = models.CharField(max_length=32)

    class Meta:
        indexes = [models.Index(fields=["token", "kind", "site"], name="patient_search")]


class PatientIdentifier(PatientRecord):
    """An identifier given by somebody: a record number, an insurer's number."""

    system = models.CharField(max_length=200)
    value = EncryptedTextField()


class Contact(PatientRecord):
    """A way to reach the patient, or the place of treatment."""

    KINDS = [("phone", "Phone"), ("email", "E-mail"), ("address", "Address"), ("treatment_address", "Treatment place")]
    kind = models.CharField(max_length=20, choices=KINDS)
    value = EncryptedTextField()
    note = EncryptedTextField(blank=True, default="")
    is_ended = models.BooleanField(default=False)


class Supporter(PatientRecord):
    """Somebody at the patient's side: a sitter at home, an escort, next of kin, an emergency contact."""

    ROLES = [
        ("sitter", "Sitter at home"),
        ("escort", "Escort home"),
        ("kin", "Next of kin"),
        ("emergency", "Emergency"),
    ]
    role = models.CharField(max_length=12, choices=ROLES)
    name = EncryptedTextField()
    relationship = EncryptedTextField(blank=True, default="")
    phone = EncryptedTextField()
    is_adult = models.BooleanField(null=True)
    agreed_on = models.DateField(null=True, blank=True)
    is_ended = models.BooleanField(default=False)


class Consent(PatientFact):
    """One decision about one purpose, against one version of a document. A later row withdraws it."""

    SCOPES = [(s, s.replace("_", " ")) for s in ("care", "telehealth", "sharing", "registry", "research", "touch")]
    DECISIONS = [("given", "Given"), ("declined", "Declined"), ("withdrawn", "Withdrawn")]
    scope = models.CharField(max_length=20, choices=SCOPES)
    document_pin = models.CharField(max_length=80)
    document_sha256 = models.CharField(max_length=64)
    decision = models.CharField(max_length=12, choices=DECISIONS)
    decided_at = models.DateTimeField(default=clock.now)
    how = models.CharField(max_length=20, default="portal")
    statements = models.JSONField(default=list)
    signature = models.ForeignKey("records.Signature", null=True, on_delete=models.PROTECT, related_name="+")


class Episode(PatientRecord):
    """One course of care, from referral to its end. The stage is set by the services that move it."""

    STAGES = [
        ("referred", "Referred"),
        ("onboarding", "Onboarding"),
        ("deciding", "Awaiting decision"),
        ("planning", "Planning"),
        ("treating", "In treatment"),
        ("maintenance", "Maintenance"),
        ("ended", "Ended"),
    ]
    ENDINGS = [
        ("completed", "Completed"),
        ("declined", "Not taken on"),
        ("left", "Left the programme"),
        ("transferred", "Transferred"),
        ("died", "Died"),
    ]
    stage = models.CharField(max_length=16, choices=STAGES, default="referred")
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    ending = models.CharField(max_length=16, choices=ENDINGS, blank=True)
    ending_note = EncryptedTextField(blank=True, default="")
    place = models.CharField(max_length=8, choices=[("clinic", "Clinic"), ("home", "Home")], default="clinic")
