"""The menu of each kind of person, filtered by the access table."""

from functools import cache

from django.urls import reverse

from limen.apps.accounts.access import ACTIONS
from limen.apps.records.actor import Actor

PUBLIC = (
    ("How it works", "library:how-it-works", "public.read"),
    ("Treatment options", "library:treatment-options", "public.read"),
    ("What to expect", "library:what-to-expect", "public.read"),
    ("Questions", "library:questions", "public.read"),
)
TODAY = "Today"
PATIENT = (
    (TODAY, "workspace:today", "my.today"),
    ("Progress", "measures:my-progress", "my.progress"),
    ("Plan", "plans:my-plan", "my.plan"),
    ("Journal", "therapy:my-journal", "my.journal"),
    ("More", "workspace:more", "my.today"),
)
STAFF = (
    ("Home", "workspace:home", "workspace.home"),
    ("Patients", "patients:find", "patient.find"),
    ("Referrals", "screening:referrals", "referrals.read"),
    ("Board", "treatment:board", "board.read"),
    ("Signals", "signals:worklist", "signals.worklist"),
    ("Schedule", "scheduling:day", "schedule.read"),
    ("Reviews", "plans:review-queue", "review.queue"),
    ("Programme", "insights:programme", "insights.read"),
    ("Staff", "accounts:staff", "staff.read"),
    ("Settings", "accounts:settings", "settings.read"),
    ("Audit", "accounts:audit", "audit.read"),
)
PATIENT_PAGES = (
    ("Overview", "workspace:chart", "patient.read"),
    ("Onboarding", "screening:onboarding", "intake.read"),
    ("History", "screening:intake", "intake.read"),
    ("Eligibility", "screening:eligibility", "eligibility.read"),
    ("Plan", "plans:plan", "plan.read"),
    ("Review", "plans:review", "review.read"),
    ("Orders", "treatment:orders", "order.read"),
    ("Sessions", "treatment:sessions", "session.read"),
    ("Measures", "measures:progress", "measures.read"),
    ("Vitals", "measures:vitals", "measures.read"),
    ("Notes", "therapy:notes", "notes.read"),
    ("Details", "patients:details", "patient.read"),
)


def patient_tabs(actor: Actor, patient, path: str) -> list[dict]:
    """The pages about one patient that this actor may open."""
    tabs = [
        {"label": label, "url": reverse(name, kwargs={"patient_uid": patient.uid}), "is_current": False}
        for label, name, action in PATIENT_PAGES
        if actor.roles & ACTIONS[action].roles
    ]
    current = _nearest(tabs, path)
    if current:
        current["is_current"] = True
    return tabs


def _nearest(items: list[dict], path: str) -> dict | None:
    """The item whose address is the longest start of the path."""
    return max((i for i in items if path.startswith(i["url"])), key=lambda i: len(i["url"]), default=None)


@cache
def _address(name: str) -> str:
    return reverse(name)


def navigation_for(actor: Actor, path: str) -> list[dict]:
    """Menu lines this actor may follow; the longest address that starts the path is the current one."""
    lines = PATIENT if actor.is_patient_actor else STAFF if actor.is_staff_actor else PUBLIC
    items: list[dict] = [
        {"label": label, "url": _address(name), "is_current": False}
        for label, name, action in lines
        if not actor.is_staff_actor or actor.roles & ACTIONS[action].roles
    ]
    current = _nearest(items, path)
    if current and current["label"] == TODAY and path != current["url"]:
        # Everything of a patient's own lies below Today's address; what has no line of its own is under More.
        current = items[-1]
    if current:
        current["is_current"] = True
    return items
