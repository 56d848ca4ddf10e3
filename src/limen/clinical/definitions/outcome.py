"""The outcome definition: windows, response and remission rules, wording of every denominator."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any

from limen.clinical.definitions.common import (
    DefinitionError,
    Identity,
    parse_identity,
    parse_toml,
    refuse_unknown_keys,
    require,
)

HEAD_KEYS = {"id", "version", "title", "status", "licence", "reviewed_by", "reviewed_on", "sources"}
BODY_KEYS = {
    "primary_instrument",
    "confidence",
    "smallest_cell",
    "smallest_cell_source",
    "interval_note",
    "windows",
    "wording",
    "instruments",
}


@dataclass(frozen=True)
class OutcomeWindow:
    """Days after the first dose (day 0) in which a score counts for `week`; both ends belong to the window."""

    week: int
    target_day: int
    days_before: int
    days_after: int
    source: str

    @property
    def first_day(self) -> int:
        return self.target_day - self.days_before

    @property
    def last_day(self) -> int:
        return self.target_day + self.days_after

    @property
    def text(self) -> str:
        days = f"day {self.first_day} to {self.last_day} after the first dose"
        return f"week {self.week}: {days}, nearest day {self.target_day}"


@dataclass(frozen=True)
class ResponseRule:
    """A fall from baseline of at least `percent_fall` percent."""

    percent_fall: float
    text: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class RemissionRule:
    """A score of at most `highest_score` points."""

    key: str
    highest_score: float
    text: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class InstrumentOutcomes:
    """What counts as response and remission on one instrument, on which lower is better."""

    id: str
    title: str
    minimum: float
    maximum: float
    response: ResponseRule
    remission: tuple[RemissionRule, ...]

    def remission_rule(self, key: str) -> RemissionRule:
        """The rule named `key`; ValueError names the rules that exist."""
        for rule in self.remission:
            if rule.key == key:
                return rule
        known = ", ".join(rule.key for rule in self.remission)
        raise ValueError(f"{self.title} has no remission rule {key!r}; known: {known}")


@dataclass(frozen=True)
class OutcomeWording:
    """The sentences printed beside each number."""

    improved: str
    deteriorated: str
    mean_change: str
    mean_percent_change: str
    percent_change_of_means: str
    completers: str
    due: str
    missing_left_out: str
    missing_counted_against: str
    missing_counted_as_worse: str
    choice_of_score: str


@dataclass(frozen=True)
class OutcomeDefinition:
    """One immutable version of how outcomes are counted."""

    identity: Identity
    primary_instrument: str
    confidence: float
    smallest_cell: int
    smallest_cell_source: str
    interval_note: str
    windows: tuple[OutcomeWindow, ...]
    wording: OutcomeWording
    instruments: tuple[InstrumentOutcomes, ...]

    def window(self, week: int) -> OutcomeWindow:
        """The window of `week`; ValueError names the weeks that exist."""
        for window in self.windows:
            if window.week == week:
                return window
        known = ", ".join(str(window.week) for window in self.windows)
        raise ValueError(f"no outcome window for week {week!r}; known weeks: {known}")

    def instrument(self, instrument_id: str) -> InstrumentOutcomes:
        """The rules of one instrument; ValueError names the instruments that exist."""
        for instrument in self.instruments:
            if instrument.id == instrument_id:
                return instrument
        known = ", ".join(instrument.id for instrument in self.instruments)
        raise ValueError(f"no outcome rules for instrument {instrument_id!r}; known: {known}")


def parse_outcome_definition(text: str, where: str) -> OutcomeDefinition:
    """The definition in `text`; `where` names the file in messages. Raises DefinitionError."""
    table = parse_toml(text, where)
    refuse_unknown_keys(table, HEAD_KEYS | BODY_KEYS, where)
    identity = parse_identity(table, where)
    definition = OutcomeDefinition(
        identity=identity,
        primary_instrument=require(table, "primary_instrument", str, where),
        confidence=_between(table, "confidence", 0, 1, where),
        smallest_cell=_whole_above_zero(table, "smallest_cell", where),
        smallest_cell_source=_source(identity, require(table, "smallest_cell_source", str, where)),
        interval_note=require(table, "interval_note", str, where),
        windows=_parse_windows(table, identity, where),
        wording=_parse_wording(require(table, "wording", dict, where), f"{where} wording"),
        instruments=_parse_instruments(table, identity, where),
    )
    if definition.primary_instrument not in {row.id for row in definition.instruments}:
        raise DefinitionError(f"{where}: primary_instrument '{definition.primary_instrument}' has no [[instruments]]")
    return definition


def _parse_windows(table: Mapping[str, Any], identity: Identity, where: str) -> tuple[OutcomeWindow, ...]:
    rows = require(table, "windows", list, where)
    windows = tuple(_parse_window(row, identity, f"{where} windows[{i}]") for i, row in enumerate(rows))
    if not windows:
        raise DefinitionError(f"{where}: at least one [[windows]] entry is needed")
    for earlier, later in pairwise(windows):
        if later.week <= earlier.week or later.first_day <= earlier.last_day:
            raise DefinitionError(
                f"{where}: the windows of week {earlier.week} and week {later.week} overlap or are out of order"
            )
    return windows


def _parse_window(row: Mapping[str, Any], identity: Identity, where: str) -> OutcomeWindow:
    refuse_unknown_keys(row, {field.name for field in fields(OutcomeWindow)}, where)
    window = OutcomeWindow(
        week=_whole_above_zero(row, "week", where),
        target_day=_whole_above_zero(row, "target_day", where),
        days_before=_whole(row, "days_before", where),
        days_after=_whole(row, "days_after", where),
        source=_source(identity, require(row, "source", str, where)),
    )
    if window.first_day < 1:
        raise DefinitionError(f"{where}: the window must begin after the day of the first dose")
    return window


def _parse_wording(row: Mapping[str, Any], where: str) -> OutcomeWording:
    names = [field.name for field in fields(OutcomeWording)]
    refuse_unknown_keys(row, set(names), where)
    return OutcomeWording(**{name: require(row, name, str, where) for name in names})


def _parse_instruments(table: Mapping[str, Any], identity: Identity, where: str) -> tuple[InstrumentOutcomes, ...]:
    rows = require(table, "instruments", list, where)
    parsed = tuple(_parse_instrument(row, identity, f"{where} instruments[{i}]") for i, row in enumerate(rows))
    if len({row.id for row in parsed}) != len(parsed):
        raise DefinitionError(f"{where}: an instrument is named twice")
    return parsed


def _parse_instrument(row: Mapping[str, Any], identity: Identity, where: str) -> InstrumentOutcomes:
    refuse_unknown_keys(row, {field.name for field in fields(InstrumentOutcomes)}, where)
    minimum, maximum = _number(row, "minimum", where), _number(row, "maximum", where)
    if not minimum < maximum:
        raise DefinitionError(f"{where}: maximum {maximum:g} must be above minimum {minimum:g}")
    rules = require(row, "remission", list, where)
    return InstrumentOutcomes(
        id=require(row, "id", str, where),
        title=require(row, "title", str, where),
        minimum=minimum,
        maximum=maximum,
        response=_parse_response(require(row, "response", dict, where), identity, f"{where} response"),
        remission=_parse_remissions(rules, identity, (minimum, maximum), f"{where} remission"),
    )


def _parse_response(row: Mapping[str, Any], identity: Identity, where: str) -> ResponseRule:
    refuse_unknown_keys(row, {field.name for field in fields(ResponseRule)}, where)
    return ResponseRule(
        percent_fall=_between(row, "percent_fall", 0, 100, where),
        text=require(row, "text", str, where),
        sources=_sources(row, identity, where),
    )


def _parse_remissions(
    rows: list[Mapping[str, Any]], identity: Identity, limits: tuple[float, float], where: str
) -> tuple[RemissionRule, ...]:
    if not rows:
        raise DefinitionError(f"{where}: at least one remission rule is needed")
    rules = []
    for index, row in enumerate(rows):
        place = f"{where}[{index}]"
        refuse_unknown_keys(row, {field.name for field in fields(RemissionRule)}, place)
        highest = _number(row, "highest_score", place)
        if not limits[0] <= highest < limits[1]:
            raise DefinitionError(f"{place}: highest_score {highest:g} lies outside {limits[0]:g} to {limits[1]:g}")
        text, key = require(row, "text", str, place), require(row, "key", str, place)
        rules.append(RemissionRule(key=key, highest_score=highest, text=text, sources=_sources(row, identity, place)))
    if len({rule.key for rule in rules}) != len(rules):
        raise DefinitionError(f"{where}: a remission rule is named twice")
    return tuple(rules)


def _sources(row: Mapping[str, Any], identity: Identity, where: str) -> tuple[str, ...]:
    keys = require(row, "sources", list, where)
    if not keys:
        raise DefinitionError(f"{where}: a rule needs at least one source")
    return tuple(_source(identity, key) for key in keys)


def _source(identity: Identity, key: str) -> str:
    return identity.source(key).key


def _number(row: Mapping[str, Any], key: str, where: str) -> float:
    value = row.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise DefinitionError(f"{where}: '{key}' must be a number")
    return float(value)


def _between(row: Mapping[str, Any], key: str, low: float, high: float, where: str) -> float:
    value = _number(row, key, where)
    if not low < value < high:
        raise DefinitionError(f"{where}: '{key}' must lie between {low:g} and {high:g}; it is {value:g}")
    return value


def _whole(row: Mapping[str, Any], key: str, where: str) -> int:
    value = require(row, key, int, where)
    if value < 0:
        raise DefinitionError(f"{where}: '{key}' must not be negative; it is {value}")
    return value


def _whole_above_zero(row: Mapping[str, Any], key: str, where: str) -> int:
    value = _whole(row, key, where)
    if value == 0:
        raise DefinitionError(f"{where}: '{key}' must be above zero")
    return value
