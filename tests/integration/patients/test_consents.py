"""Consents: read in full, signed with proof, declined, taken back at any time, with what follows from it."""

import hashlib

import pytest
from django.urls import reverse

from factories import actor_of, authentication, client_for, make_patient, make_staff
from limen.apps.patients import consent_documents, consent_services
from limen.apps.patients.models import Consent, Episode
from limen.apps.patients.selectors import consents_in_force, current_episode
from limen.apps.patients.services import ImpairedNow, set_impaired
from limen.apps.records import clock, knowledge
from limen.apps.records.acts import act
from limen.apps.records.selectors import signature_covers
from limen.apps.signals.selectors import open_for

pytestmark = pytest.mark.django_db
TREATMENT = "treatment-racemic-iv"


@pytest.fixture
def patient(site_scope):
    return make_patient(site_scope, with_login=True)


def ticks(document_id: str) -> dict[str, str]:
    return {f"statement-{row.key}": "on" for row in consent_documents.document(document_id).statements}


def give(patient, document_id: str = TREATMENT) -> Consent:
    found = consent_documents.document(document_id)
    return consent_services.give_consent(
        patient,
        found,
        ticked=[row.key for row in found.statements],
        actor=actor_of(patient.user),
        authentication=authentication(),
    )


def guarded(patient, **data) -> dict:
    return {"expected_patient": str(patient.uid), **data}


def page_of(document_id: str = TREATMENT) -> str:
    return reverse("patients:my-consent", args=[document_id])


def test_the_whole_document_is_shown_with_its_version_and_digest(patient):
    page = client_for(patient.user).get(page_of()).content.decode()
    document = consent_documents.document(TREATMENT)
    for section in document.sections:
        assert section.title in page
    text = knowledge.text_of("consent", TREATMENT)[1]
    assert hashlib.sha256(text.encode()).hexdigest() in page
    assert "Not yet reviewed" in page


def test_signing_keeps_the_digest_of_exactly_that_text(patient):
    client = client_for(patient.user)
    assert client.post(page_of(), guarded(patient, **ticks(TREATMENT))).status_code == 302
    consent = consents_in_force(patient)["care"]
    text = knowledge.text_of("consent", TREATMENT)[1]
    assert consent.document_sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert consent.document_pin == f"{TREATMENT}@1"
    assert signature_covers(consent.signature, consent)
    assert consent.signature.meaning == "consented"


def test_a_needed_statement_left_open_signs_nothing(patient):
    client = client_for(patient.user)
    data = ticks(TREATMENT)
    required = next(row.key for row in consent_documents.document(TREATMENT).statements if row.is_required)
    del data[f"statement-{required}"]
    response = client.post(page_of(), guarded(patient, **data))
    assert response.status_code == 422
    assert not Consent.objects.exists()


def test_without_proof_of_who_is_there_nothing_is_signed(patient):
    client = client_for(patient.user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "type": "webauthn", "at": 0}]
    session.save()
    response = client.post(page_of(), guarded(patient, **ticks(TREATMENT), code="000000"))
    assert response.status_code == 422
    assert not Consent.objects.exists()


def test_only_the_documents_for_the_place_of_care_are_offered(patient):
    offered = {row.document.identity.id for row in consent_documents.offered_to(patient)}
    assert TREATMENT in offered and "treatment-sublingual-home" not in offered
    assert client_for(patient.user).get(page_of("treatment-sublingual-home")).status_code == 404
    episode: Episode = current_episode(patient)
    with act("test.place", actor=actor_of(patient.user)):
        episode.place = "home"
        episode.save()
    offered = {row.document.identity.id for row in consent_documents.offered_to(patient)}
    assert "treatment-sublingual-home" in offered and TREATMENT not in offered


def test_declining_is_kept_and_puts_nothing_in_force(patient):
    client = client_for(patient.user)
    client.post(reverse("patients:decline-consent", args=["privacy-and-sharing"]), guarded(patient))
    assert Consent.objects.get().decision == "declined"
    assert consents_in_force(patient) == {}
    assert open_for(patient) == []


@pytest.mark.parametrize("document_id", [TREATMENT, "privacy-and-sharing", "telehealth"])
def test_taking_one_back_ends_that_purpose_and_leaves_the_others(patient, document_id):
    """SR-50: withdrawal is per purpose, and only care opens a close-out."""
    for one in (TREATMENT, "privacy-and-sharing", "telehealth"):
        give(patient, one)
    scope = consent_documents.scope_of(consent_documents.document(document_id))
    client = client_for(patient.user)
    url = reverse("patients:withdraw-consent", args=[scope])
    assert consent_documents.WITHDRAWAL[scope][:40] in client.get(url).content.decode()
    assert client.post(url, guarded(patient)).status_code == 302
    assert set(consents_in_force(patient)) == {"care", "sharing", "telehealth"} - {scope}
    assert [row.kind for row in open_for(patient)] == (["consent-withdrawn"] if scope == "care" else [])
    assert client.get(url).status_code == 404


def test_a_consent_taken_back_can_be_given_again(patient):
    give(patient)
    consent_services.withdraw_consent(patient, "care", actor=actor_of(patient.user))
    give(patient)
    assert "care" in consents_in_force(patient)
    assert [row.decision for row in Consent.objects.order_by("id")] == ["given", "withdrawn", "given"]


def test_withdrawing_never_hides_an_open_obligation(patient):
    """SR-50."""
    give(patient)
    consent_services.withdraw_consent(patient, "care", actor=actor_of(patient.user))
    (first,) = open_for(patient)
    give(patient)
    consent_services.withdraw_consent(patient, "care", actor=actor_of(patient.user))
    assert [row.pk for row in open_for(patient)] == [first.pk]


def test_while_the_medicine_works_nothing_is_signed_but_withdrawing_works(patient):
    """SR-10."""
    give(patient)
    set_impaired(patient, since=clock.now(), actor=actor_of(patient.user))
    with pytest.raises(ImpairedNow):
        give(patient, "telehealth")
    client = client_for(patient.user)
    assert client.post(page_of("telehealth"), guarded(patient, **ticks("telehealth"))).status_code == 409
    client.post(reverse("patients:withdraw-consent", args=["care"]), guarded(patient))
    assert consents_in_force(patient) == {}


def test_one_factor_is_enough_to_take_a_consent_back_but_not_to_give_one(patient):
    give(patient)
    client = client_for(patient.user, factors=1)
    assert client.get(page_of()).status_code == 302
    assert client.get(reverse("patients:my-consents")).status_code == 200
    assert client.post(reverse("patients:withdraw-consent", args=["care"]), guarded(patient)).status_code == 302
    assert consents_in_force(patient) == {}


def test_declining_what_is_in_force_takes_it_back(patient):
    give(patient)
    found = consent_documents.document(TREATMENT)
    consent = consent_services.decline_consent(patient, found, actor=actor_of(patient.user))
    assert consent.decision == "withdrawn"
    assert [row.kind for row in open_for(patient)] == ["consent-withdrawn"]


def test_staff_and_other_patients_cannot_open_the_pages(site_scope, patient):
    give(patient)
    staff = client_for(make_staff(site_scope, "prescriber"))
    for url in (reverse("patients:my-consents"), page_of()):
        assert staff.get(url).status_code == 403
    other = make_patient(site_scope, "Sam", with_login=True)
    client = client_for(other.user)
    assert b"Signed" not in client.get(reverse("patients:my-consents")).content
    assert client.post(reverse("patients:withdraw-consent", args=["care"]), guarded(other)).status_code == 404
    assert "care" in consents_in_force(patient)


def test_a_form_of_another_person_signs_nothing(site_scope, patient):
    other = make_patient(site_scope, "Sam")
    response = client_for(patient.user).post(page_of(), guarded(other, **ticks(TREATMENT)))
    assert response.status_code == 409
    assert not Consent.objects.exists()


def test_the_list_does_not_ask_the_database_too_often(patient, django_assert_max_num_queries):
    for one in (TREATMENT, "privacy-and-sharing", "telehealth"):
        give(patient, one)
    client = client_for(patient.user)
    client.get(reverse("patients:my-consents"))
    with django_assert_max_num_queries(20):
        client.get(reverse("patients:my-consents"))
