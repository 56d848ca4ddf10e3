"""The clock: one loop that acts on what is due. It may be killed at any moment and may run more than once."""

import logging
import time
from collections.abc import Callable
from datetime import datetime

from django.db import close_old_connections

from limen.apps.records import clock
from limen.jobs.housekeeping import close_what_has_passed
from limen.jobs.outbox import deliver_waiting

PAUSE_S = 5.0
STEPS: tuple[Callable[[datetime], int], ...] = (deliver_waiting, close_what_has_passed)

logger = logging.getLogger(__name__)


def tick(now: datetime) -> int:
    """One pass over every step; one step's failure does not stop the others. Returns how much was done."""
    done = 0
    for step in STEPS:
        try:
            done += step(now)
        except Exception:
            logger.exception("clock step %s failed", step.__name__)
    return done


def run(pause_s: float = PAUSE_S) -> None:
    """Tick until the process ends."""
    while True:
        tick(clock.now())
        close_old_connections()
        time.sleep(pause_s)
