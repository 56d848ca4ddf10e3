"""A session told as events, and what it comes to."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from limen.clinical.definitions.protocol import ObservationRule
from limen.clinical.protocols import (
    Moment,
    SessionEvent,
    allowed_next,
    derive_state,
    elapsed,
    elapsed_min,
    observations_due,
)

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def told(*rows):
    """(minute, kind, payload?) -> events; a live entry unless the payload says how late it was written."""
    found = []
    for n, (minute, kind, *rest) in enumerate(rows):
        payload = dict(rest[0]) if rest else {}
        late_min, mode = payload.pop("late_min", 0), payload.pop("mode", "live")
        at = T0 + timedelta(minutes=minute)
        found.append(SessionEvent(f"e{n}", kind, at, at + timedelta(minutes=late_min), mode, payload))
    return found


CLEAR = {"overall": "clear"}
START = [(0, "arrived"), (10, "gate_checked", CLEAR), (12, "go"), (15, "dose_started")]
DOSED = [*START, (55, "dose_ended", {"given_mg": "35"})]
READY = [*DOSED, (130, "recovered"), (140, "discharge_checked", CLEAR)]


@pytest.mark.parametrize(
    ("rows", "phase", "ending"),
    [
        ([], "expected", ""),
        (START[:1], "checking_in", ""),
        (START[:2], "checking_in", ""),
        (START[:3], "ready", ""),
        (START, "dosing", ""),
        ([*START, (20, "hold")], "held", ""),
        ([*START, (20, "hold"), (25, "resume")], "dosing", ""),
        ([*START, (20, "stop")], "recovering", ""),
        ([*START[:2], (11, "stop")], "held", ""),
        (DOSED, "recovering", ""),
        ([*DOSED, (60, "discharged")], "recovering", ""),
        ([*READY, (141, "discharged")], "ended", "discharged"),
        ([*READY, (141, "adverse_event"), (142, "discharged")], "recovering", ""),
        ([*DOSED, (60, "transferred")], "ended", "transferred"),
        ([*START, (20, "eloped")], "ended", "eloped"),
        ([*DOSED, (60, "left_against_advice")], "ended", "left_against_advice"),
        ([*START, (20, "contact_lost")], "ended", "contact_lost"),
        ([*READY, (141, "discharged"), (150, "void", {"voids": "e7"})], "recovering", ""),
    ],
)
def test_where_the_session_stands(rows, phase, ending):
    state = derive_state(told(*rows))
    assert (state.phase, state.ending) == (phase, ending)
    assert state.needs_obligation_for_ending == (ending not in ("", "discharged"))


def test_h5_a_discharge_without_a_clear_gate_is_kept_and_shown():
    assert derive_state(told(*DOSED, (60, "discharged"))).departures == (("e5", "discharged_without_clear_gate"),)


def test_an_event_written_down_after_the_person_left_does_not_reopen_the_session():
    late = (90, "adverse_event", {"late_min": 200, "mode": "back_filled"})
    state = derive_state(told(*READY, (141, "discharged"), late))
    assert (state.ending, len(state.open_adverse_events)) == ("discharged", 1)


def test_an_adverse_event_nobody_knew_of_at_the_check_undoes_the_check():
    late = (90, "adverse_event", {"late_min": 50.5})
    assert not derive_state(told(*READY, late)).is_discharge_clear


def test_sr_01_a_dose_without_a_go_is_recorded_and_named():
    state = derive_state(told((0, "arrived"), (5, "dose_step", {"given_mg": 100})))
    assert (state.phase, state.total_given_mg) == ("dosing", Decimal(100))
    assert state.departures == (("e1", "dose_without_go"),)


def test_the_total_is_unknown_until_an_event_says_how_much():
    assert derive_state(told(*START)).total_given_mg is None
    assert derive_state(told(*DOSED)).total_given_mg == Decimal(35)


def test_starting_a_dose_is_offered_only_when_ready():
    offers = [("dose_started" in allowed_next(derive_state(told(*START[:n])))) for n in range(5)]
    assert offers == [False, False, False, True, False]


def test_two_different_events_with_one_uid_are_refused():
    one, two = told((0, "arrived"), (1, "arrived"))
    clash = SessionEvent(one.uid, two.kind, two.occurred_at, two.recorded_at)
    with pytest.raises(ValueError, match="have the uid 'e0'"):
        derive_state([one, clash])


EVERY_TEN = ObservationRule("v", "Vitals", "vital", "", "dosing", (), "session.vitals_interval_min.iv", None, "")
AT_40 = ObservationRule("d", "Dissociation", "rating", "dissociation", "after_dose", (40, 120), "", None, "x")
TEN = {"session.vitals_interval_min.iv": 10}


@pytest.mark.parametrize(
    ("readings", "now_min", "minutes", "is_overdue", "is_stale"),
    [
        ([], 20, 5, False, None),
        ([], 26, -1, True, None),
        ([24], 30, 4, False, False),
        ([24], 44, -10, True, False),
        ([24], 45, -11, True, True),  # older than twice ten minutes
        ([5], 20, 5, False, False),  # a reading before the dose does not stand for the dose
    ],
)
def test_h3_what_is_due_overdue_and_stale(readings, now_min, minutes, is_overdue, is_stale):
    state = derive_state(told(*START, *((m, "vital", {"systolic_mmhg": 120}) for m in readings)))
    (due,) = observations_due([EVERY_TEN], state, TEN, T0 + timedelta(minutes=now_min))
    assert (due.minutes, due.is_overdue, due.is_stale) == (minutes, is_overdue, is_stale)


def test_an_unset_interval_cannot_be_told_and_names_the_setting():
    (due,) = observations_due([EVERY_TEN], derive_state(told(*START)), {}, T0)
    assert (due.due_at, due.is_overdue, due.missing_setting) == (None, None, "session.vitals_interval_min.iv")


def test_a_rating_at_a_fixed_minute_is_due_until_taken_then_the_next_one():
    rated = (56, "rating", {"instrument": "dissociation", "value": 2})
    now = T0 + timedelta(minutes=60)
    (first,) = observations_due([AT_40], derive_state(told(*DOSED)), {}, now)
    (second,) = observations_due([AT_40], derive_state(told(*DOSED, rated)), {}, now)
    assert [(d.due_at - T0) / timedelta(minutes=1) for d in (first, second)] == [15 + 40, 15 + 120]


def test_f15_minutes_are_exact_over_the_hour_that_never_happens():
    berlin = ZoneInfo("Europe/Berlin")  # 29 March 2026: 02:00 becomes 03:00
    assert elapsed_min(datetime(2026, 3, 29, 1, 50, tzinfo=berlin), datetime(2026, 3, 29, 3, 10, tzinfo=berlin)) == 20


def test_h5_a_clock_step_does_not_bend_minutes_within_one_boot():
    start, stepped = Moment(T0, "boot", 0), Moment(T0 + timedelta(hours=2), "boot", 30 * 60_000)
    assert elapsed(start, stepped).minutes == 30
    assert not elapsed(start, Moment(stepped.at, "other", 0)).is_certain
