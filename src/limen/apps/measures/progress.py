"""Scores over time as charts, tables and findings: the same numbers for the patient and for staff."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.utils.html import format_html

from limen.apps.accounts.selectors import setting_value
from limen.apps.measures import definitions, selectors
from limen.apps.measures.selectors import ScorePoint
from limen.apps.records import clock
from limen.apps.records.selectors import timeline
from limen.charts.model import Chart
from limen.charts.score_trajectory import Band, TrajectoryPoint, score_trajectory
from limen.clinical.definitions.instrument import Instrument
from limen.clinical.instruments import Change, UnknownRule, change_status

CHARTED = ("phq-9", "gad-7")
REMISSION_SETTINGS = {"phq-9": "outcome.phq9_remission", "gad-7": "outcome.gad7_remission"}
DOSE_LINES = 2000
NARROW_PX = 360


@dataclass(frozen=True)
class Drawn:
    """Markup made by the chart functions, which escape every text they draw."""

    svg: str

    def __html__(self) -> str:
        return self.svg


@dataclass(frozen=True)
class Progress:
    """One instrument of one patient. change is None while there is no score after a baseline."""

    instrument: Instrument
    points: tuple[ScorePoint, ...]
    baseline: ScorePoint | None
    latest: ScorePoint | None
    change: Change | None
    remission_key: str | None
    chart: Chart | None

    @property
    def svg(self) -> str:
        return format_html("{}", Drawn(self.chart.svg)) if self.chart else ""

    @property
    def set_aside(self) -> list[ScorePoint]:
        """Totals that are kept but not counted: given while impaired, or refused by the missing-item rule."""
        return [point for point in self.points if point.is_impaired or point.value is None]


def remission_rule(patient, instrument: Instrument) -> str | None:
    """The remission rule the site has signed for this instrument; None when it has not, or the file lacks it."""
    key = REMISSION_SETTINGS.get(instrument.identity.id)
    value = setting_value(patient.site_id, key) if key else None
    return value if value in {rule.key for rule in instrument.changes_of("remission")} else None


def change_of(instrument: Instrument, baseline: ScorePoint, value: ScorePoint, remission_key: str | None) -> Change:
    """The later score against baseline. A key the file does not hold counts as not signed."""
    try:
        return change_status(instrument, baseline.value, value.value, remission_rule=remission_key)
    except UnknownRule:
        return change_status(instrument, baseline.value, value.value, remission_rule=None)


def dose_dates(patient) -> list[date]:
    """The patient's own calendar dates on which a dose was given."""
    zone = ZoneInfo(patient.time_zone)
    lines = timeline(patient, limit=DOSE_LINES)
    return sorted({line.occurred_at.astimezone(zone).date() for line in lines if line.kind == "dose_given"})


def progress_of(patient, instrument_id: str, *, doses: list[date], width: int = 720) -> Progress:
    """Everything a page shows about one instrument."""
    instrument = definitions.instrument(instrument_id)
    points = selectors.score_series(patient, instrument_id)
    usable = [point for point in points if not point.is_impaired and point.value is not None]
    baseline = next((point for point in reversed(usable) if point.purpose == "baseline"), None)
    latest = usable[-1] if usable else None
    key = remission_rule(patient, instrument)
    has_change = baseline is not None and latest is not None and latest.response_uid != baseline.response_uid
    return Progress(
        instrument=instrument,
        points=tuple(points),
        baseline=baseline,
        latest=latest,
        change=change_of(instrument, baseline, latest, key) if has_change and baseline and latest else None,
        remission_key=key,
        chart=_chart(patient, instrument, usable, baseline, key, doses, width) if usable else None,
    )


def _chart(
    patient,
    instrument: Instrument,
    usable: list[ScorePoint],
    baseline: ScorePoint | None,
    remission_key: str | None,
    doses: list[date],
    width: int,
) -> Chart:
    return score_trajectory(
        scale_title=instrument.abbreviation,
        points=[_place(point) for point in usable],
        bands=[Band(band.lower, band.upper, band.label) for band in instrument.bands],
        baseline=_place(baseline) if baseline else None,
        response_line=response_line(instrument, baseline),
        remission_line=remission_line(instrument, remission_key),
        dose_dates=doses,
        today=clock.today(patient.time_zone),
        width=width,
    )


def _place(point: ScorePoint) -> TrajectoryPoint:
    assert point.value is not None
    return TrajectoryPoint(on=point.on, value=float(point.value))


def response_line(instrument: Instrument, baseline: ScorePoint | None) -> float | None:
    """The highest score that still counts as response to this baseline; None without one above zero."""
    rules = instrument.changes_of("response")
    if baseline is None or not baseline.value or not rules:
        return None
    return float(baseline.value) * (100 - rules[0].number) / 100


def remission_line(instrument: Instrument, key: str | None) -> float | None:
    """The highest whole score that still counts as remission by the signed rule; None when none is signed."""
    rule = next((rule for rule in instrument.changes_of("remission") if rule.key == key), None)
    if rule is None:
        return None
    return rule.number if rule.is_inclusive else rule.number - 1
