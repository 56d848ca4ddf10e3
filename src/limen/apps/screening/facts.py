"""The facts the rules look at, worked out from one patient's record, each with its date and where it is from.

A fact that nobody has established is left out, so the rules answer "cannot tell".
"""

from collections.abc import Callable
from decimal import Decimal
from zoneinfo import ZoneInfo

from limen.apps.measures.selectors import latest_vital
from limen.apps.patients.models import Patient
from limen.apps.patients.selectors import current_episode, supporters
from limen.apps.records import clock
from limen.apps.screening.models import Condition, LabResult, MedicationTrial
from limen.clinical.rules import Fact

PREGNANCY_TEST = "pregnancy_test"
# SR-51: an input or criterion that tells whether somebody is pregnant.
PREGNANCY_FACTS = frozenset({"is_pregnant", "pregnancy_test", "can_be_pregnant"})
Provider = Callable[[Patient], Fact | None]


def facts_for(patient: Patient) -> dict[str, Fact]:
    """Every fact that is known about this patient, by its name in the rules."""
    facts: dict[str, Fact] = {}
    for row in Condition.objects.filter(patient=patient).exclude(state="unknown"):
        source = "the patient's own answer" if row.source == "patient" else "recorded by a clinician"
        facts[row.code] = Fact(row.state == "present", row.noted_on, source)
    for name, provider in WORKED_OUT.items():
        fact = provider(patient)
        if fact is not None:
            facts[name] = fact
    return facts


def _age(patient: Patient) -> Fact:
    today = clock.today(patient.time_zone)
    return Fact(patient.age_on(today), today, "birth date on record")


def _place(patient: Patient) -> Fact | None:
    episode = current_episode(patient)
    return Fact(episode.place, episode.started_on, "place of this episode of care") if episode else None


def _vital(field: str) -> Provider:
    def read(patient: Patient) -> Fact | None:
        found = latest_vital(patient, field)
        if found is None:
            return None
        value, at = found
        number = value if isinstance(value, int) else Decimal(value)
        return Fact(number, at.astimezone(ZoneInfo(patient.time_zone)).date(), "latest measurement")

    return read


def _failed_trials(patient: Patient) -> Fact | None:
    """Courses of this episode that a clinician judged adequate and that did not bring full benefit.

    Known only when every listed course has been judged; an empty ledger is unknown, not zero.
    """
    rows = list(MedicationTrial.objects.filter(patient=patient, is_void=False))
    counted = [r for r in rows if r.is_adequate and r.is_current_episode and r.outcome in ("none", "partial")]
    is_open = [
        r
        for r in rows
        if r not in counted
        and r.is_adequate is not False
        and r.is_current_episode is not False
        and r.outcome != "full"
        and (r.is_adequate is None or r.is_current_episode is None or r.outcome == "unknown")
    ]
    if not rows or is_open:
        return None
    latest = max(row.updated_at for row in rows)
    day = latest.astimezone(ZoneInfo(patient.time_zone)).date()
    return Fact(len(counted), day, "antidepressant ledger, judged by a clinician")


def _can_be_pregnant(patient: Patient) -> Fact | None:
    if patient.can_be_pregnant is None:
        return None
    return Fact(patient.can_be_pregnant, clock.today(patient.time_zone), "asked by capacity")


def _pregnancy_test(patient: Patient) -> Fact | None:
    rows = LabResult.objects.filter(patient=patient, code=PREGNANCY_TEST).current()
    row = rows.order_by("-taken_on", "-id").first()
    if row is None or row.value_text == "unclear":
        return None
    return Fact(row.value_text, row.taken_on, "test result")


def _sitter(patient: Patient) -> Fact | None:
    """Known once somebody said whether a named sitter is an adult."""
    known = [person for person in supporters(patient) if person.role == "sitter" and person.is_adult is not None]
    if not known:
        return None
    latest = max(person.updated_at for person in known).astimezone(ZoneInfo(patient.time_zone)).date()
    return Fact(any(person.is_adult for person in known), latest, "support people on record")


WORKED_OUT: dict[str, Provider] = {
    "age_years": _age,
    "place": _place,
    "systolic_mmhg": _vital("systolic_mmhg"),
    "diastolic_mmhg": _vital("diastolic_mmhg"),
    "adequate_trials_failed": _failed_trials,
    "can_be_pregnant": _can_be_pregnant,
    "pregnancy_test": _pregnancy_test,
    "has_adult_sitter": _sitter,
}
