"""A line the height of a word."""

from collections.abc import Sequence

from limen.charts.model import Chart, Table
from limen.charts.scale import Scale
from limen.charts.svg import Drawing, number


def sparkline(
    *, title: str, values: Sequence[float], low: float, high: float, width: int = 96, height: int = 28
) -> Chart:
    """`values` in their order, evenly spaced, on a scale from `low` to `high`; the last one carries a dot.

    Raises ValueError when low is not below high or a value lies outside them.
    """
    if not low < high:
        raise ValueError(f"low must be below high; got {low:g} and {high:g}")
    for value in values:
        if not low <= value <= high:
            raise ValueError(f"{title}: {value:g} lies outside {low:g} to {high:g}")
    drawing = Drawing(width, height)
    x = Scale(0, max(len(values) - 1, 1), 5, width - 5)
    y = Scale(low, high, height - 5, 5)
    places = [(x(index), y(value)) for index, value in enumerate(values)]
    drawing.line("c-grid", 1, height - 1, width - 1, height - 1)
    drawing.path("c-line", places)
    if places:
        drawing.dot("c-mark c-latest", *places[-1], 3.5)
    sentence = _sentence(title, values)
    rows = tuple((str(index), number(value)) for index, value in enumerate(values, start=1))
    return Chart(drawing.render("spark", title, sentence), title, sentence, Table(title, ("Number", "Value"), rows))


def _sentence(title: str, values: Sequence[float]) -> str:
    if not values:
        return f"{title}: no values yet."
    if len(values) == 1:
        return f"{title}: {number(values[0])}."
    return f"{title}: from {number(values[0])} to {number(values[-1])} over {len(values)} values."
