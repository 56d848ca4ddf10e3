"""The pages, as the people who use them."""

import re
import uuid

import pytest
from django.urls import reverse

from factories import client_for
from integration.treatment.treatment_people import GATE_ANSWERS, LEAVING_ANSWERS, after
from limen.apps.records import clock
from limen.apps.records.models import AuditEvent
from limen.apps.signals.selectors import open_for
from limen.apps.treatment import selectors, services
from limen.apps.treatment.models import SessionEvent


def url(name, patient, session=None):
    return reverse(f"treatment:{name}", args=[patient.uid, *([session.uid] if session else [])])


def body(patient, **more):
    return {"expected_patient": str(patient.uid), "client_uid": str(uuid.uuid4()), **more}


ORDER = {
    "drug": "ketamine",
    "route": "iv",
    "place": "clinic",
    "dose_mg": "35",
    "duration_min": "40",
    "valid_from": "2026-03-12",
    "valid_until": "2026-04-02",
    "max_doses": "6",
    "indication": "Treatment-resistant depression",
}


def test_every_page_of_a_session_opens_for_the_monitor(people):
    people.ordered()
    session = people.open()
    browser = client_for(people.monitor_user)
    for name in ("session", "gate", "questions", "dose", "session-adverse", "discharge", "end"):
        assert browser.get(url(name, people.patient, session)).status_code == 200, name
    for name in ("orders", "sessions", "open-session", "adverse-events", "new-adverse"):
        assert browser.get(url(name, people.patient)).status_code == 200, name
    assert browser.get(reverse("treatment:board")).status_code == 200


def shown_in(text):
    """The hidden fields beside the signature: which order it shows, and under which number it is sent."""
    return dict(re.findall(r'name="(shown_digest|client_uid)" value="([^"]+)"', text))


def test_a_prescriber_checks_and_signs_an_order(people):
    people.decide()
    people.consent()
    browser = client_for(people.prescriber_user)
    page = url("sign-order", people.patient)
    checked = browser.post(page, {**body(people.patient), **ORDER, "check": "1"})
    assert checked.status_code == 200
    text = checked.content.decode()
    assert "0.500" in text  # 35 mg / 70.0 kg, by hand
    assert "not a controlled-substance prescription" in text
    assert selectors.orders_of(people.patient) == []
    signed = browser.post(page, {**body(people.patient), **ORDER, **shown_in(text), "sign": "1"})
    assert signed.status_code == 302
    assert selectors.order_in_force(people.patient).dose_mg == 35


def test_an_order_changed_after_the_check_is_shown_again_and_not_signed(people):
    """F17: the signature covers exactly what the signer saw."""
    people.decide()
    people.consent()
    browser, page = client_for(people.prescriber_user), url("sign-order", people.patient)
    shown = shown_in(browser.post(page, {**body(people.patient), **ORDER, "check": "1"}).content.decode())
    changed = {**body(people.patient), **ORDER, **shown, "dose_mg": "45", "sign": "1"}
    answer = browser.post(page, changed)
    assert answer.status_code == 422
    assert "not the one that was checked" in answer.content.decode()
    assert selectors.orders_of(people.patient) == []
    assert browser.post(page, {**changed, **shown_in(answer.content.decode())}).status_code == 302
    assert selectors.order_in_force(people.patient).dose_mg == 45


def test_an_order_form_sent_twice_signs_one_order(people):
    """F11, F12, H1."""
    people.decide()
    people.consent()
    browser, page = client_for(people.prescriber_user), url("sign-order", people.patient)
    shown = shown_in(browser.post(page, {**body(people.patient), **ORDER, "check": "1"}).content.decode())
    posted = {**body(people.patient), **ORDER, **shown, "sign": "1"}
    assert [browser.post(page, posted).status_code for _ in range(2)] == [302, 302]
    other = browser.post(page, {**body(people.patient), **ORDER, "dose_mg": "40", "check": "1"}).content.decode()
    again = {**posted, "dose_mg": "40", "shown_digest": shown_in(other)["shown_digest"]}
    assert browser.post(page, again).status_code == 422
    assert [order.dose_mg for order in selectors.orders_of(people.patient)] == [35]


@pytest.mark.parametrize("typed", ["1,000", "3.5e1", "0,5", "-35", "0", "35.001", "thirty", "NaN", ""])
def test_milligrams_are_read_strictly_or_refused_in_place(people, typed):
    people.decide()
    people.consent()
    browser = client_for(people.prescriber_user)
    answer = browser.post(
        url("sign-order", people.patient), {**body(people.patient), **ORDER, "dose_mg": typed, "sign": "1"}
    )
    assert answer.status_code == 422
    assert selectors.orders_of(people.patient) == []


def test_a_whole_session_is_walked_in_the_browser(people, settings):
    settings.LIMEN_IDLE_MINUTES = {"staff": 600, "patient": 600}  # the clock is moved by hand below
    people.ordered()
    patient, browser = people.patient, client_for(people.monitor_user)
    opened = browser.post(
        url("open-session", patient),
        body(patient, route="iv", place="clinic", monitor=str(people.monitor_user.uid)),
    )
    assert opened.status_code == 302
    session = selectors.live_session(patient)
    vital = body(patient, systolic_mmhg="122", diastolic_mmhg="78", heart_rate_bpm="70", spo2_percent="98")
    assert browser.post(url("vital", patient, session), {**vital, "from": "gate"}).status_code == 302
    questions = body(patient, q1="0", q2="0", q6="0")
    assert browser.post(url("questions", patient, session), questions).status_code == 302
    answers = {f"line-{line}": value for line, value in GATE_ANSWERS.items()}
    assert browser.post(url("gate", patient, session), body(patient, **answers)).status_code == 302
    assert "Every line clear" in browser.get(url("gate", patient, session)).content.decode()
    assert browser.post(url("start", patient, session), body(patient)).status_code == 302
    with after(20):
        assert (
            browser.post(
                url("rating", patient, session), body(patient, instrument="dissociation-rating", value="6")
            ).status_code
            == 302
        )
        page = browser.get(url("session", patient, session)).content.decode()
        assert "20 min" in page and "Dissociation" in page
    with after(40):
        dose = body(patient, drug="ketamine", route="iv", dose_mg="35", is_complete="on", happening="as_planned")
        assert browser.post(url("dose", patient, session), dose).status_code == 302
    with after(100):
        assert browser.post(url("recovered", patient, session), body(patient)).status_code == 302
        leaving = {f"line-{line}": value for line, value in LEAVING_ANSWERS.items()}
        assert browser.post(url("discharge", patient, session), body(patient, **leaving)).status_code == 302
        left = browser.post(url("leave", patient, session), body(patient, escort="Jo Rivera", next_day_contact="call"))
        assert left.status_code == 302
    session.refresh_from_db()
    assert session.ending == "discharged"


def test_a_form_opened_for_another_person_saves_nothing(people):
    """H4, F19: a stale tab posts for the patient it was opened for."""
    people.ordered()
    session, other = people.open(), people.new_patient("Bo")
    browser = client_for(people.monitor_user)
    before = SessionEvent.objects.count()
    for name in (
        "vital",
        "event",
        "dose",
        "rating",
        "gate",
        "start",
        "override",
        "discharge",
        "leave",
        "end",
        "recovered",
    ):
        answer = browser.post(url(name, people.patient, session), body(other, kind="stop"))
        assert answer.status_code == 409, name
    assert SessionEvent.objects.count() == before


def test_a_session_of_another_person_is_not_found_under_this_address(people):
    session, other = people.open(), people.new_patient("Bo")
    browser = client_for(people.monitor_user)
    assert browser.get(url("session", other, session)).status_code == 404


@pytest.mark.parametrize("role", ["therapist", "coordinator", "pharmacist", "lead", "admin", "auditor"])
def test_only_monitors_and_prescribers_write_in_a_session(people, role, site_scope):
    from factories import make_staff

    session = people.open()
    browser = client_for(make_staff(site_scope, role, name=f"A {role}"))
    before = SessionEvent.objects.count()
    for name in (
        "vital",
        "event",
        "dose",
        "rating",
        "gate",
        "start",
        "override",
        "discharge",
        "leave",
        "end",
        "recovered",
    ):
        assert browser.post(url(name, people.patient, session), body(people.patient)).status_code == 403, name
    assert SessionEvent.objects.count() == before


def test_bad_vitals_come_back_in_place_with_what_was_typed(people):
    session = people.open()
    browser = client_for(people.monitor_user)
    answer = browser.post(
        url("vital", people.patient, session), body(people.patient, systolic_mmhg="80", diastolic_mmhg="120")
    )
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "The upper number, 80, must be above the lower one, 120." in text
    assert 'value="120"' in text


def test_stop_needs_no_words_and_no_code(people):
    """SR-21."""
    people.ordered()
    session = people.dosing()
    browser = client_for(people.monitor_user, factors=2)
    answer = browser.post(url("event", people.patient, session), body(people.patient, kind="stop"))
    assert answer.status_code == 302
    assert selectors.state_of(session).is_stopped


def test_the_patient_calls_for_help_with_one_press_while_the_medicine_works(people):
    """SR-10: help works in the impaired window, with one factor, and reaches a monitor at once."""
    patient = people.new_patient("Ika", with_login=True)
    people.ordered(patient)
    people.dosing(patient)
    browser = client_for(patient.user, factors=1)
    assert browser.post(reverse("treatment:my-session-help"), {}).status_code == 302
    duty = open_for(patient)[0]
    assert (duty.kind, duty.owner_role, duty.due_at <= clock.now()) == ("help-call", "monitor", True)
    board = client_for(people.monitor_user).get(reverse("treatment:board")).content.decode()
    assert "Asked for help" in board


def test_the_patient_sees_where_the_session_is_in_plain_words(people):
    patient = people.new_patient("Ika", with_login=True)
    people.ordered(patient)
    people.dosing(patient)
    text = client_for(patient.user).get(reverse("treatment:my-session")).content.decode()
    assert "The medicine is being given." in text
    assert "button-help" in text
    assert "mg" not in re.sub(r"<[^>]+>", " ", text.split("<main", 1)[1].split("</main", 1)[0]).split()


def test_a_patient_gets_nothing_from_the_pages_of_the_staff(people):
    patient = people.new_patient("Ika", with_login=True)
    session = people.open(patient)
    browser = client_for(patient.user)
    for name in ("session", "gate", "dose", "discharge", "end"):
        assert browser.get(url(name, patient, session)).status_code == 404, name
    assert browser.get(reverse("treatment:board")).status_code == 403


def test_the_board_answers_not_modified_and_writes_no_audit_while_nothing_happens(people):
    people.ordered()
    session = people.open()
    browser = client_for(people.monitor_user)
    address = reverse("treatment:board-fragment")
    first = browser.get(address)
    rows = AuditEvent.objects.count()
    assert browser.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert AuditEvent.objects.count() == rows
    services.record_event(session, kind="hold", actor=people.monitor, client_uid=uuid.uuid4())
    changed = browser.get(address, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200 and "On hold" in changed.content.decode()
    with after(1):
        assert browser.get(address, headers={"If-None-Match": changed["ETag"]}).status_code == 200


def test_opening_the_board_is_audited_once(people):
    browser = client_for(people.monitor_user)
    before = AuditEvent.objects.filter(action="board.read").count()
    browser.get(reverse("treatment:board"))
    assert AuditEvent.objects.filter(action="board.read").count() == before + 1


def test_the_board_takes_the_same_queries_for_one_session_and_for_twenty(people, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries():
        with CaptureQueriesContext(connection) as seen:
            assert len(selectors.board(people.monitor)) >= 1
        return len(seen)

    people.open()
    one = queries()
    for number in range(19):
        people.open(people.new_patient(f"N{number}"))
    assert len(selectors.board(people.monitor)) == 20
    assert queries() == one <= 6


def test_checking_a_dose_with_htmx_brings_the_findings_and_the_signature(people):
    people.decide()
    people.consent()
    browser = client_for(people.prescriber_user)
    headers = {"HX-Request": "true", "HX-Target": "dose-look"}
    page = url("sign-order", people.patient)
    found = browser.post(page, {**body(people.patient), **ORDER, "check": "1"}, headers=headers).content.decode()
    assert "<html" not in found and "0.500" in found and "Sign this order" in found
    wrong = {**body(people.patient), **ORDER, "dose_mg": "1,000", "check": "1"}
    answer = browser.post(page, wrong, headers=headers)
    assert answer.status_code == 200 and "There is a problem" in answer.content.decode()


def test_a_dose_above_the_cap_can_be_checked_but_offers_no_signature(people):
    people.decide()
    people.consent()
    browser = client_for(people.prescriber_user)
    above = {**body(people.patient), **ORDER, "dose_mg": "61"}
    text = browser.post(url("sign-order", people.patient), {**above, "check": "1"}).content.decode()
    assert "61 mg is above the site&#x27;s cap of 60 mg per dose." in text
    assert "Sign this order" not in text
    assert browser.post(url("sign-order", people.patient), {**above, "sign": "1"}).status_code == 422


def test_a_wrong_code_signs_nothing_and_keeps_the_page(people):
    people.decide()
    people.consent()
    browser = client_for(people.prescriber_user, factors=2)
    session = browser.session
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": 0}]
    session.save()
    checked = browser.post(url("sign-order", people.patient), {**body(people.patient), **ORDER, "check": "1"})
    posted = {**body(people.patient), **ORDER, **shown_in(checked.content.decode()), "sign": "1", "code": "000000"}
    answer = browser.post(url("sign-order", people.patient), posted)
    assert answer.status_code == 422
    assert "That code is not right" in answer.content.decode()
    assert selectors.orders_of(people.patient) == []
