"""Change against baseline by the published rules of the instrument file: true, false, or cannot tell."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from limen.clinical.definitions.instrument import ChangeRule, Instrument
from limen.clinical.instruments.scoring import check_total

_TENTH = Decimal("0.1")


class UnknownRule(ValueError):
    """A remission rule was named that the instrument file does not hold."""


@dataclass(frozen=True)
class Finding:
    """The answer of one rule. met: True, False, or None for cannot tell; then `text` says what is missing."""

    met: bool | None
    rule: str
    text: str
    source: str


@dataclass(frozen=True)
class Change:
    """A later score set against baseline.

    improvement_points: points gained in the good direction, negative when worse, None when a score is missing.
    percent_change: signed change of the score in percent of baseline, to a tenth; None for a baseline of zero.
    important_differences: one finding for each published smallest difference that matters; sources may disagree.
    """

    baseline: int | Decimal | None
    value: int | Decimal | None
    improvement_points: int | Decimal | None
    percent_change: Decimal | None
    response: Finding
    remission: Finding
    reliable_improvement: Finding
    reliable_deterioration: Finding
    important_differences: tuple[Finding, ...]

    @property
    def is_response(self) -> bool | None:
        return self.response.met

    @property
    def is_remission(self) -> bool | None:
        return self.remission.met

    @property
    def is_reliable_improvement(self) -> bool | None:
        return self.reliable_improvement.met

    @property
    def is_reliable_deterioration(self) -> bool | None:
        return self.reliable_deterioration.met


def percent_change(baseline: int | Decimal | None, value: int | Decimal | None) -> Decimal | None:
    """Signed change in percent of baseline, rounded half up to a tenth; a fall is negative.

    None when a score is missing or baseline is zero. For display: rules are judged on the unrounded scores.

    >>> percent_change(20, 9)
    Decimal('-55.0')
    """
    if baseline is None or value is None or baseline == 0:
        return None
    return (Decimal(value - baseline) * 100 / Decimal(baseline)).quantize(_TENTH, ROUND_HALF_UP)


def change_status(
    instrument: Instrument,
    baseline: int | Decimal | None,
    value: int | Decimal | None,
    *,
    remission_rule: str | None,
) -> Change:
    """Judge a later score against baseline.

    remission_rule: key of one of the file's remission rules, from the site's signed setting. Sources disagree on
    the cut-off, so there is no default; None means the setting is not made, and remission cannot be told.
    Raises UnknownRule for another key, InvalidAnswer for a score outside the instrument's range.
    """
    chosen = _remission_rule(instrument, remission_rule)
    for total in (baseline, value):
        if total is not None:
            check_total(instrument, total)
    gain = _improvement(instrument, baseline, value)
    reliable = _only(instrument.changes_of("reliable_change"))
    return Change(
        baseline=baseline,
        value=value,
        improvement_points=gain,
        percent_change=percent_change(baseline, value),
        response=_response(_only(instrument.changes_of("response")), baseline, gain),
        remission=_remission(instrument, chosen, remission_rule, value),
        reliable_improvement=_points(reliable, gain, "reliable change"),
        reliable_deterioration=_points(reliable, None if gain is None else -gain, "reliable change"),
        important_differences=tuple(_points(rule, gain, "") for rule in instrument.changes_of("important_difference")),
    )


def _remission_rule(instrument: Instrument, key: str | None) -> ChangeRule | None:
    rules = {rule.key: rule for rule in instrument.changes_of("remission")}
    if key is not None and key not in rules:
        known = ", ".join(sorted(rules)) or "none"
        raise UnknownRule(f"{instrument.pin}: no remission rule '{key}'; known: {known}")
    return None if key is None else rules[key]


def _only(rules: tuple[ChangeRule, ...]) -> ChangeRule | None:
    return rules[0] if rules else None


def _improvement(
    instrument: Instrument, baseline: int | Decimal | None, value: int | Decimal | None
) -> int | Decimal | None:
    if baseline is None or value is None:
        return None
    return baseline - value if instrument.scoring.direction == "higher_is_worse" else value - baseline


def _response(rule: ChangeRule | None, baseline: int | Decimal | None, gain: int | Decimal | None) -> Finding:
    if rule is None:
        return _no_rule("response")
    if baseline is None or gain is None:
        return _cannot_tell(rule, "baseline or later score")
    if baseline == 0:
        return _cannot_tell(rule, "a baseline above zero")
    # Compared as whole numbers: a percentage rounded for display could cross the line.
    return _told(rule, gain * 100 >= rule.number * baseline)


def _remission(
    instrument: Instrument, rule: ChangeRule | None, key: str | None, value: int | Decimal | None
) -> Finding:
    if not instrument.changes_of("remission"):
        return _no_rule("remission")
    if rule is None:
        return Finding(None, "", "Cannot tell: the site has not chosen a remission rule.", "")
    if value is None:
        return _cannot_tell(rule, "the later score")
    return _told(rule, value <= rule.number if rule.is_inclusive else value < rule.number)


def _points(rule: ChangeRule | None, gain: int | Decimal | None, what: str) -> Finding:
    if rule is None:
        return _no_rule(what)
    if gain is None:
        return _cannot_tell(rule, "baseline or later score")
    return _told(rule, gain >= rule.number)


def _told(rule: ChangeRule, met: bool) -> Finding:
    return Finding(met, rule.key, rule.text, rule.source)


def _cannot_tell(rule: ChangeRule, needed: str) -> Finding:
    return Finding(None, rule.key, f"Cannot tell: needs {needed}. {rule.text}", rule.source)


def _no_rule(what: str) -> Finding:
    return Finding(None, "", f"Cannot tell: the instrument file holds no {what} rule with a source.", "")
