import subprocess
import sys

import pytest

from limen.clinical.statistics import MeanEstimate, mean_interval


def test_no_values_give_no_mean():
    assert mean_interval([]) is None


def test_one_value_gives_a_mean_without_interval():
    assert mean_interval([4]) == MeanEstimate(mean=4.0, low=None, high=None, n=1, sd=None)


def test_four_values_are_hand_arithmetic():
    # mean 5; squares 9+1+1+9 = 20; sd = sqrt(20/3) = 2.5820;
    # t(0.975, 3) = 3.1824; half width 3.1824*2.5820/2 = 4.1085
    estimate = mean_interval([2, 4, 6, 8])
    assert (estimate.mean, estimate.n) == (5.0, 4)
    assert estimate.sd == pytest.approx(2.5820, abs=5e-5)
    assert estimate.low == pytest.approx(0.8915, abs=1e-4)
    assert estimate.high == pytest.approx(9.1085, abs=1e-4)


def test_equal_values_give_an_interval_of_no_width():
    estimate = mean_interval([3, 3, 3])
    assert (estimate.low, estimate.high, estimate.sd) == (3.0, 3.0, 0.0)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "7", None, True])
def test_a_value_that_is_no_finite_number_is_refused(value):
    with pytest.raises(ValueError, match="every value must be a finite number"):
        mean_interval([1.0, value])


def test_importing_the_statistics_does_not_load_scipy():
    code = "import sys, limen.clinical.statistics; sys.exit(any(m.split('.')[0] == 'scipy' for m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
