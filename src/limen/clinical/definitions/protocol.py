"""Care protocols as data: phases, visits with windows, measures, and what is due in a dosing session by minute.

A protocol never holds a dose as an order: `doses_studied` says what was published, with its source.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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

VISIT_KINDS = ("preparation", "dosing", "integration", "review", "check-in-call")
ROUTES = ("iv", "im", "sc", "in", "sl", "po")
PLACES = ("clinic", "home")
MEASURE_ANCHORS = ("visit", "dose")
RECALL_ANSWERS = ("fits", "overlaps")
OBSERVATION_KINDS = ("vital", "rating", "sitter_check")
OBSERVATION_PHASES = ("before_dose", "dosing", "recovering", "after_dose")
PLANNING = "planning"  # a date chosen for a diary by this file, not a figure from a study


@dataclass(frozen=True)
class MeasureTemplate:
    """One instrument due around a visit.

    anchor: "visit" counts days from the visit's date; "dose" counts hours from the first dose of that visit.
    offset_days, offset_hours: exactly one is set; negative means before.
    recall_days: the instrument's recall window. recall: "fits" when the gap to the previous use of the same
    instrument is at least that long (checked), "overlaps" when the file knowingly asks sooner.
    """

    instrument: str
    anchor: str
    offset_days: int | None
    offset_hours: int | None
    recall_days: int | None
    recall: str

    @property
    def day_shift(self) -> int:
        """Whole calendar days from the visit's date, hours rounded down."""
        return self.offset_days if self.offset_days is not None else (self.offset_hours or 0) // 24


@dataclass(frozen=True)
class VisitTemplate:
    """A visit, placed `offset_days` from the start of the plan or from another visit.

    relative_to: the key of an earlier visit in the file, or "" for the start of the plan.
    duration_setting: the site setting that holds the appointment's length in minutes; duration_min is set instead
    when a source gives the length.
    basis: a source key, or "planning" for a diary choice that no study fixes.
    """

    key: str
    title: str
    kind: str
    phase: str
    relative_to: str
    offset_days: int
    window_before_days: int
    window_after_days: int
    duration_min: int | None
    duration_setting: str
    basis: str
    measures: tuple[MeasureTemplate, ...]


@dataclass(frozen=True)
class Phase:
    key: str
    name: str
    visits: tuple[VisitTemplate, ...]


@dataclass(frozen=True)
class ObservationRule:
    """What is due in a dosing session.

    kind: "vital", "rating" or "sitter_check"; instrument names the rating.
    phase: when it applies; "after_dose" runs from the first dose until the session ends.
    at_min: minutes from the first dose, from a source; or interval_setting: the site setting with the interval in
    minutes. reference_min is what a source reports, to be shown beside the setting and never used as a default.
    """

    key: str
    title: str
    kind: str
    instrument: str
    phase: str
    at_min: tuple[int, ...]
    interval_setting: str
    reference_min: int | None
    source: str


@dataclass(frozen=True)
class DoseStudied:
    """A dose as published. It is shown as evidence and is never an order."""

    text: str
    source: str


@dataclass(frozen=True)
class Protocol:
    identity: Identity
    drug: str
    route: str
    place: str
    summary: str
    doses_studied: tuple[DoseStudied, ...]
    phases: tuple[Phase, ...]
    cadence: tuple[ObservationRule, ...]

    @property
    def visits(self) -> tuple[VisitTemplate, ...]:
        return tuple(visit for phase in self.phases for visit in phase.visits)


def parse_protocol(text: str, where: str = "protocol") -> Protocol:
    """The protocol in a TOML text.

    Raises DefinitionError for unknown or repeated keys, an unknown or later `relative_to`, negative windows, windows
    on the wrong side of their anchor, dosing visits that overlap or run backwards, a measure marked "fits" that is
    asked sooner than its recall window, and any minute without a source or a setting.
    """
    table = parse_toml(text, where)
    refuse_unknown_keys(table, _HEAD | {"drug", "route", "place", "summary", *_TABLES}, where)
    identity = parse_identity(table, where)
    phases = tuple(_phase(row, f"{where} phases[{i}]") for i, row in enumerate(require(table, "phases", list, where)))
    protocol = Protocol(
        identity=identity,
        drug=require(table, "drug", str, where),
        route=_one_of(table, "route", ROUTES, where),
        place=_one_of(table, "place", PLACES, where),
        summary=require(table, "summary", str, where),
        doses_studied=tuple(
            _dose(row, f"{where} doses_studied[{i}]") for i, row in enumerate(table.get("doses_studied", []))
        ),
        phases=phases,
        cadence=tuple(
            _observation(row, f"{where} observations[{i}]") for i, row in enumerate(table.get("observations", []))
        ),
    )
    _check_sources(protocol)
    _check_visits(protocol.visits, where)
    return protocol


_HEAD = {"id", "version", "title", "status", "licence", "reviewed_by", "reviewed_on", "sources"}
_TABLES = {"doses_studied", "phases", "observations"}
_VISIT_KEYS = {
    "key",
    "title",
    "kind",
    "relative_to",
    "offset_days",
    "window_before_days",
    "window_after_days",
    "duration_min",
    "duration_setting",
    "basis",
    "measures",
}
_MEASURE_KEYS = {"instrument", "anchor", "offset_days", "offset_hours", "recall_days", "recall"}
_OBSERVATION_KEYS = {
    "key",
    "title",
    "kind",
    "instrument",
    "phase",
    "at_min",
    "interval_setting",
    "reference_min",
    "source",
}


def _one_of(table: Mapping[str, Any], key: str, allowed: Sequence[str], where: str) -> str:
    value = require(table, key, str, where)
    if value not in allowed:
        raise DefinitionError(f"{where}: {key} '{value}' is not one of {', '.join(allowed)}")
    return value


def _dose(row: Mapping[str, Any], where: str) -> DoseStudied:
    refuse_unknown_keys(row, {"text", "source"}, where)
    return DoseStudied(text=require(row, "text", str, where), source=require(row, "source", str, where))


def _phase(row: Mapping[str, Any], where: str) -> Phase:
    refuse_unknown_keys(row, {"key", "name", "visits"}, where)
    key = require(row, "key", str, where)
    visits = require(row, "visits", list, where)
    return Phase(
        key=key,
        name=require(row, "name", str, where),
        visits=tuple(_visit(v, key, f"{where} visits[{i}]") for i, v in enumerate(visits)),
    )


def _visit(row: Mapping[str, Any], phase: str, where: str) -> VisitTemplate:
    refuse_unknown_keys(row, _VISIT_KEYS, where)
    duration_min, duration_setting = row.get("duration_min"), row.get("duration_setting", "")
    if (duration_min is None) == (not duration_setting):
        raise DefinitionError(f"{where}: give either duration_min (with a source) or duration_setting")
    return VisitTemplate(
        key=require(row, "key", str, where),
        title=require(row, "title", str, where),
        kind=_one_of(row, "kind", VISIT_KINDS, where),
        phase=phase,
        relative_to=row.get("relative_to", ""),
        offset_days=require(row, "offset_days", int, where),
        window_before_days=_not_negative(row, "window_before_days", where),
        window_after_days=_not_negative(row, "window_after_days", where),
        duration_min=None if duration_min is None else _positive(row, "duration_min", where),
        duration_setting=duration_setting,
        basis=require(row, "basis", str, where),
        measures=tuple(_measure(m, f"{where} measures[{i}]") for i, m in enumerate(row.get("measures", []))),
    )


def _measure(row: Mapping[str, Any], where: str) -> MeasureTemplate:
    refuse_unknown_keys(row, _MEASURE_KEYS, where)
    days, hours = row.get("offset_days"), row.get("offset_hours")
    anchor = _one_of(row, "anchor", MEASURE_ANCHORS, where)
    if (days is None) == (hours is None):
        raise DefinitionError(f"{where}: give exactly one of offset_days and offset_hours")
    if (anchor == "visit") != (hours is None):
        raise DefinitionError(f"{where}: offset_hours counts from a dose, offset_days from a visit")
    recall_days = row.get("recall_days")
    recall = _one_of(row, "recall", RECALL_ANSWERS, where)
    if recall == "fits" and recall_days is None:
        raise DefinitionError(f"{where}: recall 'fits' needs recall_days")
    return MeasureTemplate(
        instrument=require(row, "instrument", str, where),
        anchor=anchor,
        offset_days=None if days is None else require(row, "offset_days", int, where),
        offset_hours=None if hours is None else require(row, "offset_hours", int, where),
        recall_days=None if recall_days is None else _positive(row, "recall_days", where),
        recall=recall,
    )


def _observation(row: Mapping[str, Any], where: str) -> ObservationRule:
    refuse_unknown_keys(row, _OBSERVATION_KEYS, where)
    at_min = tuple(require(row, "at_min", list, where)) if "at_min" in row else ()
    setting = row.get("interval_setting", "")
    phase = _one_of(row, "phase", OBSERVATION_PHASES, where)
    kind = _one_of(row, "kind", OBSERVATION_KINDS, where)
    if phase != "before_dose" and bool(at_min) == bool(setting):
        raise DefinitionError(f"{where}: give either at_min (with a source) or interval_setting")
    if any(not isinstance(m, int) or isinstance(m, bool) or m < 0 for m in at_min) or list(at_min) != sorted(
        set(at_min)
    ):
        raise DefinitionError(f"{where}: at_min must be whole minutes from the first dose, rising")
    if at_min and phase != "after_dose":
        raise DefinitionError(f"{where}: at_min counts from the first dose, so its phase is 'after_dose'")
    if (at_min or "reference_min" in row) and not row.get("source"):
        raise DefinitionError(f"{where}: minutes need a source")
    if (kind == "rating") != bool(row.get("instrument")):
        raise DefinitionError(f"{where}: a rating names its instrument, and nothing else does")
    return ObservationRule(
        key=require(row, "key", str, where),
        title=require(row, "title", str, where),
        kind=kind,
        instrument=row.get("instrument", ""),
        phase=phase,
        at_min=at_min,
        interval_setting=setting,
        reference_min=_positive(row, "reference_min", where) if "reference_min" in row else None,
        source=row.get("source", ""),
    )


def _not_negative(row: Mapping[str, Any], key: str, where: str) -> int:
    value = require(row, key, int, where)
    if value < 0:
        raise DefinitionError(f"{where}: {key} is {value}; it must be 0 or more")
    return value


def _positive(row: Mapping[str, Any], key: str, where: str) -> int:
    value = require(row, key, int, where)
    if value < 1:
        raise DefinitionError(f"{where}: {key} is {value}; it must be 1 or more")
    return value


def _check_sources(protocol: Protocol) -> None:
    for dose in protocol.doses_studied:
        protocol.identity.source(dose.source)
    for rule in protocol.cadence:
        if rule.source:
            protocol.identity.source(rule.source)
    for visit in protocol.visits:
        if visit.basis != PLANNING:
            protocol.identity.source(visit.basis)
        elif visit.duration_min is not None:
            raise DefinitionError(f"{protocol.identity.pin}: visit '{visit.key}' has duration_min without a source")


def nominal_days(visits: Sequence[VisitTemplate]) -> dict[str, int]:
    """Day of each visit counted from the start of the plan (day 0), before any weekday is considered."""
    days: dict[str, int] = {}
    for visit in visits:
        days[visit.key] = visit.offset_days + (days[visit.relative_to] if visit.relative_to else 0)
    return days


def _check_visits(visits: Sequence[VisitTemplate], where: str) -> None:
    kinds: dict[str, str] = {}
    for visit in visits:
        if visit.key in kinds:
            raise DefinitionError(f"{where}: visit key '{visit.key}' is used twice")
        if visit.relative_to and visit.relative_to not in kinds:
            raise DefinitionError(
                f"{where}: visit '{visit.key}' is relative to '{visit.relative_to}', which no earlier visit is called"
            )
        if visit.kind == "dosing" and kinds.get(visit.relative_to, "dosing") != "dosing":
            raise DefinitionError(f"{where}: dosing visit '{visit.key}' must be relative to the start or to a dose")
        _check_side_of_anchor(visit, where)
        kinds[visit.key] = visit.kind
    days = nominal_days(visits)
    _check_dosing_windows([v for v in visits if v.kind == "dosing"], days, where)
    _check_recall(visits, days, where)


def _check_side_of_anchor(visit: VisitTemplate, where: str) -> None:
    """A visit after its anchor may not begin before it, and a visit before its anchor may not end after it."""
    if not visit.relative_to:
        return
    first, last = visit.offset_days - visit.window_before_days, visit.offset_days + visit.window_after_days
    if (visit.offset_days >= 0 and first < 0) or (visit.offset_days < 0 and last > 0):
        raise DefinitionError(
            f"{where}: the window of '{visit.key}' (day {first} to {last}) crosses its anchor '{visit.relative_to}'"
        )


def _check_dosing_windows(doses: Sequence[VisitTemplate], days: Mapping[str, int], where: str) -> None:
    for one, two in pairwise(doses):
        last, first = days[one.key] + one.window_after_days, days[two.key] - two.window_before_days
        if last >= first:
            raise DefinitionError(
                f"{where}: dosing visits '{one.key}' (until day {last}) and '{two.key}' (from day {first}) overlap"
            )


def _check_recall(visits: Sequence[VisitTemplate], days: Mapping[str, int], where: str) -> None:
    uses: dict[str, list[tuple[int, MeasureTemplate]]] = {}
    for visit in visits:
        for measure in visit.measures:
            uses.setdefault(measure.instrument, []).append((days[visit.key] + measure.day_shift, measure))
    for instrument, rows in uses.items():
        rows.sort(key=lambda row: row[0])
        for (day_before, _), (day, measure) in pairwise(rows):
            gap_days = day - day_before
            if measure.recall == "fits" and measure.recall_days is not None and gap_days < measure.recall_days:
                raise DefinitionError(
                    f"{where}: '{instrument}' on day {day} comes {gap_days} days after the one before, inside its "
                    f"recall window of {measure.recall_days} days; mark it recall = 'overlaps' or move it"
                )
