"""The patient's own plan in plain words: the next visit, what to prepare, every date, goals, and what was decided."""

from datetime import date

from limen.apps.patients.models import Patient
from limen.apps.plans import selectors
from limen.apps.plans.diary import LIVE, place_of
from limen.apps.plans.models import PlannedVisit
from limen.apps.plans.tables import local

WHAT_IT_IS = {
    "preparation": "A talk to get ready, and time for your questions.",
    "dosing": "Your treatment session. Someone is with you the whole time.",
    "integration": "A talk about how it was and what you take from it.",
    "review": "Your prescriber looks with you at how it is going.",
    "check-in-call": "A short call to hear how you are.",
}
WHERE = {"clinic": "At the clinic", "home": "At home", "video": "By video or phone"}
TO_PREPARE = {
    ("dosing", "clinic"): (
        "Follow what your team told you about food and drink.",
        "An adult needs to take you home. You cannot drive until the day after, once you have slept.",
        "Wear something soft. Bring music or a small thing you like, if you wish.",
        "You can write an intention. It is fine not to.",
    ),
    ("dosing", "home"): (
        "Your sitter needs to be with you before you begin, and stay.",
        "Keep your phone charged and the video link open.",
        "Follow what your team told you about food and drink.",
        "You can write an intention. It is fine not to.",
    ),
    ("preparation", ""): ("Bring your questions. No question is too small.",),
    ("review", ""): ("Your check-in answers help. Fill in any that are waiting.",),
}
STATE_WORDS = {"done": "Done", "missed": "Did not happen", "skipped": "Left out"}


def page_of(patient: Patient) -> dict:
    """Everything the page shows."""
    plan = selectors.latest_plan(patient)
    today = selectors.today_of(patient)
    visits = selectors.visits(plan) if plan else []
    is_open = plan is not None and plan.state in selectors.OPEN_STATES
    coming = [row for row in visits if row.state == "planned" and row.target_date >= today] if is_open else []
    return {
        "plan": plan,
        "is_paused": plan is not None and plan.state == "paused",
        "is_open": is_open,
        "next": _visit_words(coming[0], today) if coming else None,
        "coming": [_visit_words(row, today) for row in coming[1:]],
        "past": [_past_words(row) for row in reversed(visits) if row not in coming],
        "goals": selectors.goals(patient),
        "decisions": [
            {"on": row.reviewed_at, "words": row.patient_text, "next": row.next_review_on, "who": _signer(row)}
            for row in selectors.reviews(patient)
            if row.patient_text
        ],
    }


def _signer(row) -> str:
    return row.signature.printed_name


def _visit_words(row: PlannedVisit, today: date) -> dict:
    appointment = row.appointment if row.appointment and row.appointment.state in LIVE else None
    place = appointment.place if appointment else place_of(row)
    return {
        "title": row.title,
        "about": WHAT_IT_IS.get(row.kind, ""),
        "day": _day(row.target_date, today),
        "date": row.target_date,
        "time": f"{local(appointment):%H:%M}" if appointment else "",
        "zone": appointment.time_zone.replace("_", " ") if appointment else "",
        "where": WHERE.get(place, ""),
        "prepare": TO_PREPARE.get((row.kind, row.plan.place)) or TO_PREPARE.get((row.kind, "")) or (),
        "is_dosing": row.kind == "dosing",
        "is_today": row.target_date == today,
    }


def _day(day: date, today: date) -> str:
    days = (day - today).days
    return {0: "Today", 1: "Tomorrow"}.get(days, f"In {days} days")


def _past_words(row: PlannedVisit) -> dict:
    words = STATE_WORDS.get(row.state, "Your team will tell you")
    return {"title": row.title, "date": row.done_on or row.target_date, "state": words}
