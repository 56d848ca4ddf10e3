import pytest

from limen.clinical.definitions.common import DefinitionError
from limen.clinical.definitions.outcome import parse_outcome_definition
from unit.outcomes.outcome_courses import DEFINITION, FILE

TEXT = FILE.read_text(encoding="utf-8")


def test_every_rule_of_the_shipped_file_names_a_source_that_is_listed():
    for instrument in DEFINITION.instruments:
        for rule in (instrument.response, *instrument.remission):
            assert rule.sources
            assert all(DEFINITION.identity.source(key).grade in "AB" for key in rule.sources)


def test_both_published_remission_rules_of_the_phq_9_are_there():
    rules = DEFINITION.instrument("phq-9").remission
    assert [(rule.key, rule.highest_score) for rule in rules] == [("below-5", 4), ("at-most-5", 5)]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("days_before = 14", "days_before = 40", "windows of week 4 and week 10 overlap"),
        ("days_before = 7", "days_before = 28", "must begin after the day of the first dose"),
        ("confidence = 0.95", "confidence = 95", "'confidence' must lie between 0 and 1"),
        ("highest_score = 5", "highest_score = 27", "highest_score 27 lies outside 0 to 27"),
        ("maximum = 27", "maximum = 0", "maximum 0 must be above minimum 0"),
        ('sources = ["Pfeiffer2024"]', 'sources = ["Nobody"]', "no source 'Nobody'"),
        ('sources = ["Pfeiffer2024"]', "sources = []", "needs at least one source"),
        ('key = "at-most-5"', 'key = "below-5"', "a remission rule is named twice"),
        ('id = "gad-7"', 'id = "phq-9"', "an instrument is named twice"),
        ('primary_instrument = "phq-9"', 'primary_instrument = "x"', "primary_instrument 'x' has no"),
        ("week = 4", "week = 0", "'week' must be above zero"),
        ("days_after = 7", "days_after = -1", "'days_after' must not be negative"),
        ("percent_fall = 50", "percent_fall = true", "'percent_fall' must be a number"),
        ('title = "PHQ-9"', 'title = "PHQ-9"\nscale = 1', "unknown key 'scale'"),
        ("[wording]\nimproved", "[wording]\nbetter", "unknown key 'better'"),
    ],
)
def test_an_impossible_file_is_refused_and_says_where(old, new, message):
    assert old in TEXT
    with pytest.raises(DefinitionError, match=message):
        parse_outcome_definition(TEXT.replace(old, new, 1), "outcomes/1.toml")
