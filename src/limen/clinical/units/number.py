"""Strict reading of numbers that people type: doses, weights, vital signs."""

import re
from decimal import Decimal

# ASCII digits only: `\d` would also take full-width and Arabic-Indic digits, which float() silently converts.
_PLAIN_NUMBER = re.compile(r"(0|[1-9][0-9]*)(?:\.([0-9]+))?")
_LONGEST_TEXT = 20


class InvalidNumber(ValueError):
    """The text is not a number we accept; the message says the value, the limits and the accepted form."""


def parse_decimal(text: str, *, name: str, minimum: Decimal | int, maximum: Decimal | int, places: int = 0) -> Decimal:
    """The exact Decimal written in `text`, between `minimum` and `maximum`, with at most `places` decimals.

    Accepted: ASCII digits with an optional full stop and decimals; outer spaces are ignored. Refused: signs, `1e5`,
    NaN, Infinity, commas, digits of other scripts, leading zeros (`05`), a bare stop (`.5`, `5.`).

    Raises InvalidNumber for anything else.

    >>> parse_decimal("40.5", name="Dose in mg", minimum=1, maximum=500, places=1)
    Decimal('40.5')
    """
    match = _PLAIN_NUMBER.fullmatch(text.strip(" ")) if len(text) <= _LONGEST_TEXT else None
    if match is None or len(match.group(2) or "") > places:
        raise InvalidNumber(_message(text, name=name, minimum=minimum, maximum=maximum, places=places))
    number = Decimal(match.group(0))
    if not minimum <= number <= maximum:
        raise InvalidNumber(_message(text, name=name, minimum=minimum, maximum=maximum, places=places))
    return number


def parse_whole(text: str, *, name: str, minimum: int, maximum: int) -> int:
    """The whole number written in `text`; same strictness as `parse_decimal`.

    >>> parse_whole("128", name="Systolic in mmHg", minimum=40, maximum=300)
    128
    """
    return int(parse_decimal(text, name=name, minimum=minimum, maximum=maximum, places=0))


def _message(text: str, *, name: str, minimum: Decimal | int, maximum: Decimal | int, places: int) -> str:
    shown = text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + "…"
    form = "digits only" if places == 0 else f"digits with a full stop and up to {places} decimals"
    return f"{name}: “{shown}” is not accepted. Enter a number from {minimum} to {maximum}, {form}."


def plain(amount: Decimal | int) -> str:
    """35.00 as 35 and 35.50 as 35.5: a trailing zero is where a decimal point gets lost."""
    return f"{Decimal(amount).normalize():f}"
