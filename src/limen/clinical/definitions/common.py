"""What every knowledge file shares: identity, status, licence, sources, and errors that say where."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

GRADES = ("A", "B", "U")
STATUSES = ("draft", "released", "withdrawn")

T = TypeVar("T")


class DefinitionError(ValueError):
    """A knowledge file says something impossible; the message names the file, the place and the remedy."""


@dataclass(frozen=True)
class Source:
    """Where a statement comes from.

    grade: A read in the primary source; B read in a secondary source; U not verified (never released).
    """

    key: str
    citation: str
    place: str = ""
    url: str = ""
    grade: str = "A"


@dataclass(frozen=True)
class Identity:
    """The head of a knowledge file. `pin` names one immutable version."""

    id: str
    version: str
    title: str
    status: str
    licence: str
    reviewed_by: str
    reviewed_on: str
    sources: tuple[Source, ...]

    @property
    def pin(self) -> str:
        return f"{self.id}@{self.version}"

    def source(self, key: str) -> Source:
        for source in self.sources:
            if source.key == key:
                return source
        raise DefinitionError(f"{self.pin}: no source '{key}' in [[sources]]")


def parse_toml(text: str, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(f"{where}: not valid TOML: {error}") from error


def require(table: Mapping[str, Any], key: str, kind: type[T], where: str) -> T:
    """The value of `key`, or a DefinitionError that says what is missing or of the wrong kind."""
    if key not in table:
        raise DefinitionError(f"{where}: '{key}' is missing")
    value = table[key]
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise DefinitionError(f"{where}: '{key}' must be {kind.__name__}, not {type(value).__name__}")
    return value


def refuse_unknown_keys(table: Mapping[str, Any], allowed: set[str], where: str) -> None:
    unknown = sorted(set(table) - allowed)
    if unknown:
        raise DefinitionError(f"{where}: unknown key '{unknown[0]}'; known: {', '.join(sorted(allowed))}")


def parse_identity(table: Mapping[str, Any], where: str) -> Identity:
    """Read the head. A released file must have at least one source, and none of them graded U."""
    status = require(table, "status", str, where)
    if status not in STATUSES:
        raise DefinitionError(f"{where}: status '{status}' is not one of {', '.join(STATUSES)}")
    sources = tuple(_parse_source(row, f"{where} sources[{i}]") for i, row in enumerate(table.get("sources", [])))
    if status == "released":
        if not sources:
            raise DefinitionError(f"{where}: a released file needs at least one [[sources]] entry")
        unverified = [source.key for source in sources if source.grade == "U"]
        if unverified:
            raise DefinitionError(f"{where}: a released file cannot rest on unverified source '{unverified[0]}'")
    return Identity(
        id=require(table, "id", str, where),
        version=require(table, "version", str, where),
        title=require(table, "title", str, where),
        status=status,
        licence=require(table, "licence", str, where),
        reviewed_by=table.get("reviewed_by", ""),
        reviewed_on=table.get("reviewed_on", ""),
        sources=sources,
    )


def _parse_source(row: Mapping[str, Any], where: str) -> Source:
    refuse_unknown_keys(row, {"key", "citation", "place", "url", "grade"}, where)
    grade = require(row, "grade", str, where)
    if grade not in GRADES:
        raise DefinitionError(f"{where}: grade '{grade}' is not one of {', '.join(GRADES)}")
    return Source(
        key=require(row, "key", str, where),
        citation=require(row, "citation", str, where),
        place=row.get("place", ""),
        url=row.get("url", ""),
        grade=grade,
    )
