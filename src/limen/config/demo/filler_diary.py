"""Things that happen one after the other: each is done at its own moment, and nothing beyond the present is done."""

import heapq
import itertools
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from limen.apps.records import clock

Step = Callable[[], object]


class Diary:
    """Steps of one story, carried out in order of time, as far as the present. A step may add later ones."""

    def __init__(self, until: datetime):
        self.until = until
        self._steps: list[tuple[datetime, int, Step]] = []
        self._numbers = itertools.count()

    def add(self, moment: datetime, step: Step) -> None:
        heapq.heappush(self._steps, (moment, next(self._numbers), step))

    def close(self) -> None:
        """Nothing more happens in this story."""
        self._steps.clear()

    def run(self, before_each: Step) -> None:
        """Carry out every step up to the present, each with the clock at its own moment."""
        while self._steps:
            moment, _, step = heapq.heappop(self._steps)
            if moment > self.until:
                break
            with clock.at(moment):
                before_each()
                step()
        self.close()


def wall(day: date, at: str, zone: str) -> datetime:
    """The instant of a wall time ("09:30") on a day in a zone."""
    return datetime.combine(day, time.fromisoformat(at), ZoneInfo(zone))


def local_day(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)
