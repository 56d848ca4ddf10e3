"""Writes of intentions, notes and the private journal. Each is one act."""

import uuid
from datetime import date

from limen.apps.patients.models import Patient
from limen.apps.patients.services import refuse_while_impaired
from limen.apps.records import clock
from limen.apps.records.actor import Actor
from limen.apps.records.acts import act, digest, record_read
from limen.apps.records.errors import StaleRecord
from limen.apps.records.services import Authentication, add_to_timeline, sign
from limen.apps.therapy.models import Intention, JournalEntry, SharedEntry, TherapyNote
from limen.apps.therapy.selectors import READ_SHARED, shared_now


class TherapyRefused(Exception):
    """This cannot be written like this; the message is for the person who tried."""

    limen_refusal = True


def _written(text: str, what: str) -> str:
    if not text.strip():
        raise TherapyRefused(f"{what} is empty. Write something first.")
    return text.strip()


def save_intention(
    *,
    patient: Patient,
    words: str,
    actor: Actor,
    visit_uid: uuid.UUID | None = None,
    intention: Intention | None = None,
) -> Intention:
    """Keep what the patient hopes for. It is optional and no dose waits for it (SR-20)."""
    row = intention or Intention(site_id=patient.site_id, patient=patient, visit_uid=visit_uid)
    is_new = row.pk is None
    with act("intention.save", actor=actor, patient=patient, subject=row):
        row.words = _written(words, "The intention")
        row.save()
        if is_new:
            add_to_timeline(row, patient=patient, kind="intention_written", occurred_at=clock.now())
    return row


def save_note(
    *,
    patient: Patient,
    kind: str,
    occurred_on: date,
    text: str,
    actor: Actor,
    exercises: str = "",
    visit_uid: uuid.UUID | None = None,
    session_uid: uuid.UUID | None = None,
    note: TherapyNote | None = None,
    expected_version: int | None = None,
) -> TherapyNote:
    """Write a note, or a new version of one. A signature given before covers the version it was given for.

    expected_version: the version the writer had open. Raises StaleRecord when somebody saved another one since.
    """
    if kind not in dict(TherapyNote.KINDS):
        raise TherapyRefused(f"“{kind}” is not a kind of note; use {', '.join(dict(TherapyNote.KINDS))}.")
    if occurred_on > clock.today(patient.time_zone):
        raise TherapyRefused(f"{occurred_on:%-d %b %Y} has not come yet. A note is about today or an earlier day.")
    row = note or TherapyNote(site_id=patient.site_id, patient=patient)
    if note is not None and expected_version is not None and note.version != expected_version:
        raise StaleRecord(note)
    with act("note.save", actor=actor, patient=patient, subject=row):
        row.kind, row.occurred_on = kind, occurred_on
        row.text, row.exercises = _written(text, "The note"), exercises.strip()
        row.visit_uid, row.session_uid = visit_uid or row.visit_uid, session_uid or row.session_uid
        row.save()
    return row


def sign_note(
    note: TherapyNote, *, actor: Actor, authentication: Authentication, expected_version: int | None = None
) -> TherapyNote:
    """Sign the note as it stands. Raises StaleRecord when it is not the version the signer was shown."""
    if expected_version is not None and note.version != expected_version:
        raise StaleRecord(note)
    with act("note.sign", actor=actor, patient=note.patient, subject=note):
        note.signature = sign(note, actor=actor, meaning="authored", authentication=authentication)
        note.save(update_fields=["signature"])
        add_to_timeline(
            note,
            patient=note.patient,
            kind="note_signed",
            occurred_at=clock.now(),
            summary=f"{note.get_kind_display()} note",
        )
    return note


def write_entry(*, patient: Patient, text: str, actor: Actor) -> JournalEntry:
    """Keep a journal entry. The audit trail holds that one was written and its digest, never its words."""
    return _save_entry(JournalEntry(site_id=patient.site_id, patient=patient), text, actor, "journal.write")


def edit_entry(entry: JournalEntry, *, text: str, actor: Actor) -> JournalEntry:
    """Change an entry; the earlier words are gone, as on paper. A copy that was shared stays as it was."""
    entry.edited_at = clock.now()
    return _save_entry(entry, text, actor, "journal.edit")


def _save_entry(entry: JournalEntry, text: str, actor: Actor, action: str) -> JournalEntry:
    _check_own(entry.patient, actor)
    with act(action, actor=actor, patient=entry.patient) as running:
        entry.text = _written(text, "The entry")
        entry.save()
        running.note(table=entry._meta.db_table, uid=entry.uid, version=1, sha256=_entry_digest(entry))
    return entry


def _entry_digest(entry: JournalEntry) -> str:
    return digest({"uid": entry.uid, "text": entry.text})


def _check_own(patient: Patient, actor: Actor) -> None:
    """Only the person whose journal it is. The system actor fills the demo clinic."""
    if actor.kind == "system" or (actor.is_patient_actor and actor.patient_id == patient.pk):
        return
    raise TherapyRefused("A journal belongs to the person who writes it.")


def delete_entry(entry: JournalEntry, *, actor: Actor) -> None:
    """Delete an entry for good. A copy that is shared stops being shared."""
    _check_own(entry.patient, actor)
    patient, sha256 = entry.patient, _entry_digest(entry)
    with act("journal.delete", actor=actor, patient=patient) as running:
        shared = shared_now(patient).get(entry.uid)
        if shared is not None:
            unshare_entry(shared, actor=actor)
        running.note(table=entry._meta.db_table, uid=entry.uid, version=1, sha256=sha256)
        entry.delete()


def share_entry(entry: JournalEntry, *, actor: Actor) -> SharedEntry:
    """Show the care team a copy of one entry as it is now; not while the medicine is working (SR-10)."""
    patient = entry.patient
    _check_own(patient, actor)
    refuse_while_impaired(patient)
    if entry.uid in shared_now(patient):
        raise TherapyRefused("This entry is shared already.")
    with act("journal.share", actor=actor, patient=patient) as running:
        row = SharedEntry(site_id=patient.site_id, patient=patient, entry_uid=entry.uid, shared_at=clock.now())
        row.save()
        row.text = entry.text
        row.save(update_fields=["text"])
        running.note(table=row._meta.db_table, uid=row.uid, version=row.version, sha256=_entry_digest(entry))
        add_to_timeline(row, patient=patient, kind="entry_shared", occurred_at=row.shared_at)
    return row


def unshare_entry(shared: SharedEntry, *, actor: Actor) -> SharedEntry:
    """Empty the copy. That it was shared, when, and who read it stay. Always works, also while impaired."""
    _check_own(shared.patient, actor)
    if shared.unshared_at is not None:
        return shared
    with act("journal.unshare", actor=actor, patient=shared.patient, subject=shared):
        shared.text = ""
        shared.unshared_at = clock.now()
        shared.save()
        add_to_timeline(shared, patient=shared.patient, kind="entry_unshared", occurred_at=shared.unshared_at)
    return shared


def read_shared(shared: SharedEntry, *, actor: Actor) -> str:
    """The words of a shared entry for a member of the care team; the reading is kept for the patient to see."""
    if shared.unshared_at is not None:
        raise TherapyRefused("The patient no longer shares this entry.")
    record_read(READ_SHARED, actor=actor, patient=shared.patient, subject=shared)
    return shared.text
