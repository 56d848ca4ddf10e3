"""Kroenke, Spitzer, Williams. J Gen Intern Med 2001;16:606-613 (abstract: measurements and results)."""

import pytest

from limen.clinical.instruments import band_of, score, thresholds_reached
from unit.instruments.instrument_files import answered, load

PHQ9 = load("phq-9")


def test_nine_criteria_are_scored_from_not_at_all_to_nearly_every_day():
    scored = [item for item in PHQ9.items if item.required]
    assert len(scored) == 9
    for item in scored:
        first, *_, last = item.answers.options
        assert (first.value, first.label, last.value, last.label) == (0, "Not at all", 3, "Nearly every day")
    # 9 x 3 = 27
    assert (score(PHQ9, answered([0] * 9)).total, score(PHQ9, answered([3] * 9)).total) == (0, 27)


@pytest.mark.parametrize(
    ("lowest", "label"), [(5, "Mild"), (10, "Moderate"), (15, "Moderately severe"), (20, "Severe")]
)
def test_scores_of_5_10_15_and_20_begin_the_levels(lowest, label):
    assert band_of(PHQ9, lowest).label == label
    assert band_of(PHQ9, lowest - 1).label != label


def test_ten_or_more_is_the_cut_point_with_88_percent_sensitivity_and_specificity():
    assert [met for _, met in thresholds_reached(PHQ9, 9)] == [False]
    ((row, met),) = thresholds_reached(PHQ9, 10)
    assert met is True and "sensitivity 88 %, specificity 88 %" in row.text and row.source == "Kroenke2001"
