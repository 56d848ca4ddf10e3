"""Courses for the outcome tests, written as days after the first dose."""

from datetime import date, timedelta
from pathlib import Path

from limen.clinical.definitions.outcome import parse_outcome_definition
from limen.clinical.outcomes import Course, ScorePoint

START = date(2025, 1, 6)
LATE = date(2025, 12, 31)
FILE = Path(__file__).parents[3] / "src/limen/knowledge/rules/outcomes/1.toml"
DEFINITION = parse_outcome_definition(FILE.read_text(encoding="utf-8"), "outcomes/1.toml")


def course(uid, baseline, *points, status="active", start=START, instrument="phq-9"):
    """A course whose `points` are (day after first dose, score); the baseline, when given, is from the day before."""
    return Course(
        patient_uid=uid,
        started_on=start,
        baseline=None if baseline is None else ScorePoint(start - timedelta(days=1), baseline),
        points=tuple(ScorePoint(start + timedelta(days=day), value) for day, value in points),
        status=status,
        instrument=instrument,
    )
