"""The discharge gate: each criterion met, not met or cannot tell. Discharge is a gate, not a label (H5).

It is never a way to hold a person: leaving by another door is an ending of its own, with an obligation (SR-21).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from limen.clinical.definitions.common import (
    DefinitionError,
    Identity,
    parse_identity,
    parse_toml,
    refuse_unknown_keys,
    require,
)

MET, NOT_MET, CANNOT_TELL = "met", "not_met", "cannot_tell"
CLEAR, NOT_CLEAR = "clear", "not_clear"
CHECKS = ("answer", "minutes_since_dose")
APPLIES = ("always", "dosed")


@dataclass(frozen=True)
class DischargeCriterion:
    """One criterion.

    check: "answer" (met by an accepted value given after the dose ended) or "minutes_since_dose".
    min_minutes: from a source, or minutes_setting: the site setting; exactly one, for "minutes_since_dose".
    applies: "dosed" when it only makes sense after a dose. routes, places, drugs: empty means all.
    """

    id: str
    title: str
    question: str
    check: str
    accepted: tuple[str, ...]
    refused: tuple[str, ...]
    unsure: tuple[str, ...]
    min_minutes: int | None
    minutes_setting: str
    applies: str
    routes: tuple[str, ...]
    places: tuple[str, ...]
    drugs: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class DischargeRules:
    identity: Identity
    criteria: tuple[DischargeCriterion, ...]


@dataclass(frozen=True)
class DischargeAnswer:
    value: str
    occurred_at: datetime
    source: str = ""


@dataclass(frozen=True)
class DischargeInputs:
    """What is known when the person is to leave.

    is_dosed: whether anything was taken. minutes_since_dose: from the first dose; None when the clock cannot say.
    answers_valid_from: answers about the person's condition count from here on (end of the dose, or the last event
    that unsettled the session); None when nothing was taken. settings: the site's signed settings.
    """

    drug: str
    route: str
    place: str
    is_dosed: bool
    minutes_since_dose: float | None
    answers_valid_from: datetime | None
    answers: Mapping[str, DischargeAnswer]
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class CriterionResult:
    criterion: DischargeCriterion
    status: str
    reason: str
    value: Any


@dataclass(frozen=True)
class DischargeResult:
    """overall: "clear" when every criterion is met, "not_clear" when one is not met, else "cannot_tell"."""

    criteria: tuple[CriterionResult, ...]
    overall: str

    @property
    def open_criteria(self) -> tuple[CriterionResult, ...]:
        return tuple(c for c in self.criteria if c.status != MET)


def evaluate_discharge(rules: DischargeRules, inputs: DischargeInputs) -> DischargeResult:
    """Every criterion that applies, three-valued. Raises ValueError for an answer a criterion does not take."""
    results = tuple(_result(c, inputs) for c in rules.criteria if _applies(c, inputs))
    statuses = {r.status for r in results}
    if NOT_MET in statuses:
        return DischargeResult(results, NOT_CLEAR)
    return DischargeResult(results, CLEAR if statuses == {MET} else CANNOT_TELL)


def parse_discharge(text: str, where: str = "discharge") -> DischargeRules:
    """The criteria from a TOML text; raises DefinitionError for repeats, unknown checks and unsourced minutes."""
    table = parse_toml(text, where)
    refuse_unknown_keys(table, _HEAD_KEYS | {"criteria"}, where)
    identity = parse_identity(table, where)
    criteria = tuple(
        _criterion(row, f"{where} criteria[{i}]") for i, row in enumerate(require(table, "criteria", list, where))
    )
    ids = [c.id for c in criteria]
    for criterion in criteria:
        if ids.count(criterion.id) > 1:
            raise DefinitionError(f"{where}: criterion '{criterion.id}' appears twice")
        identity.source(criterion.source)
    return DischargeRules(identity, criteria)


_HEAD_KEYS = {"id", "version", "title", "status", "licence", "reviewed_by", "reviewed_on", "sources"}
_KEYS = {
    "id",
    "title",
    "question",
    "check",
    "accepted",
    "refused",
    "unsure",
    "min_minutes",
    "minutes_setting",
    "applies",
    "routes",
    "places",
    "drugs",
    "source",
}


def _criterion(row: Mapping[str, Any], where: str) -> DischargeCriterion:
    refuse_unknown_keys(row, _KEYS, where)
    check, applies = require(row, "check", str, where), row.get("applies", "dosed")
    if check not in CHECKS or applies not in APPLIES:
        raise DefinitionError(f"{where}: check is one of {', '.join(CHECKS)}; applies is one of {', '.join(APPLIES)}")
    has_minutes = ("min_minutes" in row, "minutes_setting" in row)
    if sum(has_minutes) != (1 if check == "minutes_since_dose" else 0):
        raise DefinitionError(f"{where}: minutes_since_dose, and only that, has min_minutes or minutes_setting")
    accepted, refused, unsure = (tuple(row.get(key, ())) for key in ("accepted", "refused", "unsure"))
    listed = [*accepted, *refused, *unsure]
    if len(listed) != len(set(listed)) or (check == "answer") != bool(accepted and refused):
        raise DefinitionError(f"{where}: an answer criterion needs accepted and refused values, each listed once")
    return DischargeCriterion(
        id=require(row, "id", str, where),
        title=require(row, "title", str, where),
        question=require(row, "question", str, where),
        check=check,
        accepted=accepted,
        refused=refused,
        unsure=unsure,
        min_minutes=require(row, "min_minutes", int, where) if "min_minutes" in row else None,
        minutes_setting=row.get("minutes_setting", ""),
        applies=applies,
        routes=tuple(row.get("routes", ())),
        places=tuple(row.get("places", ())),
        drugs=tuple(row.get("drugs", ())),
        source=require(row, "source", str, where),
    )


def _applies(criterion: DischargeCriterion, inputs: DischargeInputs) -> bool:
    pairs: Sequence[tuple[tuple[str, ...], str]] = (
        (criterion.routes, inputs.route),
        (criterion.places, inputs.place),
        (criterion.drugs, inputs.drug),
    )
    return all(not allowed or value in allowed for allowed, value in pairs) and (
        inputs.is_dosed or criterion.applies == "always"
    )


def _result(criterion: DischargeCriterion, inputs: DischargeInputs) -> CriterionResult:
    if criterion.check == "minutes_since_dose":
        status, reason = _minutes(criterion, inputs)
        return CriterionResult(criterion, status, reason, inputs.minutes_since_dose)
    answer = inputs.answers.get(criterion.id)
    status, reason = _answer(criterion, answer, inputs.answers_valid_from)
    return CriterionResult(criterion, status, reason, answer.value if answer else None)


def _minutes(criterion: DischargeCriterion, inputs: DischargeInputs) -> tuple[str, str]:
    needed = criterion.min_minutes
    if needed is None:
        needed = inputs.settings.get(criterion.minutes_setting)
    if needed is None:
        return CANNOT_TELL, f"The site has not set: {criterion.minutes_setting}."
    if inputs.minutes_since_dose is None:
        return CANNOT_TELL, "The minutes since the first dose are not known."
    if inputs.minutes_since_dose < needed:
        return NOT_MET, f"{inputs.minutes_since_dose:.0f} of {needed} minutes since the first dose."
    return MET, ""


def _answer(
    criterion: DischargeCriterion, answer: DischargeAnswer | None, valid_from: datetime | None
) -> tuple[str, str]:
    if answer is None or not answer.value:
        return CANNOT_TELL, "Not answered yet."
    if valid_from is not None and answer.occurred_at < valid_from:
        return CANNOT_TELL, "Answered before the dose ended or before something new happened; ask again."
    if answer.value in criterion.accepted:
        return MET, ""
    if answer.value in criterion.refused:
        return NOT_MET, "Not met yet."
    if answer.value in criterion.unsure:
        return CANNOT_TELL, "The answer leaves this open."
    known = ", ".join([*criterion.accepted, *criterion.refused, *criterion.unsure])
    raise ValueError(f"Criterion '{criterion.id}' does not take '{answer.value}'; it takes {known}.")
