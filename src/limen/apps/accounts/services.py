"""Writes about people, roles, invitations and settings. Each is one act."""

import hashlib
import secrets
from datetime import date, datetime, timedelta
from typing import Any

from limen.apps.accounts.models import Invitation, Membership, Site, SiteSetting, StaffCredential, User
from limen.apps.accounts.roles import ROLE_TITLES
from limen.apps.accounts.selectors import setting_catalogue
from limen.apps.records import clock
from limen.apps.records.actor import Actor
from limen.apps.records.acts import act
from limen.apps.records.services import Authentication, send_later, sign

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
    """Sign a new value of a setting. The catalogue has already checked `value`; a reason is required."""
    if key not in setting_catalogue():
        raise Refused(f"There is no setting '{key}'.")
    if not reason.strip():
        raise Refused("Say why this value was chosen.")
    with act("settings.change", actor=actor, reason=reason):
        row = SiteSetting(
            site=site,
            key=key,
            value=value,
            reason=reason,
            source=source,
            effective_from=effective_from or clock.now(),
        )
        row.signature = sign(row, actor=actor, meaning="set", authentication=authentication)
        row.save()
    return row


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


def accept_invitation(*, token: str, password: str, display_name: str, actor: Actor) -> User:
    """Use the link once: make (or find) the user, give the role. The patients app links its own record."""
    with act("invitation.accept", actor=actor):
        row = find_invitation(token)
        user = row.user or User.objects.filter(email=row.email).first() or User(email=row.email)
        user.display_name = display_name.strip() or row.display_name
        user.set_password(password)
        user.save()
        if row.kind == "staff":
            give_role(user=user, site=row.site, role=row.role, starts_on=clock.today(row.site.time_zone), actor=actor)
        row.used_at = clock.now()
        row.user = user
        row.save()
    return user


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


def update_profile(user: User, *, actor: Actor) -> None:
    """Save a person's own name, language, time zone and theme."""
    with act("account.profile", actor=actor, subject=user):
        user.save()
