"""Deny by default: every address declares an action, and nobody reads another person's pages (S19–S22, S27)."""

import re
import uuid

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver
from django_scopes import scope

from factories import client_for, make_patient, make_site, make_staff
from limen.apps.accounts.access import ACTIONS, Subject, can, declared_action
from limen.apps.accounts.roles import STAFF
from limen.apps.records.actor import VISITOR, Actor
from limen.apps.records.models import AuditEvent

pytestmark = pytest.mark.django_db


def walk(patterns, prefix="", namespace=""):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from walk(pattern.url_patterns, prefix + str(pattern.pattern), inner)
        elif isinstance(pattern, URLPattern):
            yield prefix + str(pattern.pattern), f"{namespace}{pattern.name}", pattern.callback, pattern


ROUTES = list(walk(get_resolver().url_patterns))
OWN = [row for row in ROUTES if row[2].__module__.startswith("limen.")]
PATIENT_ROUTES = [row for row in OWN if "<uuid:patient_uid>" in row[0]]


def address(pattern: URLPattern, route: str, patient_uid) -> str:
    """A concrete address: the patient given, every other id invented."""
    made = route
    for name, converter in pattern.pattern.converters.items():
        kind = type(converter).__name__.replace("Converter", "").lower()
        value = {"uuid": str(uuid.uuid4()), "int": "1", "slug": "x", "string": "x", "path": "x"}[kind]
        if name == "patient_uid":
            value = str(patient_uid)
        made = re.sub(rf"<(\w+:)?{name}>", value, made)
    return "/" + made


@pytest.mark.parametrize("route", ROUTES, ids=lambda row: row[1])
def test_every_address_declares_an_action(route):
    _, name, view, _ = route
    if name in ("account_signup", "account_email", "account_email_verification_sent", "account_confirm_email",
                "account_set_password", "account_request_login_code", "account_confirm_login_code",
                "mfa_signup_webauthn", "mfa_trust"):  # fmt: skip
        assert declared_action(view, name, settings.LIMEN_FOREIGN_ROUTES) is None, "unused library page is open"
        return
    assert declared_action(view, name, settings.LIMEN_FOREIGN_ROUTES) in ACTIONS


def test_an_undeclared_address_does_not_answer(client):
    assert client.get("/account/signup/").status_code == 404


@pytest.mark.parametrize("route", PATIENT_ROUTES, ids=lambda row: row[1])
def test_nobody_outside_reads_a_patients_page(route):
    """A patient, staff of another site, and a visitor get no content of somebody else's page."""
    pattern_text, _, _, pattern = route
    site, other_site = make_site("Alder"), make_site("Birch")
    with scope(site=site.pk):
        mine = make_patient(site, "Mina", "Own", with_login=True)
        theirs = make_patient(site, "Canarywort", "Other")
    target = address(pattern, pattern_text, theirs.uid)
    outsiders = [client_for(mine.user), client_for(make_staff(other_site, *STAFF))]
    for browser in outsiders:
        for method in (browser.get, browser.post):
            response = method(target)
            assert response.status_code in (403, 404), (target, response.status_code)
            assert b"Canarywort" not in response.content
    from django.test import Client

    response = Client().get(target)
    assert response.status_code in (302, 404)


@pytest.mark.parametrize("route", [r for r in OWN if r[0].startswith("my/")], ids=lambda row: row[1])
def test_staff_do_not_open_a_patients_own_pages(route):
    pattern_text, _, _, pattern = route
    site = make_site()
    response = client_for(make_staff(site, *STAFF)).get(address(pattern, pattern_text, uuid.uuid4()))
    assert response.status_code in (403, 404)


NEEDS_TWO = [row for row in OWN if ACTIONS[row[2].limen_action].factors == 2]


@pytest.mark.parametrize("route", NEEDS_TWO, ids=lambda row: row[1])
def test_one_factor_opens_no_patient_data_for_staff(route):
    """S01: 0 × 200 over the whole table with a one-factor session, except pages that need none."""
    pattern_text, _, _, pattern = route
    site = make_site()
    with scope(site=site.pk):
        patient = make_patient(site)
    response = client_for(make_staff(site, *STAFF), factors=1).get(address(pattern, pattern_text, patient.uid))
    assert response.status_code in (302, 403, 404, 405)
    assert b"Rivera" not in response.content


@pytest.mark.parametrize("action", sorted(ACTIONS))
@pytest.mark.parametrize("role", sorted(STAFF))
def test_matrix_cell(action, role):
    """One test a cell: a role may do what its row names, at its own site, and nothing else."""
    actor = Actor(kind="staff", user_id=1, site_id=1, roles=frozenset({role}), factors=2)
    policy = ACTIONS[action]
    here = Subject(patient_id=5, site_id=1)
    expected = policy.roles in (frozenset({"anyone"}), frozenset({"signed_in"})) or role in policy.roles
    assert can(actor, action, here).is_allowed is expected
    if policy.about in ("patient", "site"):
        assert not can(actor, action, Subject(patient_id=5, site_id=2)).is_allowed


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_no_role_means_nothing(action):
    """S26: an empty list of roles opens only what is open to anyone."""
    nobody = Actor(kind="staff", user_id=1, site_id=1, factors=2)
    opened = can(nobody, action, Subject(patient_id=5, site_id=1)).is_allowed
    assert opened is (ACTIONS[action].roles in (frozenset({"anyone"}), frozenset({"signed_in"})))
    if ACTIONS[action].roles != frozenset({"anyone"}):
        assert not can(VISITOR, action, Subject(patient_id=5, site_id=1)).is_allowed


def test_a_denial_is_audited(site):
    browser = client_for(make_staff(site, "therapist"))
    assert browser.get("/site/audit/").status_code == 403
    assert AuditEvent.objects.filter(outcome="denied", action="audit.read").count() == 1


def test_a_read_of_a_record_is_audited(site_scope):
    patient = make_patient(site_scope)
    user = make_staff(site_scope, "prescriber")
    assert client_for(user).get(f"/patients/{patient.uid}/details/").status_code == 200
    event = AuditEvent.objects.get(outcome="success", action="patient.read")
    assert (event.patient_uid, event.actor_uid) == (patient.uid, user.uid)
