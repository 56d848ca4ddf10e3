"""What the browser tests share: Chromium, a signed-in page, and the accessibility check."""

import os
import shutil
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

VENDOR = Path(__file__).parent / "vendor"
MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# The live server answers from a thread while Playwright keeps an event loop in this one.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def chromium_path() -> str:
    """Chromium of the machine; without it the browser tests are skipped, or fail when everything is required."""
    found = os.environ.get("LIMEN_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if found:
        return found
    if os.environ.get("LIMEN_REQUIRE_ALL") == "1":
        pytest.fail("Chromium is not installed, and LIMEN_REQUIRE_ALL=1 asks for the browser tests.")
    pytest.skip("BROWSER TESTS SKIPPED: Chromium is not installed (apt-get install chromium).")


@pytest.fixture(scope="session")
def test_database(django_db_setup, django_db_blocker):
    """The test database. pytest-django makes it only for tests marked with it; those that share a clinic are not."""
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    with django_db_blocker.unblock():
        is_made = connection.settings_dict["NAME"] == connection.creation._get_test_db_name()
        made = [] if is_made else setup_databases(verbosity=0, interactive=False)
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture(scope="session")
def browser(test_database):
    """Chromium, started after the test database: while its event loop runs, Django keeps other connections."""
    path = chromium_path()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture
def address(live_server):
    """The live server under a host name: passkeys need one."""
    return live_server.url.replace("127.0.0.1", "localhost")


@pytest.fixture
def page(browser, address):
    """A fresh browser of its own; script errors on any page fail the test."""
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.limen_address = address
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert errors == []


def sign_in(page, user, *, method: str = "mfa", site=None) -> None:
    """Open a two-factor session for this person in this browser, without the sign-in pages.

    Import it with `from e2e.conftest import sign_in`, or use the `enter` fixture.
    """
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = MODEL_BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["account_authentication_methods"] = [{"method": method, "type": "webauthn", "at": time.time()}]
    session["account_authentication_methods_user"] = str(user.pk)
    if site is not None:
        session["limen_site"] = site.pk
    session.save()
    page.context.clear_cookies()
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": page.limen_address}
    page.context.add_cookies([cookie])


@pytest.fixture(scope="package")
def clinic(test_database, django_db_blocker):
    """One clinic for every test that walks through it; its rows stay until the last of them is done."""
    chromium_path()
    from django.core.management import call_command
    from django.db import connections

    from e2e.clinic import ClinicServer, Hours, open_clinic

    hours = Hours()
    with django_db_blocker.unblock(), ClinicServer(hours) as server:
        yield open_clinic(server.url, hours)
        call_command("flush", verbosity=0, interactive=False)
        # These were opened beside Chromium's event loop, where nobody else would find them to close.
        connections.close_all()


@pytest.fixture(scope="package")
def walk(clinic, browser):
    """One patient's journey; see journey_steps. LIMEN_PICTURES names a folder for pictures of it."""
    from e2e.journey_steps import STEPS
    from e2e.walk import Walk

    folder = os.environ.get("LIMEN_PICTURES")
    walked = Walk(browser, clinic, STEPS, Path(folder) if folder else None)
    yield walked
    walked.close()


@pytest.fixture
def enter(page):
    """`enter(user)` signs a person in, in this test's browser."""
    return lambda user, **more: sign_in(page, user, **more)


def axe_violations(page) -> list[str]:
    """What axe-core finds wrong on the page, one line for each node."""
    if not page.evaluate("() => Boolean(window.axe)"):
        # Evaluated by the debugger, so the page's own content security policy stays strict.
        page.evaluate((VENDOR / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}}).then(result => result.violations)",
        AXE_TAGS,
    )
    return [f"{item['id']}: {item['help']} at {node['target']}" for item in found for node in item["nodes"]]
