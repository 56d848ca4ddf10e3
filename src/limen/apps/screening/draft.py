"""The free assessment while it is being answered: kept in the visitor's session and nowhere else."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from limen.apps.accounts.models import Site
from limen.apps.accounts.selectors import settings_of
from limen.apps.measures.definitions import instrument
from limen.apps.records import clock
from limen.apps.screening.rules import assessment_questions, eligibility_rules
from limen.clinical.definitions.instrument import Instrument
from limen.clinical.eligibility import Explanation, assess, explain_for_visitor
from limen.clinical.instruments import Score, score
from limen.clinical.rules import Fact, FactValue

SESSION_KEY = "limen_assessment"
INSTRUMENTS = ("phq-9", "gad-7")
SUICIDE_ITEM = ("phq-9", "q9")
LATER = ("tried", "medicines", "goals")
MOST_TRIALS = 12


@dataclass
class Draft:
    """What has been answered so far. answers: instrument id -> item id -> value (None: skipped)."""

    age_years: int | None = None
    place: str = ""
    answers: dict[str, dict[str, int | None]] = field(default_factory=dict)
    tried: str = ""
    trials: list[dict[str, str]] = field(default_factory=list)
    health: dict[str, str] = field(default_factory=dict)
    goals: str | None = None

    @property
    def has_begun(self) -> bool:
        return self.age_years is not None

    @property
    def is_place_known(self) -> bool:
        return bool(self.place)

    @property
    def needs_help(self) -> bool:
        """The last PHQ-9 question was answered above zero."""
        instrument_id, item_id = SUICIDE_ITEM
        return (self.answers.get(instrument_id, {}).get(item_id) or 0) > 0


def read(session) -> Draft:
    return Draft(**session.get(SESSION_KEY, {}))


def keep(session, draft: Draft) -> None:
    session[SESSION_KEY] = dict(vars(draft))


def erase(session) -> None:
    """Forget every answer. The session row goes with it when it holds nothing else."""
    session.pop(SESSION_KEY, None)
    if not session.keys():
        session.flush()


def steps(draft: Draft) -> list[str]:
    """The names of all pages in order; the page for medicines only where some were tried."""
    health = [f"health-{q.id}" for q in assessment_questions().questions if q.id not in ("age", "place")]
    items = [f"{one}-{item.id}" for one in INSTRUMENTS for item in instrument(one).items]
    later = [step for step in LATER if step != "medicines" or draft.tried == "yes"]
    return ["age", "place", *items, *[step for step in later if step != "goals"], *health, "goals"]


def item_of(step: str) -> tuple[Instrument, Any] | None:
    """The instrument and item of a questionnaire page, or None for another page."""
    for one in INSTRUMENTS:
        if step.startswith(f"{one}-"):
            found = instrument(one)
            item_id = step.removeprefix(f"{one}-")
            return (found, found.item(item_id)) if found.has_item(item_id) else None
    return None


def is_answered(draft: Draft, step: str) -> bool:
    if step == "age":
        return draft.age_years is not None
    if step == "place":
        return bool(draft.place)
    found = item_of(step)
    if found is not None:
        return found[1].id in draft.answers.get(found[0].identity.id, {})
    if step == "tried":
        return bool(draft.tried)
    if step == "medicines":
        return True  # names may be forgotten
    if step == "goals":
        return draft.goals is not None
    return step.removeprefix("health-") in draft.health


def first_open(draft: Draft) -> str | None:
    """The first page without an answer; None when everything has been asked."""
    return next((step for step in steps(draft) if not is_answered(draft, step)), None)


def scores(draft: Draft) -> list[tuple[Instrument, Score]]:
    found = [(instrument(one), draft.answers.get(one, {})) for one in INSTRUMENTS]
    return [(definition, score(definition, answers)) for definition, answers in found]


def facts(draft: Draft, today: date) -> dict[str, FactValue]:
    """What the answers say about the facts of the rules; whatever was not asked is left out."""
    source = "your answer"
    found: dict[str, FactValue] = {}
    questions = assessment_questions()
    for question_id, option_key in draft.health.items():
        question = questions.question(question_id)
        value = question.fact_value(option_key)
        if isinstance(value, bool | int | str):
            found[question.fact] = Fact(value, today, source)
    if draft.age_years is not None:
        found["age_years"] = Fact(draft.age_years, today, source)
    if draft.tried == "no":
        found["adequate_trials_failed"] = Fact(0, today, source)
    return found


def explain(draft: Draft, site: Site) -> Explanation:
    """Reasons, what would change them and what a clinician will ask, in plain words."""
    rules = eligibility_rules()
    today = clock.today(site.time_zone)
    return explain_for_visitor(rules, assess(rules, facts(draft, today), settings_of(site.pk), today=today))


def for_referral(draft: Draft) -> dict[str, Any]:
    """What is sent when the person asks to be contacted."""
    return {
        "answered_at": clock.now().isoformat(),
        "age_years": draft.age_years,
        "place": draft.place,
        **{one: draft.answers.get(one, {}) for one in INSTRUMENTS},
        "tried": draft.tried,
        "trials": draft.trials,
        "health": draft.health,
        "goals": draft.goals or "",
    }
