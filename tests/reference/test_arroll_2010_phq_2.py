"""Arroll et al. Ann Fam Med 2010;8:348 (abstract: 2,642 patients; PHQ-2 at 2 and at 3)."""

from limen.clinical.instruments import thresholds_reached
from unit.instruments.instrument_files import load


def test_both_published_cut_points_stand_side_by_side_with_their_figures():
    rows = {row.at_or_above: row.text for row, _ in thresholds_reached(load("phq-2"), 0)}
    assert set(rows) == {2, 3}
    assert "sensitivity 86 %, specificity 78 %" in rows[2]
    assert "sensitivity 61 %, specificity 92 %" in rows[3]
