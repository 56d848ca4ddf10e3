"""Student, Biometrika 1908;6:1-25: extra hours of sleep in ten people under two drugs."""

import pytest

from limen.clinical.statistics import mean_interval

FIRST_DRUG_H = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SECOND_DRUG_H = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]


def test_the_paired_difference_and_its_interval_are_the_textbook_ones():
    # Student's table: mean difference 1.58. 95 % interval as printed by R's t.test(extra ~ group, paired).
    differences = [first - second for first, second in zip(FIRST_DRUG_H, SECOND_DRUG_H, strict=True)]
    estimate = mean_interval(differences)
    assert estimate.n == 10
    assert estimate.mean == pytest.approx(-1.58, abs=1e-9)
    assert estimate.low == pytest.approx(-2.4598858, abs=1e-6)
    assert estimate.high == pytest.approx(-0.7001142, abs=1e-6)
