"""Scoring, completeness, bands, item safety and change against baseline, for any instrument file."""

from limen.clinical.instruments.branching import asked_items, is_complete, next_items
from limen.clinical.instruments.change import Change, Finding, UnknownRule, change_status, percent_change
from limen.clinical.instruments.scoring import (
    ALGORITHM_VERSION,
    InvalidAnswer,
    ItemFinding,
    Score,
    band_of,
    check_answers,
    safety_findings,
    score,
    thresholds_reached,
)

__all__ = [
    "ALGORITHM_VERSION",
    "Change",
    "Finding",
    "InvalidAnswer",
    "ItemFinding",
    "Score",
    "UnknownRule",
    "asked_items",
    "band_of",
    "change_status",
    "check_answers",
    "is_complete",
    "next_items",
    "percent_change",
    "safety_findings",
    "score",
    "thresholds_reached",
]
