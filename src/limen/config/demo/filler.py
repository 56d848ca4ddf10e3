"""Fill the demo clinic: invented people on their way through care, written by the services the pages use.

Everything follows from `now` and `seed`; nothing lies in the future. Only the demo settings run this.
"""

import gc
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django_scopes import scope

from limen.apps.accounts.roles import ROLE_TITLES
from limen.apps.patients.services import merge_patients, open_patient
from limen.apps.records import clock
from limen.apps.records.models import Outbox
from limen.apps.screening import services as screening
from limen.config.demo import filler_onboarding as onboarding
from limen.config.demo.filler_cast import CAST, SECOND_RECORDS, Story
from limen.config.demo.filler_course import Course
from limen.config.demo.filler_journey import Journey
from limen.config.demo.filler_names import HARBOUR, JUNIPER, REFERRED, STAFF
from limen.config.demo.filler_site import Clinic, email_of, furnish, open_clinics

SEED = 20260
GROUPS = {
    "onboarding": "Patients: onboarding",
    "deciding": "Patients: awaiting a decision",
    "planning": "Patients: planning",
    "induction": "Patients: in treatment at the clinic",
    "home": "Patients: in treatment at home",
    "follow-up": "Patients: after the course",
    "maintenance": "Patients: after the course",
    "declined": "Patients: ended",
    "ended": "Patients: ended",
}


def fill(
    *, now: datetime, say: Callable[[str], None], seed: int = SEED, cast: Sequence[Story] = CAST
) -> dict[str, Clinic]:
    """Make both sites and tell every story of the cast up to `now` (aware). Returns the sites by key.

    Raises whatever a service refuses: then nothing is kept.
    """
    now = now.replace(second=0, microsecond=0)
    with transaction.atomic(), seldom_collecting():
        say("Two sites, their people and settings ...")
        clinics = open_clinics(now)
        for key, clinic in clinics.items():
            with scope(site=clinic.site.pk):
                furnish(clinic)
                rows = [row for row in cast if row.site == key]
                journeys = _tell_all(clinic, rows, seed, say)
                _second_records(clinic, journeys)
                _waiting(clinic, journeys, seed)
        # Invitations of the past have long been sent.
        Outbox.objects.filter(created_at__lte=now).update(state="delivered", delivered_at=F("created_at"))
    write_people(cast)
    return clinics


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Look for garbage less often: the fill makes many short-lived rows and few cycles."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _tell_all(clinic: Clinic, rows: Sequence[Story], seed: int, say: Callable[[str], None]) -> list[Journey]:
    journeys = []
    for number, story in enumerate(rows, start=1):
        journey = Journey(story, clinic, seed, number)
        _schedule(journey)
        journey.tell()
        journeys.append(journey)
        if number % 10 == 0 or number == len(rows):
            say(f"{clinic.site.name}: {number} of {len(rows)} patients")
    return journeys


def _schedule(journey: Journey) -> None:
    story = journey.story
    if story.has_plan:
        course = Course(journey)
        onboarding.schedule(journey, course.first_dose - timedelta(days=onboarding.PLAN_LEAD_DAYS))
        course.schedule()
        return
    referred_on = journey.today + timedelta(days=story.day)
    onboarding.schedule(journey, referred_on)
    if story.is_("left-early"):
        journey.on(referred_on + timedelta(days=11), "13:10", lambda: onboarding.leave_early(journey))


def _second_records(clinic: Clinic, journeys: Sequence[Journey]) -> None:
    """One person who was entered twice and merged, and one pair that nobody has looked at yet."""
    for journey in journeys:
        if journey.story.is_("merged"):
            with clock.at(clinic.now - timedelta(days=110)):
                second = _second(clinic, journey, SECOND_RECORDS[0])
            with clock.at(clinic.now - timedelta(days=109)):
                journey.refresh()
                merge_patients(
                    kept=journey.person,
                    duplicate=second,
                    reason="Same birth date and phone; the name was misspelt on the telephone.",
                    actor=clinic.actor("coordinator"),
                )
        if journey.story.is_("possible-duplicate"):
            with clock.at(clinic.now - timedelta(days=1, hours=4)):
                _second(clinic, journey, SECOND_RECORDS[1])


def _second(clinic: Clinic, journey: Journey, name: str):
    given, _, family = name.rpartition(" ")
    patient = open_patient(
        site=clinic.site,
        given_name=given,
        family_name=family,
        birth_date=journey.birth_date,
        phone=journey.phone,
        actor=clinic.actor("coordinator"),
    )
    screening.start_onboarding(patient, actor=clinic.actor("coordinator"))
    return patient


def _waiting(clinic: Clinic, journeys: Sequence[Journey], seed: int) -> None:
    """Requests nobody has answered yet; one is from somebody who is a patient already."""
    names = REFERRED[:4] if clinic.key == HARBOUR else REFERRED[4:]
    known = {journey.story.name: journey for journey in journeys}
    for number, name in enumerate(names):
        story = Story(name, "referred", clinic.key)
        journey = Journey(story, clinic, seed, 90 + number)
        if name in known:
            journey.birth_date = known[name].birth_date
        journey.ninth = int(number == 1)
        onboarding.wait(clinic, journey, name, 0.2 + number * 0.9)


def write_people(cast: Sequence[Story]) -> None:
    """The list the demo's people page shows; only a demo clinic has a folder for it."""
    folder = getattr(settings, "LIMEN_DEMO_FOLDER", None)
    if not (getattr(settings, "LIMEN_DEMO", False) and folder):
        return
    path = Path(folder) / "people.json"
    path.write_text(json.dumps(people(cast), indent=1, ensure_ascii=False), encoding="utf-8")


def people(cast: Sequence[Story]) -> list[dict[str, str]]:
    rows = [
        {"email": email_of(p.name), "title": p.name, "group": f"Staff: {_places(p.roles)}", "story": _part(p)}
        for p in STAFF
    ]
    for story in cast:
        if story.story:
            rows.append(
                {
                    "email": email_of(story.name),
                    "title": story.name,
                    "group": GROUPS[story.group],
                    "story": story.story,
                }
            )
    return rows


def _places(roles: dict[str, tuple[str, ...]]) -> str:
    titles = {HARBOUR: "Harbour House", JUNIPER: "Juniper Street"}
    return "both sites" if len(roles) > 1 else titles[next(iter(roles))]


def _part(person) -> str:
    roles = sorted({ROLE_TITLES[role] for roles in person.roles.values() for role in roles})
    return f"{', '.join(roles)}. {person.story}"
