"""Change against baseline: told, not told, and why."""

from decimal import Decimal

import pytest

from limen.clinical.instruments import InvalidAnswer, UnknownRule, change_status, percent_change
from unit.instruments.instrument_files import NAMES, load


def phq(baseline, value, rule="below-5"):
    return change_status(load("phq-9"), baseline, value, remission_rule=rule)


@pytest.mark.parametrize(
    ("baseline", "value", "expected"),
    [(20, 10, "-50.0"), (20, 25, "25.0"), (18, 5, "-72.2"), (3, 2, "-33.3"), (7, 7, "0.0")],
)
def test_percent_change_is_signed_and_of_baseline(baseline, value, expected):
    assert percent_change(baseline, value) == Decimal(expected)


@pytest.mark.parametrize(("baseline", "value"), [(0, 5), (None, 5), (5, None), (Decimal("0.00"), 1)])
def test_percent_change_cannot_be_told_without_both_scores_and_a_baseline_above_zero(baseline, value):
    assert percent_change(baseline, value) is None


def test_response_is_a_fall_of_at_least_half():
    # 19 -> 9.5 would be half: 9 is a response, 10 is not
    assert phq(19, 9).is_response is True
    assert phq(19, 10).is_response is False
    assert phq(20, 10).is_response is True


def test_response_is_judged_before_rounding():
    # 26.9 -> 13.46 is a fall of 49.96 %, shown as 50.0 %, and not a response
    change = phq(Decimal("26.90"), Decimal("13.46"))
    assert change.percent_change == Decimal("-50.0")
    assert change.is_response is False


def test_the_two_remission_rules_disagree_at_exactly_five():
    assert phq(20, 5, "below-5").is_remission is False
    assert phq(20, 5, "at-most-5").is_remission is True
    assert phq(20, 4, "below-5").is_remission is True
    assert phq(20, 6, "at-most-5").is_remission is False


def test_the_remission_rule_has_no_silent_default():
    with pytest.raises(TypeError):
        change_status(load("phq-9"), 20, 5)
    told = phq(20, 3, None)
    assert told.is_remission is None
    assert told.remission.text == "Cannot tell: the site has not chosen a remission rule."


def test_an_unknown_remission_rule_is_refused_with_the_known_ones():
    with pytest.raises(UnknownRule, match="no remission rule 'below-10'; known: at-most-5, below-5"):
        phq(20, 5, "below-10")


@pytest.mark.parametrize(
    ("baseline", "value", "improved", "worse"),
    [(20, 14, True, False), (20, 15, False, False), (14, 20, False, True), (14, 19, False, False)],
)
def test_reliable_change_on_the_phq_9_is_six_points_either_way(baseline, value, improved, worse):
    change = phq(baseline, value)
    assert (change.is_reliable_improvement, change.is_reliable_deterioration) == (improved, worse)


def test_disagreeing_smallest_differences_are_all_shown_with_their_source():
    told = {(row.rule, row.source, row.met) for row in phq(20, 16).important_differences}
    assert told == {
        ("meaningful-3", "Turkoz2021", True),
        ("substantial-6", "Turkoz2021", False),
        ("meaningful-6", "Hudgens2021", False),
    }


def test_a_missing_score_makes_every_finding_cannot_tell():
    change = phq(None, None)
    findings = (change.is_response, change.is_remission, change.is_reliable_improvement)
    assert findings == (None, None, None) and change.is_reliable_deterioration is None
    assert change.response.text.startswith("Cannot tell: needs baseline or later score.")
    assert all(row.met is None for row in change.important_differences)


def test_remission_needs_only_the_later_score():
    assert phq(None, 3).is_remission is True


def test_a_baseline_of_zero_cannot_respond():
    change = phq(0, 0)
    assert change.is_response is None and change.percent_change is None
    assert change.response.text.startswith("Cannot tell: needs a baseline above zero.")


def test_on_a_scale_where_higher_is_better_a_rise_is_improvement():
    assert change_status(load("mood-rating"), 3, 7, remission_rule=None).improvement_points == 4


def test_an_instrument_without_change_rules_says_it_cannot_tell():
    change = change_status(load("gad-2"), 6, 0, remission_rule=None)
    assert change.is_response is None and change.is_remission is None and change.is_reliable_improvement is None
    assert change.remission.text == "Cannot tell: the instrument file holds no remission rule with a source."


def test_scores_outside_the_range_are_refused():
    with pytest.raises(InvalidAnswer, match="total: 28 is not accepted; accepted: 0 to 27"):
        phq(28, 5)


@pytest.mark.parametrize("name", NAMES)
def test_every_told_rule_names_a_source_of_the_file(name):
    instrument = load(name)
    for rule in instrument.changes:
        assert instrument.identity.source(rule.source).grade in {"A", "B"}
