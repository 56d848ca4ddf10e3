"""What goes into an outcome report and what comes out of it."""

from dataclasses import dataclass
from datetime import date
from math import isfinite

from limen.clinical.definitions.outcome import OutcomeWindow, RemissionRule
from limen.clinical.statistics import Interval, MeanEstimate

STATUSES = ("active", "completed", "stopped", "dropped")


@dataclass(frozen=True)
class ScorePoint:
    """A score in points of its instrument, on the person's local date."""

    on: date
    value: float

    def __post_init__(self) -> None:
        if isinstance(self.value, bool) or not isfinite(self.value):
            raise ValueError(f"a score must be a finite number; got {self.value!r}")


@dataclass(frozen=True)
class Course:
    """One course of treatment on one instrument, counted from its first dose.

    started_on: the person's local date of the first dose.
    baseline: last score on or before that date; None when there is none.
    """

    patient_uid: str
    started_on: date
    baseline: ScorePoint | None
    points: tuple[ScorePoint, ...]
    status: str
    instrument: str

    def __post_init__(self) -> None:
        if self.status not in STATUSES:
            raise ValueError(f"course status {self.status!r} is not one of {', '.join(STATUSES)}")
        if self.baseline is not None and self.baseline.on > self.started_on:
            raise ValueError(
                f"a baseline of {self.baseline.on} is later than the first dose on {self.started_on}; "
                "a baseline is taken on or before that day"
            )


@dataclass(frozen=True)
class ReliableChange:
    """The smallest rise, in points, that is more than the scale's own noise, and where it comes from."""

    points: float
    source: str

    def __post_init__(self) -> None:
        if not (isfinite(self.points) and self.points > 0):
            raise ValueError(f"a reliable change must be above zero points; got {self.points!r}")
        if not self.source.strip():
            raise ValueError("a reliable change needs its source")


@dataclass(frozen=True)
class Count:
    """A number of people with what it counts. `is_small_cell`: hide it in exports."""

    n: int
    text: str
    is_small_cell: bool


@dataclass(frozen=True)
class Rate:
    """`events` of `denominator`, with the words that make it readable on its own.

    percent and interval_percent run from 0 to 100 and are None when the denominator is 0.
    is_small_cell: the events, those without the event, or the denominator are few enough to point at a person.
    """

    events: int
    denominator: int
    percent: float | None
    interval_percent: Interval | None
    rule_text: str
    denominator_text: str
    missing_text: str
    n_missing: int
    is_small_cell: bool


@dataclass(frozen=True)
class RatePair:
    """The same rule counted both ways, always shown side by side."""

    completers: Rate
    missing_counted_against: Rate


@dataclass(frozen=True)
class ChangeEstimate:
    """A mean over completers with its t interval; `estimate` is None when nobody can be counted.

    unit: "points" or "percent". Negative is better.
    """

    estimate: MeanEstimate | None
    unit: str
    rule_text: str
    denominator_text: str
    missing_text: str
    n_missing: int
    is_small_cell: bool


@dataclass(frozen=True)
class PercentChangeOfMeans:
    """Change of the mean score as percent of the mean baseline. Not the mean of percent changes; has no interval."""

    percent: float | None
    n: int
    rule_text: str
    denominator_text: str
    missing_text: str
    n_missing: int
    is_small_cell: bool


@dataclass(frozen=True)
class MissingPerson:
    """Someone who is due but cannot be judged, and why. `reasons` holds one or two plain phrases."""

    patient_uid: str
    started_on: date
    status: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class OutcomeReport:
    """The outcomes of one instrument at one week, as of one date."""

    definition_pin: str
    instrument: str
    instrument_title: str
    as_of: date
    window: OutcomeWindow
    window_text: str
    choice_of_score_text: str
    interval_text: str
    remission_rule: RemissionRule
    started: Count
    not_yet_due: Count
    due: Count
    assessed: Count
    completers: Count
    without_baseline: Count
    baseline_zero: Count
    without_score: Count
    already_in_remission: Count
    due_by_status: tuple[tuple[str, Count], ...]
    response: RatePair
    remission: RatePair
    improved: RatePair
    deteriorated: RatePair | None
    deteriorated_omitted_because: str
    mean_change: ChangeEstimate
    mean_percent_change: ChangeEstimate
    percent_change_of_means: PercentChangeOfMeans
    missing: tuple[MissingPerson, ...]
