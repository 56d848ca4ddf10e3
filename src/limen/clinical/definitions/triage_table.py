"""Suicide triage as data: which answers belong to which tier, and the item-nine rule."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from limen.clinical.definitions.common import (
    DefinitionError,
    Identity,
    Source,
    parse_identity,
    parse_toml,
    refuse_unknown_keys,
    require,
)

DUES = ("now", "same_day", "next_covered")  # most urgent first


@dataclass(frozen=True)
class TierRow:
    """A yes to any of `any_yes` puts a person in this tier. The most urgent row that fits counts."""

    level: str
    title: str
    any_yes: tuple[str, ...]
    due: str
    reason: str
    source: Source
    source_place: str


@dataclass(frozen=True)
class TierTable:
    """questions: every question that must be answered; skip_if_no: questions the form itself skips after a no."""

    identity: Identity
    questions: tuple[str, ...]
    skip_if_no: Mapping[str, str]
    rows: tuple[TierRow, ...]


@dataclass(frozen=True)
class ItemNineRule:
    """signal_at: the lowest item-nine answer (0-3) that calls for the structured screen in the same contact."""

    identity: Identity
    signal_at: int
    reason: str
    zero_reason: str
    source: Source


def parse_tier_table(text: str, where: str = "triage") -> TierTable:
    """Read a tier table. Raises DefinitionError that names the row and the fault."""
    table = parse_toml(text, where)
    identity = parse_identity(table, where)
    questions = tuple(require(table, "questions", list, where))
    skips = require(table, "skip_if_no", dict, where)
    rows = tuple(
        _parse_row(row, identity, questions, f"{where} tiers[{i}]")
        for i, row in enumerate(require(table, "tiers", list, where))
    )
    if not rows or not questions or not set(skips) | set(skips.values()) <= set(questions):
        raise DefinitionError(f"{where}: needs questions and tiers, and skip_if_no may name only those questions")
    return TierTable(identity, questions, skips, rows)


def with_site_tiers(table: TierTable, rows: Iterable[Mapping[str, Any]], *, signed_as: str) -> TierTable:
    """The table with the site's own lower tiers after the sourced ones, so a site can never weaken those.

    rows: the value of the setting `triage.lower_tiers`: level, any_yes (question ids, separated by spaces), due.
    signed_as: how the site's decision is cited, e.g. "Site setting triage.lower_tiers, signed 3 May 2026".
    Raises DefinitionError for an unknown question or due time.
    """
    source = Source(key="site", citation=signed_as, grade="A")
    added = []
    for i, row in enumerate(rows):
        where = f"triage.lower_tiers entry {i + 1}"
        any_yes = tuple(str(row.get("any_yes", "")).split())
        _check_tier(any_yes, str(row.get("due", "")), table.questions, where)
        level = require(row, "level", str, where)
        reason = f"Answered yes to {', '.join(any_yes)}; the site's signed tier is “{level}”."
        added.append(TierRow(level, level, any_yes, str(row["due"]), reason, source, f"entry {i + 1}"))
    return replace(table, rows=table.rows + tuple(added))


def parse_item_nine(text: str, where: str = "item-nine") -> ItemNineRule:
    """Read the item-nine rule. Raises DefinitionError."""
    table = parse_toml(text, where)
    identity = parse_identity(table, where)
    signal_at = require(table, "signal_at", int, where)
    if signal_at < 1:
        raise DefinitionError(f"{where}: signal_at is {signal_at}; an answer of 0 cannot be a signal")
    return ItemNineRule(
        identity=identity,
        signal_at=signal_at,
        reason=require(table, "reason", str, where),
        zero_reason=require(table, "zero_reason", str, where),
        source=identity.source(require(table, "source", str, where)),
    )


def _parse_row(row: Mapping[str, Any], identity: Identity, questions: tuple[str, ...], where: str) -> TierRow:
    refuse_unknown_keys(row, {"level", "title", "any_yes", "due", "reason", "source", "place"}, where)
    any_yes = tuple(require(row, "any_yes", list, where))
    due = require(row, "due", str, where)
    _check_tier(any_yes, due, questions, where)
    return TierRow(
        level=require(row, "level", str, where),
        title=require(row, "title", str, where),
        any_yes=any_yes,
        due=due,
        reason=require(row, "reason", str, where),
        source=identity.source(require(row, "source", str, where)),
        source_place=require(row, "place", str, where),
    )


def _check_tier(any_yes: tuple[str, ...], due: str, questions: tuple[str, ...], where: str) -> None:
    unknown = sorted(set(any_yes) - set(questions))
    if not any_yes or unknown:
        raise DefinitionError(f"{where}: any_yes must name questions of {', '.join(questions)}; got {any_yes}")
    if due not in DUES:
        raise DefinitionError(f"{where}: due '{due}' is not one of {', '.join(DUES)}")
