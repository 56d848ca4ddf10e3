"""Quantities: strict reading of typed numbers, conversions at the edge, UCUM codes."""

from limen.clinical.units.mass import (
    KG_PER_LB,
    bmi_kg_per_m2,
    dose_mg_per_kg,
    kg_from_lb,
    lb_from_kg,
    rounded,
)
from limen.clinical.units.number import InvalidNumber, parse_decimal, parse_whole, plain
from limen.clinical.units.ucum import UCUM_CODES, ucum_code

__all__ = [
    "KG_PER_LB",
    "UCUM_CODES",
    "InvalidNumber",
    "bmi_kg_per_m2",
    "dose_mg_per_kg",
    "kg_from_lb",
    "lb_from_kg",
    "parse_decimal",
    "parse_whole",
    "plain",
    "rounded",
    "ucum_code",
]
