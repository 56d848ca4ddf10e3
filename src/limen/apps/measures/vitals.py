"""Checks of a set of vital signs before it is kept: type, range, order, and pounds typed as kilograms."""

from decimal import Decimal
from typing import Any

from limen.apps.measures.vital_ranges import ENTRY_RANGES, SLIP_TOLERANCE, EntryRange
from limen.clinical.units import InvalidNumber, kg_from_lb, lb_from_kg, parse_decimal, rounded


class InvalidVital(ValueError):
    """A set of vital signs that is not accepted; `errors` maps a field to a message."""

    limen_refusal = True

    def __init__(self, errors: dict[str, str]) -> None:
        self.errors = errors
        super().__init__(" ".join(errors.values()))


def checked(values: dict[str, Any]) -> dict[str, int | Decimal]:
    """The given values as numbers in their columns' units, empty ones left out. Raises InvalidVital."""
    errors: dict[str, str] = {}
    numbers: dict[str, int | Decimal] = {}
    for field, value in values.items():
        entry = ENTRY_RANGES.get(field)
        if entry is None:
            errors[field] = f"'{field}' is not a vital sign; known: {', '.join(ENTRY_RANGES)}."
        elif value is not None:
            try:
                numbers[field] = _number(entry, value)
            except InvalidNumber as error:
                errors[field] = str(error)
    errors |= _pair_errors(numbers, errors)
    if not numbers and not errors:
        errors["systolic_mmhg"] = "Give at least one value."
    if errors:
        raise InvalidVital(errors)
    return numbers


def _number(entry: EntryRange, value: Any) -> int | Decimal:
    """Strict: a number or the text of one. A float is refused, for it may not be what was typed."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise InvalidNumber(f"{entry.label}: {value!r} is not a number that can be kept.")
    name = f"{entry.label} in {entry.unit}"
    number = parse_decimal(str(value), name=name, minimum=entry.lowest, maximum=entry.highest, places=entry.decimals)
    return number if entry.decimals else int(number)


def _pair_errors(numbers: dict[str, int | Decimal], errors: dict[str, str]) -> dict[str, str]:
    if {"systolic_mmhg", "diastolic_mmhg"} & set(errors):
        return {}
    systolic, diastolic = numbers.get("systolic_mmhg"), numbers.get("diastolic_mmhg")
    if (systolic is None) != (diastolic is None):
        missing = "diastolic_mmhg" if diastolic is None else "systolic_mmhg"
        return {missing: "Blood pressure needs both numbers, upper and lower."}
    if systolic is not None and diastolic is not None and systolic <= diastolic:
        return {"systolic_mmhg": f"The upper number, {systolic}, must be above the lower one, {diastolic}."}
    return {}


def unit_slip(weight_kg: Decimal, known_kg: Decimal | None) -> str:
    """A question when a weight stands to the last known one as pounds to kilograms; empty when it does not."""
    if known_kg is None:
        return ""
    if abs(weight_kg / lb_from_kg(known_kg) - 1) <= SLIP_TOLERANCE:
        return (
            f"{weight_kg} kg looks like pounds: the last weight was {known_kg} kg, and {weight_kg} lb is "
            f"{rounded(kg_from_lb(weight_kg), 1)} kg. Correct it, or confirm that it was weighed in kilograms."
        )
    if abs(weight_kg / kg_from_lb(known_kg) - 1) <= SLIP_TOLERANCE:
        return (
            f"{weight_kg} kg is less than half of the last weight, {known_kg} kg, as when kilograms are converted "
            "twice. Correct it, or confirm that it was weighed in kilograms."
        )
    return ""
