"""Open a session; vitals and ratings in it; the patient's call for help."""

import uuid
from datetime import datetime
from typing import Any

from limen.apps.measures import definitions
from limen.apps.measures import services as measures
from limen.apps.patients.selectors import current_episode
from limen.apps.records import clock
from limen.apps.records.actor import Actor
from limen.apps.records.acts import act
from limen.apps.records.services import add_to_timeline
from limen.apps.scheduling import services as scheduling
from limen.apps.signals.services import raise_signal
from limen.apps.treatment.models import DosingSession, SessionEvent
from limen.apps.treatment.selectors import sessions as reading
from limen.apps.treatment.services.events import Entry, SessionRefused, catch_up, earlier_entry, lock, write

RATINGS = ("dissociation-rating", "moaa-s", "nausea-rating", "anxiety-rating")


def open_session(
    *,
    patient,
    visit,
    actor: Actor,
    room=None,
    sitter=None,
    monitor=None,
    route: str = "",
    place: str = "",
    arrived_at: datetime | None = None,
    client_uid: uuid.UUID | None = None,
) -> DosingSession:
    """Open the dosing session of somebody who has arrived, from a planned visit or (visit None) unplanned.

    monitor: the user who watches; the acting person when none is named. Raises SessionRefused when one is open.
    """
    plan = visit.plan if visit is not None else None
    appointment = visit.appointment if visit is not None else None
    place = place or (plan.place if plan else "clinic")
    route = route or (plan.route if plan else "")
    if route not in dict(DosingSession._meta.get_field("route").choices):
        raise SessionRefused("Say by which route the dose is planned.")
    if place == "home" and sitter is None:
        raise SessionRefused("A session at home needs a sitter. Add one under Details first.")
    with act("session.open", actor=actor, patient=patient) as running:
        # Two tablets opening the same visit must not make two sessions.
        type(patient).objects.select_for_update().get(pk=patient.pk)
        earlier = SessionEvent.objects.filter(client_uid=client_uid).select_related("session").first()
        if earlier is not None:
            # Back and sent again: the session it opened, or a refusal when the key was used for something else.
            if earlier.kind == "arrived" and earlier.patient_id == patient.pk:
                return earlier.session
            raise SessionRefused("This form was used before. Open the page again.")
        if reading.live_session(patient) is not None:
            raise SessionRefused("A session is already open for this person.")
        session = DosingSession(
            site_id=patient.site_id,
            patient=patient,
            episode=plan.episode if plan else current_episode(patient),
            plan=plan,
            visit=visit,
            appointment=appointment,
            room=room or (appointment.room if appointment else None),
            monitor_id=monitor.pk if monitor else actor.user_id,
            sitter=sitter,
            place=place,
            route=route,
            opened_at=arrived_at or clock.now(),
        )
        session.save()
        running.subject_kind, running.subject_uid = session._meta.label_lower, session.uid
        write(session, Entry("arrived", client_uid or uuid.uuid4(), occurred_at=arrived_at), actor=actor)
        if appointment is not None and appointment.state == "booked":
            scheduling.mark(appointment, "arrived", actor=actor)
        add_to_timeline(session, patient=patient, kind="session_opened", occurred_at=session.opened_at, summary=place)
    return session


def record_session_vital(
    session: DosingSession,
    *,
    actor: Actor,
    client_uid: uuid.UUID,
    occurred_at: datetime | None = None,
    is_after_rest: bool = False,
    note: str = "",
    **values: Any,
) -> SessionEvent:
    """One set of vital signs in a session; a repeated blood pressure keeps both. Raises InvalidVital."""
    payload = {key: _plain(value) for key, value in values.items() if value is not None}
    if is_after_rest:
        payload["is_after_rest"] = 1
    entry = Entry("vital", client_uid, occurred_at, payload, note.strip())
    with act("session.vital", actor=actor, patient=session.patient, subject=session):
        locked = lock(session)
        row = earlier_entry(entry, locked)
        if row is None:
            at = occurred_at or clock.now()
            vital = measures.record_vital(
                patient=session.patient,
                context="session" if locked.dose_started_at else "gate",
                occurred_at=at,
                actor=actor,
                subject_uid=session.uid,
                entry_mode=reading.entry_mode_for(occurred_at),
                is_after_rest=is_after_rest,
                note=note,
                **values,
            )
            row = write(locked, _with_subject(entry, vital.uid), actor=actor)
    catch_up(session, locked)
    return row


def record_rating(
    session: DosingSession,
    *,
    instrument_id: str,
    value: int,
    actor: Actor,
    client_uid: uuid.UUID,
    occurred_at: datetime | None = None,
    note: str = "",
) -> SessionEvent:
    """A rating as the monitor observed it: dissociation, sedation, nausea, anxiety. Raises InvalidAnswer."""
    if instrument_id not in RATINGS:
        raise SessionRefused(f"“{instrument_id}” is not rated in a session.")
    instrument = definitions.instrument(instrument_id)
    entry = Entry("rating", client_uid, occurred_at, {"instrument": instrument_id, "value": value}, note.strip())
    with act("session.rating", actor=actor, patient=session.patient, subject=session):
        locked = lock(session)
        row = earlier_entry(entry, locked)
        if row is None:
            response = measures.record_response(
                patient=session.patient,
                instrument_id=instrument_id,
                answers={instrument.items[0].id: value},
                completed_at=occurred_at or clock.now(),
                actor=actor,
                entry_mode="clinician",
                purpose="session",
            )
            row = write(locked, _with_subject(entry, response.uid), actor=actor)
    catch_up(session, locked)
    return row


def ask_for_help(session: DosingSession, *, actor: Actor, client_uid: uuid.UUID) -> SessionEvent:
    """The patient's "I need help": always taken, and a duty for the live monitor at once (SR-10, SR-31)."""
    from limen.apps.treatment.services.events import record_event

    return record_event(session, kind="help_pressed", actor=actor, client_uid=client_uid)


def ask_for_help_outside(patient, *, actor: Actor) -> None:
    """The same call when no session is open (any more): it opens a duty at once, it is never dropped (SR-10)."""
    raise_signal(
        patient=patient,
        kind="help-call",
        rule_pin="session@1#help_pressed",
        level="now",
        title="Asked for help while no session is open",
        finding="“I need help” was pressed on the session page, and no session was open.",
        occurred_at=clock.now(),
        due_at=None,
        owner_role="monitor",
        actor=actor,
        patient_text="You asked for help. Your care team has been told.",
    )


def _with_subject(entry: Entry, subject_uid: uuid.UUID) -> Entry:
    return Entry(entry.kind, entry.client_uid, entry.occurred_at, entry.payload, entry.note, "", subject_uid)


def _plain(value: Any) -> Any:
    """A value as JSON keeps it; a weight stays exact as text."""
    return value if isinstance(value, int) else str(value)
