"""Starting a protocol: visits, appointments, questionnaires, and what refuses it."""

from datetime import UTC, date, datetime

import pytest

from factories import actor_of, authentication, make_patient, make_staff
from integration.plans.plan_people import (
    IV,
    SUBLINGUAL,
    decide,
    decided_patient,
    make_prescriber,
    set_visit_lengths,
    started_plan,
)
from limen.apps.measures.models import Assignment
from limen.apps.measures.services import assign
from limen.apps.patients.selectors import current_episode
from limen.apps.plans import selectors, services
from limen.apps.plans.models import CarePlan, PlannedVisit
from limen.apps.records import clock
from limen.apps.records.models import AuditEvent, TimelineEntry
from limen.apps.records.selectors import signature_covers
from limen.apps.scheduling import services as scheduling
from limen.apps.scheduling.models import Appointment

MONDAY = date(2026, 3, 16)
NOW = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)


@pytest.fixture
def clinic(site_scope):
    with clock.at(NOW):
        set_visit_lengths(site_scope)
        yield site_scope


@pytest.fixture
def prescriber(clinic):
    return make_prescriber(clinic)


def test_six_infusions_from_a_monday_fall_on_the_days_of_the_published_rhythm(clinic, prescriber):
    patient = decided_patient(clinic, prescriber)
    plan = started_plan(patient, prescriber, MONDAY)
    # Offsets of the file, 3 and 4 days in turn: Mon 16, Thu 19, Mon 23, Thu 26, Mon 30 March, Thu 2 April.
    doses = [v.target_date for v in selectors.visits(plan) if v.kind == "dosing"]
    assert doses == [date(2026, 3, d) for d in (16, 19, 23, 26, 30)] + [date(2026, 4, 2)]


def test_every_visit_has_an_appointment_at_the_first_time_in_the_site_zone(clinic, prescriber):
    plan = started_plan(decided_patient(clinic, prescriber), prescriber, MONDAY, first_time="10:30")
    first_dose = PlannedVisit.objects.get(plan=plan, key="dose-1").appointment
    assert first_dose.local_start == "2026-03-16T10:30"
    # New York is four hours behind UTC since 8 March 2026.
    assert first_dose.starts_at == datetime(2026, 3, 16, 14, 30, tzinfo=UTC)
    assert first_dose.duration_min == 150
    assert all(v.appointment_id for v in selectors.visits(plan) if v.kind != "check-in-call")


def test_no_visit_falls_on_a_closed_weekday_when_its_window_has_an_open_one(clinic, prescriber):
    plan = started_plan(decided_patient(clinic, prescriber), prescriber, MONDAY)
    assert {v.target_date.weekday() for v in selectors.visits(plan)} <= {0, 1, 2, 3, 4}


def test_the_questionnaires_of_the_protocol_are_asked_and_the_baseline_closes_before_the_first_dose(clinic, prescriber):
    patient = decided_patient(clinic, prescriber)
    plan = started_plan(patient, prescriber, MONDAY)
    # Preparation, review after 3, review at the end, week 4, week 10: five times PHQ-9 and GAD-7.
    rows = Assignment.objects.filter(patient=patient, state="open")
    assert rows.count() == 10
    baseline = rows.filter(purpose="baseline", instrument_pin__startswith="phq-9@").get()
    assert baseline.closes_on < MONDAY
    assert baseline.subject_uid == PlannedVisit.objects.get(plan=plan, key="preparation-1").uid


def test_starting_moves_the_episode_to_treatment_signs_the_plan_and_tells_its_story(clinic, prescriber):
    patient = decided_patient(clinic, prescriber)
    plan = started_plan(patient, prescriber, MONDAY)
    assert current_episode(patient).stage == "treating"
    assert signature_covers(plan.signature, CarePlan.objects.get(pk=plan.pk))
    assert plan.signature.meaning == "ordered"
    assert TimelineEntry.objects.filter(patient_uid=patient.uid, kind="plan_started").count() == 1
    assert AuditEvent.objects.filter(patient_uid=patient.uid, action="plan.start", outcome="success").count() == 1


def test_a_plan_at_home_has_its_doses_at_home_and_its_talks_by_video_in_the_patients_zone(clinic, prescriber):
    patient = decided_patient(clinic, prescriber)
    patient.time_zone = "America/Los_Angeles"
    from limen.apps.patients.services import update_patient

    update_patient(patient, actor=actor_of(prescriber))
    plan = started_plan(patient, prescriber, MONDAY, protocol_id=SUBLINGUAL)
    rows = {v.key: v.appointment for v in selectors.visits(plan)}
    assert rows["dose-1"].place == "home"
    assert rows["integration-1"].place == "video"
    assert rows["dose-1"].time_zone == "America/Los_Angeles"


def test_a_time_the_patient_already_has_is_replaced_by_the_next_free_one_and_said_so(clinic, prescriber):
    patient = decided_patient(clinic, prescriber)
    scheduling.book(
        patient=patient,
        episode=None,
        kind="call",
        local_start=datetime(2026, 3, 16, 9, 0),
        duration_min=45,
        place="clinic",
        actor=actor_of(prescriber),
    )
    plan = started_plan(patient, prescriber, MONDAY)
    # 09:00 and 09:30 are taken until 09:45, so the next half hour is 10:00.
    assert PlannedVisit.objects.get(plan=plan, key="dose-1").appointment.local_start == "2026-03-16T10:00"
    assert any("09:00 was taken" in e.detail for e in selectors.events(plan))


def test_a_site_without_a_visit_length_gets_the_plan_but_no_appointment_and_is_told_which_setting(site_scope):
    with clock.at(NOW):
        prescriber = make_prescriber(site_scope)
        plan = started_plan(decided_patient(site_scope, prescriber), prescriber, MONDAY)
    assert not Appointment.objects.exists()
    assert any("Length of a dosing visit, intravenous" in e.detail for e in selectors.events(plan))


def test_without_a_signed_decision_nothing_starts(clinic, prescriber):
    patient = make_patient(clinic)
    with pytest.raises(services.PlanRefused, match="no signed decision"):
        started_plan(patient, prescriber, MONDAY)
    assert not CarePlan.objects.exists() and not Appointment.objects.exists()


def test_a_later_decision_not_to_proceed_takes_the_earlier_one_out_of_force(clinic, prescriber):
    patient = decided_patient(clinic, prescriber)
    decide(patient, prescriber, decision="not_now")
    with pytest.raises(services.PlanRefused, match="no signed decision"):
        started_plan(patient, prescriber, MONDAY)


def test_a_route_the_decision_does_not_name_is_refused(clinic, prescriber):
    patient = make_patient(clinic)
    decide(patient, prescriber, routes=("sl",))
    with pytest.raises(services.PlanRefused, match="does not include this route"):
        started_plan(patient, prescriber, MONDAY, protocol_id=IV)


def test_only_one_plan_is_open_at_a_time(clinic, prescriber):
    patient = decided_patient(clinic, prescriber)
    started_plan(patient, prescriber, MONDAY)
    with pytest.raises(services.PlanRefused, match="open already"):
        started_plan(patient, prescriber, MONDAY)


def test_an_expired_or_absent_licence_cannot_sign_a_plan(clinic, prescriber):
    patient = decided_patient(clinic, prescriber)
    unlicensed = make_staff(clinic, "prescriber", name="No Licence", with_licence=False)
    with pytest.raises(services.PlanRefused, match="licence"):
        services.start_plan(
            patient=patient,
            episode=current_episode(patient),
            protocol_id=IV,
            start_date=MONDAY,
            actor=actor_of(unlicensed),
            authentication=authentication(),
        )


def test_a_time_that_does_not_exist_is_refused_in_words(clinic, prescriber):
    patient = decided_patient(clinic, prescriber)
    with pytest.raises(services.PlanRefused, match="not a time of day"):
        started_plan(patient, prescriber, MONDAY, first_time="25:00")


def test_a_question_asked_outside_the_plan_is_left_alone(clinic, prescriber):
    patient = decided_patient(clinic, prescriber)
    other = assign(
        patient=patient,
        episode=current_episode(patient),
        instrument_id="phq-9",
        purpose="visit",
        opens_on=MONDAY,
        due_on=MONDAY,
        closes_on=MONDAY,
        actor=actor_of(prescriber),
    )
    plan = started_plan(patient, prescriber, MONDAY)
    services.change_state(plan, state="stopped", reason="Moved away", actor=actor_of(prescriber))
    other.refresh_from_db()
    assert other.state == "open"


def test_the_hope_written_in_the_assessment_becomes_the_first_goal(clinic, prescriber, monkeypatch):
    """Nothing is typed twice; a goal that is there already is left alone."""
    monkeypatch.setattr(services, "goal_words", lambda patient: "Walk my dog by the river again")
    patient = decided_patient(clinic, prescriber)
    started_plan(patient, prescriber, MONDAY)
    assert [goal.words for goal in selectors.goals(patient)] == ["Walk my dog by the river again"]
