"""What counts as response, remission, improvement and worse. A row a clinician can read."""

import pytest

from limen.clinical.outcomes import ReliableChange, report
from unit.outcomes.outcome_courses import DEFINITION, LATE, START, course

# baseline, week-4 score | response (>= 50 % fall) | remission below 5 | remission at most 5 | improved | worse by >= 6
PHQ_9 = [
    (20, 10, "yes", "no", "no", "yes", "no"),  # a fall of exactly half is a response
    (20, 11, "no", "no", "no", "yes", "no"),
    (15, 7, "yes", "no", "no", "yes", "no"),  # 53 %
    (15, 8, "no", "no", "no", "yes", "no"),  # 47 %
    (18, 4, "yes", "yes", "yes", "yes", "no"),
    (18, 5, "yes", "no", "yes", "yes", "no"),  # the two published remission rules part here
    (7, 4, "no", "yes", "yes", "yes", "no"),  # remission without response
    (12, 12, "no", "no", "no", "no", "no"),
    (12, 17, "no", "no", "no", "no", "no"),
    (12, 18, "no", "no", "no", "no", "yes"),
]


@pytest.mark.parametrize(("baseline", "score", "response", "below_5", "at_most_5", "improved", "worse"), PHQ_9)
def test_one_person_is_judged_as_the_row_says(baseline, score, response, below_5, at_most_5, improved, worse):
    reliable = ReliableChange(points=6, source="example for this table")
    people = [course("a", baseline, (28, score))]
    strict = report(people, DEFINITION, week=4, remission_rule="below-5", as_of=LATE, reliable_change=reliable)
    wide = report(people, DEFINITION, week=4, remission_rule="at-most-5", as_of=LATE)
    seen = [strict.response, strict.remission, wide.remission, strict.improved, strict.deteriorated]
    expected = [response, below_5, at_most_5, improved, worse]
    assert [pair.completers.events for pair in seen] == [int(answer == "yes") for answer in expected]


# days and scores | week | the score that counts
WHICH_SCORE = [
    ([(20, 9)], 4, None),  # the window of week 4 is day 21 to 35
    ([(21, 9)], 4, 9),
    ([(35, 9)], 4, 9),
    ([(36, 9)], 4, None),
    ([(22, 9), (27, 6), (35, 12)], 4, 6),  # nearest day 28
    ([(26, 9), (30, 6)], 4, 6),  # equally near: the later
    ([(28, 6), (28, 9)], 4, 9),  # same day: the higher, so that the choice cannot flatter
    ([(55, 9)], 10, None),  # the window of week 10 is day 56 to 84
    ([(56, 9)], 10, 9),
    ([(84, 9)], 10, 9),
    ([(85, 9)], 10, None),
]


@pytest.mark.parametrize(("points", "week", "value"), WHICH_SCORE)
def test_the_score_that_counts_for_a_week_is_the_one_the_row_says(points, week, value):
    result = report([course("a", 20, *points)], DEFINITION, week=week, remission_rule="below-5", as_of=LATE)
    change = result.mean_change.estimate
    assert (None if change is None else 20 + change.mean) == value


# First dose on 6 January: the window of week 4 closes with 10 February (day 35).
DUE = [("2025-01-05", 0, 0), ("2025-01-06", 1, 0), ("2025-02-10", 1, 0), ("2025-02-11", 1, 1)]


@pytest.mark.parametrize(("as_of", "started", "due"), DUE)
def test_a_person_is_due_from_the_day_after_the_window_closed(as_of, started, due):
    day = type(START).fromisoformat(as_of)
    result = report([course("a", 20, (28, 5))], DEFINITION, week=4, remission_rule="below-5", as_of=day)
    assert (result.started.n, result.due.n, result.not_yet_due.n) == (started, due, started - due)
    assert result.response.completers.denominator == due
