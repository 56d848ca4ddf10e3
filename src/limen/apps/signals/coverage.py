"""Whether somebody is watching: a site's signed hours, the next covered minute, and the after-hours line (SR-40)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAYS_AHEAD = 8  # today and one whole week: every weekly rota shows itself within it


@dataclass(frozen=True)
class Period:
    """One stretch of covered time."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Coverage:
    """is_covered: None when the site has signed no hours; that is never read as covered.

    ends_at: when the present period ends; next_at: when the next one begins.
    """

    is_covered: bool | None
    ends_at: datetime | None
    next_at: datetime | None
    after_hours_number: str
    who_text: str
    watching_text: str


def usable_hours(rows: Sequence[Mapping[str, str]] | None) -> Sequence[Mapping[str, str]] | None:
    """The signed rows, or None when there are none or one of them cannot be read: then nobody is taken to watch."""
    try:
        for row in rows or ():
            time.fromisoformat(row["opens"])
            time.fromisoformat(row["closes"])
            if row["day"].strip().lower()[:3] not in {day[:3] for day in DAYS}:
                return None
    except (ValueError, KeyError):
        return None
    return rows or None


def periods(rows: Sequence[Mapping[str, str]], first: date, zone: ZoneInfo) -> list[Period]:
    """The covered periods of the days from `first`, in order. rows: day, opens, closes; local wall time."""
    found = []
    for offset in range(DAYS_AHEAD):
        day = first + timedelta(days=offset)
        for row in rows:
            if row["day"].strip().lower()[:3] == DAYS[day.weekday()][:3]:
                opens, closes = time.fromisoformat(row["opens"]), time.fromisoformat(row["closes"])
                last = day if closes > opens else day + timedelta(days=1)
                found.append(Period(_at(day, opens, zone), _at(last, closes, zone)))
    return sorted(found, key=lambda period: period.starts_at)


def _at(day: date, wall: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, wall, tzinfo=zone)
