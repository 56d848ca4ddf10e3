"""What must fit together in an instrument file: ranges, order, sources, worked examples."""

from collections.abc import Iterable

from limen.clinical.definitions.common import DefinitionError
from limen.clinical.definitions.instrument_total import total_of
from limen.clinical.definitions.instrument_values import Golden, Instrument


def check_instrument(instrument: Instrument, where: str) -> None:
    """Raise DefinitionError when the parts do not fit together."""
    _check_bands(instrument, where)
    _check_points(instrument, where)
    _check_changes(instrument, where)
    _check_item_safety(instrument, where)
    _check_sources(instrument, where)
    _check_golden(instrument, where)


def _check_bands(instrument: Instrument, where: str) -> None:
    bands, scoring = instrument.bands, instrument.scoring
    if not bands:
        return
    if scoring.minimum is None or scoring.maximum is None:
        raise DefinitionError(f"{where}: bands without a total")
    refuse_repeats([band.key for band in bands], "band", where)
    expected = scoring.minimum
    for band in bands:
        if band.lower != expected:
            raise DefinitionError(f"{where}: band '{band.key}' starts at {band.lower}; it must start at {expected}")
        expected = band.upper + 1
    if expected != scoring.maximum + 1:
        raise DefinitionError(f"{where}: bands end at {expected - 1}; the range ends at {scoring.maximum}")


def _check_points(instrument: Instrument, where: str) -> None:
    refuse_repeats([threshold.key for threshold in instrument.thresholds], "threshold", where)
    for threshold in instrument.thresholds:
        _check_in_range(instrument, threshold.at_or_above, f"threshold '{threshold.key}'", where)


def _check_in_range(instrument: Instrument, points: int, what: str, where: str) -> None:
    low, high = instrument.scoring.minimum, instrument.scoring.maximum
    if low is None or high is None:
        raise DefinitionError(f"{where}: {what} without a total")
    if not low <= points <= high:
        raise DefinitionError(f"{where}: {what} is {points}, outside the range {low} to {high}")


def _check_changes(instrument: Instrument, where: str) -> None:
    refuse_repeats([rule.key for rule in instrument.changes], "change rule", where)
    for kind in ("response", "reliable_change"):
        if len(instrument.changes_of(kind)) > 1:
            raise DefinitionError(f"{where}: more than one '{kind}' rule; a caller could not tell which one applies")
    for rule in instrument.changes:
        if rule.kind != "response":
            _check_in_range(instrument, rule.number, f"change rule '{rule.key}'", where)


def _check_item_safety(instrument: Instrument, where: str) -> None:
    for rule in instrument.item_safety:
        if not instrument.has_item(rule.item):
            raise DefinitionError(f"{where}: item_safety names item '{rule.item}', which does not exist")
        values = instrument.item(rule.item).answers.values
        if not min(values) < rule.at_or_above <= max(values):
            raise DefinitionError(
                f"{where}: item_safety for '{rule.item}' at {rule.at_or_above} could not tell answers apart"
            )


def _check_sources(instrument: Instrument, where: str) -> None:
    known = {source.key for source in instrument.identity.sources}
    refuse_repeats([source.key for source in instrument.identity.sources], "source", where)
    cited = [("missing", instrument.missing_rule.source)] if instrument.missing_rule.source else []
    cited += [(f"band '{band.key}'", band.source) for band in instrument.bands]
    cited += [(f"threshold '{row.key}'", row.source) for row in instrument.thresholds]
    cited += [(f"change rule '{row.key}'", row.source) for row in instrument.changes]
    cited += [(f"item_safety '{row.item}'", row.source) for row in instrument.item_safety]
    for what, key in cited:
        if key not in known:
            raise DefinitionError(f"{where}: {what} cites source '{key}', which is not in [[sources]]")


def _check_golden(instrument: Instrument, where: str) -> None:
    if instrument.scoring.kind == "sum" and not instrument.golden:
        raise DefinitionError(f"{where}: an instrument with a total needs at least one [[golden]] example")
    refuse_repeats([golden.name for golden in instrument.golden], "golden example", where)
    for golden in instrument.golden:
        _check_golden_answers(instrument, golden, where)
        total = total_of(instrument.scoring.terms, instrument.missing_rule, golden.answers)
        if total.value != golden.total:
            raise DefinitionError(f"{where}: golden '{golden.name}' should give {golden.total}, gives {total.value}")
        band = None if total.value is None else instrument.band_for(total.value)
        if (band.key if band else "") != golden.band:
            raise DefinitionError(
                f"{where}: golden '{golden.name}' should be in band '{golden.band or 'none'}', "
                f"is in '{band.key if band else 'none'}'"
            )


def _check_golden_answers(instrument: Instrument, golden: Golden, where: str) -> None:
    for item, value in golden.answers.items():
        accepted = instrument.item(item).answers.values
        if value is not None and (isinstance(value, bool) or value not in accepted):
            raise DefinitionError(f"{where}: golden '{golden.name}': {item} = {value!r}, accepted: {accepted}")


def refuse_repeats(values: Iterable[object], what: str, where: str) -> None:
    """Raise DefinitionError when one of `values` appears twice."""
    seen: set[object] = set()
    for value in values:
        if value in seen:
            raise DefinitionError(f"{where}: {what} '{value}' appears twice")
        seen.add(value)
