"""Messages leave once, wait longer after each failure, and are never lost silently (F21)."""

from datetime import timedelta

import pytest
from django.core import mail

from factories import SYSTEM
from limen.apps.records import clock
from limen.apps.records.acts import act
from limen.apps.records.models import Outbox
from limen.apps.records.services import send_later
from limen.jobs.outbox import BACKOFF_MINUTES, deliver_waiting

pytestmark = pytest.mark.django_db


def queue(key="k"):
    with act("test", actor=SYSTEM):
        send_later(channel="email", dedupe_key=key, recipient="a@example.org", subject="Link", body="words")
    return Outbox.objects.get(dedupe_key=key)


def test_a_waiting_message_is_sent_once():
    queue()
    now = clock.now()
    assert deliver_waiting(now) == 1
    assert deliver_waiting(now + timedelta(hours=1)) == 0
    assert [m.to for m in mail.outbox] == [["a@example.org"]]


def test_the_same_intent_is_queued_once():
    queue("same")
    queue("same")
    assert Outbox.objects.count() == 1


def test_a_message_of_a_failed_act_is_never_sent():
    with pytest.raises(ZeroDivisionError), act("test", actor=SYSTEM):
        send_later(channel="email", dedupe_key="x", recipient="a@example.org", subject="s", body="b")
        _ = 1 / 0
    assert Outbox.objects.count() == 0


def test_a_failing_server_makes_it_wait_longer_and_then_gives_up(settings):
    settings.EMAIL_BACKEND = "integration.jobs.broken_mail.BrokenBackend"
    row = queue()
    now = clock.now()
    waits = []
    for _ in BACKOFF_MINUTES:
        assert deliver_waiting(now) == 0
        row.refresh_from_db()
        waits.append(round((row.next_attempt_at - now).total_seconds() / 60))
        now = row.next_attempt_at
    assert tuple(waits) == BACKOFF_MINUTES
    deliver_waiting(now)
    row.refresh_from_db()
    assert (row.state, row.last_error) == ("given_up", "ConnectionRefusedError")
