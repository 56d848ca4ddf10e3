"""The report against a plain recount, and what must hold for any programme."""

from dataclasses import replace
from datetime import timedelta
from statistics import fmean

from hypothesis import given
from hypothesis import strategies as st

from limen.clinical.outcomes import ReliableChange, report
from unit.outcomes.outcome_courses import DEFINITION, LATE, START, course

SCORES = st.integers(0, 27)
POINTS = st.lists(st.tuples(st.integers(0, 100), SCORES), max_size=6)
STATUS = st.sampled_from(["active", "completed", "stopped", "dropped"])


@st.composite
def programmes(draw):
    rows = draw(st.lists(st.tuples(st.none() | SCORES, POINTS, STATUS, st.integers(0, 400)), max_size=15))
    return [
        course(f"p{i}", baseline, *points, status=status, start=START + timedelta(days=shift))
        for i, (baseline, points, status, shift) in enumerate(rows)
    ]


CHOICES = st.sampled_from([(4, "below-5", 4), (4, "at-most-5", 5), (10, "below-5", 4), (10, "at-most-5", 5)])


def recount(people, week, cut):
    """The same questions, asked one person at a time with no shared code."""
    first, target, last = {4: (21, 28, 35), 10: (56, 70, 84)}[week]
    due, pairs = 0, []
    for person in people:
        if person.started_on > LATE or (LATE - person.started_on).days <= last:
            continue
        due += 1
        best = None
        for point in person.points:
            day = (point.on - person.started_on).days
            if day < first or day > last:
                continue
            if best is None:
                best = (day, point.value)
                continue
            near, best_near = abs(day - target), abs(best[0] - target)
            if near < best_near or (near == best_near and (day, point.value) > best):
                best = (day, point.value)
        if person.baseline is not None and person.baseline.value != 0 and best is not None:
            pairs.append((person.baseline.value, best[1]))
    return {
        "due": due,
        "n": len(pairs),
        "response": len([1 for before, after in pairs if after <= before / 2]),
        "remission": len([1 for before, after in pairs if after <= cut]),
        "improved": len([1 for before, after in pairs if after < before]),
        "worse": len([1 for before, after in pairs if after >= before + 6]),
        "change": fmean(after - before for before, after in pairs) if pairs else None,
    }


def run(people, choice):
    week, rule, _ = choice
    reliable = ReliableChange(points=6, source="test")
    return report(people, DEFINITION, week=week, remission_rule=rule, as_of=LATE, reliable_change=reliable)


@given(programmes(), CHOICES)
def test_the_report_agrees_with_a_plain_recount(people, choice):
    result, expected = run(people, choice), recount(people, choice[0], choice[2])
    assert result.due.n == expected["due"]
    assert result.completers.n == expected["n"]
    assert result.response.completers.events == expected["response"]
    assert result.remission.completers.events == expected["remission"]
    assert result.improved.completers.events == expected["improved"]
    assert result.deteriorated.completers.events == expected["worse"]
    if expected["n"]:
        assert abs(result.mean_change.estimate.mean - expected["change"]) < 1e-9


@given(programmes(), CHOICES, st.randoms(use_true_random=False))
def test_the_order_of_people_and_of_scores_changes_nothing(people, choice, random):
    shuffled = [replace(person, points=tuple(random.sample(person.points, len(person.points)))) for person in people]
    random.shuffle(shuffled)
    assert run(shuffled, choice) == run(people, choice)


@given(programmes(), CHOICES)
def test_counting_the_missing_against_never_flatters(people, choice):
    result = run(people, choice)
    for pair in (result.response, result.remission, result.improved):
        assert pair.completers.events == pair.missing_counted_against.events
        if pair.completers.denominator:
            assert pair.missing_counted_against.percent <= pair.completers.percent
    worse = result.deteriorated
    if worse.completers.denominator:
        assert worse.missing_counted_against.percent >= worse.completers.percent - 1e-9


@given(programmes(), CHOICES)
def test_nobody_is_lost_between_started_due_and_completers(people, choice):
    result = run(people, choice)
    assert result.started.n == result.due.n + result.not_yet_due.n
    assert result.due.n == result.completers.n + len(result.missing)
    assert sum(count.n for _, count in result.due_by_status) == result.due.n
    assert all(person.reasons for person in result.missing)


@given(programmes(), CHOICES)
def test_without_missing_people_both_ways_of_counting_agree(people, choice):
    result = run(people, choice)
    complete = [person for person in people if person.patient_uid not in {row.patient_uid for row in result.missing}]
    again = run(complete, choice)
    assert again.response.completers.events == result.response.completers.events
    assert again.response.completers.percent == again.response.missing_counted_against.percent
