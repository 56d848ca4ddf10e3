"""Who saw a record: in words for the patient and for those who audit, and reachable by a link for each."""

import pytest
from django.urls import reverse

from factories import client_for, make_patient, make_staff
from limen.apps.accounts import audit_words
from limen.apps.patients.services import set_impaired
from limen.apps.records import clock
from limen.apps.records.actor import system

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient(site_scope):
    found = make_patient(site_scope, with_login=True)
    set_impaired(found, since=clock.now(), actor=system("night watch"))
    return found


def test_a_patient_reads_words_and_never_codes_or_the_name_of_a_program(site_scope, patient):
    monitor = make_staff(site_scope, "monitor", name="Noa Reader")
    client_for(monitor).get(reverse("workspace:chart", kwargs={"patient_uid": patient.uid}))
    page = client_for(patient.user).get(reverse("patients:my-record")).content.decode()
    assert "Noa Reader" in page and "session monitor" in page
    assert "Read a patient&#x27;s record" in page
    assert "Limen itself" in page and "Limited the account while the medicine works" in page
    assert "night watch" not in page and "patient.impaired" not in page and "patient.read" not in page


def test_every_part_of_the_record_that_is_written_has_words():
    assert audit_words.what("vital.record") == "Recorded vital signs"
    assert audit_words.what("plan.visit.done") == "Changed: the care plan"
    assert audit_words.what("session.discharge_check") == "Changed: the dosing session"


@pytest.mark.parametrize(("role", "page"), [("admin", "patients:who-saw"), ("prescriber", "workspace:chart")])
def test_a_name_in_the_list_leads_where_the_role_may_go(site_scope, patient, role, page):
    client = client_for(make_staff(site_scope, role))
    url = reverse(page, kwargs={"patient_uid": patient.uid})
    assert f'href="{url}"' in client.get(reverse("patients:find")).content.decode()
    assert client.get(url).status_code == 200


def test_an_auditor_goes_from_the_audit_page_to_one_record_s_readers(site_scope, patient):
    client_for(make_staff(site_scope, "monitor")).get(reverse("workspace:chart", kwargs={"patient_uid": patient.uid}))
    client = client_for(make_staff(site_scope, "auditor"))
    url = reverse("patients:who-saw", kwargs={"patient_uid": patient.uid})
    assert f'href="{url}"' in client.get(reverse("accounts:audit")).content.decode()
    assert "patient.impaired" in client.get(url).content.decode()
