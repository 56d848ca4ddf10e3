"""Reads of referrals, onboarding, history and eligibility."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from limen.apps.measures.selectors import latest_vital
from limen.apps.patients.models import Patient
from limen.apps.patients.selectors import (
    consent_history,
    consents_in_force,
    contacts,
    current_episode,
    possible_duplicates,
    supporters,
)
from limen.apps.records import clock
from limen.apps.records.actor import Actor
from limen.apps.screening.facts import PREGNANCY_FACTS, PREGNANCY_TEST, facts_for
from limen.apps.screening.models import (
    Allergy,
    ChecklistItem,
    Condition,
    EligibilityAssessment,
    EligibilityDecision,
    LabResult,
    MedicationStatement,
    MedicationTrial,
    OutsideClinician,
    Referral,
)
from limen.apps.screening.steps import BY_KEY

__all__ = ["PREGNANCY_FACTS", "PREGNANCY_TEST", "facts_for"]

# SR-51: a pregnancy test is read by those who prescribe and watch, by nobody else.
PREGNANCY_READERS = frozenset({"prescriber", "monitor", "medical_director"})
CARE_SCOPE = "care"


def referrals(actor: Actor, *, state: str = "received") -> list[Referral]:
    """Referrals of the actor's site in one state, the longest waiting first."""
    return list(Referral.objects.filter(site_id=actor.site_id, state=state).order_by("received_at", "id"))


def waiting_referrals(actor: Actor) -> list[Referral]:
    """Who asked to be contacted and waits for an answer, the longest waiting first."""
    return referrals(actor, state="received")


def referral_answers(referral: Referral) -> dict[str, Any]:
    """What the person answered, as it was sent."""
    answers: dict[str, Any] = json.loads(referral.answers)
    return answers


def duplicates_of(referral: Referral, actor: Actor) -> list[Patient]:
    """Records that may be the same person as the one who asked."""
    return possible_duplicates(
        actor,
        given_name=referral.given_name,
        family_name=referral.family_name,
        birth_date=date.fromisoformat(referral.birth_date_text),
    )


def referral_of(patient: Patient) -> Referral | None:
    """The referral this patient came by."""
    return Referral.objects.filter(patient=patient).order_by("-received_at", "-id").first()


@dataclass(frozen=True)
class Step:
    """One onboarding step as it stands: done by a person or by what is on record.

    state: "done", "not_needed", "overdue", "blocked", "now" (the first open one) or "todo".
    detail: what is on record, or what is still missing.
    """

    item: ChecklistItem
    state: str
    detail: str

    @property
    def is_settled(self) -> bool:
        return self.state in ("done", "not_needed")


def checklist(episode) -> list[Step]:
    """The onboarding steps of an episode in order, each with its state worked out from the facts."""
    items = list(episode.checklist.select_related("owner").order_by("sequence"))
    if not items:
        return []
    patient = episode.patient
    found = step_facts(patient, episode)
    settled = {item.key for item in items if item.state != "todo" or found.get(item.key, (False, ""))[0]}
    today = clock.today(patient.time_zone)
    steps: list[Step] = []
    has_next = False
    for item in items:
        is_done, detail = found.get(item.key, (False, ""))
        state = _step_state(item, is_done, settled, today)
        if state == "todo" and not has_next:
            state = "now"
        has_next = has_next or state in ("now", "overdue")
        steps.append(Step(item=item, state=state, detail=item.note or detail))
    return steps


def _step_state(item: ChecklistItem, is_done: bool, settled: set[str], today: date) -> str:
    if item.state == "not_needed":
        return "not_needed"
    if item.state == "done" or is_done:
        return "done"
    if item.blocked_by and item.blocked_by not in settled:
        return "blocked"
    return "overdue" if item.due_on < today else "todo"


def step_facts(patient: Patient, episode) -> dict[str, tuple[bool, str]]:
    """For each step that facts can settle: whether they do, and what is there or missing."""
    in_force = consents_in_force(patient)
    decided = {row.scope for row in consent_history(patient)}
    people = supporters(patient)
    return {
        "account": (patient.user_id is not None, "" if patient.user_id else "The link has not been used yet."),
        "consent": (CARE_SCOPE in in_force, "" if CARE_SCOPE in in_force else "Not in force."),
        "telehealth": ("telehealth" in in_force, "" if "telehealth" in in_force else "Not in force."),
        "sharing": ("sharing" in decided, "Decided." if "sharing" in decided else ""),
        "supporter": (any(p.role in ("sitter", "escort") for p in people), ""),
        "contacts": _contacts_fact(patient, people),
        "vitals": _vitals_fact(patient),
        "trials": _trials_fact(patient),
        "history": _history_fact(patient),
        "pregnancy": (_has_pregnancy_test(patient), ""),
    }


def _contacts_fact(patient: Patient, people) -> tuple[bool, str]:
    missing = []
    if not any(c.kind in ("treatment_address", "address") for c in contacts(patient)):
        missing.append("an address")
    if not any(p.role in ("emergency", "kin") for p in people):
        missing.append("an emergency contact")
    return not missing, f"Missing: {', '.join(missing)}." if missing else ""


def _vitals_fact(patient: Patient) -> tuple[bool, str]:
    missing = [
        words
        for field, words in (("systolic_mmhg", "blood pressure"), ("weight_kg", "weight"))
        if latest_vital(patient, field) is None
    ]
    return not missing, f"Missing: {', '.join(missing)}." if missing else ""


def _trials_fact(patient: Patient) -> tuple[bool, str]:
    rows = trials(patient)
    open_rows = [row for row in rows if row.is_adequate is None]
    if not rows:
        return False, "No antidepressant is listed."
    return not open_rows, f"{len(open_rows)} of {len(rows)} not judged yet." if open_rows else ""


def _history_fact(patient: Patient) -> tuple[bool, str]:
    from limen.apps.screening.rules import condition_questions

    known = {row.code for row in conditions(patient) if row.state != "unknown" and row.source == "clinician"}
    missing = [q for q in condition_questions() if q.code not in known]
    return not missing, f"{len(missing)} not settled by a clinician yet." if missing else ""


def _has_pregnancy_test(patient: Patient) -> bool:
    return LabResult.objects.filter(patient=patient, code=PREGNANCY_TEST).current().exists()


def next_step_of(steps: list[Step]) -> Step | None:
    """The one thing the patient can do next; None when everything left is for the team."""
    mine = [s for s in steps if s.item.owner_role == "patient" and not s.is_settled]
    return next((s for s in mine if s.state != "blocked"), None)


def patient_steps(patient: Patient) -> list[dict[str, Any]]:
    """The open steps as the patient sees them, for the checklist component."""
    episode = current_episode(patient)
    if episode is None:
        return []
    return [patient_line(step) for step in checklist(episode) if not step.is_settled]


def patient_line(step: Step) -> dict[str, Any]:
    """One step in the patient's words."""
    kind = BY_KEY.get(step.item.key)
    is_mine = step.item.owner_role == "patient"
    return {
        "title": kind.patient_title if kind else step.item.title,
        "detail": step.item.patient_text,
        "state": {"not_needed": "done"}.get(step.state, step.state),
        "state_text": "Not needed" if step.state == "not_needed" else "",
        "owner": "You" if is_mine else "Your team",
        "due": f"{step.item.due_on:%-d %B}" if is_mine and not step.is_settled else "",
    }


def is_onboarded(episode) -> bool:
    """True when every step is settled."""
    steps = checklist(episode)
    return bool(steps) and all(step.is_settled for step in steps)


def trials(patient: Patient) -> list[MedicationTrial]:
    return list(MedicationTrial.objects.filter(patient=patient, is_void=False).order_by("id"))


def conditions(patient: Patient) -> list[Condition]:
    return list(Condition.objects.filter(patient=patient).order_by("code"))


def medications(patient: Patient) -> list[MedicationStatement]:
    return list(MedicationStatement.objects.filter(patient=patient, is_ended=False).order_by("name", "id"))


def allergies(patient: Patient) -> list[Allergy]:
    return list(Allergy.objects.filter(patient=patient, is_ended=False).order_by("substance", "id"))


def allergy_names(patient: Patient) -> list[str] | None:
    """For the patient band: None until somebody has asked."""
    rows = allergies(patient)
    if rows:
        return [row.substance for row in rows]
    asked = ChecklistItem.objects.filter(patient=patient, key="medicines", state="done").exists()
    return [] if asked else None


def labs(patient: Patient, actor: Actor) -> list[LabResult]:
    """Standing results this actor may read, newest first (SR-51)."""
    rows = LabResult.objects.filter(patient=patient).current().select_related("recorded_by")
    if not may_read_pregnancy(actor):
        rows = rows.filter(is_restricted=False)
    return list(rows.order_by("-taken_on", "-id"))


def may_read_pregnancy(actor: Actor) -> bool:
    return actor.kind == "system" or actor.has_role(*PREGNANCY_READERS)


def latest_lab(patient: Patient, code: str) -> LabResult | None:
    """For rules only: the latest standing result of one test, restricted ones included."""
    return LabResult.objects.filter(patient=patient, code=code).current().order_by("-taken_on", "-id").first()


def outside_clinicians(patient: Patient) -> list[OutsideClinician]:
    return list(OutsideClinician.objects.filter(patient=patient, is_ended=False).order_by("id"))


def latest_assessment(patient: Patient) -> EligibilityAssessment | None:
    return EligibilityAssessment.objects.filter(patient=patient).current().order_by("-computed_at", "-id").first()


def assessments(patient: Patient) -> list[EligibilityAssessment]:
    """Every assessment, newest first, each with its decisions."""
    rows = EligibilityAssessment.objects.filter(patient=patient).prefetch_related("decisions__signature")
    return list(rows.order_by("-computed_at", "-id"))


def latest_decision(patient: Patient) -> EligibilityDecision | None:
    rows = EligibilityDecision.objects.filter(patient=patient).current().select_related("signature", "assessment")
    return rows.order_by("-decided_at", "-id").first()


def decision_in_force(patient: Patient) -> EligibilityDecision | None:
    """The newest signed decision of the current episode, when it says to proceed (SR-01)."""
    decision = latest_decision(patient)
    episode = current_episode(patient)
    if decision is None or episode is None or decision.episode_id != episode.pk or episode.ended_on is not None:
        return None
    return decision if decision.decision == "proceed" else None


def answered_at(answers: dict[str, Any]) -> datetime:
    """When the person answered, as it was kept."""
    return datetime.fromisoformat(answers["answered_at"])


def goal_words(patient: Patient) -> str:
    """What the patient wrote in the assessment about what they hope for; empty when nothing."""
    found = referral_of(patient)
    return str(referral_answers(found).get("goals", "")).strip() if found else ""
