"""Reads about appointments and rooms."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from limen.apps.patients.models import Patient
from limen.apps.records import clock
from limen.apps.records.actor import Actor
from limen.apps.scheduling.models import Appointment, Room

LIVE_STATES = ("booked", "arrived")


def instant_of(local_start: str, time_zone: str) -> datetime:
    """The instant of a wall time ("2026-03-08T09:30") in a zone.

    A time that happens twice means its first occurrence; one that never happens moves on by the gap,
    which is what a wall clock shows.
    """
    wall = datetime.fromisoformat(local_start).replace(tzinfo=ZoneInfo(time_zone), fold=0)
    return wall.astimezone(ZoneInfo("UTC"))


def day(actor: Actor, on: date, time_zone: str) -> list[Appointment]:
    """The site's appointments of one local day, in order of time."""
    start = datetime.combine(on, datetime.min.time(), ZoneInfo(time_zone))
    end = datetime.combine(on + timedelta(days=1), datetime.min.time(), ZoneInfo(time_zone))
    rows = Appointment.objects.visible_to(actor).filter(starts_at__gte=start, starts_at__lt=end)
    return list(rows.exclude(state="cancelled").select_related("patient", "room", "clinician").order_by("starts_at"))


def upcoming(patient: Patient, limit: int = 20) -> list[Appointment]:
    """A patient's live appointments from now on, soonest first."""
    since = clock.now() - timedelta(hours=12)
    rows = Appointment.objects.filter(patient=patient, state__in=LIVE_STATES, starts_at__gte=since)
    return list(rows.select_related("room", "clinician").order_by("starts_at")[:limit])


def of_patient(patient: Patient) -> list[Appointment]:
    """All of a patient's appointments, newest first."""
    rows = Appointment.objects.filter(patient=patient).select_related("patient", "room", "clinician")
    return list(rows.order_by("-starts_at"))


def rooms(site_id: int) -> list[Room]:
    return list(Room.objects.filter(site_id=site_id, is_open=True).order_by("name"))


def clashes(appointment: Appointment) -> list[Appointment]:
    """Other live appointments in the same room, or of the same clinician or patient, at the same time."""
    ends_at = appointment.starts_at + timedelta(minutes=appointment.duration_min)
    near = (
        Appointment.objects.filter(
            state__in=LIVE_STATES,
            starts_at__lt=ends_at,
            starts_at__gt=appointment.starts_at - timedelta(hours=12),
        )
        .exclude(uid=appointment.uid)
        .select_related("room")
    )
    return [other for other in near if _overlaps(appointment, other) and _shares(appointment, other)]


def _overlaps(one: Appointment, other: Appointment) -> bool:
    return other.starts_at + timedelta(minutes=other.duration_min) > one.starts_at


def _shares(one: Appointment, other: Appointment) -> bool:
    same_room = one.room_id is not None and one.room_id == other.room_id
    same_clinician = one.clinician_id is not None and one.clinician_id == other.clinician_id
    return same_room or same_clinician or one.patient_id == other.patient_id
