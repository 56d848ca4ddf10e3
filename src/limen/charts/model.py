"""What every chart function returns."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """The numbers of a chart as text. Every row has as many cells as there are headers; nothing is escaped."""

    caption: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Chart:
    """A drawing and everything needed to do without it.

    svg: complete, escaped markup, safe to put on a page. title, sentence and table hold plain, unescaped text.
    """

    svg: str
    title: str
    sentence: str
    table: Table
