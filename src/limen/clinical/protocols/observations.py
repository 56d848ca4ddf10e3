"""What is due next in a running session, and which reading is too old to stand for the present."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from limen.clinical.definitions.protocol import ObservationRule
from limen.clinical.protocols.session import SessionEvent, SessionState, elapsed_min

EARLY_SETTING = "session.observation_early_min"
STALE_AFTER_INTERVALS = 2  # H3: a reading is stale after twice its interval


@dataclass(frozen=True)
class Due:
    """One observation that is expected.

    due_at: None when the site has not set the interval: then it cannot be told when it is due, and is_overdue is None.
    minutes: minutes until it is due, negative when it is late.
    is_stale: the last reading is older than twice the interval; None when that cannot be told.
    missing_setting: the site setting that would answer, or "".
    """

    key: str
    kind: str
    title: str
    instrument: str
    due_at: datetime | None
    is_overdue: bool | None
    minutes: float | None
    is_stale: bool | None
    missing_setting: str = ""


def observations_due(
    cadence: Sequence[ObservationRule], state: SessionState, settings: Mapping[str, float], now: datetime
) -> tuple[Due, ...]:
    """The next due observation of each rule that applies now, the most pressing first.

    settings: site settings in minutes. An unset interval is reported as such, never replaced by a default.
    """
    found = [due for rule in cadence for due in _of_rule(rule, state, settings, now)]
    return tuple(sorted(found, key=lambda due: (due.due_at is None, due.due_at or now, due.key)))


def is_stale(last_at: datetime, interval_min: float, now: datetime) -> bool:
    """Whether a reading is older than twice its interval (H3)."""
    return elapsed_min(last_at, now) > STALE_AFTER_INTERVALS * interval_min


def _of_rule(
    rule: ObservationRule, state: SessionState, settings: Mapping[str, float], now: datetime
) -> tuple[Due, ...]:
    if not _applies(rule.phase, state):
        return ()
    taken = state.events(rule.kind, rule.instrument)
    if rule.phase == "before_dose":
        return () if taken or state.started_at is None else (_due(rule, state.started_at, now, None, False),)
    if rule.at_min:
        return _at_minutes(rule, state, taken, settings.get(EARLY_SETTING, 0), now)
    return (_at_interval(rule, state, taken, settings, now),)


def _applies(phase: str, state: SessionState) -> bool:
    current = state.held_from if state.phase == "held" else state.phase
    if state.phase == "ended":
        return False
    if phase == "before_dose":
        return not state.is_dosed and current in ("checking_in", "ready")
    if phase == "after_dose":
        return state.is_dosed
    return current == phase


def _at_interval(
    rule: ObservationRule,
    state: SessionState,
    taken: Sequence[SessionEvent],
    settings: Mapping[str, float],
    now: datetime,
) -> Due:
    interval_min = settings.get(rule.interval_setting)
    if interval_min is None:
        return Due(rule.key, rule.kind, rule.title, rule.instrument, None, None, None, None, rule.interval_setting)
    assert state.dose_started_at is not None
    last_at = taken[-1].occurred_at if taken else None
    # The clock runs from the last reading since the dose; a change of phase does not buy time.
    start = state.dose_started_at if last_at is None else max(last_at, state.dose_started_at)
    stale = None if last_at is None else is_stale(last_at, interval_min, now)
    return _due(rule, start + timedelta(minutes=interval_min), now, stale, None)


def _at_minutes(
    rule: ObservationRule, state: SessionState, taken: Sequence[SessionEvent], early_min: float, now: datetime
) -> tuple[Due, ...]:
    """The first scheduled minute that no reading has reached. A reading covers every minute scheduled before it."""
    assert state.dose_started_at is not None
    start = state.dose_started_at
    covered = max((elapsed_min(start, e.occurred_at) + early_min for e in taken), default=-1.0)
    left = [minute for minute in rule.at_min if minute > covered]
    return (_due(rule, start + timedelta(minutes=left[0]), now, None, None),) if left else ()


def _due(rule: ObservationRule, due_at: datetime, now: datetime, stale: bool | None, overdue: bool | None) -> Due:
    minutes = elapsed_min(now, due_at)
    return Due(
        key=rule.key,
        kind=rule.kind,
        title=rule.title,
        instrument=rule.instrument,
        due_at=due_at,
        is_overdue=minutes < 0 if overdue is None else overdue,
        minutes=minutes,
        is_stale=stale,
    )
