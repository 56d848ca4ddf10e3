"""Writes about people, roles, invitations and settings. Each is one act."""

import hashlib
import secrets
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session

from limen.apps.accounts import patient_lookup
from limen.apps.accounts.models import (
    Invitation,
    Membership,
    Organisation,
    SignedInSession,
    Site,
    SiteSetting,
    StaffCredential,
    User,
)
from limen.apps.accounts.roles import MEDICAL_DIRECTOR, ROLE_TITLES
from limen.apps.accounts.selectors import setting_catalogue, unsigned_safety_settings
from limen.apps.records import clock
from limen.apps.records.actor import Actor
from limen.apps.records.acts import act, current_act
from limen.apps.records.services import Authentication, send_later, sign
from limen.clinical.definitions.site_setting import InvalidSetting, restore_value

STAFF_LINK_DAYS = 7
PATIENT_LINK_DAYS = 14


class Refused(Exception):
    """The request cannot be carried out; the message is for the person who asked."""


def set_setting(
    *,
    site: Site,
    key: str,
    value: Any,
    reason: str,
    source: str,
    actor: Actor,
    authentication: Authentication,
    effective_from: datetime | None = None,
) -> SiteSetting:
    """Sign a new value of a setting. Raises Refused when the catalogue, the reason or the role does not allow it."""
    definition = setting_catalogue().get(key)
    if definition is None:
        raise Refused(f"There is no setting '{key}'.")
    stored = storable(value)
    try:
        restore_value(definition, stored)
    except InvalidSetting as error:
        raise Refused(str(error)) from error
    if not reason.strip():
        raise Refused("Say why this value was chosen.")
    if definition.is_safety and not actor.has_role(MEDICAL_DIRECTOR):
        raise Refused("A safety setting is signed by the medical director.")
    with act("settings.change", actor=actor, reason=reason):
        row = SiteSetting(
            site=site,
            key=key,
            value=stored,
            reason=reason,
            source=source,
            effective_from=effective_from or clock.now(),
        )
        row.signature = sign(row, actor=actor, meaning="set", authentication=authentication)
        row.save()
    return row


def storable(value: Any) -> Any:
    """A value as the JSON column keeps it: a decimal as text, a tuple as a list."""
    if isinstance(value, Decimal):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def token_digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def invite(
    *,
    site: Site,
    kind: str,
    email: str,
    display_name: str,
    actor: Actor,
    role: str = "",
    user: User | None = None,
    patient=None,
    address: str,
) -> tuple[Invitation, str]:
    """Make a one-time link and queue its message. Returns the invitation and the token (shown once).

    kind: "staff", "patient" or "recovery". address: the absolute address that the token is appended to.
    """
    if kind == "staff" and role not in ROLE_TITLES:
        raise Refused(f"'{role}' is not a role; choose one of {', '.join(ROLE_TITLES.values())}.")
    token = secrets.token_urlsafe(24)
    days = PATIENT_LINK_DAYS if kind == "patient" else STAFF_LINK_DAYS
    with act(f"invitation.{kind}", actor=actor, patient=patient):
        invitation = Invitation(
            site=site,
            kind=kind,
            email=email.strip().lower(),
            display_name=display_name.strip(),
            role=role,
            user=user,
            patient_uid=getattr(patient, "uid", None),
            token_sha256=token_digest(token),
            expires_at=clock.now() + timedelta(days=days),
            invited_by_id=actor.user_id,
        )
        invitation.save()
        send_later(
            channel="email",
            dedupe_key=f"invitation:{invitation.uid}",
            recipient=email.strip().lower(),
            subject=f"Your link to {site.name}",
            body=f"Hello,\n\n{site.name} has made a one-time link for you. It works once, until "
            f"{invitation.expires_at:%d %B %Y}:\n\n{address}{token}\n\n"
            "If you did not expect it, ignore this message.\n",
        )
    return invitation, token


def find_invitation(token: str) -> Invitation:
    """The live invitation of a token. Raises Refused for an unknown, used, withdrawn or expired one."""
    row = Invitation.objects.filter(token_sha256=token_digest(token)).first()
    if row is None or row.used_at or row.withdrawn_at or row.expires_at < clock.now():
        raise Refused("This link has been used, has expired, or was never valid. Ask the programme for a new one.")
    return row


def person_invited(invitation: Invitation) -> User | None:
    """The account an invitation is for, when one exists already."""
    return invitation.user or User.objects.filter(email__iexact=invitation.email).first()


def accept_invitation(
    *, token: str, password: str, display_name: str, actor: Actor, signed_in_as: User | None = None
) -> User:
    """Use the link once. Returns the person it was for.

    A new person gets an account with `password`, or with none when it is empty (then a passkey follows at once).
    Somebody who already has an account accepts while signed in as themselves, so that a link never goes round
    their second factor. A recovery link sets the password anew and ends everything that could sign in before.
    Raises Refused.
    """
    with act("invitation.accept", actor=actor) as running:
        row = find_invitation(token)
        known = person_invited(row)
        if row.kind == "recovery":
            user = _recover(row, password)
        elif known is not None:
            user = _same_person(known, signed_in_as)
        else:
            user = _new_person(row, password, display_name)
        running.subject_kind, running.subject_uid, running.patient_uid = "accounts.user", user.uid, row.patient_uid
        if row.kind == "staff":
            give_role(user=user, site=row.site, role=row.role, starts_on=clock.today(row.site.time_zone), actor=actor)
        elif row.kind == "patient":
            _link_patient(row, user, actor)
        row.used_at, row.user = clock.now(), user
        row.save()
    return user


def _same_person(known: User, signed_in_as: User | None) -> User:
    if signed_in_as is None or signed_in_as.pk != known.pk:
        raise Refused("This address already has an account. Sign in to it, then open the link again.")
    return known


def _new_person(row: Invitation, password: str, display_name: str) -> User:
    user = User(email=row.email, display_name=display_name.strip() or row.display_name)
    if password:
        user.set_password(password)
    else:
        user.set_unusable_password()
    user.save()
    return user


def _link_patient(row: Invitation, user: User, actor: Actor) -> None:
    patient = patient_lookup.by_uid(row.patient_uid) if row.patient_uid else None
    if patient is None:
        raise Refused("This link names a record that is not here. Ask the programme for a new one.")
    if patient.user_id is not None and patient.user_id != user.pk:
        raise Refused("This record already has a sign-in. Ask the programme for help with it.")
    patient_lookup.link_user(patient, user, actor=actor)


def _recover(row: Invitation, password: str) -> User:
    """Take away every old way in, end every session, and tell the person."""
    user = row.user
    if user is None or not user.is_active:
        raise Refused("This account is closed. Ask the programme.")
    removed = Authenticator.objects.filter(user=user)
    removed.delete()
    end_all_sessions(user)
    if password:
        user.set_password(password)
    else:
        user.set_unusable_password()
    user.save()
    send_later(
        channel="email",
        dedupe_key=f"recovered:{row.uid}",
        recipient=user.email,
        subject="Your sign-in was made new",
        body="Hello,\n\nA recovery link was used for your account. The passkeys, authenticator app and codes it had "
        "no longer work, and every browser was signed out.\n\nIf this was not you, tell the programme now.\n",
    )
    return user


def issue_recovery(user: User, *, site: Site, actor: Actor, address: str, patient=None) -> tuple[Invitation, str]:
    """A one-time link for somebody who lost their passkey; links issued before stop working."""
    with act("invitation.replace", actor=actor, subject=user):
        for earlier in Invitation.objects.filter(
            user=user, kind="recovery", used_at__isnull=True, withdrawn_at__isnull=True
        ):
            earlier.withdrawn_at = clock.now()
            earlier.save()
        return invite(
            site=site,
            kind="recovery",
            email=user.email,
            display_name=user.display_name,
            actor=actor,
            user=user,
            patient=patient,
            address=address,
        )


def withdraw_invitation(invitation: Invitation, *, actor: Actor) -> None:
    with act("invitation.withdraw", actor=actor, subject=invitation):
        invitation.withdrawn_at = clock.now()
        invitation.save()


def end_session(user: User, session_uid: Any, *, actor: Actor) -> bool:
    """End one of a person's sessions at once. False when there is no such session."""
    row = SignedInSession.objects.filter(user=user, uid=session_uid).first()
    if row is None:
        return False
    with act("account.end_session", actor=actor, subject=user):
        Session.objects.filter(session_key=row.session_key).delete()
        row.delete()
    return True


def end_all_sessions(user: User, *, keep_key: str | None = None) -> None:
    """End every session of a person, but the one named. Call inside an act."""
    current_act()
    rows = SignedInSession.objects.filter(user=user).exclude(session_key=keep_key or "")
    Session.objects.filter(session_key__in=list(rows.values_list("session_key", flat=True))).delete()
    rows.delete()


def end_sessions_of(user: User, *, actor: Actor) -> None:
    """An administrator signs a person out everywhere (S17)."""
    with act("staff.end_sessions", actor=actor, subject=user):
        end_all_sessions(user)


def note_signed_in(user: User, *, session_key: str, device: str) -> None:
    """Remember which browser this session is, for the person's own list."""
    SignedInSession.objects.update_or_create(
        session_key=session_key, defaults={"user": user, "device": device[:80], "started_at": clock.now()}
    )


def note_new_session_id(old_key: str | None, new_key: str) -> None:
    SignedInSession.objects.filter(session_key=old_key).update(session_key=new_key)


def forget_session(session_key: str | None) -> None:
    SignedInSession.objects.filter(session_key=session_key).delete()


def audit_sign_in(verb: str, *, actor: Actor, user: User, reason: str = "") -> None:
    """An audit row about a sign-in: entering, leaving, a new or removed method."""
    with act(verb, actor=actor, subject=user, reason=reason):
        pass


def go_live(site: Site, *, reason: str, actor: Actor, authentication: Authentication) -> None:
    """Open a site for care. Only its medical director, and only when they signed every safety setting (SR-20)."""
    if not actor.has_role(MEDICAL_DIRECTOR):
        raise Refused("Only the medical director can open the site.")
    missing = unsigned_safety_settings(site.pk)
    if missing:
        raise Refused(f"{len(missing)} safety settings are not signed by the medical director yet.")
    if not reason.strip():
        raise Refused("Say what was checked before opening.")
    with act("site.go_live", actor=actor, subject=site, reason=reason):
        site.is_live = True
        sign(site, actor=actor, meaning="decided", authentication=authentication)
        site.save()


def give_role(*, user: User, site: Site, role: str, starts_on: date, actor: Actor) -> Membership:
    """Give a role at a site; giving one that ended starts it again."""
    with act("staff.role", actor=actor, subject=user):
        membership = Membership.objects.filter(user=user, site=site, role=role).first()
        if membership is None:
            membership = Membership(user=user, site=site, role=role)
        membership.starts_on, membership.ends_on = starts_on, None
        membership.save()
    return membership


def end_role(membership: Membership, *, ends_on: date, actor: Actor) -> None:
    with act("staff.role", actor=actor, subject=membership.user):
        membership.ends_on = ends_on
        membership.save()


def yesterday() -> date:
    """The last day of a role that ends now: from the next request it no longer counts."""
    return clock.now().date() - timedelta(days=1)


def record_credential(credential: StaffCredential, *, actor: Actor) -> None:
    """Save a licence, registration, training or supervision of a staff member."""
    with act("staff.credential", actor=actor, subject=credential.user):
        credential.save()


def set_active(user: User, *, is_active: bool, actor: Actor, reason: str) -> None:
    """Disable or enable an account. A disabled person's sessions end at their next request (S11)."""
    with act("staff.active", actor=actor, subject=user, reason=reason):
        user.is_active = is_active
        user.disabled_at = None if is_active else clock.now()
        user.save()
        if not is_active:
            end_all_sessions(user)


def update_profile(user: User, *, actor: Actor) -> None:
    """Save a person's own name, language, time zone and theme."""
    with act("account.profile", actor=actor, subject=user):
        user.save()


def open_site(*, organisation_name: str, name: str, slug: str, time_zone: str, state_code: str, actor: Actor) -> Site:
    """Open a site, and its organisation when no organisation has that name yet."""
    with act("site.open", actor=actor):
        organisation = Organisation.objects.filter(name=organisation_name).first()
        if organisation is None:
            organisation = Organisation(name=organisation_name)
            organisation.save()
        site = Site(organisation=organisation, name=name, slug=slug, time_zone=time_zone, state_code=state_code)
        site.save()
    return site
