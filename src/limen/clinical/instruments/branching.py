"""Which questions are due, given what has been answered so far."""

from collections.abc import Mapping

from limen.clinical.definitions.instrument import Instrument, Item


def asked_items(instrument: Instrument, answers: Mapping[str, int | None]) -> tuple[str, ...]:
    """Ids of the items that are to be asked, as far as the answers so far decide it, in the form's order."""
    asked: list[str] = []
    for item in instrument.items:
        if _is_asked(instrument, item, answers, asked):
            asked.append(item.id)
    return tuple(asked)


def next_items(instrument: Instrument, answers: Mapping[str, int | None]) -> tuple[str, ...]:
    """Ids of the items to ask now: asked, and not yet answered. Optional ones are included."""
    return tuple(item for item in asked_items(instrument, answers) if answers.get(item) is None)


def unanswered_items(instrument: Instrument, answers: Mapping[str, int | None]) -> tuple[str, ...]:
    """Like `next_items`, without the optional items."""
    return tuple(item for item in next_items(instrument, answers) if instrument.item(item).required)


def is_complete(instrument: Instrument, answers: Mapping[str, int | None]) -> bool:
    """True when every required item that is to be asked has an answer. A refusal is an answer; silence is not."""
    return not unanswered_items(instrument, answers)


def _is_asked(instrument: Instrument, item: Item, answers: Mapping[str, int | None], asked: list[str]) -> bool:
    if item.asked_if is None:
        return True
    given = answers.get(item.asked_if.item)
    if given is None or item.asked_if.item not in asked:
        return False
    return instrument.item(item.asked_if.item).answers.option(given).key in item.asked_if.answers
