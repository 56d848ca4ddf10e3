"""Fresh proof of who is there, before a signature or another act that cannot be taken back lightly (S18).

Each method takes the request and what was typed, and returns an Authentication or None.
Which methods count is the setting LIMEN_STEP_UP_METHODS; "demo-code" exists only in the demo settings.
"""

from datetime import UTC, datetime, timedelta

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings

from limen.apps.accounts import demo_code, one_time_codes, throttle
from limen.apps.records import clock
from limen.apps.records.services import Authentication


class StepUpFailed(Exception):
    """The proof is missing, wrong or too old; the message is for the person."""


def _totp(request, code: str) -> bool:
    authenticator = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.TOTP).first()
    is_right = bool(code and authenticator and TOTP(authenticator).validate_code(code))
    return is_right and one_time_codes.spend(request.user.pk, code)


def _recovery_code(request, code: str) -> bool:
    authenticator = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.RECOVERY_CODES).first()
    return bool(code and authenticator and RecoveryCodes(authenticator).validate_code(code))


def _demo_code(request, code: str) -> bool:
    return settings.LIMEN_DEMO and demo_code.matches(code)


METHODS = {"totp": _totp, "recovery-code": _recovery_code, "demo-code": _demo_code}


def recent_passkey(request) -> Authentication | None:
    """A passkey used within the step-up window, from the sign-in library's own session record."""
    limit = clock.now() - timedelta(minutes=settings.LIMEN_STEP_UP_MINUTES)
    for entry in reversed(request.session.get("account_authentication_methods", [])):
        at = datetime.fromtimestamp(entry.get("at", 0), UTC)
        if entry.get("type") == "webauthn" and at >= limit:
            return Authentication(method="passkey", at=at)
    return None


def authenticate(request, code: str) -> Authentication:
    """Proof for one signature. Raises StepUpFailed with what to do next.

    code: what the signer typed (a TOTP, recovery or demo code); empty is fine after a fresh passkey.
    """
    allowed = settings.LIMEN_STEP_UP_METHODS
    code = "".join(code.split())
    if "recent-passkey" in allowed and (found := recent_passkey(request)):
        return found
    if not code:
        raise StepUpFailed("Enter your code, or confirm with your passkey first.")
    account = f"step-up:{request.user.pk}"
    if throttle.is_locked(account, throttle.address_of(request)):
        raise StepUpFailed("Too many wrong codes. Wait 15 minutes, or confirm with your passkey.")
    for name, verify in METHODS.items():
        if name in allowed and verify(request, code):
            throttle.note(account, throttle.address_of(request), is_success=True)
            return Authentication(method=name, at=clock.now())
    throttle.note(account, throttle.address_of(request), is_success=False)
    raise StepUpFailed("That code is not right. Codes change every 30 seconds and work once.")
