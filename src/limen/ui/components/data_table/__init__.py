"""Tables written in Python, because the template language spends most of a long page's time on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

TONES = ("alert", "watch", "good", "info")


@dataclass(frozen=True)
class Column:
    """One column: its heading, and whether it holds numbers (then figures line up on the right)."""

    label: str
    is_numeric: bool = False
    note: str = ""


@dataclass(frozen=True)
class Row:
    """One row: its cells in column order and, when something is the matter, a tone for its edge."""

    cells: Sequence[Any]
    tone: str = ""


@dataclass(frozen=True)
class Link:
    """A cell that leads somewhere, with an optional quiet second line."""

    text: str
    url: str
    note: str = ""

    def __html__(self) -> str:
        return format_html('<a href="{}">{}</a>{}', self.url, self.text, _note(self.note))


@dataclass(frozen=True)
class Cell:
    """A cell with a quiet second line."""

    text: Any
    note: str = ""

    def __html__(self) -> str:
        return format_html("{}{}", _shown(self.text), _note(self.note))


def render_table(
    *,
    caption: str,
    columns: Iterable[Any],
    rows: Iterable[Any],
    note: str = "",
    empty_text: str = "Nothing here yet.",
    has_row_headers: bool = True,
    is_caption_hidden: bool = False,
    class_name: str = "",
) -> SafeString:
    """A table in its own scroll region, so that the page itself never scrolls sideways.

    ``columns`` are Column, dicts with the same keys, or plain headings; ``rows`` are Row, dicts with
    ``cells`` and ``tone``, or plain sequences of cells. Cells are escaped unless they are safe markup.
    """
    heads = [_column(column) for column in columns]
    body = _body(heads, [_row(row) for row in rows], has_row_headers, empty_text)
    return format_html(
        '<div class="table-scroll{}" tabindex="0" role="region" aria-label="{}"><table class="table">'
        "<caption{}>{}{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>",
        f" {class_name}" if class_name else "",
        caption,
        format_html(' class="{}"', "visually-hidden") if is_caption_hidden else "",
        caption,
        format_html('<span class="caption-note">{}</span>', note) if note else "",
        format_html_join("", '<th scope="col"{}>{}{}</th>', ((_num(c), c.label, _note(c.note)) for c in heads)),
        body,
    )


def _body(heads: Sequence[Column], rows: Sequence[Row], has_row_headers: bool, empty_text: str) -> SafeString:
    if not rows:
        return format_html('<tr><td class="table-empty" colspan="{}">{}</td></tr>', len(heads), empty_text)
    return format_html_join(
        "", "<tr{}>{}</tr>", ((_row_class(row), _cells(heads, row, has_row_headers)) for row in rows)
    )


def _cells(heads: Sequence[Column], row: Row, has_row_headers: bool) -> SafeString:
    if len(row.cells) != len(heads):
        raise ValueError(f"A row has {len(row.cells)} cells; the table has {len(heads)} columns.")
    pairs = [(_num(head), _shown(cell)) for head, cell in zip(heads, row.cells, strict=True)]
    if not has_row_headers:
        return format_html_join("", "<td{}>{}</td>", pairs)
    first = format_html('<th scope="row"{}>{}</th>', *pairs[0])
    return format_html("{}{}", first, format_html_join("", "<td{}>{}</td>", pairs[1:]))


def _shown(cell: Any) -> Any:
    return format_html('<span class="unknown">{}</span>', "unknown") if cell is None else cell


def _num(column: Column) -> str:
    return format_html(' class="{}"', "num") if column.is_numeric else ""


def _row_class(row: Row) -> str:
    return format_html(' class="row-{}"', row.tone) if row.tone in TONES else ""


def _note(text: str) -> str:
    return format_html('<span class="meta">{}</span>', text) if text else ""


def _column(column: Any) -> Column:
    if isinstance(column, Column):
        return column
    return Column(**column) if isinstance(column, Mapping) else Column(str(column))


def _row(row: Any) -> Row:
    if isinstance(row, Row):
        return row
    return Row(**row) if isinstance(row, Mapping) else Row(tuple(row))
