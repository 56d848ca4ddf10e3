"""What other apps do when a consent is withdrawn. They register here, because they sit above this app."""

from collections.abc import Callable

from limen.apps.patients.models import Consent
from limen.apps.records.actor import Actor

_on_withdrawn: list[Callable[[Consent, Actor], None]] = []


def on_withdrawn(listener: Callable[[Consent, Actor], None]) -> None:
    """listener: called in the same transaction, with the withdrawing row and who did it."""
    if listener not in _on_withdrawn:
        _on_withdrawn.append(listener)


def tell_withdrawn(consent: Consent, actor: Actor) -> None:
    for listener in _on_withdrawn:
        listener(consent, actor)
