"""What stands against signing a dose for this person now: weight, caps, place, decision, consent, criteria."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from limen.apps.accounts import selectors as accounts
from limen.apps.measures.models import Vital
from limen.apps.patients.selectors import consents_in_force
from limen.apps.records import clock, knowledge
from limen.apps.screening import selectors as screening
from limen.apps.treatment.selectors.gates import CONSENT_FOR
from limen.apps.treatment.selectors.orders import given_on
from limen.apps.treatment.selectors.sessions import local_day
from limen.clinical.definitions.product_place import ProductPlaceMatrix, parse_product_place
from limen.clinical.safety.dose_check import DoseCaps, DoseCheck, Kind, SoftLimits, Weight, WeightRule, check_dose

TONES = {Kind.BLOCK: "alert", Kind.CANNOT_TELL: "watch", Kind.SECOND_PERSON: "watch", Kind.NOTE: "info"}
WORDS = {
    Kind.BLOCK: "Stands against it",
    Kind.CANNOT_TELL: "Cannot tell",
    Kind.SECOND_PERSON: "Second person",
    Kind.NOTE: "Note",
}


@dataclass(frozen=True)
class ProposedDose:
    """A dose somebody is about to sign. is_per_kg: the milligrams were worked out from the weight."""

    drug: str
    route: str
    place: str
    dose_mg: Decimal
    is_per_kg: bool


@dataclass(frozen=True)
class CheckLine:
    """One finding about a proposed dose, as the page and the order keep it."""

    code: str
    result: str
    tone: str
    text: str
    source: str


@dataclass(frozen=True)
class DoseLook:
    """Everything the order page shows about a proposed dose. cap_key names the setting that holds the cap."""

    check: DoseCheck
    lines: tuple[CheckLine, ...]
    weight: Weight | None
    cap_mg: Decimal | None
    cap_key: str

    @property
    def can_be_signed(self) -> bool:
        return self.check.can_be_signed and all(line.tone != "alert" for line in self.lines)


def matrix() -> ProductPlaceMatrix:
    return knowledge.load("rules", "product-place", None, parse_product_place)


def setting_stem(drug: str, route: str) -> str:
    """The first part of the names of this product's dose settings."""
    return "dose.esketamine_in" if drug == "esketamine" else f"dose.{route}"


def weights(patient) -> tuple[Weight | None, Weight | None]:
    """The latest weight and the one before it."""
    rows = Vital.objects.filter(patient=patient, weight_kg__isnull=False).current().order_by("-occurred_at", "-id")[:2]
    found = [Weight(row.weight_kg, local_day(row.occurred_at, patient.time_zone)) for row in rows]
    return (found[0] if found else None), (found[1] if len(found) > 1 else None)


def look_at(patient, dose: ProposedDose) -> DoseLook:
    """Check a proposed dose against the site's signed settings and the record; nothing is written."""
    settings = accounts.settings_of(patient.site_id)
    stem = setting_stem(dose.drug, dose.route)
    weight, previous = weights(patient)
    today = clock.today(patient.time_zone)
    caps = DoseCaps(
        per_dose_mg=settings.get(f"{stem}.cap_mg"),
        per_dose_mg_per_kg=settings.get(f"{stem}.cap_mg_per_kg"),
        per_day_mg=settings.get(f"{stem}.day_cap_mg"),
    )
    check = check_dose(
        dose_mg=dose.dose_mg,
        drug=dose.drug,
        route=dose.route,
        place=dose.place,
        weight=weight,
        previous_weight=previous,
        today=today,
        uses_weight=dose.is_per_kg,
        caps=caps,
        soft_limits=SoftLimits(settings.get(f"{stem}.soft_mg"), settings.get(f"{stem}.soft_mg_per_kg")),
        weight_rule=WeightRule(settings.get("weight.max_age_days"), settings.get("weight.max_change_percent")),
        product_place_matrix=matrix(),
        settings=settings,
        given_today_mg=given_on(patient, today, drug=dose.drug),
    )
    lines = (*_dose_lines(check, stem, caps), *_record_lines(patient, dose, today))
    return DoseLook(check, lines, weight, caps.per_dose_mg, f"{stem}.cap_mg")


SOURCES = {"place": "product-place@1", "weight": "SR-03", "weight-age": "SR-03", "weight-change": "SR-03"}


def _dose_lines(check: DoseCheck, stem: str, caps: DoseCaps) -> list[CheckLine]:
    lines = [
        CheckLine(
            finding.code,
            WORDS[finding.kind],
            TONES[finding.kind],
            finding.text,
            SOURCES.get(finding.code, f"Site setting {_setting_of(finding.code, stem)}"),
        )
        for finding in check.findings
    ]
    if not any(line.code == "cap" for line in lines):
        text = f"At or under the site's cap of {caps.per_dose_mg} mg per dose."
        lines.insert(0, CheckLine("cap", "Within", "good", text, f"Site setting {stem}.cap_mg"))
    return lines


def _setting_of(code: str, stem: str) -> str:
    names = {
        "cap": "cap_mg",
        "cap-per-kg": "cap_mg_per_kg",
        "cap-per-day": "day_cap_mg",
        "soft": "soft_mg",
        "soft-per-kg": "soft_mg_per_kg",
    }
    return f"{stem}.{names.get(code, 'cap_mg')}"


def _record_lines(patient, dose: ProposedDose, today: date) -> list[CheckLine]:
    decision = screening.decision_in_force(patient)
    in_force = consents_in_force(patient)
    lines = []
    if not accounts.site(patient.site_id).is_live:
        text = "The site is not open for care: its medical director has not signed every safety setting and opened it."
        lines.append(CheckLine("site", "Stands against it", "alert", text, "SR-20"))
    if decision is None:
        text = "No signed decision to proceed is in force."
        lines.append(CheckLine("decision", "Stands against it", "alert", text, "SR-01"))
    elif decision.routes and dose.route not in decision.routes:
        text = f"The decision of {decision.decided_at:%d %b %Y} does not name this route."
        lines.append(CheckLine("decision", "Stands against it", "alert", text, "SR-01"))
    else:
        text = f"Decision to proceed, signed {decision.decided_at:%d %b %Y}."
        lines.append(CheckLine("decision", "In force", "good", text, "SR-01"))
    for scope in CONSENT_FOR[dose.place]:
        consent = in_force.get(scope)
        text = f"Consent to {scope}, given {consent.decided_at:%d %b %Y}." if consent else f"No consent to {scope}."
        result, tone = ("In force", "good") if consent else ("Stands against it", "alert")
        lines.append(CheckLine(f"consent-{scope}", result, tone, text, "SR-01"))
    return lines
