"""The suicide screener as shipped: only the sourced high tier; every other yes goes to a clinician now (SR-41)."""

from pathlib import Path

import pytest

import limen.knowledge
from limen.clinical.definitions.triage_table import parse_tier_table
from limen.clinical.safety.triage import triage

PATH = Path(limen.knowledge.__file__).parent / "rules" / "c-ssrs-triage" / "1.toml"
TABLE = parse_tier_table(PATH.read_text(encoding="utf-8"))
YES, NO, REF, NOT_ASKED = "yes", "no", "refused", None

# Q1 wish to be dead, Q2 thoughts, Q3 method, Q4 intent, Q5 plan, Q6 behaviour ever, Q6r behaviour in past 3 months
#    Q1   Q2   Q3         Q4         Q5         Q6   Q6r        level          due
ROWS = [
    (NO,  NO,  NOT_ASKED, NOT_ASKED, NOT_ASKED, NO,  NOT_ASKED, "none",        "none"),
    (YES, NO,  NOT_ASKED, NOT_ASKED, NOT_ASKED, NO,  NOT_ASKED, "unsorted",    "now"),
    (YES, YES, NO,        NO,        NO,        NO,  NOT_ASKED, "unsorted",    "now"),
    (YES, YES, YES,       NO,        NO,        NO,  NOT_ASKED, "unsorted",    "now"),
    (YES, YES, YES,       YES,       NO,        NO,  NOT_ASKED, "high",        "now"),
    (YES, YES, YES,       NO,        YES,       NO,  NOT_ASKED, "high",        "now"),
    (NO,  NO,  NOT_ASKED, NOT_ASKED, NOT_ASKED, YES, YES,       "high",        "now"),
    (NO,  NO,  NOT_ASKED, NOT_ASKED, NOT_ASKED, YES, NO,        "unsorted",    "now"),
    (NO,  NO,  NOT_ASKED, NOT_ASKED, NOT_ASKED, REF, NOT_ASKED, "cannot_tell", "now"),
    (REF, NO,  NOT_ASKED, NOT_ASKED, NOT_ASKED, NO,  NOT_ASKED, "cannot_tell", "now"),
    (NO,  REF, NOT_ASKED, NOT_ASKED, NOT_ASKED, NO,  NOT_ASKED, "cannot_tell", "now"),
    (YES, YES, NO,        YES,       REF,       NO,  NOT_ASKED, "high",        "now"),
]  # fmt: skip
QUESTIONS = ["q1", "q2", "q3", "q4", "q5", "q6", "q6-recent"]


@pytest.mark.parametrize("row", ROWS)
def test_answers_lead_to_the_tier_in_the_table(row):
    *answers, level, due = row
    given = {question: answer for question, answer in zip(QUESTIONS, answers, strict=True) if answer is not None}
    tier = triage(given, TABLE)
    assert (tier.level, tier.due) == (level, due)
    assert tier.reason
