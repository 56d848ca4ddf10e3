"""The appointments and questionnaires that belong to planned visits. Called inside the acts of the plan's services."""

from datetime import date, datetime, time, timedelta

from limen.apps.accounts.selectors import setting_catalogue, setting_value
from limen.apps.measures import selectors as measures
from limen.apps.measures.services import assign, cancel_assignment
from limen.apps.plans import dates
from limen.apps.plans.models import PlannedVisit
from limen.apps.records import knowledge
from limen.apps.records.actor import Actor
from limen.apps.scheduling import services as scheduling
from limen.clinical.definitions.instrument import parse_instrument
from limen.clinical.definitions.protocol import VisitTemplate

# How a full day is searched for another start: a diary's rhythm, not a clinical figure.
SLOT_STEP_MIN = 30
LAST_START = time(18, 0)
APPOINTMENT_KINDS = {"check-in-call": "call"}
BY_VIDEO = ("preparation", "integration", "review", "check-in-call")
LIVE = ("booked", "arrived")


def template_of(visit: PlannedVisit) -> VisitTemplate:
    return next(t for t in dates.protocol_of(visit.plan).visits if t.key == visit.key)


def place_of(visit: PlannedVisit) -> str:
    """Where the visit happens: doses at the plan's place, talks by video when the plan is at home, calls by video."""
    if visit.kind == "check-in-call" or (visit.plan.place == "home" and visit.kind in BY_VIDEO):
        return "video"
    return visit.plan.place


def duration_min(visit: PlannedVisit) -> int | None:
    """The length of the visit in minutes, from the protocol or the site's setting; None when the site has none."""
    template = template_of(visit)
    if template.duration_min is not None:
        return template.duration_min
    value = setting_value(visit.site_id, template.duration_setting)
    return None if value is None else int(value)


def book(visit: PlannedVisit, *, at: str, actor: Actor) -> str:
    """Book the visit on its date at `at` ("09:00") or the next free time that day. Returns what went wrong, or ""."""
    minutes = duration_min(visit)
    if minutes is None:
        title = setting_catalogue()[template_of(visit).duration_setting].title
        return f"Not booked: the site has not set “{title}”."
    for start in starts_on(visit.target_date, at):
        try:
            visit.appointment = scheduling.book(
                patient=visit.patient,
                episode=visit.plan.episode,
                kind=APPOINTMENT_KINDS.get(visit.kind, visit.kind),
                local_start=start,
                duration_min=minutes,
                place=place_of(visit),
                actor=actor,
            )
        except scheduling.Clash:
            continue
        return "" if start.strftime("%H:%M") == at else f"Booked at {start:%H:%M}: {at} was taken."
    return "Not booked: no free time that day."


def move(visit: PlannedVisit, *, at: str | None, reason: str, actor: Actor) -> str:
    """Take the visit's appointment to its date, at the same wall time unless another is given; book one if none."""
    appointment = visit.appointment
    if appointment is None or appointment.state not in LIVE:
        return book(visit, at=at or visit.plan.first_time, actor=actor)
    wanted = at or appointment.local_start[11:16]
    if appointment.local_start == f"{visit.target_date.isoformat()}T{wanted}":
        return ""
    for start in starts_on(visit.target_date, wanted):
        try:
            scheduling.move(appointment, local_start=start, reason=reason, actor=actor)
        except scheduling.Clash:
            appointment.refresh_from_db()
            continue
        return "" if start.strftime("%H:%M") == wanted else f"Booked at {start:%H:%M}: {wanted} was taken."
    scheduling.cancel(appointment, reason=reason, actor=actor)
    visit.appointment = None
    return "Not booked: no free time that day."


def starts_on(day: date, at: str) -> list[datetime]:
    """The wanted start and every later one of that day."""
    first = datetime.combine(day, time.fromisoformat(at))
    last = datetime.combine(day, LAST_START)
    found = [first]
    while found[-1] + timedelta(minutes=SLOT_STEP_MIN) <= last:
        found.append(found[-1] + timedelta(minutes=SLOT_STEP_MIN))
    return found


def close_appointment(visit: PlannedVisit, state: str, *, reason: str, actor: Actor) -> None:
    """Carry what became of the visit over to its appointment: done, missed or cancelled."""
    appointment = visit.appointment
    if appointment is None or appointment.state not in LIVE:
        return
    if state == "cancelled":
        scheduling.cancel(appointment, reason=reason, actor=actor)
    else:
        scheduling.mark(appointment, state, actor=actor)


def ask(visit: PlannedVisit, *, today: date, actor: Actor) -> None:
    """Ask for every questionnaire of a visit that has not closed yet and that is for the patient to fill in."""
    for measure in dates.measures_of(visit, template_of(visit)):
        opens_on, closes_on = dates.window_of(measure, visit)
        instrument = knowledge.load("instruments", measure.instrument, None, parse_instrument)
        if closes_on < today:
            continue
        assign(
            patient=visit.patient,
            episode=visit.plan.episode,
            instrument_id=measure.instrument,
            purpose=dates.purpose_of(visit),
            opens_on=opens_on,
            due_on=measure.due_date,
            closes_on=closes_on,
            actor=actor,
            respondent="clinician" if instrument.respondent == "clinician" else "self",
            subject_uid=visit.uid,
        )


def take_back(visit: PlannedVisit, *, reason: str, actor: Actor) -> None:
    """Cancel the visit's open questionnaires."""
    for assignment in open_of(visit):
        cancel_assignment(assignment, reason=reason, actor=actor)


def ask_again(visit: PlannedVisit, *, reason: str, today: date, actor: Actor) -> None:
    """Ask for the visit's questionnaires at its new date. Those already answered are left as they are."""
    waiting = {knowledge.split_pin(row.instrument_pin)[0]: row for row in open_of(visit)}
    for measure in dates.measures_of(visit, template_of(visit)):
        row = waiting.get(measure.instrument)
        opens_on, closes_on = dates.window_of(measure, visit)
        if row is None or (row.opens_on, row.due_on, row.closes_on) == (opens_on, measure.due_date, closes_on):
            continue
        cancel_assignment(row, reason=reason, actor=actor)
        if closes_on >= today:
            _assign_like(row, opens_on, measure.due_date, closes_on, actor)


def _assign_like(row, opens_on: date, due_on: date, closes_on: date, actor: Actor) -> None:
    assign(
        patient=row.patient,
        episode=row.episode,
        instrument_id=knowledge.split_pin(row.instrument_pin)[0],
        purpose=row.purpose,
        opens_on=opens_on,
        due_on=due_on,
        closes_on=closes_on,
        actor=actor,
        respondent=row.respondent,
        subject_uid=row.subject_uid,
    )


def open_of(visit: PlannedVisit) -> list:
    """The visit's questionnaires that wait for an answer."""
    return [row for row in measures.open_assignments(visit.patient) if row.subject_uid == visit.uid]
