"""Who may do what: one pure table, deny by default.

Every URL declares one of these actions. An action nobody declared is refused; a role that is not named
has nothing. `can` is the only reader of the table.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from limen.apps.accounts.roles import (
    ADMIN,
    AUDITOR,
    CLINICAL,
    COORDINATOR,
    LEAD,
    MEDICAL_DIRECTOR,
    MONITOR,
    PATIENT,
    PHARMACIST,
    PRESCRIBER,
    STAFF,
    THERAPIST,
)
from limen.apps.records.actor import Actor

ANYONE = frozenset({"anyone"})
SIGNED_IN = frozenset({"signed_in"})

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Policy:
    """One row of the table.

    roles: who may. about: "nothing", "site", "patient" (the URL names a patient) or "self" (own record).
    factors: how many factors the sign-in must have proved. audits_reads: a GET writes an audit row.
    """

    roles: frozenset[str]
    about: str = "nothing"
    factors: int = 2
    audits_reads: bool = False
    meaning: str = ""


@dataclass(frozen=True)
class Decision:
    is_allowed: bool
    reason: str = ""
    needs_factor: bool = False


@dataclass(frozen=True)
class Subject:
    """What the action is about: a patient's identity and site, or a site."""

    patient_id: int | None = None
    site_id: int | None = None


def _patient(roles: frozenset[str], meaning: str) -> Policy:
    return Policy(roles=roles, about="patient", audits_reads=True, meaning=meaning)


def _own(meaning: str, factors: int = 2) -> Policy:
    return Policy(roles=frozenset({PATIENT}), about="self", factors=factors, audits_reads=True, meaning=meaning)


def _site(roles: frozenset[str], meaning: str, *, audits_reads: bool = False) -> Policy:
    return Policy(roles=roles, about="site", audits_reads=audits_reads, meaning=meaning)


PRESCRIBERS = frozenset({PRESCRIBER, MEDICAL_DIRECTOR})
CARE_TEAM = CLINICAL
READERS = CLINICAL | {PHARMACIST}

ACTIONS: dict[str, Policy] = {
    # Public
    "public.read": Policy(ANYONE, factors=0, meaning="Public pages"),
    "public.assess": Policy(ANYONE, factors=0, meaning="The free assessment"),
    "account.enter": Policy(ANYONE, factors=0, meaning="Sign in, accept an invitation, recover a passkey"),
    "demo.enter": Policy(ANYONE, factors=0, meaning="Demo clinic only: sign in as a demo person"),
    # Own account
    "account.own": Policy(SIGNED_IN, factors=1, meaning="Own profile, language, time zone, sign-in methods"),
    "account.switch": Policy(STAFF, factors=2, meaning="Change the site one works at"),
    # People and settings
    "staff.read": _site(STAFF, "Who works here and their licences"),
    "staff.manage": _site(frozenset({ADMIN}), "Invite, disable, give roles, record licences"),
    "settings.read": _site(STAFF, "The site's settings and what stays blocked"),
    "settings.change": _site(frozenset({ADMIN, MEDICAL_DIRECTOR}), "Sign a new value of a setting"),
    "audit.read": _site(frozenset({AUDITOR, ADMIN}), "Who saw and did what", audits_reads=True),
    # Patients
    "patient.find": _site(READERS | {ADMIN}, "Find a patient", audits_reads=True),
    "patient.create": _site(frozenset({COORDINATOR, PRESCRIBER, MEDICAL_DIRECTOR}), "Open a patient's record"),
    "patient.read": _patient(READERS, "Read a patient's record"),
    "patient.update": _patient(
        frozenset({COORDINATOR, PRESCRIBER, MEDICAL_DIRECTOR}), "Change names, contacts, supporters"
    ),
    "patient.merge": _patient(frozenset({COORDINATOR, MEDICAL_DIRECTOR}), "Merge a duplicate"),
    "episode.end": _patient(PRESCRIBERS, "End, transfer or close an episode of care"),
    "patient.invite": _patient(frozenset({COORDINATOR, PRESCRIBER}), "Send a patient their one-time link"),
    "patient.audit": _patient(frozenset({AUDITOR, ADMIN}), "Who saw this patient's record"),
    # Signals
    "signals.worklist": _site(CLINICAL, "Open safety signals", audits_reads=True),
    "signals.read": _patient(CLINICAL, "One safety signal and its history"),
    "signals.answer": _patient(frozenset({PRESCRIBER, MEDICAL_DIRECTOR, THERAPIST, MONITOR}), "Answer a safety signal"),
    # Measures
    "measures.read": _patient(READERS, "Scores and progress"),
    "measures.assign": _patient(CLINICAL, "Ask for a questionnaire"),
    "measures.enter": _patient(CLINICAL, "Enter a questionnaire from paper or a visit"),
    # Screening
    "referrals.read": _site(frozenset({COORDINATOR, PRESCRIBER, MEDICAL_DIRECTOR}), "Referrals", audits_reads=True),
    "referrals.accept": _site(frozenset({COORDINATOR}), "Accept or close a referral", audits_reads=True),
    "intake.read": _patient(READERS, "Onboarding and intake"),
    "intake.record": _patient(CLINICAL, "Record history, medicines, findings"),
    "eligibility.read": _patient(READERS, "The eligibility assessment"),
    "eligibility.decide": _patient(PRESCRIBERS, "Sign the eligibility decision"),
    # Scheduling
    "schedule.read": _site(CLINICAL, "The site's calendar", audits_reads=True),
    "schedule.change": _patient(frozenset({COORDINATOR, PRESCRIBER, MONITOR, THERAPIST}), "Book, move, cancel a visit"),
    "rooms.manage": _site(frozenset({ADMIN}), "Rooms of the site"),
    # Plans
    "plan.read": _patient(READERS, "The care plan"),
    "plan.write": _patient(PRESCRIBERS, "Start or change a care plan"),
    "review.read": _patient(READERS, "Reviews"),
    "review.sign": _patient(PRESCRIBERS, "Sign a review"),
    "review.queue": _site(PRESCRIBERS | {COORDINATOR}, "Whose review is due", audits_reads=True),
    # Therapy
    "notes.read": _patient(frozenset({PRESCRIBER, THERAPIST, MEDICAL_DIRECTOR}), "Preparation and integration notes"),
    "notes.write": _patient(frozenset({THERAPIST, PRESCRIBER}), "Write and sign notes"),
    # Treatment
    "order.read": _patient(READERS, "Dose orders"),
    "order.sign": _patient(PRESCRIBERS, "Sign a dose order"),
    "order.second_check": _patient(frozenset({PRESCRIBER, MEDICAL_DIRECTOR, PHARMACIST}), "Second check of an order"),
    "order.cancel": _patient(PRESCRIBERS, "Cancel an order"),
    "session.read": _patient(CLINICAL, "The dosing session"),
    "session.record": _patient(frozenset({MONITOR, PRESCRIBER, MEDICAL_DIRECTOR}), "Record in a dosing session"),
    "session.override": _patient(frozenset({MONITOR, PRESCRIBER, MEDICAL_DIRECTOR}), "Override a gate line"),
    "session.discharge": _patient(frozenset({MONITOR, PRESCRIBER, MEDICAL_DIRECTOR}), "Discharge or another ending"),
    "board.read": _site(CLINICAL, "The live board", audits_reads=True),
    # Programme
    "insights.read": _site(frozenset({LEAD, MEDICAL_DIRECTOR, PRESCRIBER, ADMIN}), "Programme outcomes"),
    "workspace.home": _site(STAFF, "One's own start page", audits_reads=True),
    "patient.export": _patient(frozenset({COORDINATOR, MEDICAL_DIRECTOR}), "Export one patient's record"),
    # The patient's own pages
    "my.today": _own("Today's one thing to do", factors=1),
    "my.measures": _own("Own questionnaires", factors=1),
    "my.progress": _own("Own progress"),
    "my.onboarding": _own("Own onboarding steps and consents"),
    "my.consent": _own("Read and give a consent"),
    "my.withdraw": _own("See own consents, decline or take one back", factors=1),
    "my.plan": _own("Own plan and visits"),
    "my.session": _own("Own dosing session"),
    "my.journal": _own("Own private journal"),
    "my.intention": _own("Own intention"),
    "my.record": _own("Who saw my record; my own export"),
    "my.help": _own("Ask for help", factors=1),
}


def can(actor: Actor, action: str, subject: Subject | None = None) -> Decision:
    """May this actor do this, to this subject? Unknown actions and empty roles are refused."""
    policy = ACTIONS.get(action)
    if policy is None:
        return Decision(False, "No such action is declared.")
    if policy.roles == ANYONE:
        return Decision(True)
    if not actor.is_signed_in:
        return Decision(False, "Please sign in.")
    if policy.roles == SIGNED_IN:
        return _enough_factors(actor, policy)
    if policy.about == "self":
        allowed = actor.is_patient_actor and actor.patient_id is not None
        if subject is not None and subject.patient_id is not None:
            allowed = allowed and subject.patient_id == actor.patient_id
        return _enough_factors(actor, policy) if allowed else Decision(False, "This page belongs to a patient.")
    if not actor.is_staff_actor or not actor.roles.intersection(policy.roles):
        return Decision(False, "Your role here does not include this.")
    if subject is not None and subject.site_id is not None and subject.site_id != actor.site_id:
        return Decision(False, "That belongs to another site.")
    if policy.about == "patient" and (subject is None or subject.patient_id is None):
        return Decision(False, "No patient was named.")
    return _enough_factors(actor, policy)


def _enough_factors(actor: Actor, policy: Policy) -> Decision:
    if actor.factors < policy.factors:
        return Decision(False, "This page needs a second factor.", needs_factor=True)
    return Decision(True)


def declares(action: str) -> Callable[[View], View]:
    """Mark a view with the action it performs. The name is checked at import."""
    if action not in ACTIONS:
        raise ValueError(f"'{action}' is not in the access table")

    def mark(view: View) -> View:
        view.limen_action = action  # type: ignore[attr-defined]
        return view

    return mark


def declared_action(view: Callable[..., Any], route_name: str, foreign: dict[str, str]) -> str | None:
    """The action of a resolved view: its own mark, or the table of library routes."""
    return getattr(view, "limen_action", None) or foreign.get(route_name)
