"""A prescriber, a patient with a signed decision, and a started plan."""

from datetime import date

from factories import actor_of, authentication, make_patient, make_staff, set_settings
from limen.apps.accounts.selectors import setting_catalogue
from limen.apps.patients.selectors import current_episode
from limen.apps.patients.services import move_episode
from limen.apps.plans.services import start_plan
from limen.apps.records.acts import act
from limen.apps.records.services import sign
from limen.apps.screening.models import EligibilityAssessment, EligibilityDecision

IV = "iv-ketamine-six-in-three-weeks"
SUBLINGUAL = "sublingual-at-home-four-weekly"
VISIT_LENGTHS = {
    "visit__duration_min__preparation": 60,
    "visit__duration_min__dosing__iv": 150,
    "visit__duration_min__dosing__sl": 180,
    "visit__duration_min__integration": 50,
    "visit__duration_min__review": 30,
    "visit__duration_min__check-in-call": 20,
}


def decide(patient, prescriber, *, decision="proceed", routes=("iv", "sl")):
    """A signed decision of the patient's episode, written as the screening pages write it."""
    actor, episode = actor_of(prescriber), current_episode(patient)
    with act("eligibility.decide", actor=actor, patient=patient):
        assessment = EligibilityAssessment(
            site_id=patient.site_id,
            patient=patient,
            episode=episode,
            rule_set_pin="eligibility@1",
            rule_set_sha256="0" * 64,
            inputs="{}",
            results="[]",
        )
        assessment.save()
        row = EligibilityDecision(
            site_id=patient.site_id,
            patient=patient,
            episode=episode,
            assessment=assessment,
            decision=decision,
            reason="Two adequate trials without benefit.",
            routes=list(routes),
        )
        row.signature = sign(row, actor=actor, meaning="decided", authentication=authentication())
        row.save()
    move_episode(episode, "planning", actor=actor)
    return row


def set_visit_lengths(site):
    """Sign the length of every kind of visit the catalogue knows."""
    known = setting_catalogue()
    set_settings(site, **{name: value for name, value in VISIT_LENGTHS.items() if name.replace("__", ".") in known})


def make_prescriber(site, name="Pat Prescriber"):
    return make_staff(site, "prescriber", name=name)


def decided_patient(site, prescriber, **more):
    patient = make_patient(site, **more)
    decide(patient, prescriber)
    return patient


def started_plan(patient, prescriber, start: date, protocol_id=IV, **more):
    return start_plan(
        patient=patient,
        episode=current_episode(patient),
        protocol_id=protocol_id,
        start_date=start,
        actor=actor_of(prescriber),
        authentication=authentication(),
        **more,
    )
