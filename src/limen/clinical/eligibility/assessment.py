"""Criteria against facts: what was found, from which input, by which source, and what is missing.

There is no overall verdict here on purpose: a person decides and signs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from limen.clinical.definitions.rule_set import Criterion, RuleSet
from limen.clinical.rules import Fact, Facts, Scalar, Settings, Unknown, Value, evaluate


@dataclass(frozen=True)
class InputUsed:
    """A fact as the rule saw it. age_days: None when the fact carries no date or no day was given."""

    name: str
    title: str
    value: Scalar
    unit: str
    observed_on: date | None
    age_days: int | None
    source: str


@dataclass(frozen=True)
class CriterionResult:
    """state: met, not met or cannot tell, of the criterion as titled. missing: what would settle it, in plain words."""

    id: str
    title: str
    criterion_class: str
    state: Value
    finding: str
    inputs: tuple[InputUsed, ...]
    missing: tuple[str, ...]
    missing_titles: tuple[str, ...]
    source: str
    source_grade: str
    source_place: str
    is_concern: bool


@dataclass(frozen=True)
class Assessment:
    """pin: the rule set's version. counts: how many concerns, cannot-tell and clear lines, per class of criterion."""

    pin: str
    results: tuple[CriterionResult, ...]

    def with_state(self, state: Value) -> tuple[CriterionResult, ...]:
        return tuple(result for result in self.results if result.state is state)

    @property
    def concerns(self) -> tuple[CriterionResult, ...]:
        return tuple(result for result in self.results if result.is_concern)

    @property
    def counts(self) -> Mapping[str, int]:
        """Lines by state, and concerns; the three states add up to the number of criteria."""
        by_state = {value.value: len(self.with_state(value)) for value in Value}
        return {**by_state, "concerns": len(self.concerns)}


def assess(rule_set: RuleSet, facts: Facts, settings: Settings, *, today: date | None = None) -> Assessment:
    """Every criterion of the rule set against the facts; none is left out.

    settings: the site's signed values by key; an unset threshold makes its criterion "cannot tell".
    today: the patient's local date, for the age of dated facts.
    Raises RuleError when a fact has another kind of value than its rule compares with.
    """
    results = tuple(_assess_one(rule_set, criterion, facts, settings, today=today) for criterion in rule_set.criteria)
    return Assessment(pin=rule_set.identity.pin, results=results)


def _assess_one(
    rule_set: RuleSet, criterion: Criterion, facts: Facts, settings: Settings, *, today: date | None
) -> CriterionResult:
    outcome = evaluate(criterion.condition, facts, settings=settings, today=today)
    texts = {
        Value.MET: criterion.met_text,
        Value.NOT_MET: criterion.not_met_text,
        Value.CANNOT_TELL: criterion.cannot_tell_text,
    }
    return CriterionResult(
        id=criterion.id,
        title=criterion.title,
        criterion_class=criterion.criterion_class,
        state=outcome.value,
        finding=texts[outcome.value],
        inputs=tuple(_input(rule_set, name, facts, today) for name in outcome.used),
        missing=outcome.missing,
        missing_titles=tuple(_missing_title(rule_set, name) for name in outcome.missing),
        source=criterion.source.citation,
        source_grade=criterion.source.grade,
        source_place=criterion.source_place,
        is_concern=outcome.value is _concern_state(criterion),
    )


def _concern_state(criterion: Criterion) -> Value:
    return Value.NOT_MET if criterion.criterion_class == "required" else Value.MET


def _input(rule_set: RuleSet, name: str, facts: Facts, today: date | None) -> InputUsed:
    definition = rule_set.fact(name)
    raw = facts[name]
    fact = raw if isinstance(raw, Fact) else None
    observed_on = fact.observed_on if fact else None
    value = fact.value if fact else raw
    assert value is not None and not isinstance(value, Unknown | Fact)
    return InputUsed(
        name=name,
        title=definition.title,
        value=str(value) if isinstance(value, float) else value,
        unit=definition.unit,
        observed_on=observed_on,
        age_days=(today - observed_on).days if today and observed_on else None,
        source=fact.source if fact else "",
    )


def _missing_title(rule_set: RuleSet, name: str) -> str:
    if name.startswith("setting:"):
        return f"a limit the site has not signed ({name.removeprefix('setting:')})"
    if name.startswith("date of "):
        return f"the date of: {rule_set.fact(name.removeprefix('date of ')).title}"
    return "today's date" if name == "today" else rule_set.fact(name).title
