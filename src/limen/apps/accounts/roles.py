"""The roles a person can hold at a site. A role is a key in the access table, never a check in a view."""

PRESCRIBER = "prescriber"
THERAPIST = "therapist"
MONITOR = "monitor"
COORDINATOR = "coordinator"
LEAD = "lead"
ADMIN = "admin"
AUDITOR = "auditor"
MEDICAL_DIRECTOR = "medical_director"
PHARMACIST = "pharmacist"

ROLE_TITLES = {
    PRESCRIBER: "Prescriber",
    THERAPIST: "Therapist",
    MONITOR: "Session monitor",
    COORDINATOR: "Care coordinator",
    LEAD: "Programme lead",
    ADMIN: "Site administrator",
    AUDITOR: "Auditor",
    MEDICAL_DIRECTOR: "Medical director",
    PHARMACIST: "Pharmacist",
}
STAFF = frozenset(ROLE_TITLES)
CLINICAL = frozenset({PRESCRIBER, THERAPIST, MONITOR, COORDINATOR, MEDICAL_DIRECTOR})
PATIENT = "patient"
SITTER = "sitter"


def role_words(roles: str) -> str:
    """ "lead, medical_director" as an audit row or a signature keeps it, in words."""
    keys = [key.strip() for key in roles.split(",") if key.strip()]
    return ", ".join(ROLE_TITLES.get(key, key.replace("_", " ")) for key in keys)
