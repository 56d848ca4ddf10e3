"""From raw answers to a total, its band, the cut-offs it reaches and the items that are signals by themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from limen.clinical.definitions.instrument import Band, Instrument, ItemSafety, Recall, Subscore, Threshold
from limen.clinical.definitions.instrument_total import Total, scored_items, total_of
from limen.clinical.instruments.branching import unanswered_items

# Stored with every score; raised when the same file and answers could give another result.
ALGORITHM_VERSION = "1"

_SHOWN_CHARACTERS = 40


class InvalidAnswer(ValueError):
    """An answer that the instrument does not accept. `item`, `value` and `accepted` are kept apart for a form."""

    def __init__(self, item: str, value: object, accepted: str) -> None:
        self.item, self.value, self.accepted = item, value, accepted
        super().__init__(f"{item}: {_shown(value)} is not accepted; accepted: {accepted}")


@dataclass(frozen=True)
class Score:
    """The outcome of one completed form.

    total: int, Decimal when prorated, None when there is no total; then `reason` says why.
    band: None without a total or where the file names no bands.
    missing_items: required items that should have been answered and were not.
    subscores: (subscore id, value) pairs; None unless every item of it is answered, for no missing-item rule covers it.
    """

    instrument_pin: str
    algorithm_version: str
    total: int | Decimal | None
    band: Band | None
    missing_items: tuple[str, ...]
    recall: Recall
    is_prorated: bool
    reason: str
    subscores: tuple[tuple[str, int | None], ...] = ()


@dataclass(frozen=True)
class ItemFinding:
    """Whether one item is a safety signal by itself: True, False, or None when it was not answered."""

    rule: ItemSafety
    is_triggered: bool | None


def check_answers(instrument: Instrument, answers: Mapping[str, int | None]) -> None:
    """Raise InvalidAnswer for an unknown item, or a value that is not one of the item's whole numbers.

    None is an unanswered item. True, 1.0 and "1" are refused: they are guesses about what was meant.
    """
    for item_id, value in answers.items():
        if not instrument.has_item(item_id):
            raise InvalidAnswer(item_id, value, f"items {', '.join(item.id for item in instrument.items)}")
        accepted = instrument.item(item_id).answers.values
        if value is not None and (type(value) is not int or value not in accepted):
            raise InvalidAnswer(item_id, value, f"whole numbers {', '.join(map(str, accepted))}, or unanswered")


def score(instrument: Instrument, answers: Mapping[str, int | None]) -> Score:
    """Score one form.

    answers: item id to the option's value; None or absent means unanswered.
    Raises InvalidAnswer. A form that the missing-item rule refuses has no total and no band, never a partial sum.
    """
    check_answers(instrument, answers)
    missing_asked = unanswered_items(instrument, answers)
    if instrument.scoring.kind == "none":
        total = Total(None, missing_asked, False, "this instrument has no total; its answers are read one by one")
    else:
        total = total_of(instrument.scoring.terms, instrument.missing_rule, answers)
    return Score(
        instrument_pin=instrument.pin,
        algorithm_version=ALGORITHM_VERSION,
        total=total.value,
        band=None if total.value is None else instrument.band_for(total.value),
        missing_items=missing_asked,
        recall=instrument.recall,
        is_prorated=total.is_prorated,
        reason=total.reason,
        subscores=tuple((part.id, _complete_sum(part, answers)) for part in instrument.scoring.subscores),
    )


def _complete_sum(part: Subscore, answers: Mapping[str, int | None]) -> int | None:
    given = {item: value for item, value in answers.items() if value is not None}
    if not all(item in given for item in scored_items(part.terms)):
        return None
    return sum(term.value(given) for term in part.terms)


def band_of(instrument: Instrument, total: int | Decimal | None) -> Band | None:
    """The band of a total; None without a total or without bands. Raises InvalidAnswer outside the range."""
    if total is None or instrument.scoring.minimum is None or instrument.scoring.maximum is None:
        return None
    check_total(instrument, total)
    return instrument.band_for(total)


def check_total(instrument: Instrument, total: int | Decimal) -> None:
    """Raise InvalidAnswer unless `total` is an int or a finite Decimal inside the instrument's range."""
    low, high = instrument.scoring.minimum, instrument.scoring.maximum
    if low is None or high is None:
        raise InvalidAnswer("total", total, f"none: {instrument.abbreviation} has no total")
    is_number = type(total) is int or (isinstance(total, Decimal) and total.is_finite())
    if not is_number or not low <= total <= high:
        raise InvalidAnswer("total", total, f"{low} to {high}")


def thresholds_reached(
    instrument: Instrument, total: int | Decimal | None
) -> tuple[tuple[Threshold, bool | None], ...]:
    """Each published cut-off with True, False, or None when there is no total."""
    if total is not None and instrument.thresholds:
        check_total(instrument, total)
    return tuple((row, None if total is None else total >= row.at_or_above) for row in instrument.thresholds)


def safety_findings(instrument: Instrument, answers: Mapping[str, int | None]) -> tuple[ItemFinding, ...]:
    """One finding per item that is a signal by itself. Independent of the total: a partial form still speaks.

    An unanswered item gives None (cannot tell), never False. Raises InvalidAnswer.
    """
    check_answers(instrument, answers)
    return tuple(ItemFinding(rule, _triggered(rule, answers.get(rule.item))) for rule in instrument.item_safety)


def _triggered(rule: ItemSafety, value: int | None) -> bool | None:
    return None if value is None else value >= rule.at_or_above


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"
