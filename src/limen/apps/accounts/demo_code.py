"""The demo clinic's own code for signatures, printed on its people page. Derived from the installation's secret."""

import hashlib
import hmac

from django.conf import settings


def current() -> str:
    """Six digits that stay the same for one demo installation. Raises outside the demo settings."""
    if not settings.LIMEN_DEMO:
        raise RuntimeError("The demo code exists only in the demo clinic.")
    digest = hmac.new(settings.SECRET_KEY.encode(), b"limen demo code", hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:4], 'big') % 1_000_000:06d}"


def matches(code: str) -> bool:
    return hmac.compare_digest(current().encode(), code.encode())
