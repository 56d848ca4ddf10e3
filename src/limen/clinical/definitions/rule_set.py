"""Rule sets: criteria as data, each with its condition, its words for every outcome and its source."""

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
from limen.clinical.rules import Condition, RuleError, facts_in, parse_condition, settings_in

CLASSES = ("contraindication", "caution", "required", "programme-exclusion")
FACT_KINDS = ("yes-no", "number", "choice", "text")


@dataclass(frozen=True)
class FactDefinition:
    """An input of the rules: what it is called on screen and what kind of value it holds."""

    name: str
    title: str
    kind: str
    unit: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Criterion:
    """One line of an assessment.

    condition: for "required" the thing that must hold; for the other classes the concern itself.
    is_remediable: the person or the clinic can change it, so a public page may name it (SR-60).
    """

    id: str
    title: str
    criterion_class: str
    condition: Condition
    met_text: str
    not_met_text: str
    cannot_tell_text: str
    patient_text: str
    change_text: str
    clinician_asks: str
    is_remediable: bool
    source: Source
    source_place: str

    @property
    def facts(self) -> tuple[str, ...]:
        return tuple(sorted(facts_in(self.condition)))

    @property
    def setting_keys(self) -> tuple[str, ...]:
        return tuple(sorted(settings_in(self.condition)))


@dataclass(frozen=True)
class RuleSet:
    identity: Identity
    facts: tuple[FactDefinition, ...]
    criteria: tuple[Criterion, ...]

    def fact(self, name: str) -> FactDefinition:
        """The definition of a fact. Raises KeyError when the rule set does not know it."""
        for definition in self.facts:
            if definition.name == name:
                return definition
        raise KeyError(f"{self.identity.pin} has no fact '{name}'")

    def criterion(self, criterion_id: str) -> Criterion:
        """The criterion with this id. Raises KeyError when there is none."""
        for criterion in self.criteria:
            if criterion.id == criterion_id:
                return criterion
        raise KeyError(f"{self.identity.pin} has no criterion '{criterion_id}'")


def parse_rule_set(text: str, where: str = "rule set") -> RuleSet:
    """Read a rule set. Raises DefinitionError that names the criterion and the fault."""
    table = parse_toml(text, where)
    identity = parse_identity(table, where)
    facts = tuple(parse_fact(row, f"{where} facts[{i}]") for i, row in enumerate(require(table, "facts", list, where)))
    rows = require(table, "criteria", list, where)
    criteria = tuple(_parse_criterion(row, identity, f"{where} criteria[{i}]") for i, row in enumerate(rows))
    refuse_repeats([fact.name for fact in facts], f"{where} facts")
    refuse_repeats([criterion.id for criterion in criteria], f"{where} criteria")
    if not criteria:
        raise DefinitionError(f"{where}: no criteria; an empty rule set finds nothing and is refused")
    _check_facts(criteria, {fact.name for fact in facts}, where)
    return RuleSet(identity, facts, criteria)


def parse_fact(row: Mapping[str, Any], where: str) -> FactDefinition:
    refuse_unknown_keys(row, {"name", "title", "kind", "unit", "choices"}, where)
    kind = require(row, "kind", str, where)
    if kind not in FACT_KINDS:
        raise DefinitionError(f"{where}: kind '{kind}' is not one of {', '.join(FACT_KINDS)}")
    choices = tuple(row.get("choices", []))
    if (kind == "choice") != bool(choices):
        raise DefinitionError(f"{where}: 'choices' belongs to kind choice, and only there")
    return FactDefinition(
        name=require(row, "name", str, where),
        title=require(row, "title", str, where),
        kind=kind,
        unit=row.get("unit", ""),
        choices=choices,
    )


def refuse_repeats(names: list[str], where: str) -> None:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise DefinitionError(f"{where}: '{repeated[0]}' is defined twice")


_KEYS = {
    "id", "title", "class", "condition", "met", "not_met", "cannot_tell", "patient_text", "change_text",
    "clinician_asks", "remediable", "source", "place",
}  # fmt: skip


def _parse_criterion(row: Mapping[str, Any], identity: Identity, where: str) -> Criterion:
    criterion_id = require(row, "id", str, where)
    where = f"{where} {criterion_id}"
    refuse_unknown_keys(row, _KEYS, where)
    criterion_class = require(row, "class", str, where)
    if criterion_class not in CLASSES:
        raise DefinitionError(f"{where}: class '{criterion_class}' is not one of {', '.join(CLASSES)}")
    is_remediable = require(row, "remediable", bool, where)
    change_text = row.get("change_text", "")
    if is_remediable != bool(change_text):
        raise DefinitionError(f"{where}: 'change_text' belongs to a remediable criterion, and only there (SR-60)")
    try:
        condition = parse_condition(row.get("condition"), f"{where} condition")
    except RuleError as error:
        raise DefinitionError(str(error)) from error
    return Criterion(
        id=criterion_id,
        title=require(row, "title", str, where),
        criterion_class=criterion_class,
        condition=condition,
        met_text=require(row, "met", str, where),
        not_met_text=require(row, "not_met", str, where),
        cannot_tell_text=require(row, "cannot_tell", str, where),
        patient_text=require(row, "patient_text", str, where),
        change_text=change_text,
        clinician_asks=require(row, "clinician_asks", str, where),
        is_remediable=is_remediable,
        source=identity.source(require(row, "source", str, where)),
        source_place=require(row, "place", str, where),
    )


def _check_facts(criteria: tuple[Criterion, ...], known: set[str], where: str) -> None:
    for criterion in criteria:
        undeclared = sorted(facts_in(criterion.condition) - known)
        if undeclared:
            raise DefinitionError(f"{where} {criterion.id}: fact '{undeclared[0]}' is not declared in [[facts]]")
