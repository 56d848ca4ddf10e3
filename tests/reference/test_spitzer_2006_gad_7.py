"""Spitzer et al. Arch Intern Med 2006;166:1092-1097; levels as summarised in Evid Based Med 2007;12:149."""

import pytest

from limen.clinical.instruments import band_of, score, thresholds_reached
from unit.instruments.instrument_files import answered, load

GAD7 = load("gad-7")


def test_seven_items_give_0_to_21():
    # 7 x 3 = 21
    assert (score(GAD7, answered([0] * 7)).total, score(GAD7, answered([3] * 7)).total) == (0, 21)


@pytest.mark.parametrize(("lowest", "label"), [(5, "Mild"), (10, "Moderate"), (15, "Severe")])
def test_5_10_and_15_begin_mild_moderate_and_severe(lowest, label):
    assert band_of(GAD7, lowest).label == label
    assert band_of(GAD7, lowest - 1).label != label


def test_the_cut_point_has_89_percent_sensitivity_and_82_percent_specificity():
    ((row, met),) = thresholds_reached(GAD7, 10)
    assert met is True and "sensitivity 89 %, specificity 82 %" in row.text and row.source == "Spitzer2006"
