from datetime import timedelta

import pytest

from limen.clinical.outcomes import Course, ReliableChange, ScorePoint, report
from unit.outcomes.outcome_courses import DEFINITION, LATE, START, course

PEOPLE = [
    course("p1", 20, (28, 8)),  # response, change -12, -60 %
    course("p2", 16, (28, 4), status="completed"),  # response, remission, change -12, -75 %
    course("p3", 10, (28, 9)),  # change -1, -10 %
    course("p4", 14, (28, 21)),  # change +7, +50 %
    course("p5", 18, status="dropped"),  # no score
    course("p6", None, (28, 3)),  # no baseline
    course("p7", 0, (28, 0)),  # baseline of zero
    course("p8", None, status="stopped"),  # neither
    course("p9", 22, (28, 5), start=LATE - timedelta(days=10)),  # not yet due
]


def week_4(people=PEOPLE, **options):
    return report(people, DEFINITION, week=4, remission_rule="below-5", as_of=LATE, **options)


def test_everyone_who_started_is_in_exactly_one_count():
    result = week_4()
    assert (result.started.n, result.not_yet_due.n, result.due.n) == (9, 1, 8)
    assert (result.assessed.n, result.completers.n) == (6, 4)
    assert (result.without_baseline.n, result.baseline_zero.n, result.without_score.n) == (2, 1, 2)
    assert result.completers.n + len(result.missing) == result.due.n
    assert [(name, count.n) for name, count in result.due_by_status] == [
        ("active", 5),
        ("completed", 1),
        ("stopped", 1),
        ("dropped", 1),
    ]


def test_both_ways_of_counting_stand_side_by_side_with_their_words():
    pair = week_4().response
    assert (pair.completers.events, pair.completers.denominator, pair.completers.percent) == (2, 4, 50.0)
    assert pair.missing_counted_against.events == 2
    assert pair.missing_counted_against.denominator == 8
    assert pair.missing_counted_against.percent == 25.0
    assert pair.completers.rule_text == "response: PHQ-9 at least 50 % below baseline"
    assert "left out" in pair.completers.missing_text
    assert "not having reached it" in pair.missing_counted_against.missing_text
    assert pair.completers.n_missing == pair.missing_counted_against.n_missing == 4


def test_the_intervals_are_wilsons():
    # 2 of 4: (2 + 1.9207 -/+ 1.96 * sqrt(1 + 0.9604)) / (4 + 3.8415) = 15.00 % and 85.00 %
    interval = week_4().response.completers.interval_percent
    assert (interval.low, interval.high) == pytest.approx((15.00, 85.00), abs=0.01)


def test_missing_people_are_named_with_the_reason():
    assert [(person.patient_uid, person.reasons) for person in week_4().missing] == [
        ("p5", ("no score in the window",)),
        ("p6", ("no baseline score",)),
        ("p7", ("baseline score of zero",)),
        ("p8", ("no baseline score", "no score in the window")),
    ]


def test_the_mean_of_percent_changes_is_not_the_percent_change_of_means():
    result = week_4()
    # points: (-12 - 12 - 1 + 7) / 4 = -4.5; percents: (-60 - 75 - 10 + 50) / 4 = -23.75; means: -18 / 60 = -30 %
    assert result.mean_change.estimate.mean == -4.5
    assert result.mean_percent_change.estimate.mean == pytest.approx(-23.75)
    assert result.percent_change_of_means.percent == pytest.approx(-30.0)
    assert result.mean_percent_change.rule_text != result.percent_change_of_means.rule_text
    # sd of (-12, -12, -1, 7) = sqrt(257 / 3) = 9.2556; t(0.975, 3) = 3.1824; half width 14.7276
    assert result.mean_change.estimate.low == pytest.approx(-19.2276, abs=1e-3)


def test_deterioration_is_omitted_with_the_reason_while_no_threshold_is_given():
    result = week_4()
    assert result.deteriorated is None
    assert result.deteriorated_omitted_because == "no reliable change with a source is set for PHQ-9"


def test_missing_people_counted_against_means_worse_where_the_rate_is_of_getting_worse():
    pair = week_4(reliable_change=ReliableChange(points=6, source="site setting")).deteriorated
    assert (pair.completers.events, pair.completers.denominator) == (1, 4)
    assert (pair.missing_counted_against.events, pair.missing_counted_against.denominator) == (5, 8)
    assert "counted as worse" in pair.missing_counted_against.missing_text
    assert "6 points; site setting" in pair.completers.rule_text


def test_people_already_in_the_remission_range_at_baseline_are_counted():
    assert week_4([course("a", 3, (28, 2)), course("b", 5, (28, 2))]).already_in_remission.n == 1


def test_nobody_gives_empty_rates_and_not_zeros():
    result = week_4([])
    assert (result.started.n, result.due.n) == (0, 0)
    assert result.response.completers.percent is None
    assert result.response.completers.interval_percent is None
    assert result.mean_change.estimate is None
    assert result.percent_change_of_means.percent is None


def test_one_completer_has_a_mean_without_interval():
    estimate = week_4([course("a", 20, (28, 8))]).mean_change.estimate
    assert (estimate.mean, estimate.low, estimate.n) == (-12, None, 1)


@pytest.mark.parametrize(
    ("responders", "others", "is_small"),
    [(11, 11, False), (10, 11, True), (11, 10, True), (22, 0, True)],
)
def test_a_rate_is_flagged_when_either_side_is_below_eleven(responders, others, is_small):
    people = [course(f"r{i}", 20, (28, 2)) for i in range(responders)]
    people += [course(f"o{i}", 20, (28, 20)) for i in range(others)]
    assert week_4(people).response.completers.is_small_cell is is_small


def test_the_report_carries_its_definition_window_and_choice_of_score():
    result = week_4()
    assert result.definition_pin == "outcomes@1"
    assert result.window_text == "week 4: day 21 to 35 after the first dose, nearest day 28"
    assert "nearest the target day" in result.choice_of_score_text
    assert result.interval_text == "95 % intervals: Wilson's for percentages, Student's t for means."


def test_gad_7_is_counted_by_its_own_rules():
    result = week_4([course("a", 12, (28, 4), instrument="gad-7")], instrument="gad-7")
    assert result.remission.completers.rule_text == "remission: GAD-7 below 5"
    assert result.remission.completers.events == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"week": 5}, "no outcome window for week 5; known weeks: 4, 10"),
        ({"remission_rule": "low"}, "PHQ-9 has no remission rule 'low'; known: below-5, at-most-5"),
        ({"instrument": "phq-8"}, "no outcome rules for instrument 'phq-8'; known: phq-9, gad-7"),
        ({"instrument": "gad-7"}, "a course on 'phq-9' cannot be counted in a report on 'gad-7'"),
    ],
)
def test_an_unknown_choice_is_refused_with_what_exists(options, message):
    chosen = {"week": 4, "remission_rule": "below-5", "as_of": LATE} | options
    with pytest.raises(ValueError, match=message):
        report(PEOPLE, DEFINITION, **chosen)


def test_a_score_outside_the_scale_is_refused():
    with pytest.raises(ValueError, match="PHQ-9 runs from 0 to 27; got a score of 28"):
        week_4([course("a", 20, (28, 28))])


def test_a_baseline_after_the_first_dose_is_refused():
    with pytest.raises(ValueError, match="later than the first dose"):
        Course("a", START, ScorePoint(START + timedelta(days=1), 20), (), "active", "phq-9")


def test_an_unknown_status_is_refused():
    with pytest.raises(ValueError, match="course status 'lost' is not one of active, completed, stopped, dropped"):
        Course("a", START, None, (), "lost", "phq-9")


@pytest.mark.parametrize(("points", "source"), [(0, "x"), (-3, "x"), (float("nan"), "x"), (6, " ")])
def test_a_reliable_change_needs_points_above_zero_and_a_source(points, source):
    with pytest.raises(ValueError, match="reliable change"):
        ReliableChange(points, source)


def test_a_score_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="a score must be a finite number"):
        ScorePoint(START, float("nan"))
