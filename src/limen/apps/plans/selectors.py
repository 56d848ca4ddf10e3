"""Reads about care plans, visits, goals and reviews."""

from dataclasses import dataclass
from datetime import date

from limen.apps.patients.models import Patient
from limen.apps.plans import dates
from limen.apps.plans.models import CarePlan, Goal, PlanEvent, PlannedVisit, Review
from limen.apps.records import clock, knowledge
from limen.apps.records.actor import Actor
from limen.clinical.definitions.protocol import Protocol

OPEN_STATES = ("active", "paused")


def protocols() -> list[Protocol]:
    """Every released protocol in its newest version, by title."""
    found = [dates.protocol(identifier) for identifier in knowledge.identifiers("protocols")]
    return sorted((p for p in found if p.identity.status == "released"), key=lambda p: p.identity.title)


def active_plan(patient: Patient) -> CarePlan | None:
    """The plan that is running or paused; None when there is none."""
    rows = CarePlan.objects.filter(patient=patient, state__in=OPEN_STATES).select_related("episode", "signature")
    return rows.first()


def latest_plan(patient: Patient) -> CarePlan | None:
    """The running plan, else the last one that ended."""
    rows = CarePlan.objects.filter(patient=patient).select_related("episode", "signature")
    return active_plan(patient) or rows.order_by("-start_date", "-id").first()


def plans_of(patient: Patient) -> list[CarePlan]:
    """Every plan of a patient, newest first."""
    return list(CarePlan.objects.filter(patient=patient).select_related("signature").order_by("-start_date", "-id"))


def visits(plan: CarePlan) -> list[PlannedVisit]:
    """Every visit of a plan by date, with its appointment."""
    rows = PlannedVisit.objects.filter(plan=plan).select_related("appointment", "plan", "plan__episode", "patient")
    return list(rows.order_by("target_date", "sequence"))


def next_visit(patient: Patient) -> PlannedVisit | None:
    """The soonest visit still to come of the running plan; a visit nobody closed counts until somebody does."""
    rows = PlannedVisit.objects.filter(patient=patient, plan__state__in=OPEN_STATES, state="planned")
    return rows.select_related("appointment", "plan").order_by("target_date", "sequence").first()


def next_dose(plan: CarePlan) -> PlannedVisit | None:
    """The soonest dosing visit still to come."""
    return next((v for v in visits(plan) if v.kind == "dosing" and v.state == "planned"), None)


def visit_on(patient: Patient, day: date) -> PlannedVisit | None:
    """The dosing visit planned for a day, else any visit planned for it."""
    rows = PlannedVisit.objects.filter(patient=patient, plan__state="active", state="planned", target_date=day)
    found = sorted(rows.select_related("appointment", "plan"), key=lambda v: (v.kind != "dosing", v.sequence))
    return found[0] if found else None


def events(plan: CarePlan, limit: int = 100) -> list[PlanEvent]:
    """What changed in the plan, newest first."""
    rows = PlanEvent.objects.filter(plan=plan).current().select_related("visit", "recorded_by")
    return list(rows.order_by("-at", "-id")[:limit])


def goals(patient: Patient) -> list[Goal]:
    """The patient's goals that still stand, oldest first."""
    return list(Goal.objects.filter(patient=patient, is_ended=False).order_by("created_at", "id"))


def reviews(patient: Patient) -> list[Review]:
    """Signed reviews, newest first."""
    rows = Review.objects.filter(patient=patient).current().select_related("plan", "visit", "signature", "recorded_by")
    return list(rows.order_by("-reviewed_at", "-id"))


def completed_keys(rows: list[PlannedVisit]) -> frozenset[str]:
    """Visits that no longer move: done, missed or skipped."""
    return frozenset(row.key for row in rows if row.state != "planned")


@dataclass(frozen=True)
class ReviewPoint:
    """A review that is asked for: by the protocol's visit or by the date chosen at the last review."""

    plan: CarePlan
    due_on: date
    title: str
    visit: PlannedVisit | None
    is_overdue: bool


def reviews_due(actor: Actor, today: date) -> list[ReviewPoint]:
    """Review points of every open plan that are due by `today`, the oldest first. Two queries, whatever the number."""
    points = [*_visit_points(actor, today), *_chosen_points(actor, today)]
    return sorted(points, key=lambda point: (point.due_on, point.plan.pk))


def _visit_points(actor: Actor, today: date) -> list[ReviewPoint]:
    rows = PlannedVisit.objects.visible_to(actor).filter(
        kind="review", state="planned", plan__state__in=OPEN_STATES, target_date__lte=today
    )
    return [
        ReviewPoint(row.plan, row.target_date, row.title, row, row.latest_date < today)
        for row in rows.select_related("plan", "plan__patient", "plan__patient__site")
    ]


def _chosen_points(actor: Actor, today: date) -> list[ReviewPoint]:
    """The date chosen at a plan's latest review, once it has come."""
    rows = Review.objects.visible_to(actor).current().filter(plan__state__in=OPEN_STATES)
    latest: dict[int, Review] = {}
    for row in rows.select_related("plan", "plan__patient", "plan__patient__site").order_by("reviewed_at", "id"):
        latest[row.plan_id] = row
    return [
        ReviewPoint(row.plan, row.next_review_on, "Review date chosen last time", None, row.next_review_on < today)
        for row in latest.values()
        if row.next_review_on is not None and row.next_review_on <= today
    ]


def today_of(patient: Patient) -> date:
    return clock.today(patient.time_zone)
