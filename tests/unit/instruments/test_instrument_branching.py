"""Which suicide-screen questions are asked, and when the form is complete."""

import pytest

from limen.clinical.instruments import asked_items, is_complete, next_items, score
from unit.instruments.instrument_files import load

NO, YES, REFUSED = 0, 1, 2
RECENT, SINCE = "c-ssrs-screener", "c-ssrs-since-last-contact"


@pytest.mark.parametrize("name", [RECENT, SINCE])
def test_questions_1_2_and_6_are_always_asked(name):
    assert next_items(load(name), {}) == ("q1", "q2", "q6")


@pytest.mark.parametrize("name", [RECENT, SINCE])
def test_yes_to_question_2_opens_questions_3_to_6(name):
    assert next_items(load(name), {"q1": NO, "q2": YES}) == ("q3", "q4", "q5", "q6")


@pytest.mark.parametrize("name", [RECENT, SINCE])
def test_no_to_question_2_leads_to_question_6(name):
    assert next_items(load(name), {"q1": YES, "q2": NO}) == ("q6",)
    assert is_complete(load(name), {"q1": YES, "q2": NO, "q6": NO})


@pytest.mark.parametrize("name", [RECENT, SINCE])
def test_a_refused_question_2_is_not_a_no(name):
    answers = {"q1": NO, "q2": REFUSED, "q6": NO}
    assert next_items(load(name), answers) == ("q3", "q4", "q5")
    assert not is_complete(load(name), answers)


def test_the_three_month_question_follows_only_a_yes_to_question_6():
    base = {"q1": NO, "q2": NO}
    assert next_items(load(RECENT), base | {"q6": YES}) == ("q6-recent",)
    assert next_items(load(RECENT), base | {"q6": NO}) == ()
    assert next_items(load(RECENT), base | {"q6": REFUSED}) == ()
    assert score(load(RECENT), base | {"q6": YES}).missing_items == ("q6-recent",)


def test_a_refusal_completes_a_question_and_silence_does_not():
    refused = dict.fromkeys(["q1", "q2", "q3", "q4", "q5", "q6"], REFUSED)
    assert is_complete(load(RECENT), refused)
    assert not is_complete(load(RECENT), refused | {"q4": None})


def test_an_answer_to_a_question_no_longer_asked_stays_in_the_answers_but_is_not_due():
    answers = {"q1": NO, "q2": NO, "q4": YES, "q6": NO}
    assert asked_items(load(RECENT), answers) == ("q1", "q2", "q6")
    assert is_complete(load(RECENT), answers)


def test_the_optional_difficulty_question_is_offered_but_not_needed():
    answers = {f"q{i}": 0 for i in range(1, 10)}
    assert next_items(load("phq-9"), answers) == ("difficulty",)
    assert is_complete(load("phq-9"), answers)
