"""The rule set of eligibility as this app uses it: which facts are asked about, which are worked out."""

from collections.abc import Mapping
from dataclasses import dataclass

from limen.apps.accounts.selectors import setting_value
from limen.apps.records import knowledge
from limen.clinical.definitions.product_place import parse_product_place
from limen.clinical.definitions.question_set import QuestionSet, parse_question_set
from limen.clinical.definitions.rule_set import RuleSet, parse_rule_set


@dataclass(frozen=True)
class ConditionQuestion:
    """One condition asked about: the fact name in the rules and its title for staff."""

    code: str
    title: str


def eligibility_rules() -> RuleSet:
    """The newest released rule set. Raises UnknownDefinition when none is shipped."""
    return knowledge.load("rules", "eligibility", None, parse_rule_set)


def pinned_rules(pin: str) -> RuleSet:
    """The rule set exactly as it was when an assessment was made ('eligibility@1')."""
    identifier, version = knowledge.split_pin(pin)
    return knowledge.load("rules", identifier, version or None, parse_rule_set)


def condition_questions() -> tuple[ConditionQuestion, ...]:
    """Every yes-no fact of the rules that a person answers: the rest are worked out from the record."""
    from limen.apps.screening.facts import WORKED_OUT

    facts = eligibility_rules().facts
    return tuple(ConditionQuestion(f.name, f.title) for f in facts if f.kind == "yes-no" and f.name not in WORKED_OUT)


def assessment_questions() -> QuestionSet:
    """The questions of the free assessment, in the order asked."""
    return knowledge.load("rules", "assessment", None, parse_question_set)


def conditions_in(health: Mapping[str, str]) -> dict[str, str]:
    """Condition code -> present, absent or unknown, from the answers (question id -> option key).

    Only yes-no facts that the rules ask a person about are conditions; two questions about one fact: a yes wins.
    """
    known = {question.code for question in condition_questions()}
    questions = assessment_questions()
    found: dict[str, str] = {}
    rank = {"absent": 0, "unknown": 1, "present": 2}
    for question_id, option_key in health.items():
        question = questions.question(question_id)
        if question.fact not in known:
            continue
        value = question.fact_value(option_key)
        state = "present" if value is True else "absent" if value is False else "unknown"
        if rank[state] >= rank.get(found.get(question.fact, ""), -1):
            found[question.fact] = state
    return found


def routes_for(place: str, site_id: int) -> list[str]:
    """The routes open at a place: never what is ruled out, and at home only what the site signed (SR-02)."""
    matrix = knowledge.load("rules", "product-place", None, parse_product_place)
    signed = setting_value(site_id, "home.routes_signed") or ()
    found = []
    for rule in matrix.rules:
        is_open = rule.answer == "allowed" or (rule.answer == "site_signed" and rule.route in signed)
        if rule.place == place and is_open and rule.route not in found:
            found.append(rule.route)
    return found
