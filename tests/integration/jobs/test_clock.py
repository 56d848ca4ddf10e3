"""One pass of the clock, at a moment that is passed in."""

from datetime import UTC, date, datetime

import pytest

from factories import SYSTEM, make_patient
from limen.apps.measures.models import Assignment
from limen.apps.measures.services import assign
from limen.jobs import clock as clock_loop

pytestmark = pytest.mark.django_db


def test_a_questionnaire_is_missed_when_its_last_day_is_over_at_the_site(site_scope):
    patient = make_patient(site_scope)  # New York
    assign(
        patient=patient,
        episode=None,
        instrument_id="phq-9",
        purpose="follow_up",
        opens_on=date(2026, 3, 1),
        due_on=date(2026, 3, 5),
        closes_on=date(2026, 3, 7),
        actor=SYSTEM,
    )
    state = lambda: Assignment.objects.get().state  # noqa: E731
    clock_loop.tick(datetime(2026, 3, 8, 4, 59, tzinfo=UTC))  # 23:59 on the 7th in New York
    assert state() == "open"
    clock_loop.tick(datetime(2026, 3, 8, 5, 1, tzinfo=UTC))
    assert state() == "missed"


def test_one_failing_step_does_not_stop_the_others(monkeypatch):
    done = []

    def breaks(now):
        raise RuntimeError("this step is broken")

    monkeypatch.setattr(clock_loop, "STEPS", (breaks, lambda now: done.append(now) or 1))
    assert clock_loop.tick(datetime(2026, 3, 8, tzinfo=UTC)) == 1
    assert len(done) == 1
