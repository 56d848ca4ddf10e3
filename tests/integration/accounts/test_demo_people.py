"""The demo people page signs in with one click, and exists nowhere but under the demo settings."""

import importlib
import json
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import clear_url_caches, include, path

from factories import make_staff, make_user
from limen.config.urls import urlpatterns as production_urls

VIEWS = ("limen.config.demo.views", "limen.config.demo.urls")


def forget_views():
    for name in VIEWS:
        sys.modules.pop(name, None)


@pytest.fixture(autouse=True)
def fresh_views():
    forget_views()
    yield
    forget_views()
    clear_url_caches()


@pytest.fixture
def demo(settings, tmp_path):
    """The test settings with the demo switched on, as the demo settings do it."""
    import copy

    folder = Path(settings.PACKAGE) / "config" / "demo" / "templates"
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["OPTIONS"]["loaders"][0][1][0][1].append(folder)
    settings.LIMEN_DEMO = True
    settings.TEMPLATES = templates
    settings.LIMEN_DEMO_FOLDER = tmp_path
    module = type(sys)("demo_urls_for_tests")
    module.urlpatterns = [path("demo/", include("limen.config.demo.urls")), *production_urls]
    sys.modules["demo_urls_for_tests"] = module
    settings.ROOT_URLCONF = "demo_urls_for_tests"
    clear_url_caches()
    yield tmp_path
    sys.modules.pop("demo_urls_for_tests")


def test_without_the_demo_settings_there_is_no_such_page(client, db):
    assert client.get("/demo/").status_code == 404
    assert client.post("/demo/enter/", {"email": "x"}).status_code == 404


def test_without_the_demo_settings_the_views_cannot_be_imported():
    with pytest.raises(ImproperlyConfigured, match="demo settings"):
        importlib.import_module("limen.config.demo.views")


def test_a_view_that_was_routed_anyway_refuses(demo, settings, site):
    user = make_staff(site, "prescriber")
    client = Client()
    client.get("/demo/")
    settings.LIMEN_DEMO = False
    assert client.get("/demo/").status_code == 404
    assert client.post("/demo/enter/", {"email": user.email}).status_code == 404
    assert "_auth_user_id" not in client.session


def test_one_click_signs_in_with_two_factors_marked_as_demo(demo, site):
    user = make_staff(site, "prescriber", name="Dr Demo")
    client = Client()
    body = client.get("/demo/").content.decode()
    assert "Dr Demo" in body and "Prescriber" in body and site.name in body and "made up" in body
    assert client.post("/demo/enter/", {"email": user.email}).status_code == 302
    assert [entry["method"] for entry in client.session["account_authentication_methods"]] == ["demo"]
    assert client.get("/site/staff/").status_code == 200


def test_the_code_for_signatures_is_printed_and_signs(demo, site):
    from django.test import RequestFactory

    from limen.apps.accounts import demo_code, step_up

    body = Client().get("/demo/").content.decode()
    assert demo_code.current() in body
    request = RequestFactory().post("/")
    request.user, request.session = make_staff(site, "prescriber"), {}
    with pytest.raises(step_up.StepUpFailed):  # the method itself is switched on by the demo settings alone
        step_up.authenticate(request, demo_code.current())


def test_stories_of_the_filler_are_told_in_their_groups_and_order(demo, site):
    first, second = make_user("Ana Demo"), make_user("Ivo Demo")
    told = [
        {"email": second.email, "title": "patient", "group": "In a session now", "story": "Fifth of six."},
        {"email": first.email, "title": "patient", "group": "At home", "story": "With a sitter."},
        {"email": "gone@example.org", "title": "patient", "group": "At home", "story": "No such person."},
    ]
    (demo / "people.json").write_text(json.dumps(told))
    body = Client().get("/demo/").content.decode()
    assert body.index("In a session now") < body.index("At home")
    assert "Fifth of six." in body and "No such person." not in body


def test_nobody_can_be_entered_by_an_unknown_address_or_a_link(demo, db):
    client = Client()
    assert client.post("/demo/enter/", {"email": "nobody@example.org"}).status_code == 404
    assert client.get("/demo/enter/").status_code == 405


def test_a_disabled_demo_person_cannot_be_entered(demo, site):
    from factories import actor_of
    from limen.apps.accounts import services

    user = make_staff(site, "prescriber")
    services.set_active(user, is_active=False, actor=actor_of(make_staff(site, "admin")), reason="left")
    assert Client().post("/demo/enter/", {"email": user.email}).status_code == 404


def test_any_characters_typed_as_a_code_are_only_wrong(settings):
    from limen.apps.accounts import demo_code

    settings.LIMEN_DEMO = True
    assert demo_code.matches(demo_code.current())
    assert not demo_code.matches("😀😀")
    assert not demo_code.matches("٣٣٣٣٣٣")
