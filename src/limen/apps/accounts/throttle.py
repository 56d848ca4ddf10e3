"""At most five wrong tries in 15 minutes for an account and for an address, kept in the database (S07)."""

import hashlib
from datetime import timedelta

from django.conf import settings

from limen.apps.accounts.models import SignInEvent
from limen.apps.records import clock

TRIES = 5
WINDOW = timedelta(minutes=15)


def _key(text: str) -> str:
    return hashlib.sha256(text.strip().lower().encode()).hexdigest()


def address_of(request) -> str:
    """Where the request came from. Behind N trusted proxies (LIMEN_PROXY_COUNT) it is the Nth address from the right
    of X-Forwarded-For, which the proxies wrote; what a client puts to the left of that is not believed."""
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    if settings.LIMEN_PROXY_COUNT and len(hops) >= settings.LIMEN_PROXY_COUNT:
        return hops[-settings.LIMEN_PROXY_COUNT]
    return request.META.get("REMOTE_ADDR", "")


def _wrong_for_account(account: str) -> int:
    """Wrong tries in the window since the account's last success."""
    recent = SignInEvent.objects.filter(at__gte=clock.now() - WINDOW, account_key=_key(account))
    count = 0
    for event in recent.order_by("-at", "-id")[: TRIES + 1]:
        if event.is_success:
            break
        count += 1
    return count


def _wrong_for_address(address: str) -> int:
    """Wrong tries in the window from one address, less those of accounts that then succeeded from it.

    Somebody's own success never clears what was tried against others.
    """
    recent = SignInEvent.objects.filter(at__gte=clock.now() - WINDOW, address_key=_key(address))
    forgiven: set[str] = set()
    count = 0
    for event in recent.order_by("-at", "-id"):
        if event.is_success:
            forgiven.add(event.account_key)
        elif event.account_key not in forgiven:
            count += 1
    return count


def is_locked(account: str, address: str) -> bool:
    return _wrong_for_account(account) >= TRIES or _wrong_for_address(address) >= TRIES


def note(account: str, address: str, *, is_success: bool) -> None:
    SignInEvent(account_key=_key(account), address_key=_key(address), is_success=is_success).save()
