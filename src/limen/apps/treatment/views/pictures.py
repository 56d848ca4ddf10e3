"""A session in words, lines and one drawing, for its page and for the board."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.html import format_html

from limen.apps.measures import definitions
from limen.apps.measures.services import vital_text
from limen.apps.measures.vital_ranges import ENTRY_RANGES
from limen.apps.records import clock
from limen.apps.treatment.models import DosingSession, SessionEvent
from limen.apps.treatment.selectors import live
from limen.apps.treatment.selectors import sessions as reading
from limen.apps.treatment.services.endings import OTHER_ENDINGS
from limen.apps.treatment.services.sessions import RATINGS
from limen.charts import session_strip
from limen.charts.session_strip import DoseBar, RatingMark, VitalReading
from limen.clinical import protocols as core
from limen.clinical.units import plain

PHASE_WORDS = live.PHASE_WORDS
PHASE_TONES = {
    "expected": "neutral",
    "checking_in": "info",
    "ready": "info",
    "dosing": "watch",
    "recovering": "info",
    "held": "alert",
    "ended": "neutral",
}
ENDING_WORDS = {"discharged": "Discharged", **{key: words for key, (words, _) in OTHER_ENDINGS.items()}}
RATING_WORDS = {
    "dissociation-rating": "Dissociation",
    "moaa-s": "Sedation (MOAA/S)",
    "nausea-rating": "Nausea",
    "anxiety-rating": "Anxiety",
}
EVENT_WORDS = {
    "arrived": "Arrived",
    "gate_checked": "Gate",
    "go": "Gate clear",
    "dose_started": "Dose started",
    "dose_step": "More of the dose",
    "dose_ended": "Dose ended",
    "vital": "Vital signs",
    "rating": "Rating",
    "observation": "Observation",
    "intervention": "Something done",
    "medication_given": "Medicine given",
    "hold": "On hold",
    "resume": "Resumed",
    "stop": "Stopped",
    "help_pressed": "Asked for help",
    "sitter_check": "Check by the sitter",
    "adverse_event": "Adverse event",
    "recovered": "Recovered, signed",
    "discharge_checked": "Discharge gate",
    "discharged": "Discharged",
    "note": "Note",
    "void": "Entry voided",
} | {key: words for key, (words, _) in OTHER_ENDINGS.items()}
EVENT_TONES = {
    "hold": "watch",
    "stop": "alert",
    "help_pressed": "alert",
    "adverse_event": "alert",
    "transferred": "alert",
    "left_against_advice": "alert",
    "eloped": "alert",
    "contact_lost": "alert",
    "dose_started": "info",
    "dose_step": "info",
    "dose_ended": "info",
    "recovered": "good",
    "discharged": "good",
    "go": "good",
}


def tile_of(session: DosingSession, rows: list[SessionEvent]) -> live.BoardTile:
    return live.tile(session, rows, reading.site_settings(session), clock.now())


@dataclass(frozen=True)
class Offers:
    """What the page may offer now, from the pure core's own list."""

    hold: bool
    resume: bool
    stop: bool
    recovered: bool
    leave: bool
    gate: bool

    @classmethod
    def of(cls, state: core.SessionState) -> "Offers":
        allowed = core.allowed_next(state)
        is_open = state.phase != "ended"
        return cls(
            hold=is_open and state.phase != "held",
            resume="resume" in allowed,
            stop=is_open and not state.is_stopped,
            recovered="recovered" in allowed and state.recovered_at is None,
            leave=is_open and (state.phase == "recovering" or state.is_stopped),
            gate=is_open and not state.is_dosed and not state.is_stopped,
        )


def next_step(session: DosingSession, state: core.SessionState) -> str:
    """The one thing the procedure waits for, as words."""
    if state.phase == "ended":
        return ""
    if state.phase == "held":
        return "Stopped. End the session when the person is safe." if state.is_stopped else "On hold. Resume or stop."
    if not state.is_dosed:
        return "The gate comes before the dose."
    if state.phase == "dosing":
        return "Record what was taken when the dose is finished."
    if state.recovered_at is None:
        return "Sign recovery when the person has recovered."
    return "The discharge gate is next."


def due_lines(tile: live.BoardTile) -> list[dict[str, Any]]:
    """Each expected observation with its time; an interval the site has not set says so."""
    return [
        {
            "title": due.title,
            "due_at": None if is_open_ended(due) else due.due_at,
            "words": "before the dose" if is_open_ended(due) else "",
            "missing": f"No due time: the site has not set {due.missing_setting}." if due.missing_setting else "",
        }
        for due in tile.dues
    ]


def is_open_ended(due: core.Due) -> bool:
    """Asked for before the dose, at no set minute: it cannot be late."""
    return due.is_overdue is False and due.minutes is not None and due.minutes < 0


def reading_lines(session: DosingSession, tile: live.BoardTile, now: datetime) -> list[dict[str, Any]]:
    """The last value of each quantity with its age; stale after twice its interval (H3)."""
    vital_interval = _interval(session, tile, "vital", "")
    found = tile.state.readings
    lines = []
    if "systolic_mmhg" in found and "diastolic_mmhg" in found:
        top, low = found["systolic_mmhg"], found["diastolic_mmhg"]
        lines.append(_line("Blood pressure", f"{top.value}/{low.value}", "mmHg", top, vital_interval, now))
    for name in ("heart_rate_bpm", "spo2_percent", "respiratory_rate_per_min"):
        if name in found:
            entry = ENTRY_RANGES[name]
            unit = {"per minute": "/min"}.get(entry.unit, entry.unit)
            lines.append(_line(entry.label, str(found[name].value), unit, found[name], vital_interval, now))
    for instrument, one in tile.state.ratings.items():
        interval = _interval(session, tile, "rating", instrument)
        lines.append(_line(RATING_WORDS.get(instrument, instrument), str(one.value), "", one, interval, now))
    return lines


def _interval(session: DosingSession, tile: live.BoardTile, kind: str, instrument: str) -> float | None:
    """The interval in minutes of the rule that applies in this phase, when the site has set it."""
    settings = reading.site_settings(session)
    phase = tile.state.held_from or tile.state.phase
    for rule in reading.cadence_of(session):
        if (rule.kind, rule.instrument) == (kind, instrument) and rule.phase in (phase, "after_dose"):
            return reading.interval_min(rule, settings)
    return None


def _line(
    label: str, value: str, unit: str, one: core.Reading, interval: float | None, now: datetime
) -> dict[str, Any]:
    is_stale = interval is not None and core.is_stale(one.occurred_at, interval, now)
    return {"label": label, "value": value, "unit": unit, "at": one.occurred_at, "is_stale": is_stale}


def rating_pads(state: core.SessionState) -> list[dict[str, Any]]:
    """One pad of buttons per rating, each its own form with its own entry id."""
    pads = []
    for identifier in RATINGS:
        item = definitions.instrument(identifier).items[0]
        options = item.answers.options
        choices = [(o.value, o.label) for o in options] if options else [(n, str(n)) for n in range(11)]
        last = state.ratings.get(identifier)
        pads.append(
            {
                "id": identifier,
                "title": RATING_WORDS[identifier],
                "choices": [{"value": value, "label": label} for value, label in choices],
                "uid": uuid.uuid4(),
                "last": last.value if last else None,
            }
        )
    return pads


def fresh_uids(names: Iterable[str]) -> dict[str, uuid.UUID]:
    return {name: uuid.uuid4() for name in names}


def event_lines(rows: Sequence[SessionEvent], state: core.SessionState) -> list[dict[str, Any]]:
    """The session's story, newest first; late entries are marked with when they were written."""
    voided = {event.uid for event in state.voided}
    lines = []
    for row in sorted(rows, key=lambda r: (r.occurred_at, r.id), reverse=True):
        since = core.elapsed_min(state.dose_started_at, row.occurred_at) if state.dose_started_at else None
        lines.append(
            {
                "at": row.occurred_at,
                "what": ("Voided: " if str(row.uid) in voided else "") + EVENT_WORDS.get(row.kind, row.kind),
                "detail": _detail(row),
                "actor": row.recorded_by.display_name if row.recorded_by else "",
                "tone": EVENT_TONES.get(row.kind, "neutral"),
                "elapsed": f"{since:.0f} min" if since is not None and since >= 0 else "",
                "recorded_at": row.recorded_at if row.entry_mode == "back_filled" else None,
            }
        )
    return lines


def _detail(row: SessionEvent) -> str:
    payload, parts = row.payload, []
    if row.kind == "vital":
        parts.append(vital_words(payload))
    elif row.kind == "rating":
        parts.append(f"{RATING_WORDS.get(payload.get('instrument', ''), '')} {payload.get('value')}")
    elif "given_mg" in payload:
        parts.append(f"{payload.get('drug', '')} {plain(Decimal(payload['given_mg']))} mg".strip())
    elif row.kind == "adverse_event":
        parts.append(f"{payload.get('term', '')}, {payload.get('severity', '')}".replace("unrated", "not rated yet"))
    elif row.kind == "gate_checked" or row.kind == "discharge_checked":
        parts.append("every line clear" if payload.get("overall") == "clear" else _count(payload.get("answers", {})))
    if row.note:
        parts.append(row.note)
    return ". ".join(part for part in parts if part)


def _count(answers: dict) -> str:
    return f"{len(answers)} answers" if len(answers) != 1 else "1 answer"


@dataclass(frozen=True)
class Drawn:
    """A chart's own complete, escaped markup, for a page."""

    svg: str

    def __html__(self) -> str:
        return self.svg


class _Values:
    """A payload read as a set of vital signs."""

    def __init__(self, payload: dict):
        self.payload = payload

    def __getattr__(self, name: str):
        return self.payload.get(name)


def vital_words(payload: dict) -> str:
    words = vital_text(_Values(payload))  # type: ignore[arg-type]
    return f"{words}, repeated after rest" if payload.get("is_after_rest") else words


def strip(session: DosingSession, state: core.SessionState) -> dict[str, Any] | None:
    """The drawing of the session, wide and narrow, with its table; None before the dose."""
    if state.dose_started_at is None:
        return None
    start = state.dose_started_at
    until = state.ended_at or clock.now()
    vitals = [
        VitalReading(
            minute=round(core.elapsed_min(start, e.occurred_at), 1),
            systolic_mmhg=e.payload.get("systolic_mmhg"),
            diastolic_mmhg=e.payload.get("diastolic_mmhg"),
            heart_rate_bpm=e.payload.get("heart_rate_bpm"),
            spo2_percent=e.payload.get("spo2_percent"),
            is_back_filled=e.entry_mode == "back_filled",
        )
        for e in state.events("vital")
    ]
    ratings = [
        RatingMark(round(core.elapsed_min(start, e.occurred_at), 1), _short(e.payload), str(e.payload.get("value")))
        for e in state.events("rating")
    ]
    end_min = round(core.elapsed_min(start, state.dose_ended_at or until), 1)
    given = f"{plain(state.total_given_mg)} mg" if state.total_given_mg is not None else "amount not recorded yet"
    now_minute = None if state.phase == "ended" else round(core.elapsed_min(start, clock.now()), 1)
    latest = max([now_minute or 0, end_min, *(v.minute for v in vitals), *(r.minute for r in ratings)])
    values: dict[str, Any] = {
        "title": "This session so far",
        "vitals": vitals,
        "ratings": ratings,
        "dose": DoseBar(0, max(end_min, 0), given),
        "minutes": max(60.0, latest + 5),
        "now_minute": now_minute,
    }
    wide = session_strip(**values)
    return {
        "title": wide.title,
        "sentence": wide.sentence,
        "svg": format_html("{}", Drawn(wide.svg)),
        "narrow": format_html("{}", Drawn(session_strip(**values, width=360).svg)),
        "columns": wide.table.headers,
        "rows": wide.table.rows,
    }


def _short(payload: Any) -> str:
    words = RATING_WORDS.get(payload.get("instrument", ""), "Rating")
    return words.split(" (")[0]
