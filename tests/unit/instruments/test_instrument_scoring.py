"""Scoring through the public door: one named case for each way out."""

import subprocess
import sys
from decimal import Decimal

import pytest

from limen.clinical.definitions.instrument import parse_instrument
from limen.clinical.instruments import (
    ALGORITHM_VERSION,
    InvalidAnswer,
    band_of,
    safety_findings,
    score,
    thresholds_reached,
)
from unit.instruments.instrument_files import NAMES, answered, load, text_of

GOLDEN = [(name, golden) for name in NAMES for golden in load(name).golden]


@pytest.mark.parametrize(("name", "golden"), GOLDEN, ids=[f"{name}: {golden.name}" for name, golden in GOLDEN])
def test_every_worked_example_in_every_file_comes_out(name, golden):
    result = score(load(name), golden.answers)
    assert result.total == golden.total
    assert (result.band.key if result.band else "") == golden.band


def test_a_score_carries_its_pin_version_and_recall_window():
    result = score(load("phq-9"), answered([1] * 9))
    assert (result.instrument_pin, result.algorithm_version) == ("phq-9@1", ALGORITHM_VERSION)
    assert (result.recall.label, result.recall.days) == ("the last 2 weeks", 14)
    assert (result.total, result.is_prorated, result.missing_items, result.reason) == (9, False, (), "")


def test_a_prorated_total_is_a_decimal_and_says_which_items_were_missing():
    result = score(load("phq-9"), answered([2, 2, 2, 2, 2, 2, 2, None, None]))
    # 14 answered points over 7 items, 9 items in all: 14 x 9 / 7 = 18
    assert result.total == Decimal("18.00") and isinstance(result.total, Decimal)
    assert result.is_prorated and result.missing_items == ("q8", "q9")
    assert result.band.key == "moderately-severe"


def test_too_many_missing_items_give_no_total_and_a_reason():
    result = score(load("phq-9"), answered([3, 3, 3, 3, 3, 3]))
    assert result.total is None and result.band is None and not result.is_prorated
    assert result.missing_items == ("q7", "q8", "q9")
    assert result.reason.startswith("no total: 3 scored items are unanswered (q7, q8, q9).")


def test_one_missing_gad_7_item_gives_no_total():
    result = score(load("gad-7"), answered([3, 3, 3, 3, 3, 3, None]))
    assert result.total is None
    assert result.reason == (
        "no total: 1 scored item is unanswered (q7). "
        "All seven items are needed; no published rule allows a total from fewer."
    )


def test_the_difficulty_question_is_neither_scored_nor_missed():
    without = score(load("phq-9"), answered([1] * 9))
    with_it = score(load("phq-9"), answered([1] * 9) | {"difficulty": 3})
    assert (without.total, with_it.total, without.missing_items) == (9, 9, ())


@pytest.mark.parametrize("bad", [4, -1, True, False, 1.0, "1", "", Decimal(1), [1], 10**30])
def test_a_value_that_is_not_one_of_the_whole_numbers_is_refused(bad):
    with pytest.raises(InvalidAnswer) as caught:
        score(load("phq-9"), answered([1] * 8) | {"q9": bad})
    assert caught.value.item == "q9" and caught.value.value is bad
    assert str(caught.value).endswith("accepted: whole numbers 0, 1, 2, 3, or unanswered")


def test_an_unknown_item_is_refused_even_when_unanswered():
    with pytest.raises(InvalidAnswer, match="q10: None is not accepted; accepted: items q1, q2"):
        score(load("phq-9"), {"q10": None})


def test_a_very_long_value_is_not_repeated_whole_in_the_message():
    with pytest.raises(InvalidAnswer) as caught:
        score(load("phq-9"), {"q1": "x" * 10_000})
    assert len(str(caught.value)) < 200


def test_a_form_without_a_total_says_so():
    result = score(load("c-ssrs-screener"), {"q1": 0, "q2": 0, "q6": 0})
    assert result.total is None and result.missing_items == ()
    assert result.reason == "this instrument has no total; its answers are read one by one"


def test_gad_2_and_phq_2_have_a_total_and_cut_points_but_no_level():
    result = score(load("gad-2"), {"q1": 2, "q2": 1})
    assert (result.total, result.band) == (3, None)
    assert [(row.key, met) for row, met in thresholds_reached(load("gad-2"), 3)] == [("screen-3", True)]
    assert [(row.key, met) for row, met in thresholds_reached(load("phq-2"), 2)] == [
        ("screen-3", False),
        ("screen-2", True),
    ]


def test_without_a_total_no_cut_point_can_be_told():
    assert [met for _, met in thresholds_reached(load("phq-9"), None)] == [None]


@pytest.mark.parametrize("bad", [28, -1, True, "9", 9.0, Decimal("NaN"), Decimal("27.01")])
def test_a_total_outside_the_range_has_no_band_but_an_error(bad):
    with pytest.raises(InvalidAnswer, match="accepted: 0 to 27"):
        band_of(load("phq-9"), bad)


def test_no_total_has_no_band():
    assert band_of(load("phq-9"), None) is None
    assert band_of(load("c-ssrs-screener"), None) is None


@pytest.mark.parametrize(("answer", "expected"), [(0, False), (1, True), (2, True), (3, True), (None, None)], ids=str)
def test_item_9_is_a_signal_from_several_days_on_and_silence_cannot_tell(answer, expected):
    (finding,) = safety_findings(load("phq-9"), answered([0] * 8 + [answer]))
    assert (finding.rule.item, finding.is_triggered) == ("q9", expected)


def test_item_9_speaks_even_when_the_form_has_no_total():
    answers = {"q9": 2}
    assert score(load("phq-9"), answers).total is None
    assert safety_findings(load("phq-9"), answers)[0].is_triggered is True


REVERSED = """
[[items]]
id = "r1"
text = "I slept well"
answers = "frequency"

[[items]]
id = "m1"
text = "I ate less"
answers = "frequency"

[[items]]
id = "m2"
text = "I ate more"
answers = "frequency"
"""


def test_reverse_and_highest_of_are_added_and_a_subscore_needs_all_its_items():
    head = text_of("gad-2").split("[[items]]")[0]
    tail = """
[scoring]
kind = "sum"
direction = "higher_is_worse"
minimum = 0
maximum = 6
terms = [{ reverse = "r1" }, { max_of = ["m1", "m2"] }]
[[scoring.subscores]]
id = "appetite"
title = "Appetite"
terms = [{ item = "m1" }, { item = "m2" }]
[missing]
rule = "refuse"
text = "All are needed."
[[golden]]
name = "reverse 3 - 1 = 2, highest of 0 and 3"
answers = [1, 0, 3]
total = 5
arithmetic = "(3 - 1) + 3 = 5"
"""
    source = '[[sources]]\nkey = "S"\ncitation = "A paper"\ngrade = "A"\n'
    instrument = parse_instrument(head + REVERSED + tail + source)
    assert score(instrument, {"r1": 1, "m1": 0, "m2": 3}).subscores == (("appetite", 3),)
    assert score(instrument, {"r1": 0, "m1": 2, "m2": 1}).total == 3 + 2
    partial = score(instrument, {"r1": 1, "m1": 0})
    assert (partial.total, partial.subscores) == (None, (("appetite", None),))


def test_scoring_does_not_load_the_numerical_libraries():
    program = "import sys, limen.clinical.instruments; print({'numpy', 'scipy'} & set(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "set()"
