from math import sqrt

from hypothesis import given
from hypothesis import strategies as st

from limen.clinical.statistics import mean_interval, newcombe_difference, wilson_interval


@st.composite
def proportions(draw):
    n = draw(st.integers(1, 5000))
    return draw(st.integers(0, n)), n


@given(proportions())
def test_the_wilson_interval_holds_the_proportion_and_stays_inside_zero_to_one(counted):
    events, n = counted
    interval = wilson_interval(events, n)
    assert 0.0 <= interval.low <= events / n <= interval.high <= 1.0


@given(proportions())
def test_counting_the_opposite_event_mirrors_the_interval(counted):
    events, n = counted
    interval, mirrored = wilson_interval(events, n), wilson_interval(n - events, n)
    assert abs(interval.low - (1 - mirrored.high)) < 1e-12
    assert abs(interval.high - (1 - mirrored.low)) < 1e-12


@given(proportions())
def test_each_bound_solves_the_score_equation(counted):
    # The definition of the score interval: |p - bound| = z * sqrt(bound * (1 - bound) / n), checked independently.
    events, n = counted
    for bound in (wilson_interval(events, n).low, wilson_interval(events, n).high):
        assert abs(abs(events / n - bound) - 1.959963984540054 * sqrt(bound * (1 - bound) / n)) < 1e-7


@given(proportions(), st.floats(0.5, 0.9), st.floats(0.91, 0.999))
def test_more_confidence_never_narrows_the_interval(counted, less, more):
    assert wilson_interval(*counted, more).width >= wilson_interval(*counted, less).width


@given(proportions(), proportions())
def test_swapping_the_groups_turns_the_difference_round(first, second):
    forward, backward = newcombe_difference(*first, *second), newcombe_difference(*second, *first)
    assert forward.low <= forward.estimate <= forward.high
    assert abs(forward.low + backward.high) < 1e-12


@given(st.lists(st.floats(-1000, 1000), min_size=2, max_size=40), st.floats(-100, 100))
def test_shifting_every_value_shifts_the_mean_and_its_interval(values, shift):
    estimate, shifted = mean_interval(values), mean_interval([value + shift for value in values])
    for before, after in (
        (estimate.mean, shifted.mean),
        (estimate.low, shifted.low),
        (estimate.high, shifted.high),
    ):
        assert abs(before + shift - after) < 1e-6
    assert estimate.low <= estimate.mean <= estimate.high
