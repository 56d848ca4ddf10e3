"""A dosing session as the sum of its events. State is derived, never stored as truth; order of arrival is irrelevant.

What was actually taken is always recordable (SR-01). Stop, hold, help and adverse events need no permission (SR-21).
A recorded "discharged" ends the session only when the discharge gate was clear just before it (H5).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

EVENT_KINDS = (
    "arrived",
    "gate_checked",
    "go",
    "dose_started",
    "dose_step",
    "dose_ended",
    "vital",
    "rating",
    "observation",
    "intervention",
    "medication_given",
    "hold",
    "resume",
    "stop",
    "help_pressed",
    "sitter_check",
    "adverse_event",
    "recovered",
    "discharge_checked",
    "discharged",
    "transferred",
    "left_against_advice",
    "eloped",
    "contact_lost",
    "note",
    "void",
)
ENTRY_MODES = ("live", "back_filled", "offline", "device")
PHASES = ("expected", "checking_in", "ready", "dosing", "recovering", "held", "ended")
DOSE_KINDS = frozenset({"dose_started", "dose_step", "dose_ended"})
OTHER_ENDINGS = frozenset({"transferred", "left_against_advice", "eloped", "contact_lost"})
ENDINGS = OTHER_ENDINGS | {"discharged"}
# SR-21: no state of the software refuses these.
ALWAYS = (
    frozenset({"stop", "hold", "help_pressed", "adverse_event", "medication_given", "intervention"})
    | frozenset({"vital", "rating", "observation", "sitter_check", "note", "void"})
    | OTHER_ENDINGS
)
# After one of these a discharge check says nothing any more about the person in the room.
UNSETTLING = frozenset({"dose_started", "dose_step", "medication_given", "hold", "help_pressed", "adverse_event"})
CLEAR = "clear"


@dataclass(frozen=True)
class SessionEvent:
    """One thing that happened.

    occurred_at: when it happened; recorded_at: when the server wrote it down. Both carry a time zone.
    boot_id, boottime_ms: the recording machine's clock since boot, for elapsed minutes that a clock step cannot bend.
    payload by kind: gate_checked and discharge_checked {"overall"}; dose_* {"given_mg"}; vital {quantity: number};
    rating {"instrument", "value"}; void {"voids"}; adverse_event {"resolves"} closes an earlier one;
    intervention or observation {"answers"} closes a call for help.
    Raises ValueError for an unknown kind or mode, a time without a zone, or an impossible given_mg.
    """

    uid: str
    kind: str
    occurred_at: datetime
    recorded_at: datetime
    entry_mode: str = "live"
    payload: Mapping[str, Any] = field(default_factory=dict, hash=False)
    boot_id: str = ""
    boottime_ms: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in EVENT_KINDS:
            raise ValueError(f"Event kind '{self.kind}' is not one of {', '.join(EVENT_KINDS)}.")
        if self.entry_mode not in ENTRY_MODES:
            raise ValueError(f"Entry mode '{self.entry_mode}' is not one of {', '.join(ENTRY_MODES)}.")
        if self.occurred_at.tzinfo is None or self.recorded_at.tzinfo is None:
            raise ValueError("occurred_at and recorded_at need a time zone.")
        object.__setattr__(self, "payload", MappingProxyType(dict(self.payload)))
        if "given_mg" in self.payload:
            _milligrams(self.payload["given_mg"])
        if self.kind == "void" and not self.payload.get("voids"):
            raise ValueError("A void names the event it voids: payload 'voids'.")

    @property
    def order(self) -> tuple[datetime, datetime, str]:
        return (self.occurred_at, self.recorded_at, self.uid)


@dataclass(frozen=True)
class Reading:
    """The newest value of one quantity, its time, and the event it came from."""

    value: Any
    occurred_at: datetime
    event_uid: str


@dataclass(frozen=True)
class SessionState:
    """What the events say.

    phase: one of PHASES; while held, `held_from` is the phase it was held in.
    ending: "" or how the session ended; every ending but "discharged" opens an obligation at once (SR-21).
    started_at: arrival. total_given_mg: None when no event says how much, which is not the same as none.
    readings: newest value of each vital quantity; ratings: newest value of each instrument.
    departures: what the record shows that the procedure does not foresee, as (event uid, reason key); each is an
    adverse event and an obligation for somebody, never a refusal to record.
    is_discharge_clear: the latest discharge check was clear and nothing unsettling followed it.
    """

    phase: str
    ending: str
    held_from: str
    is_stopped: bool
    started_at: datetime | None
    gate_overall: str
    dose_started_at: datetime | None
    dose_ended_at: datetime | None
    recovered_at: datetime | None
    ended_at: datetime | None
    total_given_mg: Decimal | None
    last_vital: SessionEvent | None
    readings: Mapping[str, Reading]
    ratings: Mapping[str, Reading]
    open_adverse_events: tuple[SessionEvent, ...]
    open_help_calls: tuple[SessionEvent, ...]
    departures: tuple[tuple[str, str], ...]
    is_discharge_clear: bool
    timeline: tuple[SessionEvent, ...]
    voided: tuple[SessionEvent, ...]

    @property
    def is_dosed(self) -> bool:
        return self.dose_started_at is not None

    @property
    def needs_obligation_for_ending(self) -> bool:
        return self.ending in OTHER_ENDINGS

    def events(self, kind: str, instrument: str = "") -> tuple[SessionEvent, ...]:
        """Live events of one kind, and of one rating instrument when it is named, oldest first."""
        return tuple(
            e for e in self.timeline if e.kind == kind and (not instrument or e.payload.get("instrument") == instrument)
        )


def derive_state(events: Iterable[SessionEvent]) -> SessionState:
    """The state these events add up to, whatever order they are given in.

    Repeats of the same event count once. Raises ValueError when two different events share a uid.
    """
    ordered = _unique_in_order(events)
    voided_uids = _voided(ordered)
    timeline = tuple(e for e in ordered if e.uid not in voided_uids)
    walk = _Walk()
    for event in timeline:
        walk.take(event, timeline)
    known = {e.uid for e in ordered}
    unmatched = [(e.uid, "void_of_unknown_event") for e in timeline if e.kind == "void" and _target(e) not in known]
    return SessionState(
        phase=walk.phase,
        ending=walk.ending,
        held_from=walk.held_from,
        is_stopped=walk.is_stopped,
        started_at=_first_time(timeline, frozenset({"arrived"})),
        gate_overall=walk.gate_overall,
        dose_started_at=_first_time(timeline, DOSE_KINDS),
        dose_ended_at=walk.dose_ended_at,
        recovered_at=walk.recovered_at,
        ended_at=walk.ended_at,
        total_given_mg=_total_given_mg(timeline),
        last_vital=next((e for e in reversed(timeline) if e.kind == "vital"), None),
        readings=MappingProxyType(_readings(timeline)),
        ratings=MappingProxyType(_ratings(timeline)),
        open_adverse_events=_open(timeline, "adverse_event", "resolves"),
        open_help_calls=_open(timeline, "help_pressed", "answers"),
        departures=tuple(walk.departures + unmatched),
        is_discharge_clear=_is_discharge_clear(timeline, None),
        timeline=timeline,
        voided=tuple(e for e in ordered if e.uid in voided_uids),
    )


def allowed_next(state: SessionState) -> frozenset[str]:
    """The kinds a page may offer now. What was taken can be recorded beyond these: see is_recordable.

    "dose_started" is here only after a clear gate and a "go"; "discharged" only behind a clear discharge check.
    """
    if state.phase == "ended":
        return ALWAYS
    offered = {"gate_checked"} if not state.is_dosed and not state.is_stopped else set()
    if state.phase == "expected":
        offered = {"arrived"}
    elif state.phase == "held":
        offered |= set() if state.is_stopped else {"resume"}
    elif state.phase == "checking_in" and state.gate_overall == CLEAR:
        offered |= {"go"}
    elif state.phase == "ready":
        offered |= {"dose_started"}
    elif state.phase == "dosing":
        offered |= {"dose_step", "dose_ended"}
    elif state.phase == "recovering":
        offered |= {"recovered"}
    return ALWAYS | offered | _leaving(state)


def is_recordable(state: SessionState, kind: str) -> bool:
    """Whether an event of this kind may be written down now.

    Anything that was taken always may (SR-01), and so may everything in ALWAYS (SR-21).
    Raises ValueError for an unknown kind.
    """
    if kind not in EVENT_KINDS:
        raise ValueError(f"Event kind '{kind}' is not one of {', '.join(EVENT_KINDS)}.")
    return kind in DOSE_KINDS or kind in allowed_next(state)


@dataclass(frozen=True)
class Moment:
    """An instant, with the machine's time since boot when it is known."""

    at: datetime
    boot_id: str = ""
    boottime_ms: int | None = None


@dataclass(frozen=True)
class Elapsed:
    """Minutes between two moments. is_certain is False when only the wall clock could be read."""

    minutes: float
    is_certain: bool


def moment_of(event: SessionEvent) -> Moment:
    """When an event happened. Only a live entry's boot clock is the clock of the happening itself."""
    if event.entry_mode == "live":
        return Moment(event.occurred_at, event.boot_id, event.boottime_ms)
    return Moment(event.occurred_at)


def elapsed(start: Moment, end: Moment) -> Elapsed:
    """Minutes from start to end, never negative: by boot time within one boot, else by the wall clock."""
    if start.boot_id and start.boot_id == end.boot_id and None not in (start.boottime_ms, end.boottime_ms):
        assert start.boottime_ms is not None and end.boottime_ms is not None
        return Elapsed(max(0.0, (end.boottime_ms - start.boottime_ms) / 60_000), True)
    return Elapsed(max(0.0, elapsed_min(start.at, end.at)), False)


def elapsed_min(start: datetime, end: datetime) -> float:
    """Minutes between two aware instants, exact across a change to or from summer time.

    >>> from datetime import UTC
    >>> elapsed_min(datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 3, 29, 1, 10, tzinfo=UTC))
    40.0
    """
    if start.tzinfo is None or end.tzinfo is None:
        raise ValueError("Elapsed minutes need times with a zone.")
    # Two times in one ZoneInfo subtract as wall clocks, which is an hour wrong twice a year; so go through UTC.
    return (end.astimezone(UTC) - start.astimezone(UTC)) / timedelta(minutes=1)


class _Walk:
    """One pass over the timeline."""

    def __init__(self) -> None:
        self.phase = "expected"
        self.ending = ""
        self.held_from = ""
        self.gate_overall = ""
        self.is_stopped = False
        self.is_dosed = False
        self.has_go = False
        self.dose_ended_at: datetime | None = None
        self.recovered_at: datetime | None = None
        self.ended_at: datetime | None = None
        self.departures: list[tuple[str, str]] = []

    def take(self, event: SessionEvent, timeline: Sequence[SessionEvent]) -> None:
        if event.kind in DOSE_KINDS:
            self._dose(event)
        elif event.kind in OTHER_ENDINGS:
            self._end(event)
        elif event.kind == "discharged":
            self._discharged(event, timeline)
        elif self.phase != "ended":
            self._step(event)

    def _step(self, event: SessionEvent) -> None:
        if event.kind == "gate_checked":
            self.gate_overall = str(event.payload.get("overall", ""))
            self.has_go = False
            self._before_dose("checking_in")
        elif event.kind == "arrived":
            if self.phase == "expected":
                self.phase = "checking_in"
        elif event.kind == "go":
            self._go(event)
        elif event.kind == "hold":
            self._hold()
        elif event.kind == "resume":
            self._resume(event)
        elif event.kind == "stop":
            self._stop(event)
        elif event.kind == "recovered":
            self.recovered_at = event.occurred_at

    def _before_dose(self, phase: str) -> None:
        if self.is_dosed:
            return
        if self.phase == "held":
            self.held_from = phase
        else:
            self.phase = phase

    def _go(self, event: SessionEvent) -> None:
        if self.gate_overall != CLEAR:
            self.departures.append((event.uid, "go_without_clear_gate"))
        elif not self.is_stopped:
            self.has_go = True
            self._before_dose("ready")

    def _hold(self) -> None:
        if self.phase != "held":
            self.held_from, self.phase = self.phase, "held"

    def _resume(self, event: SessionEvent) -> None:
        if self.is_stopped:
            self.departures.append((event.uid, "resume_after_stop"))
        elif self.phase == "held":
            self.phase, self.held_from = self.held_from, ""

    def _stop(self, event: SessionEvent) -> None:
        self.is_stopped = True
        if self.is_dosed:
            self.dose_ended_at = self.dose_ended_at or event.occurred_at
            self.phase, self.held_from = "recovering", ""
        else:
            # Nobody was dosed, but somebody may still be unwell in the room: it stays on the board until it is ended.
            self._hold()

    def _dose(self, event: SessionEvent) -> None:
        for reason in self._dose_departures():
            self.departures.append((event.uid, reason))
        self.is_dosed = True
        self.recovered_at = None
        is_end = event.kind == "dose_ended"
        self.dose_ended_at = event.occurred_at if is_end else None
        phase = "recovering" if is_end else "dosing"
        if self.phase == "held":
            self.held_from = phase
        elif self.phase != "ended":
            self.phase = phase

    def _dose_departures(self) -> list[str]:
        found = {
            "dose_without_go": not self.has_go and not self.is_dosed,
            "dose_while_held": self.phase == "held" and not self.is_stopped,
            "dose_after_stop": self.is_stopped,
            "dose_after_end": self.phase == "ended",
        }
        return [reason for reason, is_found in found.items() if is_found]

    def _end(self, event: SessionEvent) -> None:
        if self.phase != "ended":
            self.phase, self.ending, self.ended_at, self.held_from = "ended", event.kind, event.occurred_at, ""

    def _discharged(self, event: SessionEvent, timeline: Sequence[SessionEvent]) -> None:
        if self.phase == "ended":
            return
        if not _may_leave(self.phase, self.is_stopped):
            self.departures.append((event.uid, f"discharged_while_{self.phase}"))
        elif not _is_discharge_clear(timeline, event):
            self.departures.append((event.uid, "discharged_without_clear_gate"))
        else:
            self._end(event)


def _may_leave(phase: str, is_stopped: bool) -> bool:
    """Discharge comes after recovery, or after a stop before any dose."""
    return phase == "recovering" or (phase == "held" and is_stopped)


def _leaving(state: SessionState) -> frozenset[str]:
    if not _may_leave(state.phase, state.is_stopped):
        return frozenset()
    return frozenset({"discharge_checked", "discharged"} if state.is_discharge_clear else {"discharge_checked"})


def _unique_in_order(events: Iterable[SessionEvent]) -> list[SessionEvent]:
    by_uid: dict[str, SessionEvent] = {}
    for event in events:
        if by_uid.setdefault(event.uid, event) != event:
            raise ValueError(f"Two different events have the uid '{event.uid}'.")
    return sorted(by_uid.values(), key=lambda e: e.order)


def _target(void: SessionEvent) -> str:
    return str(void.payload["voids"])


def _voided(ordered: Sequence[SessionEvent]) -> frozenset[str]:
    """Uids that are voided. A void may itself be voided, but only by one written later, so circles cannot arise."""
    written = {e.uid: (e.recorded_at, e.uid) for e in ordered if e.kind == "void"}
    voided: set[str] = set()
    for void in sorted((e for e in ordered if e.kind == "void"), key=lambda e: written[e.uid], reverse=True):
        target = _target(void)
        is_earlier = target not in written or written[target] < written[void.uid]
        if void.uid not in voided and is_earlier:
            voided.add(target)
    return frozenset(voided)


def _is_discharge_clear(timeline: Sequence[SessionEvent], discharged: SessionEvent | None) -> bool:
    """Whether the last discharge check before `discharged` (or before now) was clear and still stands.

    What was written down only after the person had left cannot keep them in the room: it is judged afterwards.
    """
    known = [
        e
        for e in timeline
        if discharged is None or (e.order <= discharged.order and e.recorded_at <= discharged.recorded_at)
    ]
    check = next((e for e in reversed(known) if e.kind == "discharge_checked"), None)
    if check is None or check.payload.get("overall") != CLEAR:
        return False
    return not any(e.kind in UNSETTLING and _is_after_check(e, check) for e in known)


def _is_after_check(event: SessionEvent, check: SessionEvent) -> bool:
    """Later than the check, or not yet known to whoever made a live check."""
    return event.order > check.order or (check.entry_mode == "live" and event.recorded_at > check.recorded_at)


def _first_time(timeline: Sequence[SessionEvent], kinds: frozenset[str]) -> datetime | None:
    return next((e.occurred_at for e in timeline if e.kind in kinds), None)


def _total_given_mg(timeline: Sequence[SessionEvent]) -> Decimal | None:
    """Sum of what was given, in mg; an infusion says it once, at its end. None when nothing says how much."""
    amounts = [_milligrams(e.payload["given_mg"]) for e in timeline if e.kind in DOSE_KINDS and "given_mg" in e.payload]
    return sum(amounts, Decimal(0)) if amounts else None


def _milligrams(value: Any) -> Decimal:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"given_mg is '{value}'; give a number of milligrams.") from None
    if not amount.is_finite() or amount < 0:
        raise ValueError(f"given_mg is {value}; it must be 0 mg or more.")
    return amount


def _readings(timeline: Sequence[SessionEvent]) -> dict[str, Reading]:
    found: dict[str, Reading] = {}
    for event in timeline:
        if event.kind == "vital":
            found.update({k: Reading(v, event.occurred_at, event.uid) for k, v in event.payload.items()})
    return found


def _ratings(timeline: Sequence[SessionEvent]) -> dict[str, Reading]:
    return {
        str(e.payload["instrument"]): Reading(e.payload.get("value"), e.occurred_at, e.uid)
        for e in timeline
        if e.kind == "rating" and "instrument" in e.payload
    }


def _open(timeline: Sequence[SessionEvent], kind: str, closed_by: str) -> tuple[SessionEvent, ...]:
    closed = {str(e.payload[closed_by]) for e in timeline if closed_by in e.payload}
    return tuple(e for e in timeline if e.kind == kind and closed_by not in e.payload and e.uid not in closed)
