"""A person's scores over time, against severity bands, response and remission."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from limen.charts.model import Chart, Table
from limen.charts.scale import Scale, date_ticks, day_text
from limen.charts.svg import Drawing, number, words_px

LABEL_REACH_PX = 84  # how far a mark's own label may reach
NARROW_PX = 520


@dataclass(frozen=True)
class TrajectoryPoint:
    """A score on the person's local date."""

    on: date
    value: float


@dataclass(frozen=True)
class Band:
    """A severity band; both ends belong to it."""

    low: float
    high: float
    label: str


Place = tuple[float, float]


@dataclass(frozen=True)
class _Plot:
    """Where things go. Shared by the small functions below."""

    drawing: Drawing
    x: Scale
    y: Scale
    origin: date
    is_narrow: bool

    def at(self, day: date) -> float:
        return self.x((day - self.origin).days)


def score_trajectory(
    *,
    scale_title: str,
    points: Sequence[TrajectoryPoint],
    bands: Sequence[Band],
    baseline: TrajectoryPoint | None,
    response_line: float | None,
    remission_line: float | None,
    dose_dates: Sequence[date],
    today: date,
    width: int = 720,
) -> Chart:
    """The course of one scale. Lower is better.

    bands: at least one, lowest first; together they span the scale. response_line, remission_line: the highest score
    that still counts as response or remission, None when there is none. dose_dates after `today` are drawn as planned.
    width: px of the drawing; below 520 labels move inside the plot.
    Raises ValueError when there is no band or a score lies outside the scale.
    """
    if not bands:
        raise ValueError("at least one band is needed: the bands say how far the scale runs")
    ordered = sorted(points, key=lambda point: point.on)
    _require_inside([*ordered, *([baseline] if baseline else [])], bands, scale_title)
    title = f"{scale_title} over time"
    sentence = _sentence(scale_title, ordered, bands, baseline, response_line, remission_line)
    plot = _frame(ordered, bands, baseline, dose_dates, today, width)
    places = [(plot.at(point.on), plot.y(point.value)) for point in ordered]
    _draw_bands(plot, bands, [*places, *([(plot.at(baseline.on), plot.y(baseline.value))] if baseline else [])])
    _draw_time_axis(plot, ordered, today)
    _draw_targets(plot, response_line, remission_line, places)
    _draw_doses(plot, dose_dates, today)
    _draw_scores(plot, ordered, baseline)
    table = _table(scale_title, ordered, bands, baseline, dose_dates, today)
    return Chart(plot.drawing.render("trajectory", title, sentence), title, sentence, table)


def _require_inside(points: Sequence[TrajectoryPoint], bands: Sequence[Band], scale_title: str) -> None:
    for point in points:
        if not bands[0].low <= point.value <= bands[-1].high:
            raise ValueError(
                f"{scale_title} runs from {number(bands[0].low)} to {number(bands[-1].high)}; "
                f"got a score of {number(point.value)}"
            )


def _frame(
    points: Sequence[TrajectoryPoint],
    bands: Sequence[Band],
    baseline: TrajectoryPoint | None,
    dose_dates: Sequence[date],
    today: date,
    width: int,
) -> _Plot:
    is_narrow = width < NARROW_PX
    days = [today, *dose_dates, *(point.on for point in points), *([baseline.on] if baseline else [])]
    first, last = min(days), max(days)
    last = max(last, first + timedelta(days=7))
    height = 300 if is_narrow else 340
    gutter = 14.0 if is_narrow else max(words_px(_band_text(band)) for band in bands) + 18
    return _Plot(
        drawing=Drawing(width, height),
        x=Scale(0, (last - first).days, 54, width - gutter - 8),
        y=Scale(bands[0].low - 0.5, bands[-1].high + 0.5, height - 66, 26),
        origin=first,
        is_narrow=is_narrow,
    )


def _band_text(band: Band) -> str:
    return f"{band.label} {number(band.low)}–{number(band.high)}"


def _draw_bands(plot: _Plot, bands: Sequence[Band], marks: Sequence[Place]) -> None:
    """The bands with their names; on a phone a name gives way to the mark and label that stand where it would."""
    left, right = plot.x.start - 8, plot.x.end + 8
    for index, band in enumerate(bands):
        top, bottom = plot.y(band.high + 0.5), plot.y(band.low - 0.5)
        plot.drawing.rect(f"c-band c-band-{index % 2 + 1}", left, top, right - left, bottom - top)
        plot.drawing.text("c-text c-muted", left - 6, plot.y(band.low) + 4.5, number(band.low), "end")
        middle = (top + bottom) / 2 + 4.5
        if plot.is_narrow:
            if _is_clear(marks, right - words_px(band.label), top + 15):
                plot.drawing.text("c-text c-muted", right - 5, top + 15, band.label, "end")
        else:
            plot.drawing.text("c-text c-muted", right + 8, middle, _band_text(band))


def _is_clear(marks: Sequence[Place], from_x: float, y: float) -> bool:
    return all(x + LABEL_REACH_PX < from_x or abs(mark_y - y) > LABEL_REACH_PX / 3 for x, mark_y in marks)


def _draw_time_axis(plot: _Plot, points: Sequence[TrajectoryPoint], today: date) -> None:
    base = plot.y.start
    plot.drawing.line("c-axis", plot.x.start - 8, base, plot.x.end + 8, base)
    last = plot.origin + timedelta(days=int(plot.x.high))
    most = max(int((plot.x.end - plot.x.start) / 72), 2)
    year = 0
    for day in date_ticks(plot.origin, last, most):
        x = plot.at(day)
        plot.drawing.line("c-axis", x, base, x, base + 5)
        anchor = "start" if x - plot.x.start < 20 else "end" if plot.x.end - x < 12 else "middle"
        x_text = x - 8 if anchor == "start" else x + 8 if anchor == "end" else x
        plot.drawing.text("c-text", x_text, base + 20, day_text(day, with_year=False), anchor)
        if day.year != year:
            plot.drawing.text("c-text c-muted", x_text, base + 36, str(day.year), anchor)
            year = day.year
    x = plot.at(today)
    plot.drawing.line("c-today", x, plot.y.end, x, base)
    plot.drawing.text("c-text c-muted", min(x, plot.x.end + 8 - 18), plot.y.end - 9, "today", "middle")


def _draw_targets(
    plot: _Plot, response_line: float | None, remission_line: float | None, places: Sequence[Place]
) -> None:
    left, right = plot.x.start - 8, plot.x.end + 8
    targets = [("response", response_line), ("remission", remission_line)]
    drawn = [(name, value) for name, value in targets if value is not None]
    for name, value in drawn:
        y = plot.y(value)
        other = next((row for label, row in drawn if label != name), None)
        is_crowded = other is not None and abs(plot.y(other) - y) < 17
        is_below = is_crowded and (value < other if other is not None and value != other else name == "remission")
        plot.drawing.line(f"c-target c-target-{name}", left, y, right, y)
        words = f"{name}: {number(value)} or less"
        y_text = y + (15 if is_below else -5)
        x = left + 5 if plot.is_narrow else _clearer_start(plot, places, words_px(words), y_text - 5)
        plot.drawing.text(f"c-text c-halo c-text-{name}", x, y_text, words)


def _clearer_start(plot: _Plot, places: Sequence[Place], room: float, y: float) -> float:
    """Where words `room` px wide at height `y` start: the end further from the line."""
    left, right = plot.x.start - 3, plot.x.end + 3 - room
    return left if _clearance(places, left, room, y) > _clearance(places, right, room, y) else right


def _clearance(places: Sequence[Place], start: float, room: float, y: float) -> float:
    """The least distance in px from height `y` to the line drawn through `places`, over `room` px from `start`."""
    near = [abs(at_y - y) for x, at_y in places if start <= x <= start + room]
    for (x_1, y_1), (x_2, y_2) in pairwise(places):
        for x in (start, start + room / 2, start + room):
            if x_1 <= x <= x_2 and x_1 < x_2:
                near.append(abs(y_1 + (y_2 - y_1) * (x - x_1) / (x_2 - x_1) - y))
    return min(near, default=1000.0)


def _draw_doses(plot: _Plot, dose_dates: Sequence[date], today: date) -> None:
    if not dose_dates:
        return
    y = plot.y.start + 53
    plot.drawing.text("c-text c-muted", plot.x.start - 14, y + 4.5, "doses", "end")
    for day in sorted(dose_dates):
        css = "c-dose" if day <= today else "c-dose c-planned"
        x = plot.at(day)
        plot.drawing.path(css, [(x - 4.5, y + 4.5), (x + 4.5, y + 4.5), (x, y - 4.5)], closed=True)


def _draw_scores(plot: _Plot, points: Sequence[TrajectoryPoint], baseline: TrajectoryPoint | None) -> None:
    places = [(plot.at(point.on), plot.y(point.value)) for point in points]
    plot.drawing.path("c-line", places)
    radius = 4 if len(places) <= 40 else 2.5
    for x, y in places:
        plot.drawing.dot("c-mark", x, y, radius)
    if baseline is not None:
        x, y = plot.at(baseline.on), plot.y(baseline.value)
        plot.drawing.dot("c-mark c-baseline", x, y, 5.5)
        words = f"baseline {number(baseline.value)}"
        _label(plot, (x, y), words, [place for place in places if place != (x, y)])
    if points and (baseline is None or points[-1] != baseline):
        x, y = places[-1]
        plot.drawing.dot("c-mark c-latest", x, y, 5.5)
        _label(plot, (x, y), number(points[-1].value), places[:-1])


def _label(plot: _Plot, at: Place, words: str, others: Sequence[Place]) -> None:
    """Write beside a mark, on the side where the line is not going."""
    x, y = at
    near = [other for other in others if abs(other[0] - x) < words_px(words) + 12]
    is_free_above = all(other[1] > y - 4 for other in near) and y - 12 > plot.y.end
    is_at_right = x + words_px(words) > plot.x.end + 8
    x_text = min(x + 4, plot.x.end + 6) if is_at_right else max(x - 5, plot.x.start - 4)
    y_text = y - 11 if is_free_above else y + 20
    plot.drawing.text("c-text c-strong c-halo", x_text, y_text, words, "end" if is_at_right else "start")


def _band_of(value: float, bands: Sequence[Band]) -> str:
    # A prorated score may fall between two whole-number bands; it belongs to the one it has not yet left.
    return next((band.label for band in reversed(bands) if value >= band.low), bands[0].label)


def _sentence(
    scale_title: str,
    points: Sequence[TrajectoryPoint],
    bands: Sequence[Band],
    baseline: TrajectoryPoint | None,
    response_line: float | None,
    remission_line: float | None,
) -> str:
    if not points:
        return f"No {scale_title} scores yet."
    last = points[-1]
    latest = f"{number(last.value)} ({_band_of(last.value, bands).lower()}) on {day_text(last.on)}"
    if baseline is None or baseline == last:
        return f"{scale_title} was {latest}. There is no {'later score' if baseline else 'baseline'} to compare with."
    change = last.value - baseline.value
    moved = "unchanged" if change == 0 else f"{number(abs(change))} points {'lower' if change < 0 else 'higher'}"
    share = f" ({abs(100 * change / baseline.value):.0f} %)" if baseline.value and change else ""
    marks = [(last.value, "response", response_line), (last.value, "remission", remission_line)]
    inside = [
        f"{'within' if value <= line else 'above'} the {name} line of {number(line)}"
        for value, name, line in marks
        if line is not None
    ]
    placed = f" It is {' and '.join(inside)}." if inside else ""
    start = f"{number(baseline.value)} on {day_text(baseline.on)}"
    return f"{scale_title} was {latest}: {moved} than the baseline of {start}{share}.{placed}".replace(
        "unchanged than", "unchanged from"
    )


def _table(
    scale_title: str,
    points: Sequence[TrajectoryPoint],
    bands: Sequence[Band],
    baseline: TrajectoryPoint | None,
    dose_dates: Sequence[date],
    today: date,
) -> Table:
    scored = list(points)
    if baseline is not None and baseline not in scored:
        scored.append(baseline)
    rows = []
    for point in scored:
        change = "–" if baseline is None or point == baseline else f"{point.value - baseline.value:+g}"
        kind = "Baseline" if point == baseline else "Score"
        cells = (day_text(point.on), kind, number(point.value), _band_of(point.value, bands), change)
        rows.append((point.on, 1, cells))
    for day in dose_dates:
        kind = "Dose" if day <= today else "Dose, planned"
        rows.append((day, 2, (day_text(day), kind, "–", "–", "–")))
    return Table(
        caption=f"{scale_title} scores and doses",
        headers=("Date", "What", "Score", "Severity", "Change from baseline"),
        rows=tuple(cells for _, _, cells in sorted(rows, key=lambda row: row[:2])),
    )
