"""Referrals, onboarding, history and eligibility by HTTP: the right people, in place errors, nothing half-saved."""

import pytest
from django.urls import reverse
from django_scopes import scope

from factories import actor_of, client_for, make_patient, make_site, make_staff
from integration.screening.screening_answers import PHQ_9, health, sent
from integration.screening.test_from_referral_to_decision import assessed, refer
from limen.apps.patients.models import Patient, Supporter
from limen.apps.patients.selectors import current_episode
from limen.apps.screening import selectors, services
from limen.apps.screening.models import (
    Allergy,
    Condition,
    EligibilityDecision,
    LabResult,
    MedicationStatement,
    MedicationTrial,
    OutsideClinician,
    Referral,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def prescriber(site_scope):
    return make_staff(site_scope, "prescriber", name="Pat Prescriber")


@pytest.fixture
def coordinator(site_scope):
    return make_staff(site_scope, "coordinator")


@pytest.fixture
def patient(site_scope):
    return make_patient(site_scope, with_login=True)


def address(name: str, patient, *args) -> str:
    return reverse(f"screening:{name}", args=[patient.uid, *args])


def guarded(patient, **data) -> dict:
    return {"expected_patient": str(patient.uid), **data}


def test_the_coordinator_reads_and_accepts_a_referral(site_scope, coordinator):
    referral = refer(site_scope, sent(**{"phq-9": PHQ_9 | {"q9": 2}}))
    client = client_for(coordinator)
    page = client.get("/referrals/")
    assert b"Noor Haddad" in page.content and b"question 9 above zero" in page.content
    page = client.get(f"/referrals/{referral.uid}/").content.decode()
    assert "17" in page and "To play with my children again" in page
    assert client.post(f"/referrals/{referral.uid}/accept/", {"place": "moon"}).status_code == 422
    response = client.post(f"/referrals/{referral.uid}/accept/", {"place": "home"})
    patient = Patient.objects.get()
    assert response.url == f"/patients/{patient.uid}/onboarding/"
    assert current_episode(patient).place == "home"
    assert b"Consent to care by video" in client.get(response.url).content


def test_answers_about_pregnancy_are_kept_from_the_coordinator(site_scope, coordinator, prescriber):
    """SR-51."""
    referral = refer(site_scope, sent(health=health(is_pregnant="yes")))
    question = b"trying to become pregnant"
    assert question not in client_for(coordinator).get(f"/referrals/{referral.uid}/").content
    assert question in client_for(prescriber).get(f"/referrals/{referral.uid}/").content


def test_a_possible_duplicate_must_be_looked_at_first(site_scope, coordinator):
    services.accept_referral(refer(site_scope), actor=actor_of(coordinator))
    referral = refer(site_scope)
    client = client_for(coordinator)
    assert b"This may be somebody you know" in client.get(f"/referrals/{referral.uid}/").content
    assert client.post(f"/referrals/{referral.uid}/accept/", {"place": "clinic"}).status_code == 422
    assert Patient.objects.count() == 1
    assert (
        client.post(f"/referrals/{referral.uid}/accept/", {"place": "clinic", "is_new_person": "on"}).status_code == 302
    )
    assert Patient.objects.count() == 2


def test_closing_needs_a_reason(site_scope, coordinator):
    referral = refer(site_scope)
    client = client_for(coordinator)
    assert client.post(f"/referrals/{referral.uid}/close/", {"reason": ""}).status_code == 422
    assert Referral.objects.get().state == "received"
    assert client.post(f"/referrals/{referral.uid}/close/", {"reason": "Another clinic"}).status_code == 302


def test_referrals_of_another_site_are_not_found(site_scope, coordinator):
    other = make_site("Harbour")
    with scope(site=other.pk):
        referral = refer(other)
    client = client_for(coordinator)
    assert client.get(f"/referrals/{referral.uid}/").status_code == 404
    assert b"Noor" not in client.get("/referrals/").content


@pytest.mark.parametrize("role", ["therapist", "monitor", "auditor", "pharmacist", "lead"])
def test_referrals_are_not_for_everybody(site_scope, role):
    referral = refer(site_scope)
    client = client_for(make_staff(site_scope, role))
    assert client.get("/referrals/").status_code == 403
    assert client.post(f"/referrals/{referral.uid}/accept/").status_code == 403


PAGES = ("onboarding", "intake", "letter", "eligibility", "conditions", "add-trial", "add-clinician", "pregnancy")


@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens_for_the_prescriber_and_not_for_a_patient_or_the_admin(site_scope, prescriber, patient, name):
    services.start_onboarding(patient, actor=actor_of(prescriber))
    url = address(name, patient)
    assert client_for(prescriber).get(url).status_code == 200
    assert client_for(make_staff(site_scope, "admin")).get(url).status_code == 403
    assert client_for(patient.user).get(url).status_code == 404
    other = make_site("Harbour")
    assert client_for(make_staff(other, "prescriber")).get(url).status_code == 404


def test_onboarding_can_be_started_for_a_patient_opened_by_staff(site_scope, coordinator, patient):
    client = client_for(coordinator)
    assert b"Lay out the steps" in client.get(address("onboarding", patient)).content
    client.post(address("start-onboarding", patient), guarded(patient))
    assert b"Clinician interview" in client.get(address("onboarding", patient)).content


def test_a_step_is_settled_with_a_note_and_cannot_apply_needs_a_reason(site_scope, coordinator, patient):
    items = services.start_onboarding(patient, actor=actor_of(coordinator))
    item = next(row for row in items if row.key == "payer")
    client = client_for(coordinator)
    url = address("step", patient, item.uid)
    assert client.get(url).status_code == 200
    bad = client.post(url, guarded(patient, state="not_needed", note="", due_on=item.due_on))
    assert bad.status_code == 422
    assert client.post(url, guarded(patient, state="done", due_on="31 February")).status_code == 422
    client.post(url, guarded(patient, state="done", note="Self-pay", owner=str(coordinator.pk), due_on=item.due_on))
    item.refresh_from_db()
    assert (item.state, item.note, item.owner) == ("done", "Self-pay", coordinator)


FORMS = [
    ("add", ("medicine",), {"name": "lithium", "dose_text": "900 mg a day"}, {"name": ""}, MedicationStatement),
    ("add", ("allergy",), {"substance": "latex"}, {"substance": ""}, Allergy),
    (
        "add",
        ("lab",),
        {"code": "TSH", "value_text": "2.1 mIU/L", "taken_on": "2026-01-05"},
        {"taken_on": "2999-01-01"},
        LabResult,
    ),
    ("add", ("lab",), {"code": "ALT", "value_text": "20", "taken_on": "2026-01-05"}, {"code": "Pregnancy"}, LabResult),
    (
        "add-trial",
        (),
        {"drug": "sertraline", "outcome": "none", "is_current_episode": "yes", "is_adequate": "unknown"},
        {"duration_weeks": "-2"},
        MedicationTrial,
    ),
    ("add-clinician", (), {"name": "Dr Ek"}, {"released_on": "2999-01-01"}, OutsideClinician),
    ("pregnancy", (), {"can_be_pregnant": "no", "reason": "Surgery"}, {"reason": ""}, None),
    (
        "pregnancy",
        (),
        {"can_be_pregnant": "yes", "result": "negative", "taken_on": "2026-01-05"},
        {"taken_on": ""},
        LabResult,
    ),
]


@pytest.mark.parametrize(("name", "args", "good", "fault", "model"), FORMS)
def test_each_intake_form_saves_what_is_right_and_refuses_what_is_wrong(
    site_scope, prescriber, patient, name, args, good, fault, model
):
    client = client_for(prescriber)
    url = address(name, patient, *args)
    assert client.get(url).status_code == 200
    assert client.post(url, guarded(patient, **(good | fault))).status_code == 422
    assert model is None or not model.objects.exists()
    assert client.post(url, guarded(patient, **good)).status_code == 302
    assert model is None or model.objects.count() == 1
    page = client.get(address("intake", patient))
    assert page.status_code == 200


def test_a_form_opened_for_another_patient_saves_nothing(site_scope, prescriber, patient):
    other = make_patient(site_scope, "Sam")
    response = client_for(prescriber).post(address("add", patient, "allergy"), guarded(other, substance="latex"))
    assert response.status_code == 409
    assert not Allergy.objects.exists()


def test_a_nested_row_of_another_patient_is_not_found(site_scope, prescriber, patient):
    other = make_patient(site_scope, "Sam")
    row = services.record_trial(patient=other, drug="sertraline", actor=actor_of(prescriber))
    assert client_for(prescriber).get(address("trial", patient, row.uid)).status_code == 404
    found = services.record_allergy(patient=other, substance="latex", actor=actor_of(prescriber))
    url = address("end-line", patient, "allergy", found.uid)
    assert client_for(prescriber).post(url, guarded(patient)).status_code == 404


def test_conditions_are_saved_three_valued_and_only_where_something_was_said(site_scope, prescriber, patient):
    client = client_for(prescriber)
    client.post(address("conditions", patient), guarded(patient, cystitis="present", dialysis="unknown"))
    assert {(r.code, r.state) for r in Condition.objects.all()} == {("cystitis", "present"), ("dialysis", "unknown")}
    assert client.post(address("conditions", patient), guarded(patient, cystitis="maybe")).status_code == 422


def test_a_coordinator_cannot_judge_a_course_or_record_a_pregnancy_test(site_scope, coordinator, patient):
    client = client_for(coordinator)
    assert b"Adequate in dose and time" not in client.get(address("add-trial", patient)).content
    assert client.get(address("pregnancy", patient)).status_code == 403


def test_a_letter_needs_a_release_of_information(site_scope, prescriber, patient):
    """SR-53."""
    client = client_for(prescriber)
    client.post(address("add-clinician", patient), guarded(patient, name="Dr Ek"))
    assert b"Nobody to write to" in client.get(address("letter", patient)).content
    client.post(address("add-clinician", patient), guarded(patient, name="Dr Ono", released_on="2026-01-05"))
    page = client.get(address("letter", patient))
    assert b"Dr Ono" in page.content and b"Dr Ek" not in page.content
    row = next(r for r in selectors.outside_clinicians(patient) if r.released_on)
    letter = client.get(address("letter", patient), {"kind": "start", "clinician": str(row.uid)})
    assert b"No decision to go ahead is in force" in letter.content
    assert client.get(address("letter", patient), {"kind": "start", "clinician": "nobody"}).status_code == 422


def test_assess_and_decide_by_http(site_scope, prescriber, patient):
    client = client_for(prescriber)
    client.post(address("assess", patient), guarded(patient))
    assessment = selectors.latest_assessment(patient)
    page = client.get(address("eligibility", patient)).content.decode()
    assert "cannot be told" in page
    assert "/site/settings/gate.systolic_max_mmhg/" in page
    assert "eligible" not in page.replace("/eligibility/", "").lower()
    assert page.index("Capacity to consent") < page.index(">Adult<"), "what is missing comes first"
    url = address("decide", patient, assessment.uid)
    assert client.get(url).status_code == 200
    for fault in ({"reason": ""}, {"decision": "proceed", "routes": []}, {"routes": ["po", "teleport"]}):
        data = {"decision": "proceed", "routes": ["iv"], "reason": "Two courses failed."} | fault
        assert client.post(url, guarded(patient, **data)).status_code == 422
    assert not EligibilityDecision.objects.exists()
    good = guarded(patient, decision="proceed", routes=["iv"], reason="Two courses failed.", patient_text="Yes.")
    assert client.post(url, good).status_code == 302
    assert selectors.decision_in_force(patient).routes == ["iv"]
    assert b"In force" in client.get(address("eligibility", patient)).content
    assert current_episode(patient).stage == "planning"


def test_without_a_fresh_proof_nothing_is_signed(site_scope, prescriber, patient):
    assessment = assessed(patient, actor_of(prescriber))
    client = client_for(prescriber)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "type": "webauthn", "at": 0}]
    session.save()
    data = guarded(patient, decision="proceed", routes=["iv"], reason="Two courses failed.", code="")
    response = client.post(address("decide", patient, assessment.uid), data)
    assert response.status_code == 422
    assert b"Enter your code" in response.content
    assert not EligibilityDecision.objects.exists()


def test_an_unlicensed_prescriber_is_told_why(site_scope, prescriber, patient):
    assessment = assessed(patient, actor_of(prescriber))
    client = client_for(make_staff(site_scope, "prescriber", with_licence=False))
    url = address("decide", patient, assessment.uid)
    assert b"licence" in client.get(url).content
    data = guarded(patient, decision="not_now", reason="Wait")
    assert client.post(url, data).status_code == 422


def test_home_routes_are_offered_only_where_the_site_signed_them(site_scope, prescriber, patient):
    assessment = assessed(patient, actor_of(prescriber))
    page = client_for(prescriber).get(address("decide", patient, assessment.uid)).content
    assert b"Into a vein" in page


def test_criteria_about_pregnancy_are_hidden_from_a_therapist(site_scope, prescriber, patient):
    services.record_condition(patient=patient, code="is_pregnant", state="present", actor=actor_of(prescriber))
    services.assess(patient, actor=actor_of(prescriber))
    page = client_for(make_staff(site_scope, "therapist")).get(address("eligibility", patient)).content.decode()
    assert "Kept from this view" in page
    assert "Pregnant or trying to be: yes" not in page
    assert (
        "Pregnant or trying to be: yes" in client_for(prescriber).get(address("eligibility", patient)).content.decode()
    )


def test_declined_leads_to_the_alternatives_and_the_end_of_the_episode(site_scope, prescriber, patient):
    assessment = assessed(patient, actor_of(prescriber))
    client = client_for(prescriber)
    data = guarded(patient, decision="declined", reason="Aneurysm", patient_text="Not safe for you.")
    client.post(address("decide", patient, assessment.uid), data)
    page = client.get(address("eligibility", patient)).content.decode()
    assert "ECT" in page and "end-episode" in page
    assert selectors.decision_in_force(patient) is None


def test_the_patient_sees_one_next_step_and_can_do_it(site_scope, coordinator, patient):
    services.start_onboarding(patient, actor=actor_of(coordinator))
    client = client_for(patient.user)
    page = client.get("/my/onboarding/").content.decode()
    assert page.count("card-today") == 1
    assert client.post("/my/onboarding/address/", guarded(patient, value="")).status_code == 422
    assert client.post("/my/onboarding/address/", guarded(patient, value="1 Elm St")).status_code == 302
    data = guarded(patient, role="emergency", name="Jo", phone="555 0101")
    assert client.post("/my/onboarding/supporter/", data).status_code == 302
    assert client.post("/my/onboarding/supporter/", data | {"role": "sitter"}).status_code == 422
    assert Supporter.objects.count() == 1
    step = next(s for s in selectors.checklist(current_episode(patient)) if s.item.key == "contacts")
    assert step.state == "done"
    assert client.post("/my/onboarding/medicines/", guarded(patient, kind="medicine", name="")).status_code == 422
    client.post("/my/onboarding/medicines/", guarded(patient, kind="medicine", name="lithium"))
    client.post("/my/onboarding/medicines/", guarded(patient, kind="allergy", substance="latex"))
    page = client.get("/my/onboarding/medicines/").content
    assert b"lithium" in page and b"latex" in page


def test_a_patient_who_is_impaired_cannot_change_the_sitter(site_scope, coordinator, patient):
    """SR-10."""
    from limen.apps.patients.services import set_impaired
    from limen.apps.records import clock

    set_impaired(patient, since=clock.now(), actor=actor_of(coordinator))
    data = guarded(patient, role="sitter", name="Jo", phone="555", is_adult="on")
    assert client_for(patient.user).post("/my/onboarding/supporter/", data).status_code == 409
    assert not Supporter.objects.exists()


@pytest.mark.parametrize("name", ["onboarding", "intake", "eligibility"])
def test_pages_do_not_ask_the_database_more_as_the_record_grows(
    site_scope, prescriber, patient, name, django_assert_max_num_queries
):
    actor = actor_of(prescriber)
    services.start_onboarding(patient, actor=actor)
    for number in range(12):
        services.record_trial(patient=patient, drug=f"medicine {number}", actor=actor)
        services.record_medication(patient=patient, name=f"medicine {number}", actor=actor)
    assessed(patient, actor)
    client = client_for(prescriber)
    client.get(address(name, patient))
    with django_assert_max_num_queries(50):
        client.get(address(name, patient))


def test_the_referral_list_asks_the_database_the_same_for_one_and_for_many(site_scope, coordinator):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = client_for(coordinator)
    client.get("/referrals/")
    counts = []
    for number in (1, 10):
        for one in range(number):
            refer(site_scope, given_name=f"Person {one}")
        with CaptureQueriesContext(
            connection,
        ) as found:
            client.get("/referrals/")
        counts.append(len(found))
    assert counts[0] == counts[1]
