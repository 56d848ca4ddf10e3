"""At most five wrong tries in 15 minutes for an account and for an address, kept in the database (S07)."""

import hashlib
from datetime import timedelta

from limen.apps.accounts.models import SignInEvent
from limen.apps.records import clock

TRIES = 5
WINDOW = timedelta(minutes=15)


def _key(text: str) -> str:
    return hashlib.sha256(text.strip().lower().encode()).hexdigest()


def address_of(request) -> str:
    return request.META.get("REMOTE_ADDR", "")


def _wrong_since_success(**where) -> int:
    recent = SignInEvent.objects.filter(at__gte=clock.now() - WINDOW, **where).order_by("-at", "-id")[: TRIES + 1]
    count = 0
    for event in recent:
        if event.is_success:
            break
        count += 1
    return count


def is_locked(account: str, address: str) -> bool:
    by_account = _wrong_since_success(account_key=_key(account))
    return by_account >= TRIES or _wrong_since_success(address_key=_key(address)) >= TRIES


def note(account: str, address: str, *, is_success: bool) -> None:
    SignInEvent(account_key=_key(account), address_key=_key(address), is_success=is_success).save()
