"""Answers are kept when given; a worrying one reaches a person in the same act (SR-10, SR-40, SR-41)."""

from datetime import UTC, datetime, timedelta

import pytest

from factories import SYSTEM, actor_of, make_patient, make_staff, set_settings
from limen.apps.measures import selectors, services
from limen.apps.measures.models import Assignment, ItemAnswer, Response, Score
from limen.apps.patients.services import set_impaired
from limen.apps.records import clock
from limen.apps.records.models import AuditEvent, TimelineEntry
from limen.apps.signals.models import Obligation, Signal
from limen.apps.signals.selectors import coverage, open_for
from limen.apps.signals.services import PROVISIONAL_LEVEL
from limen.clinical.instruments import InvalidAnswer

# Thursday 12 March 2026, 16:00 in New York (UTC-4 since 8 March).
THURSDAY_4_PM = datetime(2026, 3, 12, 20, 0, tzinfo=UTC)
WEEKDAYS = [{"day": day, "opens": "09:00", "closes": "17:00"} for day in ("mon", "tue", "wed", "thu", "fri")]
PHQ_ITEMS = [f"q{n}" for n in range(1, 10)]


@pytest.fixture
def patient(site_scope):
    return make_patient(site_scope, with_login=True)


@pytest.fixture
def actor(patient):
    return actor_of(patient.user)


def ask(patient, instrument="phq-9", purpose="follow_up"):
    today = clock.today(patient.time_zone)
    return services.assign(
        patient=patient,
        episode=None,
        instrument_id=instrument,
        purpose=purpose,
        opens_on=today,
        due_on=today,
        closes_on=today + timedelta(days=7),
        actor=SYSTEM,
    )


def fill(assignment, values, actor):
    for item, value in values.items():
        services.answer_item(assignment, item, value, actor=actor)


def test_an_answer_is_kept_at_once_and_a_changed_one_stands_beside_it(patient, actor):
    asked = ask(patient)
    services.answer_item(asked, "q1", 1, actor=actor)
    services.answer_item(asked, "q1", 3, actor=actor)
    rows = list(ItemAnswer.objects.filter(assignment=asked).order_by("id"))
    assert [row.value for row in rows] == [1, 3]
    assert rows[1].supersedes_id == rows[0].pk
    assert selectors.answer_values(asked) == {"q1": 3}


def test_the_same_answer_again_adds_nothing(patient, actor):
    asked = ask(patient)
    services.answer_item(asked, "q1", 1, actor=actor)
    services.answer_item(asked, "q1", 1, actor=actor)
    assert ItemAnswer.objects.filter(assignment=asked).count() == 1


@pytest.mark.parametrize(("item", "value"), [("q1", 4), ("q1", -1), ("q99", 1), ("q1", True), ("q1", None)])
def test_an_answer_the_form_does_not_know_is_refused(patient, actor, item, value):
    asked = ask(patient)
    with pytest.raises(InvalidAnswer):
        services.answer_item(asked, item, value, actor=actor)
    assert not ItemAnswer.objects.exists()


def test_item_nine_above_not_at_all_reaches_a_person_at_once_and_asks_the_structured_questions(patient, actor):
    asked = ask(patient)
    services.answer_item(asked, "q9", 1, actor=actor)
    [duty] = open_for(patient)
    assert duty.level == PROVISIONAL_LEVEL
    assert duty.title == "PHQ-9 question 9 was answered “Several days”"
    screen = Assignment.objects.get(patient=patient, purpose="safety")
    assert screen.instrument_pin.startswith("c-ssrs-screener@")
    assert selectors.due_for(patient, clock.today(patient.time_zone))[0].pk == screen.pk


def test_item_nine_at_zero_raises_nothing(patient, actor):
    services.answer_item(ask(patient), "q9", 0, actor=actor)
    assert open_for(patient) == []


def test_refusing_item_nine_is_not_a_no(patient, actor):
    services.answer_item(ask(patient), "q9", None, actor=actor, is_refused=True)
    [duty] = open_for(patient)
    assert duty.title == "PHQ-9 question 9 was left unanswered"


def test_a_mis_tap_keeps_both_answers_and_the_duty_stays_for_staff(patient, actor):
    asked = ask(patient)
    services.answer_item(asked, "q9", 2, actor=actor)
    services.answer_item(asked, "q9", 0, actor=actor)
    assert [row.value for row in ItemAnswer.objects.order_by("id")] == [2, 0]
    assert len(open_for(patient)) == 1
    assert selectors.has_raised_signal(asked)


@pytest.mark.parametrize(
    "step",
    [
        "limen.apps.measures.services.raise_signal",
        "limen.apps.signals.services._add_event",
        "limen.apps.signals.services.add_to_timeline",
        "limen.apps.records.acts.write_audit",
        "limen.apps.measures.services.assign_suicide_screen",
    ],
)
def test_answer_signal_duty_and_audit_rows_are_one_act_wherever_it_breaks(patient, actor, monkeypatch, step):
    asked = ask(patient)
    before = AuditEvent.objects.count()

    def fail(*args, **kwargs):
        raise RuntimeError("power cut")

    monkeypatch.setattr(step, fail)
    with pytest.raises(RuntimeError):
        services.answer_item(asked, "q9", 3, actor=actor)
    assert (ItemAnswer.objects.count(), Signal.objects.count(), Obligation.objects.count()) == (0, 0, 0)
    assert AuditEvent.objects.count() == before


def test_finishing_scores_by_the_file(patient, actor):
    asked = ask(patient)
    # 1+1+1+1+1+2+2+2+0 = 11, which the file calls moderate (10 to 14).
    fill(asked, dict(zip(PHQ_ITEMS, [1, 1, 1, 1, 1, 2, 2, 2, 0], strict=True)), actor)
    response = services.finish(asked, actor=actor)
    total = Score.objects.get(response=response, name="total")
    assert (int(total.value), total.band) == (11, "Moderate")
    assert Assignment.objects.get(pk=asked.pk).state == "answered"
    assert TimelineEntry.objects.get(kind="measure_completed").summary == "PHQ-9 11"


def test_three_open_questions_refuse_a_score_and_are_named(patient, actor):
    asked = ask(patient)
    fill(asked, dict.fromkeys(PHQ_ITEMS[:6], 1), actor)
    with pytest.raises(services.Incomplete, match=r"Question 7, 8, 9 has no answer") as error:
        services.finish(asked, actor=actor)
    assert error.value.missing_items == ("q7", "q8", "q9")
    assert not Response.objects.exists()
    assert Assignment.objects.get(pk=asked.pk).state == "open"


def test_two_open_questions_are_filled_by_the_average_as_the_file_says(patient, actor):
    asked = ask(patient)
    fill(asked, {item: 1 for item in PHQ_ITEMS if item not in ("q3", "q4")} | {"q9": 0, "q1": 2}, actor)
    response = services.finish(asked, actor=actor)
    # q1=2, q2, q5..q8 = 5 x 1, q9 = 0: 7 over seven items, average 1, so 9 for nine items.
    total = Score.objects.get(response=response, name="total")
    assert (int(total.value), total.missing_items) == (9, ["q3", "q4"])


def test_gad_7_with_one_open_question_is_refused(patient, actor):
    asked = ask(patient, "gad-7")
    fill(asked, {f"q{n}": 1 for n in range(1, 7)}, actor)
    with pytest.raises(services.Incomplete, match="Question 7"):
        services.finish(asked, actor=actor)


def test_a_high_screen_is_due_at_once_even_before_the_form_is_finished(patient, actor, site):
    set_settings(site, signal__due_min__now=15)
    screen = ask(patient, "c-ssrs-screener", "safety")
    with clock.at(THURSDAY_4_PM):
        fill(screen, {"q1": 1, "q2": 1, "q3": 0, "q4": 1}, actor)
        [duty] = open_for(patient)
    assert duty.level == "high"
    assert duty.due_at == THURSDAY_4_PM + timedelta(minutes=15)


def test_without_signed_lower_tiers_any_yes_means_a_clinician_now(patient, actor):
    screen = ask(patient, "c-ssrs-screener", "safety")
    with clock.at(THURSDAY_4_PM):
        fill(screen, {"q1": 1, "q2": 0, "q6": 0}, actor)
        services.finish(screen, actor=actor)
        [duty] = open_for(patient)
    assert (duty.level, duty.due_at) == ("not sorted: ask", THURSDAY_4_PM)


def test_a_signed_lower_tier_places_the_item_nine_duty_and_gives_its_time(patient, actor, site):
    set_settings(
        site,
        triage__lower_tiers=[{"level": "low", "any_yes": "q1 q2", "due": "next_covered"}],
        coverage__hours=WEEKDAYS,
        signal__due_min__next_covered=60,
    )
    friday_8_pm = THURSDAY_4_PM + timedelta(days=1, hours=4)
    with clock.at(friday_8_pm):
        asked = ask(patient)
        services.answer_item(asked, "q9", 1, actor=actor)
        screen = Assignment.objects.get(purpose="safety")
        fill(screen, {"q1": 1, "q2": 0, "q6": 0}, actor)
        services.finish(screen, actor=actor)
        [duty] = open_for(patient)
    # The next covered minute after Friday 20:00 is Monday 16 March 09:00 in New York, 13:00 UTC; and 60 minutes.
    assert duty.level == "low"
    assert duty.due_at == datetime(2026, 3, 16, 14, 0, tzinfo=UTC)


def test_a_lower_tier_later_never_lowers_an_open_high_one(patient, actor, site):
    set_settings(site, triage__lower_tiers=[{"level": "low", "any_yes": "q1 q2", "due": "next_covered"}])
    first = ask(patient, "c-ssrs-screener", "safety")
    fill(first, {"q1": 1, "q2": 1, "q3": 1, "q4": 1, "q5": 0, "q6": 0}, actor)
    services.finish(first, actor=actor)
    second = ask(patient, "c-ssrs-screener", "safety")
    fill(second, {"q1": 1, "q2": 0, "q6": 0}, actor)
    services.finish(second, actor=actor)
    [duty] = open_for(patient)
    assert duty.level == "high"


def test_outside_covered_hours_item_nine_is_due_at_the_next_covered_minute_by_signed_policy(patient, actor, site):
    set_settings(site, coverage__hours=WEEKDAYS, signal__due_min__now=0)
    asked = ask(patient)
    with clock.at(THURSDAY_4_PM + timedelta(hours=6)):
        services.answer_item(asked, "q9", 1, actor=actor)
        [duty] = open_for(patient)
    # Friday 13 March 09:00 in New York is 13:00 UTC.
    assert duty.due_at == datetime(2026, 3, 13, 13, 0, tzinfo=UTC)


def test_without_a_signed_time_item_nine_is_due_at_once_at_any_hour(patient, actor, site):
    set_settings(site, coverage__hours=WEEKDAYS)
    night = THURSDAY_4_PM + timedelta(hours=6)
    asked = ask(patient)
    with clock.at(night):
        services.answer_item(asked, "q9", 1, actor=actor)
        [duty] = open_for(patient)
    assert duty.due_at == night


def test_refusing_a_screen_question_is_never_a_no(patient, actor):
    screen = ask(patient, "c-ssrs-screener", "safety")
    fill(screen, {"q1": 0, "q2": 2, "q3": 2, "q4": 2, "q5": 2, "q6": 0}, actor)
    services.finish(screen, actor=actor)
    [duty] = open_for(patient)
    assert duty.level == "cannot tell: ask"


def test_no_to_every_screen_question_closes_nothing(patient, actor):
    asked = ask(patient)
    services.answer_item(asked, "q9", 1, actor=actor)
    screen = Assignment.objects.get(purpose="safety")
    fill(screen, {"q1": 0, "q2": 0, "q6": 0}, actor)
    services.finish(screen, actor=actor)
    [duty] = open_for(patient)
    assert duty.state == "open"
    assert Signal.objects.filter(obligation=duty).count() == 2


def test_an_unfinished_screen_is_not_accepted(patient, actor):
    screen = ask(patient, "c-ssrs-screener", "safety")
    fill(screen, {"q1": 0, "q2": 0}, actor)
    with pytest.raises(services.Incomplete, match="Question 6"):
        services.finish(screen, actor=actor)


def test_what_is_answered_while_impaired_is_kept_marked_and_out_of_triage(patient, actor):
    set_impaired(patient, since=clock.now(), actor=SYSTEM)
    asked = ask(patient, purpose="baseline")
    fill(asked, dict(zip(PHQ_ITEMS, [3] * 9, strict=True)), actor)
    set_impaired(patient, since=None, actor=SYSTEM)
    response = services.finish(asked, actor=actor)
    assert response.is_impaired
    assert open_for(patient) == []
    assert selectors.latest_score(patient, "phq-9") is None
    assert selectors.baseline_score(patient, "phq-9") is None
    assert [point.value for point in selectors.score_series(patient, "phq-9")] == [27]


def test_a_rating_of_right_now_counts_while_impaired(patient, actor):
    set_impaired(patient, since=clock.now(), actor=SYSTEM)
    rating = ask(patient, "dissociation-rating")
    services.answer_item(rating, "rating", 7, actor=actor)
    assert not services.finish(rating, actor=actor).is_impaired


def test_history_brought_in_does_not_raise_an_alarm_but_a_recent_form_does(patient):
    answers = dict(zip(PHQ_ITEMS, [1] * 9, strict=True))
    now = clock.now()
    common = {"patient": patient, "instrument_id": "phq-9", "answers": answers, "actor": SYSTEM}
    services.record_response(**common, completed_at=now - timedelta(days=90), entry_mode="import")
    assert open_for(patient) == []
    services.record_response(**common, completed_at=now - timedelta(days=1), entry_mode="paper")
    assert len(open_for(patient)) == 1
    assert Assignment.objects.filter(purpose="safety").count() == 1


def test_the_date_of_a_form_is_the_patients_own(patient):
    late = datetime(2026, 3, 12, 3, 30, tzinfo=UTC)  # 23:30 on the 11th in New York
    response = services.record_response(
        patient=patient,
        instrument_id="gad-7",
        answers={f"q{n}": 0 for n in range(1, 8)},
        completed_at=late,
        actor=SYSTEM,
        entry_mode="import",
    )
    assert response.completed_on.isoformat() == "2026-03-11"


def test_a_form_without_a_total_is_kept_with_its_reason_and_never_a_partial_sum(patient):
    response = services.record_response(
        patient=patient,
        instrument_id="phq-9",
        answers={"q1": 3, "q2": 3, "q9": 0},
        completed_at=clock.now() - timedelta(days=30),
        actor=SYSTEM,
        entry_mode="import",
    )
    total = Score.objects.get(response=response, name="total")
    assert total.value is None
    assert total.reason
    assert selectors.latest_score(patient, "phq-9") is None


def test_a_form_from_the_future_is_refused(patient):
    with pytest.raises(services.MeasureRefused, match="future"):
        services.record_response(
            patient=patient,
            instrument_id="phq-9",
            answers={"q1": 1},
            completed_at=clock.now() + timedelta(days=1),
            actor=SYSTEM,
            entry_mode="import",
        )


def test_a_corrected_form_stands_alone_in_the_series_and_the_first_is_kept(patient):
    common = {"patient": patient, "instrument_id": "gad-7", "actor": SYSTEM, "entry_mode": "paper"}
    at = clock.now() - timedelta(days=1)
    first = services.record_response(**common, completed_at=at, answers={f"q{n}": 1 for n in range(1, 8)})
    services.record_response(**common, completed_at=at, answers={f"q{n}": 2 for n in range(1, 8)}, correction_of=first)
    assert [point.value for point in selectors.score_series(patient, "gad-7")] == [14]
    assert Response.objects.count() == 2


def test_only_a_score_marked_as_baseline_is_the_baseline(patient):
    common = {"patient": patient, "instrument_id": "gad-7", "actor": SYSTEM, "entry_mode": "import"}
    now = clock.now()
    services.record_response(**common, completed_at=now - timedelta(days=60), answers={f"q{n}": 3 for n in range(1, 8)})
    assert selectors.baseline_score(patient, "gad-7") is None
    services.record_response(
        **common,
        completed_at=now - timedelta(days=50),
        answers={f"q{n}": 2 for n in range(1, 8)},
        purpose="baseline",
    )
    assert selectors.baseline_score(patient, "gad-7").value == 14


def test_a_closed_window_is_marked_missed_and_what_was_said_stays(patient, actor):
    asked = ask(patient)
    services.answer_item(asked, "q1", 1, actor=actor)
    later = clock.today(patient.time_zone) + timedelta(days=8)
    assert services.close_missed(patient=patient, today=later, actor=SYSTEM) == 1
    assert Assignment.objects.get(pk=asked.pk).state == "missed"
    assert ItemAnswer.objects.count() == 1
    with pytest.raises(services.MeasureRefused, match="missed"):
        services.answer_item(Assignment.objects.get(pk=asked.pk), "q2", 1, actor=actor)


def test_dates_out_of_order_are_refused(patient):
    today = clock.today(patient.time_zone)
    with pytest.raises(services.MeasureRefused, match="follow each other"):
        services.assign(
            patient=patient,
            episode=None,
            instrument_id="phq-9",
            purpose="visit",
            opens_on=today,
            due_on=today - timedelta(days=1),
            closes_on=today,
            actor=SYSTEM,
        )


def test_cover_is_told_by_the_signed_hours_and_never_assumed(patient, site):
    assert coverage(patient, THURSDAY_4_PM).is_covered is None
    assert "Nobody is watching" in coverage(patient, THURSDAY_4_PM).watching_text
    set_settings(site, coverage__hours=WEEKDAYS, contact__after_hours_number="+1 555 010 0188")
    inside = coverage(patient, THURSDAY_4_PM)
    assert (inside.is_covered, inside.after_hours_number) == (True, "+1 555 010 0188")
    outside = coverage(patient, THURSDAY_4_PM + timedelta(hours=2))
    assert outside.is_covered is False
    # Friday 13 March 09:00 in New York is 13:00 UTC.
    assert outside.next_at == datetime(2026, 3, 13, 13, 0, tzinfo=UTC)


def test_cover_follows_local_wall_time_across_the_spring_clock_change(patient, site):
    set_settings(site, coverage__hours=[{"day": "sun", "opens": "09:00", "closes": "17:00"}])
    # Clocks went forward on Sunday 8 March 2026: 09:00 is 13:00 UTC that day, 14:00 UTC the Sunday before.
    saturday_night = datetime(2026, 3, 8, 3, 0, tzinfo=UTC)
    assert coverage(patient, saturday_night).next_at == datetime(2026, 3, 8, 13, 0, tzinfo=UTC)
    week_before = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
    assert coverage(patient, week_before).next_at == datetime(2026, 3, 1, 14, 0, tzinfo=UTC)


def test_staff_can_take_back_what_they_asked(patient, site):
    asked = ask(patient)
    services.cancel_assignment(asked, reason="Not needed", actor=actor_of(make_staff(site, "coordinator")))
    assert selectors.due_for(patient, clock.today(patient.time_zone)) == []
