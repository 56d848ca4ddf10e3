"""What must hold for every answer set, and agreement with a second, plain implementation."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.clinical.instruments import InvalidAnswer, change_status, is_complete, next_items, score
from unit.instruments.instrument_files import NAMES, load, plain_band, plain_total

SUMMED = [name for name in NAMES if load(name).scoring.kind == "sum"]
SCALES = ["phq-9", "gad-7", "phq-2", "gad-2"]


def forms(name, with_gaps):
    """Answer sets for one instrument: each item one of its values, or unanswered when gaps are wanted."""
    gap = [None] if with_gaps else []
    return st.fixed_dictionaries({item.id: st.sampled_from([*item.answers.values, *gap]) for item in load(name).items})


@pytest.mark.parametrize("name", SUMMED)
@given(data=st.data())
def test_both_implementations_agree_with_and_without_gaps(name, data):
    answers = data.draw(forms(name, with_gaps=True))
    result, expected = score(load(name), answers), plain_total(name, answers)
    if expected is None:
        assert result.total is None and result.band is None and result.reason
    else:
        # the stored total keeps hundredths; half a hundredth is the most it may be off
        assert abs(Fraction(result.total) - expected) <= Fraction(1, 200)
        assert (result.band.key if result.band else None) == plain_band(name, expected)


@pytest.mark.parametrize("name", SUMMED)
@given(data=st.data())
def test_a_total_is_inside_its_range_and_whole_when_complete(name, data):
    scoring = load(name).scoring
    result = score(load(name), data.draw(forms(name, with_gaps=False)))
    assert scoring.minimum <= result.total <= scoring.maximum
    assert type(result.total) is int and not result.is_prorated and result.missing_items == ()


@pytest.mark.parametrize("name", SCALES)
@given(data=st.data())
def test_raising_one_answer_raises_the_total_by_as_much(name, data):
    answers = data.draw(forms(name, with_gaps=False))
    item = data.draw(st.sampled_from([item.id for item in load(name).items if item.required]))
    raised = data.draw(st.integers(answers[item], 3))
    higher = score(load(name), answers | {item: raised})
    assert higher.total == score(load(name), answers).total + raised - answers[item]


@given(answers=forms("phq-9", with_gaps=True))
def test_raising_an_answer_never_lowers_a_prorated_total(answers):
    before = score(load("phq-9"), answers).total
    for item in (f"q{i}" for i in range(1, 10)):
        if before is not None and answers[item] is not None and answers[item] < 3:
            assert score(load("phq-9"), answers | {item: answers[item] + 1}).total > before


@pytest.mark.parametrize("name", SCALES)
@given(data=st.data())
def test_a_partial_form_follows_the_rule_written_in_the_file(name, data):
    instrument = load(name)
    answers = data.draw(forms(name, with_gaps=True))
    result = score(instrument, answers)
    gaps = sum(answers[item.id] is None for item in instrument.items if item.required)
    allowed = instrument.missing_rule.max_missing if instrument.missing_rule.rule == "prorate" else 0
    assert (result.total is None) == (gaps > allowed)
    assert result.is_prorated == (0 < gaps <= allowed)
    assert len(result.missing_items) == gaps


@pytest.mark.parametrize("name", SCALES)
@given(value=st.one_of(st.integers(), st.floats(), st.text(), st.booleans(), st.decimals(), st.binary()))
def test_nothing_but_the_listed_whole_numbers_is_ever_scored(name, value):
    answers = {item.id: 0 for item in load(name).items} | {"q1": value}
    if type(value) is int and value in (0, 1, 2, 3):
        assert score(load(name), answers).total == value
    else:
        with pytest.raises(InvalidAnswer):
            score(load(name), answers)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_a_form_is_complete_exactly_when_no_required_question_is_left(name, data):
    instrument = load(name)
    answers = data.draw(forms(name, with_gaps=True))
    left = [item for item in next_items(instrument, answers) if instrument.item(item).required]
    assert is_complete(instrument, answers) == (not left)
    assert score(instrument, answers).missing_items == tuple(left)


@given(baseline=st.integers(0, 27), value=st.integers(0, 27))
def test_improvement_and_deterioration_never_hold_together(baseline, value):
    change = change_status(load("phq-9"), baseline, value, remission_rule="below-5")
    assert not (change.is_reliable_improvement and change.is_reliable_deterioration)
    assert change.is_response == (None if baseline == 0 else value <= Decimal(baseline) / 2)
