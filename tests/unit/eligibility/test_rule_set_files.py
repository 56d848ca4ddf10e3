"""A rule file that says something impossible is refused with its place."""

import pytest

from limen.clinical.definitions.common import DefinitionError
from limen.clinical.definitions.rule_set import parse_rule_set
from limen.clinical.eligibility import assess, explain_for_visitor

HEAD = """
id = "r"
version = "1"
title = "t"
status = "draft"
licence = "Apache-2.0"
[[sources]]
key = "S"
citation = "A source"
grade = "A"
[[facts]]
name = "age_years"
title = "Age"
kind = "number"
unit = "years"
"""
CRITERION = """
[[criteria]]
id = "ELG-001"
title = "Adult"
class = "required"
condition = { fact = "age_years", ge = 18 }
met = "m"
not_met = "n"
cannot_tell = "c"
patient_text = "p"
clinician_asks = "q"
remediable = false
source = "S"
place = "here"
"""


def test_a_complete_file_is_read():
    assert parse_rule_set(HEAD + CRITERION).criterion("ELG-001").facts == ("age_years",)


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ("criteria", HEAD + "criteria = []\n"),
        ("not declared", HEAD + CRITERION.replace('fact = "age_years"', 'fact = "age"')),
        ("no source", HEAD + CRITERION.replace('source = "S"', 'source = "T"')),
        ("SR-60", HEAD + CRITERION.replace("remediable = false", "remediable = true")),
        ("class", HEAD + CRITERION.replace('"required"', '"forbidden"')),
        ("twice", HEAD + CRITERION + CRITERION),
        ("at least one", HEAD + CRITERION.replace('{ fact = "age_years", ge = 18 }', "{ any = [] }")),
        ("unknown key", HEAD + CRITERION + 'verdict = "yes"\n'),
    ],
)
def test_an_impossible_file_is_refused(fault, text):
    with pytest.raises(DefinitionError, match=fault):
        parse_rule_set(text)


def test_an_explanation_needs_the_rules_the_assessment_was_made_with():
    first = parse_rule_set(HEAD + CRITERION)
    second = parse_rule_set(HEAD.replace('version = "1"', 'version = "2"') + CRITERION)
    with pytest.raises(ValueError, match="r@1"):
        explain_for_visitor(second, assess(first, {"age_years": 20}, {}))
