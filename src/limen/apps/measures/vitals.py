"""Checks of a set of vital signs before it is kept: type, range, order, and pounds typed as kilograms."""

from decimal import Decimal, InvalidOperation
from typing import Any

from limen.apps.measures.vital_ranges import ENTRY_RANGES, KG_PER_LB, SLIP_TOLERANCE, EntryRange


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
            problem = _problem(entry, value)
            if problem:
                errors[field] = problem
            else:
                numbers[field] = Decimal(str(value)) if entry.decimals else int(value)
    errors |= _pair_errors(numbers, errors)
    if not numbers and not errors:
        errors["systolic_mmhg"] = "Give at least one value."
    if errors:
        raise InvalidVital(errors)
    return numbers


def _problem(entry: EntryRange, value: Any) -> str:
    accepted = f"{entry.label}: {entry.lowest} to {entry.highest} {entry.unit} is accepted"
    if isinstance(value, bool) or not isinstance(value, int | Decimal | float | str):
        return f"{accepted}; {value!r} is not a number."
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return f"{accepted}; '{value}' is not a number."
    if not number.is_finite() or number != round(number, entry.decimals):
        places = "a whole number" if not entry.decimals else f"at most {entry.decimals} decimal place"
        return f"{accepted}, as {places}; {value} was given."
    if not entry.lowest <= number <= entry.highest:
        return f"{accepted}; {value} was given."
    return ""


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
    ratio = weight_kg / known_kg
    as_pounds = 1 / KG_PER_LB
    if abs(ratio / as_pounds - 1) <= SLIP_TOLERANCE:
        kilograms = (weight_kg * KG_PER_LB).quantize(Decimal("0.1"))
        return (
            f"{weight_kg} kg looks like pounds: the last weight was {known_kg} kg, and {weight_kg} lb is "
            f"{kilograms} kg. Correct it, or confirm that it was weighed in kilograms."
        )
    if abs(ratio * as_pounds - 1) <= SLIP_TOLERANCE:
        return (
            f"{weight_kg} kg is less than half of the last weight, {known_kg} kg, as when kilograms are converted "
            "twice. Correct it, or confirm that it was weighed in kilograms."
        )
    return ""
