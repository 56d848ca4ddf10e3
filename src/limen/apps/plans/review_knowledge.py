"""The knowledge file beside a review: published odds with their n, and the options to weigh."""

from dataclasses import dataclass
from typing import Any

from limen.apps.records import knowledge
from limen.clinical.definitions.common import (
    DefinitionError,
    Identity,
    Source,
    parse_identity,
    parse_toml,
    refuse_unknown_keys,
    require,
)


@dataclass(frozen=True)
class Odds:
    """What was published about the course after a given point, with how many people and on which routes."""

    after: str
    finding: str
    n: str
    routes: tuple[str, ...]
    source: Source


@dataclass(frozen=True)
class Option:
    key: str
    title: str
    text: str


@dataclass(frozen=True)
class ReviewKnowledge:
    identity: Identity
    odds: tuple[Odds, ...]
    options: tuple[Option, ...]

    def odds_for(self, route: str) -> list[Odds]:
        """Findings of this route; another route's findings are left out, not carried over."""
        return [row for row in self.odds if route in row.routes]


def parse_review(text: str, where: str = "review") -> ReviewKnowledge:
    """Read the file. Raises DefinitionError for an unknown source, an unknown key, or no option beside a dose."""
    table = parse_toml(text, where)
    identity = parse_identity(table, where)
    options = tuple(
        _option(row, f"{where} options[{i}]") for i, row in enumerate(require(table, "options", list, where))
    )
    if not [option for option in options if option.key != "dose"]:
        raise DefinitionError(f"{where}: a review lists other options beside a dose")
    odds = tuple(_odds(row, identity, f"{where} odds[{i}]") for i, row in enumerate(table.get("odds", [])))
    return ReviewKnowledge(identity, odds, options)


def _option(row: dict[str, Any], where: str) -> Option:
    refuse_unknown_keys(row, {"key", "title", "text"}, where)
    return Option(require(row, "key", str, where), require(row, "title", str, where), require(row, "text", str, where))


def _odds(row: dict[str, Any], identity: Identity, where: str) -> Odds:
    refuse_unknown_keys(row, {"after", "finding", "n", "routes", "source"}, where)
    return Odds(
        after=require(row, "after", str, where),
        finding=require(row, "finding", str, where),
        n=require(row, "n", str, where),
        routes=tuple(require(row, "routes", list, where)),
        source=identity.source(require(row, "source", str, where)),
    )


def review_knowledge() -> ReviewKnowledge:
    return knowledge.load("rules", "review", None, parse_review)
