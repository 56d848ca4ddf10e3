"""A session under a clock that moves on between any two looks at it, as it does outside tests."""

import itertools
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from integration.treatment.treatment_people import People
from limen.apps.records import clock
from limen.apps.treatment import services
from limen.apps.treatment.selectors import gate

START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
TICK = timedelta(microseconds=300)


@pytest.fixture
def running(monkeypatch, site_scope):
    ticks = itertools.count()
    monkeypatch.setattr(clock, "now", lambda: clock._moment.get() or START + TICK * next(ticks))
    return People(site_scope)


def test_what_the_record_says_now_never_lies_in_the_future(running):
    running.ordered()
    session = running.open()
    running.pass_gate(session)
    result = gate(session)
    assert [line.reason for line in result.lines if "future" in line.reason] == []
    assert result.overall == "clear"


def test_a_dose_starts_and_is_given_while_the_clock_runs(running):
    running.ordered()
    session = running.open()
    running.pass_gate(session)
    services.start_dosing(session, actor=running.monitor, client_uid=uuid.uuid4())
    assert not running.dose(session).is_out_of_protocol
