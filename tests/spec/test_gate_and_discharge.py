"""The gate and the discharge gate as tables a clinician can read. Site limits here are invented for the test."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import limen.knowledge
from limen.clinical.safety.discharge import DischargeAnswer, DischargeInputs, evaluate_discharge, parse_discharge
from limen.clinical.safety.gate import GateAnswer, GateInputs, GateOverride, evaluate_gate, may_override, parse_gate

RULES = Path(limen.knowledge.__file__).parent / "rules"
GATE = parse_gate((RULES / "gate" / "1.toml").read_text(encoding="utf-8"))
DISCHARGE = parse_discharge((RULES / "discharge" / "1.toml").read_text(encoding="utf-8"))
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
ARRIVED = NOW - timedelta(minutes=30)
SETTINGS = {
    "gate.systolic_max_mmhg": 150,
    "gate.diastolic_max_mmhg": 95,
    "gate.spo2_min_percent": 94,
    "gate.pregnancy_max_age_hours": 48,
    "home.routes_signed": ["sl"],
    "discharge.min_minutes.iv": 60,
}
MEASURED = {"blood_pressure": {"systolic_mmhg": 130, "diastolic_mmhg": 80}, "oxygen_saturation": {"spo2_percent": 98}}


def answer(value, minutes_ago=10):
    return GateAnswer(value, NOW - timedelta(minutes=minutes_ago), "monitor")


def gate(changes=None, *, drug="ketamine", route="iv", place="clinic", settings=None, overrides=()):
    answers = {line.id: [answer(MEASURED.get(line.id) or line.accepted[0])] for line in GATE.lines if line.accepted}
    answers |= {key: [answer(value)] for key, value in MEASURED.items()}
    for key, value in (changes or {}).items():
        answers[key] = value if isinstance(value, list) else [answer(value)]
    inputs = GateInputs(
        drug, route, place, NOW, UTC, answers, SETTINGS if settings is None else settings, ARRIVED, True, overrides
    )
    return evaluate_gate(GATE, inputs)


def line(result, key):
    return next(r for r in result.lines if r.line.id == key)


def override(key, role, spoken=True):
    return GateOverride(key, role, "seen and discussed", NOW, NOW if spoken else None)


SR_20_TABLE = [
    # line, answer, status, overall, roles that may override
    ("identity", "no", "fail", "blocked", set()),
    ("live_order", "no", "fail", "blocked", set()),
    ("consent", "no", "fail", "blocked", set()),
    ("capacity", "no", "fail", "blocked", set()),
    ("capacity", "unknown", "cannot_tell", "blocked", set()),
    ("suicide_since_last_contact", "3", "pass", "clear", set()),
    ("suicide_since_last_contact", "4", "fail", "needs_override", {"prescriber"}),
    ("suicide_since_last_contact", "5", "fail", "needs_override", {"prescriber"}),
    ("suicide_since_last_contact", "recent_behaviour", "fail", "needs_override", {"prescriber"}),
    ("suicide_since_last_contact", "declined", "cannot_tell", "needs_override", {"prescriber"}),
    ("pregnancy", "positive", "fail", "needs_override", {"prescriber"}),
    ("intoxication", "yes", "fail", "needs_override", {"prescriber"}),
    ("mania_psychosis", "yes", "fail", "needs_override", {"prescriber"}),
    ("ride_home", "no", "fail", "needs_override", {"monitor", "prescriber"}),
    ("identity", [], "missing", "blocked", set()),
    ("ride_home", [], "missing", "blocked", set()),
    ("blood_pressure", {"systolic_mmhg": 151, "diastolic_mmhg": 80}, "fail", "needs_override", {"prescriber"}),
    ("blood_pressure", {"systolic_mmhg": 150, "diastolic_mmhg": 95}, "pass", "clear", set()),
    ("blood_pressure", {"systolic_mmhg": 180}, "missing", "blocked", set()),
]


@pytest.mark.parametrize(("key", "value", "status", "overall", "roles"), SR_20_TABLE)
def test_sr_20_each_line_says_its_status_and_who_may_override(key, value, status, overall, roles):
    result = gate({key: value})
    assert (line(result, key).status, result.overall) == (status, overall)
    assert line(result, key).who_may_override == roles


def test_with_everything_answered_the_gate_is_clear():
    assert gate().overall == "clear"


def test_sr_20_an_unset_blood_pressure_limit_reads_cannot_tell():
    result = gate(settings={k: v for k, v in SETTINGS.items() if k != "gate.systolic_max_mmhg"})
    assert line(result, "blood_pressure").status == "cannot_tell"
    assert "gate.systolic_max_mmhg" in line(result, "blood_pressure").reason
    assert result.overall == "needs_override"


def test_sr_20_blood_pressure_repeated_after_rest_counts_and_keeps_both_values():
    first = answer({"systolic_mmhg": 165, "diastolic_mmhg": 90}, 25)
    second = answer({"systolic_mmhg": 140, "diastolic_mmhg": 85}, 5)
    found = line(gate({"blood_pressure": [second, first]}), "blood_pressure")
    assert (found.status, found.value, found.earlier) == ("pass", second.value, (first,))
    assert found.age_min == 5


def test_yesterdays_blood_pressure_is_missing_today():
    found = line(gate({"blood_pressure": [answer(MEASURED["blood_pressure"], 24 * 60)]}), "blood_pressure")
    assert (found.status, found.who_may_override) == ("missing", frozenset())


@pytest.mark.parametrize(
    ("role", "spoken", "overall"),
    [
        ("prescriber", True, "clear"),
        ("prescriber", False, "needs_override"),
        ("monitor", True, "needs_override"),
        ("therapist", True, "needs_override"),
        ("coordinator", True, "needs_override"),
        ("sitter", True, "needs_override"),
    ],
)
def test_sr_20_a_positive_suicide_screen_yields_only_to_a_prescriber_spoken_to_now(role, spoken, overall):
    key = "suicide_since_last_contact"
    assert gate({key: "4"}, overrides=[override(key, role, spoken)]).overall == overall


@pytest.mark.parametrize("key", [row.id for row in GATE.lines if row.kind == "not_overridable" and row.accepted])
def test_sr_20_a_line_that_cannot_be_overridden_blocks_when_missing_whoever_signs(key):
    route, place, drug = ("sl", "home", "ketamine") if "home" in _places(key) else ("in", "clinic", "esketamine")
    signed = [override(key, role) for role in ("prescriber", "monitor", "medical_director")]
    assert gate({key: []}, drug=drug, route=route, place=place, overrides=signed).overall == "blocked"


def _places(key):
    return next(row.places for row in GATE.lines if row.id == key)


@pytest.mark.parametrize("role", ["therapist", "coordinator", "sitter", "patient", "lead", "admin"])
def test_sr_20_these_roles_override_nothing(role):
    assert not any(may_override(row, role) for row in GATE.lines)


@pytest.mark.parametrize(
    ("drug", "route", "place", "status"),
    [
        ("ketamine", "iv", "clinic", "pass"),
        ("ketamine", "sl", "home", "pass"),
        ("ketamine", "po", "home", "fail"),
        ("ketamine", "iv", "home", "fail"),
        ("ketamine", "im", "home", "fail"),
        ("ketamine", "sc", "home", "fail"),
        ("esketamine", "in", "home", "fail"),
    ],
)
def test_sr_02_what_may_be_taken_where(drug, route, place, status):
    assert line(gate(drug=drug, route=route, place=place), "product_place").status == status


def test_an_answer_outside_the_list_is_refused_with_what_is_accepted():
    with pytest.raises(ValueError, match="does not take 'maybe'; it takes yes, no, unknown"):
        gate({"identity": "maybe"})


def test_sr_20_intention_is_never_a_gate_line():
    text = (RULES / "gate" / "1.toml").read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="never a gate line"):
        parse_gate(text.replace('id = "fasting"', 'id = "intention"'))


def discharge(changes=None, *, drug="ketamine", route="iv", place="clinic", minutes=90.0, settings=None, dosed=True):
    answers = {
        c.id: DischargeAnswer((changes or {}).get(c.id, c.accepted[0]), NOW) for c in DISCHARGE.criteria if c.accepted
    }
    since = NOW - timedelta(minutes=20)
    chosen = SETTINGS if settings is None else settings
    return evaluate_discharge(
        DISCHARGE, DischargeInputs(drug, route, place, dosed, minutes, since, answers, chosen)
    ).overall


@pytest.mark.parametrize(
    ("case", "overall"),
    [
        ({}, "clear"),
        ({"minutes": 59.9}, "not_clear"),
        ({"minutes": 60.0}, "clear"),
        ({"minutes": None}, "cannot_tell"),
        ({"settings": {}}, "cannot_tell"),
        ({"drug": "esketamine", "route": "in", "minutes": 119.9}, "not_clear"),  # label and REMS: two hours
        ({"drug": "esketamine", "route": "in", "minutes": 120.0}, "clear"),
        ({"drug": "esketamine", "route": "in", "minutes": 300.0, "changes": {"sedation_resolved": "no"}}, "not_clear"),
        ({"changes": {"dissociation_resolved": "unknown"}}, "cannot_tell"),
        ({"changes": {"breathing_normal": "no"}}, "not_clear"),
        ({"changes": {"escort_seen": "no"}}, "not_clear"),
        ({"changes": {"driving_advice": ""}}, "cannot_tell"),
        ({"changes": {"suicide_question": "yes_not_reviewed"}}, "not_clear"),
        ({"changes": {"suicide_question": "declined"}}, "cannot_tell"),
        ({"dosed": False, "minutes": None, "settings": {}}, "clear"),
    ],
)
def test_sr_22_sr_23_discharge_is_a_gate(case, overall):
    assert discharge(**case) == overall


def test_h5_answers_given_before_the_dose_ended_do_not_count():
    old = {c.id: DischargeAnswer(c.accepted[0], NOW - timedelta(hours=1)) for c in DISCHARGE.criteria if c.accepted}
    inputs = DischargeInputs("ketamine", "iv", "clinic", True, 90.0, NOW, old, SETTINGS)
    assert evaluate_discharge(DISCHARGE, inputs).overall == "cannot_tell"
