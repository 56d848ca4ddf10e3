"""Scales and ticks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, floor, log10

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Scale:
    """Maps `low`..`high` onto px `start`..`end`; values outside are held at the nearer end."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def nice_ticks(low: float, high: float, most: int) -> tuple[float, ...]:
    """At most about `most` round numbers inside `low`..`high`, steps of 1, 2 or 5 times a power of ten."""
    rough = (high - low) / max(most, 1)
    power = 10.0 ** floor(log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return tuple(round(index * step, 6) for index in range(first, last + 1))


def padded(values: Sequence[float], least_span: float) -> tuple[float, float]:
    """Ends of an axis that holds `values` with a little air and never spans less than `least_span`."""
    low, high = min(values), max(values)
    air = max((high - low) * 0.1, (least_span - (high - low)) / 2)
    return low - air, high + air


def day_text(day: date, with_year: bool = True) -> str:
    """6 Jan 2025, or 6 Jan."""
    return f"{day.day} {MONTHS[day.month - 1]}" + (f" {day.year}" if with_year else "")


def date_ticks(first: date, last: date, most: int) -> tuple[date, ...]:
    """Round dates from `first` to `last`: single days, weeks from the first day, or the first days of months."""
    days = (last - first).days
    for step in (1, 2, 7, 14, 28):
        if days / step < most:
            return tuple(first + timedelta(days=offset) for offset in range(0, days + 1, step))
    return _month_ticks(first, last, most)


def _month_ticks(first: date, last: date, most: int) -> tuple[date, ...]:
    months = (last.year - first.year) * 12 + last.month - first.month
    step = next((step for step in (1, 2, 3, 6, 12) if months / step < most), 12 * ceil(months / 12 / max(most, 1)))
    start = first.year * 12 + first.month - 1
    ticks = []
    for index in range(start, start + months + 1):
        day = date(index // 12, index % 12 + 1, 1)
        if index % step == 0 and first <= day <= last:
            ticks.append(day)
    return tuple(ticks)
