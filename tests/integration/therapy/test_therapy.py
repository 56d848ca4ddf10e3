"""Intentions, notes and the journal that only its writer reads (SR-10, SR-20, SR-42, SR-52, F16)."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import NoReverseMatch, get_resolver, reverse

from factories import actor_of, authentication, client_for, make_patient, make_staff
from limen.apps.accounts.roles import ROLE_TITLES
from limen.apps.patients.services import ImpairedNow, set_impaired
from limen.apps.records import clock
from limen.apps.records.models import AuditEvent, RecordVersion, StaleRecord
from limen.apps.therapy import selectors, services
from limen.apps.therapy.models import Intention, JournalEntry, SharedEntry, TherapyNote

SECRET = "the heron by the cold canal"


@pytest.fixture
def patient(site_scope):
    return make_patient(site_scope, with_login=True)


@pytest.fixture
def owner(patient):
    return actor_of(patient.user)


@pytest.fixture
def therapist(site_scope):
    return make_staff(site_scope, "therapist", name="Theo Therapist")


@pytest.fixture
def entry(patient, owner):
    return services.write_entry(patient=patient, text=SECRET, actor=owner)


def guarded(patient, **data):
    return {"expected_patient": patient.uid, **data}


def page_of(response) -> str:
    return response.content.decode()


def stored(table: str, column: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table}")
        return " ".join(str(row[0]) for row in cursor.fetchall())


def test_the_journal_is_sealed_in_the_database_and_absent_from_the_audit_trail(entry):
    assert SECRET not in stored("therapy_journalentry", "text")
    assert "heron" not in stored("records_auditevent", "changes")
    written = AuditEvent.objects.get(action="journal.write")
    assert len(written.changes[0]["sha256"]) == 64


def test_deleting_an_entry_deletes_the_row_and_keeps_only_its_digest(entry, owner):
    services.delete_entry(entry, actor=owner)
    assert not JournalEntry.objects.exists()
    assert not RecordVersion.objects.filter(record_uid=entry.uid).exists()
    assert AuditEvent.objects.get(action="journal.delete").changes[-1]["uid"] == str(entry.uid)


@pytest.mark.parametrize("role", sorted(set(ROLE_TITLES) - {"patient"}))
def test_no_staff_role_has_a_journal_entry_in_any_query(site_scope, entry, role):
    assert list(JournalEntry.objects.visible_to(actor_of(make_staff(site_scope, role)))) == []


def addresses(patient, entry):
    """Every address of the product that can be made from this patient and this entry."""
    found = set()
    for pattern in get_resolver().reverse_dict.lists():
        for possibility in pattern[1]:
            for path, names in possibility[0]:
                values = {name: patient.uid if name == "patient_uid" else entry.uid for name in names}
                if all(name.endswith("_uid") for name in names):
                    found.add("/" + path % values)
    return sorted(found | set(_named(patient, entry)))


def _named(patient, entry):
    spaces = [space for space in get_resolver().namespace_dict if ":" not in space]
    for space in spaces:
        _prefix, resolver = get_resolver().namespace_dict[space]
        for name in [key for key in resolver.reverse_dict if isinstance(key, str)]:
            for kwargs in ({}, {"patient_uid": patient.uid}, {"patient_uid": patient.uid, "note_uid": entry.uid}):
                try:
                    yield reverse(f"{space}:{name}", kwargs=kwargs)
                except NoReverseMatch:
                    continue


@pytest.mark.parametrize("role", ["therapist", "prescriber", "medical_director"])
def test_no_page_of_any_staff_member_shows_a_word_of_the_journal(site_scope, patient, entry, role):
    client = client_for(make_staff(site_scope, role))
    pages = [path for path in addresses(patient, entry) if not path.startswith(("/account/", "/static/"))]
    assert f"/patients/{patient.uid}/notes/" in pages and len(pages) > 40
    for path in pages:
        answer = client.get(path)
        assert b"heron" not in answer.content, path


def test_staff_may_not_open_or_act_on_the_journal(patient, entry, therapist):
    client = client_for(therapist)
    for name, args in (("my-journal", []), ("new-entry", []), ("entry", [entry.uid]), ("share-entry", [entry.uid])):
        assert client.get(reverse(f"therapy:{name}", args=args)).status_code == 403
    with pytest.raises(services.TherapyRefused, match="belongs to the person who writes it"):
        services.share_entry(entry, actor=actor_of(therapist))
    with pytest.raises(services.TherapyRefused):
        services.delete_entry(entry, actor=actor_of(therapist))


def test_another_patient_finds_nothing(site_scope, entry):
    stranger = make_patient(site_scope, given_name="Stranger", with_login=True)
    client = client_for(stranger.user)
    for name in ("entry", "delete-entry", "share-entry"):
        assert client.get(reverse(f"therapy:{name}", args=[entry.uid])).status_code == 404
    assert "heron" not in page_of(client.get(reverse("therapy:my-journal")))


def test_the_patient_writes_changes_and_deletes_on_the_page(patient):
    client = client_for(patient.user)
    assert client.post(reverse("therapy:new-entry"), guarded(patient, text="  ")).status_code == 422
    client.post(reverse("therapy:new-entry"), guarded(patient, text=SECRET))
    entry = JournalEntry.objects.get()
    assert SECRET in page_of(client.get(reverse("therapy:my-journal")))
    client.post(reverse("therapy:entry", args=[entry.uid]), guarded(patient, text="A calmer day"))
    assert SECRET not in page_of(client.get(reverse("therapy:my-journal")))
    assert client.get(reverse("therapy:delete-entry", args=[entry.uid])).status_code == 200
    assert JournalEntry.objects.exists(), "looking at the question deletes nothing"
    client.post(reverse("therapy:delete-entry", args=[entry.uid]), guarded(patient))
    assert not JournalEntry.objects.exists()


@pytest.mark.parametrize("name", ["my-journal", "new-entry"])
def test_the_journal_says_nobody_reads_it_and_shows_fixed_crisis_links(patient, name):
    html = page_of(client_for(patient.user).get(reverse(f"therapy:{name}")))
    assert "Nobody reads this" in html and 'href="tel:988"' in html and "nobody is alerted" in html


def test_sharing_copies_one_entry_and_the_patient_sees_who_read_it(patient, entry, therapist):
    mine, theirs = client_for(patient.user), client_for(therapist)
    mine.post(reverse("therapy:share-entry", args=[entry.uid]), guarded(patient))
    shared = SharedEntry.objects.get()
    where = reverse("therapy:shared", args=[patient.uid, shared.uid])
    assert "Nobody has opened it." in page_of(mine.get(reverse("therapy:my-journal")))
    assert SECRET in page_of(theirs.get(where))
    assert "Theo Therapist" in page_of(mine.get(reverse("therapy:my-journal")))
    assert AuditEvent.objects.filter(action=selectors.READ_SHARED, subject_uid=shared.uid).count() == 1


def test_the_list_of_notes_never_shows_the_words_of_a_shared_entry(patient, entry, owner, therapist):
    services.share_entry(entry, actor=owner)
    html = page_of(client_for(therapist).get(reverse("therapy:notes", args=[patient.uid])))
    assert "Entry shared" in html and "heron" not in html


def test_unsharing_empties_every_copy_and_keeps_the_record(patient, entry, owner, therapist):
    shared = services.share_entry(entry, actor=owner)
    services.read_shared(shared, actor=actor_of(therapist))
    mine = client_for(patient.user)
    mine.post(reverse("therapy:unshare-entry", args=[shared.uid]), guarded(patient))
    shared = SharedEntry.objects.get()
    assert shared.text == "" and shared.unshared_at is not None
    kept = [version.content for version in RecordVersion.objects.filter(record_uid=shared.uid)]
    assert kept and not any("heron" in content for content in kept)
    html = page_of(client_for(therapist).get(reverse("therapy:shared", args=[patient.uid, shared.uid])))
    assert "No longer shared" in html and "heron" not in html
    assert "Theo Therapist" in page_of(mine.get(reverse("therapy:my-journal")))


def test_deleting_a_shared_entry_stops_the_sharing(entry, owner):
    services.share_entry(entry, actor=owner)
    services.delete_entry(entry, actor=owner)
    assert SharedEntry.objects.get().text == ""


def test_while_the_medicine_works_writing_and_unsharing_go_on_and_sharing_waits(patient, entry, owner):
    shared = services.share_entry(entry, actor=owner)
    set_impaired(patient, since=clock.now(), actor=owner)
    second = services.write_entry(patient=patient, text="Waves", actor=owner)
    with pytest.raises(ImpairedNow):
        services.share_entry(second, actor=owner)
    client = client_for(patient.user)
    answer = client.post(reverse("therapy:share-entry", args=[second.uid]), guarded(patient))
    assert answer.status_code == 409
    services.unshare_entry(shared, actor=owner)
    assert SharedEntry.objects.get().text == ""


def test_an_intention_is_optional_and_can_be_skipped_or_changed(patient):
    client = client_for(patient.user)
    html = page_of(client.get(reverse("therapy:my-intention")))
    assert "optional" in html and "Skip this" in html
    assert client.post(reverse("therapy:my-intention"), guarded(patient, words="")).status_code == 422
    client.post(reverse("therapy:my-intention"), guarded(patient, words="To be kind to myself"))
    client.post(reverse("therapy:my-intention"), guarded(patient, words="To rest"))
    assert [row.words for row in Intention.objects.all()] == ["To rest"]


def note_of(patient, therapist, **more):
    values = {"kind": "integration", "occurred_on": clock.today(patient.time_zone), "text": "Spoke of grief."} | more
    return services.save_note(patient=patient, actor=actor_of(therapist), **values)


def test_a_signature_covers_the_version_it_was_given_for(patient, therapist):
    note = note_of(patient, therapist)
    services.sign_note(note, actor=actor_of(therapist), authentication=authentication())
    assert selectors.note_line(note).covers and note.version == 1
    note_of(patient, therapist, note=note, text="Spoke of grief and work.")
    html = page_of(client_for(therapist).get(reverse("therapy:note", args=[patient.uid, note.uid])))
    assert "covers version 1" in html and "This is version 2" in html and "Sign this note" in html


def test_two_writers_see_both_versions_and_nothing_is_lost(patient, therapist, site_scope):
    note = note_of(patient, therapist)
    other = make_staff(site_scope, "therapist", name="Olga Other")
    note_of(patient, other, note=TherapyNote.objects.get(), text="Olga was faster.")
    client, where = client_for(therapist), reverse("therapy:edit-note", args=[patient.uid, note.uid])
    data = guarded(
        patient,
        kind="integration",
        occurred_on=note.occurred_on.isoformat(),
        text="Theo wrote this.",
        exercises="",
        version=1,
    )
    answer = client.post(where, data)
    html = page_of(answer)
    assert answer.status_code == 409
    assert "Olga was faster." in html and "Theo wrote this." in html and "Olga Other" in html
    assert TherapyNote.objects.get().text == "Olga was faster."
    version = re.search(r'name="version" value="(\d+)"', html).group(1)
    assert client.post(where, data | {"version": version}).status_code == 302
    assert TherapyNote.objects.get().text == "Theo wrote this."


def test_signing_a_version_that_was_not_shown_is_refused(patient, therapist):
    note = note_of(patient, therapist)
    with pytest.raises(StaleRecord):
        services.sign_note(note, actor=actor_of(therapist), authentication=authentication(), expected_version=7)
    answer = client_for(therapist).post(
        reverse("therapy:sign-note", args=[patient.uid, note.uid]), guarded(patient, version=7, code="")
    )
    assert answer.status_code == 409
    assert TherapyNote.objects.get().signature is None


def test_a_note_is_written_and_signed_on_the_page_and_its_exercise_reaches_the_patient(patient, therapist):
    client, mine = client_for(therapist), client_for(patient.user)
    data = guarded(
        patient,
        kind="integration",
        occurred_on=clock.today(patient.time_zone).isoformat(),
        text="Spoke of grief.",
        exercises="Ten slow breaths, twice a day.",
    )
    client.post(reverse("therapy:new-note", args=[patient.uid]), data)
    note = TherapyNote.objects.get()
    assert "Ten slow breaths" not in page_of(mine.get(reverse("therapy:my-exercises")))
    client.post(reverse("therapy:sign-note", args=[patient.uid, note.uid]), guarded(patient, version=1, code=""))
    html = page_of(mine.get(reverse("therapy:my-exercises")))
    assert "Ten slow breaths" in html and "Spoke of grief" not in html


@pytest.mark.parametrize(
    "change",
    [{"text": " "}, {"kind": "gossip"}, {"occurred_on": "2026-02-30"}, {"occurred_on": "2999-01-01"}],
)
def test_a_note_that_does_not_hold_together_saves_nothing(patient, therapist, change):
    data = guarded(patient, kind="progress", occurred_on=clock.today(patient.time_zone).isoformat(), text="x")
    answer = client_for(therapist).post(reverse("therapy:new-note", args=[patient.uid]), data | change)
    assert answer.status_code == 422 and not TherapyNote.objects.exists()


@pytest.mark.parametrize("role", ["monitor", "coordinator", "pharmacist", "lead", "admin", "auditor"])
def test_notes_are_kept_from_roles_outside_therapy(site_scope, patient, therapist, role):
    note = note_of(patient, therapist)
    client = client_for(make_staff(site_scope, role))
    for where in (reverse("therapy:notes", args=[patient.uid]), reverse("therapy:note", args=[patient.uid, note.uid])):
        assert client.get(where).status_code == 403


def test_a_note_of_another_patient_is_not_found(site_scope, patient, therapist):
    note = note_of(patient, therapist)
    other = make_patient(site_scope, given_name="Other")
    assert client_for(therapist).get(reverse("therapy:note", args=[other.uid, note.uid])).status_code == 404


def test_a_note_cannot_be_about_a_day_that_has_not_come(patient, therapist):
    with pytest.raises(services.TherapyRefused, match="not come yet"):
        note_of(patient, therapist, occurred_on=clock.today(patient.time_zone) + timedelta(days=1))
