"""Writes of questionnaires and vital signs. A worrying answer raises its signal in the same act as the answer."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from limen.apps.measures import definitions, selectors, triage
from limen.apps.measures.models import Assignment, ItemAnswer, Response, Score, Vital
from limen.apps.measures.vitals import InvalidVital, checked, unit_slip
from limen.apps.records import clock
from limen.apps.records.actor import Actor
from limen.apps.records.acts import act
from limen.apps.records.services import add_to_timeline
from limen.apps.signals.selectors import due_at_for, open_for
from limen.apps.signals.services import PROVISIONAL_LEVEL, raise_signal
from limen.clinical.definitions.instrument import Instrument
from limen.clinical.instruments import ALGORITHM_VERSION, InvalidAnswer, check_answers, safety_findings, score
from limen.clinical.instruments import asked_items as asked

# A device's clock may be a little ahead of the server's; more than this is a slip.
CLOCK_TOLERANCE = timedelta(minutes=2)
PATIENT_TEXT = (
    "Thank you for telling us how you are. Someone from your care team will talk with you about your answers."
)


class MeasureRefused(Exception):
    """The questionnaire cannot be changed like this; the message is for the person who tried."""

    limen_refusal = True


class Incomplete(MeasureRefused):
    """Questions are still open; `missing_items` names them and the message gives the rule."""

    def __init__(self, instrument: Instrument, missing_items: tuple[str, ...]) -> None:
        self.missing_items = missing_items
        numbers = ", ".join(str(question_number(instrument, item)) for item in missing_items)
        super().__init__(f"Question {numbers} has no answer yet. {instrument.missing_rule.text}")


def question_number(instrument: Instrument, item_id: str) -> int:
    """The place of a question in its form, counted from 1."""
    return [item.id for item in instrument.items].index(item_id) + 1


def assign(
    *,
    patient,
    episode,
    instrument_id: str,
    purpose: str,
    opens_on: date,
    due_on: date,
    closes_on: date,
    actor: Actor,
    respondent: str = "self",
    subject_uid=None,
) -> Assignment:
    """Ask for a questionnaire in a window of the patient's own calendar dates (all three included).

    Raises UnknownDefinition for an instrument that does not exist, MeasureRefused for dates out of order.
    """
    instrument = definitions.instrument(instrument_id)
    if not opens_on <= due_on <= closes_on:
        raise MeasureRefused(f"The dates must follow each other: opens {opens_on}, due {due_on}, closes {closes_on}.")
    with act("measure.assign", actor=actor, patient=patient) as running:
        assignment = Assignment(
            site_id=patient.site_id,
            patient=patient,
            episode=episode,
            instrument_pin=instrument.pin,
            purpose=purpose,
            opens_on=opens_on,
            due_on=due_on,
            closes_on=closes_on,
            respondent=respondent,
            subject_uid=subject_uid,
        )
        assignment.save()
        running.subject_kind, running.subject_uid = assignment._meta.label_lower, assignment.uid
    return assignment


def cancel_assignment(assignment: Assignment, *, reason: str, actor: Actor) -> None:
    """Take back a questionnaire that is still open. The answers given so far stay."""
    _refuse_unless_open(assignment)
    with act("measure.cancel", actor=actor, patient=assignment.patient, subject=assignment, reason=reason):
        assignment.state = "cancelled"
        assignment.save()


def _refuse_unless_open(assignment: Assignment) -> None:
    if assignment.state != "open":
        raise MeasureRefused(f"This questionnaire is {assignment.get_state_display().lower()}; nothing was changed.")


def answer_item(
    assignment: Assignment, item_id: str, value: int | None, *, actor: Actor, is_refused: bool = False
) -> ItemAnswer:
    """Keep one answer the moment it is given; a changed answer supersedes and both stay.

    A safety item at its threshold raises its signal in the same act. Raises InvalidAnswer, MeasureRefused.
    """
    _refuse_unless_open(assignment)
    instrument = definitions.pinned(assignment.instrument_pin)
    _check_one(instrument, item_id, value, is_refused)
    patient = assignment.patient
    with act("measure.answer", actor=actor, patient=patient, subject=assignment):
        # Two taps at once take turns: the second one sees the first one's answer.
        type(patient).objects.select_for_update().get(pk=patient.pk)
        before = selectors.answers_so_far(assignment).get(item_id)
        if before is not None and (before.value, before.is_refused) == (value, is_refused):
            return before
        answer = ItemAnswer(
            site_id=assignment.site_id,
            patient=patient,
            assignment=assignment,
            item_id=item_id,
            value=value,
            is_refused=is_refused,
            is_impaired=_is_impaired_for(patient, instrument),
            answered_at=clock.now(),
            supersedes=before,
        )
        answer.save()
        if not answer.is_impaired:
            _watch_answer(assignment, instrument, answer, actor)
    return answer


def _check_one(instrument: Instrument, item_id: str, value: int | None, is_refused: bool) -> None:
    if value is None and not is_refused:
        accepted = instrument.item(item_id).answers.values if instrument.has_item(item_id) else ()
        raise InvalidAnswer(item_id, value, f"whole numbers {', '.join(map(str, accepted))}")
    if value is not None and is_refused:
        raise InvalidAnswer(item_id, value, "either an answer or a refusal, not both")
    check_answers(instrument, {item_id: value})


def _is_impaired_for(patient, instrument: Instrument) -> bool:
    """SR-10: while the medicine is working only ratings of right now mean what they say."""
    return patient.impaired_since is not None and not definitions.is_acute(instrument)


def _watch_answer(assignment: Assignment, instrument: Instrument, answer: ItemAnswer, actor: Actor) -> None:
    values = selectors.answer_values(assignment)
    if instrument.identity.id in definitions.SUICIDE_SCREENS:
        said = values.get(answer.item_id)
        option = None if said is None else instrument.item(answer.item_id).answers.option(said).key
        if option != "no":
            _raise_tier(assignment.patient, instrument, values, answer, actor, is_finished=False)
        return
    one = {answer.item_id: values.get(answer.item_id)}
    raised = _raise_items(assignment.patient, instrument, one, answer, actor, occurred_at=answer.answered_at)
    if raised:
        assign_suicide_screen(assignment.patient, episode=assignment.episode, actor=actor, cause=assignment)


def _raise_items(
    patient, instrument: Instrument, answers: Mapping[str, int | None], evidence, actor: Actor, *, occurred_at: datetime
) -> bool:
    """Raise a signal for every safety item among `answers` that is at its threshold or was not answered."""
    raised = False
    for finding in safety_findings(instrument, dict(answers)):
        item = finding.rule.item
        if item not in answers or finding.is_triggered is False:
            continue
        number = question_number(instrument, item)
        said = "was left unanswered"
        if finding.is_triggered:
            said = f"was answered “{instrument.item(item).answers.option(_given(answers[item])).label}”"
        raise_signal(
            patient=patient,
            kind=triage.KIND,
            rule_pin=f"{instrument.pin}#{item}",
            level=PROVISIONAL_LEVEL,
            title=f"{instrument.abbreviation} question {number} {said}",
            finding=f"{instrument.abbreviation} question {number} {said}. {finding.rule.meaning}",
            occurred_at=occurred_at,
            due_at=due_at_for(patient.site_id, "now", clock.now()),
            owner_role=triage.OWNER_ROLE,
            actor=actor,
            evidence=evidence,
            patient_text=PATIENT_TEXT,
        )
        raised = True
    return raised


def _given(value: int | None) -> int:
    assert value is not None
    return value


def _raise_tier(
    patient, instrument: Instrument, values: dict[str, int | None], evidence, actor: Actor, *, is_finished: bool
) -> None:
    now = clock.now()
    found = triage.finding_of(instrument, values, site_id=patient.site_id, is_finished=is_finished, now=now)
    if found is None:
        if is_finished:
            _note_all_no(patient, instrument, evidence, actor, now)
        return
    raise_signal(
        patient=patient,
        kind=triage.KIND,
        rule_pin=found.rule_pin,
        level=found.level,
        title=found.title,
        finding=found.text,
        occurred_at=now,
        due_at=found.due_at,
        owner_role=triage.OWNER_ROLE,
        actor=actor,
        evidence=evidence,
        patient_text=PATIENT_TEXT,
        outranks=found.outranks,
    )


def _note_all_no(patient, instrument: Instrument, evidence, actor: Actor, now: datetime) -> None:
    """Every answer was no: an open duty stays open for a person, and its history says so."""
    if not any(row.kind == triage.KIND for row in open_for(patient)):
        return
    text = f"{instrument.abbreviation}: no to every question. An earlier answer still needs a person to confirm it."
    raise_signal(
        patient=patient,
        kind=triage.KIND,
        rule_pin=instrument.pin,
        level=PROVISIONAL_LEVEL,
        title=text,
        finding=text,
        occurred_at=now,
        due_at=_latest_due(patient),
        owner_role=triage.OWNER_ROLE,
        actor=actor,
        evidence=evidence,
    )


def _latest_due(patient) -> datetime:
    """A "no" throughout makes nothing more urgent than it already was."""
    return max(row.due_at for row in open_for(patient) if row.kind == triage.KIND)


def assign_suicide_screen(patient, *, episode, actor: Actor, cause: Assignment | None = None) -> Assignment:
    """Ask the structured questions in the same contact; one that is already open is not asked twice."""
    today = clock.today(patient.time_zone)
    pin = definitions.instrument(definitions.SUICIDE_SCREEN).pin
    rows = Assignment.objects.filter(patient=patient, state="open", instrument_pin=pin, purpose="safety")
    waiting = rows.filter(opens_on__lte=today, closes_on__gte=today).order_by("id").first()
    return waiting or assign(
        patient=patient,
        episode=episode,
        instrument_id=definitions.SUICIDE_SCREEN,
        purpose="safety",
        opens_on=today,
        due_on=today,
        closes_on=today + timedelta(days=1),
        actor=actor,
        subject_uid=cause.uid if cause else None,
    )


def finish(assignment: Assignment, *, actor: Actor, entry_mode: str = "patient") -> Response:
    """Turn the answers given into a finished form with its scores.

    Raises Incomplete when the form's own missing-item rule gives no total, naming the open questions.
    """
    _refuse_unless_open(assignment)
    instrument = definitions.pinned(assignment.instrument_pin)
    rows = selectors.answers_so_far(assignment)
    given = selectors.answer_values(assignment)
    result = score(instrument, given)
    silent = tuple(item for item in result.missing_items if item not in rows)
    is_scored = instrument.scoring.kind != "none"
    if (is_scored and result.total is None) or (not is_scored and silent):
        raise Incomplete(instrument, result.missing_items or silent)
    answers = {item: given.get(item) for item in asked(instrument, given)}
    return _keep(
        patient=assignment.patient,
        instrument=instrument,
        answers=answers,
        completed_at=clock.now(),
        actor=actor,
        entry_mode=entry_mode,
        purpose=assignment.purpose,
        assignment=assignment,
        is_impaired=any(row.is_impaired for row in rows.values()),
        already_watched={item for item, row in rows.items() if not row.is_impaired},
    )


def record_response(
    *,
    patient,
    instrument_id: str,
    answers: dict[str, int | None],
    completed_at: datetime,
    actor: Actor,
    entry_mode: str,
    purpose: str = "",
    assignment: Assignment | None = None,
    correction_of: Response | None = None,
    correction_reason: str = "",
) -> Response:
    """Keep a whole form at once: from paper, from a clinician, from an import (completed in the past).

    Safety items raise their signals unless the form's recall period is over: then it is history, not a finding.
    Raises InvalidAnswer, UnknownDefinition, MeasureRefused; a form without a total is kept with its reason.
    """
    if assignment is not None:
        _refuse_unless_open(assignment)
        instrument = definitions.pinned(assignment.instrument_pin)
        if instrument.identity.id != instrument_id:
            raise MeasureRefused(f"This was asked as {instrument.abbreviation}; {instrument_id} was given.")
    else:
        instrument = definitions.instrument(instrument_id)
    if correction_of is not None and correction_of.patient_id != patient.pk:
        raise MeasureRefused("The form to correct belongs to another patient.")
    check_answers(instrument, answers)
    if completed_at > clock.now() + CLOCK_TOLERANCE:
        raise MeasureRefused(f"A form cannot be completed in the future: {completed_at:%d %B %Y %H:%M}.")
    return _keep(
        patient=patient,
        instrument=instrument,
        answers={item.id: answers.get(item.id) for item in instrument.items if item.id in answers},
        completed_at=completed_at,
        actor=actor,
        entry_mode=entry_mode,
        purpose=purpose or (assignment.purpose if assignment else ""),
        assignment=assignment,
        is_impaired=_was_impaired(patient, instrument, completed_at),
        correction_of=correction_of,
        correction_reason=correction_reason,
    )


def _was_impaired(patient, instrument: Instrument, completed_at: datetime) -> bool:
    return _is_impaired_for(patient, instrument) and completed_at >= patient.impaired_since


def _keep(
    *,
    patient,
    instrument: Instrument,
    answers: dict[str, int | None],
    completed_at: datetime,
    actor: Actor,
    entry_mode: str,
    purpose: str,
    assignment: Assignment | None,
    is_impaired: bool,
    already_watched: set[str] | None = None,
    correction_of: Response | None = None,
    correction_reason: str = "",
) -> Response:
    with act("measure.response", actor=actor, patient=patient, subject=assignment, reason=correction_reason) as running:
        response = Response(
            site_id=patient.site_id,
            patient=patient,
            assignment=assignment,
            instrument_pin=instrument.pin,
            answers=answers,
            completed_at=completed_at,
            completed_on=completed_at.astimezone(ZoneInfo(patient.time_zone)).date(),
            entry_mode=entry_mode,
            is_impaired=is_impaired,
            purpose=purpose,
            supersedes=correction_of,
            correction_reason=correction_reason,
        )
        response.save()
        running.subject_kind, running.subject_uid = response._meta.label_lower, response.uid
        summary = _keep_scores(response, instrument)
        if assignment is not None:
            assignment.state = "answered"
            assignment.save()
        if not is_impaired and not _is_history(instrument, completed_at):
            _watch_response(response, instrument, answers, actor, already_watched or set())
        add_to_timeline(
            response,
            patient=patient,
            kind="measure_completed",
            occurred_at=completed_at,
            summary=f"{instrument.abbreviation}{summary}{', answered while impaired' if is_impaired else ''}",
        )
    return response


def _keep_scores(response: Response, instrument: Instrument) -> str:
    """Save the total and every subscore; returns the words for the timeline."""
    result = score(instrument, response.answers)
    rows: list[tuple[str, Any, str]] = [("total", result.total, result.band.label if result.band else "")]
    rows += [(name, value, "") for name, value in result.subscores]
    for name, value, band in rows:
        Score(
            site_id=response.site_id,
            patient_id=response.patient_id,
            response=response,
            instrument_pin=instrument.pin,
            algorithm_version=ALGORITHM_VERSION,
            name=name,
            value=value,
            band=band,
            missing_items=list(result.missing_items),
            reason=result.reason if name == "total" else "",
            recall_days=result.recall.days,
        ).save()
    return "" if result.total is None else f" {result.total}"


def _is_history(instrument: Instrument, completed_at: datetime) -> bool:
    days = definitions.longest_recall_days(instrument)
    return days is not None and clock.now() - completed_at > timedelta(days=max(days, 1))


def _watch_response(
    response: Response, instrument: Instrument, answers: dict[str, int | None], actor: Actor, already_watched: set[str]
) -> None:
    patient = response.patient
    if instrument.identity.id in definitions.SUICIDE_SCREENS:
        _raise_tier(patient, instrument, answers, response, actor, is_finished=True)
        return
    watched = {rule.item: answers.get(rule.item) for rule in instrument.item_safety if rule.item not in already_watched}
    if _raise_items(patient, instrument, watched, response, actor, occurred_at=response.completed_at):
        assign_suicide_screen(
            patient,
            episode=response.assignment.episode if response.assignment else None,
            actor=actor,
            cause=response.assignment,
        )


def record_vital(
    *,
    patient,
    context: str,
    occurred_at: datetime,
    actor: Actor,
    subject_uid=None,
    entry_mode: str = "live",
    is_after_rest: bool = False,
    note: str = "",
    is_weight_confirmed: bool = False,
    supersedes: Vital | None = None,
    correction_reason: str = "",
    **values: Any,
) -> Vital:
    """Keep one set of vital signs, any of `selectors.VITAL_FIELDS`. Raises InvalidVital (field -> message).

    A weight that looks like pounds against the last one is refused until `is_weight_confirmed`.
    """
    numbers = checked(values)
    errors = {}
    if occurred_at > clock.now() + CLOCK_TOLERANCE:
        errors["occurred_at"] = f"The time is in the future: {occurred_at:%d %B %Y %H:%M %Z}."
    if "weight_kg" in numbers and not is_weight_confirmed:
        known = selectors.latest_vital(patient, "weight_kg")
        slip = unit_slip(Decimal(numbers["weight_kg"]), known[0] if known else None)
        errors |= {"weight_kg": slip} if slip else {}
    if errors:
        raise InvalidVital(errors)
    with act("vital.record", actor=actor, patient=patient, reason=correction_reason) as running:
        vital = Vital(
            site_id=patient.site_id,
            patient=patient,
            subject_uid=subject_uid,
            context=context,
            occurred_at=occurred_at,
            entry_mode=entry_mode,
            is_after_rest=is_after_rest,
            note=note.strip(),
            supersedes=supersedes,
            correction_reason=correction_reason,
            **numbers,
        )
        vital.save()
        running.subject_kind, running.subject_uid = vital._meta.label_lower, vital.uid
        add_to_timeline(
            vital, patient=patient, kind="vital_recorded", occurred_at=occurred_at, summary=vital_text(vital)
        )
    return vital


def vital_text(vital: Vital) -> str:
    """The set in one line, units included."""
    parts = [
        f"{vital.systolic_mmhg}/{vital.diastolic_mmhg} mmHg" if vital.systolic_mmhg is not None else "",
        f"{vital.heart_rate_bpm} per min" if vital.heart_rate_bpm is not None else "",
        f"SpO₂ {vital.spo2_percent} %" if vital.spo2_percent is not None else "",
        f"breathing {vital.respiratory_rate_per_min} per min" if vital.respiratory_rate_per_min is not None else "",
        f"{vital.weight_kg} kg" if vital.weight_kg is not None else "",
        f"{vital.height_cm} cm" if vital.height_cm is not None else "",
    ]
    return ", ".join(part for part in parts if part)


def close_missed(*, today: date, actor: Actor, patient=None, site=None) -> int:
    """Mark questionnaires whose window has closed as missed; returns how many. Name a patient or a site.

    today: the calendar date at the patient (or the site). Answers given so far stay.
    """
    rows = Assignment.objects.filter(state="open", closes_on__lt=today).select_related("patient")
    if patient is not None:
        rows = rows.filter(patient=patient)
    elif site is not None:
        rows = rows.filter(site=site)
    else:
        raise ValueError("close_missed needs a patient or a site")
    missed = list(rows.order_by("id"))
    for assignment in missed:
        with act("measure.missed", actor=actor, patient=assignment.patient, subject=assignment):
            assignment.state = "missed"
            assignment.save()
            add_to_timeline(
                assignment,
                patient=assignment.patient,
                kind="measure_missed",
                occurred_at=clock.now(),
                summary=definitions.pinned(assignment.instrument_pin).abbreviation,
            )
    return len(missed)
