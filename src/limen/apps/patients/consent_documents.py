"""The consent documents shipped, which of them concern a patient, and what each decision about them means."""

from dataclasses import dataclass

from limen.apps.patients.models import Consent, Patient
from limen.apps.patients.selectors import consents_in_force, current_episode
from limen.apps.records import knowledge
from limen.clinical.definitions.consent import ConsentDocument, parse_consent

# The documents name what they are about; the record names what may be done.
SCOPE_OF = {"treatment": "care", "privacy": "sharing"}
PURPOSES = {
    "care": "Treatment",
    "telehealth": "Care by video and phone",
    "sharing": "Sharing your record",
    "registry": "Registry",
    "research": "Research",
    "touch": "Touch",
}
# SR-50: what taking a consent back does, and what it does not do.
WITHDRAWAL = {
    "care": "No more doses from this moment. Your team will contact you about what comes next: other care, "
    "follow-up, and anything to hand back. What has been recorded so far stays in your record, and your team "
    "still answers anything you have told us that worries them.",
    "telehealth": "No more visits by video or phone. Your team will talk with you about visits in person.",
    "sharing": "Your record is not shared from now on. What was already sent to somebody cannot be called back; "
    "ask us and we list it for you. Your treatment does not change.",
    "registry": "Your data is left out of the registry from now on. What was already released is listed for you.",
    "research": "Your data is left out of research from now on. What was already released is listed for you. "
    "Your treatment does not change.",
    "touch": "Nobody will touch you for comfort. A hand in an emergency is still possible.",
}


@dataclass(frozen=True)
class Offered:
    """One document as it concerns one patient.

    given: the consent in force for its purpose, or None. is_outdated: it was given for another version or document.
    """

    document: ConsentDocument
    scope: str
    sha256: str
    given: Consent | None

    @property
    def purpose(self) -> str:
        return PURPOSES[self.scope]

    @property
    def is_outdated(self) -> bool:
        return self.given is not None and self.given.document_pin != self.document.identity.pin


def document(identifier: str, version: str | None = None) -> ConsentDocument:
    """The newest version, or the one named. Raises UnknownDefinition."""
    return knowledge.load("consent", identifier, version, parse_consent)


def text_of(found: ConsentDocument) -> str:
    """The exact text whose digest is signed."""
    return knowledge.text_of("consent", found.identity.id, found.identity.version)[1]


def scope_of(found: ConsentDocument) -> str:
    return SCOPE_OF.get(found.scope, found.scope)


def offered_to(patient: Patient) -> list[Offered]:
    """The documents that concern this patient: those for the place of care, treatment first."""
    episode = current_episode(patient)
    place = episode.place if episode else "clinic"
    in_force = consents_in_force(patient)
    found = [document(identifier) for identifier in knowledge.identifiers("consent")]
    rows = [
        Offered(
            document=row,
            scope=scope_of(row),
            sha256=knowledge.digest_of("consent", row.identity.id, row.identity.version),
            given=in_force.get(scope_of(row)),
        )
        for row in found
        if row.place in ("", place) and scope_of(row) in PURPOSES and row.identity.status == "released"
    ]
    order = list(PURPOSES)
    return sorted(rows, key=lambda row: (order.index(row.scope), row.document.identity.id))
