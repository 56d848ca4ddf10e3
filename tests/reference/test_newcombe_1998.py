"""Newcombe RG, Statistics in Medicine 1998;17: single proportions (857-872), differences (873-890)."""

import pytest

from limen.clinical.statistics import newcombe_difference, wilson_interval

# First paper, Table I: 95 % intervals by method 3 (score, without continuity correction).
SINGLE = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0000, 0.1611),
    (1, 29, 0.0061, 0.1718),
]

# Second paper, Table II: contrasts (a) to (h), 95 % intervals by method 10 (score, without continuity correction).
DIFFERENCES = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (0, 10, 0, 10, -0.2775, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0000),
    (10, 10, 0, 10, 0.6075, 1.0000),
]


@pytest.mark.parametrize(("events", "n", "low", "high"), SINGLE)
def test_the_wilson_interval_is_the_published_one(events, n, low, high):
    interval = wilson_interval(events, n)
    assert interval.low == pytest.approx(low, abs=5e-5)
    assert interval.high == pytest.approx(high, abs=5e-5)


@pytest.mark.parametrize(("events_1", "n_1", "events_2", "n_2", "low", "high"), DIFFERENCES)
def test_the_interval_of_a_difference_is_the_published_one(events_1, n_1, events_2, n_2, low, high):
    difference = newcombe_difference(events_1, n_1, events_2, n_2)
    assert difference.low == pytest.approx(low, abs=5e-5)
    assert difference.high == pytest.approx(high, abs=5e-5)
