"""Which days a form takes. A slip of the finger in the year is caught here, before anything counts with it."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError

from limen.apps.records import clock

EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
AHEAD_YEARS = 3  # a slip of the finger, not a clinical limit


def check_calendar(day: date) -> None:
    """Raises ValidationError for a year that no record of this clinic can have."""
    if not EARLIEST <= day <= LATEST:
        raise ValidationError(f"The year {day.year} is not possible here. Use {EARLIEST.year} to {LATEST.year}.")


def check_near(day: date) -> None:
    """Raises ValidationError for a day further ahead than a clinic plans, or before any record."""
    check_calendar(day)
    if day > clock.now().date() + timedelta(days=366 * AHEAD_YEARS):
        raise ValidationError(f"{day:%-d %b %Y} is more than {AHEAD_YEARS} years ahead. Check the year.")
