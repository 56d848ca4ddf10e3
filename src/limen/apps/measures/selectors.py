"""Reads of questionnaires, scores and vital signs."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models

from limen.apps.measures import definitions
from limen.apps.measures.models import Assignment, ItemAnswer, Response, Score, Vital

VITAL_FIELDS = (
    "systolic_mmhg",
    "diastolic_mmhg",
    "heart_rate_bpm",
    "spo2_percent",
    "respiratory_rate_per_min",
    "weight_kg",
    "height_cm",
)


@dataclass(frozen=True)
class ScorePoint:
    """One total of one form. value None: the missing-item rule gave no total; reason says why.

    on: the patient's own calendar date. band: the label in the instrument file, or empty.
    """

    on: date
    at: datetime
    value: int | Decimal | None
    band: str
    is_impaired: bool
    response_uid: uuid.UUID
    purpose: str
    reason: str = ""
    missing_items: tuple[str, ...] = ()


def due_for(patient, today: date) -> list[Assignment]:
    """Questionnaires open on this day of the patient's calendar: safety questions first, then the soonest due."""
    rows = Assignment.objects.filter(patient=patient, state="open", opens_on__lte=today, closes_on__gte=today)
    return sorted(rows.order_by("due_on", "id"), key=lambda row: row.purpose != "safety")


def open_assignments(patient) -> list[Assignment]:
    """Every open questionnaire of a patient, also those that open later."""
    return list(Assignment.objects.filter(patient=patient, state="open").order_by("due_on", "id"))


def answers_so_far(assignment: Assignment) -> dict[str, ItemAnswer]:
    """The answer that stands for each question answered so far."""
    rows = ItemAnswer.objects.filter(assignment=assignment).current().order_by("id")
    return {row.item_id: row for row in rows}


def answer_values(assignment: Assignment) -> dict[str, int | None]:
    """The standing answers as the core reads them; a refusal is the form's own refusal or no value."""
    rows = answers_so_far(assignment)
    instrument = definitions.pinned(assignment.instrument_pin)
    values = {item_id: row.value for item_id, row in rows.items()}
    return definitions.with_refusals(instrument, values, {i for i, row in rows.items() if row.is_refused})


def score_series(patient, instrument_id: str) -> list[ScorePoint]:
    """Every standing total of one instrument, oldest first. Totals given while impaired are marked, not left out."""
    rows = Score.objects.filter(
        patient=patient,
        name="total",
        instrument_pin__startswith=f"{instrument_id}@",
        response__superseded_by__isnull=True,
        response__is_void=False,
    )
    rows = rows.current().select_related("response").order_by("response__completed_at", "id")
    return [_point(row) for row in rows]


def _point(score: Score) -> ScorePoint:
    response = score.response
    return ScorePoint(
        on=response.completed_on,
        at=response.completed_at,
        value=plain_number(score.value),
        band=score.band,
        is_impaired=response.is_impaired,
        response_uid=response.uid,
        purpose=response.purpose,
        reason=score.reason,
        missing_items=tuple(score.missing_items),
    )


def plain_number(value: Decimal | None) -> int | Decimal | None:
    """A stored score as the core gives it: a whole number where it is one."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else value.normalize()


def _usable(points: list[ScorePoint]) -> list[ScorePoint]:
    return [point for point in points if not point.is_impaired and point.value is not None]


def latest_score(patient, instrument_id: str) -> ScorePoint | None:
    """The latest total that may be used: not given while impaired, not refused by the missing-item rule."""
    usable = _usable(score_series(patient, instrument_id))
    return usable[-1] if usable else None


def baseline_score(patient, instrument_id: str) -> ScorePoint | None:
    """The latest usable total marked as baseline; None when there is none. No other score stands in for it."""
    marked = [point for point in _usable(score_series(patient, instrument_id)) if point.purpose == "baseline"]
    return marked[-1] if marked else None


def responses_of(patient, *, limit: int = 200) -> list[Response]:
    """Finished forms with their scores, the newest first, corrected ones included."""
    rows = Response.objects.filter(patient=patient).select_related("recorded_by", "superseded_by")
    return list(rows.prefetch_related("scores").order_by("-completed_at", "-id")[:limit])


def scores_of(response: Response) -> list[Score]:
    return list(Score.objects.filter(response=response).order_by("id"))


def _vitals(patient) -> models.QuerySet[Vital]:
    return Vital.objects.filter(patient=patient).current()


def latest_vital(patient, field: str) -> tuple[Any, datetime] | None:
    """(value, when) of the latest set that holds this field; None when there is none."""
    if field not in VITAL_FIELDS:
        raise ValueError(f"'{field}' is not a vital sign; known: {', '.join(VITAL_FIELDS)}")
    rows = _vitals(patient).filter(**{f"{field}__isnull": False})
    row = rows.order_by("-occurred_at", "-id").first()
    return (getattr(row, field), row.occurred_at) if row else None


def vitals_of(subject_uid: uuid.UUID) -> list[Vital]:
    """The vital signs of one dosing session, oldest first."""
    rows = Vital.objects.filter(subject_uid=subject_uid).current()
    return list(rows.order_by("occurred_at", "id"))


def vitals_for(patient, *, limit: int = 200) -> list[Vital]:
    """All vital signs of a patient, the newest first."""
    return list(_vitals(patient).select_related("recorded_by").order_by("-occurred_at", "-id")[:limit])


def site_totals(site_id: int, instrument_id: str) -> dict[int, list[ScorePoint]]:
    """Every usable total of one instrument at a site, oldest first, by patient: one query for a whole report."""
    rows = Score.objects.filter(
        site_id=site_id,
        name="total",
        value__isnull=False,
        instrument_pin__startswith=f"{instrument_id}@",
        response__superseded_by__isnull=True,
        response__is_void=False,
        response__is_impaired=False,
    )
    totals: dict[int, list[ScorePoint]] = {}
    for row in rows.current().select_related("response").order_by("response__completed_at", "id"):
        totals.setdefault(row.patient_id, []).append(_point(row))
    return totals


def has_raised_signal(assignment: Assignment) -> bool:
    """True when any answer ever given here, changed ones included, met a safety rule (a mis-tap keeps its help)."""
    instrument = definitions.pinned(assignment.instrument_pin)
    limits = {rule.item: rule.at_or_above for rule in instrument.item_safety}
    rows = ItemAnswer.objects.filter(assignment=assignment, item_id__in=limits)
    return any(row.value is None or row.value >= limits[row.item_id] for row in rows)


def response_to(assignment: Assignment) -> Response | None:
    """The finished form of an assignment, as it stands."""
    return Response.objects.filter(assignment=assignment).current().order_by("-id").first()
