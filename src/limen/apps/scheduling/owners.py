"""Who else an appointment belongs to. An upper app registers what only it knows, such as a care plan's visit."""

from collections.abc import Callable
from dataclasses import dataclass

from limen.apps.scheduling.models import Appointment


@dataclass(frozen=True)
class Owner:
    """What holds the appointment's day, where it is changed, and the action one needs for that.

    moving: one sentence on how its day is moved and by whom.
    """

    text: str
    url: str
    action: str
    moving: str


_sources: list[Callable[[Appointment], Owner | None]] = []


def register(source: Callable[[Appointment], Owner | None]) -> None:
    _sources.append(source)


def owner_of(appointment: Appointment) -> Owner | None:
    """The first registered owner of this appointment; None when it stands alone."""
    return next((owner for source in _sources if (owner := source(appointment)) is not None), None)
