"""Reads about people, roles and site settings."""

from datetime import datetime
from typing import Any

from limen.apps.accounts import patient_lookup
from limen.apps.accounts.models import Membership, Site, SiteSetting, User
from limen.apps.records import clock, knowledge
from limen.apps.records.actor import VISITOR, Actor
from limen.clinical.definitions.site_setting import parse_settings

STRONG_METHODS = {"mfa", "demo"}


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
    return Actor(
        kind="staff",
        user_id=user.pk,
        user_uid=user.uid,
        display_name=user.display_name,
        site_id=site.pk,
        site_name=site.name,
        time_zone=user.time_zone or site.time_zone,
        roles=frozenset(m.role for m in memberships if m.site_id == site.pk),
        factors=factors,
    )


def memberships_of(user: User) -> list[Membership]:
    """The memberships in force today, by site name."""
    today = clock.now().date()
    rows = Membership.objects.filter(user=user, starts_on__lte=today).select_related("site")
    return [m for m in rows.order_by("site__name", "role") if m.ends_on is None or m.ends_on >= today]


def site(site_id: int) -> Site:
    return Site.objects.get(pk=site_id)


def setting_catalogue() -> dict[str, Any]:
    """Every setting a site can sign, by key, from the knowledge file."""
    parsed = knowledge.load("rules", "site-settings", None, parse_settings)
    return {definition.key: definition for definition in parsed}


def setting_value(site_id: int, key: str, *, at: datetime | None = None) -> Any:
    """The value in force at a moment: the site's own, else the sourced default, else None (unset)."""
    row = setting_row(site_id, key, at=at)
    if row is not None:
        return row.value
    definition = setting_catalogue().get(key)
    return definition.default if definition is not None else None


def setting_row(site_id: int, key: str, *, at: datetime | None = None) -> SiteSetting | None:
    moment = at or clock.now()
    rows = SiteSetting.objects.filter(site_id=site_id, key=key, effective_from__lte=moment)
    return rows.order_by("-effective_from", "-id").first()


def settings_of(site_id: int, *, at: datetime | None = None) -> dict[str, Any]:
    """Every setting in force at a site, defaults included; an unset one is absent."""
    moment = at or clock.now()
    values = {key: d.default for key, d in setting_catalogue().items() if d.default is not None}
    rows = SiteSetting.objects.filter(site_id=site_id, effective_from__lte=moment).order_by("effective_from", "id")
    values.update({row.key: row.value for row in rows})
    return values


__all__ = [
    "VISITOR",
    "actor_for",
    "memberships_of",
    "setting_catalogue",
    "setting_row",
    "setting_value",
    "settings_of",
    "site",
]
