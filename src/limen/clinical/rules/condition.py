"""The closed grammar of conditions: what may be written in a rule file, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Scalar = bool | int | Decimal | str

ORDERED = ("lt", "le", "gt", "ge")
COMPARISONS = ("eq", "ne", *ORDERED)
OPERATORS = (*COMPARISONS, "in", "between", "age_at_most_days")
_DEEPEST = 12


class RuleError(ValueError):
    """A condition is written in a way the grammar does not know; the message says where and what is accepted."""


@dataclass(frozen=True)
class SettingRef:
    """A limit that the site signs. Unset means the condition cannot be told."""

    key: str


Operand = Scalar | SettingRef


@dataclass(frozen=True)
class Compare:
    """`fact operator operands`: one operand for a comparison or an age, two for between, one or more for in."""

    fact: str
    operator: str
    operands: tuple[Operand, ...]

    def __post_init__(self) -> None:
        if self.operator not in OPERATORS:
            raise RuleError(f"operator '{self.operator}' is not one of {', '.join(OPERATORS)}")
        if not self.operands:
            raise RuleError(f"'{self.operator}' on '{self.fact}' has nothing to compare with")


@dataclass(frozen=True)
class All:
    parts: tuple["Condition", ...]

    def __post_init__(self) -> None:
        _refuse_empty(self.parts, "all")


@dataclass(frozen=True)
class AnyOf:
    parts: tuple["Condition", ...]

    def __post_init__(self) -> None:
        _refuse_empty(self.parts, "any")


@dataclass(frozen=True)
class Not:
    part: "Condition"


Condition = Compare | All | AnyOf | Not


def parse_condition(table: object, where: str) -> Condition:
    """Read a condition from a TOML table.

    Forms: `{all = [..]}`, `{any = [..]}`, `{not = {..}}`, `{fact = "age_years", lt = 18}`,
    `{fact = "place", in = ["home", "clinic"]}`, `{fact = "score", between = [0, 4]}`,
    `{fact = "weight_kg", age_at_most_days = 30}`. A number may be replaced by `{setting = "gate.systolic_max_mmhg"}`.

    Raises RuleError for anything else; an empty list is refused, so an empty rule can never mean "everything".
    """
    return _parse(table, where, depth=0)


def facts_in(condition: Condition) -> frozenset[str]:
    """The names of all facts the condition may look at."""
    if isinstance(condition, Compare):
        return frozenset({condition.fact})
    parts = (condition.part,) if isinstance(condition, Not) else condition.parts
    return frozenset().union(*(facts_in(part) for part in parts))


def settings_in(condition: Condition) -> frozenset[str]:
    """The keys of all site settings the condition may look at."""
    if isinstance(condition, Compare):
        return frozenset(operand.key for operand in condition.operands if isinstance(operand, SettingRef))
    parts = (condition.part,) if isinstance(condition, Not) else condition.parts
    return frozenset().union(*(settings_in(part) for part in parts))


def _refuse_empty(parts: tuple[Condition, ...], word: str) -> None:
    if not parts:
        raise RuleError(f"'{word}' is empty; an empty rule means nothing and is refused")


def _parse(table: object, where: str, depth: int) -> Condition:
    if depth > _DEEPEST:
        raise RuleError(f"{where}: nested deeper than {_DEEPEST} levels")
    if not isinstance(table, Mapping):
        raise RuleError(f"{where}: a condition is a table, not {type(table).__name__}")
    if "fact" in table:
        return _parse_compare(table, where)
    if len(table) != 1 or next(iter(table)) not in ("all", "any", "not"):
        raise RuleError(f"{where}: expected 'fact' with one operator, or one of all, any, not; got {sorted(table)}")
    word, body = next(iter(table.items()))
    if word == "not":
        return Not(_parse(body, f"{where}.not", depth + 1))
    parts = _parse_parts(body, f"{where}.{word}", depth + 1)
    return All(parts) if word == "all" else AnyOf(parts)


def _parse_parts(body: object, where: str, depth: int) -> tuple[Condition, ...]:
    if not isinstance(body, list) or not body:
        raise RuleError(f"{where}: needs a list with at least one condition")
    return tuple(_parse(part, f"{where}[{i}]", depth) for i, part in enumerate(body))


def _parse_compare(table: Mapping[str, Any], where: str) -> Compare:
    fact = table["fact"]
    operators = [key for key in table if key != "fact"]
    if not isinstance(fact, str) or not fact:
        raise RuleError(f"{where}: 'fact' must be a name")
    if len(operators) != 1 or operators[0] not in OPERATORS:
        raise RuleError(f"{where}: exactly one operator of {', '.join(OPERATORS)} is needed; got {operators}")
    operator = operators[0]
    operands = _parse_operands(operator, table[operator], where)
    return Compare(fact=fact, operator=operator, operands=operands)


def _parse_operands(operator: str, body: object, where: str) -> tuple[Operand, ...]:
    if operator not in ("in", "between"):
        operands: tuple[Operand, ...] = (_parse_operand(body, where),)
    elif isinstance(body, list) and body:
        operands = tuple(_parse_operand(item, where) for item in body)
    else:
        raise RuleError(f"{where}: '{operator}' needs a list that is not empty")
    if operator == "between":
        _check_between(operands, where)
    if operator in (*ORDERED, "between", "age_at_most_days"):
        _require_numbers(operands, operator, where)
    return operands


def _parse_operand(body: object, where: str) -> Operand:
    if isinstance(body, Mapping):
        if set(body) == {"setting"} and isinstance(body["setting"], str):
            return SettingRef(body["setting"])
        raise RuleError(f'{where}: a table as value must be {{setting = "key"}}; got {sorted(body)}')
    if isinstance(body, float):
        return finite_decimal(body, where)
    if isinstance(body, bool | int | Decimal | str):
        return body
    raise RuleError(f"{where}: value of kind {type(body).__name__} is not accepted")


def finite_decimal(value: float, where: str) -> Decimal:
    """The shortest decimal that a float prints as. Raises RuleError for NaN and infinities."""
    number = Decimal(repr(value))
    if not number.is_finite():
        raise RuleError(f"{where}: {value} is not a number that can be compared")
    return number


def _check_between(operands: tuple[Operand, ...], where: str) -> None:
    if len(operands) != 2:
        raise RuleError(f"{where}: 'between' needs exactly two values, lower then upper")
    lower, upper = operands
    if _is_number(lower) and _is_number(upper) and lower > upper:  # type: ignore[operator]
        raise RuleError(f"{where}: 'between' has lower {lower} above upper {upper}")


def _require_numbers(operands: tuple[Operand, ...], operator: str, where: str) -> None:
    for operand in operands:
        if not isinstance(operand, SettingRef) and not _is_number(operand):
            raise RuleError(f"{where}: '{operator}' compares numbers, not '{operand}'")


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)
