"""The signal pages: order by time left, an answer by a person, and nothing for those it is not meant for."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_scopes import scope

from factories import SYSTEM, client_for, make_patient, make_site, make_staff
from limen.apps.patients.models import Contact
from limen.apps.records import clock
from limen.apps.records.acts import act
from limen.apps.records.models import AuditEvent
from limen.apps.signals import selectors, services
from limen.apps.signals.models import Obligation

NOON = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)


def notice(patient, *, at=None, due_in_min=60, level="2", title="PHQ-9 question 9", kind="suicide-risk"):
    moment = at or clock.now()
    with clock.at(moment):
        return services.raise_signal(
            patient=patient,
            kind=kind,
            rule_pin="phq-9@1#q9",
            level=level,
            title=title,
            finding="PHQ-9 question 9 was answered “Several days”.",
            occurred_at=moment,
            due_at=moment + timedelta(minutes=due_in_min),
            owner_role="prescriber",
            actor=SYSTEM,
        )


def page(duty, name="obligation"):
    return reverse(f"signals:{name}", args=[duty.patient.uid, duty.uid])


def guarded(patient, **fields):
    return {"expected_patient_uid": str(patient.uid), "expected_patient": str(patient.uid), **fields}


@pytest.fixture
def patient(site_scope):
    return make_patient(site_scope)


@pytest.fixture
def prescriber(site):
    return make_staff(site, "prescriber", name="Pat Prescriber")


def test_the_list_puts_the_least_time_left_first_and_says_overdue_in_words(site_scope, prescriber):
    late = make_patient(site_scope, "Late", "Person")
    soon = make_patient(site_scope, "Soon", "Person")
    notice(soon, due_in_min=30)
    notice(late, at=clock.now() - timedelta(hours=3), due_in_min=60)
    text = client_for(prescriber).get(reverse("signals:worklist")).content.decode()
    assert text.index("Late Person") < text.index("Soon Person")
    assert "overdue by 2 h 0 min" in text
    assert "1 signal is past its time." in text


def test_an_empty_list_says_so(site_scope, prescriber):
    text = client_for(prescriber).get(reverse("signals:worklist")).content.decode()
    assert "No open signals" in text


def test_the_list_takes_as_many_queries_for_fifty_signals_as_for_one(site_scope, prescriber):
    notice(make_patient(site_scope, "First", "Person"))
    client = client_for(prescriber)
    client.get(reverse("signals:worklist"))
    with CaptureQueriesContext(
        connection,
    ) as one:
        assert client.get(reverse("signals:worklist")).status_code == 200
    for number in range(49):
        notice(make_patient(site_scope, f"Person{number}", "Another"))
    with CaptureQueriesContext(connection) as fifty:
        text = client.get(reverse("signals:worklist")).content.decode()
    assert text.count("Another") == 49
    assert len(fifty) == len(one)


def test_opening_one_shows_what_was_seen_its_rule_the_known_level_and_a_number_to_call(patient, site, prescriber):
    old = notice(patient, at=NOON, level="3")
    services.answer_obligation(old, note="Called.", actor=_actor(prescriber))
    duty = notice(patient, level="4")
    with act("test", actor=SYSTEM, patient=patient):
        Contact(site=site, patient=patient, kind="phone", value="+1 555 010 0199").save()
    text = client_for(prescriber).get(page(duty)).content.decode()
    assert "answered “Several days”" in text
    assert "phq-9@1#q9" in text
    assert 'href="tel:+15550100199"' in text
    assert "Known before" in text and ">3<" in text.replace("\n", "")
    assert AuditEvent.objects.filter(action="signals.read", patient_uid=patient.uid).count() == 1


def _actor(user):
    from factories import actor_of

    return actor_of(user)


def test_a_patient_without_a_phone_number_is_said_to_have_none(patient, prescriber):
    text = client_for(prescriber).get(page(notice(patient))).content.decode()
    assert "No phone number is recorded" in text


def test_an_answered_signal_is_still_found_beside_the_others(patient, prescriber):
    old = notice(patient, at=NOON, title="An earlier signal")
    services.answer_obligation(old, note="Called.", actor=_actor(prescriber))
    text = client_for(prescriber).get(page(notice(patient))).content.decode()
    assert "Other signals of this patient" in text
    assert "An earlier signal" in text and page(old) in text


def test_answering_closes_it_in_the_name_of_the_person(patient, prescriber):
    duty = notice(patient)
    sent = guarded(patient, **{"answer-note": "Called, safe tonight, seen tomorrow 9:00."})
    response = client_for(prescriber).post(page(duty, "answer"), sent, follow=True)
    text = response.content.decode()
    assert Obligation.objects.get(pk=duty.pk).state == "answered"
    assert "Called, safe tonight" in text and "Pat Prescriber" in text
    assert list(selectors.open_obligations(_actor(prescriber))) == []


def test_an_empty_answer_comes_back_with_its_error_and_closes_nothing(patient, prescriber):
    duty = notice(patient)
    response = client_for(prescriber).post(page(duty, "answer"), guarded(patient, **{"answer-note": " "}))
    assert response.status_code == 422
    assert "A signal is not closed without an answer" in response.content.decode()
    assert Obligation.objects.get(pk=duty.pk).state == "open"


def test_passing_on_needs_a_listed_person_and_words(patient, site, prescriber):
    duty = notice(patient)
    other = make_staff(site, "monitor", name="Mo Monitor")
    client = client_for(prescriber)
    bad = client.post(page(duty, "pass-on"), guarded(patient, **{"pass-to_user": str(site.uid), "pass-note": ""}))
    assert bad.status_code == 422
    assert "Choose a listed person." in bad.content.decode()
    good = client.post(
        page(duty, "pass-on"), guarded(patient, **{"pass-to_user": str(other.uid), "pass-note": "Please call"})
    )
    assert good.status_code == 302
    assert Obligation.objects.get(pk=duty.pk).owner_id == other.pk


def test_taking_it_makes_the_person_the_owner(patient, prescriber):
    duty = notice(patient)
    client_for(prescriber).post(page(duty, "take"), guarded(patient))
    assert Obligation.objects.get(pk=duty.pk).owner_id == prescriber.pk


def test_a_form_opened_for_another_patient_is_refused(patient, site_scope, prescriber):
    duty = notice(patient)
    other = make_patient(site_scope, "Other", "Person")
    response = client_for(prescriber).post(page(duty, "answer"), guarded(other, **{"answer-note": "Called."}))
    assert response.status_code == 409
    assert Obligation.objects.get(pk=duty.pk).state == "open"


def test_a_signal_of_another_patient_is_not_found_under_this_one(patient, site_scope, prescriber):
    duty = notice(make_patient(site_scope, "Other", "Person"))
    url = reverse("signals:obligation", args=[patient.uid, duty.uid])
    assert client_for(prescriber).get(url).status_code == 404


def test_a_signal_of_another_site_is_not_found(patient):
    elsewhere = make_site("Hillside")
    stranger = make_staff(elsewhere, "prescriber", name="Someone Else")
    duty = notice(patient)
    with scope(site=elsewhere.pk):
        assert client_for(stranger).get(page(duty)).status_code == 404


@pytest.mark.parametrize("role", ["admin", "auditor", "lead", "pharmacist"])
def test_roles_without_signals_are_refused(patient, site, role):
    duty = notice(patient)
    client = client_for(make_staff(site, role))
    assert client.get(reverse("signals:worklist")).status_code == 403
    assert client.get(page(duty)).status_code == 403


def test_a_coordinator_reads_a_signal_but_cannot_answer_it(patient, site):
    duty = notice(patient)
    client = client_for(make_staff(site, "coordinator"))
    text = client.get(page(duty)).content.decode()
    assert "Answer and close" not in text
    assert client.post(page(duty, "answer"), guarded(patient, **{"answer-note": "x"})).status_code == 403


def test_a_patient_sees_no_signal_page(site_scope):
    patient = make_patient(site_scope, with_login=True)
    duty = notice(patient)
    client = client_for(patient.user)
    for url in (reverse("signals:worklist"), page(duty)):
        response = client.get(url)
        assert response.status_code in (403, 404)
        assert "Several days" not in response.content.decode()
