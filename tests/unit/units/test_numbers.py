"""Numbers that people type are read strictly (S41)."""

from decimal import Decimal

import pytest

from limen.clinical.units import InvalidNumber, parse_decimal, parse_whole, plain

REFUSED = [
    "", " ", "NaN", "nan", "Infinity", "-1", "+1", "1e5", "1E2", "40,5", "1,000.5", "1 000", "４０", "٤٠", "05",
    ".5", "5.", "0x10", "1_000", "40mg", "40\n", "\t40", "4" * 30, "40.55", "0", "501",
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_a_number_in_any_other_form_is_refused(text):
    with pytest.raises(InvalidNumber):
        parse_decimal(text, name="Dose in mg", minimum=1, maximum=500, places=1)


@pytest.mark.parametrize(("text", "expected"), [("40", "40"), ("40.5", "40.5"), (" 500 ", "500"), ("1.0", "1.0")])
def test_plain_digits_are_read_exactly(text, expected):
    assert parse_decimal(text, name="Dose in mg", minimum=1, maximum=500, places=1) == Decimal(expected)


def test_the_message_says_value_limits_and_accepted_form():
    with pytest.raises(InvalidNumber) as refused:
        parse_decimal("40,5", name="Dose in mg", minimum=1, maximum=500, places=1)
    for part in ("Dose in mg", "40,5", "from 1 to 500", "full stop and up to 1 decimals"):
        assert part in str(refused.value)


def test_a_tenth_is_exact_and_never_a_float():
    total = sum(parse_decimal("0.1", name="Dose", minimum=0, maximum=1, places=1) for _ in range(3))
    assert total == Decimal("0.3")


def test_a_whole_number_refuses_decimals():
    with pytest.raises(InvalidNumber):
        parse_whole("128.0", name="Systolic", minimum=40, maximum=300)


@pytest.mark.parametrize(
    ("amount", "shown"),
    [("35.00", "35"), ("35.50", "35.5"), ("0.05", "0.05"), ("0.00", "0"), ("120", "120"), ("5E+1", "50")],
)
def test_an_amount_is_shown_without_trailing_zeros_or_an_exponent(amount, shown):
    assert plain(Decimal(amount)) == shown
