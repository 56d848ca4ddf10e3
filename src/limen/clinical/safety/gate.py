"""The gate before a dose: every line pass, fail, missing or cannot tell, with value, age, source, who may override.

A missing line is never a pass, and an unset site limit reads "cannot tell" (SR-20). Intention is never a gate line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from limen.clinical.definitions.common import (
    DefinitionError,
    Identity,
    parse_identity,
    parse_toml,
    refuse_unknown_keys,
    require,
)

NOT_OVERRIDABLE, PRESCRIBER_SPOKEN, MONITOR_REASON = "not_overridable", "prescriber_spoken", "monitor_reason"
LINE_KINDS = (NOT_OVERRIDABLE, PRESCRIBER_SPOKEN, MONITOR_REASON)
ROLES_BY_KIND: Mapping[str, frozenset[str]] = {
    NOT_OVERRIDABLE: frozenset(),
    PRESCRIBER_SPOKEN: frozenset({"prescriber"}),
    MONITOR_REASON: frozenset({"monitor", "prescriber"}),
}
CHECKS = ("answer", "limit", "product_place")
FRESHNESS = ("any", "same_day", "this_session")
PASS, FAIL, MISSING, CANNOT_TELL = "pass", "fail", "missing", "cannot_tell"
CLEAR, BLOCKED, NEEDS_OVERRIDE = "clear", "blocked", "needs_override"
SIGNED_HOME_ROUTES = "home.routes_signed"


@dataclass(frozen=True)
class Limit:
    """A quantity compared with a site setting: "max" passes at or under it, "min" at or over it."""

    quantity: str
    setting: str
    direction: str


@dataclass(frozen=True)
class GateLine:
    """One line of the gate.

    kind: who may override it. check: "answer" (a listed value), "limit" (numbers against site settings) or
    "product_place" (drug and route against the place).
    accepted pass, refused fail, unsure read "cannot tell".
    freshness: "same_day" (patient's local day), "this_session" (since arrival) or "any"; max_age_setting names a site
    setting in hours that narrows it further. routes, places, drugs: empty means all.
    """

    id: str
    title: str
    question: str
    kind: str
    check: str
    accepted: tuple[str, ...]
    refused: tuple[str, ...]
    unsure: tuple[str, ...]
    limits: tuple[Limit, ...]
    freshness: str
    max_age_setting: str
    routes: tuple[str, ...]
    places: tuple[str, ...]
    drugs: tuple[str, ...]
    only_weight_based: bool
    source: str


@dataclass(frozen=True)
class GateRules:
    """never_at_home: (drug, route) pairs, "*" for any, that may not be taken at home whatever a site signs (SR-02)."""

    identity: Identity
    lines: tuple[GateLine, ...]
    never_at_home: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class GateAnswer:
    """A value, when it was taken (aware), and who or what it came from. Limits take a mapping quantity -> number."""

    value: Any
    occurred_at: datetime
    source: str = ""


@dataclass(frozen=True)
class GateOverride:
    """A person overriding one line with a reason. spoken_at: when the prescriber was spoken to, else None."""

    line_id: str
    role: str
    reason: str
    at: datetime
    spoken_at: datetime | None = None


@dataclass(frozen=True)
class GateInputs:
    """What is known for this session.

    answers: every answer to each line, kept in full; the newest counts and the others are shown beside it.
    settings: the site's signed settings; a key that is absent is unset. zone: the patient's time zone.
    arrived_at: start of this session, or None before arrival.
    """

    drug: str
    route: str
    place: str
    now: datetime
    zone: tzinfo
    answers: Mapping[str, Sequence[GateAnswer]]
    settings: Mapping[str, Any]
    arrived_at: datetime | None = None
    is_weight_based: bool = False
    overrides: Sequence[GateOverride] = ()


@dataclass(frozen=True)
class LineResult:
    """status: pass, fail, missing or cannot_tell. earlier: older answers, oldest first; both BP values stay visible.

    override: the accepted override, or None. who_may_override: roles, empty when nobody.
    """

    line: GateLine
    status: str
    reason: str
    value: Any
    age_min: float | None
    value_source: str
    earlier: tuple[GateAnswer, ...]
    who_may_override: frozenset[str]
    override: GateOverride | None

    @property
    def is_cleared(self) -> bool:
        return self.status == PASS or self.override is not None


@dataclass(frozen=True)
class GateResult:
    """overall: "clear", "blocked" (something is missing or nobody may override it) or "needs_override"."""

    lines: tuple[LineResult, ...]
    overall: str

    @property
    def open_lines(self) -> tuple[LineResult, ...]:
        return tuple(line for line in self.lines if not line.is_cleared)


def evaluate_gate(rules: GateRules, inputs: GateInputs) -> GateResult:
    """Every line that applies to this drug, route and place, and what they come to.

    Raises ValueError for an answer outside a line's accepted, refused and unsure values, or a time without a zone.
    """
    if inputs.now.tzinfo is None:
        raise ValueError("now needs a time zone.")
    results = tuple(_line_result(rules, line, inputs) for line in rules.lines if applies(line, inputs))
    return GateResult(results, _overall(results))


def may_override(line: GateLine, role: str) -> bool:
    """Whether this role may override the line at all. Therapist, coordinator and sitter override nothing."""
    return role in ROLES_BY_KIND[line.kind]


def applies(line: GateLine, inputs: GateInputs) -> bool:
    return (
        (not line.routes or inputs.route in line.routes)
        and (not line.places or inputs.place in line.places)
        and (not line.drugs or inputs.drug in line.drugs)
        and (inputs.is_weight_based or not line.only_weight_based)
    )


def parse_gate(text: str, where: str = "gate") -> GateRules:
    """The gate's lines from a TOML text.

    Raises DefinitionError for repeated ids, unknown kinds, overlapping values, and an intention as a line (SR-20).
    """
    table = parse_toml(text, where)
    refuse_unknown_keys(table, HEAD_KEYS | {"lines", "never_at_home"}, where)
    identity = parse_identity(table, where)
    lines = tuple(parse_line(row, f"{where} lines[{i}]") for i, row in enumerate(require(table, "lines", list, where)))
    ids = [line.id for line in lines]
    for line in lines:
        if ids.count(line.id) > 1:
            raise DefinitionError(f"{where}: line '{line.id}' appears twice")
        if "intention" in line.id:
            raise DefinitionError(f"{where}: intention is optional and never a gate line (SR-20)")
        identity.source(line.source)
    pairs = tuple(
        (require(row, "drug", str, where), require(row, "route", str, where))
        for row in require(table, "never_at_home", list, where)
    )
    return GateRules(identity, lines, pairs)


HEAD_KEYS = {"id", "version", "title", "status", "licence", "reviewed_by", "reviewed_on", "sources"}
LINE_KEYS = {
    "id",
    "title",
    "question",
    "kind",
    "check",
    "accepted",
    "refused",
    "unsure",
    "limits",
    "freshness",
    "max_age_setting",
    "routes",
    "places",
    "drugs",
    "only_weight_based",
    "source",
}


def parse_line(row: Mapping[str, Any], where: str) -> GateLine:
    refuse_unknown_keys(row, LINE_KEYS, where)
    kind, check = require(row, "kind", str, where), require(row, "check", str, where)
    freshness = row.get("freshness", "this_session")
    for value, allowed in ((kind, LINE_KINDS), (check, CHECKS), (freshness, FRESHNESS)):
        if value not in allowed:
            raise DefinitionError(f"{where}: '{value}' is not one of {', '.join(allowed)}")
    accepted, refused, unsure = (tuple(row.get(key, ())) for key in ("accepted", "refused", "unsure"))
    listed = [*accepted, *refused, *unsure]
    if len(listed) != len(set(listed)):
        raise DefinitionError(f"{where}: a value stands in two of accepted, refused and unsure")
    if check == "answer" and not (accepted and refused):
        raise DefinitionError(f"{where}: an answer line needs accepted and refused values")
    limits = tuple(_limit(item, where) for item in row.get("limits", []))
    if (check == "limit") != bool(limits):
        raise DefinitionError(f"{where}: a limit line, and only that, has [[lines.limits]]")
    return GateLine(
        id=require(row, "id", str, where),
        title=require(row, "title", str, where),
        question=require(row, "question", str, where),
        kind=kind,
        check=check,
        accepted=accepted,
        refused=refused,
        unsure=unsure,
        limits=limits,
        freshness=freshness,
        max_age_setting=row.get("max_age_setting", ""),
        routes=tuple(row.get("routes", ())),
        places=tuple(row.get("places", ())),
        drugs=tuple(row.get("drugs", ())),
        only_weight_based=row.get("only_weight_based", False),
        source=require(row, "source", str, where),
    )


def _limit(row: Mapping[str, Any], where: str) -> Limit:
    refuse_unknown_keys(row, {"quantity", "setting", "direction"}, where)
    direction = require(row, "direction", str, where)
    if direction not in ("max", "min"):
        raise DefinitionError(f"{where}: direction '{direction}' is not one of max, min")
    return Limit(require(row, "quantity", str, where), require(row, "setting", str, where), direction)


def _line_result(rules: GateRules, line: GateLine, inputs: GateInputs) -> LineResult:
    answers = sorted(inputs.answers.get(line.id, ()), key=lambda a: a.occurred_at)
    newest = answers[-1] if answers else None
    status, reason = _status(rules, line, newest, inputs)
    return LineResult(
        line=line,
        status=status,
        reason=reason,
        value=newest.value if newest else None,
        age_min=_age_min(newest, inputs.now) if newest else None,
        value_source=newest.source if newest else "",
        earlier=tuple(answers[:-1]),
        who_may_override=ROLES_BY_KIND[line.kind] if status in (FAIL, CANNOT_TELL) else frozenset(),
        override=_override(line, status, newest, inputs),
    )


def _status(rules: GateRules, line: GateLine, newest: GateAnswer | None, inputs: GateInputs) -> tuple[str, str]:
    if line.check == "product_place":
        return _product_place(rules, inputs)
    if newest is None or newest.value is None or newest.value == "":
        return MISSING, "Not answered yet."
    stale = _staleness(line, newest, inputs)
    if stale:
        return stale
    return limit_status(line, newest.value, inputs.settings) if line.check == "limit" else answer_status(line, newest)


def answer_status(line: GateLine, answer: GateAnswer) -> tuple[str, str]:
    """pass, fail or cannot_tell for a listed value. Raises ValueError for any other value."""
    if answer.value in line.accepted:
        return PASS, ""
    if answer.value in line.refused:
        return FAIL, "The answer stops the session here."
    if answer.value in line.unsure:
        return CANNOT_TELL, "The answer leaves this open."
    known = ", ".join([*line.accepted, *line.refused, *line.unsure])
    raise ValueError(f"Line '{line.id}' does not take '{answer.value}'; it takes {known}.")


def limit_status(line: GateLine, value: Mapping[str, Any], settings: Mapping[str, Any]) -> tuple[str, str]:
    """Each quantity against the site's limit. One that was not measured makes the whole line missing.

    Raises ValueError when a value is not a number.
    """
    over, absent, unset = [], [], []
    for limit in line.limits:
        number, bound = value.get(limit.quantity), settings.get(limit.setting)
        if number is None:
            absent.append(limit.quantity)
            continue
        if isinstance(number, bool) or not isinstance(number, int | float | Decimal):
            raise ValueError(f"{limit.quantity} is '{number}'; give a number.")
        if bound is None:
            unset.append(limit.setting)
        elif number > bound if limit.direction == "max" else number < bound:
            over.append(f"{limit.quantity} {number} is outside the site's limit {bound}")
    if absent:
        return MISSING, "; ".join([f"Not measured: {', '.join(absent)}", *over]) + "."
    if over:
        return FAIL, "; ".join(over) + "."
    if unset:
        return CANNOT_TELL, f"The site has not set: {', '.join(unset)}."
    return PASS, ""


def _product_place(rules: GateRules, inputs: GateInputs) -> tuple[str, str]:
    if inputs.place != "home":
        return PASS, ""
    for drug, route in rules.never_at_home:
        if drug in ("*", inputs.drug) and route in ("*", inputs.route):
            return FAIL, "This drug and route may never be taken at home (SR-02)."
    signed = inputs.settings.get(SIGNED_HOME_ROUTES)
    if signed is None:
        return CANNOT_TELL, f"The site has not set: {SIGNED_HOME_ROUTES}."
    if inputs.route not in signed:
        return FAIL, "The site has not signed this route for home."
    return PASS, ""


def _staleness(line: GateLine, answer: GateAnswer, inputs: GateInputs) -> tuple[str, str] | None:
    age_min = _age_min(answer, inputs.now)
    if age_min < 0:
        return CANNOT_TELL, "The time of this answer lies in the future; check the clock."
    if line.freshness == "same_day" and not _is_same_day(answer.occurred_at, inputs):
        return MISSING, "Taken on another day; it is needed again today."
    if line.freshness == "this_session" and (inputs.arrived_at is None or answer.occurred_at < inputs.arrived_at):
        return MISSING, "Answered before this session; ask again."
    if line.max_age_setting:
        max_age_hours = inputs.settings.get(line.max_age_setting)
        if max_age_hours is None:
            return CANNOT_TELL, f"The site has not set: {line.max_age_setting}."
        if age_min > max_age_hours * 60:
            return MISSING, f"Older than the site's {max_age_hours} hours; it is needed again."
    return None


def _age_min(answer: GateAnswer, now: datetime) -> float:
    if answer.occurred_at.tzinfo is None:
        raise ValueError("occurred_at needs a time zone.")
    return (now.timestamp() - answer.occurred_at.timestamp()) / 60


def _is_same_day(moment: datetime, inputs: GateInputs) -> bool:
    return moment.astimezone(inputs.zone).date() == inputs.now.astimezone(inputs.zone).date()


def _override(line: GateLine, status: str, newest: GateAnswer | None, inputs: GateInputs) -> GateOverride | None:
    """The newest valid override made after the answer it overrides. Missing lines are answered, never overridden."""
    if status not in (FAIL, CANNOT_TELL):
        return None
    valid = [o for o in inputs.overrides if o.line_id == line.id and _is_valid(line, o, newest)]
    return max(valid, key=lambda o: o.at) if valid else None


def _is_valid(line: GateLine, override: GateOverride, newest: GateAnswer | None) -> bool:
    since = newest.occurred_at if newest else None
    is_spoken = line.kind != PRESCRIBER_SPOKEN or (
        override.spoken_at is not None and (since is None or override.spoken_at >= since)
    )
    is_after = since is None or override.at >= since
    return may_override(line, override.role) and bool(override.reason.strip()) and is_spoken and is_after


def _overall(results: Sequence[LineResult]) -> str:
    left = [r for r in results if not r.is_cleared]
    if not results:
        return BLOCKED
    if not left:
        return CLEAR
    return NEEDS_OVERRIDE if all(r.who_may_override for r in left) else BLOCKED
