"""A passkey from the one-time link to the start page, in a real browser with a virtual authenticator."""

import pytest
from django.urls import reverse

from factories import actor_of, make_site, make_staff
from limen.apps.accounts import services
from limen.apps.accounts.models import User

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def authenticator(page):
    """A device that keeps passkeys and checks who is there, as a phone does."""
    protocol = page.context.new_cdp_session(page)
    protocol.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    identity = protocol.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]
    return protocol, identity


def invited(role):
    site = make_site()
    admin = actor_of(make_staff(site, "admin", name="Ada Admin"))
    _, token = services.invite(
        site=site, kind="staff", email="kim@example.org", display_name="Kim", role=role, actor=admin, address="/"
    )
    return reverse("accounts:invitation", args=[token])


def factors(page) -> int:
    """Two when a page that needs two factors opens, one when it sends us to the second-factor page."""
    page.goto(reverse("accounts:staff"))
    return 1 if reverse("accounts:second-factor") in page.url else 2


def accept(page, link):
    page.goto(link)
    page.get_by_label("Your name").fill("Kim Newcomer")
    page.get_by_label("Password").fill("a long quiet river bends")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(f"**{reverse('accounts:second-factor')}")


def add_passkey(page):
    page.get_by_role("link", name="Add a passkey").click()
    page.wait_for_url(f"**{reverse('mfa_add_webauthn')}")
    page.get_by_role("button", name="Make the passkey").click()
    page.wait_for_url("**/recovery-codes/**")


def enter_with_passkey(page):
    with page.expect_response(f"**{reverse('workspace:start')}") as answered:
        page.get_by_role("button", name="Sign in with a passkey").click()
    assert answered.value.status < 400
    page.wait_for_load_state()


def test_a_prescriber_goes_from_link_to_passkey_to_start_page(page, authenticator, settings):
    settings.LIMEN_PASSKEY_ROLES = frozenset({"prescriber", "admin"})
    protocol, identity = authenticator
    accept(page, invited("prescriber"))
    assert factors(page) == 1
    page.goto(reverse("accounts:second-factor"))
    add_passkey(page)
    assert page.get_by_text("Each one works once").is_visible()
    credentials = protocol.send("WebAuthn.getCredentials", {"authenticatorId": identity})["credentials"]
    assert [c["isResidentCredential"] for c in credentials] == [True]
    assert factors(page) == 2

    page.goto("/account/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.goto("/account/login/")
    enter_with_passkey(page)
    assert factors(page) == 2
    user = User.objects.get(email="kim@example.org")
    assert user.display_name == "Kim Newcomer"


def test_a_passkey_still_opens_when_the_password_is_locked(page, authenticator):
    accept(page, invited("monitor"))
    add_passkey(page)
    page.context.clear_cookies()
    page.goto("/account/login/")
    for _ in range(6):
        page.get_by_label("E-mail address").fill("kim@example.org")
        page.get_by_label("Password").fill("wrong and long enough")
        with page.expect_navigation():
            page.get_by_role("button", name="Sign in", exact=True).click()
    assert page.get_by_text("Too many wrong tries").first.is_visible()
    enter_with_passkey(page)
    assert factors(page) == 2


def test_a_closed_passkey_prompt_is_said_on_the_page(page, authenticator):
    protocol, identity = authenticator
    protocol.send("WebAuthn.setUserVerified", {"authenticatorId": identity, "isUserVerified": False})
    accept(page, invited("monitor"))
    page.get_by_role("link", name="Add a passkey").click()
    page.wait_for_url(f"**{reverse('mfa_add_webauthn')}")
    page.get_by_role("button", name="Make the passkey").click()
    page.get_by_text("The passkey was not used").wait_for()
    assert factors(page) == 1
