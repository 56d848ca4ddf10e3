"""Estimates with their intervals, one under the other."""

from collections.abc import Sequence
from dataclasses import dataclass

from limen.charts.model import Chart, Table
from limen.charts.scale import Scale, nice_ticks
from limen.charts.svg import Drawing, number, shortened, words_px

NARROW_PX = 560
ROW_PX = 34
NARROW_ROW_PX = 50


@dataclass(frozen=True)
class IntervalRow:
    """One estimate in the unit of the plot; estimate None means that nobody could be counted.

    detail: the counts behind it, for example "23 of 41". is_hollow: draws the second way of counting apart.
    """

    label: str
    estimate: float | None
    low: float | None
    high: float | None
    n: int
    detail: str = ""
    is_hollow: bool = False


def interval_plot(
    *,
    title: str,
    rows: Sequence[IntervalRow],
    unit: str,
    axis_from: float | None = None,
    axis_to: float | None = None,
    reference: float | None = None,
    width: int = 720,
) -> Chart:
    """Rows of estimate and interval on one axis.

    unit: printed after each number, for example "%". axis_from, axis_to: ends of the axis; the rows decide without
    them. reference: a value to draw a line at, for example 0 for a difference. width: below 560 px the label stands
    above its interval.
    Raises ValueError when there are no rows or an interval does not hold its estimate.
    """
    if not rows:
        raise ValueError("at least one row is needed")
    for row in rows:
        _require_order(row)
    is_narrow = width < NARROW_PX
    row_px = NARROW_ROW_PX if is_narrow else ROW_PX
    drawing = Drawing(width, 16 + row_px * len(rows) + 34)
    label_px = 0.0 if is_narrow else min(max(words_px(row.label) for row in rows) + 16, width * 0.36)
    value_px = max(words_px(_value(row, unit)) for row in rows) + 14
    right = width - value_px - 8
    low, high = _ends(rows, reference, axis_from, axis_to)
    x = Scale(low, high, label_px + (18 if is_narrow else 14), right)
    _draw_axis(drawing, x, unit, reference)
    for index, row in enumerate(rows):
        _draw_row(drawing, x, row, y=16 + row_px * (index + 0.5), unit=unit, is_narrow=is_narrow)
    sentence = "; ".join(f"{row.label}: {_spoken(row, unit)}" for row in rows) + "."
    return Chart(drawing.render("intervals", title, sentence), title, sentence, _table(title, rows, unit))


def _require_order(row: IntervalRow) -> None:
    if row.estimate is None or row.low is None or row.high is None:
        return
    if not row.low <= row.estimate <= row.high:
        raise ValueError(f"the interval {row.low:g} to {row.high:g} does not hold its estimate {row.estimate:g}")


def _ends(
    rows: Sequence[IntervalRow], reference: float | None, axis_from: float | None, axis_to: float | None
) -> tuple[float, float]:
    values = [value for row in rows for value in (row.estimate, row.low, row.high) if value is not None]
    values += [value for value in (reference, axis_from, axis_to) if value is not None]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    if low == high:
        low, high = low - 1, high + 1
    air = (high - low) * 0.04
    return low - (0 if axis_from == low else air), high + (0 if axis_to == high else air)


def _draw_axis(drawing: Drawing, x: Scale, unit: str, reference: float | None) -> None:
    base = drawing.height - 34
    for tick in nice_ticks(x.low, x.high, max(int((x.end - x.start) / 56), 2)):
        at = x(tick)
        drawing.line("c-grid", at, 8, at, base)
        drawing.text("c-text c-muted", at, base + 19, _with_unit(tick, unit), "middle")
    drawing.line("c-axis", x.start, base, x.end, base)
    if reference is not None:
        drawing.line("c-reference", x(reference), 4, x(reference), base)


def _draw_row(drawing: Drawing, x: Scale, row: IntervalRow, *, y: float, unit: str, is_narrow: bool) -> None:
    hollow = " c-hollow" if row.is_hollow else ""
    line_y = y + 12 if is_narrow else y
    words = _value(row, unit)
    if is_narrow:
        drawing.text("c-text c-halo", 4, y - 6, shortened(row.label, drawing.width - 16))
    else:
        drawing.text("c-text", x.start - 14, y + 4.5, shortened(row.label, x.start - 20), "end")
    drawing.text("c-text c-strong", x.end + 14, line_y + 4.5, words)
    if row.low is not None and row.high is not None:
        drawing.line(f"c-interval{hollow}", x(row.low), line_y, x(row.high), line_y)
        for end in (row.low, row.high):
            drawing.line(f"c-interval{hollow}", x(end), line_y - 4, x(end), line_y + 4)
    if row.estimate is not None:
        drawing.dot(f"c-mark{hollow}", x(row.estimate), line_y, 5)


def _with_unit(value: float, unit: str) -> str:
    return f"{number(value)} {unit}".rstrip()


def _value(row: IntervalRow, unit: str) -> str:
    """What stands at the end of a row: the estimate and the counts behind it."""
    counts = row.detail or f"n {row.n}"
    return f"no data, {counts}" if row.estimate is None else f"{_with_unit(row.estimate, unit)} · {counts}"


def _spoken(row: IntervalRow, unit: str) -> str:
    counts = row.detail or f"n {row.n}"
    if row.estimate is None:
        return f"no data ({counts})"
    if row.low is None or row.high is None:
        return f"{_with_unit(row.estimate, unit)} ({counts}, no interval)"
    return f"{_with_unit(row.estimate, unit)} (interval {number(row.low)} to {number(row.high)}; {counts})"


def _table(title: str, rows: Sequence[IntervalRow], unit: str) -> Table:
    def cell(value: float | None) -> str:
        return "–" if value is None else number(value)

    suffix = f" ({unit})" if unit else ""
    return Table(
        caption=title,
        headers=("What", f"Estimate{suffix}", f"Low{suffix}", f"High{suffix}", "n", "Counts"),
        rows=tuple(
            (row.label, cell(row.estimate), cell(row.low), cell(row.high), str(row.n), row.detail or "–")
            for row in rows
        ),
    )
