"""The one place that reads the wall clock. Tests and the demo filler pass a moment in with `at`."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_moment: ContextVar[datetime | None] = ContextVar("limen_moment", default=None)


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _moment.get() or datetime.now(UTC)  # noqa: TID251


def today(time_zone: str) -> date:
    """The calendar date it is now in `time_zone` (an IANA name)."""
    return now().astimezone(ZoneInfo(time_zone)).date()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Everything inside happens at `moment` (aware)."""
    if moment.tzinfo is None:
        raise ValueError("clock.at needs an aware moment")
    token = _moment.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _moment.reset(token)
