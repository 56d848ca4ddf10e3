"""Reads and writes that could pass by the audit trail."""

from datetime import timedelta

import pytest
from django.urls import reverse

from factories import actor_of, client_for, make_patient, make_staff
from limen.apps.records import clock
from limen.apps.records.acts import OutsideAct
from limen.apps.records.models import AuditEvent
from limen.apps.therapy.services import save_note


def reads(action, **more):
    return AuditEvent.objects.filter(action=action, outcome="success", **more).count()


def test_a_start_page_that_names_patients_leaves_an_audit_row(site_scope):
    """S52: it shows signals, sessions, visits and reviews by name."""
    client_for(make_staff(site_scope, "prescriber")).get(reverse("workspace:home"))
    assert reads("workspace.home") == 1


def test_a_board_fragment_fetched_on_its_own_is_a_reading_and_its_repeats_are_not(site_scope):
    """S52: the fragment holds the same names as the page."""
    browser = client_for(make_staff(site_scope, "monitor"))
    browser.get(reverse("treatment:board-fragment"))
    assert reads("board.read") == 1
    browser.get(reverse("treatment:board-fragment"))
    assert reads("board.read") == 1
    with clock.at(clock.now() + timedelta(minutes=14)):
        browser.get(reverse("treatment:board-fragment"))
    assert reads("board.read") == 1
    client_for(make_staff(site_scope, "monitor")).get(reverse("treatment:board-fragment"))
    assert reads("board.read") == 2


def test_a_refused_form_that_shows_the_record_again_leaves_an_audit_row(site_scope):
    """S52: a form sent empty answers with the whole page around it."""
    patient = make_patient(site_scope)
    browser = client_for(make_staff(site_scope, "prescriber"))
    address = reverse("measures:record-vital", args=[patient.uid])
    answer = browser.post(address, {"expected_patient": str(patient.uid)})
    assert answer.status_code == 422
    assert reads("measures.enter", patient_uid=patient.uid) == 1


def test_a_signature_cannot_be_put_on_a_note_outside_an_act(site_scope):
    """S53: a column without versions is still a change."""
    patient = make_patient(site_scope)
    note = save_note(
        patient=patient,
        kind="progress",
        occurred_on=clock.today(patient.time_zone),
        text="words",
        actor=actor_of(make_staff(site_scope, "therapist")),
    )
    with pytest.raises(OutsideAct):
        note.save(update_fields=["signature"])


def test_the_names_a_duplicate_warning_shows_are_a_reading(site_scope):
    """S52: whoever types a birth date is shown who else has it."""
    patient = make_patient(site_scope, "Alex", "Rivera")
    browser = client_for(make_staff(site_scope, "coordinator"))
    typed = {"given_name": "Alex", "family_name": "Rivera", "birth_date": "1984-05-17", "place": "clinic"}
    answer = browser.post(reverse("patients:new"), typed)
    assert answer.status_code == 422 and str(patient.uid) in answer.content.decode()
    assert reads("patient.find") == 1
