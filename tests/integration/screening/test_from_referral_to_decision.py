"""From a referral to a signed decision through the services: nothing is typed twice, nothing decides by itself."""

from datetime import UTC, date, datetime, timedelta

import pytest

from factories import actor_of, authentication, make_patient, make_staff, set_settings
from integration.screening.screening_answers import PHQ_9, health, sent
from limen.apps.measures.selectors import baseline_score
from limen.apps.measures.services import record_vital
from limen.apps.patients.models import Supporter
from limen.apps.patients.selectors import consents_in_force, contacts, current_episode
from limen.apps.patients.services import save_supporter
from limen.apps.records import clock
from limen.apps.records.actor import VISITOR
from limen.apps.records.models import AuditEvent
from limen.apps.records.selectors import signature_covers
from limen.apps.screening import selectors, services, snapshot
from limen.apps.screening.models import Condition, EligibilityDecision, Referral
from limen.apps.screening.rules import condition_questions
from limen.apps.screening.services import ScreeningRefused
from limen.apps.signals.selectors import open_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator(site_scope):
    return actor_of(make_staff(site_scope, "coordinator"))


@pytest.fixture
def prescriber(site_scope):
    return actor_of(make_staff(site_scope, "prescriber", name="Pat Prescriber"))


def refer(site, answers=None, **changes) -> Referral:
    given = {
        "given_name": "Noor",
        "family_name": "Haddad",
        "birth_date": date(1984, 5, 17),
        "email": "noor@example.org",
        "phone": "555 0100",
        "permission_text": "I ask Riverside to contact me.",
        "actor": VISITOR,
    }
    return services.receive_referral(site=site, answers=answers or sent(), **(given | changes))


def settle_conditions(patient, actor, **changes: str) -> None:
    for question in condition_questions():
        state = "present" if question.code == "has_capacity" else "absent"
        services.record_condition(
            patient=patient, code=question.code, state=changes.get(question.code, state), actor=actor
        )


def assessed(patient, prescriber):
    settle_conditions(patient, prescriber)
    return services.assess(patient, actor=prescriber)


def decide(assessment, actor, **changes) -> EligibilityDecision:
    given = {"decision": "proceed", "reason": "Two courses failed.", "patient_text": "", "routes": ["iv"]}
    return services.decide(assessment, actor=actor, authentication=authentication(), **(given | changes))


def test_nobody_under_18_is_kept(site_scope):
    born = clock.today(site_scope.time_zone) - timedelta(days=365 * 17)
    with pytest.raises(ScreeningRefused, match="adults"):
        refer(site_scope, birth_date=born)
    assert not Referral.objects.exists()


def test_nothing_is_kept_without_permission(site_scope):
    with pytest.raises(ScreeningRefused, match="permission"):
        refer(site_scope, permission_text=" ")
    assert not Referral.objects.exists()


def test_accepting_opens_the_record_with_everything_answered(site_scope, coordinator):
    patient = services.accept_referral(refer(site_scope), actor=coordinator)
    assert current_episode(patient).stage == "onboarding"
    assert {c.kind for c in contacts(patient)} == {"email", "phone"}
    # 17 and 11 are the sums of the answers in screening_answers.
    assert baseline_score(patient, "phq-9").value == 17
    assert baseline_score(patient, "gad-7").value == 11
    assert baseline_score(patient, "phq-9").at == datetime(2026, 11, 20, 15, tzinfo=UTC)
    assert [t.drug for t in selectors.trials(patient)] == ["sertraline"]
    assert selectors.trials(patient)[0].is_adequate is None
    assert {c.state for c in selectors.conditions(patient)} == {"absent"}
    assert {c.source for c in selectors.conditions(patient)} == {"patient"}
    assert selectors.referral_of(patient).state == "accepted"
    assert AuditEvent.objects.filter(action="referral.accept", patient_uid=patient.uid).exists()
    assert open_for(patient) == []


def test_not_sure_stays_unknown_and_is_never_no(site_scope, coordinator):
    answers = sent(health=health(cystitis="not-sure", bipolar_history="not-said", aneurysm_or_avm="yes"))
    patient = services.accept_referral(refer(site_scope, answers), actor=coordinator)
    states = {row.code: row.state for row in selectors.conditions(patient)}
    assert states["cystitis"] == states["bipolar_history"] == "unknown"
    assert states["aneurysm_or_avm"] == "present"
    assert "cystitis" not in selectors.facts_for(patient)


@pytest.mark.parametrize("answered_at", ["2026-11-20T15:00:00+00:00", "2026-01-20T15:00:00+00:00"])
def test_item_nine_above_zero_opens_one_obligation_however_old_the_answer(site_scope, coordinator, answered_at):
    """SR-41. The second date is outside the two weeks the questionnaire asks about."""
    answers = sent(**{"phq-9": PHQ_9 | {"q9": 1}, "answered_at": answered_at})
    patient = services.accept_referral(refer(site_scope, answers), actor=coordinator)
    (obligation,) = open_for(patient)
    assert obligation.kind == "suicide-risk"
    assert obligation.due_at <= clock.now()


def test_a_referral_is_settled_once(site_scope, coordinator):
    referral = refer(site_scope)
    services.accept_referral(referral, actor=coordinator)
    with pytest.raises(ScreeningRefused, match="accepted already"):
        services.accept_referral(referral, actor=coordinator)
    other = refer(site_scope, given_name="Ida")
    with pytest.raises(ScreeningRefused, match="Say why"):
        services.close_referral(other, reason=" ", actor=coordinator)
    services.close_referral(other, reason="Chose another clinic", actor=coordinator)
    assert other.state == "closed"


def test_the_same_person_asking_twice_is_named_as_a_possible_duplicate(site_scope, coordinator):
    patient = services.accept_referral(refer(site_scope), actor=coordinator)
    assert selectors.duplicates_of(refer(site_scope), coordinator) == [patient]


def test_a_step_settles_itself_when_its_facts_are_on_record(site_scope, coordinator):
    patient = services.accept_referral(refer(site_scope), actor=coordinator)
    states = {s.item.key: s.state for s in selectors.checklist(current_episode(patient))}
    assert states["vitals"] == "todo"
    assert states["consent"] == "blocked"
    assert "telehealth" not in states
    record_vital(
        patient=patient,
        context="intake",
        occurred_at=clock.now(),
        actor=coordinator,
        systolic_mmhg=124,
        diastolic_mmhg=78,
        weight_kg=70,
    )
    states = {s.item.key: s.state for s in selectors.checklist(current_episode(patient))}
    assert states["vitals"] == "done"


def test_a_step_that_rests_on_facts_cannot_be_ticked_off(site_scope, coordinator):
    patient = services.accept_referral(refer(site_scope), actor=coordinator)
    item = current_episode(patient).checklist.get(key="consent")
    with pytest.raises(ScreeningRefused, match="by itself"):
        services.complete_step(item, actor=coordinator)
    with pytest.raises(ScreeningRefused, match="Everybody needs"):
        services.set_not_needed(item, reason="no", actor=coordinator)
    assert consents_in_force(patient) == {}


def test_pregnancy_cannot_apply_only_with_a_reason(site_scope, prescriber):
    """SR-51."""
    patient = make_patient(site_scope)
    services.start_onboarding(patient, actor=prescriber)
    with pytest.raises(ScreeningRefused, match="Say why"):
        services.set_pregnancy_capacity(patient, can_be_pregnant=False, reason="", actor=prescriber)
    services.set_pregnancy_capacity(patient, can_be_pregnant=False, reason="No uterus", actor=prescriber)
    step = next(s for s in selectors.checklist(current_episode(patient)) if s.item.key == "pregnancy")
    assert (step.state, step.detail) == ("not_needed", "No uterus")


def test_a_pregnancy_test_is_read_by_prescriber_and_monitor_only(site_scope, prescriber):
    patient = make_patient(site_scope)
    today = clock.today(patient.time_zone)
    services.record_lab(patient=patient, code="pregnancy_test", value_text="negative", taken_on=today, actor=prescriber)
    for role, count in (("monitor", 1), ("medical_director", 1), ("therapist", 0), ("coordinator", 0)):
        assert len(selectors.labs(patient, actor_of(make_staff(site_scope, role)))) == count, role
    with pytest.raises(ScreeningRefused, match="not a result"):
        services.record_lab(
            patient=patient, code="pregnancy_test", value_text="perhaps", taken_on=today, actor=prescriber
        )


def test_only_a_clinician_judges_whether_a_course_was_adequate(site_scope, coordinator, prescriber):
    patient = make_patient(site_scope)
    with pytest.raises(ScreeningRefused, match="judged by"):
        services.record_trial(patient=patient, drug="sertraline", is_adequate=True, actor=coordinator)
    row = services.record_trial(patient=patient, drug="sertraline", is_adequate=True, actor=prescriber)
    services.record_trial(patient=patient, trial=row, drug="sertraline 100", is_adequate=True, actor=coordinator)
    assert selectors.trials(patient)[0].drug == "sertraline 100"


def test_failed_courses_are_counted_only_when_every_one_has_been_judged(site_scope, prescriber):
    patient = make_patient(site_scope)
    assert "adequate_trials_failed" not in selectors.facts_for(patient)
    for drug in ("sertraline", "venlafaxine"):
        services.record_trial(
            patient=patient,
            drug=drug,
            outcome="none",
            is_adequate=True,
            is_current_episode=True,
            actor=prescriber,
        )
    assert selectors.facts_for(patient)["adequate_trials_failed"].value == 2
    third = services.record_trial(patient=patient, drug="bupropion", actor=prescriber)
    assert "adequate_trials_failed" not in selectors.facts_for(patient)
    services.void_trial(third, reason="Never taken", actor=prescriber)
    assert selectors.facts_for(patient)["adequate_trials_failed"].value == 2


def test_a_named_adult_sitter_is_a_fact_and_nobody_named_is_not_a_no(site_scope, prescriber):
    patient = make_patient(site_scope)
    assert "has_adult_sitter" not in selectors.facts_for(patient)
    supporter = Supporter(site=site_scope, patient=patient, role="sitter", name="Jo", phone="555", is_adult=True)
    save_supporter(supporter, actor=prescriber)
    assert selectors.facts_for(patient)["has_adult_sitter"].value is True


def test_an_unset_site_limit_reads_cannot_tell_and_a_signed_one_is_used(site_scope, prescriber):
    patient = make_patient(site_scope)
    record_vital(
        patient=patient,
        context="intake",
        occurred_at=clock.now(),
        actor=prescriber,
        systolic_mmhg=150,
        diastolic_mmhg=85,
    )
    before = snapshot.states_of(services.assess(patient, actor=prescriber).results)
    assert before["ELG-003"] == "cannot_tell"
    set_settings(site_scope, gate__systolic_max_mmhg=140, gate__diastolic_max_mmhg=90)
    assert services.is_assessment_stale(selectors.latest_assessment(patient))
    after = snapshot.states_of(services.assess(patient, actor=prescriber).results)
    assert after["ELG-003"] == "met"


def test_an_assessment_is_stale_once_an_input_changes(site_scope, prescriber):
    patient = make_patient(site_scope)
    assessment = assessed(patient, prescriber)
    assert not services.is_assessment_stale(assessment)
    services.record_condition(patient=patient, code="cystitis", state="present", actor=prescriber)
    assert services.is_assessment_stale(assessment)
    with pytest.raises(ScreeningRefused, match="changed since"):
        decide(assessment, prescriber)


def test_proceed_is_signed_and_moves_the_episode_on_to_planning(site_scope, prescriber):
    patient = make_patient(site_scope)
    assessment = assessed(patient, prescriber)
    assert current_episode(patient).stage == "deciding"
    decision = decide(assessment, prescriber)
    assert selectors.decision_in_force(patient) == decision
    assert current_episode(patient).stage == "planning"
    assert signature_covers(decision.signature, decision)
    assert decision.signature.meaning == "decided"


def test_a_later_not_now_takes_an_earlier_proceed_out_of_force(site_scope, prescriber):
    """SR-01: only the newest decision counts."""
    patient = make_patient(site_scope)
    assessment = assessed(patient, prescriber)
    decide(assessment, prescriber)
    decide(assessment, prescriber, decision="not_now", reason="Blood pressure first", routes=[])
    assert selectors.decision_in_force(patient) is None
    assert current_episode(patient).stage == "deciding"


def test_a_decision_may_differ_from_the_assessment(site_scope, prescriber):
    patient = make_patient(site_scope)
    settle_conditions(patient, prescriber, bipolar_history="present")
    assessment = services.assess(patient, actor=prescriber)
    decision = decide(assessment, prescriber, reason="Stable on lithium; specialist agrees.")
    assert selectors.decision_in_force(patient) == decision


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"reason": "  "}, "reason"),
        ({"routes": []}, "way of giving"),
        ({"decision": "maybe"}, "not a decision"),
    ],
)
def test_an_incomplete_decision_is_refused_and_nothing_is_kept(site_scope, prescriber, change, words):
    patient = make_patient(site_scope)
    with pytest.raises(ScreeningRefused, match=words):
        decide(assessed(patient, prescriber), prescriber, **change)
    assert not EligibilityDecision.objects.exists()


@pytest.mark.parametrize("role", ["coordinator", "monitor", "therapist"])
def test_nobody_but_a_prescriber_signs(site_scope, prescriber, role):
    patient = make_patient(site_scope)
    with pytest.raises(ScreeningRefused, match="prescriber signs"):
        decide(assessed(patient, prescriber), actor_of(make_staff(site_scope, role)))


def test_a_prescriber_without_a_licence_cannot_sign(site_scope, prescriber):
    """SR-05."""
    patient = make_patient(site_scope)
    unlicensed = actor_of(make_staff(site_scope, "prescriber", with_licence=False))
    with pytest.raises(ScreeningRefused, match="licence"):
        decide(assessed(patient, prescriber), unlicensed)


def test_a_decision_on_an_older_assessment_is_refused(site_scope, prescriber):
    patient = make_patient(site_scope)
    older = assessed(patient, prescriber)
    services.assess(patient, actor=prescriber)
    with pytest.raises(ScreeningRefused, match="newer assessment"):
        decide(older, prescriber)


def test_an_unknown_condition_code_or_state_is_refused(site_scope, prescriber):
    patient = make_patient(site_scope)
    with pytest.raises(ScreeningRefused, match="not a condition"):
        services.record_condition(patient=patient, code="hiccups", state="present", actor=prescriber)
    with pytest.raises(ScreeningRefused, match="present, absent, unknown"):
        services.record_condition(patient=patient, code="cystitis", state="maybe", actor=prescriber)
    assert not Condition.objects.exists()
