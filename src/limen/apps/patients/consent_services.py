"""Give, decline and withdraw a consent. Giving is signed; the other two always work (SR-10, SR-50)."""

from limen.apps.patients import consent_hooks, services
from limen.apps.patients.consent_documents import document, scope_of, text_of
from limen.apps.patients.models import Consent, Patient
from limen.apps.patients.selectors import consents_in_force
from limen.apps.records.actor import Actor
from limen.apps.records.acts import act
from limen.apps.records.knowledge import split_pin
from limen.apps.records.services import Authentication
from limen.clinical.definitions.consent import ConsentDocument


class ConsentRefused(Exception):
    """The consent cannot be recorded like this; the message is for the person who tried."""

    limen_refusal = True


def give_consent(
    patient: Patient,
    found: ConsentDocument,
    *,
    ticked: list[str],
    actor: Actor,
    authentication: Authentication,
    how: str = "portal",
) -> Consent:
    """Sign one version of one document. Raises ConsentRefused when a needed statement is not ticked, ImpairedNow."""
    services.refuse_while_impaired(patient)
    missing = [row.text for row in found.statements if row.is_required and row.key not in ticked]
    if missing:
        raise ConsentRefused(f"Not ticked yet: {' '.join(missing)}")
    return services.record_consent(
        patient=patient,
        scope=scope_of(found),
        document_pin=found.identity.pin,
        document_text=text_of(found),
        decision="given",
        statements=[row.key for row in found.statements if row.key in ticked],
        actor=actor,
        authentication=authentication,
        how=how,
    )


def decline_consent(patient: Patient, found: ConsentDocument, *, actor: Actor, how: str = "portal") -> Consent:
    """Say no to a document. A consent in force for the same purpose is withdrawn by this."""
    if scope_of(found) in consents_in_force(patient):
        return withdraw_consent(patient, scope_of(found), actor=actor, how=how)
    return services.record_consent(
        patient=patient,
        scope=scope_of(found),
        document_pin=found.identity.pin,
        document_text=text_of(found),
        decision="declined",
        actor=actor,
        how=how,
    )


def withdraw_consent(patient: Patient, scope: str, *, actor: Actor, how: str = "portal") -> Consent:
    """Take back the consent in force for a purpose; works also while the medicine is working.

    What follows from it (a close-out for care) is opened in the same transaction. Raises ConsentRefused when none
    is in force.
    """
    given = consents_in_force(patient).get(scope)
    if given is None:
        raise ConsentRefused("There is no consent in force for this, so there is nothing to take back.")
    found = document(*split_pin(given.document_pin))
    with act("consent.withdraw", actor=actor, patient=patient, subject=given):
        consent = services.record_consent(
            patient=patient,
            scope=scope,
            document_pin=given.document_pin,
            document_text=text_of(found),
            decision="withdrawn",
            actor=actor,
            how=how,
        )
        consent_hooks.tell_withdrawn(consent, actor)
    return consent
