"""What a total means: read these tables as the specification of PHQ-9 and GAD-7 levels and missing answers."""

import pytest

from limen.clinical.instruments import band_of, score
from unit.instruments.instrument_files import answered, load

# form, total, level
LEVELS = """
PHQ-9   0  Minimal
PHQ-9   4  Minimal
PHQ-9   5  Mild
PHQ-9   9  Mild
PHQ-9  10  Moderate
PHQ-9  14  Moderate
PHQ-9  15  Moderately severe
PHQ-9  19  Moderately severe
PHQ-9  20  Severe
PHQ-9  27  Severe
GAD-7   0  Minimal
GAD-7   4  Minimal
GAD-7   5  Mild
GAD-7   9  Mild
GAD-7  10  Moderate
GAD-7  14  Moderate
GAD-7  15  Severe
GAD-7  21  Severe
"""

# form, answers in order ("-" is unanswered), total, level ("none" where there is none)
PARTIAL_FORMS = """
PHQ-9  2 2 2 2 2 2 2 2 2   18      Moderately severe
PHQ-9  2 2 2 2 2 2 2 2 -   18.00   Moderately severe
PHQ-9  2 2 2 2 2 2 2 - -   18.00   Moderately severe
PHQ-9  2 2 2 2 2 2 - - -   none    none
PHQ-9  1 1 1 1 0 0 0 0 -   4.50    Minimal
PHQ-9  - - - - - - - - -   none    none
GAD-7  2 2 2 2 2 2 2       14      Moderate
GAD-7  2 2 2 2 2 2 -       none    none
GAD-7  - - - - - - -       none    none
PHQ-2  2 1                 3       none
PHQ-2  3 -                 none    none
GAD-2  2 1                 3       none
GAD-2  - 3                 none    none
"""


def rows(table):
    return [line.split() for line in table.strip().splitlines()]


@pytest.mark.parametrize("row", rows(LEVELS), ids=" ".join)
def test_each_total_has_its_published_level(row):
    form, total, *level = row
    assert band_of(load(form.lower()), int(total)).label == " ".join(level)


@pytest.mark.parametrize("row", rows(PARTIAL_FORMS), ids=" ".join)
def test_each_partial_form_is_scored_or_refused_by_rule(row):
    form, rest = row[0], row[1:]
    count = int(form[-1])
    values = [None if cell == "-" else int(cell) for cell in rest[:count]]
    result = score(load(form.lower()), answered(values))
    assert ("none" if result.total is None else str(result.total)) == rest[count]
    assert (result.band.label if result.band else "none") == " ".join(rest[count + 1 :])
