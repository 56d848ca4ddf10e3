"""Every accounts page answers the roles of the access table and refuses the others."""

import pytest
from django.urls import reverse

from factories import client_for, make_patient, make_staff
from limen.apps.accounts.roles import ROLE_TITLES

# Page -> the roles that may open it; written by hand from the requirements, not from the access table.
EVERYBODY = set(ROLE_TITLES)
PAGES = {
    "accounts:staff": EVERYBODY,
    "accounts:settings": EVERYBODY,
    "accounts:go-live": EVERYBODY,
    "accounts:staff-invite": {"admin"},
    "accounts:audit": {"admin", "auditor"},
    "accounts:profile": EVERYBODY,
    "accounts:second-factor": EVERYBODY,
    "accounts:switch-site": EVERYBODY,
}


@pytest.mark.parametrize("role", sorted(EVERYBODY))
@pytest.mark.parametrize("page", sorted(PAGES))
def test_a_page_opens_for_its_roles_and_for_nobody_else(site, page, role):
    response = client_for(make_staff(site, role)).get(reverse(page))
    assert response.status_code == (200 if role in PAGES[page] else 403)


@pytest.mark.parametrize("page", sorted(PAGES))
def test_a_visitor_is_led_to_sign_in(db, client, page):
    response = client.get(reverse(page))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("page", sorted(set(PAGES) - {"accounts:profile", "accounts:second-factor"}))
def test_one_factor_is_not_enough_for_what_is_about_others(site, page):
    response = client_for(make_staff(site, "admin"), factors=1).get(reverse(page))
    assert response.status_code == 302
    assert response["Location"] == reverse("accounts:second-factor")


@pytest.mark.parametrize("page", ["accounts:staff", "accounts:settings", "accounts:audit", "accounts:switch-site"])
def test_a_patient_never_opens_a_staff_page(site_scope, page):
    patient = make_patient(site_scope, with_login=True)
    response = client_for(patient.user).get(reverse(page))
    assert response.status_code in (403, 404)
    assert b"Robin" not in response.content


def test_a_patient_has_a_profile_of_their_own(site_scope):
    patient = make_patient(site_scope, with_login=True)
    response = client_for(patient.user).get(reverse("accounts:profile"))
    assert response.status_code == 200
    assert b"licences" not in response.content
