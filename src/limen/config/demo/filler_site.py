"""Two sites with their people, rooms and signed settings. Every value is a demo value, not advice."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from limen.apps.accounts import services as accounts
from limen.apps.accounts.models import Site, StaffCredential, User
from limen.apps.accounts.selectors import actor_for, setting_catalogue
from limen.apps.records import clock
from limen.apps.records.actor import Actor, system
from limen.apps.records.acts import act
from limen.apps.records.services import Authentication
from limen.apps.scheduling.models import Room
from limen.apps.scheduling.services import add_room
from limen.config.demo.filler_names import HARBOUR, JUNIPER, STAFF, StaffName

FILLER = system("demo filler")
REASON = "Demo value, not advice"
OPENED_DAYS_AGO = 420
ORGANISATION = "Limen demo programme"
SITES = {
    HARBOUR: ("Harbour House", "America/New_York", "NY", ("Room 1", "Room 2", "Room 3", "Room 4")),
    JUNIPER: ("Juniper Street", "America/Los_Angeles", "CA", ("Video room A", "Video room B")),
}
EVERY_DAY = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SETTINGS: dict[str, Any] = {
    "gate.systolic_max_mmhg": 150,
    "gate.diastolic_max_mmhg": 95,
    "gate.heart_rate_max_per_min": 110,
    "gate.heart_rate_min_per_min": 45,
    "gate.spo2_min_percent": 94,
    "gate.pregnancy_max_age_hours": 168,
    "gate.nasal_medicine_min": 60,
    "dose.esketamine_in.cap_mg": "84",
    "dose.esketamine_in.soft_mg": "56",
    "weight.max_age_days": 30,
    "weight.max_change_percent": "10",
    "discharge.min_minutes.esketamine": 120,
    "session.observation_early_min": 3,
    "session.heartbeat_silence_s": 60,
    "session.silence_ladder_min": 3,
    "session.spo2_low_percent": 92,
    "session.systolic_high_mmhg": 180,
    "session.diastolic_high_mmhg": 110,
    "session.impaired_until": "recovery",
    "home.routes_signed": ["sl"],
    "home.supply_doses_max": 2,
    "coverage.hours": [{"day": day, "opens": "08:00", "closes": "20:00"} for day in EVERY_DAY],
    "contact.after_hours_number": "555-0199",
    "contact.programme": "555-0100",
    "contact.emergency_number": "911",
    "signal.due_min.now": 15,
    "signal.due_min.same_day": 240,
    "signal.due_min.next_covered": 720,
    "signal.escalate_min": 30,
    "triage.lower_tiers": [
        {"level": "moderate", "any_yes": "q3 q6", "due": "same_day"},
        {"level": "low", "any_yes": "q1 q2", "due": "next_covered"},
    ],
    "outcome.phq9_remission": "below-5",
    "outcome.gad7_remission": "below-5",
    "security.step_up_min": 5,
    "consent.valid_days": 365,
    "staff.licence_warning_days": 60,
    "contact.next_day_call_hours": 36,
    "public.served_places": ["NY", "CA", "NJ"],
    "public.cost_statement": "Demo text: this clinic is invented, and so are its prices.",
    "public.clinical_reviewer": "Dr Imani Castellane (invented), demo licence",
}
# Settings that exist once for each route, by how their key begins; a missing route takes the value under "".
BY_ROUTE: dict[str, dict[str, Any]] = {
    "gate.fasting_food_hours": {"": 4},
    "gate.fasting_liquid_min": {"": 120},
    "session.vitals_interval_min": {"iv": 10, "": 30},
    "session.recovery_vitals_interval_min": {"": 15},
    "session.sedation_interval_min": {"": 30},
    "session.sitter_check_interval_min": {"": 15},
    "discharge.min_minutes": {"": 120},
    "visit.duration_min": {"": 180, "preparation": 60, "integration": 50, "review": 30, "check-in-call": 20},
}
CAPS = {
    "cap_mg": {"iv": "80", "": "400"},
    "soft_mg": {"iv": "60", "": "350"},
    "cap_mg_per_kg": {"": "1", "sl": "8", "po": "8", "in": "4"},
    "soft_mg_per_kg": {"": "0.8", "sl": "7", "po": "7", "in": "3"},
    "day_cap_mg": {"iv": "80", "": "400"},
}
# What the second site has not decided: its settings page shows what stays blocked.
UNSET = {
    HARBOUR: frozenset[str](),
    JUNIPER: frozenset({"outcome.phq9_remission", "dose.im.cap_mg_per_kg", "visit.duration_min.dosing.im"}),
}


@dataclass
class Clinic:
    """One site as the stories use it."""

    key: str
    site: Site
    now: datetime
    staff: dict[str, User]
    rooms: list[Room] = field(default_factory=list)
    actors: dict[str, Actor] = field(default_factory=dict)

    @property
    def zone(self) -> str:
        return self.site.time_zone

    def who(self, role: str) -> str:
        """The key of the person with this part at this site."""
        return f"{role}-home" if self.key == JUNIPER and f"{role}-home" in self.staff else role

    def user(self, role: str) -> User:
        return self.staff[self.who(role)]

    def actor(self, role: str) -> Actor:
        """The acting person with this part; the value is the same for the whole fill."""
        key = self.who(role)
        if key not in self.actors:
            self.actors[key] = actor_for(self.staff[key], authentications=[{"method": "demo"}], site_id=self.site.pk)
        return self.actors[key]


def proof() -> Authentication:
    """The signer was there just now, as the demo code of the people page proves it."""
    return Authentication(method="demo-code", at=clock.now())


def open_clinics(now: datetime) -> dict[str, Clinic]:
    """Both sites, opened long ago, with people, rooms and settings."""
    with clock.at(now - timedelta(days=OPENED_DAYS_AGO)):
        sites = {key: _open_site(key) for key in SITES}
        staff = {person.key: _add_person(person, sites, now) for person in STAFF}
        clinics = {key: Clinic(key, site, now, staff) for key, site in sites.items()}
    return clinics


def _open_site(key: str) -> Site:
    name, zone, state, _ = SITES[key]
    slug = name.lower().replace(" ", "-")
    return accounts.open_site(
        organisation_name=ORGANISATION, name=name, slug=slug, time_zone=zone, state_code=state, actor=FILLER
    )


def email_of(name: str) -> str:
    """dr.imani.castellane@example.org: plain letters, dots between."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return ".".join("".join(c for c in word if c.isalnum()) for word in plain.split()) + "@example.org"


def _add_person(person: StaffName, sites: dict[str, Site], now: datetime) -> User:
    with act("staff.add", actor=FILLER):
        user = User(email=email_of(person.name), display_name=person.name)
        user.set_unusable_password()
        user.save()
    today = clock.now().date()
    for key, roles in person.roles.items():
        for role in roles:
            accounts.give_role(user=user, site=sites[key], role=role, starts_on=today, actor=FILLER)
    for credential in _credentials(person, user, now):
        accounts.record_credential(credential, actor=FILLER)
    return user


def _credentials(person: StaffName, user: User, now: datetime) -> Iterator[StaffCredential]:
    valid_from = clock.now().date() - timedelta(days=30)
    is_prescriber = any("prescriber" in role or "director" in role for roles in person.roles.values() for role in roles)
    for state, days in person.licences.items():
        expires_on = now.date() + timedelta(days=days)
        kinds = [("licence", f"Professional licence, {state}", expires_on)]
        if is_prescriber:
            long_after = now.date() + timedelta(days=700)
            kinds.append(("controlled_drug", f"Controlled-drug registration, {state}", long_after))
        for kind, title, ends in kinds:
            yield StaffCredential(
                user=user,
                kind=kind,
                title=title,
                number=f"DEMO-{state}-{user.pk:04d}",
                state_code=state,
                valid_from=valid_from,
                expires_on=ends,
            )
    if any("monitor" in roles for roles in person.roles.values()):
        yield StaffCredential(
            user=user,
            kind="training",
            title="Advanced life support",
            valid_from=valid_from,
            expires_on=now.date() + timedelta(days=200),
        )


def furnish(clinic: Clinic) -> None:
    """Rooms, and every setting this site has decided, signed by the medical director. Call in the site's scope."""
    with clock.at(clinic.now - timedelta(days=OPENED_DAYS_AGO - 1)):
        clinic.rooms = [
            add_room(site=clinic.site, name=name, actor=clinic.actor("admin")) for name in SITES[clinic.key][3]
        ]
        director = clinic.actor("director")
        for key in setting_catalogue():
            value = value_of(key)
            if key in UNSET[clinic.key] or value is None:
                continue
            accounts.set_setting(
                site=clinic.site,
                key=key,
                value=value,
                reason=REASON,
                source="Demo clinic",
                actor=director,
                authentication=proof(),
            )
        accounts.go_live(
            clinic.site, reason="Demo clinic: settings read and signed", actor=director, authentication=proof()
        )


def value_of(key: str) -> Any:
    """The demo value of a setting; None for a setting the demo does not know, which then stays unset."""
    if key in SETTINGS:
        return SETTINGS[key]
    for start, values in BY_ROUTE.items():
        if key.startswith(f"{start}."):
            return values.get(key.rsplit(".", 1)[1], values[""])
    parts = key.split(".")
    if parts[0] == "dose" and len(parts) == 3 and parts[2] in CAPS:
        return CAPS[parts[2]].get(parts[1], CAPS[parts[2]][""])
    return None
