"""Writes from the first answers to a signed decision. Nothing typed once is typed again."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model

from limen.apps.accounts.models import Site
from limen.apps.accounts.selectors import settings_of, signing_problems
from limen.apps.measures import services as measures
from limen.apps.patients import services as patients
from limen.apps.patients.models import Episode, Patient
from limen.apps.patients.selectors import current_episode
from limen.apps.records import clock, knowledge
from limen.apps.records.actor import Actor
from limen.apps.records.acts import act
from limen.apps.records.services import Authentication, add_to_timeline, send_later, sign
from limen.apps.screening import selectors, snapshot
from limen.apps.screening.facts import facts_for
from limen.apps.screening.models import (
    Allergy,
    ChecklistItem,
    Condition,
    EligibilityAssessment,
    EligibilityDecision,
    LabResult,
    MedicationStatement,
    MedicationTrial,
    OutsideClinician,
    Referral,
)
from limen.apps.screening.rules import (
    assessment_questions,
    condition_questions,
    conditions_in,
    eligibility_rules,
)
from limen.apps.screening.steps import MAY_NOT_APPLY, ONLY_BY_FACTS, STEPS, steps_for
from limen.apps.signals.selectors import open_for
from limen.apps.signals.services import raise_signal
from limen.clinical.eligibility import assess as assess_criteria

QUESTIONNAIRES = ("phq-9", "gad-7")
SUICIDE_ITEM = "q9"
JUDGES = frozenset({"prescriber", "medical_director", "therapist"})
PREGNANCY_RESULTS = ("negative", "positive", "unclear")


class ScreeningRefused(Exception):
    """This cannot be recorded like that; the message is for the person who tried."""

    limen_refusal = True


def _refuse(condition: bool, message: str) -> None:
    if condition:
        raise ScreeningRefused(message)


def receive_referral(
    *,
    site: Site,
    given_name: str,
    family_name: str,
    birth_date: date,
    email: str,
    answers: Mapping[str, Any],
    permission_text: str,
    actor: Actor,
    phone: str = "",
    state_code: str = "",
    source: str = "assessment",
) -> Referral:
    """Keep a person's answers because they asked to be contacted and gave the permission quoted here.

    answers: as made by `limen.apps.screening.draft.for_referral`; the text is sealed.
    Raises ScreeningRefused for somebody under 18 (SR-60) or without permission.
    """
    today = clock.today(site.time_zone)
    _refuse(not permission_text.strip(), "Without permission nothing is kept.")
    _refuse(
        years_between(birth_date, today) < assessment_questions().minimum_age_years,
        "This programme is for adults. Nothing was kept.",
    )
    with act("referral.receive", actor=actor) as running:
        referral = Referral(
            site=site,
            given_name=given_name.strip(),
            family_name=family_name.strip(),
            birth_date_text=birth_date.isoformat(),
            email=email.strip(),
            phone=phone.strip(),
            state_code=state_code or site.state_code,
            answers=json.dumps(answers, sort_keys=True),
            permission_text=permission_text,
            received_at=clock.now(),
            source=source,
        )
        referral.save()
        running.subject_kind, running.subject_uid = referral._meta.label_lower, referral.uid
    return referral


def years_between(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def close_referral(referral: Referral, *, reason: str, actor: Actor) -> None:
    """Close a referral that is not taken on. Raises ScreeningRefused without a reason or when it is settled."""
    _refuse(referral.state != "received", f"This referral is {referral.get_state_display().lower()} already.")
    _refuse(not reason.strip(), "Say why it is closed.")
    with act("referral.close", actor=actor, subject=referral):
        referral.state, referral.closing_reason = "closed", reason.strip()
        referral.save()


def accept_referral(referral: Referral, *, actor: Actor, place: str = "clinic") -> Patient:
    """Open the record: patient, episode, checklist, baseline answers, conditions and antidepressants as answered.

    place: where care is meant to happen, "clinic" or "home".
    An answer above zero to the last PHQ-9 question opens an obligation in the same act (SR-41).
    Raises ScreeningRefused when the referral is settled already.
    """
    _refuse(referral.state != "received", f"This referral is {referral.get_state_display().lower()} already.")
    answers = selectors.referral_answers(referral)
    with act("referral.accept", actor=actor, subject=referral) as running:
        patient = patients.open_patient(
            site=referral.site,
            given_name=referral.given_name,
            family_name=referral.family_name,
            birth_date=date.fromisoformat(referral.birth_date_text),
            state_code=referral.state_code,
            email=referral.email,
            phone=referral.phone,
            place=place,
            actor=actor,
        )
        running.patient_uid = patient.uid
        start_onboarding(patient, actor=actor)
        _carry_responses(patient, answers, actor)
        for row in answers.get("trials", []):
            record_trial(
                patient=patient,
                drug=row["drug"],
                outcome=row["outcome"],
                patient_words=f"Taken as long as advised: {row['enough']}",
                actor=actor,
            )
        answered_on = selectors.answered_at(answers).astimezone(ZoneInfo(patient.time_zone)).date()
        for code, state in conditions_in(answers.get("health", {})).items():
            record_condition(
                patient=patient, code=code, state=state, source="patient", noted_on=answered_on, actor=actor
            )
        referral.state, referral.patient = "accepted", patient
        referral.save()
        add_to_timeline(referral, patient=patient, kind="referral_accepted", occurred_at=referral.received_at)
    return patient


def _carry_responses(patient: Patient, answers: Mapping[str, Any], actor: Actor) -> None:
    """The questionnaires of the assessment become the baseline, dated when they were answered."""
    when = selectors.answered_at(dict(answers))
    for instrument_id in QUESTIONNAIRES:
        given = answers.get(instrument_id)
        if not given:
            continue
        response = measures.record_response(
            patient=patient,
            instrument_id=instrument_id,
            answers=given,
            completed_at=when,
            actor=actor,
            entry_mode="patient",
            purpose="baseline",
        )
        # The baseline is history to the measures app once its recall period is over; the person still said it.
        if (given.get(SUICIDE_ITEM) or 0) > 0 and instrument_id == "phq-9" and not open_for(patient):
            raise_signal(
                patient=patient,
                kind="suicide-risk",
                rule_pin=f"{response.instrument_pin}#{SUICIDE_ITEM}",
                level="not yet screened",
                title="PHQ-9 question 9 above zero in the free assessment",
                finding=f"Answered {given[SUICIDE_ITEM]} on {when:%d %b %Y}, before contact; not screened since.",
                occurred_at=when,
                due_at=None,
                owner_role="prescriber",
                actor=actor,
                evidence=response,
            )


def start_onboarding(patient: Patient, *, actor: Actor) -> list[ChecklistItem]:
    """Lay out the steps of the open episode; those already there stay as they are.

    Raises ScreeningRefused when no episode is open.
    """
    episode = current_episode(patient)
    if episode is None or episode.ended_on is not None:
        raise ScreeningRefused("No episode of care is open. Start one first.")
    today = clock.today(patient.time_zone)
    known = set(episode.checklist.values_list("key", flat=True))
    with act("onboarding.start", actor=actor, patient=patient, subject=episode):
        for step in steps_for(episode.place):
            if step.key in known:
                continue
            ChecklistItem(
                site_id=patient.site_id,
                patient=patient,
                episode=episode,
                key=step.key,
                title=step.title,
                patient_text=step.patient_text,
                owner_role=step.owner_role,
                due_on=today + timedelta(days=step.due_days),
                blocked_by=step.blocked_by,
                sequence=STEPS.index(step) + 1,
            ).save()
        if episode.stage == "referred":
            patients.move_episode(episode, "onboarding", actor=actor)
    return list(episode.checklist.order_by("sequence"))


def complete_step(item: ChecklistItem, *, actor: Actor, note: str = "") -> None:
    """Tick off a step that a person settles. Raises ScreeningRefused for one that only facts can settle."""
    _refuse(item.key in ONLY_BY_FACTS, "This step becomes done by itself when what it needs is on record.")
    with act("onboarding.step", actor=actor, patient=item.patient, subject=item):
        item.state, item.done_at, item.note = "done", clock.now(), note.strip()
        item.save()


def set_not_needed(item: ChecklistItem, *, reason: str, actor: Actor) -> None:
    """Say that a step cannot apply, with the reason (SR-51)."""
    _refuse(item.key not in MAY_NOT_APPLY, "Everybody needs this step.")
    _refuse(not reason.strip(), "Say why it cannot apply.")
    with act("onboarding.step", actor=actor, patient=item.patient, subject=item, reason="cannot apply"):
        item.state, item.done_at, item.note = "not_needed", clock.now(), reason.strip()
        item.save()


def reopen_step(item: ChecklistItem, *, actor: Actor) -> None:
    """Take back a tick."""
    with act("onboarding.step", actor=actor, patient=item.patient, subject=item, reason="opened again"):
        item.state, item.done_at = "todo", None
        item.save()


def take_step(item: ChecklistItem, *, owner, due_on: date, actor: Actor) -> None:
    """Give a step an owner by name and a due date."""
    with act("onboarding.owner", actor=actor, patient=item.patient, subject=item):
        item.owner, item.due_on = owner, due_on
        item.save()


def set_pregnancy_capacity(patient: Patient, *, can_be_pregnant: bool, reason: str, actor: Actor) -> None:
    """Record whether a pregnancy test applies; "cannot apply" needs its reason (SR-51)."""
    _refuse(not can_be_pregnant and not reason.strip(), "Say why a pregnancy test cannot apply.")
    episode = current_episode(patient)
    with act("intake.pregnancy_capacity", actor=actor, patient=patient, subject=patient):
        patient.can_be_pregnant = can_be_pregnant
        patients.update_patient(patient, actor=actor)
        item = episode.checklist.filter(key="pregnancy").first() if episode else None
        if item is not None and not can_be_pregnant:
            set_not_needed(item, reason=reason, actor=actor)
        elif item is not None and item.state == "not_needed":
            reopen_step(item, actor=actor)


def record_condition(
    *,
    patient: Patient,
    code: str,
    state: str,
    actor: Actor,
    detail: str = "",
    source: str = "clinician",
    noted_on: date | None = None,
) -> Condition:
    """Say whether a condition is present, absent or not known; the earlier answer is kept as a version."""
    _refuse(state not in ("present", "absent", "unknown"), f"'{state}' is not one of present, absent, unknown.")
    _refuse(
        code not in {question.code for question in condition_questions()},
        f"'{code}' is not a condition the rules ask about.",
    )
    with act("intake.condition", actor=actor, patient=patient) as running:
        row = Condition.objects.filter(patient=patient, code=code).first()
        row = row or Condition(site_id=patient.site_id, patient=patient, code=code)
        row.state, row.detail, row.source = state, detail.strip(), source
        row.noted_on = noted_on or clock.today(patient.time_zone)
        row.save()
        running.subject_kind, running.subject_uid = row._meta.label_lower, row.uid
    return row


def record_conditions(*, patient: Patient, states: Mapping[str, str], actor: Actor) -> None:
    """Settle several conditions in one act: all are saved, or none."""
    with act("intake.conditions", actor=actor, patient=patient):
        for code, state in states.items():
            record_condition(patient=patient, code=code, state=state, actor=actor)


def record_pregnancy(
    *, patient: Patient, can_be_pregnant: bool, reason: str, result: str, taken_on: date | None, actor: Actor
) -> None:
    """Capacity to be pregnant and, where one was taken, the test result, in one act (SR-51)."""
    with act("intake.pregnancy", actor=actor, patient=patient):
        set_pregnancy_capacity(patient, can_be_pregnant=can_be_pregnant, reason=reason, actor=actor)
        if result and taken_on is not None:
            record_lab(
                patient=patient, code=selectors.PREGNANCY_TEST, value_text=result, taken_on=taken_on, actor=actor
            )


def record_trial(
    *,
    patient: Patient,
    drug: str,
    actor: Actor,
    dose_text: str = "",
    duration_weeks: int | None = None,
    outcome: str = "unknown",
    why_stopped: str = "",
    is_current_episode: bool | None = None,
    is_adequate: bool | None = None,
    patient_words: str = "",
    trial: MedicationTrial | None = None,
) -> MedicationTrial:
    """Add an antidepressant tried, or save a change to one. Whether it was adequate is a clinician's judgement."""
    _refuse(not drug.strip(), "Name the medicine.")
    judged_before = trial.is_adequate if trial else None
    may_judge = actor.kind == "system" or actor.has_role(*JUDGES)
    _refuse(
        is_adequate != judged_before and not may_judge,
        "Whether a course was adequate is judged by a prescriber or a therapist.",
    )
    with act("intake.trial", actor=actor, patient=patient, subject=trial) as running:
        row = trial or MedicationTrial(site_id=patient.site_id, patient=patient)
        row.drug, row.dose_text, row.duration_weeks = drug.strip(), dose_text.strip(), duration_weeks
        row.outcome, row.why_stopped = outcome, why_stopped.strip()
        row.patient_words = patient_words.strip() or row.patient_words
        row.is_current_episode, row.is_adequate = is_current_episode, is_adequate
        row.save()
        running.subject_kind, running.subject_uid = row._meta.label_lower, row.uid
    return row


def void_trial(trial: MedicationTrial, *, reason: str, actor: Actor) -> None:
    """Mark an entry of the ledger as entered in error."""
    _refuse(not reason.strip(), "Say why this entry is wrong.")
    with act("intake.trial", actor=actor, patient=trial.patient, subject=trial, reason=reason.strip()):
        trial.is_void = True
        trial.save()


def record_medication(*, patient: Patient, name: str, actor: Actor, dose_text: str = "") -> MedicationStatement:
    """List a medicine taken now, in the words given."""
    _refuse(not name.strip(), "Name the medicine.")
    with act("intake.medicine", actor=actor, patient=patient):
        row = MedicationStatement(
            site_id=patient.site_id, patient=patient, name=name.strip(), dose_text=dose_text.strip()
        )
        row.save()
        add_to_timeline(row, patient=patient, kind="medicine_listed", occurred_at=clock.now(), summary=row.name)
    return row


def record_allergy(*, patient: Patient, substance: str, actor: Actor, reaction: str = "") -> Allergy:
    """List an allergy or intolerance, in the words given."""
    _refuse(not substance.strip(), "Name what causes it.")
    with act("intake.allergy", actor=actor, patient=patient):
        row = Allergy(site_id=patient.site_id, patient=patient, substance=substance.strip(), reaction=reaction.strip())
        row.save()
        add_to_timeline(row, patient=patient, kind="allergy_listed", occurred_at=clock.now(), summary=row.substance)
    return row


def end_line(row: MedicationStatement | Allergy | OutsideClinician, *, actor: Actor) -> None:
    """Take a line off a current list; its versions stay."""
    with act("intake.ended", actor=actor, patient=row.patient, subject=row):
        row.is_ended = True
        row.save()


def record_lab(
    *,
    patient: Patient,
    code: str,
    value_text: str,
    taken_on: date,
    actor: Actor,
    correction_of: LabResult | None = None,
    correction_reason: str = "",
) -> LabResult:
    """Keep a test result. A pregnancy test is restricted and is negative, positive or unclear (SR-51)."""
    is_pregnancy = code == selectors.PREGNANCY_TEST
    _refuse(not code.strip() or not value_text.strip(), "Give the test and its result.")
    _refuse(taken_on > clock.today(patient.time_zone), f"{taken_on:%d %B %Y} is in the future.")
    _refuse(
        is_pregnancy and value_text not in PREGNANCY_RESULTS,
        f"'{value_text}' is not a result of this test: use {', '.join(PREGNANCY_RESULTS)}.",
    )
    with act("intake.lab", actor=actor, patient=patient, reason=correction_reason) as running:
        row = LabResult(
            site_id=patient.site_id,
            patient=patient,
            code=code.strip(),
            value_text=value_text.strip(),
            taken_on=taken_on,
            is_restricted=is_pregnancy,
            supersedes=correction_of,
            correction_reason=correction_reason,
        )
        row.save()
        running.subject_kind, running.subject_uid = row._meta.label_lower, row.uid
        summary = "" if is_pregnancy else f"{row.code}: {row.value_text}"
        kind = "restricted_test" if is_pregnancy else "lab"
        add_to_timeline(row, patient=patient, kind=kind, occurred_at=clock.now(), summary=summary)
    return row


def save_outside_clinician(row: OutsideClinician, *, actor: Actor) -> None:
    """Keep a clinician elsewhere, and whether the patient released information to them (SR-53)."""
    _refuse(not row.name.strip(), "Give the clinician's name.")
    with act("intake.outside_clinician", actor=actor, patient=row.patient, subject=row):
        row.save()


def assess(patient: Patient, *, actor: Actor) -> EligibilityAssessment:
    """Hold the record against every criterion and keep what was found, with its inputs. It decides nothing."""
    episode = _open_episode(patient)
    rules = eligibility_rules()
    facts = facts_for(patient)
    found = assess_criteria(rules, facts, settings_of(patient.site_id), today=clock.today(patient.time_zone))
    with act("eligibility.assess", actor=actor, patient=patient) as running:
        row = EligibilityAssessment(
            site_id=patient.site_id,
            patient=patient,
            episode=episode,
            rule_set_pin=rules.identity.pin,
            rule_set_sha256=knowledge.digest_of("rules", rules.identity.id, rules.identity.version),
            inputs=snapshot.inputs_text(patient.site_id, rules, facts),
            results=snapshot.results_text(found),
            computed_at=clock.now(),
        )
        row.save()
        running.subject_kind, running.subject_uid = row._meta.label_lower, row.uid
        if episode.stage in ("referred", "onboarding"):
            patients.move_episode(episode, "deciding", actor=actor)
        add_to_timeline(
            row, patient=patient, kind="eligibility_assessed", occurred_at=row.computed_at, is_patient_visible=False
        )
    return row


def _open_episode(patient: Patient) -> Episode:
    episode = current_episode(patient)
    if episode is None or episode.ended_on is not None:
        raise ScreeningRefused("No episode of care is open. Start one first.")
    return episode


def is_assessment_stale(assessment: EligibilityAssessment) -> bool:
    """True when the rules, the site's settings or the record have changed since, so it must be made again (SR-01)."""
    rules = eligibility_rules()
    patient = assessment.patient
    if assessment.rule_set_pin != rules.identity.pin:
        return True
    now = snapshot.inputs_text(patient.site_id, rules, facts_for(patient))
    if now != assessment.inputs:
        return True
    found = assess_criteria(
        rules, facts_for(patient), settings_of(patient.site_id), today=clock.today(patient.time_zone)
    )
    return snapshot.states_of(snapshot.results_text(found)) != snapshot.states_of(assessment.results)


def decide(
    assessment: EligibilityAssessment,
    *,
    decision: str,
    reason: str,
    patient_text: str,
    routes: list[str],
    actor: Actor,
    authentication: Authentication,
) -> EligibilityDecision:
    """A prescriber signs what happens now, with the reason; it may differ from the assessment.

    Raises ScreeningRefused without a reason, without a licence in force (SR-05), without a route when it says to
    proceed, or when the assessment is not the newest or no longer matches the record.
    """
    patient = assessment.patient
    with act("eligibility.decide", actor=actor, patient=patient) as running:
        type(patient).objects.select_for_update().get(pk=patient.pk)
        _check_decision(assessment, decision, reason, routes, actor)
        row = EligibilityDecision(
            site_id=patient.site_id,
            patient=patient,
            episode=assessment.episode,
            assessment=assessment,
            decision=decision,
            reason=reason.strip(),
            patient_text=patient_text.strip(),
            routes=sorted(routes) if decision == "proceed" else [],
            decided_at=clock.now(),
        )
        running.subject_kind, running.subject_uid = row._meta.label_lower, row.uid
        row.signature = sign(row, actor=actor, meaning="decided", authentication=authentication)
        row.save()
        _follow(row, actor)
        add_to_timeline(
            row,
            patient=patient,
            kind="eligibility_decided",
            occurred_at=row.decided_at,
            summary=row.get_decision_display(),
        )
    return row


def _check_decision(
    assessment: EligibilityAssessment, decision: str, reason: str, routes: list[str], actor: Actor
) -> None:
    patient = assessment.patient
    _refuse(decision not in dict(EligibilityDecision.DECISIONS), f"'{decision}' is not a decision.")
    _refuse(not reason.strip(), "Give the reason for the decision.")
    _refuse(decision == "proceed" and not routes, "Name at least one way of giving it that this decision covers.")
    _refuse(not actor.has_role("prescriber", "medical_director"), "A prescriber signs this decision.")
    signer = get_user_model().objects.get(pk=actor.user_id)
    problems = signing_problems(signer, patient.state_code, clock.today(patient.time_zone))
    _refuse(bool(problems), f"You cannot sign this now. {' '.join(problems)}")
    newest = selectors.latest_assessment(patient)
    _refuse(newest is None or newest.pk != assessment.pk, "A newer assessment exists. Read it before you decide.")
    _refuse(is_assessment_stale(assessment), "The record has changed since this assessment. Make it again first.")


def _follow(row: EligibilityDecision, actor: Actor) -> None:
    """The stage follows the decision: on to planning, or back to deciding when it is taken back before a plan."""
    episode = row.episode
    if row.decision == "proceed" and episode.stage in ("referred", "onboarding", "deciding"):
        patients.move_episode(episode, "planning", actor=actor)
    elif row.decision != "proceed" and episode.stage == "planning":
        patients.move_episode(episode, "deciding", actor=actor)


def consent_withdrawn(consent, actor: Actor) -> None:
    """Withdrawing care stops dosing at once and gives the team a close-out to arrange (SR-50)."""
    if consent.scope != selectors.CARE_SCOPE:
        return
    raise_signal(
        patient=consent.patient,
        kind="consent-withdrawn",
        rule_pin=f"{consent.document_pin}#withdrawn",
        level="close-out",
        title="Consent to treatment withdrawn",
        finding="The patient withdrew consent to treatment. No dose may be given. Arrange the close-out: "
        "what continues without it, who follows up, what is returned.",
        occurred_at=consent.decided_at,
        due_at=None,
        owner_role="prescriber",
        actor=actor,
        evidence=consent,
        patient_text="You took back your consent to treatment. Your team will talk with you about what comes next.",
    )


def tell_coordinators(referral: Referral, *, recipients: list[str], address: str, actor: Actor) -> None:
    """Queue a message without any health data: somebody asked to be contacted."""
    with act("referral.announce", actor=actor, subject=referral):
        for email in recipients:
            send_later(
                channel="email",
                dedupe_key=f"referral:{referral.uid}:{email}",
                recipient=email,
                subject="Somebody asked to be contacted",
                body=f"A new request is waiting in Limen:\n\n{address}\n",
            )
