"""Reads about care plans, visits, goals and reviews."""

from dataclasses import dataclass
from datetime import date

from limen.apps.measures.selectors import site_totals
from limen.apps.patients.models import Patient
from limen.apps.plans import dates
from limen.apps.plans.models import CarePlan, Goal, PlanEvent, PlannedVisit, Review
from limen.apps.records import clock, knowledge
from limen.apps.records.actor import Actor
from limen.apps.signals.selectors import open_obligations
from limen.clinical.definitions.instrument import parse_instrument
from limen.clinical.definitions.protocol import Protocol
from limen.clinical.instruments import change_status

WATCHED = ("phq-9", "gad-7")
OPEN_STATES = ("active", "paused")


def protocols() -> list[Protocol]:
    """Every released protocol in its newest version, by title."""
    found = [dates.protocol(identifier) for identifier in knowledge.identifiers("protocols")]
    return sorted((p for p in found if p.identity.status == "released"), key=lambda p: p.identity.title)


def active_plan(patient: Patient) -> CarePlan | None:
    """The plan that is running or paused; None when there is none."""
    rows = CarePlan.objects.filter(patient=patient, state__in=OPEN_STATES).select_related("episode", "signature")
    return rows.first()


def title_of(plan: CarePlan) -> str:
    """The protocol's own title, of the version the plan began with."""
    return dates.protocol_of(plan).identity.title


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
class ReviewNeed:
    """One patient whose course asks for a prescriber's look, and everything that says so.

    urgency: 0 for an open signal, 1 for worsening, 2 for a review that is overdue, 3 for one that is due.
    due_on: the oldest review date that has come, None when only a signal or a score asks for the review.
    """

    plan: CarePlan
    urgency: int
    reasons: tuple[str, ...]
    due_on: date | None
    visit: PlannedVisit | None

    @property
    def patient(self) -> Patient:
        return self.plan.patient

    @property
    def why(self) -> str:
        return "; ".join(self.reasons)


def reviews_due(actor: Actor, today: date) -> list[ReviewNeed]:
    """Open plans that ask for a review, the most pressing first. The number of queries does not grow with patients."""
    signalled = {row.patient_id: row.title for row in open_obligations(actor)}
    worse = _worsened(actor)
    visits_due = {row.plan_id: row for row in reversed(_review_visits(actor, today))}
    chosen = _chosen_dates(actor, today)
    plans = CarePlan.objects.visible_to(actor).filter(state__in=OPEN_STATES).select_related("patient", "patient__site")
    found = [_need(plan, signalled, worse, visits_due.get(plan.pk), chosen.get(plan.pk), today) for plan in plans]
    return sorted((n for n in found if n), key=lambda n: (n.urgency, n.due_on or today, n.plan.pk))


def _need(
    plan: CarePlan,
    signalled: dict[int, str],
    worse: dict[int, str],
    visit: PlannedVisit | None,
    chosen_on: date | None,
    today: date,
) -> ReviewNeed | None:
    lines: list[tuple[int, str]] = []
    if plan.patient_id in signalled:
        lines.append((0, f"Open signal: {signalled[plan.patient_id]}"))
    if plan.patient_id in worse:
        lines.append((1, worse[plan.patient_id]))
    if visit is not None:
        is_late = visit.latest_date < today
        lines.append((2 if is_late else 3, f"{visit.title}, planned for {visit.target_date:%-d %b}"))
    if chosen_on is not None:
        lines.append((2 if chosen_on < today else 3, f"Review date chosen last time, {chosen_on:%-d %b}"))
    if not lines:
        return None
    due = [day for day in (visit.target_date if visit else None, chosen_on) if day is not None]
    return ReviewNeed(plan, min(lines)[0], tuple(text for _, text in sorted(lines)), min(due, default=None), visit)


def _worsened(actor: Actor) -> dict[int, str]:
    """Patients of the site whose latest score is reliably worse than their baseline, by the instrument file's rule."""
    found: dict[int, str] = {}
    for identifier in WATCHED:
        instrument = knowledge.load("instruments", identifier, None, parse_instrument)
        for patient_id, points in site_totals(actor.site_id, identifier).items() if actor.site_id else ():
            baseline = next((p for p in reversed(points) if p.purpose == "baseline"), None)
            if baseline is None or points[-1] is baseline:
                continue
            change = change_status(instrument, baseline.value, points[-1].value, remission_rule=None)
            if change.is_reliable_deterioration:
                told = f"{instrument.abbreviation} reliably worse: {baseline.value} to {points[-1].value}"
                found[patient_id] = "; ".join(filter(None, (found.get(patient_id), told)))
    return found


def _review_visits(actor: Actor, today: date) -> list[PlannedVisit]:
    rows = PlannedVisit.objects.visible_to(actor).filter(
        kind="review", state="planned", plan__state__in=OPEN_STATES, target_date__lte=today
    )
    return list(rows.order_by("target_date", "sequence"))


def _chosen_dates(actor: Actor, today: date) -> dict[int, date]:
    """The date chosen at each plan's latest review, once it has come."""
    rows = Review.objects.visible_to(actor).current().filter(plan__state__in=OPEN_STATES)
    latest = {row.plan_id: row.next_review_on for row in rows.order_by("reviewed_at", "id")}
    return {plan_id: day for plan_id, day in latest.items() if day is not None and day <= today}


def review_visit_due(plan: CarePlan, today: date) -> PlannedVisit | None:
    """The oldest planned review of this plan whose window has opened."""
    rows = PlannedVisit.objects.filter(plan=plan, kind="review", state="planned", earliest_date__lte=today)
    return rows.order_by("target_date", "sequence").first()


def today_of(patient: Patient) -> date:
    return clock.today(patient.time_zone)
