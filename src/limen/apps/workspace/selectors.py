"""Pages composed of many apps: one's own start page, a patient's chart, a patient's day. Reads only."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from limen.apps.accounts.access import ACTIONS
from limen.apps.accounts.selectors import setting_value
from limen.apps.measures import selectors as measures
from limen.apps.patients import selectors as patients
from limen.apps.patients.models import Episode
from limen.apps.plans import selectors as plans
from limen.apps.records import clock, knowledge
from limen.apps.records.actor import Actor
from limen.apps.records.selectors import timeline
from limen.apps.scheduling import selectors as scheduling
from limen.apps.screening import selectors as screening
from limen.apps.signals import selectors as signals
from limen.apps.treatment import selectors as treatment
from limen.charts import Chart, sparkline
from limen.clinical.definitions.instrument import parse_instrument

HOME_ROWS = 8
TIMELINE_ROWS = 40
CHARTED = ("phq-9", "gad-7")

TIMELINE_WORDS = {
    "episode_opened": "Episode of care opened",
    "episode_ended": "Episode of care ended",
    "consent_given": "Consent given",
    "consent_declined": "Consent declined",
    "consent_withdrawn": "Consent withdrawn",
    "dose_given": "Dose given",
    "visit_missed": "Visit missed",
}


@dataclass(frozen=True)
class StaffHome:
    """What waits for this person: only the parts their roles may open."""

    signals: list[Any] = field(default_factory=list)
    n_signals: int = 0
    sessions: list[Any] = field(default_factory=list)
    appointments: list[Any] = field(default_factory=list)
    reviews: list[Any] = field(default_factory=list)
    referrals: list[Any] = field(default_factory=list)
    stages: list[tuple[str, int]] = field(default_factory=list)
    shows: frozenset[str] = frozenset()


def may(actor: Actor, action: str) -> bool:
    return bool(actor.roles & ACTIONS[action].roles)


def staff_home(actor: Actor) -> StaffHome:
    today = clock.today(actor.time_zone)
    shows = frozenset(a for a in HOME_PARTS if may(actor, a))
    obligations = list(signals.open_obligations(actor)) if "signals.worklist" in shows else []
    return StaffHome(
        signals=obligations[:HOME_ROWS],
        n_signals=len(obligations),
        sessions=treatment.board(actor) if "board.read" in shows else [],
        appointments=scheduling.day(actor, today, actor.time_zone) if "schedule.read" in shows else [],
        reviews=plans.reviews_due(actor, today)[:HOME_ROWS] if "review.queue" in shows else [],
        referrals=screening.waiting_referrals(actor)[:HOME_ROWS] if "referrals.read" in shows else [],
        stages=_stages(actor) if "patient.find" in shows else [],
        shows=shows,
    )


HOME_PARTS = ("signals.worklist", "board.read", "schedule.read", "review.queue", "referrals.read", "patient.find")


NOT_COUNTED = ("referred", "ended")  # referrals wait in their own list


def _stages(actor: Actor) -> list[tuple[str, int]]:
    counts = dict.fromkeys(dict(Episode.STAGES), 0)
    for stage in Episode.objects.visible_to(actor).values_list("stage", flat=True):
        counts[stage] += 1
    return [(title, counts[key]) for key, title in Episode.STAGES if key not in NOT_COUNTED]


@dataclass(frozen=True)
class ScoreLine:
    """One instrument in one line: now, at baseline, and its course."""

    title: str
    latest: Any
    baseline: Any
    spark: Chart | None

    @property
    def change(self):
        if self.latest is None or self.baseline is None or self.latest.response_uid == self.baseline.response_uid:
            return None
        return self.latest.value - self.baseline.value


def score_lines(patient) -> list[ScoreLine]:
    return [_score_line(patient, instrument_id) for instrument_id in CHARTED]


def _score_line(patient, instrument_id: str) -> ScoreLine:
    instrument = knowledge.load("instruments", instrument_id, None, parse_instrument)
    points = [p for p in measures.score_series(patient, instrument_id) if p.value is not None and not p.is_impaired]
    marked = [p for p in points if p.purpose == "baseline"]
    spark = None
    if len(points) > 1:
        values = [float(p.value) for p in points if p.value is not None]
        spark = sparkline(title=instrument.abbreviation, values=values, low=0, high=float(instrument.bands[-1].upper))
    return ScoreLine(
        title=instrument.abbreviation,
        latest=points[-1] if points else None,
        baseline=marked[-1] if marked else None,
        spark=spark,
    )


def story(patient, *, for_patient: bool = False) -> list[dict[str, Any]]:
    """The patient's timeline in words."""
    return [
        {
            "at": entry.occurred_at,
            "what": TIMELINE_WORDS.get(entry.kind, entry.kind.replace("_", " ").capitalize()),
            "detail": entry.summary,
            "actor": "" if for_patient else entry.recorded_by_name,
        }
        for entry in timeline(patient, for_patient=for_patient, limit=TIMELINE_ROWS)
    ]


def today_of(patient) -> date:
    return clock.today(patient.time_zone)


def next_thing(patient, due: list, live) -> str:
    """Which one thing the patient's page puts first."""
    if live is not None:
        return "session"
    if due:
        return "measure"
    episode = patients.current_episode(patient)
    if episode is not None and episode.stage in ("referred", "onboarding", "deciding"):
        return "onboarding"
    return "visit"


def local(moment, time_zone: str):
    return moment.astimezone(ZoneInfo(time_zone))


def after_hours_number(site_id: int) -> str:
    return setting_value(site_id, "contact.after_hours_number") or ""


def title_of(assignment) -> str:
    """The questionnaire's own title, for the pinned version."""
    identifier, version = knowledge.split_pin(assignment.instrument_pin)
    return knowledge.load("instruments", identifier, version, parse_instrument).identity.title
