"""Read an instrument file: the closed TOML form of a questionnaire or rating scale."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from limen.clinical.definitions.common import (
    DefinitionError,
    parse_identity,
    parse_toml,
    refuse_unknown_keys,
    require,
)
from limen.clinical.definitions.instrument_checks import check_instrument, refuse_repeats
from limen.clinical.definitions.instrument_total import (
    MISSING_RULES,
    TERM_KINDS,
    MissingRule,
    Term,
    exact_range,
    scored_items,
)
from limen.clinical.definitions.instrument_values import (
    AnswerList,
    Band,
    ChangeRule,
    Codes,
    Condition,
    Golden,
    Instrument,
    Item,
    ItemSafety,
    Option,
    Recall,
    Scoring,
    Subscore,
    Threshold,
)

__all__ = [
    "AnswerList",
    "Band",
    "ChangeRule",
    "Codes",
    "Condition",
    "Golden",
    "Instrument",
    "Item",
    "ItemSafety",
    "MissingRule",
    "Option",
    "Recall",
    "Scoring",
    "Subscore",
    "Term",
    "Threshold",
    "parse_instrument",
]

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
    check_instrument(instrument, where)
    return instrument


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
    refuse_repeats([option.value for option in options], "value", where)
    refuse_repeats([option.key for option in options], "option key", where)
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
    refuse_repeats([answers.key for answers in answer_lists], "answer list", where)
    by_key = {answers.key: answers for answers in answer_lists}
    items = _rows(table, "items", where, lambda row, place: _item(row, by_key, place))
    if not items:
        raise DefinitionError(f"{where}: an instrument needs at least one [[items]] entry")
    refuse_repeats([item.id for item in items], "item id", where)
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
    refuse_repeats([subscore.id for subscore in subscores], "subscore", where)
    return Scoring(kind, direction, terms, minimum, maximum, subscores)


def _subscore(row: dict[str, Any], items: tuple[Item, ...], where: str) -> Subscore:
    refuse_unknown_keys(row, {"id", "title", "terms"}, where)
    return Subscore(id=_name(row, "id", where), title=_words(row, "title", where), terms=_terms(row, items, where))


def _terms(row: dict[str, Any], items: tuple[Item, ...], where: str) -> tuple[Term, ...]:
    by_id = {item.id: item for item in items}
    terms = _rows(row, "terms", where, lambda term, place: _term(term, by_id, place))
    if not terms:
        raise DefinitionError(f"{where}: 'terms' is empty")
    refuse_repeats(scored_items(terms), "scored item", where)
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
