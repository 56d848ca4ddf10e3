"""Which product may be used by which route in which place (SR-02), as data."""

from collections.abc import Mapping
from dataclasses import dataclass
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

ANSWERS = ("allowed", "never", "site_signed")
PLACES = ("clinic", "home")


@dataclass(frozen=True)
class PlaceRule:
    """setting_key: for site_signed, the yes/no setting the site must have signed."""

    drug: str
    route: str
    place: str
    answer: str
    reason: str
    setting_key: str
    source: Source


@dataclass(frozen=True)
class ProductPlaceMatrix:
    identity: Identity
    rules: tuple[PlaceRule, ...]

    def find(self, *, drug: str, route: str, place: str) -> PlaceRule | None:
        """The rule for this combination, or None: a combination nobody wrote down is not allowed."""
        for rule in self.rules:
            if (rule.drug, rule.route, rule.place) == (drug, route, place):
                return rule
        return None


def parse_product_place(text: str, where: str = "product-place") -> ProductPlaceMatrix:
    """Read the matrix. Raises DefinitionError for an unknown answer or a combination given twice."""
    table = parse_toml(text, where)
    identity = parse_identity(table, where)
    rows = require(table, "rules", list, where)
    rules = tuple(_parse_rule(row, identity, f"{where} rules[{i}]") for i, row in enumerate(rows))
    cells = [(rule.drug, rule.route, rule.place) for rule in rules]
    if not cells or len(set(cells)) != len(cells):
        raise DefinitionError(f"{where}: needs rules, and each drug, route and place only once")
    return ProductPlaceMatrix(identity, rules)


def _parse_rule(row: Mapping[str, Any], identity: Identity, where: str) -> PlaceRule:
    refuse_unknown_keys(row, {"drug", "route", "place", "answer", "reason", "setting", "source"}, where)
    answer = require(row, "answer", str, where)
    place = require(row, "place", str, where)
    setting_key = row.get("setting", "")
    if answer not in ANSWERS or place not in PLACES:
        raise DefinitionError(f"{where}: answer is one of {', '.join(ANSWERS)}; place is one of {', '.join(PLACES)}")
    if (answer == "site_signed") != bool(setting_key):
        raise DefinitionError(f"{where}: 'setting' belongs to answer site_signed, and only there")
    return PlaceRule(
        drug=require(row, "drug", str, where),
        route=require(row, "route", str, where),
        place=place,
        answer=answer,
        reason=require(row, "reason", str, where),
        setting_key=setting_key,
        source=identity.source(require(row, "source", str, where)),
    )
