"""The auditor's view: who saw and did what, with filters, pages, and a row for looking."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from factories import client_for, make_patient, make_site, make_staff
from limen.apps.records import clock
from limen.apps.records.actor import Actor
from limen.apps.records.acts import record_denial, record_read
from limen.apps.records.models import AuditEvent

URL = "/site/audit/"


def actor(site, name="Rae Reader", **more):
    return Actor(kind="staff", display_name=name, site_id=site.pk, roles=frozenset({"therapist"}), **more)


@pytest.fixture
def auditor(site):
    return client_for(make_staff(site, "auditor", name="Aud Auditor"))


def rows(response):
    return response.content.decode().split("<tbody>")[1]


def test_the_address_is_the_one_in_the_menu():
    assert reverse("accounts:audit") == URL


def test_filters_by_person_patient_action_and_outcome(site_scope, auditor):
    patient = make_patient(site_scope)
    record_read("patient.read", actor=actor(site_scope), patient=patient)
    record_denial("order.sign", actor=actor(site_scope, "Dee Denied"), reason="no role")
    assert "Rae Reader" in rows(auditor.get(URL))
    only = rows(auditor.get(URL, {"person": "dee"}))
    assert "Dee Denied" in only and "Rae Reader" not in only
    only = rows(auditor.get(URL, {"patient": str(patient.uid)}))
    assert "Rae Reader" in only and "Dee Denied" not in only
    only = rows(auditor.get(URL, {"action": "order"}))
    assert "Dee Denied" in only and "Rae Reader" not in only
    only = rows(auditor.get(URL, {"outcome": "denied"}))
    assert "Dee Denied" in only and "Rae Reader" not in only


def test_days_are_days_at_the_site(site, auditor):
    # 03:30 UTC on 2 March is 22:30 on 1 March in New York (UTC-5).
    with clock.at(datetime(2026, 3, 2, 3, 30, tzinfo=UTC)):
        record_read("patient.read", actor=actor(site, "Night Owl"))
    assert "Night Owl" in rows(auditor.get(URL, {"since": "2026-03-01", "until": "2026-03-01"}))
    assert "Night Owl" not in rows(auditor.get(URL, {"since": "2026-03-02", "until": "2026-03-02"}))
    assert "1 Mar 2026, 22:30:00" in rows(auditor.get(URL, {"until": "2026-03-01"}))


@pytest.mark.parametrize(
    "query",
    [
        {"patient": "rosa"},
        {"since": "soon"},
        {"since": "2026-03-02", "until": "2026-03-01"},
        {"action": "nonsense"},
        {"outcome": "maybe"},
    ],
)
def test_a_bad_filter_says_so_and_shows_no_rows(site, auditor, query):
    record_read("patient.read", actor=actor(site))
    response = auditor.get(URL, query)
    assert response.status_code == 422
    assert b"error-summary" in response.content and "Rae Reader" not in rows(response)


def test_a_page_number_that_makes_no_sense_shows_a_page(auditor):
    assert auditor.get(URL, {"page": "banana"}).status_code == 200
    assert auditor.get(URL, {"page": "999"}).status_code == 200


def test_other_sites_rows_are_not_here(site, auditor):
    record_read("patient.read", actor=actor(make_site("Elsewhere"), "Far Away"))
    assert "Far Away" not in rows(auditor.get(URL))


def test_looking_is_recorded_too(site, auditor):
    auditor.get(URL)
    event = AuditEvent.objects.get(action="audit.read")
    assert event.actor_name == "Aud Auditor"


def test_pages_hold_fifty_rows_and_cost_the_same_however_many_there_are(site, auditor):
    def cost():
        auditor.get(URL)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            response = auditor.get(URL)
        return len(queries), response

    few, _ = cost()
    start = clock.now() - timedelta(days=1)
    for number in range(120):
        with clock.at(start + timedelta(seconds=number)):
            record_read("patient.read", actor=actor(site, f"Reader {number}"))
    many, response = cost()
    assert many == few
    assert rows(response).count("<tr") == 50
    assert 'rel="next"' in response.content.decode()
    assert "Reader 5<" in rows(auditor.get(URL, {"page": "3"}))


def test_a_year_beyond_the_calendar_is_refused_in_place(auditor):
    response = auditor.get(URL, {"until": "9999-12-31"})
    assert response.status_code == 422 and "is not possible here" in response.content.decode()
