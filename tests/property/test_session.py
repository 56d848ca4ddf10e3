"""A session's state: independent of arrival order, losing nothing, discharged only through the gate."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from limen.clinical.protocols import ALWAYS, DOSE_KINDS, EVENT_KINDS, SessionEvent, allowed_next, derive_state
from limen.clinical.protocols import is_recordable as recordable

T0 = datetime(2026, 3, 29, 0, 0, tzinfo=UTC)


@st.composite
def events(draw):
    found = []
    for n in range(draw(st.integers(0, 14))):
        kind = draw(st.sampled_from(EVENT_KINDS))
        at = T0 + timedelta(minutes=draw(st.integers(0, 240)))
        written = at + timedelta(minutes=draw(st.integers(0, 90)))
        payload = {}
        if kind == "void":
            payload = {"voids": f"e{draw(st.integers(0, 14))}"}
        elif kind in ("gate_checked", "discharge_checked"):
            payload = {"overall": draw(st.sampled_from(["clear", "blocked", "not_clear"]))}
        found.append(SessionEvent(f"e{n}", kind, at, written, "live", payload))
    return found


@given(events(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(found, random):
    shuffled = [*found, *found[:2]]
    random.shuffle(shuffled)
    assert derive_state(shuffled) == derive_state(found)


@given(events())
def test_no_event_is_lost(found):
    state = derive_state(found)
    assert {e.uid for e in state.timeline} | {e.uid for e in state.voided} == {e.uid for e in found}
    assert len(state.timeline) + len(state.voided) == len(found)


@given(events())
def test_h5_a_session_is_discharged_only_behind_a_clear_check(found):
    state = derive_state(found)
    if state.ending == "discharged":
        checks = [e for e in state.timeline if e.kind == "discharge_checked" and e.occurred_at <= state.ended_at]
        assert checks and checks[-1].payload["overall"] == "clear"


@given(events())
def test_sr_21_and_sr_01_help_stop_and_what_was_taken_are_never_refused(found):
    state = derive_state(found)
    assert allowed_next(state) >= ALWAYS
    assert all(recordable(state, kind) for kind in ALWAYS | DOSE_KINDS)


@given(events())
def test_a_dose_is_offered_only_after_a_clear_gate(found):
    state = derive_state(found)
    if "dose_started" in allowed_next(state):
        assert state.gate_overall == "clear" and not state.is_dosed and not state.is_stopped
