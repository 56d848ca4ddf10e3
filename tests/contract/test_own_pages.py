"""A patient's own addresses never reach into another patient's record, and reading changes nothing (S21, S22, S46)."""

import re
from datetime import date

import pytest
from django.urls import get_resolver
from django_scopes import scope

from factories import SYSTEM, actor_of, client_for, make_patient, make_site, make_staff
from limen.apps.accounts.roles import STAFF
from limen.apps.measures.services import assign
from limen.apps.patients.selectors import current_episode
from limen.apps.plans.models import Goal
from limen.apps.plans.services import set_goal
from limen.apps.records.models import Record
from limen.apps.therapy.models import JournalEntry, SharedEntry
from limen.apps.therapy.services import share_entry, write_entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_patients():
    """Two patients of one site; the second has one of everything that an own address can name."""
    site = make_site()
    with scope(site=site.pk):
        mine = make_patient(site, "Mina", "Own", with_login=True)
        theirs = make_patient(site, "Canarywort", "Other", with_login=True)
        assignment = assign(
            patient=theirs,
            episode=current_episode(theirs),
            instrument_id="phq-9",
            purpose="follow_up",
            opens_on=date(2020, 1, 1),
            due_on=date(2099, 1, 1),
            closes_on=date(2099, 1, 1),
            actor=SYSTEM,
        )
        their_actor = actor_of(theirs.user)
        write_entry(patient=theirs, text="canary words of a journal", actor=their_actor)
        entry = JournalEntry.objects.get(patient=theirs)
        share_entry(entry, actor=their_actor)
        set_goal(patient=theirs, episode=current_episode(theirs), words="a canary goal", actor=their_actor)
        ids = {
            "assignment_uid": assignment.uid,
            "entry_uid": entry.uid,
            "shared_uid": SharedEntry.objects.get(patient=theirs).uid,
            "goal_uid": Goal.objects.get(patient=theirs).uid,
        }
    return site, mine, theirs, ids


def all_routes(patterns=None, prefix="") -> list[str]:
    found: list[str] = []
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        found += all_routes(pattern.url_patterns, route) if hasattr(pattern, "url_patterns") else [route]
    return found


OWN = [route for route in all_routes() if route.startswith("my/") and "<uuid:" in route]


@pytest.mark.parametrize("route", OWN)
def test_another_patients_ids_open_nothing(two_patients, route):
    site, mine, _, ids = two_patients
    target = "/" + re.sub(r"<int:\w+>", "1", re.sub(r"<uuid:(\w+)>", lambda m: str(ids[m[1]]), route))
    before = fingerprint(site)
    browser = client_for(mine.user)
    for method in (browser.get, browser.post):
        response = method(target, {"expected_patient": str(mine.uid), "answer": "1", "text": "x", "words": "x"})
        assert response.status_code in (404, 405), target
        assert b"canary" not in response.content.lower()
    assert fingerprint(site) == before


def fingerprint(site) -> dict:
    """How many rows each record table holds, and the sum of their versions."""
    from django.apps import apps
    from django.db.models import Count, Sum

    with scope(site=site.pk):
        models = [m for m in apps.get_models() if issubclass(m, Record)]
        return {m._meta.label: m.objects.aggregate(n=Count("id"), v=Sum("version")) for m in models}


def test_reading_every_page_changes_no_record(two_patients):
    site, _, theirs, ids = two_patients
    staff = client_for(make_staff(site, *STAFF))
    own = client_for(theirs.user)
    before = fingerprint(site)
    tried = 0
    for route in all_routes():
        if any(part in route for part in ("account/", "demo/", "invitation/", "site/settings/<")):
            continue
        target = "/" + route.replace("<uuid:patient_uid>", str(theirs.uid))
        for name, value in ids.items():
            target = target.replace(f"<uuid:{name}>", str(value))
        target = re.sub(r"<int:\w+>", "1", target)
        if "<" in target:
            continue
        browser = own if target.startswith("/my/") else staff
        browser.get(target)
        tried += 1
    assert tried > 60
    assert fingerprint(site) == before
