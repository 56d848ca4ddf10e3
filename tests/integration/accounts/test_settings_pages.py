"""Site settings: checked, signed with a reason, kept with their history; safety settings by the director alone."""

import pytest
from django.urls import reverse

from factories import actor_of, authentication, client_for, make_site, make_staff, set_settings
from limen.apps.accounts import selectors, services
from limen.apps.accounts.models import Site, SiteSetting
from limen.apps.records.models import AuditEvent, Signature

KEY = "gate.systolic_max_mmhg"
GOOD = {"value": "150", "reason": "Site policy of 2 March", "source": "Policy 12", "effective_from": "", "latest": ""}


def url(key=KEY):
    return reverse("accounts:setting", args=[key])


@pytest.fixture
def director(site):
    return client_for(make_staff(site, "medical_director", name="Dana Director"))


def ordinary_key():
    return next(d.key for d in selectors.setting_catalogue().values() if not d.is_safety and d.kind == "int")


def test_the_list_says_what_is_unset_and_what_that_blocks(site, director):
    body = director.get(reverse("accounts:settings")).content.decode()
    definition = selectors.setting_catalogue()[KEY]
    assert definition.title in body and f"blocks: {definition.blocks}" in body
    assert "is not open yet" in body


def test_a_signed_value_is_in_force_with_reason_signature_and_audit_row(site_scope, director):
    assert director.post(url(), GOOD).status_code == 302
    assert selectors.setting_value(site_scope.pk, KEY) == 150
    row = SiteSetting.objects.get()
    assert (row.reason, row.signature.meaning, row.signature.printed_name) == (GOOD["reason"], "set", "Dana Director")
    assert AuditEvent.objects.filter(action="settings.change", outcome="success").count() == 1
    body = director.get(url()).content.decode()
    assert "150 mmHg" in body and "Policy 12" in body


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"value": ""}, b"required"),
        ({"value": "high"}, b"high"),
        ({"value": "9000"}, b"9000"),
        ({"value": "-3"}, b"error-summary"),
        ({"reason": ""}, b"required"),
        ({"effective_from": "later"}, b"valid date"),
        ({"latest": "somebody-elses"}, b"Somebody signed a new value"),
    ],
)
def test_bad_input_is_refused_in_place_and_nothing_is_saved(site_scope, director, change, words):
    response = director.post(url(), {**GOOD, **change})
    assert response.status_code == 422
    assert words in response.content
    assert not SiteSetting.objects.exists() and not Signature.objects.exists()


def test_a_page_opened_before_somebody_else_signed_is_stale(site_scope, director):
    director.post(url(), GOOD)
    response = director.post(url(), {**GOOD, "value": "160"})
    assert response.status_code == 422
    assert SiteSetting.objects.count() == 1


@pytest.mark.parametrize("role", ["admin", "prescriber", "auditor", "therapist"])
def test_a_safety_setting_is_the_directors_alone(site_scope, role):
    assert client_for(make_staff(site_scope, role)).post(url(), GOOD).status_code == 403
    assert not SiteSetting.objects.exists()


def test_the_service_refuses_a_safety_setting_from_an_administrator(site_scope):
    admin = actor_of(make_staff(site_scope, "admin"))
    with pytest.raises(services.Refused, match="medical director"):
        services.set_setting(
            site=site_scope, key=KEY, value=150, reason="x", source="", actor=admin, authentication=authentication()
        )


def test_the_service_refuses_a_value_outside_the_catalogue(site_scope):
    director = actor_of(make_staff(site_scope, "medical_director"))
    with pytest.raises(services.Refused, match="9000"):
        services.set_setting(
            site=site_scope, key=KEY, value=9000, reason="x", source="", actor=director, authentication=authentication()
        )


def test_an_administrator_signs_an_ordinary_setting(site_scope):
    key = ordinary_key()
    definition = selectors.setting_catalogue()[key]
    browser = client_for(make_staff(site_scope, "admin"))
    assert browser.post(url(key), {**GOOD, "value": str(definition.minimum)}).status_code == 302
    assert selectors.setting_value(site_scope.pk, key) == definition.minimum


def test_without_fresh_proof_nothing_is_signed(site_scope):
    user = make_staff(site_scope, "medical_director")
    browser = client_for(user)
    session = browser.session
    session["account_authentication_methods"] = [{"method": "mfa", "type": "webauthn", "at": 0}]
    session.save()
    response = browser.post(url(), {**GOOD, "code": "000000"})
    assert response.status_code == 422
    assert b"That code is not right" in response.content
    assert not SiteSetting.objects.exists()


def test_a_future_value_waits_for_its_moment(site_scope, director):
    assert director.post(url(), {**GOOD, "effective_from": "2099-01-01T08:00"}).status_code == 302
    assert selectors.setting_value(site_scope.pk, KEY) is None
    assert b"not yet in force" in director.get(url()).content


def test_an_unknown_setting_is_not_found(director):
    assert director.get(url("no.such_setting")).status_code == 404


def test_a_stored_value_the_catalogue_no_longer_accepts_counts_as_unset(site_scope):
    definition = selectors.setting_catalogue()[KEY]
    assert selectors.typed(definition, "999999") is None
    assert selectors.typed(definition, 150) == 150


def test_settings_of_one_site_say_nothing_of_another(site_scope, director):
    director.post(url(), GOOD)
    assert selectors.setting_value(site_scope.pk, KEY) == 150
    from django_scopes import scope

    other = make_site("Elsewhere")
    with scope(site=other.pk):
        assert selectors.setting_value(other.pk, KEY) is None


def test_a_site_opens_only_when_its_director_signed_every_safety_setting(site_scope, director, monkeypatch):
    live = reverse("accounts:go-live")
    director.post(url(), GOOD)
    assert director.post(live, {"reason": "ready"}).status_code == 422
    site_scope.refresh_from_db()
    assert not site_scope.is_live
    only = {KEY: selectors.setting_catalogue()[KEY]}
    monkeypatch.setattr(selectors, "setting_catalogue", lambda: only)
    assert selectors.unsigned_safety_settings(site_scope.pk) == []
    assert client_for(make_staff(site_scope, "admin")).post(live, {"reason": "ready"}).status_code == 403
    assert director.post(live, {"reason": ""}).status_code == 422
    assert director.post(live, {"reason": "Walked through with the team"}).status_code == 302
    assert Site.objects.get(pk=site_scope.pk).is_live
    assert AuditEvent.objects.get(action="site.go_live").reason == "Walked through with the team"


def test_a_default_nobody_signed_does_not_open_a_site(site_scope):
    missing = {line.definition.key for line in selectors.unsigned_safety_settings(site_scope.pk)}
    assert missing == {d.key for d in selectors.setting_catalogue().values() if d.is_safety}


def test_the_list_takes_the_same_queries_however_many_values_are_signed(site_scope, django_assert_num_queries):
    with django_assert_num_queries(1):
        selectors.setting_lines(site_scope.pk)
    set_settings(site_scope, gate__systolic_max_mmhg=150)
    with django_assert_num_queries(1):
        selectors.setting_lines(site_scope.pk)


def test_a_value_is_never_signed_for_a_day_that_has_passed(site_scope, director):
    """What was in force when an order was signed stays what it was."""
    response = director.post(url(), {**GOOD, "effective_from": "2020-01-01T08:00"})
    assert response.status_code == 422
    assert b"from now on" in response.content
    assert not SiteSetting.objects.exists()
