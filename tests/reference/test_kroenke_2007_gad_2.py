"""Kroenke et al. Ann Intern Med 2007;146:317-325, cut point of the first two GAD items (secondary summaries)."""

from limen.clinical.instruments import thresholds_reached
from unit.instruments.instrument_files import load


def test_three_or_more_is_the_cut_point():
    assert [met for _, met in thresholds_reached(load("gad-2"), 2)] == [False]
    ((row, met),) = thresholds_reached(load("gad-2"), 3)
    assert met is True and "sensitivity 86 %, specificity 83 %" in row.text
