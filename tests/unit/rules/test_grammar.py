"""What a rule file may say, and what is refused."""

from datetime import date
from decimal import Decimal

import pytest

from limen.clinical.rules import UNKNOWN, All, Fact, RuleError, Value, evaluate, parse_condition

TODAY = date(2026, 3, 1)


def outcome(table, facts, **context):
    return evaluate(parse_condition(table, "test"), facts, **context)


@pytest.mark.parametrize(
    "table",
    [
        {},
        {"all": []},
        {"any": []},
        {"not": {}},
        {"fact": "age", "in": []},
        {"fact": "age"},
        {"fact": "age", "lt": 1, "gt": 2},
        {"fact": "age", "like": "x"},
        {"fact": "age", "between": [5, 1]},
        {"fact": "age", "between": [1, 2, 3]},
        {"fact": "age", "lt": "18"},
        {"fact": "age", "lt": True},
        {"fact": "age", "lt": float("nan")},
        {"fact": "age", "eq": {"expression": "1 + 1"}},
        {"all": [{"fact": "age", "lt": 1}], "any": [{"fact": "age", "lt": 1}]},
        "age < 18",
    ],
)
def test_anything_outside_the_grammar_is_refused(table):
    with pytest.raises(RuleError):
        parse_condition(table, "test")


def test_nesting_has_a_floor():
    table = {"fact": "age", "lt": 1}
    for _ in range(20):
        table = {"not": table}
    with pytest.raises(RuleError, match="nested"):
        parse_condition(table, "test")


def test_an_empty_rule_can_never_be_built():
    with pytest.raises(RuleError, match="means nothing"):
        All(())


@pytest.mark.parametrize(
    ("table", "value", "expected"),
    [
        ({"lt": 18}, 17, "met"),
        ({"lt": 18}, 18, "not_met"),
        ({"le": 18}, 18, "met"),
        ({"gt": 140}, 140, "not_met"),
        ({"ge": 140}, 140, "met"),
        ({"ne": 3}, 4, "met"),
        ({"between": [5, 9]}, 9, "met"),
        ({"between": [5, 9]}, 10, "not_met"),
        ({"in": [1, 2]}, 3, "not_met"),
        ({"lt": 0.3}, Decimal("0.1") + Decimal("0.2"), "not_met"),
    ],
)
def test_each_comparison_holds_at_its_edge(table, value, expected):
    assert outcome({"fact": "x", **table}, {"x": value}).value.value == expected


@pytest.mark.parametrize("absent", [{}, {"x": None}, {"x": UNKNOWN}, {"x": Fact(UNKNOWN)}])
def test_what_nobody_knows_is_missing_and_never_no(absent):
    found = outcome({"not": {"fact": "x", "eq": True}}, absent)
    assert (found.value, found.missing) == (Value.CANNOT_TELL, ("x",))


def test_unknown_cannot_be_used_as_a_truth_value():
    with pytest.raises(TypeError):
        bool(UNKNOWN)


def test_an_unset_site_limit_cannot_be_told_and_says_which():
    table = {"fact": "systolic_mmhg", "gt": {"setting": "gate.systolic_max_mmhg"}}
    found = outcome(table, {"systolic_mmhg": 150})
    assert (found.value, found.missing) == (Value.CANNOT_TELL, ("setting:gate.systolic_max_mmhg",))
    assert outcome(table, {"systolic_mmhg": 150}, settings={"gate.systolic_max_mmhg": 140}).value is Value.MET


@pytest.mark.parametrize(
    ("measured", "expected"),
    [
        (date(2026, 1, 30), "met"),
        (date(2026, 1, 29), "not_met"),
        (date(2026, 3, 2), "cannot_tell"),
        (None, "cannot_tell"),
    ],
)
def test_the_age_of_a_reading_is_counted_in_days(measured, expected):
    # 30 January to 1 March 2026: 1 day left in January + 28 in February + 1 = 30 days.
    found = outcome({"fact": "weight_kg", "age_at_most_days": 30}, {"weight_kg": Fact(70, measured)}, today=TODAY)
    assert found.value.value == expected


@pytest.mark.parametrize(
    ("value", "table"), [("yes", {"eq": True}), (True, {"eq": 1}), (True, {"lt": 2}), ("5", {"lt": 6})]
)
def test_a_value_of_another_kind_is_an_error_and_not_a_guess(value, table):
    with pytest.raises(RuleError):
        outcome({"fact": "x", **table}, {"x": value})


def test_a_settled_rule_asks_for_nothing_more():
    table = {"any": [{"fact": "a", "eq": True}, {"fact": "b", "eq": True}]}
    found = outcome(table, {"a": True})
    assert (found.value, found.missing, found.used) == (Value.MET, (), ("a",))
