"""The live board: every open session of a site in a fixed number of queries, however many there are."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max

from limen.apps.accounts import selectors as accounts
from limen.apps.records import clock
from limen.apps.records.actor import Actor
from limen.apps.scheduling import selectors as scheduling
from limen.apps.scheduling.models import Appointment
from limen.apps.signals.selectors import open_obligations
from limen.apps.treatment.models import DosingSession, SessionEvent
from limen.apps.treatment.selectors import sessions as reading
from limen.clinical import protocols as core

PHASE_WORDS = {
    "expected": "Expected",
    "checking_in": "At the gate",
    "ready": "Ready",
    "dosing": "Dosing",
    "recovering": "Recovering",
    "held": "On hold",
    "ended": "Ended",
}


@dataclass(frozen=True)
class BoardTile:
    """One open session. next_due is the most pressing observation; minutes counts from the first dose.

    last_at: when anything was last measured or observed; signals: open duties about this person.
    """

    session: DosingSession
    patient: Any
    state: core.SessionState
    place_words: str
    phase_words: str
    minutes: float | None
    dues: tuple[core.Due, ...]
    next_due: core.Due | None
    last_at: datetime | None
    is_last_stale: bool
    signals: int
    has_help_call: bool

    @property
    def is_overdue(self) -> bool:
        return bool(self.next_due and self.next_due.is_overdue)


def live_rows(actor: Actor):
    rows = DosingSession.objects.visible_to(actor).exclude(phase="ended")
    return rows.select_related("patient__site", "room", "monitor", "plan", "order")


def board(actor: Actor, *, now: datetime | None = None) -> list[BoardTile]:
    """Every open session of the active site, in clinic and at home, the most pressing first."""
    moment = now or clock.now()
    sessions = list(live_rows(actor))
    events: dict[int, list[SessionEvent]] = defaultdict(list)
    for row in SessionEvent.objects.filter(session__in=sessions).order_by("id"):
        events[row.session_id].append(row)
    counts = _signal_counts(actor)
    settings = accounts.settings_of(actor.site_id) if sessions and actor.site_id else {}
    tiles = [tile(s, events[s.pk], settings, moment, counts.get(s.patient_id, 0)) for s in sessions]
    return sorted(tiles, key=lambda t: _sort_key(t, moment))


def _sort_key(one: BoardTile, now: datetime) -> tuple:
    due_at = one.next_due.due_at if one.next_due and one.next_due.due_at else None
    return (not one.has_help_call, one.state.phase != "held", not one.is_overdue, due_at is None, due_at or now)


def _signal_counts(actor: Actor) -> dict[int, int]:
    rows = open_obligations(actor).prefetch_related(None).select_related(None).order_by()
    return dict(rows.values_list("patient_id").annotate(n=Count("id")))


def tile(
    session: DosingSession, rows: list[SessionEvent], settings: dict, now: datetime, signals: int = 0
) -> BoardTile:
    """One session as it stands at `now`."""
    state = reading.state_from(rows)
    dues = core.observations_due(reading.cadence_of(session), state, settings, now)
    observed = [e.occurred_at for e in state.timeline if e.kind in ("vital", "rating", "observation", "sitter_check")]
    return BoardTile(
        session=session,
        patient=session.patient,
        state=state,
        place_words=session.room.name if session.room else "At home" if session.place == "home" else "No room yet",
        phase_words="Stopped" if state.is_stopped and state.phase == "held" else PHASE_WORDS[state.phase],
        minutes=core.elapsed_min(state.dose_started_at, now) if state.dose_started_at else None,
        dues=dues,
        next_due=dues[0] if dues else None,
        last_at=max(observed, default=None),
        is_last_stale=any(due.is_stale for due in dues),
        signals=signals,
        has_help_call=bool(state.open_help_calls),
    )


def board_tag(actor: Actor, *, now: datetime | None = None) -> str:
    """What the board shows, in few words: the same text means the same board. Three small queries."""
    moment = now or clock.now()
    sessions = DosingSession.objects.visible_to(actor).exclude(phase="ended")
    newest = reading.newest_event_id(actor.site_id) if actor.site_id else 0
    changed = sessions.aggregate(newest=Max("updated_at"), n=Count("id"))
    duties = open_obligations(actor).prefetch_related(None).select_related(None).order_by()
    duty = duties.aggregate(newest=Max("updated_at"), n=Count("id"))
    minute = int(moment.timestamp() // 60)
    parts = (actor.site_id, newest, changed["n"], changed["newest"], duty["n"], duty["newest"], minute)
    return "-".join(str(part) for part in parts)


def expected_today(actor: Actor, *, now: datetime | None = None) -> list[Appointment]:
    """Dosing appointments of the site's day for which no session is open yet."""
    if actor.site_id is None:
        return []
    site = accounts.site(actor.site_id)
    today = reading.local_day(now or clock.now(), site.time_zone)
    rows = [
        row for row in scheduling.day(actor, today, site.time_zone) if row.kind == "dosing" and row.state == "booked"
    ]
    return rows
