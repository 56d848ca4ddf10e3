"""What a visitor answers in these tests, and the walk through the pages that gives those answers."""

from factories import set_settings
from limen.apps.accounts.models import Site
from limen.apps.records.actor import system
from limen.apps.records.acts import act
from limen.apps.screening.rules import assessment_questions

# PHQ-9: 3+3+3+2+2+2+1+1+0 = 17; GAD-7: 2+2+2+2+1+1+1 = 11 (added by hand).
PHQ_9 = {"q1": 3, "q2": 3, "q3": 3, "q4": 2, "q5": 2, "q6": 2, "q7": 1, "q8": 1, "q9": 0, "difficulty": 2}
GAD_7 = {"q1": 2, "q2": 2, "q3": 2, "q4": 2, "q5": 1, "q6": 1, "q7": 1}
PLACE = "New York"


def open_to_public(site: Site, *places: str) -> None:
    """Make the site live and sign where it may treat."""
    set_settings(site, public__served_places=list(places or (PLACE,)))
    with act("test.live", actor=system("tests")):
        site.is_live = True
        site.save()


def health(**changes: str) -> dict[str, str]:
    """'no' to every health question, but for the changes (underscores stand for hyphens)."""
    found = {q.id: "no" for q in assessment_questions().questions if q.id not in ("age", "place")}
    return found | {key.replace("_", "-"): value for key, value in changes.items()}


def sent(**changes) -> dict:
    """The answers of a referral as the assessment sends them."""
    answers = {
        "answered_at": "2026-11-20T15:00:00+00:00",
        "age_years": 42,
        "place": PLACE,
        "phq-9": PHQ_9,
        "gad-7": GAD_7,
        "tried": "yes",
        "trials": [{"drug": "sertraline", "enough": "yes", "outcome": "none"}],
        "health": health(),
        "goals": "To play with my children again",
    }
    return answers | changes


def post(client, step: str, **data):
    return client.post(f"/assessment/q/{step}/", data)


def walk(client, *, phq_9=None, gad_7=None, health_answers=None, age: int = 42, tried: str = "yes") -> None:
    """Answer every page up to the check page."""
    post(client, "age", answer=age)
    post(client, "place", answer=PLACE)
    for name, given in (("phq-9", phq_9 or PHQ_9), ("gad-7", gad_7 or GAD_7)):
        for item, value in given.items():
            response = post(client, f"{name}-{item}", answer=value)
            assert response.status_code == 302, (name, item, response.status_code)
    post(client, "tried", answer=tried)
    if tried == "yes":
        post(client, "medicines", drug="sertraline", enough="yes", outcome="none")
    for question, answer in (health_answers or health()).items():
        assert post(client, f"health-{question}", answer=answer).status_code == 302, question
    post(client, "goals", answer="To play with my children again")
