"""Three-valued evaluation (strong Kleene logic): met, not met, cannot tell, with what is missing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from limen.clinical.rules.condition import (
    All,
    Compare,
    Condition,
    Not,
    Operand,
    RuleError,
    Scalar,
    SettingRef,
    finite_decimal,
)


class Value(Enum):
    MET = "met"
    NOT_MET = "not_met"
    CANNOT_TELL = "cannot_tell"


class Unknown(Enum):
    """Nobody knows, or nobody asked. Not the same as no."""

    UNKNOWN = "unknown"

    def __bool__(self) -> bool:
        raise TypeError("UNKNOWN is neither true nor false; ask 'is UNKNOWN'")


UNKNOWN = Unknown.UNKNOWN


@dataclass(frozen=True)
class Fact:
    """A value with the day it was observed and where it came from."""

    value: Scalar
    observed_on: date | None = None
    source: str = ""


FactValue = Fact | Scalar | float | Unknown | None
Facts = Mapping[str, FactValue]
Settings = Mapping[str, object]


@dataclass(frozen=True)
class Outcome:
    """What a condition came to.

    missing: inputs whose knowledge could settle a CANNOT_TELL (facts by name, settings as "setting:key"); empty when
    the condition is settled. used: the known facts that were looked at.
    """

    value: Value
    missing: tuple[str, ...]
    used: tuple[str, ...]


def evaluate(
    condition: Condition, facts: Facts, *, settings: Settings | None = None, today: date | None = None
) -> Outcome:
    """The outcome of `condition`. An absent fact, None and UNKNOWN are all unknown, never false.

    today: needed by `age_at_most_days`; without it ages cannot be told.
    Raises RuleError when a known fact is of another kind than what it is compared with.
    """
    context = _Context(facts=facts, settings=settings or {}, today=today)
    return _evaluate(condition, context)


@dataclass(frozen=True)
class _Context:
    facts: Facts
    settings: Settings
    today: date | None

    def fact(self, name: str) -> Fact | None:
        found = self.facts.get(name)
        if found is None or found is UNKNOWN:
            return None
        if isinstance(found, Fact):
            return None if found.value is None or isinstance(found.value, Unknown) else found
        if isinstance(found, float):
            return Fact(finite_decimal(found, f"fact '{name}'"))
        assert not isinstance(found, Unknown)
        return Fact(found)

    def operand(self, operand: Operand) -> Scalar | None:
        if not isinstance(operand, SettingRef):
            return operand
        value = self.settings.get(operand.key)
        if value is None:
            return None
        if isinstance(value, bool | int | Decimal | str):
            return value
        raise RuleError(f"setting '{operand.key}' holds {type(value).__name__}, which cannot be compared")


def _evaluate(condition: Condition, context: _Context) -> Outcome:
    if isinstance(condition, Compare):
        return _evaluate_compare(condition, context)
    if isinstance(condition, Not):
        inner = _evaluate(condition.part, context)
        return Outcome(_NEGATED[inner.value], inner.missing, inner.used)
    outcomes = [_evaluate(part, context) for part in condition.parts]
    decisive = Value.NOT_MET if isinstance(condition, All) else Value.MET
    return _combine(outcomes, decisive)


_NEGATED = {
    Value.MET: Value.NOT_MET,
    Value.NOT_MET: Value.MET,
    Value.CANNOT_TELL: Value.CANNOT_TELL,
}


def _combine(outcomes: list[Outcome], decisive: Value) -> Outcome:
    values = {outcome.value for outcome in outcomes}
    used = _in_order(name for outcome in outcomes for name in outcome.used)
    if decisive in values:
        return Outcome(decisive, (), used)
    if Value.CANNOT_TELL in values:
        missing = _in_order(name for outcome in outcomes for name in outcome.missing)
        return Outcome(Value.CANNOT_TELL, missing, used)
    return Outcome(_NEGATED[decisive], (), used)


def _evaluate_compare(condition: Compare, context: _Context) -> Outcome:
    fact = context.fact(condition.fact)
    operands = [context.operand(operand) for operand in condition.operands]
    missing: tuple[str, ...] = () if fact else (condition.fact,)
    missing += tuple(
        f"setting:{ref.key}"
        for ref, value in zip(condition.operands, operands, strict=True)
        if isinstance(ref, SettingRef) and value is None
    )
    used = (condition.fact,) if fact else ()
    if missing or fact is None:
        return Outcome(Value.CANNOT_TELL, _in_order(missing), used)
    known = [value for value in operands if value is not None]
    if condition.operator == "age_at_most_days":
        return _evaluate_age(condition.fact, fact, known[0], context.today)
    is_met = _compare(condition, fact.value, known)
    return Outcome(Value.MET if is_met else Value.NOT_MET, (), used)


def _evaluate_age(name: str, fact: Fact, limit_days: Scalar, today: date | None) -> Outcome:
    if fact.observed_on is None or today is None or fact.observed_on > today:
        # A date in the future is a wrong date, so the age is not known.
        return Outcome(Value.CANNOT_TELL, ("today" if today is None else f"date of {name}",), (name,))
    age_days = (today - fact.observed_on).days
    is_met = age_days <= _number(limit_days, name)
    return Outcome(Value.MET if is_met else Value.NOT_MET, (), (name,))


def _compare(condition: Compare, value: Scalar, operands: list[Scalar]) -> bool:
    name, operator = condition.fact, condition.operator
    if operator in ("eq", "in"):
        return any(_equal(value, operand, name) for operand in operands)
    if operator == "ne":
        return not _equal(value, operands[0], name)
    number = _number(value, name)
    limits = [_number(operand, name) for operand in operands]
    if operator == "between":
        return limits[0] <= number <= limits[1]
    return {
        "lt": number < limits[0],
        "le": number <= limits[0],
        "gt": number > limits[0],
        "ge": number >= limits[0],
    }[operator]


def _equal(value: Scalar, operand: Scalar, name: str) -> bool:
    if _kind(value) != _kind(operand):
        raise RuleError(f"fact '{name}' is a {_kind(value)}, compared with a {_kind(operand)}")
    return value == operand


def _kind(value: Scalar) -> str:
    if isinstance(value, bool):
        return "yes/no"
    return "text" if isinstance(value, str) else "number"


def _number(value: Scalar, name: str) -> int | Decimal:
    if isinstance(value, bool | str):
        raise RuleError(f"fact '{name}' is compared as a number but '{value}' is {_kind(value)}")
    if isinstance(value, Decimal) and not value.is_finite():
        raise RuleError(f"fact '{name}' is {value}, which cannot be compared")
    return value


def _in_order(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
