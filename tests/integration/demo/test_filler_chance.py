"""The same seed tells the same stories, at any hour of any day, and invented answers add up."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django_scopes import scopes_disabled

from limen.apps.measures.models import Response
from limen.apps.records.models import TimelineEntry
from limen.apps.treatment.models import Administration, DosingSession
from limen.config.demo.filler import fill
from limen.config.demo.filler_cast import CAST
from limen.config.demo.filler_scores import gad_7, phq_9

NOW = datetime(2026, 3, 18, 17, 30, tzinfo=UTC)  # a Wednesday, 13:30 in New York


def quiet(line: str) -> None:
    """Nobody reads the progress of a test."""


def told() -> list[tuple]:
    """What the stories say, without random identifiers."""
    with scopes_disabled():
        lines = TimelineEntry.objects.values_list("kind", "occurred_at", "recorded_by_name")
        scores = Response.objects.values_list("instrument_pin", "completed_at", "purpose")
        doses = Administration.objects.values_list("given_at", "dose_mg", "is_out_of_protocol")
        return [sorted(map(str, rows)) for rows in (lines, scores, doses)]


def test_the_same_moment_and_seed_tell_the_same_stories(db):
    cast = [row for row in CAST if row.name in ("Maya Okafor", "Marisol Eastwick-Bao")]
    tellings = []
    for seed in (7, 7, 8):
        point = transaction.savepoint()
        fill(now=NOW, say=quiet, cast=cast, seed=seed)
        tellings.append(told())
        transaction.savepoint_rollback(point)
    assert tellings[0] == tellings[1]
    assert tellings[0] != tellings[2]


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 3, 18, 4, 10, tzinfo=UTC),  # ten past midnight in New York
        datetime(2026, 3, 8, 16, 0, tzinfo=UTC),  # a Sunday, the day the clocks go forward
        datetime(2026, 1, 1, 3, 0, tzinfo=UTC),  # the last evening of the year in New York
        datetime(2026, 11, 21, 5, 1, tzinfo=UTC),  # a minute past midnight in New York
        datetime(2026, 11, 21, 6, 5, tzinfo=UTC),
        datetime(2026, 11, 21, 9, 11, tzinfo=UTC),  # an hour past midnight in Los Angeles
        datetime(2026, 11, 21, 23, 50, tzinfo=UTC),
    ],
)
def test_a_live_session_can_be_told_at_any_hour(db, now):
    cast = [row for row in CAST if any(mark.startswith(("live-", "home-live")) for mark in row.marks)]
    fill(now=now, say=quiet, cast=cast)
    with scopes_disabled():
        began = now - timedelta(minutes=25)
        near = (began - timedelta(seconds=1), began + timedelta(seconds=1))
        assert DosingSession.objects.filter(dose_started_at__range=near).count() == 1


@pytest.mark.parametrize("total", [0, 1, 9, 20, 24])
def test_invented_answers_add_up(total):
    rng = random.Random(1)
    answers = phq_9(total, rng)
    assert sum(answers[f"q{number}"] for number in range(1, 10)) == total
    assert sum(gad_7(min(total, 21), rng).values()) == min(total, 21)
