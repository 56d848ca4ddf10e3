"""Weight, height and dose per weight. The core works in kg, cm and mg; other units are converted once, here."""

from decimal import ROUND_HALF_UP, Decimal

# International avoirdupois pound: exactly 0.45359237 kg (agreement of 1959; NIST SP 811, appendix B).
KG_PER_LB = Decimal("0.45359237")


def kg_from_lb(weight_lb: Decimal) -> Decimal:
    """Weight in kg, exact.

    Worked example: 154 lb x 0.45359237 = 69.85322498 kg, and back: 69.85322498 / 0.45359237 = 154 lb.

    >>> kg_from_lb(Decimal("154"))
    Decimal('69.85322498')
    """
    return weight_lb * KG_PER_LB


def lb_from_kg(weight_kg: Decimal) -> Decimal:
    """Weight in lb, to the precision of the decimal context.

    >>> lb_from_kg(Decimal("69.85322498"))
    Decimal('154')
    """
    return weight_kg / KG_PER_LB


def bmi_kg_per_m2(*, weight_kg: Decimal, height_cm: Decimal) -> Decimal:
    """Body mass index in kg/m², unrounded. Raises ValueError when height or weight is not above zero.

    >>> bmi_kg_per_m2(weight_kg=Decimal(80), height_cm=Decimal(200))
    Decimal('20')
    """
    _require_positive(weight_kg, "weight_kg")
    _require_positive(height_cm, "height_cm")
    height_m = height_cm / 100
    return weight_kg / (height_m * height_m)


def dose_mg_per_kg(*, dose_mg: Decimal, weight_kg: Decimal) -> Decimal:
    """Dose per body weight in mg/kg, unrounded. Raises ValueError when the weight is not above zero.

    >>> dose_mg_per_kg(dose_mg=Decimal(35), weight_kg=Decimal(70))
    Decimal('0.5')
    """
    _require_positive(weight_kg, "weight_kg")
    return dose_mg / weight_kg


def rounded(value: Decimal, places: int) -> Decimal:
    """`value` for display, half up. Never compare a rounded value with a limit.

    >>> rounded(Decimal("0.125"), 2)
    Decimal('0.13')
    """
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def _require_positive(value: Decimal, name: str) -> None:
    if not value > 0:
        raise ValueError(f"{name} is {value}; it must be above 0")
