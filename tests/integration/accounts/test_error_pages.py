"""Error pages say in words what happened, without a request or a database."""

import pytest
from django.template.loader import render_to_string


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("400.html", "could not be read"),
        ("403.html", "not for your role"),
        ("403_csrf.html", "open too long"),
        ("404.html", "no such page"),
        ("409.html", "Nothing was saved"),
        ("500.html", "broke on our side"),
    ],
)
def test_an_error_page_needs_nothing_to_be_shown(name, words):
    body = render_to_string(name)
    assert words in body and "988" in body and "Traceback" not in body


def test_a_refusal_says_why():
    assert "Wait for Dr Osei" in render_to_string("409.html", {"reason": "Wait for Dr Osei"})
    assert "&lt;b&gt;" in render_to_string("409.html", {"reason": "<b>"})


def test_a_form_without_its_token_is_refused_in_words(db):
    from django.test import Client

    response = Client(enforce_csrf_checks=True).post("/account/login/", {"login": "a@example.org", "password": "x"})
    assert response.status_code == 403
    assert b"open too long" in response.content
