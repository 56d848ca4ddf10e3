"""The gate and the discharge gate of a session: what is on record, handed to the pure rules.

Values come from the records they belong to (orders, consents, vitals, questionnaires, tests); only what nobody has
written down elsewhere is asked at the gate and kept as a `gate_checked` event.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from limen.apps.accounts import selectors as accounts
from limen.apps.measures import definitions
from limen.apps.measures.models import Response, Vital
from limen.apps.patients.selectors import consents_in_force
from limen.apps.records import clock, knowledge
from limen.apps.screening import selectors as screening
from limen.apps.treatment.models import DosingSession, GateOverride, Order
from limen.apps.treatment.selectors import orders as order_reads
from limen.apps.treatment.selectors import sessions as session_reads
from limen.clinical import protocols as core
from limen.clinical.safety import discharge as discharge_rules
from limen.clinical.safety import gate as gate_rules

SUICIDE_FORM = "c-ssrs-since-last-contact"
SEDATION_SCALE = "moaa-s"
CONSENT_FOR = {"clinic": ("care",), "home": ("care", "telehealth")}
DIRECTOR, PRESCRIBER = "medical_director", "prescriber"
# Lines whose value comes from the record alone; nobody can type them at the gate.
FROM_RECORD = frozenset(
    {
        "live_order",
        "product_place",
        "blood_pressure",
        "oxygen_saturation",
        "suicide_since_last_contact",
        "weight",
    }
)
# Lines that say something about pregnancy: never named where therapists and coordinators read (SR-51).
RESTRICTED = frozenset({"pregnancy"})
Answers = dict[str, list[gate_rules.GateAnswer]]


def rules() -> gate_rules.GateRules:
    return knowledge.load("rules", "gate", None, gate_rules.parse_gate)


def discharge_criteria() -> discharge_rules.DischargeRules:
    return knowledge.load("rules", "discharge", None, discharge_rules.parse_discharge)


def order_for(session: DosingSession) -> Order | None:
    """The order this session is carried out under: its own while in force, else the newest in force."""
    return order_reads.order_in_force(session.patient, ignore_session_id=session.pk)


def gate(session: DosingSession, state: core.SessionState | None = None) -> gate_rules.GateResult:
    """Every line of the gate as the records stand now. A missing value is never a pass."""
    state = state or session_reads.state_of(session)
    # One instant for the whole gate: what the record says "now" must not lie after the moment it is held against.
    with clock.at(present(state)):
        return gate_rules.evaluate_gate(rules(), _inputs(session, state, order_for(session)))


def _inputs(session: DosingSession, state: core.SessionState, order: Order | None) -> gate_rules.GateInputs:
    return gate_rules.GateInputs(
        drug=order.drug if order else "ketamine",
        route=session.route,
        place=session.place,
        now=clock.now(),
        zone=ZoneInfo(session.patient.time_zone),
        answers=_answers(session, state, order),
        settings=accounts.settings_of(session.site_id),
        arrived_at=state.started_at,
        is_weight_based=bool(order and order.weight_basis == "per_kg"),
        overrides=_overrides(session),
    )


def present(state: core.SessionState) -> datetime:
    """Now; an entry written in this very instant is not in the future."""
    now = clock.now()
    return max([now, *(e.occurred_at for e in state.timeline if e.occurred_at - now < session_reads.LIVE_WITHIN)])


def _overrides(session: DosingSession) -> list[gate_rules.GateOverride]:
    rows = GateOverride.objects.filter(session=session).current().order_by("at", "id")
    return [
        gate_rules.GateOverride(
            line_id=row.line_id,
            role=PRESCRIBER if row.role == DIRECTOR else row.role,
            reason=row.reason,
            at=row.at,
            spoken_at=row.at if row.spoken_to.strip() else None,
        )
        for row in rows
    ]


def _answers(session: DosingSession, state: core.SessionState, order: Order | None) -> Answers:
    answers: Answers = {}
    for event in state.events("gate_checked"):
        for line_id, value in event.payload.get("answers", {}).items():
            if line_id not in FROM_RECORD:
                answer = gate_rules.GateAnswer(value, event.occurred_at, "asked at the gate")
                answers.setdefault(line_id, []).append(answer)
    _add_consent(answers, session)
    _add(answers, "live_order", _order_answer(session, order))
    _add(answers, "suicide_since_last_contact", _suicide_answer(session, state))
    _add_pregnancy(answers, session)
    _add(answers, "weight", _weight_answer(session, order))
    for line_id, answer in _vital_answers(session):
        _add(answers, line_id, answer)
    return answers


def _add(answers: Answers, line_id: str, answer: gate_rules.GateAnswer | None) -> None:
    if answer is not None:
        answers.setdefault(line_id, []).append(answer)


def _add_consent(answers: Answers, session: DosingSession) -> None:
    """Confirmed by a person today, and only while the signed consents are in force."""
    in_force = consents_in_force(session.patient)
    missing = [scope for scope in CONSENT_FOR.get(session.place, ("care",)) if scope not in in_force]
    if missing:
        words = f"not in force: {', '.join(missing)}"
        answers["consent"] = [gate_rules.GateAnswer("no", clock.now(), words)]


def _order_answer(session: DosingSession, order: Order | None) -> gate_rules.GateAnswer:
    if screening.decision_in_force(session.patient) is None:
        return gate_rules.GateAnswer("no", clock.now(), "no signed decision to proceed is in force")
    if order is None:
        return gate_rules.GateAnswer("no", clock.now(), "no order is in force today")
    if (order.route, order.place) != (session.route, session.place):
        words = f"the order in force is for {order.get_route_display().lower()}, {order.place}"
        return gate_rules.GateAnswer("no", clock.now(), words)
    return gate_rules.GateAnswer("yes", clock.now(), f"order signed {order.signature.signed_at:%d %b %Y}")


def _suicide_answer(session: DosingSession, state: core.SessionState) -> gate_rules.GateAnswer | None:
    rows = Response.objects.filter(patient=session.patient, instrument_pin__startswith=f"{SUICIDE_FORM}@").current()
    row = rows.order_by("-completed_at", "-id").first()
    if row is None:
        return None
    instrument = definitions.pinned(row.instrument_pin)
    return gate_rules.GateAnswer(suicide_level(instrument, row.answers), row.completed_at, instrument.abbreviation)


def suicide_level(instrument, answers: dict[str, int | None]) -> str:
    """The highest question answered yes, as the gate names it; a refusal or a gap is never "none"."""
    said = {
        item: None if value is None else instrument.item(item).answers.option(value).key
        for item, value in answers.items()
    }
    if said.get("q6") == "yes":
        return "recent_behaviour"
    levels = [n for n in range(1, 6) if said.get(f"q{n}") == "yes"]
    if levels and max(levels) >= 4:
        return str(max(levels))
    if "refused" in said.values():
        return "declined"
    if None in said.values() or not said or "q1" not in said or "q6" not in said:
        return "unknown"
    return str(max(levels)) if levels else "none"


PREGNANCY_WORDS = {"negative", "positive", "declined", "unknown"}


def _add_pregnancy(answers: Answers, session: DosingSession) -> None:
    """The answer of today beside the test on record. A positive test stands until a later test says otherwise.

    "Cannot apply" counts only where the record says so, with its reason (SR-51).
    """
    if session.patient.can_be_pregnant is False:
        _add(answers, "pregnancy", _now("cannot_apply", "recorded as not able to be pregnant"))
        return
    asked = [answer for answer in answers.pop("pregnancy", []) if answer.value != "cannot_apply"]
    test = _pregnancy_test(session)
    if test is not None and test.value == "positive":
        asked, test = [answer for answer in asked if answer.value == "positive"], _now("positive", test.source)
    answers["pregnancy"] = [*asked, *([test] if test is not None else [])]


def _pregnancy_test(session: DosingSession) -> gate_rules.GateAnswer | None:
    row = screening.latest_lab(session.patient, screening.PREGNANCY_TEST)
    if row is None:
        return None
    value = row.value_text.strip().lower()
    # A test is dated by day; the start of that day is the oldest it can be.
    taken_at = datetime.combine(row.taken_on, time.min, ZoneInfo(session.patient.time_zone)).astimezone(UTC)
    words = f"test of {row.taken_on:%d %b %Y}"
    return gate_rules.GateAnswer(value if value in PREGNANCY_WORDS else "unknown", taken_at, words)


def _now(value: str, source: str) -> gate_rules.GateAnswer:
    return gate_rules.GateAnswer(value, clock.now(), source)


def _weight_answer(session: DosingSession, order: Order | None) -> gate_rules.GateAnswer | None:
    """Whether a weight taken after the order stands against the weight it was worked out from."""
    if order is None or order.weight_kg is None or order.weight_measured_on is None:
        return None
    max_age_days = accounts.setting_value(session.site_id, "weight.max_age_days")
    max_change_percent = accounts.setting_value(session.site_id, "weight.max_change_percent")
    if max_age_days is None or max_change_percent is None:
        return gate_rules.GateAnswer("unknown", clock.now(), "the site has not set the age or change of a weight")
    newest = _vitals(session).filter(weight_kg__isnull=False).first()
    weight_kg = newest.weight_kg if newest else order.weight_kg
    zone = session.patient.time_zone
    measured_on = session_reads.local_day(newest.occurred_at, zone) if newest else order.weight_measured_on
    value = "recorded_and_in_date"
    if (clock.today(zone) - measured_on).days > max_age_days:
        value = "out_of_date"
    elif abs(weight_kg - order.weight_kg) * 100 > order.weight_kg * max_change_percent:
        value = "changed"
    return gate_rules.GateAnswer(
        value, clock.now(), f"{weight_kg} kg on {measured_on:%d %b}, order {order.weight_kg} kg"
    )


def _vitals(session: DosingSession):
    return Vital.objects.filter(patient=session.patient).current().order_by("-occurred_at", "-id")


def _vital_answers(session: DosingSession) -> Iterator[tuple[str, gate_rules.GateAnswer]]:
    """Today's readings before the dose, each kept: the newest counts and the others are shown beside it."""
    zone = ZoneInfo(session.patient.time_zone)
    midnight = datetime.combine(clock.today(session.patient.time_zone), time.min, zone)
    rows = _vitals(session).filter(occurred_at__gte=midnight, occurred_at__lte=clock.now())
    if session.dose_started_at is not None:
        rows = rows.filter(occurred_at__lte=session.dose_started_at)
    for row in rows.order_by("occurred_at", "id"):
        rest = ", after rest" if row.is_after_rest else ""
        if row.systolic_mmhg is not None:
            value = {"systolic_mmhg": row.systolic_mmhg, "diastolic_mmhg": row.diastolic_mmhg}
            yield "blood_pressure", gate_rules.GateAnswer(value, row.occurred_at, f"vitals{rest}")
        if row.spo2_percent is not None:
            value = {"spo2_percent": row.spo2_percent}
            yield "oxygen_saturation", gate_rules.GateAnswer(value, row.occurred_at, f"vitals{rest}")


def discharge_gate(session: DosingSession, state: core.SessionState | None = None) -> discharge_rules.DischargeResult:
    """Every criterion for leaving by the discharge gate, as the records stand now."""
    state = state or session_reads.state_of(session)
    order = session.order
    drugs = [row.drug for row in session.administrations.all() if not row.is_void]
    inputs = discharge_rules.DischargeInputs(
        drug=_drug_for_leaving(drugs, order),
        route=session.route,
        place=session.place,
        is_dosed=state.is_dosed,
        minutes_since_dose=core.elapsed_min(state.dose_started_at, clock.now()) if state.dose_started_at else None,
        answers_valid_from=_answers_valid_from(state),
        answers=_discharge_answers(state),
        settings=accounts.settings_of(session.site_id),
    )
    return discharge_rules.evaluate_discharge(discharge_criteria(), inputs)


def _drug_for_leaving(taken: list[str], order: Order | None) -> str:
    """The drug whose rules for leaving count: esketamine's label binds as soon as any of it was taken (SR-23)."""
    if "esketamine" in taken:
        return "esketamine"
    return taken[0] if taken else (order.drug if order else "ketamine")


def _answers_valid_from(state: core.SessionState) -> datetime | None:
    """Answers about the person's condition count from the end of the dose, or from what unsettled them since."""
    unsettling = [e.occurred_at for kind in ("hold", "help_pressed", "medication_given") for e in state.events(kind)]
    moments = [m for m in (state.dose_ended_at or state.dose_started_at, *unsettling) if m is not None]
    return max(moments) if state.is_dosed and moments else None


def _discharge_answers(state: core.SessionState) -> dict[str, discharge_rules.DischargeAnswer]:
    """The newest answer to each criterion."""
    answers: dict[str, discharge_rules.DischargeAnswer] = {}
    for event in state.events("discharge_checked"):
        for criterion_id, value in event.payload.get("answers", {}).items():
            answers[criterion_id] = discharge_rules.DischargeAnswer(value, event.occurred_at, "asked before leaving")
    drowsy = unresolved_sedation(state)
    if drowsy is not None:
        # A rating outweighs a tick: the two are not left to contradict each other.
        words = f"last sedation rating MOAA/S {drowsy.value}"
        answers["sedation_resolved"] = discharge_rules.DischargeAnswer("no", drowsy.occurred_at, words)
    return answers


def unresolved_sedation(state: core.SessionState) -> core.Reading | None:
    """The newest MOAA/S rating when it is below the top of its scale (responds readily to the name), else None."""
    newest = state.ratings.get(SEDATION_SCALE)
    if newest is None or newest.value is None:
        return None
    top = max(definitions.instrument(SEDATION_SCALE).items[0].answers.values)
    return newest if int(newest.value) < top else None
