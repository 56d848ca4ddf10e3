"""How the access middleware finds the patient an address names, without importing the patients app."""

import uuid
from collections.abc import Callable
from typing import Any

_find: Callable[[uuid.UUID], Any] | None = None
_own: Callable[[Any], Any] | None = None
_band: Callable[[Any], Any] | None = None
_link: Callable[..., None] | None = None


def register(
    *,
    by_uid: Callable[[uuid.UUID], Any],
    of_user: Callable[[Any], Any],
    band_of: Callable[[Any], Any],
    link: Callable[..., None] | None = None,
) -> None:
    """Called once by the patients app when it is ready. `link(patient, user, actor=...)` joins a sign-in to it."""
    global _find, _own, _band, _link
    _find, _own, _band, _link = by_uid, of_user, band_of, link


def link_user(patient: Any, user: Any, *, actor: Any) -> None:
    """Join a sign-in to a patient's record. Raises RuntimeError when the patients app gave no way to."""
    if _link is None:
        raise RuntimeError("The patients app registered no way to link a user.")
    _link(patient, user, actor=actor)


def band_of(patient: Any) -> Any:
    """What the patient band shows about a patient."""
    return _band(patient) if _band else None


def by_uid(uid: uuid.UUID) -> Any:
    """The patient with this uid at any site, or None. The caller decides who may see it."""
    return _find(uid) if _find else None


def of_user(user: Any) -> Any:
    """The patient record of a signed-in user, or None."""
    return _own(user) if _own else None
