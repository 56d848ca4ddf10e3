"""The plan's pages over HTTP: who may open them, what they show, and bad input that saves nothing."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from factories import actor_of, client_for, make_patient, make_staff
from integration.plans.plan_people import IV, decided_patient, make_prescriber, set_visit_lengths, started_plan
from limen.apps.measures.services import record_response
from limen.apps.plans import selectors, services
from limen.apps.plans.models import CarePlan, Goal, PlannedVisit, Review
from limen.apps.records import clock
from limen.apps.signals.services import raise_signal

CONTINUE = {"decision": "continue", "reason": "PHQ-9 falls.", "patient_text": "You are getting better."}


@pytest.fixture
def prescriber(site_scope):
    set_visit_lengths(site_scope)
    return make_prescriber(site_scope)


@pytest.fixture
def patient(site_scope, prescriber):
    return decided_patient(site_scope, prescriber, with_login=True)


def next_monday(patient) -> date:
    today = clock.today(patient.time_zone)
    return today + timedelta(days=14 - today.weekday())


@pytest.fixture
def plan(patient, prescriber):
    return started_plan(patient, prescriber, next_monday(patient))


def address(name, patient, **more):
    return reverse(f"plans:{name}", kwargs={"patient_uid": patient.uid, **more})


def guarded(patient, **data):
    return {"expected_patient": patient.uid, **data}


def page_of(response) -> str:
    return response.content.decode()


def test_the_plan_page_shows_the_protocol_its_sources_and_every_visit(plan, patient, prescriber):
    html = page_of(client_for(prescriber).get(address("plan", patient)))
    assert "iv-ketamine-six-in-three-weeks@1" in html and "Anand et al." in html
    for title in ("Preparation", "Infusion 1", "Infusion 6", "Review after the third infusion", "Follow-up at week 10"):
        assert title in html
    assert re.search(r"window \d+ \w+ to \d+ \w+", html)
    assert "PHQ-9" in html


def test_a_prescriber_starts_a_plan_on_the_page(patient, prescriber):
    client = client_for(prescriber)
    shown = page_of(client.get(address("start", patient)))
    assert "Studied:" in shown and "grade" in shown
    data = guarded(
        patient,
        protocol_id=IV,
        start_date=next_monday(patient).isoformat(),
        first_time="10:00",
        weekdays_open=["0", "1", "2", "3", "4"],
        code="",
    )
    answer = client.post(address("start", patient), data)
    assert answer.status_code == 302
    assert CarePlan.objects.get().first_time == "10:00"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"start_date": "2026-02-30"}, "Enter a date that exists"),
        ({"start_date": "2020-01-01"}, "or a later day"),
        ({"protocol_id": "four-a-day"}, "Select a valid choice"),
        ({"first_time": "quarter past"}, "Enter a time of day"),
        ({"weekdays_open": []}, "This field is required"),
    ],
)
def test_bad_input_is_answered_in_place_and_starts_nothing(patient, prescriber, change, words):
    data = guarded(
        patient,
        protocol_id=IV,
        start_date=next_monday(patient).isoformat(),
        first_time="10:00",
        weekdays_open=["0"],
        code="",
    )
    answer = client_for(prescriber).post(address("start", patient), data | change)
    assert answer.status_code == 422 and words in page_of(answer)
    assert not CarePlan.objects.exists()


def test_without_a_decision_the_page_says_what_is_missing(site_scope, prescriber):
    patient = make_patient(site_scope)
    data = guarded(
        patient,
        protocol_id=IV,
        start_date=next_monday(patient).isoformat(),
        first_time="10:00",
        weekdays_open=["0"],
        code="",
    )
    answer = client_for(prescriber).post(address("start", patient), data)
    assert answer.status_code == 422 and "no signed decision to proceed" in page_of(answer)


@pytest.mark.parametrize("role", ["therapist", "monitor", "coordinator", "pharmacist"])
def test_the_care_team_reads_the_plan_but_does_not_change_it(site_scope, plan, patient, role):
    client = client_for(make_staff(site_scope, role))
    html = page_of(client.get(address("plan", patient)))
    assert "Infusion 1" in html and "Pause, complete or stop" not in html
    row = PlannedVisit.objects.get(plan=plan, key="dose-2")
    for name, more in (
        ("start", {}),
        ("change-state", {}),
        ("sign-review", {}),
        ("move-visit", {"visit_uid": row.uid}),
    ):
        assert client.post(address(name, patient, **more), guarded(patient)).status_code == 403


@pytest.mark.parametrize("role", ["admin", "auditor", "lead"])
def test_roles_outside_care_see_no_plan(site_scope, plan, patient, role):
    assert client_for(make_staff(site_scope, role)).get(address("plan", patient)).status_code == 403


def test_a_form_meant_for_another_patient_is_refused(site_scope, plan, patient, prescriber):
    other = make_patient(site_scope, given_name="Other")
    row = PlannedVisit.objects.get(plan=plan, key="dose-2")
    data = guarded(other, new_date=(row.target_date + timedelta(days=1)).isoformat(), reason="x")
    answer = client_for(prescriber).post(address("move-visit", patient, visit_uid=row.uid), data)
    assert answer.status_code == 409
    assert PlannedVisit.objects.get(pk=row.pk).target_date == row.target_date


def test_another_patients_visit_is_not_found_under_this_patient(site_scope, plan, prescriber):
    other = make_patient(site_scope, given_name="Other")
    row = PlannedVisit.objects.get(plan=plan, key="dose-2")
    assert client_for(prescriber).get(address("move-visit", other, visit_uid=row.uid)).status_code == 404


def test_moving_on_the_page_shows_the_window_and_asks_why_outside_it(plan, patient, prescriber):
    row = PlannedVisit.objects.get(plan=plan, key="dose-2")
    client, where = client_for(prescriber), address("move-visit", patient, visit_uid=row.uid)
    assert f"{row.earliest_date:%-d %b}" in page_of(client.get(where))
    late = (row.target_date + timedelta(days=7)).isoformat()
    answer = client.post(where, guarded(patient, new_date=late, reason=""))
    assert answer.status_code == 422 and "outside the window" in page_of(answer)
    assert client.post(where, guarded(patient, new_date=late, reason="Travels")).status_code == 302
    assert "moved outside the protocol" in page_of(client.get(address("plan", patient)))


def test_marking_and_changing_state_on_the_page(plan, patient, prescriber):
    client = client_for(prescriber)
    row = PlannedVisit.objects.get(plan=plan, key="review-3")
    where = address("close-visit", patient, visit_uid=row.uid)
    assert client.post(where, guarded(patient, action="skip", reason="")).status_code == 422
    assert client.post(where, guarded(patient, action="missed", reason="x")).status_code == 422
    assert client.post(where, guarded(patient, action="skip", reason="Seen last week")).status_code == 302
    where = address("change-state", patient)
    assert client.post(where, guarded(patient, state="paused", reason="")).status_code == 422
    assert client.post(where, guarded(patient, state="paused", reason="A break")).status_code == 302
    assert client.post(where, guarded(patient, state="active", reason="Back", resume_on="")).status_code == 422


def phq9(patient, actor, value, purpose, days_ago):
    """A PHQ-9 with eight answers of `value` and item 9 at 0, so its total is eight times the value."""
    return record_response(
        patient=patient,
        instrument_id="phq-9",
        answers=_answers(value),
        completed_at=clock.now() - timedelta(days=days_ago),
        actor=actor,
        entry_mode="paper",
        purpose=purpose,
    )


def _answers(value):
    from limen.apps.measures.definitions import instrument

    found = instrument("phq-9")
    safe = {rule.item for rule in found.item_safety}
    asked = [item.id for item in found.items][:9]
    return {item: 0 if item in safe else value for item in asked}


def test_the_review_page_puts_the_facts_the_odds_and_every_option_on_one_page(plan, patient, prescriber):
    phq9(patient, actor_of(prescriber), 2, "baseline", 20)  # eight items of 2: total 16
    phq9(patient, actor_of(prescriber), 1, "visit", 1)  # eight items of 1: total 8, half of 16
    html = page_of(client_for(prescriber).get(address("review", patient)))
    assert "Response: met." in html
    assert "16 of 40" in html and "22 of 33" in html and "grade A" in html
    for option in ("Wait and watch", "Psychotherapy", "Change the antidepressant", "ECT or TMS", "Taper", "Stop"):
        assert option in html
    assert "None open." in html and "None recorded." in html


def test_odds_of_infusions_are_not_shown_for_a_course_under_the_tongue(patient, prescriber):
    started_plan(patient, prescriber, next_monday(patient), protocol_id="sublingual-at-home-four-weekly")
    html = page_of(client_for(prescriber).get(address("review", patient)))
    assert "16 of 40" not in html and "not carried over" in html


def test_a_review_is_signed_on_the_page_and_told_to_the_patient(plan, patient, prescriber):
    client = client_for(prescriber)
    answer = client.post(address("sign-review", patient), guarded(patient, code="", **CONTINUE))
    assert answer.status_code == 302
    assert Review.objects.get().decision == "continue"
    assert "You are getting better." in page_of(client_for(patient.user).get(reverse("plans:my-plan")))


@pytest.mark.parametrize("missing", ["decision", "reason", "patient_text"])
def test_an_unfinished_review_is_answered_in_place(plan, patient, prescriber, missing):
    data = {name: value for name, value in CONTINUE.items() if name != missing}
    answer = client_for(prescriber).post(address("sign-review", patient), guarded(patient, code="", **data))
    assert answer.status_code == 422 and not Review.objects.exists()


def test_a_wrong_code_signs_nothing(plan, patient, prescriber):
    client = client_for(prescriber)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "type": "webauthn", "at": 0}]
    session.save()
    answer = client.post(address("sign-review", patient), guarded(patient, code="123456", **CONTINUE))
    assert answer.status_code == 422 and "code is not right" in page_of(answer)
    assert not Review.objects.exists()


def test_a_therapist_reads_the_review_without_a_form(site_scope, plan, patient):
    html = page_of(client_for(make_staff(site_scope, "therapist")).get(address("review", patient)))
    assert "A prescriber signs reviews." in html and "Sign the review" not in html


def test_the_queue_puts_an_open_signal_before_worsening_before_a_date(site_scope, prescriber):
    actor, names = actor_of(prescriber), ("Dated", "Worse", "Signalled")
    people = {name: decided_patient(site_scope, prescriber, given_name=name) for name in names}
    for person in people.values():
        started_plan(person, prescriber, next_monday(person))
    dated = selectors.active_plan(people["Dated"])
    row = PlannedVisit.objects.get(plan=dated, key="review-3")
    services.move_visit(row, new_date=clock.today("America/New_York"), reason="Sooner", actor=actor)
    phq9(people["Worse"], actor, 1, "baseline", 20)  # 8
    phq9(people["Worse"], actor, 3, "visit", 1)  # 24: 16 points worse
    raise_signal(
        patient=people["Signalled"],
        kind="suicide",
        rule_pin="test@1",
        level="same-day",
        title="Asked for help",
        finding="By telephone.",
        occurred_at=clock.now(),
        due_at=clock.now() + timedelta(hours=1),
        owner_role="prescriber",
        actor=actor,
    )
    html = page_of(client_for(prescriber).get(reverse("plans:review-queue")))
    places = [html.index(f"{name} Rivera") for name in ("Signalled", "Worse", "Dated")]
    assert places == sorted(places)
    assert "reliably worse: 8 to 24" in html


def test_the_queue_asks_the_database_as_often_for_one_patient_as_for_five(site_scope, prescriber):
    client, counts = client_for(prescriber), []
    client.get(reverse("plans:review-queue"))  # the first request of a session also writes the session
    for number in range(5):
        person = decided_patient(site_scope, prescriber, given_name=f"P{number}")
        started_plan(person, prescriber, next_monday(person))
        row = PlannedVisit.objects.get(patient=person, key="review-3")
        services.move_visit(row, new_date=clock.today("America/New_York"), reason="Sooner", actor=actor_of(prescriber))
        with CaptureQueriesContext(connection) as queries:
            assert f"P{number} Rivera" in page_of(client.get(reverse("plans:review-queue")))
        counts.append(len(queries))
    assert counts[0] == counts[-1]


def test_the_patients_plan_puts_the_next_visit_first_in_plain_words(plan, patient):
    html = page_of(client_for(patient.user).get(reverse("plans:my-plan")))
    assert html.index("A talk to get ready") < html.index("Infusion 1") < html.index("Infusion 6")
    assert "At the clinic" in html and "09:00" in html
    for word in ("iv-ketamine", "mg", "window", "protocol"):
        assert word not in html.split("<main")[1]


def test_the_patient_writes_changes_and_ends_a_goal(plan, patient):
    client = client_for(patient.user)
    assert client.post(reverse("plans:my-goal"), guarded(patient, words="  ")).status_code == 422
    client.post(reverse("plans:my-goal"), guarded(patient, words="Sleep through"))
    goal = Goal.objects.get()
    client.post(reverse("plans:my-goal-edit", args=[goal.uid]), guarded(patient, words="Cook again"))
    assert "Cook again" in page_of(client.get(reverse("plans:my-plan")))
    client.post(reverse("plans:my-goal-end", args=[goal.uid]), guarded(patient))
    assert "Cook again" not in page_of(client.get(reverse("plans:my-plan")))


def test_another_patients_goal_is_not_found(site_scope, plan, patient, prescriber):
    stranger = make_patient(site_scope, given_name="Stranger", with_login=True)
    goal = services.set_goal(patient=patient, episode=plan.episode, words="Mine", actor=actor_of(prescriber))
    client = client_for(stranger.user)
    assert client.get(reverse("plans:my-goal-edit", args=[goal.uid])).status_code == 404
    assert client.post(reverse("plans:my-goal-end", args=[goal.uid]), guarded(stranger)).status_code == 404


def test_a_patient_opens_no_staff_page_of_a_plan(plan, patient):
    client = client_for(patient.user)
    for name in ("plan", "start", "review", "sign-review", "change-state"):
        assert client.get(address(name, patient)).status_code == 404
    assert client.get(reverse("plans:review-queue")).status_code == 403


@pytest.mark.parametrize("typed", ["9999-12-31", "2099-01-01"])
def test_a_slip_in_the_year_moves_nothing_and_says_so(plan, patient, prescriber, typed):
    row = PlannedVisit.objects.get(plan=plan, key="dose-6")
    data = guarded(patient, new_date=typed, reason="a slip")
    answer = client_for(prescriber).post(address("move-visit", patient, visit_uid=row.uid), data)
    assert answer.status_code == 422
    assert "Check the year" in page_of(answer) or "is not possible here" in page_of(answer)
    assert PlannedVisit.objects.get(pk=row.pk).target_date == row.target_date


@pytest.mark.parametrize(("role", "is_linked"), [("prescriber", True), ("coordinator", False)])
def test_an_appointment_of_a_plan_links_to_the_plan_only_for_those_who_may_move_it_there(
    plan, patient, site_scope, role, is_linked
):
    row = PlannedVisit.objects.select_related("appointment").get(plan=plan, key="dose-2")
    where = reverse("scheduling:move", kwargs={"patient_uid": patient.uid, "appointment_uid": row.appointment.uid})
    html = page_of(client_for(make_staff(site_scope, role)).get(where))
    assert "of the care plan" in html
    assert (address("move-visit", patient, visit_uid=row.uid) in html) is is_linked
    assert ("A prescriber moves its day" in html) is not is_linked


@pytest.mark.parametrize(("role", "is_linked"), [("therapist", True), ("pharmacist", False)])
def test_an_open_signal_is_a_link_only_for_those_who_may_read_it(
    plan, patient, prescriber, site_scope, role, is_linked
):
    raise_signal(
        patient=patient,
        kind="worse",
        rule_pin="rule@1",
        level="today",
        title="PHQ-9 is worse",
        finding="Up 7",
        occurred_at=clock.now(),
        due_at=clock.now() + timedelta(hours=4),
        owner_role="prescriber",
        actor=actor_of(prescriber),
    )
    client = client_for(make_staff(site_scope, role))
    for where in (address("review", patient), reverse("workspace:chart", kwargs={"patient_uid": patient.uid})):
        html = page_of(client.get(where))
        assert "PHQ-9 is worse" in html
        assert (f"/patients/{patient.uid}/signals/" in html) is is_linked
