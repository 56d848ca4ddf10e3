"""Intervals for one proportion and for the difference of two."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist


@dataclass(frozen=True)
class Interval:
    """A confidence interval, in the same unit as the estimate it belongs to."""

    low: float
    high: float

    @property
    def width(self) -> float:
        return self.high - self.low


@dataclass(frozen=True)
class Difference:
    """First proportion minus the second, between -1 and 1, with its interval."""

    estimate: float
    low: float
    high: float


def require_confidence(confidence: float) -> float:
    """The confidence level itself, or a ValueError when it is not strictly between 0 and 1."""
    if isinstance(confidence, bool) or not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence must lie between 0 and 1, both excluded (for example 0.95); got {confidence!r}")
    return float(confidence)


def wilson_interval(events: int, n: int, confidence: float = 0.95) -> Interval | None:
    """The Wilson score interval of `events` out of `n`, no continuity correction, as proportions from 0 to 1.

    None when n is 0: nobody was counted, so nothing can be said.
    Raises ValueError when a count is negative or not whole, events exceed n, or confidence is outside (0, 1).
    Source: Wilson, J Am Stat Assoc 1927;22:209-212; method 3 of Newcombe, Statist Med 1998;17:857-872.

    >>> interval = wilson_interval(81, 263)
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.2553, 0.3662)
    """
    _require_counts(events, n)
    z = NormalDist().inv_cdf(0.5 + require_confidence(confidence) / 2)
    if n == 0:
        return None
    centre = 2 * events + z * z
    spread = z * sqrt(z * z + 4 * events * (n - events) / n)
    scale = 2 * (n + z * z)
    # At the two ends the bound is exactly 0 or 1; rounding must not move it past either.
    low = 0.0 if events == 0 else max(0.0, (centre - spread) / scale)
    high = 1.0 if events == n else min(1.0, (centre + spread) / scale)
    return Interval(low=low, high=high)


def newcombe_difference(
    events_1: int, n_1: int, events_2: int, n_2: int, confidence: float = 0.95
) -> Difference | None:
    """events_1/n_1 - events_2/n_2 with Newcombe's hybrid score interval, as proportions from -1 to 1.

    None when either group is empty. Raises ValueError as `wilson_interval` does.
    Source: Newcombe, Statist Med 1998;17:873-890, method 10 (no continuity correction, independent groups).

    >>> difference = newcombe_difference(56, 70, 48, 80)
    >>> round(difference.low, 4), round(difference.high, 4)
    (0.0524, 0.3339)
    """
    first = wilson_interval(events_1, n_1, confidence)
    second = wilson_interval(events_2, n_2, confidence)
    if first is None or second is None:
        return None
    p_1, p_2 = events_1 / n_1, events_2 / n_2
    estimate = p_1 - p_2
    below = sqrt((p_1 - first.low) ** 2 + (second.high - p_2) ** 2)
    above = sqrt((first.high - p_1) ** 2 + (p_2 - second.low) ** 2)
    return Difference(estimate=estimate, low=max(-1.0, estimate - below), high=min(1.0, estimate + above))


def _require_counts(events: int, n: int) -> None:
    for name, count in (("events", events), ("n", n)):
        if isinstance(count, bool) or not isinstance(count, int):
            raise ValueError(f"{name} must be a whole number; got {count!r}")
        if count < 0:
            raise ValueError(f"{name} must not be negative; got {count}")
    if events > n:
        raise ValueError(f"events cannot exceed n; got {events} of {n}")
