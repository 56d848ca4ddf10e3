"""People of a site: roles, licences, disabling, links; and one's own profile, sessions and site."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from factories import actor_of, client_for, make_site, make_staff, make_user
from limen.apps.accounts import selectors, services
from limen.apps.accounts.models import Invitation, Membership, StaffCredential, User
from limen.apps.records import clock
from limen.apps.records.models import AuditEvent, Outbox


@pytest.fixture
def admin(site):
    return client_for(make_staff(site, "admin", name="Ada Admin"))


@pytest.fixture
def colleague(site):
    return make_staff(site, "therapist", name="Thea Therapist")


def url(name, *args):
    return reverse(f"accounts:{name}", args=args)


MANAGE = ("staff-give-role", "staff-active", "staff-end-sessions", "staff-recovery", "staff-new-credential")


@pytest.mark.parametrize("name", MANAGE)
@pytest.mark.parametrize("role", ["therapist", "prescriber", "medical_director", "auditor"])
def test_only_an_administrator_changes_people(site, colleague, name, role):
    assert client_for(make_staff(site, role)).post(url(name, colleague.uid), {}).status_code == 403


@pytest.mark.parametrize("name", MANAGE)
def test_a_person_of_another_site_is_not_found(admin, name):
    stranger = make_staff(make_site("Elsewhere"), "therapist")
    assert admin.post(url(name, stranger.uid), {}).status_code == 404
    assert admin.get(url("staff-person", stranger.uid)).status_code == 404


def test_an_invitation_is_mailed_and_its_link_shown_once(admin):
    data = {"display_name": "Noa New", "email": "noa@example.org", "role": "monitor"}
    response = admin.post(url("staff-invite"), data, follow=True)
    token_line = Outbox.objects.get().body
    link = next(word for word in token_line.split() if "/invitation/" in word)
    assert link.encode() in response.content
    assert link.encode() not in admin.get(url("staff")).content
    assert Client().get(link).status_code in (200, 301)


@pytest.mark.parametrize(
    "data",
    [
        {"display_name": "", "email": "a@example.org", "role": "monitor"},
        {"display_name": "A", "email": "not an address", "role": "monitor"},
        {"display_name": "A", "email": "a@example.org", "role": "emperor"},
        {"display_name": "A" * 201, "email": "a@example.org", "role": "monitor"},
    ],
)
def test_a_bad_invitation_saves_nothing(admin, data):
    assert admin.post(url("staff-invite"), data).status_code == 422
    assert not Invitation.objects.exists()


def test_a_role_given_and_ended_counts_at_the_next_request(admin, site, colleague):
    browser = client_for(colleague)
    assert browser.get(url("audit")).status_code == 403
    today = clock.today(site.time_zone).isoformat()
    admin.post(url("staff-give-role", colleague.uid), {"role": "auditor", "starts_on": today})
    assert browser.get(url("audit")).status_code == 200
    row = Membership.objects.get(user=colleague, role="auditor")
    admin.post(url("staff-end-role", colleague.uid, row.uid))
    assert browser.get(url("audit")).status_code == 403


@pytest.mark.parametrize("data", [{"role": "", "starts_on": "2026-01-01"}, {"role": "monitor", "starts_on": "soon"}])
def test_a_bad_role_form_says_so_in_place(admin, colleague, data):
    response = admin.post(url("staff-give-role", colleague.uid), data)
    assert response.status_code == 422
    assert b"error-summary" in response.content


def test_disabling_needs_a_reason_and_ends_sessions(admin, colleague):
    browser = Client()
    browser.force_login(colleague, backend="django.contrib.auth.backends.ModelBackend")
    assert admin.post(url("staff-active", colleague.uid), {"reason": ""}).status_code == 422
    assert admin.post(url("staff-active", colleague.uid), {"reason": "left the clinic"}).status_code == 302
    colleague.refresh_from_db()
    assert not colleague.is_active
    assert browser.get(url("profile")).status_code == 302
    assert AuditEvent.objects.get(action="staff.active").reason == "left the clinic"


def test_nobody_disables_themselves_or_ends_their_own_administration(site):
    user = make_staff(site, "admin")
    browser = client_for(user)
    response = browser.post(url("staff-active", user.uid), {"reason": "by accident"})
    assert response.status_code == 422 and b"your own account" in response.content
    row = Membership.objects.get(user=user)
    browser.post(url("staff-end-role", user.uid, row.uid))
    row.refresh_from_db()
    assert row.ends_on is None


GOOD = {"kind": "licence", "title": "Medical licence", "number": "A-1", "state_code": "ny", "valid_from": "2026-01-01"}


def test_a_licence_is_recorded_with_its_state_and_sealed_number(admin, site):
    person = make_staff(site, "prescriber", with_licence=False)
    assert admin.post(url("staff-new-credential", person.uid), GOOD).status_code == 302
    row = StaffCredential.objects.get(user=person)
    assert (row.state_code, row.number) == ("NY", "A-1")
    raw = StaffCredential.objects.filter(pk=row.pk).values_list("number", flat=True)[0]
    assert raw.startswith("enc1:")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": ""}, b"required"),
        ({"state_code": "New York"}, b"two letters"),
        ({"state_code": ""}, b"counts for one state"),
        ({"valid_from": "yesterday"}, b"valid date"),
        ({"expires_on": "2025-12-31"}, b"cannot expire before"),
    ],
)
def test_a_bad_licence_is_refused_in_place(admin, site, change, words):
    person = make_staff(site, "prescriber", with_licence=False)
    response = admin.post(url("staff-new-credential", person.uid), {**GOOD, **change})
    assert response.status_code == 422
    assert words in response.content
    assert not StaffCredential.objects.filter(user=person).exists()


def test_a_stale_licence_form_is_refused(admin, colleague):
    row = StaffCredential.objects.filter(user=colleague).first()
    page = url("staff-credential", colleague.uid, row.uid)
    assert admin.post(page, {**GOOD, "version": row.version}).status_code == 302
    assert admin.post(page, {**GOOD, "title": "Other", "version": row.version}).status_code == 409
    row.refresh_from_db()
    assert row.title == "Medical licence"


# SR-05: valid for the state on the day, both kinds.
TODAY = date(2026, 6, 15)


def credential(user, kind="licence", state="NY", start=date(2026, 1, 1), end=date(2026, 12, 31), **more):
    row = StaffCredential(user=user, kind=kind, title=kind, state_code=state, valid_from=start, expires_on=end, **more)
    from limen.apps.records.actor import system

    services.record_credential(row, actor=system("tests"))


@pytest.mark.parametrize(
    ("licences", "expected"),
    [
        ([{}], []),
        ([], ["No professional licence for NY is recorded."]),
        ([{"state": "NJ"}], ["No professional licence for NY is recorded."]),
        ([{"is_withdrawn": True}], ["No professional licence for NY is recorded."]),
        ([{"end": date(2026, 6, 15)}], []),
        ([{"end": date(2026, 6, 14)}], ["The professional licence for NY expired on 14 June 2026."]),
        ([{"end": date(2026, 6, 14)}, {"start": date(2026, 6, 1)}], []),
        ([{"start": date(2026, 6, 16)}], ["The professional licence for NY is valid only from 16 June 2026."]),
        ([{"end": None}], []),
    ],
)
def test_who_may_sign_on_a_day_in_a_state(db, licences, expected):
    user = make_user()
    credential(user, "controlled_drug")
    for values in licences:
        credential(user, **values)
    assert selectors.signing_problems(user, "NY", TODAY) == expected


def test_a_missing_registration_and_an_unknown_state_stop_signing(db):
    user = make_user()
    credential(user)
    assert selectors.signing_problems(user, "NY", TODAY) == ["No controlled-drug registration for NY is recorded."]
    assert selectors.signing_problems(user, "", TODAY) == [
        "The patient's state is not recorded, so no licence can be matched to it."
    ]


def test_a_prescriber_without_a_passkey_cannot_sign_where_the_rule_is_on(site, settings):
    user = make_staff(site, "prescriber")
    today = clock.now().date()
    assert selectors.signing_problems(user, "NY", today) == []
    settings.LIMEN_PASSKEY_ROLES = frozenset({"prescriber"})
    assert selectors.signing_problems(user, "NY", today) == ["No passkey is set up; this role signs with a passkey."]


def test_the_list_marks_what_ends_soon_and_takes_as_many_queries_for_ten_as_for_two(
    admin, site, django_assert_num_queries
):
    today = clock.now().date()
    late = make_staff(site, "prescriber", name="Lea Late", with_licence=False)
    credential(late, start=today - timedelta(days=400), end=today - timedelta(days=1))
    soon = make_staff(site, "prescriber", name="Sam Soon", with_licence=False)
    credential(soon, start=today - timedelta(days=300), end=today + timedelta(days=30))
    body = admin.get(url("staff")).content.decode()
    assert body.count('class="row-alert"') == 1 and body.count('class="row-watch"') == 1
    with django_assert_num_queries(3):
        selectors.staff_of(site.pk)
    for _ in range(8):
        make_staff(site, "monitor")
    with django_assert_num_queries(3):
        assert len(selectors.staff_of(site.pk)) == 11


def profile_data(user, **change):
    names = ("display_name", "language", "time_zone", "theme", "version")
    return {**{name: getattr(user, name) for name in names}, **change}


def test_a_person_keeps_their_own_profile(site):
    user = make_staff(site, "therapist")
    browser = client_for(user)
    data = profile_data(user, display_name="Robin New", theme="dark", time_zone="Europe/Berlin")
    assert browser.post(url("profile"), data).status_code == 302
    user.refresh_from_db()
    assert (user.display_name, user.theme, user.time_zone) == ("Robin New", "dark", "Europe/Berlin")
    assert b'data-theme="dark"' in browser.get(url("profile")).content


@pytest.mark.parametrize(
    "change",
    [{"display_name": ""}, {"theme": "pink"}, {"time_zone": "Mars/Base"}, {"language": "xx"}, {"version": "x"}],
)
def test_a_bad_profile_saves_nothing(site, change):
    user = make_staff(site, "therapist")
    assert client_for(user).post(url("profile"), profile_data(user, **change)).status_code == 422
    assert User.objects.get(pk=user.pk).version == user.version


def test_a_stale_profile_is_refused_and_extra_fields_change_nothing(site):
    user = make_staff(site, "therapist")
    browser = client_for(user)
    data = profile_data(user, is_active="", email="other@example.org", display_name="First")
    assert browser.post(url("profile"), data).status_code == 302
    assert browser.post(url("profile"), {**data, "display_name": "Second"}).status_code == 409
    user.refresh_from_db()
    assert user.display_name == "First" and user.is_active and user.email != "other@example.org"


def test_a_person_ends_another_of_their_sessions(site):
    user = make_staff(site, "therapist")
    here, there = client_for(user), client_for(user)
    other = next(s for s in selectors.sessions_of(user, here.session.session_key) if not s.is_this_one)
    assert here.post(url("end-session", other.uid)).status_code == 302
    assert there.get(url("profile")).status_code == 302
    assert here.get(url("profile")).status_code == 200


def test_nobody_ends_somebody_elses_session(site, colleague):
    client_for(colleague)
    theirs = selectors.sessions_of(colleague)[0]
    assert client_for(make_staff(site, "therapist")).post(url("end-session", theirs.uid)).status_code == 404
    assert selectors.sessions_of(colleague)


def test_changing_the_site_changes_the_session_id_and_what_one_may_do(site):
    other = make_site("Hill Street")
    user = make_staff(site, "therapist")
    services.give_role(
        user=user, site=other, role="auditor", starts_on=clock.now().date() - timedelta(days=1), actor=actor_of(user)
    )
    browser = client_for(user)
    chosen, before = (other, browser.session.session_key)
    if b"Hill Street</span>" in browser.get(url("staff")).content:
        chosen = site
    assert browser.post(url("switch-site"), {"site": str(chosen.uid)}).status_code == 302
    assert browser.session.session_key != before
    stale = Client()
    stale.cookies["sessionid"] = before
    assert stale.get(url("staff")).status_code == 302
    assert chosen.name.encode() in browser.get(url("staff")).content


def test_a_site_one_does_not_work_at_cannot_be_chosen(site):
    other = make_site("Hill Street")
    response = client_for(make_staff(site, "therapist")).post(url("switch-site"), {"site": str(other.uid)})
    assert response.status_code == 422
