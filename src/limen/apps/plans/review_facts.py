"""What a prescriber sees before a review is signed, and what is kept with the signature."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from limen.apps.measures.progress import Progress, dose_dates, progress_of
from limen.apps.patients.models import Patient
from limen.apps.plans import selectors
from limen.apps.plans.models import CarePlan, PlannedVisit
from limen.apps.plans.review_knowledge import Odds, Option, review_knowledge
from limen.apps.records.models import TimelineEntry
from limen.apps.records.selectors import timeline
from limen.apps.signals.selectors import open_for

WATCHED = ("phq-9", "gad-7")
STORY_LINES = 2000


@dataclass(frozen=True)
class ReviewFacts:
    progress: list[Progress]
    visits: list[PlannedVisit]
    doses: list[TimelineEntry]
    adverse_events: list[TimelineEntry]
    open_signals: list[Any]
    odds: list[Odds]
    options: tuple[Option, ...]
    knowledge_pin: str

    def count(self, state: str) -> int:
        return sum(1 for visit in self.visits if visit.state == state)

    @property
    def attendance(self) -> str:
        """Visits that came due, with their denominator."""
        closed = sum(self.count(state) for state in ("done", "missed", "skipped"))
        others = f"{self.count('missed')} missed, {self.count('skipped')} left out"
        return f"{self.count('done')} done of {closed} closed; {others}"

    def as_kept(self, on: date) -> dict[str, Any]:
        """What was on the page, as it is kept with the signed review."""
        return {
            "on": on.isoformat(),
            "scores": [_kept_score(row) for row in self.progress],
            "visits": self.attendance,
            "doses": [f"{row.occurred_at:%Y-%m-%d} {row.summary}".strip() for row in self.doses],
            "adverse_events": [f"{row.occurred_at:%Y-%m-%d} {row.summary}".strip() for row in self.adverse_events],
            "open_signals": [row.title for row in self.open_signals],
            "knowledge": self.knowledge_pin,
        }


def _kept_score(row: Progress) -> dict[str, Any]:
    baseline, latest = row.baseline, row.latest
    return {
        "instrument": row.instrument.pin,
        "baseline": None if baseline is None else [baseline.on.isoformat(), baseline.value],
        "latest": None if latest is None else [latest.on.isoformat(), latest.value],
        "response": row.change.is_response if row.change else None,
        "remission": row.change.is_remission if row.change else None,
        "deterioration": row.change.is_reliable_deterioration if row.change else None,
    }


def facts_for(patient: Patient, plan: CarePlan) -> ReviewFacts:
    """Everything the review page shows, read once."""
    story = timeline(patient, limit=STORY_LINES)
    doses = dose_dates(patient)
    known = review_knowledge()
    return ReviewFacts(
        progress=[progress_of(patient, identifier, doses=doses) for identifier in WATCHED],
        visits=selectors.visits(plan),
        doses=[row for row in story if row.kind == "dose_given"],
        adverse_events=[row for row in story if row.kind.startswith("adverse_event")],
        open_signals=open_for(patient),
        odds=known.odds_for(plan.route),
        options=known.options,
        knowledge_pin=known.identity.pin,
    )
