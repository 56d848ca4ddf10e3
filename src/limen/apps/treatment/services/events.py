"""One door for everything that happens in a session: written once, in order, with the state it adds up to."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max

from limen.apps.records import clock
from limen.apps.records.actor import Actor
from limen.apps.records.acts import act, canonical_json
from limen.apps.records.models import content_of
from limen.apps.signals.selectors import open_for
from limen.apps.signals.services import answer_obligation, raise_signal
from limen.apps.treatment.models import DosingSession, SessionEvent
from limen.apps.treatment.selectors import sessions as reading
from limen.clinical import protocols as core

TICK = timedelta(microseconds=1)
SAVED_OTHERWISE = "This entry was already saved with other content. The first one stays; nothing was saved."


class SessionRefused(Exception):
    """This cannot be written to the session like this; the message is for the person who tried."""

    limen_refusal = True


class DifferentEntry(SessionRefused):
    """The same entry was already sent with other content; the first one stays (F12)."""


@dataclass(frozen=True)
class Entry:
    """What one event says, before it is written.

    occurred_at: None means now. client_uid: made where the entry was typed; sending it twice writes it once.
    """

    kind: str
    client_uid: uuid.UUID
    occurred_at: datetime | None = None
    payload: dict[str, Any] = field(default_factory=dict)
    note: str = ""
    entry_mode: str = ""
    subject_uid: uuid.UUID | None = None


HELP_CALL = "help-call"
ANSWERING_KINDS = ("intervention", "observation")


def lock(session: DosingSession) -> DosingSession:
    """The patient and the session held until the act ends, so that two tablets take turns, and so do a dose start
    and the cancelling of its order or the withdrawal of the consent it stands on.

    The patient always comes first: two orders of locking would wait for each other.
    """
    patient = type(session.patient).objects.select_for_update().get(pk=session.patient_id)
    locked = DosingSession.objects.select_for_update().get(pk=session.pk)
    locked.patient = patient
    return locked


def earlier_entry(entry: Entry, session: DosingSession) -> SessionEvent | None:
    """The row this entry already wrote, or None. Raises DifferentEntry when it said something else."""
    row = SessionEvent.objects.filter(client_uid=entry.client_uid).first()
    if row is None:
        return None
    is_same = (
        row.session_id == session.pk
        and row.kind == entry.kind
        and canonical_json(row.payload) == canonical_json(entry.payload)
        and row.note == entry.note
        and (entry.occurred_at is None or row.occurred_at == entry.occurred_at)
    )
    if not is_same:
        raise DifferentEntry(SAVED_OTHERWISE)
    return row


def write(session: DosingSession, entry: Entry, *, actor: Actor) -> SessionEvent:
    """Write one event and the state it leads to. Call inside an act, with the session locked.

    Raises SessionRefused for a time in the future and for a kind this state does not take.
    """
    at = entry.occurred_at or _present(session)
    if at > clock.now() + reading.LIVE_WITHIN:
        raise SessionRefused(f"{at:%d %B %Y, %H:%M} is in the future. Give the time it happened.")
    earlier = reading.rows_of(session)
    state = reading.state_from(earlier)
    if not core.is_recordable(state, entry.kind):
        raise SessionRefused(_why_not(state, entry.kind))
    row = SessionEvent(
        site_id=session.site_id,
        patient_id=session.patient_id,
        session=session,
        kind=entry.kind,
        occurred_at=at,
        entry_mode=entry.entry_mode or reading.entry_mode_for(entry.occurred_at),
        client_uid=entry.client_uid,
        payload=entry.payload,
        note=entry.note,
        subject_uid=entry.subject_uid,
    )
    row.save()
    _follow(session, row, reading.state_from([*earlier, row]))
    return row


def _present(session: DosingSession) -> datetime:
    """Now, or just after the newest entry of this instant, so that entries keep the order they were written in."""
    now = clock.now()
    near = SessionEvent.objects.filter(session=session, occurred_at__gte=now)
    newest = near.filter(occurred_at__lte=now + reading.LIVE_WITHIN).aggregate(at=Max("occurred_at"))["at"]
    return newest + TICK if newest is not None else now


PHASE_WORDS = {
    "expected": "before arrival",
    "checking_in": "at the gate",
    "ready": "ready to start",
    "dosing": "during the dose",
    "recovering": "in recovery",
    "held": "on hold",
    "ended": "after its end",
}


def _why_not(state: core.SessionState, kind: str) -> str:
    words = PHASE_WORDS[state.phase]
    return f"“{kind.replace('_', ' ')}” does not follow here: the session is {words}. Nothing was saved."


def _follow(session: DosingSession, row: SessionEvent, state: core.SessionState) -> None:
    """Keep the header in step with its events; the events stay the truth."""
    before = content_of(session)
    session.phase, session.ending = state.phase, state.ending
    session.dose_started_at, session.ended_at = state.dose_started_at, state.ended_at
    if content_of(session) != before:
        session.last_event_id = row.pk
        session.save()
    else:
        session.last_event_id = row.pk
        session.save(update_fields=["last_event_id"])


def catch_up(session: DosingSession, locked: DosingSession) -> None:
    """Give the caller's own instance what was just saved."""
    for column in session._meta.concrete_fields:
        setattr(session, column.attname, getattr(locked, column.attname))
    session.patient, session.order = locked.patient, locked.order


def record_event(
    session: DosingSession,
    *,
    kind: str,
    actor: Actor,
    client_uid: uuid.UUID,
    occurred_at: datetime | None = None,
    payload: dict[str, Any] | None = None,
    note: str = "",
    entry_mode: str = "",
) -> SessionEvent:
    """Write down one thing that happened. Sending the same entry twice writes it once.

    Stop, hold, help and every ending but discharge are taken in any state and by anybody who may record (SR-21).
    Raises DifferentEntry, SessionRefused.
    """
    entry = Entry(kind, client_uid, occurred_at, payload or {}, note.strip(), entry_mode)
    with act(f"session.{kind}", actor=actor, patient=session.patient, subject=session):
        locked = lock(session)
        row = earlier_entry(entry, locked)
        if row is None:
            row = write(locked, entry, actor=actor)
            _answer_for(locked, row, actor)
    catch_up(session, locked)
    return row


def _answer_for(session: DosingSession, row: SessionEvent, actor: Actor) -> None:
    """What a person must look at because of this event."""
    if row.kind == "help_pressed":
        raise_signal(
            patient=session.patient,
            kind=HELP_CALL,
            rule_pin="session@1#help_pressed",
            level="now",
            title="Asked for help in the dosing session",
            finding=row.note or "“I need help” was pressed on the session page.",
            occurred_at=row.occurred_at,
            due_at=None,
            owner_role="monitor",
            actor=actor,
            evidence=row,
            patient_text="You asked for help. Your session team has been told.",
        )
    if row.kind in ANSWERING_KINDS and isinstance(row.payload.get("answers"), str):
        # Being with the person is the answer: nobody writes the same thing a second time under Signals.
        for duty in open_for(session.patient):
            if duty.kind == HELP_CALL:
                answer_obligation(duty, note=row.note or "With the person in the session.", actor=actor)
