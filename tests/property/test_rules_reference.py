"""The rule evaluator against a twenty-line reference, over generated rules and facts (S26)."""

import os

from hypothesis import given, settings
from hypothesis import strategies as st

from limen.clinical.rules import UNKNOWN, Value, evaluate, parse_condition

CASES = 20_000 if os.environ.get("LIMEN_LONG") else 500
NAMES = ["a", "b", "c"]
VALUES = {Value.MET: 1.0, Value.NOT_MET: 0.0, Value.CANNOT_TELL: 0.5}


def reference(table, facts):
    """Truth as a number: 1 met, 0 not met, ½ unknown; then all is min, any is max, not is 1 − x."""
    if "all" in table:
        return min(reference(part, facts) for part in table["all"])
    if "any" in table:
        return max(reference(part, facts) for part in table["any"])
    if "not" in table:
        return 1.0 - reference(table["not"], facts)
    value = facts.get(table["fact"], UNKNOWN)
    if value is UNKNOWN:
        return 0.5
    operator, limit = next((key, limit) for key, limit in table.items() if key != "fact")
    if operator == "between":
        return float(limit[0] <= value <= limit[1])
    if operator == "in":
        return float(value in limit)
    answers = {"lt": value < limit, "le": value <= limit, "gt": value > limit, "ge": value >= limit}
    return float({**answers, "eq": value == limit, "ne": value != limit}[operator])


numbers = st.integers(0, 4)
leaves = st.one_of(
    st.builds(
        lambda fact, operator, limit: {"fact": fact, operator: limit},
        st.sampled_from(NAMES),
        st.sampled_from(["eq", "ne", "lt", "le", "gt", "ge"]),
        numbers,
    ),
    st.builds(
        lambda fact, low, more: {"fact": fact, "between": [low, low + more]}, st.sampled_from(NAMES), numbers, numbers
    ),
    st.builds(lambda fact, items: {"fact": fact, "in": items}, st.sampled_from(NAMES), st.lists(numbers, min_size=1)),
)
rules = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=8,
)
known_facts = st.dictionaries(st.sampled_from(NAMES), st.one_of(numbers, st.just(UNKNOWN)))


@settings(max_examples=CASES, deadline=None)
@given(rules, known_facts)
def test_the_evaluator_agrees_with_the_reference(table, facts):
    outcome = evaluate(parse_condition(table, "test"), facts)
    assert VALUES[outcome.value] == reference(table, facts)
    assert bool(outcome.missing) == (outcome.value is Value.CANNOT_TELL)


@settings(max_examples=CASES, deadline=None)
@given(rules, known_facts, st.fixed_dictionaries({name: numbers for name in NAMES}))
def test_learning_more_never_overturns_a_settled_rule(table, facts, everything):
    condition = parse_condition(table, "test")
    before = evaluate(condition, facts)
    known = {name: value for name, value in facts.items() if value is not UNKNOWN}
    after = evaluate(condition, {**everything, **known})
    assert before.value in (after.value, Value.CANNOT_TELL)
    assert after.value is not Value.CANNOT_TELL
