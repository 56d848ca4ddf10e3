"""A questionnaire or rating scale as frozen values: wording, scoring, bands, change rules, codes."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from limen.clinical.definitions.common import DefinitionError, Identity
from limen.clinical.definitions.instrument_total import MissingRule, Term


@dataclass(frozen=True)
class Recall:
    """The period the questions ask about. days: its length; 0 means right now, None means no fixed length."""

    label: str
    days: int | None


@dataclass(frozen=True)
class Option:
    """One answer a person can choose. value: the number stored; code: its public answer code, or empty."""

    value: int
    key: str
    label: str
    code: str = ""


@dataclass(frozen=True)
class AnswerList:
    key: str
    options: tuple[Option, ...]

    @property
    def values(self) -> tuple[int, ...]:
        return tuple(option.value for option in self.options)

    def option(self, value: int) -> Option:
        return next(option for option in self.options if option.value == value)


@dataclass(frozen=True)
class Condition:
    """An item is asked only when `item` was answered with one of the option keys in `answers`."""

    item: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Item:
    """One question.

    heading: short title above it; help: examples that belong to the question; definition: note for the asker.
    recall: its own period where it differs from the form's. required: False for a question outside the total
    that may be left out. asked_if: None means always asked.
    """

    id: str
    text: str
    answers: AnswerList
    heading: str = ""
    help: str = ""
    definition: str = ""
    recall: Recall | None = None
    code: str = ""
    required: bool = True
    asked_if: Condition | None = None


@dataclass(frozen=True)
class Subscore:
    id: str
    title: str
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class Scoring:
    """kind 'none' means the raw answers are the result. minimum, maximum: the exact range of the total."""

    kind: str
    direction: str
    terms: tuple[Term, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    subscores: tuple[Subscore, ...] = ()


@dataclass(frozen=True)
class Band:
    """A named stretch of the total, both ends included. A prorated total between two bands is in the lower one."""

    key: str
    label: str
    lower: int
    upper: int
    source: str


@dataclass(frozen=True)
class Threshold:
    """A published cut-off, met at or above `at_or_above` points. purpose: what it was studied for."""

    key: str
    purpose: str
    at_or_above: int
    text: str
    source: str


@dataclass(frozen=True)
class ChangeRule:
    """A published rule for judging change against baseline.

    kind 'response': a fall of at least `number` percent; 'remission': score below (`is_inclusive` False) or
    at most (`is_inclusive` True) `number` points; 'reliable_change' and 'important_difference': at least
    `number` points.
    """

    key: str
    kind: str
    number: int
    is_inclusive: bool
    text: str
    source: str


@dataclass(frozen=True)
class Codes:
    """Public codes of the whole form; empty where none is confirmed. Item and answer codes sit with them."""

    system: str = ""
    panel: str = ""
    total: str = ""


@dataclass(frozen=True)
class ItemSafety:
    """An answer at or above `at_or_above` on `item` is a safety signal, whatever the total."""

    item: str
    at_or_above: int
    meaning: str
    source: str


@dataclass(frozen=True)
class Golden:
    """A worked example kept in the file; it must come out exactly when the file is read."""

    name: str
    answers: Mapping[str, int | None]
    total: int | Decimal | None
    band: str
    arithmetic: str


@dataclass(frozen=True)
class Instrument:
    identity: Identity
    abbreviation: str
    recall: Recall
    respondent: str
    language: str
    licence_notice: str
    instructions: str
    items: tuple[Item, ...]
    answer_lists: tuple[AnswerList, ...]
    scoring: Scoring
    missing_rule: MissingRule
    bands: tuple[Band, ...]
    thresholds: tuple[Threshold, ...]
    changes: tuple[ChangeRule, ...]
    codes: Codes
    item_safety: tuple[ItemSafety, ...]
    golden: tuple[Golden, ...]

    @property
    def pin(self) -> str:
        return self.identity.pin

    def has_item(self, item_id: str) -> bool:
        return any(item.id == item_id for item in self.items)

    def item(self, item_id: str) -> Item:
        for item in self.items:
            if item.id == item_id:
                return item
        raise DefinitionError(f"{self.pin}: no item '{item_id}'")

    def band_for(self, total: int | Decimal) -> Band | None:
        """The band whose lower end is the highest one not above `total`; None when the file names no bands."""
        reached = [band for band in self.bands if band.lower <= total]
        return reached[-1] if reached else None

    def changes_of(self, kind: str) -> tuple[ChangeRule, ...]:
        return tuple(rule for rule in self.changes if rule.kind == kind)
