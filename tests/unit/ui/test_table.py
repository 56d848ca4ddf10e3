"""Tables are written in Python; they keep their own scroll region, headings and escapes."""

import pytest

from limen.ui.components.data_table import Cell, Column, Link, Row, render_table

COLUMNS = [Column("Patient"), Column("Score", is_numeric=True)]


def test_a_table_scrolls_in_its_own_focusable_named_region():
    html = render_table(caption="Scores", columns=COLUMNS, rows=[["Rosa", 12]])
    assert '<div class="table-scroll" tabindex="0" role="region" aria-label="Scores">' in html
    assert "<caption>Scores</caption>" in html


def test_headings_belong_to_their_columns_and_the_first_cell_to_its_row():
    html = render_table(caption="Scores", columns=COLUMNS, rows=[["Rosa", 12]])
    assert '<th scope="col">Patient</th><th scope="col" class="num">Score</th>' in html
    assert '<tr><th scope="row">Rosa</th><td class="num">12</td></tr>' in html


def test_a_missing_value_reads_unknown_and_zero_reads_zero():
    html = render_table(caption="Scores", columns=COLUMNS, rows=[["Rosa", None], ["Ivo", 0]])
    assert '<span class="unknown">unknown</span>' in html
    assert '<td class="num">0</td>' in html


def test_an_empty_table_says_why_across_all_columns():
    html = render_table(caption="Scores", columns=COLUMNS, rows=[], empty_text="Nobody has answered yet.")
    assert '<td class="table-empty" colspan="2">Nobody has answered yet.</td>' in html


def test_cells_links_notes_and_captions_are_escaped():
    evil = "<script>x</script>"
    rows = [Row([Link(evil, '"><script>', note=evil), Cell(evil, note=evil)], tone=evil)]
    html = render_table(caption=evil, columns=[evil, evil], rows=rows, note=evil, empty_text=evil)
    assert "<script" not in html
    assert "row-" not in html


def test_a_row_with_too_few_cells_is_refused():
    with pytest.raises(ValueError, match="A row has 1 cells; the table has 2 columns"):
        render_table(caption="Scores", columns=COLUMNS, rows=[["Rosa"]])


def test_an_urgent_row_carries_its_tone():
    html = render_table(caption="Scores", columns=COLUMNS, rows=[{"cells": ["Rosa", 12], "tone": "alert"}])
    assert '<tr class="row-alert">' in html
