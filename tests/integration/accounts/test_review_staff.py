"""An administrator's hand ends at the site's own people."""

from datetime import timedelta

import pytest
from django.urls import reverse

from factories import client_for, make_site, make_staff
from limen.apps.accounts.models import Invitation, Membership
from limen.apps.records import clock
from limen.apps.records.actor import system
from limen.apps.records.acts import act

CHANGES = {
    "staff-recovery": {},
    "staff-active": {"reason": "left"},
    "staff-end-sessions": {},
    "staff-new-credential": {"kind": "licence", "title": "Licence", "valid_from": "2026-01-01"},
    "staff-give-role": {"role": "therapist", "starts_on": "2026-01-01"},
}


@pytest.fixture
def moved_on(site):
    """The medical director of another site, whose role here has ended."""
    user = make_staff(make_site("Elsewhere"), "medical_director", name="Mia Moved")
    today = clock.now().date()
    with act("test.role", actor=system("tests")):
        Membership(
            user=user,
            site=site,
            role="monitor",
            starts_on=today - timedelta(days=90),
            ends_on=today - timedelta(days=30),
        ).save()
    return user


@pytest.mark.parametrize("name", sorted(set(CHANGES) - {"staff-give-role"}))
def test_a_former_colleague_who_works_elsewhere_is_not_changed_from_here(site, moved_on, name):
    """S27: a recovery link made here would open the other site's records."""
    browser = client_for(make_staff(site, "admin"))
    assert browser.get(reverse("accounts:staff-person", args=[moved_on.uid])).status_code == 200
    answer = browser.post(reverse(f"accounts:{name}", args=[moved_on.uid]), CHANGES[name])
    assert answer.status_code == 403
    moved_on.refresh_from_db()
    assert moved_on.is_active
    assert moved_on.credentials.count() == 2
    assert not Invitation.objects.exists()


def test_nobody_gives_a_role_to_themselves(site):
    """SR-20: an administrator who could would sign the safety settings alone."""
    admin = make_staff(site, "admin")
    data = {"role": "medical_director", "starts_on": f"{clock.now().date():%Y-%m-%d}"}
    answer = client_for(admin).post(reverse("accounts:staff-give-role", args=[admin.uid]), data)
    assert answer.status_code == 422
    assert not Membership.objects.filter(user=admin, role="medical_director").exists()
