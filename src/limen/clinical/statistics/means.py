"""A mean with its t interval."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import fsum, isfinite, sqrt

from limen.clinical.statistics.proportions import require_confidence


@dataclass(frozen=True)
class MeanEstimate:
    """A mean in the unit of its values. `low`, `high` and `sd` are None when one value cannot show any spread."""

    mean: float
    low: float | None
    high: float | None
    n: int
    sd: float | None


def mean_interval(values: Iterable[float], confidence: float = 0.95) -> MeanEstimate | None:
    """The mean of `values` with the two-sided interval of Student's t on n - 1 degrees of freedom.

    None when there are no values; a mean without interval when there is one. `sd` has the divisor n - 1.
    Raises ValueError when a value is not a finite number or confidence is outside (0, 1).
    Source: Student, Biometrika 1908;6:1-25.

    >>> mean_interval([]) is None
    True
    >>> mean_interval([-7.0])
    MeanEstimate(mean=-7.0, low=None, high=None, n=1, sd=None)
    """
    level = require_confidence(confidence)
    numbers = [_finite(value) for value in values]
    n = len(numbers)
    if n == 0:
        return None
    mean = fsum(numbers) / n
    if n == 1:
        return MeanEstimate(mean=mean, low=None, high=None, n=1, sd=None)
    sd = sqrt(fsum((number - mean) ** 2 for number in numbers) / (n - 1))
    half_width = _t_quantile(0.5 + level / 2, n - 1) * sd / sqrt(n)
    return MeanEstimate(mean=mean, low=mean - half_width, high=mean + half_width, n=n, sd=sd)


def _finite(value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ValueError(f"every value must be a finite number; got {value!r}")
    return float(value)


def _t_quantile(probability: float, degrees_of_freedom: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(degrees_of_freedom, probability))
