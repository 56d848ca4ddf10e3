"""The free assessment: age and place first, one thing a page, nothing kept before the person sends it."""

from datetime import date

import pytest
from django.contrib.sessions.models import Session
from django_scopes import scope

from factories import make_site, make_staff
from integration.screening.screening_answers import PHQ_9, PLACE, health, open_to_public, post, walk
from limen.apps.records.models import Outbox
from limen.apps.screening.models import Referral

pytestmark = pytest.mark.django_db


@pytest.fixture
def live_site(site):
    open_to_public(site)
    return site


CONTACT = {
    "given_name": "Noor",
    "family_name": "Haddad",
    "birth_date": "1984-05-17",
    "email": "noor@example.org",
    "phone": "",
    "permission": "on",
}


def born_for(age: int) -> str:
    from limen.apps.records import clock

    today = clock.now().date()
    return date(today.year - age, 1, 1).isoformat()


def contact(site, age: int = 42, **changes) -> dict:
    return CONTACT | {"site": str(site.uid), "birth_date": born_for(age)} | changes


def test_age_and_place_come_before_every_question(client, live_site):
    assert client.get("/assessment/q/phq-9-q1/").url == "/assessment/q/age/"
    post(client, "age", answer=42)
    assert client.get("/assessment/q/phq-9-q1/").url == "/assessment/q/place/"
    assert client.get("/assessment/check/").url == "/assessment/q/place/"


def test_someone_under_18_meets_help_and_leaves_nothing_behind(client, live_site):
    response = post(client, "age", answer=17)
    assert response.url == "/assessment/young-people/"
    page = client.get(response.url)
    assert b"988" in page.content
    assert b"<form" not in page.content.replace(b'<form method="get"', b"")
    assert Session.objects.count() == 0
    assert client.get("/assessment/q/phq-9-q1/").url == "/assessment/q/age/"


def test_a_change_of_age_to_17_erases_what_was_answered(client, live_site):
    post(client, "age", answer=42)
    post(client, "place", answer=PLACE)
    post(client, "phq-9-q1", answer=3)
    post(client, "age", answer=17)
    assert Session.objects.count() == 0


def test_a_place_that_no_live_site_serves_is_said_before_any_question(client, live_site):
    post(client, "age", answer=42)
    assert post(client, "place", answer="elsewhere").url == "/assessment/not-served/"
    assert client.get("/assessment/not-served/").status_code == 200
    assert client.get("/assessment/q/phq-9-q1/").url == "/assessment/q/age/"


def test_a_site_that_is_not_live_serves_nobody(client, site):
    assert b"Not open yet" in client.get("/assessment/").content


@pytest.mark.parametrize(
    ("step", "answer"),
    [("age", ""), ("age", "abc"), ("age", "-1"), ("age", "121"), ("place", "Atlantis"), ("place", "")],
)
def test_a_wrong_age_or_place_is_refused_in_place(client, live_site, step, answer):
    if step == "place":
        post(client, "age", answer=42)
    response = post(client, step, answer=answer)
    assert response.status_code == 422
    assert b"error-summary" in response.content


@pytest.mark.parametrize("answer", ["", "4", "-1", "2.5", "yes"])
def test_a_wrong_answer_to_an_item_is_refused_in_place(client, live_site, answer):
    post(client, "age", answer=42)
    post(client, "place", answer=PLACE)
    assert post(client, "phq-9-q1", answer=answer).status_code == 422
    assert "q1" not in client.session["limen_assessment"]["answers"].get("phq-9", {})


def test_an_unknown_page_is_not_found(client, live_site):
    post(client, "age", answer=42)
    assert client.get("/assessment/q/phq-9-q77/").status_code == 404


def test_item_nine_above_zero_shows_help_beside_a_form_that_can_be_finished(client, live_site):
    walk(client, phq_9=PHQ_9 | {"q9": 1})
    for address in ("/assessment/q/gad-7-q1/", "/assessment/check/", "/assessment/result/", "/assessment/ask/"):
        page = client.get(address)
        assert page.status_code == 200
        assert b"Nobody has been alerted" in page.content, address
        assert b"tel:988" in page.content
    assert b"Continue" in client.get("/assessment/q/gad-7-q1/").content


def test_item_nine_says_beforehand_who_will_see_it_and_zero_shows_no_help_card(client, live_site):
    walk(client)
    page = client.get("/assessment/q/phq-9-q9/").content
    assert b"Nobody sees this answer unless you choose to send it" in page
    assert b"Nobody has been alerted" not in page


def test_the_result_gives_reasons_and_never_a_verdict(client, live_site):
    walk(client, health_answers=health(aneurysm_or_avm="yes", cystitis="yes"))
    page = client.get("/assessment/result/").content.decode()
    assert "17" in page and "11" in page
    assert "eligible" not in page.lower()
    assert "has not published its prices" in page
    assert "/treatment-options/" in page
    assert " mg" not in page


def test_what_would_change_the_answer_names_only_remediable_things(client, live_site):
    """SR-60: never substance use or psychosis."""
    walk(client, health_answers=health(substance_use_current="yes", psychosis_personal="yes"))
    page = client.get("/assessment/result/").content.decode()
    changes = page.split("What could change this")[1].split("</section>")[0] if "What could change this" in page else ""
    assert "drug" not in changes.lower()
    assert "psychosis" not in changes.lower()


def test_a_skipped_item_gives_no_total_but_its_reason(client, live_site):
    walk(client)
    client.post("/assessment/q/phq-9-q3/", {"skip": "1"})
    client.post("/assessment/q/phq-9-q4/", {"skip": "1"})
    client.post("/assessment/q/phq-9-q5/", {"skip": "1"})
    page = client.get("/assessment/result/").content.decode()
    assert 'stat-value">17' not in page
    assert "Not answered" in client.get("/assessment/check/").content.decode()


def test_sending_keeps_sealed_answers_tells_the_coordinator_and_erases_the_session(client, live_site):
    coordinator = make_staff(live_site, "coordinator")
    walk(client)
    response = client.post("/assessment/ask/", contact(live_site))
    assert response.url == "/assessment/sent/"
    with scope(site=live_site.pk):
        referral = Referral.objects.get()
    assert referral.family_name == "Haddad"
    assert "Riverside" in referral.permission_text
    assert "limen_assessment" not in client.session
    message = Outbox.objects.get(recipient__isnull=False)
    assert message.recipient == coordinator.email
    assert "Haddad" not in message.body and "PHQ" not in message.body
    assert client.get("/assessment/ask/").url == "/assessment/q/age/"


@pytest.mark.parametrize(
    "change",
    [
        {"permission": ""},
        {"email": "not an address"},
        {"given_name": ""},
        {"birth_date": "1984-02-30"},
        {"birth_date": "2999-01-01"},
        {"birth_date": "2015-01-01"},
        {"birth_date": "1950-01-01"},
        {"site": "00000000-0000-0000-0000-000000000000"},
    ],
)
def test_a_request_with_a_fault_keeps_nothing(client, live_site, change):
    walk(client)
    response = client.post("/assessment/ask/", contact(live_site) | change)
    assert response.status_code == 422
    with scope(site=live_site.pk):
        assert not Referral.objects.exists()
    assert "limen_assessment" in client.session


def test_delete_my_answers_and_start_over_forget_everything(client, live_site):
    walk(client)
    assert client.post("/assessment/delete/").url == "/assessment/deleted/"
    assert Session.objects.count() == 0
    assert client.get("/assessment/deleted/").status_code == 200
    post(client, "age", answer=42)
    assert client.post("/assessment/delete/", {"again": "1"}).url == "/assessment/q/age/"
    assert Session.objects.count() == 0


def test_a_medicine_can_be_added_and_removed(client, live_site):
    walk(client)
    post(client, "medicines", drug="venlafaxine", enough="not sure", outcome="partial")
    assert [row["drug"] for row in client.session["limen_assessment"]["trials"]] == ["sertraline", "venlafaxine"]
    client.post("/assessment/medicines/0/remove/")
    assert [row["drug"] for row in client.session["limen_assessment"]["trials"]] == ["venlafaxine"]
    assert post(client, "medicines", drug="", enough="yes", outcome="none").status_code == 422


def test_two_sites_that_serve_a_place_are_offered_by_name(client, live_site):
    open_to_public(make_site("Harbour"))
    walk(client)
    page = client.get("/assessment/ask/").content
    assert b"Harbour" in page and b"Riverside" in page
    assert client.post("/assessment/ask/", contact(live_site) | {"site": ""}).status_code == 422


def test_no_page_asks_the_database_too_often(client, live_site, django_assert_max_num_queries):
    walk(client)
    for address in ("/assessment/q/phq-9-q1/", "/assessment/check/", "/assessment/result/"):
        with django_assert_max_num_queries(15):
            client.get(address)
