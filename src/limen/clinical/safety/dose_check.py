"""Checks of a proposed dose (H1, SR-02, SR-03): what blocks it, who else must look, what cannot be told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import Enum

from limen.clinical.definitions.product_place import ProductPlaceMatrix
from limen.clinical.units import dose_mg_per_kg, rounded


class Kind(Enum):
    BLOCK = "block"
    CANNOT_TELL = "cannot_tell"
    SECOND_PERSON = "second_person"
    NOTE = "note"


@dataclass(frozen=True)
class Weight:
    kg: Decimal
    measured_on: date


@dataclass(frozen=True)
class DoseCaps:
    """The site's signed hard limits for one route; None is unset, and an order cannot be signed without per_dose_mg."""

    per_dose_mg: Decimal | None
    per_dose_mg_per_kg: Decimal | None
    per_day_mg: Decimal | None = None


@dataclass(frozen=True)
class SoftLimits:
    """Above these a second prescriber or a pharmacist confirms (SR-03); None is unset."""

    per_dose_mg: Decimal | None
    per_dose_mg_per_kg: Decimal | None = None


@dataclass(frozen=True)
class WeightRule:
    """How old a weight may be and how far it may have moved; None is unset."""

    max_age_days: int | None
    max_change_percent: Decimal | None


@dataclass(frozen=True)
class DoseFinding:
    code: str
    kind: Kind
    text: str


@dataclass(frozen=True)
class DoseCheck:
    """findings: in the order checked. mg_per_kg: unrounded; None without a weight or for an impossible amount."""

    findings: tuple[DoseFinding, ...]
    mg_per_kg: Decimal | None

    @property
    def can_be_signed(self) -> bool:
        """False while anything blocks or cannot be told."""
        return not any(finding.kind in (Kind.BLOCK, Kind.CANNOT_TELL) for finding in self.findings)

    @property
    def needs_second_person(self) -> bool:
        return any(finding.kind is Kind.SECOND_PERSON for finding in self.findings)


def limits_from_settings(
    settings: Mapping[str, object], *, drug: str, route: str
) -> tuple[DoseCaps, SoftLimits, WeightRule]:
    """The site's signed limits for one drug and route. Raises ValueError when a value is not a number.

    Esketamine has its own keys: its milligrams are never those of racemic ketamine.
    """
    prefix = "dose.esketamine_in" if drug == "esketamine" else f"dose.{route}"
    caps = DoseCaps(
        per_dose_mg=_number(settings, f"{prefix}.cap_mg"),
        per_dose_mg_per_kg=_number(settings, f"{prefix}.cap_mg_per_kg"),
        per_day_mg=_number(settings, f"{prefix}.day_cap_mg"),
    )
    soft = SoftLimits(
        per_dose_mg=_number(settings, f"{prefix}.soft_mg"),
        per_dose_mg_per_kg=_number(settings, f"{prefix}.soft_mg_per_kg"),
    )
    age_days = _number(settings, "weight.max_age_days")
    change_percent = _number(settings, "weight.max_change_percent")
    return caps, soft, WeightRule(None if age_days is None else int(age_days), change_percent)


def _number(settings: Mapping[str, object], key: str) -> Decimal | None:
    value = settings.get(key)
    if value is None:
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError(f"setting '{key}' is '{value}', which is not a number") from error
    if not number.is_finite():
        raise ValueError(f"setting '{key}' is '{value}', which is not a number")
    return number


def check_dose(
    *,
    dose_mg: Decimal,
    drug: str,
    route: str,
    place: str,
    weight: Weight | None,
    previous_weight: Weight | None,
    today: date,
    uses_weight: bool,
    caps: DoseCaps,
    soft_limits: SoftLimits,
    weight_rule: WeightRule,
    product_place_matrix: ProductPlaceMatrix,
    settings: Mapping[str, object],
    given_today_mg: Decimal = Decimal(0),
) -> DoseCheck:
    """What stands against signing this dose.

    dose_mg: above 0, exact. uses_weight: the order or its cap is reckoned per kg; only then are weight and its age
    required (SR-03). settings: the site's signed settings, for routes that need the site's permission.
    Limits are compared exactly, never after rounding. Never raises for a clinical reason: all reasons are findings.
    """
    impossible = _check_amount(dose_mg, weight)
    if impossible:
        return DoseCheck(tuple(impossible), None)
    weighs = uses_weight or caps.per_dose_mg_per_kg is not None or soft_limits.per_dose_mg_per_kg is not None
    findings = [
        *_check_place(product_place_matrix, drug=drug, route=route, place=place, settings=settings),
        *_check_caps(dose_mg, caps, given_today_mg, weight, uses_weight=uses_weight),
        *_check_soft(dose_mg, soft_limits, weight),
        *(_check_weight(weight, previous_weight, today, weight_rule) if weighs else []),
    ]
    mg_per_kg = None if weight is None else dose_mg_per_kg(dose_mg=dose_mg, weight_kg=weight.kg)
    return DoseCheck(tuple(findings), mg_per_kg)


def _check_amount(dose_mg: Decimal, weight: Weight | None) -> list[DoseFinding]:
    findings = []
    if not _is_above_zero(dose_mg):
        findings.append(DoseFinding("amount", Kind.BLOCK, f"The dose is {dose_mg} mg; it must be a number above 0."))
    if weight is not None and not _is_above_zero(weight.kg):
        findings.append(DoseFinding("weight", Kind.BLOCK, f"The weight is {weight.kg} kg; it must be above 0."))
    return findings


def _check_place(
    matrix: ProductPlaceMatrix, *, drug: str, route: str, place: str, settings: Mapping[str, object]
) -> list[DoseFinding]:
    rule = matrix.find(drug=drug, route=route, place=place)
    if rule is None:
        text = f"{drug} by {route} at {place} is in no rule, so it is not available."
        return [DoseFinding("place", Kind.BLOCK, text)]
    if rule.answer == "never":
        return [DoseFinding("place", Kind.BLOCK, f"{rule.reason} Source: {rule.source.citation}.")]
    if rule.answer == "allowed":
        return []
    signed = settings.get(rule.setting_key)
    if not isinstance(signed, list | tuple):
        return [DoseFinding("place", Kind.CANNOT_TELL, f"The site has not set: {rule.setting_key}.")]
    if route not in signed:
        return [DoseFinding("place", Kind.BLOCK, f"The site has not signed this route at {place}. {rule.reason}")]
    return []


def _check_caps(
    dose_mg: Decimal, caps: DoseCaps, given_today_mg: Decimal, weight: Weight | None, *, uses_weight: bool
) -> list[DoseFinding]:
    findings = []
    if not _is_limit(caps.per_dose_mg):
        findings.append(
            DoseFinding(
                "cap", Kind.CANNOT_TELL, "The site has signed no cap in mg for this route: it cannot be signed."
            )
        )
    elif _is_over(dose_mg, caps.per_dose_mg):
        text = f"{dose_mg} mg is above the site's cap of {caps.per_dose_mg} mg per dose."
        findings.append(DoseFinding("cap", Kind.BLOCK, text))
    if uses_weight and not _is_limit(caps.per_dose_mg_per_kg):
        text = "The order is reckoned per kg and the site has signed no cap in mg/kg for this route."
        findings.append(DoseFinding("cap-per-kg", Kind.CANNOT_TELL, text))
    elif weight is not None and _is_over_per_kg(dose_mg, caps.per_dose_mg_per_kg, weight):
        text = f"{_per_kg(dose_mg, weight)} is above the site's cap of {caps.per_dose_mg_per_kg} mg/kg."
        findings.append(DoseFinding("cap-per-kg", Kind.BLOCK, text))
    if _is_over(given_today_mg + dose_mg, caps.per_day_mg):
        text = f"{given_today_mg} mg already today and {dose_mg} mg now pass the cap of {caps.per_day_mg} mg per day."
        findings.append(DoseFinding("cap-per-day", Kind.BLOCK, text))
    return findings


def _check_soft(dose_mg: Decimal, soft: SoftLimits, weight: Weight | None) -> list[DoseFinding]:
    findings = []
    if not _is_limit(soft.per_dose_mg):
        text = "The site has signed no soft limit in mg for this route, so a second person confirms."
        findings.append(DoseFinding("soft", Kind.SECOND_PERSON, text))
    elif _is_over(dose_mg, soft.per_dose_mg):
        text = f"{dose_mg} mg is above the site's soft limit of {soft.per_dose_mg} mg: a second person confirms."
        findings.append(DoseFinding("soft", Kind.SECOND_PERSON, text))
    if weight is not None and _is_over_per_kg(dose_mg, soft.per_dose_mg_per_kg, weight):
        text = f"{_per_kg(dose_mg, weight)} is above the soft limit of {soft.per_dose_mg_per_kg} mg/kg."
        findings.append(DoseFinding("soft-per-kg", Kind.SECOND_PERSON, text))
    return findings


def _check_weight(weight: Weight | None, previous: Weight | None, today: date, rule: WeightRule) -> list[DoseFinding]:
    if weight is None:
        return [DoseFinding("weight", Kind.CANNOT_TELL, "No weight is on record and this dose is checked per kg.")]
    findings = _check_weight_age(weight, today, rule)
    if previous is None or not _is_above_zero(previous.kg):
        return findings
    if rule.max_change_percent is None:
        text = "The site has not decided how large a weight change asks for a re-weigh."
        return [*findings, DoseFinding("weight-change", Kind.CANNOT_TELL, text)]
    if abs(weight.kg - previous.kg) * 100 > rule.max_change_percent * previous.kg:
        text = f"Weight went from {previous.kg} to {weight.kg} kg, more than {rule.max_change_percent} %: weigh again."
        findings.append(DoseFinding("weight-change", Kind.BLOCK, text))
    return findings


def _check_weight_age(weight: Weight, today: date, rule: WeightRule) -> list[DoseFinding]:
    age_days = (today - weight.measured_on).days
    if age_days < 0:
        text = f"The weight is dated {weight.measured_on}, which is in the future: correct the date."
        return [DoseFinding("weight-age", Kind.BLOCK, text)]
    if rule.max_age_days is None:
        return [DoseFinding("weight-age", Kind.CANNOT_TELL, "The site has not decided how old a weight may be.")]
    if age_days > rule.max_age_days:
        text = f"The weight is {age_days} days old; the limit is {rule.max_age_days} days: weigh again."
        return [DoseFinding("weight-age", Kind.BLOCK, text)]
    return []


def _is_above_zero(value: Decimal) -> bool:
    return value.is_finite() and value > 0


def _is_limit(limit: Decimal | None) -> bool:
    return limit is not None and _is_above_zero(limit)


def _is_over(amount_mg: Decimal, limit: Decimal | None) -> bool:
    return limit is not None and amount_mg > limit


def _is_over_per_kg(dose_mg: Decimal, limit: Decimal | None, weight: Weight) -> bool:
    # Multiplying keeps the comparison exact; a quotient such as 35/70.3 would be rounded.
    return limit is not None and _is_over(dose_mg, limit * weight.kg)


def _per_kg(dose_mg: Decimal, weight: Weight) -> str:
    return f"{rounded(dose_mg / weight.kg, 3)} mg/kg ({dose_mg} mg at {weight.kg} kg)"
