"""Questionnaires and rating scales as frozen, checked values: wording, scoring, bands, change rules, codes."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from limen.clinical.definitions.common import (
    DefinitionError,
    Identity,
    parse_identity,
    parse_toml,
    refuse_unknown_keys,
    require,
)
from limen.clinical.definitions.instrument_total import (
    MISSING_RULES,
    TERM_KINDS,
    MissingRule,
    Term,
    exact_range,
    scored_items,
    total_of,
)

RESPONDENTS = ("self", "clinician", "either")
SCORING_KINDS = ("sum", "none")
DIRECTIONS = ("higher_is_worse", "higher_is_better")
CHANGE_KINDS = ("response", "remission", "reliable_change", "important_difference")

_CHANGE_NUMBER = {
    "response": ("percent_at_least",),
    "remission": ("below", "at_most"),
    "reliable_change": ("points_at_least",),
    "important_difference": ("points_at_least",),
}
_KEY = re.compile(r"[a-z][a-z0-9_-]*")
_IDENTITY_KEYS = {"id", "version", "title", "status", "licence", "reviewed_by", "reviewed_on", "sources"}
_OWN_KEYS = {
    "abbreviation",
    "respondent",
    "language",
    "licence_notice",
    "instructions",
    "recall",
    "answers",
    "items",
    "scoring",
    "missing",
    "bands",
    "thresholds",
    "changes",
    "codes",
    "item_safety",
    "golden",
}

T = TypeVar("T")


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


def parse_instrument(text: str, where: str = "") -> Instrument:
    """Read one instrument file.

    text: TOML. where: name shown in error messages, usually the path.
    Raises DefinitionError for anything missing, unknown, out of order, outside its range, without its source,
    or when a worked example in the file does not come out.
    """
    where = where or "instrument"
    table = parse_toml(text, where)
    refuse_unknown_keys(table, _IDENTITY_KEYS | _OWN_KEYS, where)
    identity = parse_identity(table, where)
    answer_lists = _rows(table, "answers", where, _answer_list)
    items = _items(table, answer_lists, where)
    scoring = _scoring(require(table, "scoring", dict, where), items, f"{where} [scoring]")
    instrument = Instrument(
        identity=identity,
        abbreviation=require(table, "abbreviation", str, where),
        recall=_recall(require(table, "recall", dict, where), f"{where} [recall]"),
        respondent=_one_of(table, "respondent", RESPONDENTS, where),
        language=require(table, "language", str, where),
        licence_notice=require(table, "licence_notice", str, where),
        instructions=require(table, "instructions", str, where),
        items=items,
        answer_lists=answer_lists,
        scoring=scoring,
        missing_rule=_missing_rule(require(table, "missing", dict, where), scoring, f"{where} [missing]"),
        bands=_rows(table, "bands", where, _band),
        thresholds=_rows(table, "thresholds", where, _threshold),
        changes=_rows(table, "changes", where, _change),
        codes=_codes(require(table, "codes", dict, where), f"{where} [codes]") if "codes" in table else Codes(),
        item_safety=_rows(table, "item_safety", where, _item_safety),
        golden=_golden_rows(table, scoring, where),
    )
    _check(instrument, where)
    return instrument


# --- reading the parts -------------------------------------------------------------------------------------------


def _rows(table: Mapping[str, Any], key: str, where: str, read: Callable[[dict[str, Any], str], T]) -> tuple[T, ...]:
    rows = table.get(key, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise DefinitionError(f"{where}: '{key}' must be a list of tables, [[{key}]]")
    return tuple(read(row, f"{where} {key}[{i}]") for i, row in enumerate(rows))


def _one_of(table: Mapping[str, Any], key: str, allowed: tuple[str, ...], where: str) -> str:
    value = require(table, key, str, where)
    if value not in allowed:
        raise DefinitionError(f"{where}: {key} '{value}' is not one of {', '.join(allowed)}")
    return value


def _name(table: Mapping[str, Any], key: str, where: str) -> str:
    value = require(table, key, str, where)
    if not _KEY.fullmatch(value):
        raise DefinitionError(f"{where}: {key} '{value}' must be lower-case letters, digits, '-' or '_'")
    return value


def _text(table: Mapping[str, Any], key: str, where: str) -> str:
    """An optional text; empty when it is not there."""
    return require(table, key, str, where) if key in table else ""


def _words(table: Mapping[str, Any], key: str, where: str) -> str:
    value = require(table, key, str, where)
    if not value.strip():
        raise DefinitionError(f"{where}: '{key}' is empty")
    return value


def _refuse_repeats(values: Iterable[object], what: str, where: str) -> None:
    seen: set[object] = set()
    for value in values:
        if value in seen:
            raise DefinitionError(f"{where}: {what} '{value}' appears twice")
        seen.add(value)


def _recall(row: dict[str, Any], where: str) -> Recall:
    refuse_unknown_keys(row, {"label", "days"}, where)
    days = require(row, "days", int, where) if "days" in row else None
    if days is not None and days < 0:
        raise DefinitionError(f"{where}: days is {days}; it cannot be negative")
    return Recall(label=_words(row, "label", where), days=days)


def _answer_list(row: dict[str, Any], where: str) -> AnswerList:
    refuse_unknown_keys(row, {"key", "options", "range", "low_label", "high_label"}, where)
    if "range" in row:
        options = _ladder(row, where)
    else:
        options = _rows(row, "options", where, _option)
    if len(options) < 2:
        raise DefinitionError(f"{where}: an answer list needs at least two options")
    _refuse_repeats([option.value for option in options], "value", where)
    _refuse_repeats([option.key for option in options], "option key", where)
    return AnswerList(key=_name(row, "key", where), options=options)


def _ladder(row: dict[str, Any], where: str) -> tuple[Option, ...]:
    """A numeric scale written as range = [0, 10] with words at its two ends."""
    ends = require(row, "range", list, where)
    if len(ends) != 2 or not all(isinstance(end, int) and not isinstance(end, bool) for end in ends):
        raise DefinitionError(f"{where}: range must be two whole numbers, [lowest, highest]")
    low, high = ends
    if high <= low:
        raise DefinitionError(f"{where}: range upper end {high} must be above its lower end {low}")
    words = {low: _words(row, "low_label", where), high: _words(row, "high_label", where)}
    labels = {value: f"{value}: {words[value]}" if value in words else str(value) for value in range(low, high + 1)}
    return tuple(Option(value=value, key=f"v{value}", label=label) for value, label in labels.items())


def _option(row: dict[str, Any], where: str) -> Option:
    refuse_unknown_keys(row, {"value", "key", "label", "code"}, where)
    return Option(
        value=require(row, "value", int, where),
        key=_name(row, "key", where),
        label=_words(row, "label", where),
        code=_text(row, "code", where),
    )


def _items(table: Mapping[str, Any], answer_lists: tuple[AnswerList, ...], where: str) -> tuple[Item, ...]:
    _refuse_repeats([answers.key for answers in answer_lists], "answer list", where)
    by_key = {answers.key: answers for answers in answer_lists}
    items = _rows(table, "items", where, lambda row, place: _item(row, by_key, place))
    if not items:
        raise DefinitionError(f"{where}: an instrument needs at least one [[items]] entry")
    _refuse_repeats([item.id for item in items], "item id", where)
    earlier: dict[str, Item] = {}
    for item in items:
        _check_condition(item, earlier, where)
        earlier[item.id] = item
    return items


def _item(row: dict[str, Any], by_key: Mapping[str, AnswerList], where: str) -> Item:
    known = {"id", "text", "answers", "heading", "help", "definition", "recall", "code", "required", "asked_if"}
    refuse_unknown_keys(row, known, where)
    answers = require(row, "answers", str, where)
    if answers not in by_key:
        raise DefinitionError(f"{where}: no answer list '{answers}'; known: {', '.join(sorted(by_key)) or 'none'}")
    return Item(
        id=_name(row, "id", where),
        text=_words(row, "text", where),
        answers=by_key[answers],
        heading=_text(row, "heading", where),
        help=_text(row, "help", where),
        definition=_text(row, "definition", where),
        recall=_recall(require(row, "recall", dict, where), f"{where} recall") if "recall" in row else None,
        code=_text(row, "code", where),
        required=require(row, "required", bool, where) if "required" in row else True,
        asked_if=_condition(require(row, "asked_if", dict, where), f"{where} asked_if") if "asked_if" in row else None,
    )


def _condition(row: dict[str, Any], where: str) -> Condition:
    refuse_unknown_keys(row, {"item", "answers"}, where)
    return Condition(item=require(row, "item", str, where), answers=tuple(require(row, "answers", list, where)))


def _check_condition(item: Item, earlier: Mapping[str, Item], where: str) -> None:
    """A condition may look only at earlier items, so asking can never go round in a circle."""
    if item.asked_if is None:
        return
    parent = earlier.get(item.asked_if.item)
    if parent is None:
        raise DefinitionError(
            f"{where}: item '{item.id}' depends on '{item.asked_if.item}', which is not an earlier item"
        )
    known = {option.key for option in parent.answers.options}
    unknown = sorted(set(item.asked_if.answers) - known)
    if unknown or not item.asked_if.answers:
        raise DefinitionError(f"{where}: item '{item.id}' depends on answer {unknown or '(none)'} of '{parent.id}'")


def _scoring(row: dict[str, Any], items: tuple[Item, ...], where: str) -> Scoring:
    refuse_unknown_keys(row, {"kind", "direction", "terms", "minimum", "maximum", "subscores"}, where)
    kind = _one_of(row, "kind", SCORING_KINDS, where)
    direction = _one_of(row, "direction", DIRECTIONS, where)
    if kind == "none":
        refuse_unknown_keys(row, {"kind", "direction"}, f"{where} kind 'none'")
        return Scoring(kind=kind, direction=direction)
    terms = _terms(row, items, where)
    minimum, maximum = require(row, "minimum", int, where), require(row, "maximum", int, where)
    if (minimum, maximum) != exact_range(terms):
        low, high = exact_range(terms)
        raise DefinitionError(f"{where}: range is written as {minimum} to {maximum}; the terms give {low} to {high}")
    subscores = _rows(row, "subscores", where, lambda sub, place: _subscore(sub, items, place))
    _refuse_repeats([subscore.id for subscore in subscores], "subscore", where)
    return Scoring(kind, direction, terms, minimum, maximum, subscores)


def _subscore(row: dict[str, Any], items: tuple[Item, ...], where: str) -> Subscore:
    refuse_unknown_keys(row, {"id", "title", "terms"}, where)
    return Subscore(id=_name(row, "id", where), title=_words(row, "title", where), terms=_terms(row, items, where))


def _terms(row: dict[str, Any], items: tuple[Item, ...], where: str) -> tuple[Term, ...]:
    by_id = {item.id: item for item in items}
    terms = _rows(row, "terms", where, lambda term, place: _term(term, by_id, place))
    if not terms:
        raise DefinitionError(f"{where}: 'terms' is empty")
    _refuse_repeats(scored_items(terms), "scored item", where)
    return terms


def _term(row: dict[str, Any], by_id: Mapping[str, Item], where: str) -> Term:
    refuse_unknown_keys(row, set(TERM_KINDS), where)
    if len(row) != 1:
        raise DefinitionError(f"{where}: a term is exactly one of {', '.join(TERM_KINDS)}")
    kind, named = next(iter(row.items()))
    ids = tuple(named) if isinstance(named, list) else (named,)
    if (kind == "max_of") != isinstance(named, list) or not ids:
        raise DefinitionError(f"{where}: 'max_of' takes a list of items, 'item' and 'reverse' take one item id")
    unknown = [item for item in ids if not isinstance(item, str) or item not in by_id]
    if unknown:
        raise DefinitionError(f"{where}: no item '{unknown[0]}'")
    conditional = [item for item in ids if by_id[item].asked_if is not None or not by_id[item].required]
    if conditional:
        raise DefinitionError(f"{where}: '{conditional[0]}' is not always asked, so it cannot be part of a total")
    values = [by_id[item].answers.values for item in ids]
    return Term(kind, ids, low=max(min(each) for each in values), high=max(max(each) for each in values))


def _missing_rule(row: dict[str, Any], scoring: Scoring, where: str) -> MissingRule:
    refuse_unknown_keys(row, {"rule", "text", "max_missing", "source"}, where)
    rule = _one_of(row, "rule", MISSING_RULES, where)
    text = _words(row, "text", where)
    if rule == "refuse":
        if "max_missing" in row:
            raise DefinitionError(f"{where}: 'max_missing' has no meaning with rule 'refuse'")
        return MissingRule(rule, text, source=_text(row, "source", where))
    max_missing = require(row, "max_missing", int, where)
    if any(term.kind == "max_of" for term in scoring.terms):
        raise DefinitionError(f"{where}: prorating is not defined for a total with 'max_of'")
    if not 0 < max_missing < len(scoring.terms):
        raise DefinitionError(f"{where}: max_missing is {max_missing}; it must be 1 to {len(scoring.terms) - 1}")
    return MissingRule(rule, text, max_missing, _words(row, "source", where))


def _band(row: dict[str, Any], where: str) -> Band:
    refuse_unknown_keys(row, {"key", "label", "lower", "upper", "source"}, where)
    lower, upper = require(row, "lower", int, where), require(row, "upper", int, where)
    if upper < lower:
        raise DefinitionError(f"{where}: upper end {upper} is below lower end {lower}")
    return Band(_name(row, "key", where), _words(row, "label", where), lower, upper, _words(row, "source", where))


def _threshold(row: dict[str, Any], where: str) -> Threshold:
    refuse_unknown_keys(row, {"key", "purpose", "at_or_above", "text", "source"}, where)
    return Threshold(
        key=_name(row, "key", where),
        purpose=_words(row, "purpose", where),
        at_or_above=require(row, "at_or_above", int, where),
        text=_words(row, "text", where),
        source=_words(row, "source", where),
    )


def _change(row: dict[str, Any], where: str) -> ChangeRule:
    kind = _one_of(row, "kind", CHANGE_KINDS, where)
    allowed = _CHANGE_NUMBER[kind]
    refuse_unknown_keys(row, {"key", "kind", "text", "source", *allowed}, where)
    named = [name for name in allowed if name in row]
    if len(named) != 1:
        raise DefinitionError(f"{where}: a '{kind}' rule needs exactly one of {', '.join(allowed)}")
    number = require(row, named[0], int, where)
    if number < 0 or (kind == "response" and number > 100):
        raise DefinitionError(f"{where}: {named[0]} is {number}, which is not possible")
    return ChangeRule(
        key=_name(row, "key", where),
        kind=kind,
        number=number,
        is_inclusive=named[0] != "below",
        text=_words(row, "text", where),
        source=_words(row, "source", where),
    )


def _codes(row: dict[str, Any], where: str) -> Codes:
    refuse_unknown_keys(row, {"system", "panel", "total"}, where)
    return Codes(*(_text(row, key, where) for key in ("system", "panel", "total")))


def _item_safety(row: dict[str, Any], where: str) -> ItemSafety:
    refuse_unknown_keys(row, {"item", "at_or_above", "meaning", "source"}, where)
    return ItemSafety(
        item=require(row, "item", str, where),
        at_or_above=require(row, "at_or_above", int, where),
        meaning=_words(row, "meaning", where),
        source=_words(row, "source", where),
    )


def _golden_rows(table: Mapping[str, Any], scoring: Scoring, where: str) -> tuple[Golden, ...]:
    order = scored_items(scoring.terms)
    return _rows(table, "golden", where, lambda row, place: _golden(row, order, place))


def _golden(row: dict[str, Any], order: tuple[str, ...], where: str) -> Golden:
    """`answers`: the scored items in order, "-" for unanswered; `total`: a number, a decimal text or "none"."""
    refuse_unknown_keys(row, {"name", "answers", "total", "band", "arithmetic"}, where)
    listed = require(row, "answers", list, where)
    if len(listed) != len(order):
        raise DefinitionError(f"{where}: {len(listed)} answers for {len(order)} scored items")
    return Golden(
        name=_words(row, "name", where),
        answers={item: None if value == "-" else value for item, value in zip(order, listed, strict=True)},
        total=_golden_total(row, where),
        band=_text(row, "band", where),
        arithmetic=_words(row, "arithmetic", where),
    )


def _golden_total(row: dict[str, Any], where: str) -> int | Decimal | None:
    value = row.get("total")
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if value == "none":
        return None
    try:
        return Decimal(require(row, "total", str, where))
    except InvalidOperation as error:
        raise DefinitionError(f"{where}: total '{value}' is not a number, a decimal text or \"none\"") from error


# --- checking the whole ------------------------------------------------------------------------------------------


def _check(instrument: Instrument, where: str) -> None:
    _check_bands(instrument, where)
    _check_points(instrument, where)
    _check_changes(instrument, where)
    _check_item_safety(instrument, where)
    _check_sources(instrument, where)
    _check_golden(instrument, where)


def _check_bands(instrument: Instrument, where: str) -> None:
    bands, scoring = instrument.bands, instrument.scoring
    if not bands:
        return
    if scoring.minimum is None or scoring.maximum is None:
        raise DefinitionError(f"{where}: bands without a total")
    _refuse_repeats([band.key for band in bands], "band", where)
    expected = scoring.minimum
    for band in bands:
        if band.lower != expected:
            raise DefinitionError(f"{where}: band '{band.key}' starts at {band.lower}; it must start at {expected}")
        expected = band.upper + 1
    if expected != scoring.maximum + 1:
        raise DefinitionError(f"{where}: bands end at {expected - 1}; the range ends at {scoring.maximum}")


def _check_points(instrument: Instrument, where: str) -> None:
    _refuse_repeats([threshold.key for threshold in instrument.thresholds], "threshold", where)
    for threshold in instrument.thresholds:
        _check_in_range(instrument, threshold.at_or_above, f"threshold '{threshold.key}'", where)


def _check_in_range(instrument: Instrument, points: int, what: str, where: str) -> None:
    low, high = instrument.scoring.minimum, instrument.scoring.maximum
    if low is None or high is None:
        raise DefinitionError(f"{where}: {what} without a total")
    if not low <= points <= high:
        raise DefinitionError(f"{where}: {what} is {points}, outside the range {low} to {high}")


def _check_changes(instrument: Instrument, where: str) -> None:
    _refuse_repeats([rule.key for rule in instrument.changes], "change rule", where)
    for kind in ("response", "reliable_change"):
        if len(instrument.changes_of(kind)) > 1:
            raise DefinitionError(f"{where}: more than one '{kind}' rule; a caller could not tell which one applies")
    for rule in instrument.changes:
        if rule.kind != "response":
            _check_in_range(instrument, rule.number, f"change rule '{rule.key}'", where)


def _check_item_safety(instrument: Instrument, where: str) -> None:
    for rule in instrument.item_safety:
        if not instrument.has_item(rule.item):
            raise DefinitionError(f"{where}: item_safety names item '{rule.item}', which does not exist")
        values = instrument.item(rule.item).answers.values
        if not min(values) < rule.at_or_above <= max(values):
            raise DefinitionError(
                f"{where}: item_safety for '{rule.item}' at {rule.at_or_above} could not tell answers apart"
            )


def _check_sources(instrument: Instrument, where: str) -> None:
    known = {source.key for source in instrument.identity.sources}
    _refuse_repeats([source.key for source in instrument.identity.sources], "source", where)
    cited = [("missing", instrument.missing_rule.source)] if instrument.missing_rule.source else []
    cited += [(f"band '{band.key}'", band.source) for band in instrument.bands]
    cited += [(f"threshold '{row.key}'", row.source) for row in instrument.thresholds]
    cited += [(f"change rule '{row.key}'", row.source) for row in instrument.changes]
    cited += [(f"item_safety '{row.item}'", row.source) for row in instrument.item_safety]
    for what, key in cited:
        if key not in known:
            raise DefinitionError(f"{where}: {what} cites source '{key}', which is not in [[sources]]")


def _check_golden(instrument: Instrument, where: str) -> None:
    if instrument.scoring.kind == "sum" and not instrument.golden:
        raise DefinitionError(f"{where}: an instrument with a total needs at least one [[golden]] example")
    _refuse_repeats([golden.name for golden in instrument.golden], "golden example", where)
    for golden in instrument.golden:
        _check_golden_answers(instrument, golden, where)
        total = total_of(instrument.scoring.terms, instrument.missing_rule, golden.answers)
        if total.value != golden.total:
            raise DefinitionError(f"{where}: golden '{golden.name}' should give {golden.total}, gives {total.value}")
        band = None if total.value is None else instrument.band_for(total.value)
        if (band.key if band else "") != golden.band:
            raise DefinitionError(
                f"{where}: golden '{golden.name}' should be in band '{golden.band or 'none'}', "
                f"is in '{band.key if band else 'none'}'"
            )


def _check_golden_answers(instrument: Instrument, golden: Golden, where: str) -> None:
    for item, value in golden.answers.items():
        accepted = instrument.item(item).answers.values
        if value is not None and (isinstance(value, bool) or value not in accepted):
            raise DefinitionError(f"{where}: golden '{golden.name}': {item} = {value!r}, accepted: {accepted}")
