"""Moving, closing, pausing and reviewing: the dates, appointments and questionnaires that follow."""

from datetime import UTC, date, datetime

import pytest

from factories import actor_of, authentication, make_staff
from integration.plans.plan_people import decided_patient, make_prescriber, set_visit_lengths, started_plan
from limen.apps.measures.models import Assignment
from limen.apps.patients.selectors import current_episode
from limen.apps.plans import selectors, services
from limen.apps.plans.models import PlanEvent, PlannedVisit, Review
from limen.apps.records import clock
from limen.apps.scheduling.models import Appointment

MONDAY = date(2026, 3, 16)
NOW = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)


@pytest.fixture
def prescriber(site_scope):
    with clock.at(NOW):
        set_visit_lengths(site_scope)
        yield make_prescriber(site_scope)


@pytest.fixture
def plan(site_scope, prescriber):
    return started_plan(decided_patient(site_scope, prescriber), prescriber, MONDAY)


def visit(plan, key):
    return PlannedVisit.objects.select_related("plan", "patient", "appointment").get(plan=plan, key=key)


def move(plan, key, day, prescriber, reason="", **more):
    return services.move_visit(visit(plan, key), new_date=day, reason=reason, actor=actor_of(prescriber), **more)


def test_inside_the_window_only_what_hangs_on_the_dose_follows(plan, prescriber):
    # Dose 2 is planned for Thu 19 March, window 18 to 20. Moving to Fri 20 leaves dose 3 on Mon 23.
    move(plan, "dose-2", date(2026, 3, 20), prescriber)
    assert visit(plan, "dose-2").target_date == date(2026, 3, 20)
    assert visit(plan, "dose-3").target_date == date(2026, 3, 23)
    assert not visit(plan, "dose-2").is_outside_window


def test_outside_the_window_every_later_dose_moves_by_the_same_days_and_the_visit_is_marked(plan, prescriber):
    # A week late: 19 → 26 March; so dose 3 goes 23 → 30 March and dose 6 goes 2 → 9 April.
    move(plan, "dose-2", date(2026, 3, 26), prescriber, reason="The patient travels")
    moved = visit(plan, "dose-2")
    assert moved.is_outside_window and moved.change_reason == "The patient travels"
    assert visit(plan, "dose-3").target_date == date(2026, 3, 30)
    assert visit(plan, "dose-6").target_date == date(2026, 4, 9)
    assert visit(plan, "dose-1").target_date == MONDAY


def test_appointments_and_open_questionnaires_go_with_their_visits(plan, prescriber):
    before = visit(plan, "dose-3").appointment_id
    move(plan, "dose-2", date(2026, 3, 26), prescriber, reason="The patient travels")
    assert visit(plan, "dose-3").appointment_id == before
    assert visit(plan, "dose-3").appointment.local_start == "2026-03-30T09:00"
    # The review after dose 3 was on Tue 24, now Tue 31 March; its PHQ-9 is due that day.
    review = visit(plan, "review-3")
    rows = Assignment.objects.filter(subject_uid=review.uid, instrument_pin__startswith="phq-9@")
    assert review.target_date == date(2026, 3, 31)
    assert [(r.due_on, r.state) for r in rows.order_by("id")] == [
        (date(2026, 3, 24), "cancelled"),
        (date(2026, 3, 31), "open"),
    ]


def test_every_move_is_a_fact_of_the_plan(plan, prescriber):
    changed = move(plan, "dose-2", date(2026, 3, 26), prescriber, reason="The patient travels")
    assert PlanEvent.objects.filter(plan=plan, kind="moved").count() == 1
    assert PlanEvent.objects.filter(plan=plan, kind="followed").count() == len(changed) - 1


def test_outside_the_window_without_a_reason_is_refused_and_nothing_moves(plan, prescriber):
    with pytest.raises(services.PlanRefused, match="outside the window 18 Mar to 20 Mar 2026"):
        move(plan, "dose-2", date(2026, 3, 26), prescriber)
    assert visit(plan, "dose-2").target_date == date(2026, 3, 19)


def test_a_day_that_has_passed_is_refused(plan, prescriber):
    with pytest.raises(services.PlanRefused, match="has passed"):
        move(plan, "dose-2", date(2026, 3, 1), prescriber, reason="x")


def test_a_dose_cannot_be_moved_before_the_dose_in_front_of_it(plan, prescriber):
    with pytest.raises(services.PlanRefused, match="Nothing was moved"):
        move(plan, "dose-3", date(2026, 3, 17), prescriber, reason="Earlier please")
    assert visit(plan, "dose-3").target_date == date(2026, 3, 23)


def test_only_another_time_keeps_the_day_and_moves_the_appointment(plan, prescriber):
    move(plan, "dose-2", date(2026, 3, 19), prescriber, new_time="13:00")
    assert visit(plan, "dose-2").appointment.local_start == "2026-03-19T13:00"


def test_a_visit_done_on_another_day_takes_its_integration_with_it(plan, prescriber):
    with clock.at(datetime(2026, 3, 17, 20, 0, tzinfo=UTC)):
        before = visit(plan, "integration-1").target_date
        services.complete_visit(visit(plan, "dose-1"), done_on=date(2026, 3, 17), actor=actor_of(prescriber))
    done = visit(plan, "dose-1")
    assert (done.state, done.done_on, done.appointment.state) == ("done", date(2026, 3, 17), "done")
    # Dose 1 a day later (Tue 17): integration two days after it goes from Wed 18 to Thu 19 March.
    assert (before, visit(plan, "integration-1").target_date) == (date(2026, 3, 18), date(2026, 3, 19))


def test_a_visit_is_not_done_before_its_day_comes(plan, prescriber):
    with pytest.raises(services.PlanRefused, match="has not come yet"):
        services.complete_visit(visit(plan, "dose-1"), done_on=MONDAY, actor=actor_of(prescriber))


def test_a_done_visit_never_moves(plan, prescriber):
    with clock.at(datetime(2026, 3, 16, 20, 0, tzinfo=UTC)):
        services.complete_visit(visit(plan, "dose-1"), done_on=MONDAY, actor=actor_of(prescriber))
        with pytest.raises(services.PlanRefused, match="marked done"):
            move(plan, "dose-1", date(2026, 3, 18), prescriber, reason="x")


def test_a_missed_visit_is_missed_in_the_diary_too(plan, prescriber):
    with clock.at(datetime(2026, 3, 16, 20, 0, tzinfo=UTC)):
        services.miss_visit(visit(plan, "dose-1"), reason="Did not come", actor=actor_of(prescriber))
    assert visit(plan, "dose-1").appointment.state == "missed"


def test_leaving_a_visit_out_needs_a_reason_and_takes_back_its_questionnaires(plan, prescriber):
    with pytest.raises(services.PlanRefused, match="Say why"):
        services.skip_visit(visit(plan, "review-3"), reason=" ", actor=actor_of(prescriber))
    services.skip_visit(visit(plan, "review-3"), reason="Seen last week", actor=actor_of(prescriber))
    assert not Assignment.objects.filter(subject_uid=visit(plan, "review-3").uid, state="open").exists()
    assert visit(plan, "review-3").appointment.state == "cancelled"


def change(plan, state, prescriber, reason="Patient asks for a break", **more):
    plan.refresh_from_db()
    return services.change_state(plan, state=state, reason=reason, actor=actor_of(prescriber), **more)


def test_pausing_clears_the_diary_and_resuming_books_it_again_from_the_chosen_day(plan, prescriber):
    change(plan, "paused", prescriber)
    assert not Appointment.objects.filter(patient=plan.patient, state="booked").exists()
    assert not Assignment.objects.filter(patient=plan.patient, state="open").exists()
    first = selectors.next_visit(plan.patient)
    dose = visit(plan, "dose-1").target_date
    change(plan, "active", prescriber, reason="Ready again", resume_on=date(2026, 4, 1))
    shift = date(2026, 4, 1) - first.target_date
    assert visit(plan, first.key).target_date == date(2026, 4, 1)
    assert visit(plan, "dose-1").target_date == dose + shift
    assert visit(plan, "dose-1").appointment.state == "booked"
    assert Assignment.objects.filter(patient=plan.patient, state="open").count() == 10


def test_resuming_asks_for_a_day_and_refuses_one_that_has_passed(plan, prescriber):
    change(plan, "paused", prescriber)
    with pytest.raises(services.PlanRefused, match="Choose the day"):
        change(plan, "active", prescriber)
    with pytest.raises(services.PlanRefused, match="has passed"):
        change(plan, "active", prescriber, resume_on=date(2026, 3, 1))


@pytest.mark.parametrize(("state", "stage"), [("completed", "maintenance"), ("stopped", "planning")])
def test_ending_a_plan_leaves_out_what_was_planned_and_moves_the_episode(plan, prescriber, state, stage):
    change(plan, state, prescriber)
    assert {v.state for v in selectors.visits(plan)} == {"skipped"}
    assert current_episode(plan.patient).stage == stage
    assert selectors.active_plan(plan.patient) is None
    with pytest.raises(services.PlanRefused, match="cannot be set"):
        change(plan, "active", prescriber, resume_on=date(2026, 4, 1))


def test_a_change_of_state_needs_a_reason(plan, prescriber):
    with pytest.raises(services.PlanRefused, match="Say why"):
        change(plan, "stopped", prescriber, reason=" ")


def review(plan, prescriber, decision="continue", **more):
    plan.refresh_from_db()
    values = {"reason": "PHQ-9 falls", "patient_text": "You are getting better.", "facts": {"n": 1}} | more
    return services.sign_review(
        plan=plan, decision=decision, actor=actor_of(prescriber), authentication=authentication(), **values
    )


def test_a_review_keeps_what_was_seen_and_is_signed_over_it(plan, prescriber):
    row = review(plan, prescriber)
    assert row.facts == '{"n": 1}'
    assert '"decision":"continue"' in row.signature.shown


def test_stop_and_pause_change_the_plan_at_once(plan, prescriber):
    review(plan, prescriber, "pause")
    plan.refresh_from_db()
    assert plan.state == "paused"
    review(plan, prescriber, "stop")
    plan.refresh_from_db()
    assert plan.state == "stopped"


def test_spacing_out_moves_the_next_dose_and_all_later_ones(plan, prescriber):
    # Next dose 16 → 23 March: the last dose goes from 2 to 9 April.
    review(plan, prescriber, "space_out", next_dose_on=date(2026, 3, 23))
    assert visit(plan, "dose-1").target_date == date(2026, 3, 23)
    assert visit(plan, "dose-6").target_date == date(2026, 4, 9)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"decision": "space_out"}, "Choose the day"),
        ({"decision": "space_out", "next_dose_on": date(2026, 3, 12)}, "later than 16 Mar 2026"),
        ({"reason": "  "}, "Write the reason"),
        ({"decision": "double_the_dose"}, "Choose one"),
        ({"next_review_on": date(2026, 3, 9)}, "later day than today"),
    ],
)
def test_a_review_that_does_not_hold_together_is_refused_whole(plan, prescriber, more, words):
    with pytest.raises(services.PlanRefused, match=words):
        review(plan, prescriber, **more)
    assert not Review.objects.exists()
    assert visit(plan, "dose-1").target_date == MONDAY


def test_the_reviewed_visit_is_done_with_the_review(plan, prescriber):
    with clock.at(datetime(2026, 3, 24, 20, 0, tzinfo=UTC)):
        point = selectors.review_visit_due(plan, date(2026, 3, 24))
        assert point.key == "review-3"
        review(plan, prescriber, visit=point)
    assert visit(plan, "review-3").state == "done"


def test_somebody_without_a_licence_cannot_sign_a_review(plan, site_scope):
    other = make_staff(site_scope, "prescriber", with_licence=False)
    with pytest.raises(services.PlanRefused, match="licence"):
        review(plan, other)


def test_a_chosen_review_date_is_due_when_it_comes_and_overdue_after(plan, prescriber):
    review(plan, prescriber, next_review_on=date(2026, 3, 12))
    actor = actor_of(prescriber)
    assert selectors.reviews_due(actor, date(2026, 3, 11)) == []
    assert [n.urgency for n in selectors.reviews_due(actor, date(2026, 3, 12))] == [3]
    assert [n.urgency for n in selectors.reviews_due(actor, date(2026, 3, 13))] == [2]


def test_the_patients_goals_keep_their_earlier_words(plan, prescriber):
    from limen.apps.records.selectors import versions

    goal = services.set_goal(
        patient=plan.patient, episode=plan.episode, words="Sleep through", actor=actor_of(prescriber)
    )
    services.set_goal(
        patient=plan.patient, episode=plan.episode, words="Sleep and cook", actor=actor_of(prescriber), goal=goal
    )
    assert [v.version for v in versions(goal)] == [2, 1]
