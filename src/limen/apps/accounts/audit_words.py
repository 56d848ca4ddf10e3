"""What an audit row says in words: the reads by the access table, the changes by the part of the record they touch."""

from limen.apps.accounts.access import ACTIONS
from limen.apps.accounts.roles import role_words

CHANGED = {
    "account": "The patient's account",
    "appointment": "Appointments",
    "consent": "Consents",
    "eligibility": "The eligibility assessment and decision",
    "episode": "The episode of care",
    "intake": "History and medicines",
    "intention": "The intention",
    "invitation": "The one-time link",
    "journal": "The journal",
    "measure": "Questionnaires",
    "note": "Preparation and integration notes",
    "onboarding": "Onboarding steps",
    "order": "Dose orders",
    "patient": "Names, contacts and supporters",
    "plan": "The care plan",
    "referral": "The referral",
    "session": "The dosing session",
    "signal": "A safety signal",
    "staff": "The account",
    "vital": "Vital signs",
}
EXACT = {
    "measure.missed": "Closed a questionnaire whose day was over",
    "patient.create": "Opened the record",
    "patient.impaired": "Limited the account while the medicine works, or opened it again",
    "patient.link": "Joined the account to the record",
    "patient.merge": "Joined two records of one person",
    "plan.review": "Signed a review",
    "session.discharge": "Signed the discharge",
    "session.dose": "Recorded a dose",
    "session.start": "Started the dose",
    "session.vital": "Recorded vital signs in the session",
    "vital.record": "Recorded vital signs",
}
KINDS = {"system": "Limen itself", "visitor": "Somebody not signed in", "patient": "Patient"}


def what(action: str) -> str:
    """The row's action in words: what was opened, or what was written."""
    if action in EXACT:
        return EXACT[action]
    if action in ACTIONS:
        return ACTIONS[action].meaning
    part = CHANGED.get(action.split(".")[0])
    return f"Changed: {part[0].lower()}{part[1:]}" if part else action.replace("_", " ").replace(".", ": ")


def who(event) -> str:
    """The name kept with the row; work nobody did in person has no name to show."""
    return KINDS[event.actor_kind] if event.actor_kind in ("system", "visitor") else event.actor_name


def standing(event) -> str:
    """The roles the person acted in, in words; empty where the name says it all."""
    return role_words(event.roles) if event.actor_kind == "staff" else ""
