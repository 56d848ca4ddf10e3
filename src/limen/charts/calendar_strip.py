"""Doses and visits on a calendar of weeks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from limen.charts.model import Chart, Table
from limen.charts.scale import MONTHS, day_text
from limen.charts.svg import Drawing, words_px

KINDS = ("dose", "visit", "measure")
STATES = ("done", "planned", "missed")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MOST_CELL_PX = 34
LEAST_CELL_PX = 20


@dataclass(frozen=True)
class CalendarEntry:
    """Something on a local date. kind: dose, visit or measure; state: done, planned or missed."""

    on: date
    kind: str
    state: str
    label: str

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind {self.kind!r} is not one of {', '.join(KINDS)}")
        if self.state not in STATES:
            raise ValueError(f"state {self.state!r} is not one of {', '.join(STATES)}")


@dataclass(frozen=True)
class _Grid:
    """Weeks run across when they fit, down when they do not."""

    first_monday: date
    n_weeks: int
    cell_px: float
    left: float
    top: float
    is_across: bool

    def corner(self, day: date) -> tuple[float, float]:
        week, weekday = divmod((day - self.first_monday).days, 7)
        column, row = (week, weekday) if self.is_across else (weekday, week)
        return self.left + column * self.cell_px, self.top + row * self.cell_px


def calendar_strip(*, title: str, entries: Sequence[CalendarEntry], today: date, width: int = 720) -> Chart:
    """Entries on a grid of weekdays and weeks, from the first entry's week to the last one's; `today` is framed.

    A dose is a triangle, a visit a square, a measure a circle. Done is filled, planned is hollow, missed is crossed.
    """
    ordered = sorted(entries, key=lambda entry: (entry.on, KINDS.index(entry.kind), entry.state, entry.label))
    grid = _grid(ordered, today, width)
    rows = 7 if grid.is_across else grid.n_weeks
    legend_top = grid.top + rows * grid.cell_px + 26
    drawing = Drawing(width, legend_top + _legend_rows(width) * 22 - 8)
    _draw_cells(drawing, grid, today)
    for day in sorted({entry.on for entry in ordered}):
        _draw_day(drawing, grid, [entry for entry in ordered if entry.on == day])
    _draw_legend(drawing, legend_top)
    sentence = _sentence(ordered, today)
    rows_of_table = tuple((day_text(row.on), row.kind, row.state, row.label) for row in ordered)
    table = Table(caption=title, headers=("Date", "What", "State", "Label"), rows=rows_of_table)
    return Chart(drawing.render("calendar", title, sentence), title, sentence, table)


def _grid(entries: Sequence[CalendarEntry], today: date, width: int) -> _Grid:
    days = [today, *(entry.on for entry in entries)]
    first, last = min(days), max(days)
    monday = first - timedelta(days=first.weekday())
    n_weeks = (last - monday).days // 7 + 1
    across = (width - 48) / n_weeks
    if across >= LEAST_CELL_PX and width >= 480:
        return _Grid(monday, n_weeks, min(across, MOST_CELL_PX), 44, 26, is_across=True)
    return _Grid(monday, n_weeks, min((width - 64) / 7, MOST_CELL_PX + 2), 60, 26, is_across=False)


def _draw_cells(drawing: Drawing, grid: _Grid, today: date) -> None:
    size = grid.cell_px - 3
    for offset in range(grid.n_weeks * 7):
        day = grid.first_monday + timedelta(days=offset)
        x, y = grid.corner(day)
        drawing.rect("c-day c-is-today" if day == today else "c-day", x, y, size, size, 4)
    for weekday, name in enumerate(DAYS):
        x, y = grid.corner(grid.first_monday + timedelta(days=weekday))
        if grid.is_across:
            drawing.text("c-text c-muted", 38, y + size / 2 + 4.5, name, "end")
        else:
            drawing.text("c-text c-muted", x + size / 2, grid.top - 8, name, "middle")
    _draw_week_names(drawing, grid)


def _draw_week_names(drawing: Drawing, grid: _Grid) -> None:
    month, free_from = 0, 0.0
    for week in range(grid.n_weeks):
        monday = grid.first_monday + timedelta(weeks=week)
        x, y = grid.corner(monday)
        if not grid.is_across:
            drawing.text("c-text c-muted", 54, y + grid.cell_px / 2 + 3, day_text(monday, with_year=False), "end")
        elif monday.month != month and x >= free_from:
            drawing.text("c-text c-muted", x, grid.top - 8, MONTHS[monday.month - 1])
            free_from = x + 30
        month = monday.month


def _draw_day(drawing: Drawing, grid: _Grid, entries: Sequence[CalendarEntry]) -> None:
    x, y = grid.corner(entries[0].on)
    size = grid.cell_px - 3
    shown = entries[:2]
    for index, entry in enumerate(shown):
        shift = 0.0 if len(shown) == 1 else (index - 0.5) * size * 0.46
        _draw_mark(drawing, x + size / 2 + shift, y + size / 2, entry.kind, entry.state)
    if len(entries) > len(shown):
        drawing.dot("c-more", x + size - 4, y + 4, 2)


def _draw_mark(drawing: Drawing, x: float, y: float, kind: str, state: str) -> None:
    r = 4.5
    css = f"c-event c-event-{kind}" + ("" if state == "done" else f" c-{state}")
    if kind == "dose":
        drawing.path(css, [(x - r, y + r), (x + r, y + r), (x, y - r)], closed=True)
    elif kind == "visit":
        drawing.rect(css, x - r + 0.5, y - r + 0.5, 2 * r - 1, 2 * r - 1, 1)
    else:
        drawing.dot(css, x, y, r - 0.5)
    if state == "missed":
        drawing.line("c-cross", x - 6, y + 6, x + 6, y - 6)


LEGEND = (
    ("dose", "done", "dose"),
    ("visit", "done", "visit"),
    ("measure", "done", "measure"),
    ("visit", "planned", "hollow: planned"),
    ("visit", "missed", "crossed: missed"),
)


def _legend_places(width: float) -> list[tuple[float, int]]:
    places, x, row = [], 8.0, 0
    for _, _, words in LEGEND:
        room = words_px(words) + 34
        if x + room > width and x > 8:
            x, row = 8.0, row + 1
        places.append((x, row))
        x += room
    return places


def _legend_rows(width: float) -> int:
    return _legend_places(width)[-1][1] + 1


def _draw_legend(drawing: Drawing, top: float) -> None:
    for (kind, state, words), (x, row) in zip(LEGEND, _legend_places(drawing.width), strict=True):
        y = top + row * 22
        _draw_mark(drawing, x + 5, y - 4.5, kind, state)
        drawing.text("c-text c-muted", x + 17, y, words)


def _sentence(entries: Sequence[CalendarEntry], today: date) -> str:
    if not entries:
        return "Nothing is on the calendar."
    counts = []
    for kind in KINDS:
        held = [entry.state for entry in entries if entry.kind == kind]
        if held:
            states = ", ".join(f"{held.count(state)} {state}" for state in STATES if state in held)
            counts.append(f"{kind}s: {states}")
    following = next((entry for entry in entries if entry.state == "planned" and entry.on >= today), None)
    ahead = f" Next: {following.label} on {day_text(following.on)}." if following else ""
    words = "; ".join(counts)
    return f"{words[:1].upper()}{words[1:]}.{ahead}"
