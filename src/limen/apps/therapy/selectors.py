"""Reads about intentions, notes, exercises, the journal and what was shared from it."""

import json
import uuid
from dataclasses import dataclass
from datetime import date, datetime

from limen.apps.patients.models import Patient
from limen.apps.records.actor import Actor
from limen.apps.records.models import AuditEvent
from limen.apps.records.selectors import audit_events, signature_covers
from limen.apps.therapy.models import Intention, JournalEntry, SharedEntry, TherapyNote

READ_SHARED = "journal.shared.read"


@dataclass(frozen=True)
class NoteLine:
    """A note and what its signature says. covers: the signed version still says what the note says."""

    note: TherapyNote
    covers: bool
    signed_version: int | None


@dataclass(frozen=True)
class Exercise:
    """What a patient takes home from one signed note."""

    on: date
    kind: str
    text: str


@dataclass(frozen=True)
class Reading:
    """Somebody opened a shared entry."""

    who: str
    at: datetime


def intentions(patient: Patient) -> list[Intention]:
    """Intentions, newest first."""
    return list(Intention.objects.filter(patient=patient).order_by("-updated_at", "-id"))


def intention_for(patient: Patient, visit_uid: uuid.UUID | None) -> Intention | None:
    """The intention for one visit."""
    return Intention.objects.filter(patient=patient, visit_uid=visit_uid).order_by("-id").first()


def notes(actor: Actor, patient: Patient) -> list[NoteLine]:
    """Notes about a patient that this actor may see, newest first."""
    rows = TherapyNote.objects.visible_to(actor).filter(patient=patient).select_related("signature")
    return [note_line(row) for row in rows.order_by("-occurred_on", "-id")]


def note_line(note: TherapyNote) -> NoteLine:
    if note.signature is None:
        return NoteLine(note, False, None)
    return NoteLine(note, signature_covers(note.signature, note), note.signature.subject_version)


def exercises(patient: Patient) -> list[Exercise]:
    """What the patient takes home, as it was signed, newest first. Drafts and unsigned changes are not shown."""
    rows = TherapyNote.objects.filter(patient=patient, signature__isnull=False).select_related("signature")
    found = []
    for note in rows.order_by("-occurred_on", "-id"):
        text = json.loads(note.signature.shown).get("exercises", "")
        if text:
            found.append(Exercise(note.occurred_on, note.get_kind_display(), text))
    return found


def entries(actor: Actor) -> list[JournalEntry]:
    """The writer's own entries, newest first."""
    return list(JournalEntry.objects.visible_to(actor).order_by("-written_at", "-id"))


def shared_now(patient: Patient) -> dict[uuid.UUID, SharedEntry]:
    """What is shared at this moment, by journal entry."""
    rows = SharedEntry.objects.filter(patient=patient, unshared_at__isnull=True)
    return {row.entry_uid: row for row in rows.order_by("id")}


def shared_of(patient: Patient) -> list[SharedEntry]:
    """Everything that is or was shared, newest first."""
    return list(SharedEntry.objects.filter(patient=patient).order_by("-shared_at", "-id"))


def readings(patient: Patient) -> dict[uuid.UUID, list[Reading]]:
    """Who opened each shared entry and when, oldest first, from the audit trail."""
    rows: list[AuditEvent] = list(audit_events(patient_uid=patient.uid).filter(action=READ_SHARED))
    found: dict[uuid.UUID, list[Reading]] = {}
    for row in reversed(rows):
        if row.subject_uid is not None:
            found.setdefault(row.subject_uid, []).append(Reading(row.actor_name, row.at))
    return found
