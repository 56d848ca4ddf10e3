"""How the access middleware finds the patient an address names, without importing the patients app."""

import uuid
from collections.abc import Callable
from typing import Any

_find: Callable[[uuid.UUID], Any] | None = None
_own: Callable[[Any], Any] | None = None


def register(*, by_uid: Callable[[uuid.UUID], Any], of_user: Callable[[Any], Any]) -> None:
    """Called once by the patients app when it is ready."""
    global _find, _own
    _find, _own = by_uid, of_user


def by_uid(uid: uuid.UUID) -> Any:
    """The patient with this uid at any site, or None. The caller decides who may see it."""
    return _find(uid) if _find else None


def of_user(user: Any) -> Any:
    """The patient record of a signed-in user, or None."""
    return _own(user) if _own else None
