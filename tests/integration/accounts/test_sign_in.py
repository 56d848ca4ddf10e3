"""Signing in: the same answer for everybody, five tries, codes that work once, sessions that end."""

import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core import mail
from django.test import Client
from django.urls import reverse

from factories import client_for, make_patient, make_staff, make_user
from limen.apps.accounts import throttle
from limen.apps.accounts.models import SignInEvent
from limen.apps.records import clock
from limen.apps.records.models import AuditEvent

PASSWORD = "a long quiet river bends"
LOGIN = "/account/login/"


@pytest.fixture
def person(site):
    user = make_staff(site, "therapist")
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return user


def sign_in(client, email, password=PASSWORD):
    return client.post(LOGIN, {"login": email, "password": password})


def totp_of(user):
    """A shared secret for this user, kept sealed, and the code it shows now (RFC 6238, 30 s steps)."""
    from allauth.core import context
    from django.test import RequestFactory

    secret = generate_totp_secret()
    with context.request_context(RequestFactory().get("/")):
        TOTP.activate(user, secret)
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def test_the_right_password_opens_a_session_with_one_factor(client, person):
    response = sign_in(client, person.email)
    assert response.status_code == 302
    assert client.get(reverse("accounts:staff")).headers["Location"] == reverse("accounts:second-factor")


def test_a_known_and_an_unknown_address_get_the_same_answer(client, person):
    known = sign_in(client, person.email, "wrong and long enough")
    unknown = sign_in(client, "nobody@example.org", "wrong and long enough")
    assert known.status_code == unknown.status_code == 200
    words = b"That e-mail address and password do not go together."
    assert words in known.content and words in unknown.content


def test_five_wrong_passwords_lock_the_account_even_for_the_right_one(client, person):
    for _ in range(5):
        sign_in(client, person.email, "wrong and long enough")
    response = sign_in(client, person.email)
    assert b"Too many wrong tries" in response.content
    assert "_auth_user_id" not in client.session


def test_the_lock_ends_after_fifteen_minutes(client, person):
    with clock.at(clock.now() - timedelta(minutes=16)):
        for _ in range(5):
            throttle.note(person.email, "127.0.0.1", is_success=False)
    assert sign_in(client, person.email).status_code == 302


def test_five_wrong_tries_from_one_address_lock_it_for_other_accounts(client, person):
    for number in range(5):
        sign_in(client, f"guess{number}@example.org", "wrong and long enough")
    assert b"Too many wrong tries" in sign_in(client, person.email).content
    elsewhere = Client(REMOTE_ADDR="198.51.100.7")
    assert sign_in(elsewhere, person.email).status_code == 302


def test_ones_own_success_does_not_clear_what_was_tried_against_others(db):
    for number in range(4):
        throttle.note(f"victim{number}@example.org", "198.51.100.9", is_success=False)
    throttle.note("attacker@example.org", "198.51.100.9", is_success=True)
    throttle.note("victim5@example.org", "198.51.100.9", is_success=False)
    assert throttle.is_locked("victim6@example.org", "198.51.100.9")


def test_no_password_is_kept_with_a_sign_in_try(client, person):
    sign_in(client, person.email, "wrong and long enough")
    event = SignInEvent.objects.get()
    assert person.email not in (event.account_key, event.address_key)


def test_a_code_asked_at_sign_in_works_once(person):
    code = totp_of(person)
    first, second = Client(), Client()
    for client in (first, second):
        assert sign_in(client, person.email).headers["Location"] == reverse("mfa_authenticate")
    assert first.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
    replay = second.post(reverse("mfa_authenticate"), {"code": code})
    assert b"That code is not right" in replay.content
    assert "_auth_user_id" not in second.session
    assert first.get(reverse("accounts:staff")).status_code == 200


def test_wrong_codes_are_counted(person):
    totp_of(person)
    client = Client()
    sign_in(client, person.email)
    for _ in range(5):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert b"Too many wrong tries" in client.post(reverse("mfa_authenticate"), {"code": "000000"}).content


def test_the_secret_of_an_authenticator_app_is_sealed(person):
    totp_of(person)
    assert Authenticator.objects.get(user=person).data["secret"].startswith("enc1:")


def test_the_session_id_is_new_after_signing_in(client, person):
    client.get(LOGIN)
    client.session["kept"] = "x"
    session = client.session
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before
    sign_in(client, person.email)
    assert client.session.session_key != before


@pytest.mark.parametrize(("minutes", "is_open"), [(14, True), (16, False)])
def test_a_staff_session_ends_after_fifteen_idle_minutes(site, minutes, is_open):
    client = client_for(make_staff(site, "therapist"))
    start = clock.now()
    with clock.at(start):
        assert client.get(reverse("accounts:staff")).status_code == 200
    with clock.at(start + timedelta(minutes=minutes)):
        response = client.get(reverse("accounts:staff"))
    assert (response.status_code == 200) is is_open
    if not is_open:
        assert response.headers["Clear-Site-Data"] == '"cache"'


@pytest.mark.parametrize(("minutes", "is_open"), [(29, True), (31, False)])
def test_a_patients_session_ends_after_thirty_idle_minutes(site_scope, minutes, is_open):
    client = client_for(make_patient(site_scope, with_login=True).user)
    start = clock.now()
    with clock.at(start):
        assert client.get(reverse("accounts:profile")).status_code == 200
    with clock.at(start + timedelta(minutes=minutes)):
        assert (client.get(reverse("accounts:profile")).status_code == 200) is is_open


def test_a_staff_session_ends_after_twelve_hours_however_busy(site):
    client = client_for(make_staff(site, "therapist"))
    start = clock.now()
    for minutes in range(0, 12 * 60, 10):
        with clock.at(start + timedelta(minutes=minutes)):
            assert client.get(reverse("accounts:staff")).status_code == 200
    with clock.at(start + timedelta(hours=12, minutes=1)):
        assert client.get(reverse("accounts:staff")).status_code == 302


def test_signing_out_clears_the_cache_and_kills_the_old_cookie(site):
    client = client_for(make_staff(site, "therapist"))
    old = client.cookies["sessionid"].value
    response = client.post(reverse("account_logout"))
    assert response.headers["Clear-Site-Data"] == '"cache"'
    replayed = Client()
    replayed.cookies["sessionid"] = old
    assert replayed.get(reverse("accounts:staff")).status_code == 302


def test_asking_to_sign_out_by_a_link_changes_nothing(site):
    client = client_for(make_staff(site, "therapist"))
    assert client.get(reverse("account_logout")).status_code == 200
    assert client.get(reverse("accounts:staff")).status_code == 200


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_signing_in_never_leads_to_another_host(client, person, target):
    response = client.post(LOGIN, {"login": person.email, "password": PASSWORD, "next": target})
    assert "evil" not in response.headers["Location"]


def reset_link(client, email):
    client.post(reverse("account_reset_password"), {"email": email})
    return next(word for word in mail.outbox[-1].body.split() if "/password/reset/key/" in word)


def test_a_reset_link_works_once_and_other_sessions_end(person):
    elsewhere = client_for(person)
    client = Client()
    link = reset_link(client, person.email)
    form = client.get(link, follow=True).redirect_chain[-1][0]
    new = {"password1": "another long quiet river", "password2": "another long quiet river"}
    assert client.post(form, new).status_code == 302
    assert elsewhere.get(reverse("accounts:staff")).status_code == 302
    assert b"This link no longer works" in Client().get(link, follow=True).content
    assert sign_in(Client(), person.email, "another long quiet river").status_code == 302
    assert "made new" in mail.outbox[-1].subject


def test_a_reset_link_ends_after_ten_minutes(person, settings):
    client = Client()
    link = reset_link(client, person.email)
    assert settings.PASSWORD_RESET_TIMEOUT == 600
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert b"This link no longer works" in client.get(link, follow=True).content


def test_asking_for_a_reset_answers_the_same_for_an_unknown_address(person):
    known = Client().post(reverse("account_reset_password"), {"email": person.email}, follow=True)
    unknown = Client().post(reverse("account_reset_password"), {"email": "nobody@example.org"}, follow=True)
    assert known.redirect_chain == unknown.redirect_chain
    assert b"If that address has an account" in unknown.content


def test_signing_in_and_out_leave_audit_rows(client, person):
    sign_in(client, person.email)
    client.post(reverse("account_logout"))
    actions = list(AuditEvent.objects.filter(actor_uid=person.uid).values_list("action", flat=True))
    assert "account.sign_in" in actions and "account.sign_out" in actions


def test_a_disabled_person_is_out_at_the_next_request(site):
    from factories import actor_of
    from limen.apps.accounts import services

    user = make_staff(site, "therapist")
    client = client_for(user)
    assert client.get(reverse("accounts:staff")).status_code == 200
    services.set_active(user, is_active=False, actor=actor_of(make_staff(site, "admin")), reason="left")
    assert client.get(reverse("accounts:staff")).status_code == 302


def test_a_prescriber_needs_a_passkey_where_the_rule_is_on(site, settings):
    settings.LIMEN_PASSKEY_ROLES = frozenset({"prescriber"})
    user = make_staff(site, "prescriber")
    with_passkey = client_for(user)
    assert with_passkey.get(reverse("accounts:staff")).status_code == 200
    with_code = client_for(user)
    session = with_code.session
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": time.time()}]
    session.save()
    response = with_code.get(reverse("accounts:staff"))
    assert response.headers["Location"] == reverse("accounts:second-factor")


def test_every_page_of_the_sign_in_library_wears_our_look(person):
    client = client_for(person)
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "mfa", "type": "webauthn", "at": time.time(), "reauthenticated": True}
    ]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()
    names = ("mfa_index", "mfa_add_webauthn", "mfa_list_webauthn", "mfa_activate_totp", "account_change_password",
             "account_reauthenticate", "account_logout")  # fmt: skip
    for name in names:
        response = client.get(reverse(name))
        assert response.status_code == 200, name
        assert b"limen/limen.css" in response.content and b"Menu:" not in response.content, name
    for name in ("account_login", "account_reset_password", "account_reset_password_done", "account_inactive"):
        response = Client().get(reverse(name))
        assert response.status_code == 200 and b"limen/limen.css" in response.content, name


def test_pages_of_the_library_that_nobody_declared_do_not_answer(client, db):
    for path in ("/account/signup/", "/account/email/"):
        assert client.get(path).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_setting_up_an_app_makes_the_session_two_factor_and_its_code_is_spent():
    user = make_user()
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    client = Client()
    sign_in(client, user.email)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    before = client.session.session_key
    client.get(reverse("mfa_activate_totp"))
    code = format_hotp_value(hotp_value(client.session["mfa.totp.secret"], int(time.time()) // 30))
    response = client.post(reverse("mfa_activate_totp"), {"code": code})
    assert response.status_code == 302, response.content
    assert any(entry["method"] == "mfa" for entry in client.session["account_authentication_methods"])
    assert client.session.session_key != before
    assert client.get(response.headers["Location"]).status_code == 200
    other = Client()
    sign_in(other, user.email)
    assert b"That code is not right" in other.post(reverse("mfa_authenticate"), {"code": code}).content


def test_one_factor_cannot_add_a_second_way_in_beside_an_existing_one(person):
    totp_of(person)
    client = client_for(person, factors=1)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()
    Authenticator.objects.filter(user=person).update(type="webauthn", data={"name": "key", "credential": {}})
    client.get(reverse("mfa_activate_totp"))
    code = format_hotp_value(hotp_value(client.session["mfa.totp.secret"], int(time.time()) // 30))
    response = client.post(reverse("mfa_activate_totp"), {"code": code})
    assert b"Sign in with your second factor first" in response.content
