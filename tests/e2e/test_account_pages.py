"""The accounts pages in a real browser: no accessibility fault in light or dark, nothing scrolls sideways."""

import os
from pathlib import Path

import pytest

from e2e.conftest import axe_violations
from factories import make_site, make_staff, set_settings
from limen.apps.accounts import services
from limen.apps.records.actor import system

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

PUBLIC = ["/account/login/", "/account/password/reset/", "/invitation/{token}/", "/invitation/used/"]
STAFF = [
    "/account/profile/",
    "/account/second-factor/",
    "/account/security/",
    "/account/site/",
    "/site/staff/",
    "/site/staff/invite/",
    "/site/staff/{person}/",
    "/site/staff/{person}/credentials/new/",
    "/site/settings/",
    "/site/settings/go-live/",
    "/site/settings/gate.systolic_max_mmhg/",
    "/site/audit/",
    "/no-such-page/",
]


@pytest.fixture
def clinic():
    from django_scopes import scope

    site = make_site()
    person = make_staff(site, "admin", "medical_director", "auditor", name="Ada Admin")
    make_staff(site, "prescriber", name="Priya Prescriber", with_licence=False)
    make_staff(site, "therapist", name="Theo Therapist")
    with scope(site=site.pk):
        set_settings(site, gate__systolic_max_mmhg=150)
    _, token = services.invite(
        site=site, kind="staff", email="kim@example.org", display_name="Kim", role="monitor",
        actor=system("tests"), address="http://localhost/invitation/",
    )  # fmt: skip
    return {"person": person, "token": token}


def faults_of(page, paths, clinic):
    """Every fault of every page, in both colours and at a phone's and a desk's width."""
    shots = os.environ.get("LIMEN_SHOTS")
    faults = []
    for path in paths:
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.goto(path.format(token=clinic["token"], person=clinic["person"].uid))
            faults += [f"{path} {scheme}: {line}" for line in axe_violations(page)]
            for width in (320, 390, 1440):
                page.set_viewport_size({"width": width, "height": 900})
                if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                    faults.append(f"{path}: scrolls sideways at {width} px")
                if shots and width != 320:
                    name = path.strip("/").replace("/", "_").replace("{", "").replace("}", "") or "home"
                    page.screenshot(path=str(Path(shots) / f"{name}-{scheme}-{width}.png"), full_page=True)
    return faults


def test_pages_before_signing_in_are_without_fault(page, clinic):
    faults = faults_of(page, PUBLIC, clinic)
    assert faults == [], "\n".join(faults)


def test_pages_of_staff_are_without_fault(page, enter, clinic):
    enter(clinic["person"])
    faults = faults_of(page, STAFF, clinic)
    assert faults == [], "\n".join(faults)
