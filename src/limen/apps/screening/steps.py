"""The steps between a first yes and a first plan: who owns each, when it is due, what must come before."""

from dataclasses import dataclass


@dataclass(frozen=True)
class StepKind:
    """One step of onboarding. due_days: calendar days after the start. place: only for care at that place."""

    key: str
    title: str
    patient_title: str
    patient_text: str
    owner_role: str
    due_days: int
    blocked_by: str = ""
    place: str = ""


STEPS: tuple[StepKind, ...] = (
    StepKind(
        "account",
        "Patient's own account",
        "Open your account",
        "Use the one-time link we sent you.",
        "patient",
        3,
    ),
    StepKind(
        "contacts",
        "Treatment place and emergency contact",
        "Tell us where you are and who to call",
        "The address where you will be, and one person we may call in an emergency.",
        "patient",
        5,
    ),
    StepKind(
        "supporter",
        "Support person",
        "Name your support person",
        "An adult who takes you home, or stays with you at home.",
        "patient",
        7,
    ),
    StepKind(
        "medicines",
        "Medicines and allergies listed and checked",
        "List your medicines and allergies",
        "Everything you take, also without a prescription. We go through the list with you.",
        "monitor",
        7,
    ),
    StepKind(
        "sharing",
        "Privacy and sharing: decided",
        "Choose who may see what",
        "You can say no to any sharing, and change it later.",
        "patient",
        7,
        blocked_by="account",
    ),
    StepKind(
        "consent",
        "Consent to treatment",
        "Read and sign the treatment consent",
        "Take your time. You can ask us anything first, and you can take it back later.",
        "patient",
        10,
        blocked_by="account",
    ),
    StepKind(
        "telehealth",
        "Consent to care by video",
        "Read and sign the consent to care by video",
        "For visits and sessions at home.",
        "patient",
        10,
        blocked_by="account",
        place="home",
    ),
    StepKind(
        "trials",
        "Antidepressant history judged",
        "Tell us what you have tried",
        "We ask which medicines you have tried, for how long, and what they did.",
        "prescriber",
        10,
    ),
    StepKind(
        "history",
        "Medical and psychiatric history",
        "Talk through your health history",
        "A clinician goes through your health with you.",
        "prescriber",
        10,
    ),
    StepKind(
        "vitals",
        "Blood pressure and weight",
        "Blood pressure and weight",
        "We measure these with you.",
        "monitor",
        10,
    ),
    StepKind(
        "labs",
        "Blood tests",
        "Blood tests",
        "If you need any, we tell you which and where.",
        "prescriber",
        12,
    ),
    StepKind(
        "pregnancy",
        "Pregnancy: asked, tested where it applies",
        "Pregnancy",
        "We ask everyone. If you could become pregnant, we offer a test.",
        "prescriber",
        12,
    ),
    StepKind(
        "payer",
        "Payer noted",
        "How the care is paid for",
        "We talk through the cost with you before anything is booked.",
        "coordinator",
        7,
    ),
    StepKind(
        "interview",
        "Clinician interview",
        "Meet your clinician",
        "A conversation about you, what you hope for, and whether this is a good idea for you.",
        "prescriber",
        14,
        blocked_by="history",
    ),
)
BY_KEY = {step.key: step for step in STEPS}

# A person may say that these do not apply, with the reason; every other step is needed by everybody.
MAY_NOT_APPLY = frozenset({"labs", "pregnancy", "payer", "supporter", "account"})
# These become done only by what is on record; nobody can tick them off.
ONLY_BY_FACTS = frozenset({"consent", "telehealth", "sharing", "contacts", "vitals", "trials", "history"})


def steps_for(place: str) -> tuple[StepKind, ...]:
    """The steps of an episode whose care is given at `place` ("clinic" or "home"), in order."""
    return tuple(step for step in STEPS if step.place in ("", place))
