"""Writes about patients: open a record, contacts, consent, episodes. Each is one act."""

import hashlib
from datetime import date, datetime

from limen.apps.accounts.models import Site
from limen.apps.patients import selectors
from limen.apps.patients.models import Consent, Contact, Episode, Patient, SearchToken, Supporter
from limen.apps.records import clock
from limen.apps.records.actor import Actor
from limen.apps.records.acts import act
from limen.apps.records.services import Authentication, add_to_timeline, sign


def open_patient(
    *,
    site: Site,
    given_name: str,
    family_name: str,
    birth_date: date,
    actor: Actor,
    preferred_name: str = "",
    pronouns: str = "",
    state_code: str = "",
    email: str = "",
    phone: str = "",
    place: str = "clinic",
) -> Patient:
    """Open a patient's record with its first episode of care, stage "referred"."""
    with act("patient.create", actor=actor) as running:
        patient = Patient(
            site=site,
            given_name=given_name.strip(),
            family_name=family_name.strip(),
            preferred_name=preferred_name.strip(),
            birth_date_text=birth_date.isoformat(),
            pronouns=pronouns.strip(),
            time_zone=site.time_zone,
            state_code=state_code or site.state_code,
        )
        patient.save()
        running.patient_uid = patient.uid
        index_for_search(patient)
        for kind, value in (("email", email), ("phone", phone)):
            if value.strip():
                Contact(site=site, patient=patient, kind=kind, value=value.strip()).save()
        episode = Episode(site=site, patient=patient, started_on=clock.today(site.time_zone), place=place)
        episode.save()
        add_to_timeline(episode, patient=patient, kind="episode_opened", occurred_at=clock.now())
    return patient


def index_for_search(patient: Patient) -> None:
    """Rewrite the patient's search tokens from their names and birth date."""
    SearchToken.objects.filter(patient=patient).delete()
    names = f"{patient.given_name} {patient.family_name} {patient.preferred_name}"
    tokens = [("name", token) for token in selectors.prefix_tokens(names)]
    tokens.append(("born", selectors.birth_date_token(patient.birth_date)))
    SearchToken.objects.bulk_create(
        SearchToken(patient=patient, site_id=patient.site_id, kind=kind, token=token) for kind, token in tokens
    )


def update_patient(patient: Patient, *, actor: Actor, reason: str = "") -> None:
    """Save changed names, birth date, pronouns, time zone or language, and index them again."""
    with act("patient.update", actor=actor, patient=patient, subject=patient, reason=reason):
        patient.save()
        index_for_search(patient)


def save_contact(contact: Contact, *, actor: Actor) -> None:
    with act("patient.contact", actor=actor, patient=contact.patient, subject=contact):
        contact.save()


def save_supporter(supporter: Supporter, *, actor: Actor) -> None:
    with act("patient.supporter", actor=actor, patient=supporter.patient, subject=supporter):
        supporter.save()


def link_user(patient: Patient, user, *, actor: Actor) -> None:
    """Join a sign-in to its patient record."""
    with act("patient.link", actor=actor, patient=patient, subject=patient):
        patient.user = user
        patient.save()


class ImpairedNow(Exception):
    """The patient is between dose start and signed recovery; this must wait (SR-10)."""

    limen_refusal = True


def set_impaired(patient: Patient, *, since: datetime | None, actor: Actor) -> None:
    """Open (a moment) or close (None) the impaired window. Called by the dosing session."""
    with act("patient.impaired", actor=actor, patient=patient, subject=patient):
        patient.impaired_since = since
        patient.save()


def refuse_while_impaired(patient: Patient) -> None:
    """Raise ImpairedNow for what a person must not decide while the medicine is working, as it stands by now."""
    if Patient.objects.filter(pk=patient.pk, impaired_since__isnull=False).exists():
        raise ImpairedNow(
            "This waits until your session team has signed that you have recovered. "
            "Stopping, asking for help and withdrawing a consent always work."
        )


def record_consent(
    *,
    patient: Patient,
    scope: str,
    document_pin: str,
    document_text: str,
    decision: str,
    actor: Actor,
    statements: list[str] | None = None,
    authentication: Authentication | None = None,
    how: str = "portal",
) -> Consent:
    """One decision about one purpose. Giving one is signed; declining and withdrawing always work."""
    with act(f"consent.{decision}", actor=actor, patient=patient):
        # An order, a dose start and a consent about one person take turns.
        Patient.objects.select_for_update().get(pk=patient.pk)
        consent = Consent(
            site_id=patient.site_id,
            patient=patient,
            scope=scope,
            document_pin=document_pin,
            document_sha256=hashlib.sha256(document_text.encode()).hexdigest(),
            decision=decision,
            decided_at=clock.now(),
            how=how,
            statements=statements or [],
        )
        if decision == "given":
            refuse_while_impaired(patient)
            if authentication is None:
                raise ValueError("A consent that is given is signed.")
            consent.signature = sign(consent, actor=actor, meaning="consented", authentication=authentication)
        consent.save()
        add_to_timeline(
            consent, patient=patient, kind=f"consent_{decision}", occurred_at=consent.decided_at, summary=scope
        )
    return consent


def move_episode(episode: Episode, stage: str, *, actor: Actor) -> None:
    """Set the stage of an episode, as the step that caused it is recorded."""
    with act("episode.stage", actor=actor, patient=episode.patient, subject=episode):
        episode.stage = stage
        episode.save()


def end_episode(episode: Episode, *, ending: str, note: str, actor: Actor, ended_on: date | None = None) -> None:
    """End an episode of care: completed, not taken on, left, transferred or died."""
    patient = episode.patient
    with act("episode.end", actor=actor, patient=patient, subject=episode, reason=ending):
        episode.stage, episode.ending, episode.ending_note = "ended", ending, note
        episode.ended_on = ended_on or clock.today(patient.time_zone)
        episode.save()
        if ending == "died":
            patient.died_on = episode.ended_on
            patient.save()
        add_to_timeline(
            episode,
            patient=patient,
            kind="episode_ended",
            occurred_at=clock.now(),
            summary=episode.get_ending_display(),
        )


def merge_patients(*, kept: Patient, duplicate: Patient, reason: str, actor: Actor) -> None:
    """Mark `duplicate` as the same person as `kept`. Nothing moves; the duplicate points to the kept record."""
    if kept.pk == duplicate.pk or kept.merged_into_id or duplicate.merged_into_id:
        raise ValueError("Choose two different records, neither of them merged already.")
    with act("patient.merge", actor=actor, patient=kept, subject=duplicate, reason=reason):
        duplicate.merged_into = kept
        duplicate.save()
        SearchToken.objects.filter(patient=duplicate).delete()


def start_episode(patient: Patient, *, actor: Actor, place: str = "clinic") -> Episode:
    """Open a new episode of care for somebody whose last one ended."""
    with act("episode.start", actor=actor, patient=patient):
        episode = Episode(
            site_id=patient.site_id, patient=patient, started_on=clock.today(patient.time_zone), place=place
        )
        episode.stage = "onboarding"
        episode.save()
        add_to_timeline(episode, patient=patient, kind="episode_opened", occurred_at=clock.now())
    return episode
