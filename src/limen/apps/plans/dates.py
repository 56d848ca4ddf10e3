"""Between the plan's rows and the pure core's dated visits."""

from collections.abc import Iterable
from datetime import date, timedelta

from limen.apps.plans.models import CarePlan, PlannedVisit
from limen.apps.records import knowledge
from limen.clinical import protocols as core
from limen.clinical.definitions.protocol import Protocol, VisitTemplate, parse_protocol


def protocol(identifier: str) -> Protocol:
    """The newest version of a protocol. Raises UnknownDefinition."""
    return knowledge.load("protocols", identifier, None, parse_protocol)


def protocol_of(plan: CarePlan) -> Protocol:
    """The protocol exactly as it was when the plan began."""
    identifier, version = knowledge.split_pin(plan.protocol_pin)
    return knowledge.load("protocols", identifier, version, parse_protocol)


def weekdays_of(plan: CarePlan) -> frozenset[int] | None:
    """The weekdays the plan may use; None means every day."""
    return frozenset(plan.weekdays_open) or None


def as_core(plan: CarePlan, rows: Iterable[PlannedVisit]) -> list[core.PlannedVisit]:
    """The rows as the core knows them. The nominal date is where the window stands around it."""
    templates = {template.key: template for template in protocol_of(plan).visits}
    return [_visit(row, templates[row.key]) for row in rows]


def _visit(row: PlannedVisit, template: VisitTemplate) -> core.PlannedVisit:
    return core.PlannedVisit(
        key=row.key,
        title=row.title,
        kind=row.kind,
        phase=row.phase,
        target_date=row.target_date,
        earliest=row.earliest_date,
        latest=row.latest_date,
        measures=measures_of(row, template),
        nominal_date=row.earliest_date + timedelta(days=template.window_before_days),
        relative_to=template.relative_to,
        offset_days=template.offset_days,
        duration_min=template.duration_min,
        duration_setting=template.duration_setting,
    )


def measures_of(row: PlannedVisit, template: VisitTemplate) -> tuple[core.PlannedMeasure, ...]:
    """What is asked around one visit, dated from the day it has now."""
    return tuple(
        core.PlannedMeasure(
            instrument=measure.instrument,
            visit_key=row.key,
            anchor=measure.anchor,
            due_date=row.target_date + timedelta(days=measure.day_shift),
            offset_hours=measure.offset_hours,
            recall_days=measure.recall_days,
            recall=measure.recall,
        )
        for measure in template.measures
    )


def window_of(measure: core.PlannedMeasure, row: PlannedVisit) -> tuple[date, date]:
    """When a questionnaire opens and closes: with the window of its visit.

    One that belongs to a dose closes on the day it is due, because answers given after the dose describe another day.
    """
    if measure.anchor == "dose":
        return measure.due_date, measure.due_date
    shift = measure.due_date - row.target_date
    closes_on = measure.due_date if row.kind == "dosing" else max(row.latest_date + shift, measure.due_date)
    return min(row.earliest_date + shift, measure.due_date), closes_on


def purpose_of(row: PlannedVisit) -> str:
    """What the answers are for: before the first dose they are the baseline."""
    return {"preparation": "baseline", "dosing": "before_dose"}.get(
        row.kind, "follow_up" if row.phase == "follow-up" else "visit"
    )
