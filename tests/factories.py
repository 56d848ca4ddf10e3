"""Plain functions that make what tests need, through the same services the pages use."""

import itertools
import time
from datetime import UTC, date, datetime, timedelta

from django.test import Client

from limen.apps.accounts import services as accounts
from limen.apps.accounts.models import Membership, Organisation, Site, StaffCredential, User
from limen.apps.accounts.selectors import actor_for
from limen.apps.patients.models import Patient
from limen.apps.patients.services import link_user, open_patient
from limen.apps.records import clock
from limen.apps.records.actor import Actor, system
from limen.apps.records.acts import act
from limen.apps.records.services import Authentication

_numbers = itertools.count(1)
SYSTEM = system("tests")
STRONG = [{"method": "mfa", "type": "webauthn"}]


def authentication() -> Authentication:
    return Authentication(method="passkey", at=clock.now())


def make_site(name: str = "Riverside", time_zone: str = "America/New_York", state_code: str = "NY") -> Site:
    with act("test.site", actor=SYSTEM):
        organisation = Organisation(name="Test programme")
        organisation.save()
        site = Site(
            organisation=organisation,
            name=name,
            slug=f"{name.lower()}-{next(_numbers)}",
            time_zone=time_zone,
            state_code=state_code,
        )
        site.save()
    return site


def make_user(name: str = "Robin Staff") -> User:
    with act("test.user", actor=SYSTEM):
        user = User(email=f"user{next(_numbers)}@example.org", display_name=name)
        user.set_unusable_password()
        user.save()
    return user


def make_staff(site: Site, *roles: str, name: str = "Robin Staff", with_licence: bool = True) -> User:
    """A staff member with these roles and, for signing, a licence and registration that have not expired."""
    user = make_user(name)
    today = clock.now().date()
    with act("test.staff", actor=SYSTEM):
        for role in roles:
            Membership(user=user, site=site, role=role, starts_on=today - timedelta(days=30)).save()
        if with_licence:
            for kind, title in (("licence", "Licence"), ("controlled_drug", "Registration")):
                StaffCredential(
                    user=user,
                    kind=kind,
                    title=title,
                    state_code=site.state_code,
                    valid_from=today - timedelta(days=365),
                    expires_on=today + timedelta(days=365),
                ).save()
    return user


def actor_of(user: User, factors: int = 2) -> Actor:
    return actor_for(user, authentications=STRONG if factors == 2 else [], site_id=None)


def make_patient(
    site: Site, given_name: str = "Alex", family_name: str = "Rivera", *, with_login: bool = False
) -> Patient:
    """A patient with an open episode; call inside the site's scope (see the `site_scope` fixture)."""
    patient = open_patient(
        site=site, given_name=given_name, family_name=family_name, birth_date=date(1984, 5, 17), actor=SYSTEM
    )
    if with_login:
        link_user(patient, make_user(f"{given_name} {family_name}"), actor=SYSTEM)
    return patient


def client_for(user: User, factors: int = 2) -> Client:
    """A signed-in browser. With two factors the passkey is fresh, so signatures need no code."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    if factors == 2:
        session["account_authentication_methods"] = [{**STRONG[0], "at": time.time()}]
    session.save()
    return client


def set_settings(site: Site, **values) -> None:
    """Sign settings; write dots as double underscores: gate__systolic_max_mmhg=160."""
    director = actor_of(make_staff(site, "medical_director", name="Dana Director"))
    for key, value in values.items():
        accounts.set_setting(
            site=site,
            key=key.replace("__", "."),
            value=value,
            reason="Test site policy",
            source="test",
            actor=director,
            authentication=authentication(),
            effective_from=datetime(2020, 1, 1, tzinfo=UTC),
        )
