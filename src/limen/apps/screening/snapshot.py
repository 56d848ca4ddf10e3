"""What an assessment keeps: its inputs as they were and its results, as canonical text."""

import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from limen.apps.accounts.selectors import settings_of
from limen.apps.records.acts import canonical_json
from limen.clinical.definitions.rule_set import RuleSet
from limen.clinical.eligibility import Assessment, CriterionResult
from limen.clinical.rules import Fact, Facts


@dataclass(frozen=True)
class KeptResult:
    """One criterion as it was found, read back from an assessment. The fields are those of CriterionResult."""

    id: str
    title: str
    criterion_class: str
    state: str
    finding: str
    inputs: tuple[dict[str, Any], ...]
    missing: tuple[str, ...]
    missing_titles: tuple[str, ...]
    source: str
    source_grade: str
    source_place: str
    is_concern: bool


def inputs_text(site_id: int, rules: RuleSet, facts: Facts) -> str:
    """Every fact the rules know, with its date and source, and every setting they look at; unknown ones are null."""
    kept: dict[str, Any] = {}
    for definition in rules.facts:
        fact = facts.get(definition.name)
        kept[definition.name] = _fact(fact) if isinstance(fact, Fact) else None
    values = settings_of(site_id)
    keys = sorted({key for criterion in rules.criteria for key in criterion.setting_keys})
    return canonical_json({"facts": kept, "settings": {key: _plain(values.get(key)) for key in keys}})


def _fact(fact: Fact) -> dict[str, Any]:
    observed_on = fact.observed_on.isoformat() if fact.observed_on else None
    return {"value": _plain(fact.value), "observed_on": observed_on, "source": fact.source}


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def results_text(found: Assessment) -> str:
    return canonical_json({"pin": found.pin, "results": [_result(result) for result in found.results]})


def _result(result: CriterionResult) -> dict[str, Any]:
    row = asdict(result)
    row["state"] = result.state.value
    for item in row["inputs"]:
        item["value"] = _plain(item["value"])
        item["observed_on"] = item["observed_on"].isoformat() if item["observed_on"] else None
    return row


def results_of(text: str) -> list[KeptResult]:
    """The criteria of an assessment in the order of the rules."""
    rows: list[dict[str, Any]] = json.loads(text)["results"]
    return [_kept(row) for row in rows]


def _kept(row: dict[str, Any]) -> KeptResult:
    values: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in row.items()}
    return KeptResult(**values)


def states_of(text: str) -> dict[str, str]:
    """Criterion id -> state."""
    return {row["id"]: row["state"] for row in json.loads(text)["results"]}


def day_of(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
