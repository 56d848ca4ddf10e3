"""Rows of the plan's tables, built in Python and drawn by the shared table component."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.html import format_html, format_html_join

from limen.apps.accounts.selectors import setting_catalogue, setting_value
from limen.apps.measures.selectors import open_assignments
from limen.apps.patients.models import Patient
from limen.apps.plans import dates, selectors
from limen.apps.plans.models import CarePlan, PlannedVisit
from limen.apps.records import knowledge
from limen.clinical.definitions.instrument import parse_instrument
from limen.ui.components.data_table import Cell, Column, Row

VISIT_COLUMNS = (Column("Visit"), Column("Window"), Column("Appointment"), Column("Questionnaires"), Column("State"))
TONES = {"done": "good", "missed": "alert", "skipped": ""}


def phases(plan: CarePlan, today: date, *, may_write: bool) -> list[dict]:
    """The plan's visits, grouped by the protocol's phases in its order, each group with its table rows."""
    rows = selectors.visits(plan)
    protocol = dates.protocol_of(plan)
    templates = {template.key: template for template in protocol.visits}
    waiting = {(row.subject_uid, knowledge.split_pin(row.instrument_pin)[0]) for row in open_assignments(plan.patient)}
    found = []
    for phase in protocol.phases:
        lines = [
            _visit_row(row, dates.measures_of(row, templates[row.key]), waiting, today, may_write)
            for row in rows
            if row.phase == phase.key
        ]
        found.append({"name": phase.name, "rows": lines})
    return found


def _visit_row(row: PlannedVisit, asked, waiting, today: date, may_write: bool) -> Row:
    cells = [row.title, _window(row), _appointment(row), _asked(row, asked, waiting), _state(row, today)]
    if may_write:
        cells.append(_links(row))
    return Row(cells, tone=_tone(row, today))


def _tone(row: PlannedVisit, today: date) -> str:
    if row.state != "planned":
        return TONES[row.state]
    if row.latest_date < today:
        return "watch"
    return "info" if row.earliest_date <= today else ""


def _window(row: PlannedVisit) -> Cell:
    note = f"window {row.earliest_date:%-d %b} to {row.latest_date:%-d %b}"
    if row.is_outside_window:
        note = "moved outside the protocol's window"
    return Cell(f"{row.target_date:%a %-d %b %Y}", note)


def _appointment(row: PlannedVisit) -> object:
    appointment = row.appointment
    if appointment is None or appointment.state == "cancelled":
        return format_html('<span class="unknown">{}</span>', "not booked" if row.state == "planned" else "none")
    zone = appointment.time_zone.replace("_", " ")
    return Cell(f"{local(appointment):%-d %b, %H:%M}", f"{appointment.get_place_display()}, {zone} time")


def local(appointment) -> datetime:
    """The appointment's wall time in its own zone."""
    return appointment.starts_at.astimezone(ZoneInfo(appointment.time_zone))


def _asked(row: PlannedVisit, asked, waiting) -> object:
    if not asked:
        return "—"
    lines = [
        (_name(measure.instrument), f"{measure.due_date:%-d %b}", _asked_state(row, measure.instrument, waiting))
        for measure in asked
    ]
    return format_html_join("", '{}<span class="meta">due {}{}</span>', lines)


def _asked_state(row: PlannedVisit, instrument: str, waiting) -> str:
    return ", open" if (row.uid, instrument) in waiting else ""


def _name(instrument_id: str) -> str:
    return knowledge.load("instruments", instrument_id, None, parse_instrument).abbreviation


def _state(row: PlannedVisit, today: date) -> Cell:
    if row.state == "done":
        return Cell("Done", f"{row.done_on:%-d %b %Y}" if row.done_on else "")
    if row.state == "planned" and row.latest_date < today:
        return Cell("Overdue", "the window has closed")
    return Cell(row.get_state_display(), row.change_reason)


def _links(row: PlannedVisit) -> object:
    if row.state != "planned" or row.plan.state not in selectors.OPEN_STATES:
        return ""
    where = {"patient_uid": row.patient.uid, "visit_uid": row.uid}
    lines = [
        (reverse(f"plans:{name}", kwargs=where), label, row.title)
        for name, label in (("move-visit", "Move"), ("close-visit", "Mark"))
    ]
    return format_html_join(" ", '<a href="{0}" aria-label="{1} {2}">{1}</a>', lines)


def visit_columns(may_write: bool) -> list[Column]:
    return [*VISIT_COLUMNS, Column("Change")] if may_write else list(VISIT_COLUMNS)


def unset_lengths(plan_site_id: int, protocol) -> list[str]:
    """Titles of the visit lengths the protocol needs and the site has not signed."""
    keys = {visit.duration_setting for visit in protocol.visits if visit.duration_setting}
    return sorted(setting_catalogue()[key].title for key in keys if setting_value(plan_site_id, key) is None)


def history_rows(plan: CarePlan) -> list[dict]:
    """What changed in the plan, as timeline lines."""
    tones = {"problem": "watch", "missed": "alert", "done": "good", "stopped": "alert", "paused": "watch"}
    return [
        {
            "at": event.at,
            "what": event.kind.replace("_", " ").capitalize(),
            "detail": event.detail,
            "actor": event.recorded_by.display_name if event.recorded_by else "",
            "tone": tones.get(event.kind, ""),
        }
        for event in selectors.events(plan)
    ]


def queue_rows(needs: list[selectors.ReviewNeed], patient_age) -> list[Row]:
    """The review queue, most pressing first."""
    tones = {0: "alert", 1: "alert", 2: "watch", 3: ""}
    return [
        Row(
            [
                _who(need.patient, patient_age(need.patient)),
                format_html_join("", '<span class="stack-s">{}</span> ', ((text,) for text in need.reasons)),
                Cell(dates.protocol_of(need.plan).identity.title, need.plan.get_state_display()),
                f"{need.due_on:%-d %b %Y}" if need.due_on else "—",
            ],
            tone=tones[need.urgency],
        )
        for need in needs
    ]


def _who(patient: Patient, age: int) -> object:
    url = reverse("plans:review", kwargs={"patient_uid": patient.uid})
    return format_html('<a href="{}">{}</a><span class="meta">{}</span>', url, patient.name, f"{age} years")
