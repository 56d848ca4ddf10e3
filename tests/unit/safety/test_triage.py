"""Where screener answers lead when the site adds its own tiers, and when nothing is loaded (SR-41)."""

from pathlib import Path

import pytest

import limen.knowledge
from limen.clinical.definitions.common import DefinitionError
from limen.clinical.definitions.triage_table import parse_item_nine, parse_tier_table, with_site_tiers
from limen.clinical.safety.triage import item_nine_signal, triage

RULES = Path(limen.knowledge.__file__).parent / "rules"
TABLE = parse_tier_table((RULES / "c-ssrs-triage" / "1.toml").read_text(encoding="utf-8"))
ITEM_NINE = parse_item_nine((RULES / "item-nine" / "1.toml").read_text(encoding="utf-8"))
# Low is listed before moderate on purpose: the order of the site's rows must not matter.
SITE_ROWS = [
    {"level": "low", "any_yes": "q1 q2", "due": "next_covered"},
    {"level": "moderate", "any_yes": "q3 q6", "due": "same_day"},
]
SITE_TABLE = with_site_tiers(TABLE, SITE_ROWS, signed_as="site setting, signed for this test")
ALL_NO = dict.fromkeys(["q1", "q2", "q3", "q4", "q5", "q6"], "no")


@pytest.mark.parametrize(
    ("changes", "level", "due"),
    [
        ({}, "none", "none"),
        ({"q1": "yes"}, "low", "next_covered"),
        ({"q2": "yes"}, "low", "next_covered"),
        ({"q2": "yes", "q3": "yes"}, "moderate", "same_day"),
        ({"q6": "yes", "q6-recent": "no"}, "moderate", "same_day"),
        ({"q2": "yes", "q4": "yes"}, "high", "now"),
        ({"q6": "yes", "q6-recent": "yes"}, "high", "now"),
        ({"q6": "yes"}, "unsorted", "now"),
        ({"q1": "yes", "q5": "refused"}, "unsorted", "now"),
        ({"q1": "refused"}, "cannot_tell", "now"),
    ],
)
def test_the_strictest_signed_tier_counts(changes, level, due):
    tier = triage({**ALL_NO, **changes}, SITE_TABLE)
    assert (tier.level, tier.due) == (level, due)


@pytest.mark.parametrize("question", ["q1", "q2", "q3", "q4", "q5", "q6"])
def test_without_a_table_any_yes_goes_to_a_clinician_now(question):
    assert triage({**ALL_NO, question: "yes"}, None).due == "now"


def test_an_empty_form_is_never_a_no():
    assert triage({}, None).due == "now"
    assert triage({}, TABLE).due == "now"


@pytest.mark.parametrize("answers", [{"q1": "maybe"}, {"q99": "yes"}])
def test_an_answer_the_form_does_not_have_is_refused(answers):
    with pytest.raises(ValueError, match="q"):
        triage(answers, TABLE)


def test_a_site_cannot_weaken_the_high_tier():
    rows = [{"level": "low", "any_yes": "q2 q4 q5", "due": "next_covered"}]
    weaker = with_site_tiers(TABLE, rows, signed_as="test")
    assert triage({**ALL_NO, "q2": "yes", "q4": "yes"}, weaker).due == "now"


@pytest.mark.parametrize(("any_yes", "due"), [("q9", "now"), ("q1", "later"), ("", "now")])
def test_a_site_tier_with_unknown_words_is_refused(any_yes, due):
    with pytest.raises(DefinitionError):
        with_site_tiers(TABLE, [{"level": "x", "any_yes": any_yes, "due": due}], signed_as="test")


@pytest.mark.parametrize("rule", [ITEM_NINE, None])
@pytest.mark.parametrize(("value", "needs_screen"), [(0, False), (1, True), (2, True), (3, True), (None, True)])
def test_any_item_nine_answer_but_not_at_all_needs_the_screen(value, needs_screen, rule):
    assert item_nine_signal(value, "", rule).needs_screen is needs_screen


def test_a_known_level_is_shown_and_never_silences():
    signal = item_nine_signal(1, "low", ITEM_NINE)
    assert signal.needs_screen and signal.known_level == "low"


def test_an_item_nine_value_outside_its_range_is_refused():
    with pytest.raises(ValueError, match="0 to 3"):
        item_nine_signal(4, "", ITEM_NINE)
