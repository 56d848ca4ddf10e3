"""Send what waits in the outbox. Several clocks may run: a row is claimed by a conditional update first (F21)."""

import logging
from datetime import datetime, timedelta

from django.core.mail import EmailMessage
from django.db.models import F

from limen.apps.records.models import Outbox

LEASE = timedelta(minutes=2)
BACKOFF_MINUTES = (1, 5, 15, 60, 240, 720)
BATCH = 50

logger = logging.getLogger(__name__)


def deliver_waiting(now: datetime) -> int:
    """Send every message that is due; returns how many left. A failure waits longer each time, then is given up."""
    due = Outbox.objects.filter(state="waiting", next_attempt_at__lte=now).order_by("next_attempt_at", "id")
    return sum(_deliver(row, now) for row in due[:BATCH])


def _deliver(row: Outbox, now: datetime) -> bool:
    claimed = Outbox.objects.filter(pk=row.pk, state="waiting", next_attempt_at=row.next_attempt_at).update(
        next_attempt_at=now + LEASE, attempts=F("attempts") + 1
    )
    if not claimed:
        return False
    try:
        # One Message-ID for one intent, so a second send after a crash can be recognised as the same message.
        headers = {"Message-ID": f"<{row.uid}@limen.invalid>"}
        EmailMessage(subject=row.subject, body=row.body, to=[row.recipient], headers=headers).send()
    except Exception as error:  # any transport failure is the same to us: try again later, and say so
        _put_off(row, now, error)
        return False
    Outbox.objects.filter(pk=row.pk).update(state="delivered", delivered_at=now, last_error="")
    return True


def _put_off(row: Outbox, now: datetime, error: Exception) -> None:
    attempt = row.attempts  # the attempts before this one
    reason = type(error).__name__
    logger.warning("outbox message %s not sent: %s", row.uid, reason)
    if attempt >= len(BACKOFF_MINUTES):
        Outbox.objects.filter(pk=row.pk).update(state="given_up", last_error=reason)
        return
    later = now + timedelta(minutes=BACKOFF_MINUTES[attempt])
    Outbox.objects.filter(pk=row.pk).update(next_attempt_at=later, last_error=reason)
