"""UCUM codes (The Unified Code for Units of Measure) for the units this product stores."""

from collections.abc import Mapping
from types import MappingProxyType

# Our unit suffix -> UCUM case-sensitive code.
UCUM_CODES: Mapping[str, str] = MappingProxyType(
    {
        "mg": "mg",
        "mg_per_kg": "mg/kg",
        "kg": "kg",
        "lb": "[lb_av]",
        "cm": "cm",
        "kg_per_m2": "kg/m2",
        "mmhg": "mm[Hg]",
        "percent": "%",
        "per_min": "/min",
        "celsius": "Cel",
        "min": "min",
        "h": "h",
        "s": "s",
        "d": "d",
        "a": "a",
        "ng_per_ml": "ng/mL",
        "ng_h_per_ml": "ng.h/mL",
        "score": "{score}",
    }
)


def ucum_code(unit: str) -> str:
    """The UCUM code of one of our units. Raises KeyError naming the known units."""
    if unit not in UCUM_CODES:
        raise KeyError(f"no UCUM code for unit '{unit}'; known: {', '.join(UCUM_CODES)}")
    return UCUM_CODES[unit]
