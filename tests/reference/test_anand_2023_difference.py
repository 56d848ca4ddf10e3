"""Anand 2023 (ketamine against ECT): response in 108 of 195 treated against 70 of 170."""

import pytest

from limen.clinical.statistics import newcombe_difference


def test_the_response_difference_and_its_newcombe_interval_are_recovered():
    # 108/195 = 55.38 %, 70/170 = 41.18 %, difference 14.21 points; interval 3.93 to 24.06 points.
    difference = newcombe_difference(108, 195, 70, 170)
    points = [100 * value for value in (difference.estimate, difference.low, difference.high)]
    assert points == pytest.approx([14.21, 3.93, 24.06], abs=0.006)
