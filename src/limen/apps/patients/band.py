"""What the patient band shows. Upper apps register what only they know: allergies, alerts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from limen.apps.patients.models import Patient
from limen.apps.records import clock

_allergies: list[Callable[[Patient], list[str] | None]] = []
_alerts: list[Callable[[Patient], list[dict[str, str]]]] = []


@dataclass(frozen=True)
class Band:
    """Whose page this is. `allergies` None means nobody asked; an empty list means none are known."""

    display_name: str
    birth_date: date
    age_years: int
    uid: Any
    site_name: str
    allergies: list[str] | None
    alerts: list[dict[str, str]] = field(default_factory=list)


def register_allergies(source: Callable[[Patient], list[str] | None]) -> None:
    _allergies.append(source)


def register_alerts(source: Callable[[Patient], list[dict[str, str]]]) -> None:
    """source: patient -> [{"text": ..., "tone": "alert" | "watch" | "info"}]"""
    _alerts.append(source)


def band_of(patient: Patient) -> Band:
    alerts = [alert for source in _alerts for alert in source(patient)]
    if patient.died_on:
        alerts.insert(0, {"text": f"Died {patient.died_on:%d %b %Y}", "tone": "info"})
    if patient.merged_into_id:
        alerts.insert(0, {"text": "Merged into another record", "tone": "watch"})
    return Band(
        display_name=patient.name,
        birth_date=patient.birth_date,
        age_years=patient.age_on(clock.today(patient.time_zone)),
        uid=patient.uid,
        site_name=patient.site.name,
        allergies=_allergies[0](patient) if _allergies else None,
        alerts=alerts,
    )
