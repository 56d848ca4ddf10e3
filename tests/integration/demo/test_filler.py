"""The demo clinic: every stage is there, nothing lies in the future, and the same seed tells the same stories."""

import collections
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.db import transaction
from django.test import override_settings
from django_scopes import scopes_disabled

from limen.apps.accounts.models import Site, StaffCredential, User
from limen.apps.accounts.selectors import unsigned_safety_settings
from limen.apps.measures.models import Score
from limen.apps.patients.models import Episode, Patient
from limen.apps.records.models import AuditEvent
from limen.apps.screening.models import Referral
from limen.apps.signals.models import Obligation
from limen.apps.treatment.models import DosingSession
from limen.config.demo.filler import fill, people, write_people
from limen.config.demo.filler_cast import CAST, SECOND_RECORDS, small_cast
from limen.config.demo.filler_names import REFERRED, STAFF, SUPPORTERS
from limen.config.demo.filler_site import email_of

NOW = datetime(2026, 3, 18, 17, 30, tzinfo=UTC)  # a Wednesday, 13:30 in New York, 10:30 in Los Angeles
# group of the cast -> the stage its episodes are in
STAGES = {
    "onboarding": "onboarding",
    "deciding": "deciding",
    "declined": "ended",
    "planning": "planning",
    "induction": "treating",
    "home": "treating",
    "follow-up": "treating",
    "maintenance": "maintenance",
    "ended": "ended",
}


def quiet(line: str) -> None:
    """Nobody reads the progress of a test."""


@pytest.fixture(scope="module")
def clinic(django_db_setup, django_db_blocker):
    """The small cast, filled once for all tests here and taken back after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        fill(now=NOW, say=quiet, cast=small_cast())
        with scopes_disabled():
            yield
        transaction.set_rollback(True)


@pytest.fixture
def filled(clinic):
    with scopes_disabled():
        yield


def test_every_story_of_the_small_cast_is_at_its_stage(filled):
    found = {}
    for episode in Episode.objects.select_related("patient"):
        found[episode.patient.name] = episode.stage
    wrong = {row.name: found[row.name] for row in small_cast() if found[row.name] != STAGES[row.group]}
    assert wrong == {}


def test_the_full_cast_has_at_least_sixty_people_spread_over_every_stage():
    counts = collections.Counter(row.group for row in CAST)
    assert len(CAST) + len(SECOND_RECORDS) == 72
    assert counts == {
        "onboarding": 8,
        "deciding": 5,
        "declined": 3,
        "planning": 4,
        "induction": 14,
        "home": 8,
        "follow-up": 13,
        "maintenance": 9,
        "ended": 6,
    }


def test_no_two_people_share_a_name_or_an_address():
    names = [row.name for row in CAST] + [row.name for row in STAFF]
    assert len(set(names)) == len(names)
    assert len({email_of(name) for name in names}) == len(names)


def test_nothing_lies_in_the_future(filled):
    late = []
    for model in apps.get_models():
        if not model.__module__.startswith("limen.apps."):
            continue
        names = {field.name for field in model._meta.concrete_fields}
        told = ("occurred_at", "recorded_at", "completed_at", "given_at", "decided_at", "opened_at", "at", "created_at")
        for name in names.intersection(told):
            number = model._base_manager.filter(**{f"{name}__gt": NOW}).count()
            if number:
                late.append(f"{model.__name__}.{name}: {number}")
    assert late == []


def test_every_person_is_on_the_list_of_invented_names(filled):
    known = {row.name for row in CAST} | {row.name for row in STAFF} | set(SUPPORTERS) | set(REFERRED)
    known |= set(SECOND_RECORDS)
    users = {user.display_name for user in User.objects.all()}
    patients = {patient.name for patient in Patient.objects.all()}
    referred = {f"{row.given_name} {row.family_name}" for row in Referral.objects.all()}
    assert (users | patients | referred) - known == set()
    assert all(user.email.endswith("@example.org") for user in User.objects.all())


def test_every_signal_has_a_time_and_one_is_open(filled):
    assert not Obligation.objects.filter(due_at__isnull=True).exists()
    assert Obligation.objects.filter(kind="suicide-risk", state="open").count() >= 1
    assert Obligation.objects.filter(kind="suicide-risk", state="answered").count() >= 1


def test_one_session_runs_at_the_clinic_and_one_at_home(filled):
    rows = DosingSession.objects.filter(phase__in=("dosing", "recovering"))
    live = {row.place: row for row in rows}
    assert set(live) == {"clinic", "home"}
    assert abs(live["clinic"].dose_started_at - (NOW - timedelta(minutes=25))) < timedelta(seconds=1)
    assert live["home"].sitter is not None


def test_every_dose_in_the_past_ended_by_the_discharge_gate(filled):
    dosed = DosingSession.objects.filter(dose_started_at__lt=NOW - timedelta(hours=3))
    assert dosed.count() > 10
    assert set(dosed.values_list("ending", flat=True)) == {"discharged"}


def test_totals_are_the_sum_of_the_answers(filled):
    rows = Score.objects.filter(name="total", instrument_pin__startswith="phq-9@").select_related("response")
    assert rows.count() > 20
    for row in rows:
        answers = row.response.answers
        assert row.value == sum(answers[f"q{number}"] for number in range(1, 10))


def test_both_sites_are_open_and_one_person_may_not_sign(filled):
    assert [unsigned_safety_settings(site.pk) for site in Site.objects.all()] == [[], []]
    assert Site.objects.filter(is_live=True).count() == 2
    ends = StaffCredential.objects.filter(kind="licence").values_list("user__display_name", "expires_on")
    days = {name: (day - NOW.date()).days for name, day in ends}
    assert days["Dr Wren Adeyhollow"] < 0
    assert days["Dr Hana Reyeswick"] == 20


def test_a_merged_record_points_to_the_kept_one(filled):
    merged = [patient for patient in Patient.objects.exclude(merged_into=None)]
    assert [(row.name, row.merged_into.name) for row in merged] == [("Ilse Caravagini", "Ilse Caravaggini")]


def test_every_act_has_its_audit_row_at_its_own_moment(filled):
    days = {at.date() for at in AuditEvent.objects.values_list("at", flat=True)}
    assert len(days) > 60
    assert AuditEvent.objects.filter(outcome="success").count() == AuditEvent.objects.count()


def test_the_people_page_is_written_only_for_a_demo_clinic(tmp_path, filled):
    with override_settings(LIMEN_DEMO=False, LIMEN_DEMO_FOLDER=tmp_path):
        write_people(CAST)
    assert not (tmp_path / "people.json").exists()
    with override_settings(LIMEN_DEMO=True, LIMEN_DEMO_FOLDER=tmp_path):
        write_people(CAST)
    rows = json.loads((tmp_path / "people.json").read_text())
    assert rows == people(CAST)
    patients = [row for row in rows if row["group"].startswith("Patients")]
    assert len(patients) >= 8
    assert {"email", "title", "group", "story"} == set(rows[0])
    told_emails = {row["email"] for row in rows if row["email"]}
    assert {user.email for user in User.objects.filter(memberships__isnull=False)} <= told_emails
