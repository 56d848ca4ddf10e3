"""The page frames: safe head, skip link, landmarks, crisis help; with and without somebody signed in."""

import json
import re
from types import SimpleNamespace

import pytest
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory

from limen.ui.context_processors import look

FRAMES = ["base.html", "public.html", "patient.html", "staff.html", "focus.html", "auth.html", "session.html"]
STAFF = SimpleNamespace(
    display_name="Dr <Osei>", site_name="Harbour & House", is_staff_actor=True, is_patient_actor=False
)
NAV = [
    {"label": "Home & <work>", "url": "/home/", "is_current": True, "count": 4},
    {"label": "Board", "url": "/board/", "is_current": False},
]


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("context", [{}, {"actor": STAFF, "nav": NAV, "is_demo": True}], ids=["nobody", "staff"])
def test_a_frame_has_its_landmarks_and_no_inline_code(frame, context):
    html = render_to_string(frame, context)
    assert html.count("<main") == 1 and 'id="main"' in html
    assert html.count("<header") == 1 and html.count("<footer") == 1
    assert html.index('class="skip-link" href="#main"') < html.index("<header")
    assert not re.search(r"\sstyle=|\son\w+=|javascript:", html)
    assert not re.findall(r"<script(?![^>]*\bsrc=)", html)
    assert "Harbour & House" not in html and "<work>" not in html


@pytest.mark.parametrize("frame", FRAMES)
def test_every_frame_shows_crisis_help_that_dials_without_javascript(frame):
    html = render_to_string(frame, {})
    assert 'href="tel:988"' in html and 'href="tel:911"' in html


def test_htmx_may_not_evaluate_store_or_leave_the_site():
    html = render_to_string("base.html", {})
    config = json.loads(re.search(r"name=\"htmx-config\" content='([^']+)'", html)[1])
    assert config["allowEval"] is False
    assert config["allowScriptTags"] is False
    assert config["selfRequestsOnly"] is True
    assert config["historyCacheSize"] == 0
    assert config["includeIndicatorStyles"] is False


def test_a_page_asks_for_few_files_and_none_from_elsewhere():
    html = render_to_string("session.html", {})
    files = re.findall(r'(?:src|<link[^>]*href)="([^"]+)"', html)
    assert len(files) <= 6
    assert all(file.startswith("/") for file in files)


@pytest.mark.parametrize(("theme", "expected"), [("dim", ' data-theme="dim"'), ("system", ""), ('"><script>', "")])
def test_only_a_known_theme_reaches_the_page(theme, expected):
    html = render_to_string("base.html", {"theme": theme})
    assert re.search(r'<html lang="[\w-]+" dir="ltr"(.*?)>\n', html)[1] == expected


def test_the_current_page_is_told_to_screen_readers():
    html = render_to_string("staff.html", {"actor": STAFF, "nav": NAV})
    assert '<a href="/home/" aria-current="page">' in html
    assert html.count("aria-current") == 1


def test_a_visitor_gets_no_token_no_sign_out_and_no_search():
    html = render_to_string("staff.html", {"actor": SimpleNamespace(is_staff_actor=False, is_patient_actor=False)})
    assert "limen-csrf" not in html and "Sign out" not in html and "Find a patient" not in html


def test_a_demo_says_that_everybody_is_made_up():
    assert "every person and record here is made up" in render_to_string("public.html", {"is_demo": True})
    assert "made up" not in render_to_string("public.html", {})


def test_a_question_page_carries_the_token_of_its_request():
    source = "{% load limen %}{% question_page back_url='/x/' %}{% endquestion_page %}"
    request = RequestFactory().get("/")
    html = engines["django"].from_string(source).render({}, request)
    assert re.search(r'name="csrfmiddlewaretoken" value="\w{64}"', html)


@pytest.mark.parametrize(("cookie", "expected"), [("dim", "dim"), ("x", ""), ("", "")])
def test_the_theme_kept_on_this_device_counts_only_when_known(cookie, expected):
    request = RequestFactory().get("/")
    request.COOKIES["limen_theme"] = cookie
    assert look(request) == {"theme": expected}


def test_the_style_guide_page_renders_every_component():
    from limen.ui import styleguide

    html = render_to_string("styleguide.html", styleguide.context())
    assert all(f'id="{component.name}"' in html for component in styleguide.examples())
