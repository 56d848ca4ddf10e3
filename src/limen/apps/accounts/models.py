"""Organisations, sites, people, what they may do where, and each site's signed settings."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from limen.apps.accounts.roles import ROLE_TITLES
from limen.apps.records import clock
from limen.apps.records.actor import system
from limen.apps.records.acts import act, is_acting
from limen.apps.records.fields import EncryptedTextField
from limen.apps.records.ids import uuid7
from limen.apps.records.models import Record, SiteFact, SiteRecord


class Organisation(Record):
    """The programme that runs one or more sites."""

    name = models.CharField(max_length=200)

    def __str__(self):
        return self.name


class Site(Record):
    """A place of care with its own clock, rooms, settings and people."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="sites")
    name = models.CharField(max_length=200)
    slug = models.SlugField(unique=True)
    time_zone = models.CharField(max_length=64)
    locale = models.CharField(max_length=12, default="en-us")
    state_code = models.CharField(max_length=8, blank=True)
    is_live = models.BooleanField(default=False)

    def __str__(self):
        return self.name


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username):
        return self.get(email__iexact=username)


class User(AbstractBaseUser, Record):
    """A person who can sign in. Staff hold memberships; a patient is linked from their patient record."""

    unversioned_fields = frozenset({"last_login", "password"})

    email = models.EmailField(unique=True)
    display_name = models.CharField(max_length=200)
    language = models.CharField(max_length=12, default="en")
    time_zone = models.CharField(max_length=64, blank=True)
    theme = models.CharField(
        max_length=8, default="system", choices=[(t, t.title()) for t in ("system", "light", "dark", "dim")]
    )
    is_active = models.BooleanField(default=True)
    disabled_at = models.DateTimeField(null=True, blank=True)

    objects = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    def save(self, *args, **kwargs):
        # Sign-in libraries save the user on their own (a new password, a rehash): that is an act too.
        if is_acting():
            return super().save(*args, **kwargs)
        with act("account.update", actor=system("sign-in"), subject=self):
            return super().save(*args, **kwargs)

    def __str__(self):
        return self.display_name


class Membership(Record):
    """One role of one person at one site, from a day, until a day."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=24, choices=sorted(ROLE_TITLES.items()))
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "site", "role"], name="one_membership_per_role")]


class StaffCredential(Record):
    """A licence, controlled-drug registration, training or supervision of one person, with its expiry (SR-05)."""

    KINDS = [
        ("licence", "Professional licence"),
        ("controlled_drug", "Controlled-drug registration"),
        ("training", "Training"),
        ("supervision", "Supervision"),
    ]
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="credentials")
    kind = models.CharField(max_length=20, choices=KINDS)
    title = models.CharField(max_length=200)
    number = EncryptedTextField(blank=True, default="")
    state_code = models.CharField(max_length=8, blank=True)
    scope = models.CharField(max_length=200, blank=True)
    valid_from = models.DateField()
    expires_on = models.DateField(null=True, blank=True)
    is_withdrawn = models.BooleanField(default=False)


class Invitation(Record):
    """A one-time link for one person: a staff member or a patient. Only the token's digest is kept."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(
        max_length=10, choices=[("staff", "Staff"), ("patient", "Patient"), ("recovery", "Recovery")]
    )
    email = EncryptedTextField()
    display_name = EncryptedTextField()
    role = models.CharField(max_length=24, blank=True)
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    patient_uid = models.UUIDField(null=True, blank=True)
    token_sha256 = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")


class SiteSetting(SiteFact):
    """The value of one setting at one site from a moment on, with its reason, source and signature."""

    key = models.CharField(max_length=120)
    value = models.JSONField()
    effective_from = models.DateTimeField(default=clock.now)
    reason = models.TextField()
    source = models.TextField(blank=True)
    signature = models.ForeignKey("records.Signature", on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["site", "key", "-effective_from"], name="setting_site_key")]


class SignInEvent(models.Model):
    """A sign-in attempt, kept so that limits survive a restart and hold across workers (S07)."""

    table_class = "working"
    uid = models.UUIDField(default=uuid7, editable=False)
    at = models.DateTimeField(default=clock.now, db_index=True)
    account_key = models.CharField(max_length=64, db_index=True)
    address_key = models.CharField(max_length=64, db_index=True)
    is_success = models.BooleanField()


class SignedInSession(models.Model):
    """One browser a person is signed in with, so that they can see and end it (S17)."""

    table_class = "working"
    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="signed_in_sessions")
    session_key = models.CharField(max_length=40, unique=True)
    started_at = models.DateTimeField(default=clock.now)
    device = models.CharField(max_length=80, blank=True)


__all__ = [
    "Invitation",
    "Membership",
    "Organisation",
    "SignInEvent",
    "SignedInSession",
    "Site",
    "SiteRecord",
    "SiteSetting",
    "StaffCredential",
    "User",
]
