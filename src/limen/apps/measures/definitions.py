"""The instrument files as this app uses them: by id, by pin, and for which moments."""

from limen.apps.records import knowledge
from limen.clinical.definitions.instrument import Instrument, parse_instrument
from limen.clinical.instruments import asked_items

SUICIDE_SCREEN = "c-ssrs-screener"
SUICIDE_SCREENS = frozenset({SUICIDE_SCREEN, "c-ssrs-since-last-contact"})


def instrument(identifier: str) -> Instrument:
    """The newest version of an instrument. Raises UnknownDefinition."""
    return knowledge.load("instruments", identifier, None, parse_instrument)


def pinned(pin: str) -> Instrument:
    """The instrument exactly as it was when it was pinned ('phq-9@1')."""
    identifier, version = knowledge.split_pin(pin)
    return knowledge.load("instruments", identifier, version or None, parse_instrument)


def is_acute(instrument: Instrument) -> bool:
    """True for a rating of right now: the only kind that means what it says while the medicine is working (SR-10)."""
    return instrument.recall.days == 0


def longest_recall_days(instrument: Instrument) -> int | None:
    """The longest dated period any of its questions asks about; None when none is dated."""
    days = [instrument.recall.days, *(item.recall.days for item in instrument.items if item.recall is not None)]
    return max((day for day in days if day is not None), default=None)


def with_refusals(instrument: Instrument, answers: dict[str, int | None], refused: set[str]) -> dict[str, int | None]:
    """The answers with each refusal as the form's own "prefers not to answer", where the form has one."""
    given = dict(answers)
    for item_id in refused:
        options = instrument.item(item_id).answers.options
        given[item_id] = next((option.value for option in options if option.key == "refused"), None)
    return given


def questions_asked(instrument: Instrument, answers: dict[str, int | None]) -> tuple[str, ...]:
    """The questions that these answers call for, in the form's order."""
    return asked_items(instrument, answers)


def instruments_for_staff() -> list[Instrument]:
    """Every instrument a person can be asked to fill in, by title."""
    rows = [instrument(identifier) for identifier in knowledge.identifiers("instruments")]
    return sorted((row for row in rows if row.respondent != "clinician"), key=lambda row: row.abbreviation)
