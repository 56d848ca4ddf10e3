"""Honest outcomes: every rate carries its rule, its denominator and how missing people were counted."""

from limen.clinical.outcomes.model import (
    ChangeEstimate,
    Count,
    Course,
    MissingPerson,
    OutcomeReport,
    PercentChangeOfMeans,
    Rate,
    RatePair,
    ReliableChange,
    ScorePoint,
)
from limen.clinical.outcomes.report import report, score_in_window

__all__ = [
    "ChangeEstimate",
    "Count",
    "Course",
    "MissingPerson",
    "OutcomeReport",
    "PercentChangeOfMeans",
    "Rate",
    "RatePair",
    "ReliableChange",
    "ScorePoint",
    "report",
    "score_in_window",
]
