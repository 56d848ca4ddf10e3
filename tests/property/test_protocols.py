"""Plans: order, windows and calendar edges, on generated start dates."""

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import limen.knowledge
from limen.clinical.definitions.protocol import parse_protocol
from limen.clinical.protocols import plan_visits, reflow, what_is_due

FOLDER = Path(limen.knowledge.__file__).parent / "protocols"
PROTOCOLS = [parse_protocol(f.read_text(encoding="utf-8"), f.parent.name) for f in sorted(FOLDER.glob("*/1.toml"))]
starts = st.dates(date(2024, 1, 1), date(2040, 12, 31))
weekdays = st.none() | st.frozensets(st.integers(0, 6), min_size=1)


@given(st.sampled_from(PROTOCOLS), starts, weekdays)
def test_every_visit_lies_in_its_window_and_doses_stay_in_order(protocol, start, open_days):
    visits = plan_visits(protocol, start, weekdays_open=open_days)
    assert {v.key for v in visits} == {t.key for t in protocol.visits}
    assert all(v.earliest <= v.target_date <= v.latest for v in visits)
    doses = [v for v in visits if v.kind == "dosing"]
    assert [d.key for d in doses] == [f"dose-{n}" for n in range(1, len(doses) + 1)]
    assert all(one.target_date < two.target_date for one, two in pairwise(doses))
    assert all(v.problem or open_days is None or v.target_date.weekday() in open_days for v in visits)


@given(st.sampled_from(PROTOCOLS), starts, weekdays)
def test_integration_falls_one_to_three_days_after_its_dose(protocol, start, open_days):
    by_key = {v.key: v for v in plan_visits(protocol, start, weekdays_open=open_days)}
    for visit in by_key.values():
        if visit.kind == "integration":
            gap_days = (visit.target_date - by_key[visit.relative_to].target_date).days
            assert 1 <= gap_days <= 3


@given(st.sampled_from(PROTOCOLS), starts, st.integers(-400, 400))
def test_the_plan_does_not_depend_on_where_in_the_year_it_starts(protocol, start, shift):
    one = plan_visits(protocol, start)
    two = plan_visits(protocol, start + timedelta(days=shift))
    assert [(v.key, v.target_date - start) for v in one] == [
        (v.key, v.target_date - start - timedelta(days=shift)) for v in two
    ]


@given(st.sampled_from(PROTOCOLS), starts, st.integers(-3, 30))
def test_moving_a_dose_keeps_order_and_loses_no_visit_or_is_refused(protocol, start, shift):
    visits = plan_visits(protocol, start)
    moved = next(v for v in visits if v.key == "dose-3")
    try:
        after = reflow(visits, "dose-3", moved.target_date + timedelta(days=shift))
    except ValueError as error:
        assert "out of order" in str(error) or "would both fall" in str(error)
        return
    doses = [v for v in after if v.kind == "dosing"]
    assert sorted(v.key for v in after) == sorted(v.key for v in visits)
    assert all(one.target_date < two.target_date for one, two in pairwise(doses))
    assert all(v.earliest <= v.target_date <= v.latest for v in after)


@given(st.sampled_from(PROTOCOLS), starts, st.integers(-20, 120))
def test_an_open_visit_is_due_overdue_or_to_come_and_never_two_of_them(protocol, start, day):
    visits = plan_visits(protocol, start)
    today = start + timedelta(days=day)
    status = what_is_due(visits, frozenset(), today)
    to_come = [v for v in visits if v.earliest > today]
    assert len(status.due) + len(status.overdue) + len(to_come) == len(visits)


def test_a_series_over_the_leap_day_keeps_its_gaps():
    # 26 Feb 2024 + 3 days = 29 Feb 2024; + 4 days = 4 March 2024, worked on a calendar.
    protocol = next(p for p in PROTOCOLS if p.route == "iv")
    doses = [v.target_date for v in plan_visits(protocol, date(2024, 2, 26)) if v.kind == "dosing"]
    assert doses[:3] == [date(2024, 2, 26), date(2024, 2, 29), date(2024, 3, 4)]


@pytest.mark.parametrize("bad", [frozenset(), frozenset({7})])
def test_impossible_weekdays_are_refused(bad):
    with pytest.raises(ValueError, match="Monday"):
        plan_visits(PROTOCOLS[0], date(2026, 1, 5), weekdays_open=bad)
