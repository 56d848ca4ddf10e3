"""Each criterion as shipped: what makes it met, not met, or impossible to tell."""

from pathlib import Path

import pytest

import limen.knowledge
from limen.clinical.definitions.question_set import parse_question_set
from limen.clinical.definitions.rule_set import parse_rule_set
from limen.clinical.eligibility import assess, explain_for_visitor

KNOWLEDGE = Path(limen.knowledge.__file__).parent / "rules"
RULES = parse_rule_set((KNOWLEDGE / "eligibility" / "1.toml").read_text(encoding="utf-8"))
QUESTIONS = parse_question_set((KNOWLEDGE / "assessment" / "1.toml").read_text(encoding="utf-8"))
LIMITS = {"gate.systolic_max_mmhg": 150, "gate.diastolic_max_mmhg": 95}  # an invented site's signed limits

# criterion, what is known, state, is it a concern
ROWS = [
    ("ELG-001", {"age_years": 18}, "met", False),
    ("ELG-001", {"age_years": 17}, "not_met", True),
    ("ELG-001", {}, "cannot_tell", False),
    ("ELG-002", {"adequate_trials_failed": 2}, "met", False),
    ("ELG-002", {"adequate_trials_failed": 1}, "not_met", True),
    ("ELG-003", {"systolic_mmhg": 150, "diastolic_mmhg": 95}, "not_met", False),
    ("ELG-003", {"systolic_mmhg": 151, "diastolic_mmhg": 80}, "met", True),
    ("ELG-003", {"systolic_mmhg": 120, "diastolic_mmhg": 96}, "met", True),
    ("ELG-003", {"systolic_mmhg": 120}, "cannot_tell", False),
    ("ELG-003", {"systolic_mmhg": 160}, "met", True),
    ("ELG-004", {"systolic_mmhg": 180, "diastolic_mmhg": 100}, "not_met", False),
    ("ELG-004", {"systolic_mmhg": 181, "diastolic_mmhg": 100}, "met", True),
    ("ELG-005", {"aneurysm_or_avm": True}, "met", True),
    ("ELG-006", {"intracerebral_haemorrhage": True}, "met", True),
    ("ELG-007", {"hypersensitivity": False}, "not_met", False),
    ("ELG-011", {"psychosis_personal": True}, "met", True),
    ("ELG-013", {"mania_current": True}, "met", True),
    ("ELG-017", {"can_be_pregnant": True, "pregnancy_test": "positive"}, "met", True),
    ("ELG-017", {"can_be_pregnant": True}, "cannot_tell", False),
    ("ELG-017", {"can_be_pregnant": False}, "not_met", False),
    ("ELG-024", {"has_capacity": False}, "not_met", True),
    ("ELG-027", {"place": "clinic"}, "met", False),
    ("ELG-027", {"place": "home", "has_adult_sitter": True, "home_feels_safe": True}, "met", False),
    ("ELG-027", {"place": "home", "has_adult_sitter": True, "home_feels_safe": False}, "not_met", True),
    ("ELG-027", {"place": "home", "has_adult_sitter": True}, "cannot_tell", False),
    ("ELG-028", {"place": "home", "suicidal_intent_recent": True}, "met", True),
    ("ELG-028", {"place": "clinic", "suicidal_intent_recent": True}, "not_met", False),
    ("ELG-030", {"age_years": 65}, "met", True),
]


def result(criterion_id, facts, settings=LIMITS):
    return next(r for r in assess(RULES, facts, settings).results if r.id == criterion_id)


@pytest.mark.parametrize(("criterion_id", "facts", "state", "is_concern"), ROWS)
def test_a_criterion_reads_as_the_table_says(criterion_id, facts, state, is_concern):
    found = result(criterion_id, facts)
    assert (found.state.value, found.is_concern) == (state, is_concern)
    assert found.finding and found.source and found.source_place


def test_an_unsigned_blood_pressure_limit_cannot_be_told_and_names_the_setting():
    found = result("ELG-003", {"systolic_mmhg": 120, "diastolic_mmhg": 70}, settings={})
    assert found.state.value == "cannot_tell"
    assert "setting:gate.systolic_max_mmhg" in found.missing


def test_nothing_known_means_no_line_is_clear():
    found = assess(RULES, {}, {})
    assert found.counts == {"met": 0, "not_met": 0, "cannot_tell": len(RULES.criteria), "concerns": 0}


def test_no_text_speaks_a_verdict():
    words = " ".join(
        f"{c.title} {c.met_text} {c.not_met_text} {c.cannot_tell_text} {c.patient_text} {c.change_text}"
        for c in RULES.criteria
    ).lower()
    assert "eligible" not in words and "you qualify" not in words


def test_every_line_rests_on_a_source_that_was_read():
    assert {criterion.source.grade for criterion in RULES.criteria} <= {"A", "B"}


def test_a_visitor_hears_only_of_changes_that_can_be_made():
    facts = {"psychosis_personal": True, "substance_use_current": True, "systolic_mmhg": 185, "diastolic_mmhg": 90}
    told = explain_for_visitor(RULES, assess(RULES, facts, LIMITS))
    assert told.changes == ("Blood pressure that has been treated and checked again.",)
    public = " ".join((*told.reasons, *told.changes)).lower()
    for word in ("psychosis", "alcohol", "drug", "180"):
        assert word not in public
    assert told.questions


def test_the_assessment_asks_age_and_place_first_and_nothing_twice():
    assert [q.id for q in QUESTIONS.questions[:2]] == ["age", "place"]
    facts = [q.fact for q in QUESTIONS.questions]
    assert len(facts) == len(set(facts))


@pytest.mark.parametrize("question", QUESTIONS.questions[2:], ids=lambda q: q.id)
def test_each_health_question_sets_a_fact_of_the_rules_and_not_sure_is_unknown(question):
    assert RULES.fact(question.fact).kind == "yes-no"
    facts = {question.fact: question.fact_value("not-sure")}
    assert assess(RULES, facts, {}).counts["cannot_tell"] == len(RULES.criteria)
    assert question.fact_value("no") is False
