"""Writes about appointments and rooms. Each is one act."""

from datetime import datetime

from limen.apps.accounts.models import Site
from limen.apps.patients.models import Episode, Patient
from limen.apps.records.actor import Actor
from limen.apps.records.acts import act
from limen.apps.records.services import add_to_timeline
from limen.apps.scheduling import selectors
from limen.apps.scheduling.models import Appointment, Room


class Clash(Exception):
    """Somebody or some room is already taken at that time; `others` are the appointments in the way."""

    def __init__(self, others: list[Appointment]):
        super().__init__("That time is already taken for this patient, room or clinician.")
        self.others = others


class NotLive(Exception):
    """The appointment is over or cancelled and no longer changes; the message is for the person who tried."""

    limen_refusal = True


def _place_in_time(appointment: Appointment, local_start: datetime) -> None:
    appointment.local_start = local_start.strftime("%Y-%m-%dT%H:%M")
    appointment.starts_at = selectors.instant_of(appointment.local_start, appointment.time_zone)


def book(
    *,
    patient: Patient,
    episode: Episode | None,
    kind: str,
    local_start: datetime,
    duration_min: int,
    place: str,
    actor: Actor,
    time_zone: str | None = None,
    room: Room | None = None,
    clinician=None,
    reason: str = "",
    allow_clash: bool = False,
) -> Appointment:
    """Book a visit at a local time (naive) in the site's zone, or the patient's for home and video.

    Raises Clash when the patient, room or clinician is taken, unless `allow_clash`.
    """
    zone = time_zone or (patient.site.time_zone if place == "clinic" else patient.time_zone)
    appointment = Appointment(
        site_id=patient.site_id,
        patient=patient,
        episode=episode,
        kind=kind,
        time_zone=zone,
        duration_min=duration_min,
        place=place,
        room=room,
        clinician=clinician,
        reason=reason,
    )
    _place_in_time(appointment, local_start)
    others = [] if allow_clash else selectors.clashes(appointment)
    if others:
        raise Clash(others)
    with act("appointment.book", actor=actor, patient=patient, subject=appointment):
        appointment.save()
    return appointment


def move(
    appointment: Appointment, *, local_start: datetime, reason: str, actor: Actor, allow_clash: bool = False
) -> Appointment:
    """Move a live appointment to another local time in its own zone."""
    with act("appointment.move", actor=actor, patient=appointment.patient, subject=appointment, reason=reason):
        _place_in_time(appointment, local_start)
        others = [] if allow_clash else selectors.clashes(appointment)
        if others:
            raise Clash(others)
        appointment.reason = reason
        appointment.save()
    return appointment


def cancel(appointment: Appointment, *, reason: str, actor: Actor) -> Appointment:
    """Cancel a visit; it stays in the record."""
    with act("appointment.cancel", actor=actor, patient=appointment.patient, subject=appointment, reason=reason):
        appointment.state, appointment.reason = "cancelled", reason
        appointment.save()
    return appointment


def mark(appointment: Appointment, state: str, *, actor: Actor) -> Appointment:
    """Set arrived, done or missed. A visit that was missed is a line in the patient's story."""
    if state not in ("arrived", "done", "missed"):
        raise ValueError(f"'{state}' is not a state a visit can be marked with")
    with act(f"appointment.{state}", actor=actor, patient=appointment.patient, subject=appointment):
        appointment.state = state
        appointment.save()
        if state == "missed":
            add_to_timeline(
                appointment,
                patient=appointment.patient,
                kind="visit_missed",
                occurred_at=appointment.starts_at,
                summary=appointment.get_kind_display(),
            )
    return appointment


def assign_room(appointment: Appointment, room: Room | None, *, actor: Actor) -> Appointment:
    with act("appointment.room", actor=actor, patient=appointment.patient, subject=appointment):
        appointment.room = room
        appointment.save()
    return appointment


def add_room(*, site: Site, name: str, actor: Actor) -> Room:
    """Open a room at a site."""
    with act("room.add", actor=actor):
        room = Room(site=site, name=name.strip())
        room.save()
    return room


def close_room(room: Room, *, actor: Actor) -> None:
    """Close a room; its past sessions keep it."""
    with act("room.close", actor=actor, subject=room):
        room.is_open = False
        room.save()
