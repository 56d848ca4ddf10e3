"""A wrong instrument file is refused with the place and the remedy; the shipped ones keep their promises."""

import re

import pytest

from limen.clinical.definitions.common import DefinitionError
from limen.clinical.definitions.instrument import parse_instrument
from unit.instruments.instrument_files import NAMES, PATHS, load, text_of

PHQ = text_of("phq-9")
FIRST_BAND = 'key = "minimal"\nlabel = "Minimal"\nlower = 0\nupper = 4'


def changed(old, new, text=PHQ):
    assert old in text, old
    return text.replace(old, new, 1)


BAD = {
    "not TOML": ("id = = 3", "not valid TOML"),
    "unknown key": (f"colour = 'red'\n{PHQ}", "unknown key 'colour'"),
    "answer list that does not exist": (
        changed('answers = "frequency"\ncode = "44250-9"', 'answers = "often"\ncode = "44250-9"'),
        "no answer list 'often'; known: difficulty, frequency",
    ),
    "item id twice": (changed('id = "q2"', 'id = "q1"'), "item id 'q1' appears twice"),
    "answer value twice": (changed('value = 1, key = "several-days"', 'value = 0, key = "several-days"'), "value '0'"),
    "empty question": (changed('text = "Trouble relaxing"', 'text = " "', text_of("gad-7")), "'text' is empty"),
    "item scored twice": (changed('{ item = "q2" }', '{ item = "q1" }'), "scored item 'q1' appears twice"),
    "scored item unknown": (changed('{ item = "q2" }', '{ item = "q99" }'), "no item 'q99'"),
    "an optional item in the total": (changed('{ item = "q2" }', '{ item = "difficulty" }'), "not always asked"),
    "arithmetic outside the grammar": (changed('{ item = "q2" }', '{ product = "q2" }'), "unknown key 'product'"),
    "two operations in one term": (changed('{ item = "q2" }', '{ item = "q2", reverse = "q2" }'), "exactly one of"),
    "a range the items cannot give": (
        changed("maximum = 27", "maximum = 30"),
        "written as 0 to 30; the terms give 0 to 27",
    ),
    "band upside down": (changed(FIRST_BAND, FIRST_BAND.replace("upper = 4", "upper = -1")), "upper end -1 is below"),
    "gap between bands": (changed(FIRST_BAND, FIRST_BAND.replace("upper = 4", "upper = 3")), "it must start at 4"),
    "overlapping bands": (changed(FIRST_BAND, FIRST_BAND.replace("upper = 4", "upper = 6")), "it must start at 7"),
    "bands that stop short": (changed("upper = 27", "upper = 26"), "bands end at 26; the range ends at 27"),
    "threshold out of range": (changed("at_or_above = 10", "at_or_above = 40"), "outside the range 0 to 27"),
    "a response above 100 percent": (changed("percent_at_least = 50", "percent_at_least = 150"), "not possible"),
    "two response rules": (
        changed(
            'key = "below-5"\nkind = "remission"\nbelow = 5', 'key = "r2"\nkind = "response"\npercent_at_least = 30'
        ),
        "more than one 'response' rule",
    ),
    "a remission rule with both forms": (
        changed("below = 5\n", "below = 5\nat_most = 5\n"),
        "exactly one of below, at_most",
    ),
    "missing source": (changed('source = "Pfeiffer2024"', 'source = "Nobody2030"'), "cites source 'Nobody2030'"),
    "unverified source": (changed('grade = "A"', 'grade = "U"'), "unverified source"),
    "prorating with no source": (changed('source = "Arrieta2017"\n', ""), "'source' is missing"),
    "prorating everything away": (changed("max_missing = 2", "max_missing = 9"), "it must be 1 to 8"),
    "safety item unknown": (
        changed('item = "q9"\nat_or_above', 'item = "q12"\nat_or_above'),
        "item 'q12', which does not",
    ),
    "safety trigger that is always met": (
        changed("at_or_above = 1\n", "at_or_above = 0\n"),
        "could not tell answers apart",
    ),
    "worked example with a wrong total": (changed("total = 5\n", "total = 6\n"), "should give 6, gives 5"),
    "worked example in a wrong band": (
        changed('total = 5\nband = "mild"', 'total = 5\nband = "severe"'),
        "in band 'severe', is in 'mild'",
    ),
    "worked example with an impossible answer": (
        changed("answers = [3, 3, 3, 3, 3, 0", "answers = [7, 3, 3, 3, 3, 0"),
        "q1 = 7",
    ),
    "worked example of the wrong length": (
        changed("answers = [0, 0, 0", "answers = [0, 0"),
        "8 answers for 9 scored items",
    ),
    "a boolean for a number": (changed("maximum = 27", "maximum = true"), "'maximum' must be int, not bool"),
    "a condition on a later item": (
        changed('asked_if = { item = "q2"', 'asked_if = { item = "q6"', text_of("c-ssrs-screener")),
        "depends on 'q6', which is not an earlier item",
    ),
    "a condition on an answer that cannot be given": (
        changed('answers = ["yes", "refused"]', 'answers = ["maybe"]', text_of("c-ssrs-screener")),
        "depends on answer ['maybe'] of 'q2'",
    ),
    "a scale upside down": (changed("range = [0, 10]", "range = [10, 0]", text_of("mood-rating")), "must be above"),
    "no worked example": (
        text_of("mood-rating").split("[[golden]]")[0] + '[[sources]]\nkey = "S"\ncitation = "C"\ngrade = "A"\n',
        "needs at least one",
    ),
    "a negative recall window": (changed("days = 14", "days = -14"), "cannot be negative"),
    "an unknown respondent": (
        changed('respondent = "self"', 'respondent = "robot"'),
        "not one of self, clinician, either",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_wrong_file_is_refused_with_the_place_and_the_reason(case):
    text, message = BAD[case]
    with pytest.raises(DefinitionError, match=re.escape(message)) as caught:
        parse_instrument(text, "phq-9/1.toml")
    assert str(caught.value).startswith("phq-9/1.toml")


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_the_folder_and_file_name_are_the_pin(path):
    assert load(path.parent.name, path.stem).pin == f"{path.parent.name}@{path.stem}"


@pytest.mark.parametrize("name", NAMES)
def test_every_item_has_words_and_every_file_its_notice(name):
    instrument = load(name)
    assert instrument.licence_notice and instrument.instructions and instrument.identity.sources


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_no_file_carries_a_network_address(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"https?:|www\.|@[a-z]+\.", text)
    assert all(url.startswith("doi:10.") for url in re.findall(r'^url = "(.*)"', text, re.MULTILINE))


def test_the_phq_family_keeps_the_reproduction_notice():
    for name in ("phq-9", "phq-2", "gad-7", "gad-2"):
        assert load(name).licence_notice.endswith(
            "No permission required to reproduce, translate, display or distribute."
        )


def test_the_short_forms_ask_the_first_two_questions_of_the_long_ones():
    for short, long in (("phq-2", "phq-9"), ("gad-2", "gad-7")):
        assert [item.text for item in load(short).items] == [item.text for item in load(long).items[:2]]


def test_phq_9_item_codes_stand_in_questionnaire_order():
    # LOINC: the codes are not ascending, so order is checked by hand
    assert [item.code for item in load("phq-9").items[:9]] == (
        ["44250-9", "44255-8", "44259-0", "44254-1", "44251-7", "44258-2", "44252-5", "44253-3", "44260-8"]
    )


def test_since_last_contact_reuses_no_code_of_the_one_month_form():
    instrument = load("c-ssrs-since-last-contact")
    assert instrument.codes.panel == "" and [item.code for item in instrument.items] == [""] * 6


def test_gad_2_claims_no_unconfirmed_code_and_no_level():
    instrument = load("gad-2")
    assert (instrument.codes.panel, instrument.codes.total, instrument.bands) == ("", "", ())


def test_recall_differs_between_the_two_suicide_screens():
    recent, since = load("c-ssrs-screener"), load("c-ssrs-since-last-contact")
    assert {item.recall.label for item in recent.items} == {"past month", "lifetime", "past 3 months"}
    assert since.recall.label == "since last contact" and all(item.recall is None for item in since.items)
