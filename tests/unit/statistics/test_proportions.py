import pytest

from limen.clinical.statistics import Interval, newcombe_difference, wilson_interval


def test_nobody_counted_gives_no_interval():
    assert wilson_interval(0, 0) is None
    assert newcombe_difference(0, 0, 1, 2) is None
    assert newcombe_difference(1, 2, 0, 0) is None


def test_the_bounds_are_exact_at_none_and_at_all():
    assert wilson_interval(0, 7).low == 0.0
    assert wilson_interval(7, 7).high == 1.0


def test_one_of_two_is_hand_arithmetic():
    # z = 1.959964, z squared = 3.841459;
    # (2 + z^2 -/+ z * sqrt(z^2 + 4*1*1/2)) / (2 * (2 + z^2)) = (5.841459 -/+ 4.737068) / 11.682917
    interval = wilson_interval(1, 2)
    assert interval.low == pytest.approx(0.0945, abs=5e-5)
    assert interval.high == pytest.approx(0.9055, abs=5e-5)


@pytest.mark.parametrize(
    ("events", "n", "message"),
    [
        (3, 2, "events cannot exceed n; got 3 of 2"),
        (-1, 2, "events must not be negative; got -1"),
        (0, -2, "n must not be negative; got -2"),
        (1.5, 2, "events must be a whole number; got 1.5"),
        (True, 2, "events must be a whole number; got True"),
    ],
)
def test_an_impossible_count_is_refused_with_the_value(events, n, message):
    with pytest.raises(ValueError, match=message):
        wilson_interval(events, n)


@pytest.mark.parametrize("confidence", [0, 1, 95, -0.5, float("nan"), True])
def test_a_confidence_outside_zero_to_one_is_refused(confidence):
    with pytest.raises(ValueError, match="confidence must lie between 0 and 1"):
        wilson_interval(1, 2, confidence)


def test_the_width_is_high_minus_low():
    assert Interval(low=0.25, high=0.75).width == 0.5
