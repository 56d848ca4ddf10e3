"""Writes about care plans: start, move, close visits, change the state, goals, signed reviews. Each is one act."""

import json
from collections.abc import Iterable
from datetime import date, time
from typing import Any

from django.contrib.auth import get_user_model

from limen.apps.accounts.selectors import signing_problems
from limen.apps.patients.models import Episode, Patient
from limen.apps.patients.services import move_episode, refuse_while_impaired
from limen.apps.plans import dates, diary, selectors
from limen.apps.plans.models import CarePlan, Goal, PlanEvent, PlannedVisit, Review
from limen.apps.records import clock, knowledge
from limen.apps.records.actor import Actor
from limen.apps.records.acts import act
from limen.apps.records.services import Authentication, add_to_timeline, sign
from limen.apps.screening.selectors import decision_in_force, goal_words
from limen.clinical import protocols as core
from limen.clinical.definitions.protocol import Protocol

MONDAY_TO_FRIDAY = (0, 1, 2, 3, 4)
STATE_VERBS = {"paused": "pause", "active": "resume", "completed": "complete", "stopped": "stop"}
ALLOWED = {
    "paused": ("active",),
    "active": ("paused",),
    "completed": ("active", "paused"),
    "stopped": ("active", "paused"),
}
STAGE_AFTER = {"completed": "maintenance", "stopped": "planning"}
STATE_OF_DECISION = {"pause": "paused", "stop": "stopped"}


class PlanRefused(Exception):
    """The plan cannot be changed like this. `field` names the input it is about, when there is one."""

    limen_refusal = True

    def __init__(self, message: str, field: str = ""):
        super().__init__(message)
        self.field = field


def start_plan(
    *,
    patient: Patient,
    episode: Episode | None,
    protocol_id: str,
    start_date: date,
    actor: Actor,
    authentication: Authentication,
    first_time: str = "09:00",
    weekdays_open: Iterable[int] = MONDAY_TO_FRIDAY,
) -> CarePlan:
    """Start a protocol: dated visits, booked appointments, questionnaires asked; the episode moves to treatment.

    start_date: day 0 of the protocol, the patient's local date. first_time: wall time of the appointments.
    weekdays_open: Monday = 0; empty means every day. What could not be booked is kept as an event of the plan.
    Raises PlanRefused without a decision in force for the protocol's route, a valid licence, or with a plan open.
    """
    protocol = dates.protocol(protocol_id)
    days = sorted(set(weekdays_open))
    episode = _open_episode(episode)
    _check_time(first_time)
    planned = core.plan_visits(protocol, start_date, weekdays_open=frozenset(days) or None)
    with act("plan.start", actor=actor, patient=patient, subject=episode):
        # Two sendings of the form take turns, and the second one finds the first one's plan.
        Patient.objects.select_for_update().get(pk=patient.pk)
        _check_start(patient, protocol, actor)
        plan = CarePlan(
            site_id=patient.site_id,
            patient=patient,
            episode=episode,
            protocol_pin=protocol.identity.pin,
            protocol_sha256=knowledge.digest_of("protocols", protocol_id, protocol.identity.version),
            route=protocol.route,
            place=protocol.place,
            start_date=start_date,
            first_time=first_time,
            weekdays_open=days,
        )
        plan.signature = sign(plan, actor=actor, meaning="ordered", authentication=authentication)
        plan.save()
        for number, visit in enumerate(planned, start=1):
            _add_visit(plan, visit, number, actor)
        _note(plan, "started", f"{protocol.identity.title}, from {start_date:%-d %b %Y}")
        _carry_goal(patient, episode, actor)
        move_episode(episode, "treating", actor=actor)
    return plan


def _carry_goal(patient: Patient, episode: Episode, actor: Actor) -> None:
    """The hope written in the assessment becomes the first goal: nobody writes it twice."""
    words = goal_words(patient)
    if words and not Goal.objects.filter(patient=patient, episode=episode).exists():
        set_goal(patient=patient, episode=episode, words=words, actor=actor)


def _open_episode(episode: Episode | None) -> Episode:
    if episode is None or episode.ended_on is not None:
        raise PlanRefused("No episode of care is open. Start a new episode first.")
    return episode


def _check_start(patient: Patient, protocol: Protocol, actor: Actor) -> None:
    if selectors.active_plan(patient) is not None:
        raise PlanRefused("A plan is open already. Complete or stop it before another one starts.")
    decision = decision_in_force(patient)
    if decision is None:
        raise PlanRefused(
            "There is no signed decision to proceed. The eligibility decision comes first.", "protocol_id"
        )
    if protocol.route not in decision.routes:
        allowed = ", ".join(decision.routes) or "none"
        raise PlanRefused(
            f"The signed decision does not include this route ({protocol.route}); it includes: {allowed}.",
            "protocol_id",
        )
    _check_signer(patient, actor)


def _check_time(text: str) -> None:
    try:
        time.fromisoformat(text)
    except ValueError:
        raise PlanRefused(
            f"“{text}” is not a time of day. Use hours and minutes, such as 09:00.", "first_time"
        ) from None


def _check_signer(patient: Patient, actor: Actor) -> None:
    signer = get_user_model().objects.filter(pk=actor.user_id).first()
    problems = (
        ["Only a signed-in person can sign."]
        if signer is None
        else signing_problems(signer, patient.state_code, selectors.today_of(patient))
    )
    if problems:
        raise PlanRefused(" ".join(problems), "code")


def _add_visit(plan: CarePlan, planned: core.PlannedVisit, number: int, actor: Actor) -> None:
    visit = PlannedVisit(
        site_id=plan.site_id,
        patient=plan.patient,
        plan=plan,
        key=planned.key,
        title=planned.title,
        kind=planned.kind,
        phase=planned.phase,
        sequence=number,
        target_date=planned.target_date,
        earliest_date=planned.earliest,
        latest_date=planned.latest,
    )
    visit.save()
    today = selectors.today_of(plan.patient)
    if planned.problem:
        _note(plan, "problem", f"{visit.title}: {planned.problem}.", visit)
    if visit.target_date >= today:
        _tell(visit, diary.book(visit, at=plan.first_time, actor=actor))
        if visit.appointment_id is not None:
            visit.save()
    diary.ask(visit, today=today, actor=actor)


def _tell(visit: PlannedVisit, problem: str) -> None:
    if problem:
        _note(visit.plan, "problem", f"{visit.title}, {visit.target_date:%-d %b}: {problem}", visit)


def _note(
    plan: CarePlan, kind: str, detail: str, visit: PlannedVisit | None = None, *, is_in_timeline: bool | None = None
) -> PlanEvent:
    """One fact about a change of the plan. What a patient would recognise is also a line of the timeline."""
    event = PlanEvent(site_id=plan.site_id, patient=plan.patient, plan=plan, visit=visit, kind=kind, detail=detail)
    event.save()
    if is_in_timeline if is_in_timeline is not None else kind not in ("problem", "followed"):
        add_to_timeline(event, patient=plan.patient, kind=f"plan_{kind}", occurred_at=event.at, summary=detail)
    return event


def is_in_window(visit: PlannedVisit, day: date) -> bool:
    return visit.earliest_date <= day <= visit.latest_date


def move_visit(
    visit: PlannedVisit, *, new_date: date, reason: str, actor: Actor, new_time: str | None = None
) -> list[PlannedVisit]:
    """Move a visit; what hangs on it follows, with appointments and open questionnaires.

    Outside the window a reason is required and the visit is marked. Returns every visit that changed.
    Raises PlanRefused for a closed visit, a day that has passed, or doses out of order.
    """
    plan, today = visit.plan, selectors.today_of(visit.patient)
    _check_open(plan, visit)
    if new_date < today:
        raise PlanRefused(f"{new_date:%-d %b %Y} has passed. Choose today or a later day.", "new_date")
    if new_time is not None:
        _check_time(new_time)
    if not is_in_window(visit, new_date) and not reason.strip():
        raise PlanRefused(
            f"{new_date:%-d %b} is outside the window {_span(visit)}. Say why, and it will be marked.", "reason"
        )
    rows = selectors.visits(plan)
    moved = _reflow(plan, rows, visit.key, new_date)
    with act("plan.move", actor=actor, patient=visit.patient, subject=visit, reason=reason):
        changed = _apply(rows, moved, visit.key, reason=reason, at=new_time, actor=actor)
        if new_time is not None and visit.key not in {row.key for row in changed}:
            changed.append(_retime(next(r for r in rows if r.key == visit.key), new_time, reason, actor))
    return changed


def _check_open(plan: CarePlan, visit: PlannedVisit) -> None:
    if plan.state not in selectors.OPEN_STATES:
        raise PlanRefused(f"This plan is {plan.get_state_display().lower()}; its visits no longer change.")
    if visit.state != "planned":
        raise PlanRefused(f"This visit is marked {visit.get_state_display().lower()} and cannot be changed.")


def _span(visit: PlannedVisit) -> str:
    return f"{visit.earliest_date:%-d %b} to {visit.latest_date:%-d %b %Y}"


def _reflow(plan: CarePlan, rows: list[PlannedVisit], key: str, day: date) -> dict[str, core.PlannedVisit]:
    try:
        found = core.reflow(
            dates.as_core(plan, rows),
            key,
            day,
            completed=selectors.completed_keys(rows),
            weekdays_open=dates.weekdays_of(plan),
        )
    except ValueError as error:
        raise PlanRefused(f"{error} Nothing was moved.", "new_date") from error
    return {visit.key: visit for visit in found}


def _apply(
    rows: list[PlannedVisit],
    moved: dict[str, core.PlannedVisit],
    key: str,
    *,
    reason: str,
    at: str | None,
    actor: Actor,
) -> list[PlannedVisit]:
    """Write the re-flowed dates, with one event for each visit that changed."""
    changed = []
    # Last visit first when dates move later, so that no visit meets the old appointment of the one behind it.
    is_later = any(moved[row.key].target_date > row.target_date for row in rows)
    for row in reversed(rows) if is_later else rows:
        new = moved[row.key]
        if (row.target_date, row.earliest_date, row.latest_date) == (new.target_date, new.earliest, new.latest):
            continue
        is_outside = row.key == key and not is_in_window(row, new.target_date)
        before = f"{row.target_date:%-d %b}, window {_span(row)}"
        row.target_date, row.earliest_date, row.latest_date = new.target_date, new.earliest, new.latest
        if row.key == key:
            row.is_outside_window, row.change_reason = row.is_outside_window or is_outside, reason
        _carry(row, reason=reason or "The visit before it moved", at=at if row.key == key else None, actor=actor)
        detail = f"{row.title}: from {before} to {row.target_date:%-d %b %Y}"
        if row.key == key:
            _note(row.plan, "moved", detail + (", outside its window" if is_outside else ""), row)
        else:
            _note(row.plan, "followed", detail, row)
        changed.append(row)
    return changed


def _carry(row: PlannedVisit, *, reason: str, at: str | None, actor: Actor) -> None:
    """Save a moved visit with its appointment and questionnaires. A paused plan keeps no appointments."""
    today = selectors.today_of(row.patient)
    if row.plan.state == "active" and row.state == "planned" and row.target_date >= today:
        _tell(row, diary.move(row, at=at, reason=reason, actor=actor))
    row.save()
    diary.ask_again(row, reason=reason, today=today, actor=actor)


def _retime(row: PlannedVisit, at: str, reason: str, actor: Actor) -> PlannedVisit:
    """Another time on the same day."""
    _carry(row, reason=reason or "Another time", at=at, actor=actor)
    _note(row.plan, "moved", f"{row.title}: {row.target_date:%-d %b %Y}, now at {at}", row)
    return row


def complete_visit(visit: PlannedVisit, *, done_on: date, actor: Actor) -> PlannedVisit:
    """Mark a visit done on a day. When that is another day than planned, what hangs on it follows."""
    if done_on > selectors.today_of(visit.patient):
        raise PlanRefused(f"{done_on:%-d %b %Y} has not come yet; a visit is done on its day or later.", "done_on")
    _check_open(visit.plan, visit)
    rows = selectors.visits(visit.plan)
    with act("plan.visit.done", actor=actor, patient=visit.patient, subject=visit):
        if done_on != visit.target_date:
            _follow_what_happened(visit, rows, done_on, actor)
            visit.refresh_from_db()
        visit.state, visit.done_on = "done", done_on
        diary.close_appointment(visit, "done", reason="", actor=actor)
        visit.save()
        _note(visit.plan, "done", f"{visit.title}, {done_on:%-d %b %Y}", visit)
    return visit


def _follow_what_happened(visit: PlannedVisit, rows: list[PlannedVisit], done_on: date, actor: Actor) -> None:
    """What was done is always recordable: a day that the protocol cannot follow is noted, not refused."""
    try:
        moved = _reflow(visit.plan, rows, visit.key, done_on)
    except PlanRefused as error:
        _note(visit.plan, "problem", f"{visit.title} was done on {done_on:%-d %b %Y}; later dates stay: {error}", visit)
        return
    others = [row for row in rows if row.key != visit.key]
    _apply(others, moved, visit.key, reason=f"{visit.title} was done on {done_on:%-d %b}", at=None, actor=actor)


def miss_visit(visit: PlannedVisit, *, reason: str, actor: Actor) -> PlannedVisit:
    """Mark a visit missed. Later visits keep their dates until somebody moves them."""
    return _close(visit, "missed", reason=reason, actor=actor)


def skip_visit(visit: PlannedVisit, *, reason: str, actor: Actor) -> PlannedVisit:
    """Leave a visit out on purpose, with the reason."""
    if not reason.strip():
        raise PlanRefused("Say why this visit is left out.", "reason")
    return _close(visit, "skipped", reason=reason, actor=actor)


def _close(visit: PlannedVisit, state: str, *, reason: str, actor: Actor) -> PlannedVisit:
    _check_open(visit.plan, visit)
    if state == "missed" and visit.target_date > selectors.today_of(visit.patient):
        raise PlanRefused("A visit is missed on its day or later. Skip or move one that is still to come.", "action")
    with act(f"plan.visit.{state}", actor=actor, patient=visit.patient, subject=visit, reason=reason):
        visit.state, visit.change_reason = state, reason
        appointment_state = "missed" if state == "missed" else "cancelled"
        diary.close_appointment(visit, appointment_state, reason=reason, actor=actor)
        visit.save()
        if state == "skipped":
            diary.take_back(visit, reason=reason, actor=actor)
        _note(visit.plan, state, f"{visit.title}, {visit.target_date:%-d %b %Y}. {reason}".strip(), visit)
    return visit


def change_state(plan: CarePlan, *, state: str, reason: str, actor: Actor, resume_on: date | None = None) -> CarePlan:
    """Pause, resume, complete or stop a plan, with the reason; the diary follows.

    Pausing cancels appointments and takes back open questionnaires. Resuming needs the day of the next visit, and the
    later ones follow it. Completing and stopping leave out what was still planned.
    """
    _check_change(plan, state, reason)
    first = selectors.next_visit(plan.patient) if state == "active" else None
    if first is not None:
        _check_resume(plan, resume_on)
    with act(f"plan.{STATE_VERBS[state]}", actor=actor, patient=plan.patient, subject=plan, reason=reason):
        plan.state, plan.state_reason = state, reason
        plan.save()
        _note(plan, "resumed" if state == "active" else state, reason)
        if first is not None and resume_on is not None:
            _resume_from(plan, first, resume_on, reason, actor)
        elif state != "active":
            _clear_diary(plan, state, reason, actor)
        if state in STAGE_AFTER and plan.episode.ended_on is None:
            move_episode(plan.episode, STAGE_AFTER[state], actor=actor)
    return plan


def _check_change(plan: CarePlan, state: str, reason: str) -> None:
    if state not in ALLOWED:
        raise PlanRefused(f"“{state}” is not a state of a plan; use {', '.join(ALLOWED)}.", "state")
    if plan.state not in ALLOWED[state]:
        raise PlanRefused(f"A plan that is {plan.get_state_display().lower()} cannot be set to {state}.", "state")
    if not reason.strip():
        raise PlanRefused("Say why.", "reason")


def _check_resume(plan: CarePlan, resume_on: date | None) -> None:
    if resume_on is None:
        raise PlanRefused("Choose the day of the next visit; the later ones follow it.", "resume_on")
    if resume_on < selectors.today_of(plan.patient):
        raise PlanRefused(f"{resume_on:%-d %b %Y} has passed. Choose today or a later day.", "resume_on")


def _resume_from(plan: CarePlan, first: PlannedVisit, day: date, reason: str, actor: Actor) -> None:
    """Everything still planned moves by as many days as the first visit does, and is booked and asked again."""
    shift = day - first.target_date
    today = selectors.today_of(plan.patient)
    for row in selectors.visits(plan):
        if row.state != "planned":
            continue
        row.plan = plan
        before = row.target_date
        row.target_date += shift
        row.earliest_date += shift
        row.latest_date += shift
        _tell(row, diary.book(row, at=plan.first_time, actor=actor))
        row.save()
        diary.ask(row, today=today, actor=actor)
        _note(plan, "followed", f"{row.title}: from {before:%-d %b} to {row.target_date:%-d %b %Y}", row)


def _clear_diary(plan: CarePlan, state: str, reason: str, actor: Actor) -> None:
    for row in selectors.visits(plan):
        if row.state != "planned":
            continue
        diary.close_appointment(row, "cancelled", reason=reason, actor=actor)
        diary.take_back(row, reason=reason, actor=actor)
        row.appointment = None
        if state != "paused":
            row.state, row.change_reason = "skipped", reason
        row.save()


def set_goal(*, patient: Patient, episode: Episode | None, words: str, actor: Actor, goal: Goal | None = None) -> Goal:
    """Keep a goal in the patient's own words, or change one; earlier words are kept as versions."""
    if not words.strip():
        raise PlanRefused("Write the goal in a few words.", "words")
    row = goal or Goal(site_id=patient.site_id, patient=patient, episode=_open_episode(episode))
    with act("plan.goal", actor=actor, patient=patient, subject=row):
        row.words = words.strip()
        row.save()
    return row


def end_goal(goal: Goal, *, actor: Actor) -> Goal:
    """The goal no longer stands; it stays in the record."""
    with act("plan.goal.end", actor=actor, patient=goal.patient, subject=goal):
        goal.is_ended = True
        goal.save()
    return goal


def sign_review(
    *,
    plan: CarePlan,
    decision: str,
    reason: str,
    patient_text: str,
    actor: Actor,
    authentication: Authentication,
    visit: PlannedVisit | None = None,
    next_review_on: date | None = None,
    facts: dict[str, Any],
    next_dose_on: date | None = None,
) -> Review:
    """A prescriber's signed review. The next dates follow the decision.

    facts: what was on the page when it was signed. next_dose_on: for "space_out", the day of the next dose.
    "pause" and "stop" change the plan's state; the reviewed visit, if there is one, is done today.
    """
    _check_review(plan, decision, reason, next_review_on, next_dose_on)
    _check_signer(plan.patient, actor)
    with act("plan.review", actor=actor, patient=plan.patient, subject=plan, reason=decision):
        review = Review(
            site_id=plan.site_id,
            patient=plan.patient,
            plan=plan,
            visit=visit,
            decision=decision,
            reason=reason.strip(),
            patient_text=patient_text.strip(),
            facts=json.dumps(facts, sort_keys=True, default=str),
            next_review_on=next_review_on,
            reviewed_at=clock.now(),
        )
        review.signature = sign(review, actor=actor, meaning="decided", authentication=authentication)
        review.save()
        add_to_timeline(
            review,
            patient=plan.patient,
            kind="review_signed",
            occurred_at=review.reviewed_at,
            summary=review.get_decision_display(),
        )
        if visit is not None and visit.state == "planned":
            complete_visit(visit, done_on=selectors.today_of(plan.patient), actor=actor)
        _follow_decision(plan, decision, reason, next_dose_on, actor)
    return review


def _check_review(
    plan: CarePlan, decision: str, reason: str, next_review_on: date | None, next_dose_on: date | None
) -> None:
    today = selectors.today_of(plan.patient)
    if decision not in dict(Review.DECISIONS):
        raise PlanRefused("Choose one of the decisions.", "decision")
    if plan.state not in selectors.OPEN_STATES:
        raise PlanRefused(f"This plan is {plan.get_state_display().lower()}; start a new plan to go on.", "decision")
    if decision == "pause" and plan.state == "paused":
        raise PlanRefused("This plan is paused already.", "decision")
    if not reason.strip():
        raise PlanRefused("Write the reason for the decision.", "reason")
    if next_review_on is not None and next_review_on <= today:
        raise PlanRefused("The next review is on a later day than today.", "next_review_on")
    if decision == "space_out":
        _check_spacing(plan, next_dose_on)


def _check_spacing(plan: CarePlan, next_dose_on: date | None) -> None:
    dose = selectors.next_dose(plan)
    if dose is None:
        raise PlanRefused("No dosing visit is left in this plan, so there is nothing to space out.", "decision")
    if next_dose_on is None:
        raise PlanRefused("Choose the day of the next dosing visit.", "next_dose_on")
    if next_dose_on <= dose.target_date:
        raise PlanRefused(
            f"Spacing out means later than {dose.target_date:%-d %b %Y}, where the next dosing visit is now.",
            "next_dose_on",
        )


def _follow_decision(plan: CarePlan, decision: str, reason: str, next_dose_on: date | None, actor: Actor) -> None:
    if decision in STATE_OF_DECISION:
        plan.refresh_from_db()
        change_state(plan, state=STATE_OF_DECISION[decision], reason=reason, actor=actor)
    elif decision == "space_out" and next_dose_on is not None:
        dose = selectors.next_dose(plan)
        if dose is not None:
            move_visit(dose, new_date=next_dose_on, reason=f"Spaced out: {reason}", actor=actor)


def write_own_goal(
    *, patient: Patient, episode: Episode | None, words: str, actor: Actor, goal: Goal | None = None
) -> Goal:
    """The patient writes their own goal; not while the medicine is working (SR-10)."""
    refuse_while_impaired(patient)
    return set_goal(patient=patient, episode=episode, words=words, actor=actor, goal=goal)
