"""What may be typed as a vital sign: units, and the widest values an adult's reading can take.

These catch slips of the finger. They are not clinical limits: those are signed by the site and live in its settings.
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class EntryRange:
    """lowest, highest: in `unit`, both ends accepted. decimals: places that may be given."""

    field: str
    label: str
    unit: str
    lowest: int
    highest: int
    decimals: int = 0


SOURCE = "Programme definition: entry checks against typing slips, not clinical limits"

ENTRY_RANGES = {
    row.field: row
    for row in (
        EntryRange("systolic_mmhg", "Systolic blood pressure", "mmHg", 40, 300),
        EntryRange("diastolic_mmhg", "Diastolic blood pressure", "mmHg", 20, 200),
        EntryRange("heart_rate_bpm", "Heart rate", "per minute", 20, 300),
        EntryRange("spo2_percent", "Oxygen saturation", "%", 40, 100),
        EntryRange("respiratory_rate_per_min", "Breathing rate", "per minute", 2, 80),
        EntryRange("weight_kg", "Weight", "kg", 25, 350, 1),
        EntryRange("height_cm", "Height", "cm", 100, 250, 1),
    )
}

SLIP_TOLERANCE = Decimal("0.08")  # how near a ratio must be to 2.2 to look like pounds typed as kilograms
