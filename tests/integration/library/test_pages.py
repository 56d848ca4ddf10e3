"""Public pages: sources beside every number, and nothing clinical published without a reviewer (SR-62)."""

import pytest

pytestmark = pytest.mark.django_db
CLINICAL = ["/how-it-works/", "/treatment-options/", "/what-to-expect/", "/questions/", "/evidence/"]


@pytest.mark.parametrize("path", CLINICAL)
def test_an_unreviewed_page_is_marked_in_the_demo_and_held_back_elsewhere(client, settings, path):
    settings.LIMEN_DEMO = True
    shown = client.get(path).content.decode()
    assert "Not yet reviewed by a licensed clinician" in shown
    assert 'id="sources"' in shown
    settings.LIMEN_DEMO = False
    held = client.get(path).content.decode()
    assert "not published yet" in held
    assert 'id="sources"' not in held


def test_help_in_a_crisis_is_never_held_back(client, settings):
    settings.LIMEN_DEMO = False
    response = client.get("/help-now/")
    assert response.status_code == 200
    assert 'href="tel:988"' in response.content.decode()


def test_the_first_page_offers_only_pages_that_can_be_read(client, settings):
    settings.LIMEN_DEMO = False
    assert "/treatment-options/" not in client.get("/").content.decode().split("<main")[1]


def test_every_definition_is_listed_with_its_fingerprint(client):
    page = client.get("/definitions/").content.decode()
    for name in ("phq-9", "iv-ketamine-six-in-three-weeks", "eligibility", "how-it-works"):
        assert name in page


def test_signed_in_people_are_not_stored_by_their_browser(client):
    assert client.get("/").headers["Cache-Control"] == "no-store"
