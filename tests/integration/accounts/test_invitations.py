"""One-time links: they work once, never go round a second factor, and recovery ends every old way in."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from factories import actor_of, client_for, make_patient, make_site, make_staff
from limen.apps.accounts import services
from limen.apps.accounts.models import Invitation, Membership, User
from limen.apps.records import clock
from limen.apps.records.models import AuditEvent, Outbox

GOOD = {"display_name": "Kim Newcomer", "password": "a long quiet river bends"}
ADDRESS = "http://testserver/invitation/"


def invite(site, kind="staff", **more):
    admin = actor_of(make_staff(site, "admin", name="Ada Admin"))
    values = {"email": "kim@example.org", "display_name": "Kim", "role": "monitor", "address": ADDRESS, **more}
    if kind != "staff":
        values["role"] = ""
    return services.invite(site=site, kind=kind, actor=admin, **values)[1]


def page(token):
    return reverse("accounts:invitation", args=[token])


def test_a_colleague_accepts_and_is_led_to_the_second_factor(site, client):
    token = invite(site)
    assert client.get(page(token)).status_code == 200
    response = client.post(page(token), GOOD)
    assert response.headers["Location"] == reverse("accounts:second-factor")
    user = User.objects.get(email="kim@example.org")
    assert (user.display_name, user.check_password(GOOD["password"])) == ("Kim Newcomer", True)
    assert Membership.objects.get(user=user).role == "monitor"
    assert client.get(reverse("accounts:staff")).headers["Location"] == reverse("accounts:second-factor")
    assert AuditEvent.objects.filter(action="invitation.accept").count() == 1


def test_only_a_passkey_is_possible_too(site, client):
    client.post(page(invite(site)), {"display_name": "Kim", "password": ""})
    assert not User.objects.get(email="kim@example.org").has_usable_password()


def test_a_link_works_once(site):
    token = invite(site)
    Client().post(page(token), GOOD)
    for method in ("get", "post"):
        response = getattr(Client(), method)(page(token), GOOD)
        assert response.status_code == 410
        assert b"This link does not work" in response.content
    assert User.objects.filter(email="kim@example.org").count() == 1


@pytest.mark.parametrize("token", ["nonsense", "x" * 200])
def test_an_unknown_link_is_refused_in_words(db, client, token):
    assert client.get(page(token)).status_code == 410


def test_a_link_ends_and_can_be_withdrawn(site, client):
    token = invite(site)
    with clock.at(clock.now() + timedelta(days=8)):
        assert client.get(page(token)).status_code == 410
    row = Invitation.objects.get()
    services.withdraw_invitation(row, actor=actor_of(make_staff(site, "admin")))
    assert client.get(page(token)).status_code == 410


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("short", b"at least 15 characters"),
        ("passwordpassword", b""),
        ("ketamineketamine", b"mostly the word"),
        ("x" * 129, b"at most 128"),
    ],
)
def test_a_bad_password_is_refused_and_the_link_still_works(site, client, password, words):
    token = invite(site)
    response = client.post(page(token), {"display_name": "Kim", "password": password})
    if password != "passwordpassword":
        assert response.status_code == 422
        assert words in response.content
        assert Invitation.objects.get().used_at is None


def test_a_missing_name_is_refused(site, client):
    response = client.post(page(invite(site)), {"display_name": "", "password": GOOD["password"]})
    assert response.status_code == 422
    assert not User.objects.filter(email="kim@example.org").exists()


def test_a_link_to_a_known_address_never_sets_its_password(site, client):
    known = make_staff(make_site("Elsewhere"), "monitor", name="Kim Known")
    token = invite(site, email=known.email.upper())
    response = client.post(page(token), GOOD)
    assert b"You already have an account" in response.content
    known.refresh_from_db()
    assert not known.check_password(GOOD["password"])
    assert "_auth_user_id" not in client.session


def test_a_known_person_joins_as_themselves_with_two_factors(site):
    known = make_staff(make_site("Elsewhere"), "monitor", name="Kim Known")
    token = invite(site, email=known.email, role="therapist")
    assert b"Confirm with your second step" in client_for(known, factors=1).get(page(token)).content
    assert client_for(known).post(page(token)).status_code == 302
    assert Membership.objects.get(user=known, site=site).role == "therapist"


def test_somebody_elses_browser_is_told_to_sign_out(site):
    token = invite(site)
    other = client_for(make_staff(site, "monitor"))
    response = other.post(page(token), GOOD)
    assert b"Somebody is signed in here" in response.content
    assert Invitation.objects.get().used_at is None


def test_a_patients_link_joins_their_record(site_scope, client):
    patient = make_patient(site_scope)
    token = invite(site_scope, kind="patient", email="alex@example.org", display_name="Alex", patient=patient)
    client.post(page(token), {"display_name": "Alex", "password": GOOD["password"]})
    patient.refresh_from_db()
    assert patient.user.email == "alex@example.org"
    assert AuditEvent.objects.filter(action="patient.link", patient_uid=patient.uid).exists()


def test_a_patients_second_link_cannot_take_the_record_over(site_scope, client):
    patient = make_patient(site_scope, with_login=True)
    token = invite(site_scope, kind="patient", email="other@example.org", display_name="Other", patient=patient)
    assert client.post(page(token), GOOD).status_code == 410
    assert not User.objects.filter(email="other@example.org").exists()


def test_recovery_ends_every_old_way_in_and_tells_the_person(site):
    user = make_staff(site, "monitor", name="Lena Lost")
    user.set_password("the password from before")
    user.save(update_fields=["password"])
    Authenticator.objects.create(user=user, type="webauthn", data={"name": "old", "credential": {}})
    old = Client()
    old.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    _, token = services.issue_recovery(user, site=site, actor=actor_of(make_staff(site, "admin")), address=ADDRESS)
    client = Client()
    assert client.get(page(token)).status_code == 200
    client.post(page(token), {"display_name": "Lena", "password": GOOD["password"]})
    user.refresh_from_db()
    assert user.check_password(GOOD["password"])
    assert not Authenticator.objects.filter(user=user).exists()
    assert old.get(reverse("accounts:profile")).status_code == 302
    assert Outbox.objects.filter(subject="Your sign-in was made new").count() == 1
    assert AuditEvent.objects.filter(action="invitation.accept", subject_uid=user.uid).exists()


def test_a_new_recovery_link_stops_the_one_before(site, client):
    user, admin = make_staff(site, "monitor"), actor_of(make_staff(site, "admin"))
    _, first = services.issue_recovery(user, site=site, actor=admin, address=ADDRESS)
    services.issue_recovery(user, site=site, actor=admin, address=ADDRESS)
    assert client.get(page(first)).status_code == 410


def test_recovery_never_opens_a_disabled_account(site, client):
    user, admin = make_staff(site, "monitor"), actor_of(make_staff(site, "admin"))
    _, token = services.issue_recovery(user, site=site, actor=admin, address=ADDRESS)
    services.set_active(user, is_active=False, actor=admin, reason="left")
    assert client.post(page(token), GOOD).status_code == 410
