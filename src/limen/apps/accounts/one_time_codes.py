"""A code from an authenticator app works once, for as long as its window could accept it again (S06)."""

import hashlib

from allauth.mfa import app_settings
from django.core.cache import cache


def spend(user_id: int, code: str) -> bool:
    """True the first time a person uses this code; False for every repetition while it could still be valid."""
    steps_accepted = 2 * app_settings.TOTP_TOLERANCE + 1
    digest = hashlib.sha256(f"{user_id}:{''.join(code.split())}".encode()).hexdigest()
    return cache.add(f"limen.code.{digest}", "spent", timeout=steps_accepted * app_settings.TOTP_PERIOD)
