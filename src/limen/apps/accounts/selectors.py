"""Reads about people, roles and site settings."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from limen.apps.accounts import patient_lookup
from limen.apps.accounts.models import (
    Invitation,
    Membership,
    SignedInSession,
    Site,
    SiteSetting,
    StaffCredential,
    User,
)
from limen.apps.accounts.roles import MEDICAL_DIRECTOR
from limen.apps.records import clock, knowledge
from limen.apps.records.actor import VISITOR, Actor
from limen.apps.records.models import AuditEvent
from limen.apps.records.selectors import audit_events
from limen.clinical.definitions.common import Source
from limen.clinical.definitions.site_setting import (
    InvalidSetting,
    SettingCatalogue,
    SettingDefinition,
    parse_settings,
    restore_value,
)

STRONG_METHODS = {"mfa", "demo"}
EXPIRY_NOTICE_DAYS = 60  # SR-05 asks for the same notice before a dated rule ends
SIGNING_KINDS = (("licence", "professional licence"), ("controlled_drug", "controlled-drug registration"))
PHARMACIST_KINDS = SIGNING_KINDS[:1]
PASSKEY = Authenticator.Type.WEBAUTHN.value


def actor_for(user: User, *, authentications: list[dict], site_id: int | None) -> Actor:
    """The acting person: their site and roles today, and how many factors this session proved."""
    factors = 2 if any(entry.get("method") in STRONG_METHODS for entry in authentications) else 1
    patient = patient_lookup.of_user(user)
    if patient is not None:
        return Actor(
            kind="patient",
            user_id=user.pk,
            user_uid=user.uid,
            display_name=user.display_name,
            site_id=patient.site_id,
            site_name=patient.site.name,
            time_zone=patient.time_zone,
            patient_id=patient.pk,
            patient_uid=patient.uid,
            roles=frozenset({"patient"}),
            factors=factors,
        )
    memberships = memberships_of(user)
    if not memberships:
        return Actor(kind="staff", user_id=user.pk, user_uid=user.uid, display_name=user.display_name, factors=factors)
    site = next((m.site for m in memberships if m.site_id == site_id), memberships[0].site)
    roles = frozenset(m.role for m in memberships if m.site_id == site.pk)
    if roles & settings.LIMEN_PASSKEY_ROLES and not used_passkey(authentications):
        factors = 1
    return Actor(
        kind="staff",
        user_id=user.pk,
        user_uid=user.uid,
        display_name=user.display_name,
        site_id=site.pk,
        site_name=site.name,
        time_zone=user.time_zone or site.time_zone,
        roles=roles,
        factors=factors,
    )


def used_passkey(authentications: Iterable[dict]) -> bool:
    """True when this session was opened or confirmed with a passkey."""
    return any(entry.get("method") == "mfa" and entry.get("type") == PASSKEY for entry in authentications)


def memberships_of(user: User) -> list[Membership]:
    """The memberships in force today, by site name."""
    today = clock.now().date()
    rows = Membership.objects.filter(user=user, starts_on__lte=today).select_related("site")
    return [m for m in rows.order_by("site__name", "role") if m.ends_on is None or m.ends_on >= today]


def site(site_id: int) -> Site:
    return Site.objects.get(pk=site_id)


def setting_catalogue() -> dict[str, SettingDefinition]:
    """Every setting a site can sign, by key, from the knowledge file."""
    return {definition.key: definition for definition in _parsed_catalogue()}


def _parsed_catalogue() -> SettingCatalogue:
    return knowledge.load("rules", "site-settings", None, parse_settings)


def setting_source(definition: SettingDefinition) -> Source | None:
    """Where a setting's limits or default come from, when the catalogue names a source."""
    return _parsed_catalogue().identity.source(definition.source_key) if definition.source_key else None


def setting_value(site_id: int, key: str, *, at: datetime | None = None) -> Any:
    """The value in force at a moment: the site's own, else the sourced default, else None (unset)."""
    definition = setting_catalogue().get(key)
    if definition is None:
        return None
    row = setting_row(site_id, key, at=at)
    return definition.default if row is None else typed(definition, row.value)


def typed(definition: SettingDefinition, stored: Any) -> Any:
    """A stored value as its kind; None (unset) when the catalogue no longer accepts it, so that it blocks."""
    try:
        return restore_value(definition, stored)
    except InvalidSetting:
        return None


def setting_row(site_id: int, key: str, *, at: datetime | None = None) -> SiteSetting | None:
    moment = at or clock.now()
    rows = SiteSetting.objects.filter(site_id=site_id, key=key, effective_from__lte=moment)
    return rows.order_by("-effective_from", "-id").first()


def settings_of(site_id: int, *, at: datetime | None = None) -> dict[str, Any]:
    """Every setting in force at a site, defaults included; an unset one is absent."""
    moment = at or clock.now()
    catalogue = setting_catalogue()
    values = {key: definition.default for key, definition in catalogue.items()}
    rows = SiteSetting.objects.filter(site_id=site_id, effective_from__lte=moment).order_by("effective_from", "id")
    for key, stored in {row.key: row.value for row in rows if row.key in catalogue}.items():
        values[key] = typed(catalogue[key], stored)
    return {key: value for key, value in values.items() if value is not None}


@dataclass(frozen=True)
class SettingLine:
    """One setting at one site: what the catalogue says, the row in force, and its value (None: unset)."""

    definition: SettingDefinition
    row: SiteSetting | None
    value: Any

    @property
    def is_unset(self) -> bool:
        return self.value is None

    @property
    def is_director_signed(self) -> bool:
        return self.row is not None and not self.is_unset and MEDICAL_DIRECTOR in self.row.signature.role.split(", ")


def setting_lines(site_id: int) -> list[SettingLine]:
    """Every setting of the catalogue with the row in force at a site, in the catalogue's order."""
    rows = SiteSetting.objects.filter(site_id=site_id, effective_from__lte=clock.now()).select_related("signature")
    latest = {row.key: row for row in rows.order_by("effective_from", "id")}
    return [
        SettingLine(
            definition,
            latest.get(key),
            typed(definition, latest[key].value) if key in latest else definition.default,
        )
        for key, definition in setting_catalogue().items()
    ]


def setting_history(site_id: int, key: str) -> list[SiteSetting]:
    """Every signed value of one setting, the latest to take effect first; future ones included."""
    rows = SiteSetting.objects.filter(site_id=site_id, key=key).select_related("signature")
    return list(rows.order_by("-effective_from", "-id"))


def unsigned_safety_settings(site_id: int) -> list[SettingLine]:
    """The safety settings that the site's medical director has not signed: it cannot go live (SR-20)."""
    return [x for x in setting_lines(site_id) if x.definition.is_safety and not x.is_director_signed]


def signing_problems(
    user: User, state_code: str, on: date, *, kinds: Iterable[tuple[str, str]] = SIGNING_KINDS
) -> list[str]:
    """Why this person cannot sign for a patient in that state on that day; empty when they can (SR-05, S02).

    kinds: the credentials the signature needs; a pharmacist's check needs the licence alone (PHARMACIST_KINDS).
    """
    if not state_code:
        return ["The patient's state is not recorded, so no licence can be matched to it."]
    held = StaffCredential.objects.filter(user=user, is_withdrawn=False)
    problems = [
        problem for kind, words in kinds if (problem := _missing(held.filter(kind=kind), words, state_code, on))
    ]
    roles = {m.role for m in memberships_of(user)}
    if roles & settings.LIMEN_PASSKEY_ROLES and not has_passkey(user):
        problems.append("No passkey is set up; this role signs with a passkey.")
    return problems


def _missing(held: QuerySet[StaffCredential], words: str, state_code: str, on: date) -> str:
    """What is wrong with one kind of credential for one state and day, or nothing."""
    for_state = [c for c in held if c.state_code.upper() == state_code.upper()]
    if not for_state:
        return f"No {words} for {state_code} is recorded."
    if any(c.valid_from <= on and (c.expires_on is None or on <= c.expires_on) for c in for_state):
        return ""
    ended = [c.expires_on for c in for_state if c.expires_on is not None and c.expires_on < on]
    if ended:
        return f"The {words} for {state_code} expired on {max(ended):%-d %B %Y}."
    return f"The {words} for {state_code} is valid only from {min(c.valid_from for c in for_state):%-d %B %Y}."


def has_passkey(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).exists()


def sign_in_methods(user: User) -> list[Authenticator]:
    """The person's passkeys, authenticator app and recovery codes."""
    return list(Authenticator.objects.filter(user=user).order_by("created_at", "pk"))


@dataclass(frozen=True)
class StaffLine:
    """One person of a site: their roles in force there, their credentials, and whether they have a passkey."""

    user: User
    roles: list[str]
    credentials: list[StaffCredential]
    has_passkey: bool


def staff_of(site_id: int) -> list[StaffLine]:
    """Everybody who has or had a role at a site, by name. Four queries, whatever the number."""
    memberships = list(Membership.objects.filter(site_id=site_id).select_related("user"))
    today = clock.now().date()
    users = {m.user_id: m.user for m in memberships}
    credentials: dict[int, list[StaffCredential]] = {}
    for credential in StaffCredential.objects.filter(user_id__in=users, is_withdrawn=False).order_by("kind", "title"):
        credentials.setdefault(credential.user_id, []).append(credential)
    with_key = set(
        Authenticator.objects.filter(user_id__in=users, type=Authenticator.Type.WEBAUTHN).values_list(
            "user_id", flat=True
        )
    )
    lines = [
        StaffLine(
            user=user,
            roles=sorted(m.role for m in memberships if m.user_id == pk and is_in_force(m, today)),
            credentials=credentials.get(pk, []),
            has_passkey=pk in with_key,
        )
        for pk, user in users.items()
    ]
    return sorted(lines, key=lambda line: (not line.user.is_active, line.user.display_name.lower()))


def is_in_force(membership: Membership, today: date) -> bool:
    return membership.starts_on <= today and (membership.ends_on is None or membership.ends_on >= today)


def staff_member(site_id: int, user_uid: Any) -> User | None:
    """A person who has or had a role at this site, or None."""
    return User.objects.filter(uid=user_uid, memberships__site_id=site_id).distinct().first()


def is_managed_at(site_id: int, user: User) -> bool:
    """Whether a site may change this person's account: a role there has not ended, or none is left at any other."""
    today = clock.now().date()
    rows = Membership.objects.filter(user=user).exclude(ends_on__lt=today)
    sites = set(rows.values_list("site_id", flat=True))
    return site_id in sites or not sites


def memberships_at(site_id: int, user: User) -> list[Membership]:
    return list(Membership.objects.filter(site_id=site_id, user=user).order_by("role"))


def credentials_of(user: User) -> list[StaffCredential]:
    return list(StaffCredential.objects.filter(user=user).order_by("is_withdrawn", "kind", "title"))


def expiry_of(credential: StaffCredential, today: date) -> str:
    """ "expired", "soon" (within the notice) or "" for a credential."""
    if credential.is_withdrawn or credential.expires_on is None:
        return ""
    if credential.expires_on < today:
        return "expired"
    return "soon" if credential.expires_on <= today + timedelta(days=EXPIRY_NOTICE_DAYS) else ""


def open_invitations(site_id: int) -> list[Invitation]:
    """One-time links for staff that still wait to be used."""
    rows = Invitation.objects.filter(site_id=site_id, used_at__isnull=True, withdrawn_at__isnull=True)
    return list(rows.filter(expires_at__gte=clock.now()).exclude(kind="patient").order_by("-created_at"))


@dataclass(frozen=True)
class OpenSession:
    """One browser a person is signed in with now."""

    uid: Any
    device: str
    started_at: datetime
    is_this_one: bool


def sessions_of(user: User, current_key: str | None = None) -> list[OpenSession]:
    """The person's live sessions, newest first; rows whose session has ended are left out."""
    rows = list(SignedInSession.objects.filter(user=user).order_by("-started_at", "-pk"))
    keys = [row.session_key for row in rows]
    live = set(
        Session.objects.filter(session_key__in=keys, expire_date__gt=clock.now()).values_list("session_key", flat=True)
    )
    return [
        OpenSession(row.uid, row.device, row.started_at, row.session_key == current_key)
        for row in rows
        if row.session_key in live
    ]


def find_audit_events(
    site_id: int,
    *,
    person: str = "",
    patient_uid: Any = None,
    action: str = "",
    outcome: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[AuditEvent]:
    """The site's audit rows that match, newest first. `since` is included, `until` is not."""
    wanted = {
        "actor_name__icontains": person.strip(),
        "patient_uid": patient_uid,
        "action__startswith": action,
        "outcome": outcome,
        "at__gte": since,
        "at__lt": until,
    }
    return audit_events(site_id=site_id).filter(**{name: value for name, value in wanted.items() if value})


__all__ = [
    "VISITOR",
    "OpenSession",
    "SettingLine",
    "StaffLine",
    "actor_for",
    "credentials_of",
    "expiry_of",
    "find_audit_events",
    "has_passkey",
    "is_in_force",
    "is_managed_at",
    "memberships_at",
    "memberships_of",
    "open_invitations",
    "sessions_of",
    "setting_catalogue",
    "setting_history",
    "setting_lines",
    "setting_row",
    "setting_source",
    "setting_value",
    "settings_of",
    "sign_in_methods",
    "signing_problems",
    "site",
    "staff_member",
    "staff_of",
    "unsigned_safety_settings",
    "used_passkey",
]
