"""One dosing session on one time axis: dose, blood pressure, heart rate, oxygen, ratings.

Only what was measured or observed is drawn: a predicted concentration would be read as a measurement (SR-25).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from limen.charts.model import Chart, Table
from limen.charts.scale import Scale, nice_ticks, padded
from limen.charts.svg import Drawing, number, shortened, words_px

NARROW_PX = 520
AXIS_PX = 36


@dataclass(frozen=True)
class VitalReading:
    """Vitals at `minute` after dose start (negative before it); None where nothing was measured."""

    minute: float
    systolic_mmhg: float | None = None
    diastolic_mmhg: float | None = None
    heart_rate_bpm: float | None = None
    spo2_percent: float | None = None
    is_back_filled: bool = False


@dataclass(frozen=True)
class RatingMark:
    """An observed rating at `minute`, for example dissociation 3."""

    minute: float
    label: str
    value: str


@dataclass(frozen=True)
class DoseBar:
    """The dose as given, from `start_min` to `end_min`; both equal for a dose taken at once."""

    start_min: float
    end_min: float
    label: str


@dataclass(frozen=True)
class _Lane:
    """A strip of the drawing with its own value axis."""

    name: str
    unit: str
    top: float
    height: float


@dataclass(frozen=True)
class _Strip:
    drawing: Drawing
    x: Scale
    is_narrow: bool


def session_strip(
    *,
    title: str,
    vitals: Sequence[VitalReading],
    ratings: Sequence[RatingMark],
    dose: DoseBar | None,
    minutes: float,
    now_minute: float | None = None,
    width: int = 720,
) -> Chart:
    """A session from its first entry to `minutes` after dose start. `now_minute` draws the present of a live one.

    A blood pressure is a bar from diastolic to systolic. Back-filled readings are hollow.
    Raises ValueError when `minutes` is not above zero or an entry lies after it.
    """
    _require_inside(vitals, ratings, dose, minutes)
    ordered = sorted(vitals, key=lambda reading: reading.minute)
    strip = _frame(ordered, ratings, dose, minutes, width)
    lanes = _lanes(strip)
    _draw_grid(strip, lanes, now_minute)
    _draw_dose(strip, dose)
    _draw_pressure(strip, lanes[0], ordered)
    _draw_series(strip, lanes[1], [(row.minute, row.heart_rate_bpm, row.is_back_filled) for row in ordered])
    _draw_series(strip, lanes[2], [(row.minute, row.spo2_percent, row.is_back_filled) for row in ordered])
    _draw_ratings(strip, ratings)
    sentence = _sentence(ordered, ratings, dose)
    table = _table(title, ordered, ratings, dose)
    return Chart(strip.drawing.render("session", title, sentence), title, sentence, table)


def _require_inside(
    vitals: Sequence[VitalReading], ratings: Sequence[RatingMark], dose: DoseBar | None, minutes: float
) -> None:
    if not minutes > 0:
        raise ValueError(f"minutes must be above zero; got {minutes:g}")
    latest = max([*_minutes(vitals, ratings), *([dose.end_min] if dose else [])], default=0.0)
    if latest > minutes:
        raise ValueError(f"an entry at minute {latest:g} lies after the end of the strip at {minutes:g}")
    if dose is not None and dose.end_min < dose.start_min:
        raise ValueError(f"a dose cannot end at minute {dose.end_min:g} when it starts at {dose.start_min:g}")


def _minutes(vitals: Sequence[VitalReading], ratings: Sequence[RatingMark]) -> list[float]:
    return [row.minute for row in vitals] + [row.minute for row in ratings]


def _frame(
    vitals: Sequence[VitalReading],
    ratings: Sequence[RatingMark],
    dose: DoseBar | None,
    minutes: float,
    width: int,
) -> _Strip:
    is_narrow = width < NARROW_PX
    first = min([0.0, *_minutes(vitals, ratings), *([dose.start_min] if dose else [])])
    left, right = (44, 42) if is_narrow else (152, 64)
    height = (372 if is_narrow else 308) + _rating_row_px(is_narrow) * len(_rating_names(ratings)) + AXIS_PX
    return _Strip(
        drawing=Drawing(width, height),
        x=Scale(first, minutes, left, width - right),
        is_narrow=is_narrow,
    )


def _lanes(strip: _Strip) -> tuple[_Lane, _Lane, _Lane]:
    step = 22 if strip.is_narrow else 0
    return (
        _Lane("Blood pressure", "mmHg", 56 + step, 88),
        _Lane("Heart rate", "per min", 162 + 2 * step, 56),
        _Lane("Oxygen", "%", 246 + 3 * step, 44),
    )


def _draw_grid(strip: _Strip, lanes: Sequence[_Lane], now_minute: float | None) -> None:
    drawing, x = strip.drawing, strip.x
    base = drawing.height - AXIS_PX
    for tick in nice_ticks(x.low, x.high, max(int((x.end - x.start) / 62), 2)):
        drawing.line("c-grid", x(tick), 44, x(tick), base)
        drawing.text("c-text", x(tick), base + 18, number(tick), "middle")
    drawing.line("c-axis", x.start, base, x.end, base)
    if strip.is_narrow:
        drawing.text("c-text c-muted", 4, base + 18, "min")
    else:
        drawing.text("c-text c-muted", 4, base + 18, "minutes from dose")
    for lane in lanes:
        if strip.is_narrow:
            drawing.text("c-text c-strong c-halo", 4, lane.top - 8, f"{lane.name}, {lane.unit}")
        else:
            drawing.text("c-text c-strong", 4, lane.top + 14, lane.name)
            drawing.text("c-text c-muted", 4, lane.top + 31, lane.unit)
    if now_minute is not None and x.low <= now_minute <= x.high:
        drawing.line("c-today", x(now_minute), 18, x(now_minute), base)
        anchor = "end" if x(now_minute) > x.end - 16 else "middle"
        drawing.text("c-text c-muted", x(now_minute), 13, "now", anchor)


def _draw_dose(strip: _Strip, dose: DoseBar | None) -> None:
    drawing, x = strip.drawing, strip.x
    if not strip.is_narrow:
        drawing.text("c-text c-strong", 4, 36, "Dose")
    if dose is None:
        drawing.text("c-text c-muted", x.start, 36, "no dose recorded")
        return
    start, end = x(dose.start_min), max(x(dose.end_min), x(dose.start_min) + 6)
    drawing.rect("c-dose", start, 22, end - start, 18, 3)
    room_right = drawing.width - end - 10
    if room_right >= words_px(dose.label):
        drawing.text("c-text c-halo", end + 8, 36, dose.label)
    else:
        drawing.text("c-text c-halo", x.end, 15, shortened(dose.label, x.end - x.start - 44), "end")


def _draw_pressure(strip: _Strip, lane: _Lane, vitals: Sequence[VitalReading]) -> None:
    measured = [
        (row, row.systolic_mmhg, row.diastolic_mmhg)
        for row in vitals
        if row.systolic_mmhg is not None and row.diastolic_mmhg is not None
    ]
    if not measured:
        _draw_nothing(strip, lane)
        return
    y = _value_axis(strip, lane, [value for _, high, low in measured for value in (high, low)], 60)
    for row, high, low in measured:
        x = strip.x(row.minute)
        hollow = " c-hollow" if row.is_back_filled else ""
        strip.drawing.line(f"c-pressure{hollow}", x, y(high), x, y(low))
        strip.drawing.dot(f"c-mark c-pressure-mark{hollow}", x, y(high), 3.5)
        strip.drawing.dot(f"c-mark c-pressure-mark{hollow}", x, y(low), 3.5)
    _, high, low = measured[-1]
    if strip.is_narrow:
        strip.drawing.text("c-text c-strong", strip.drawing.width - 4, y(high) + 4.5, number(high), "end")
        low_y = max(y(low), y(high) + 15) + 4.5
        strip.drawing.text("c-text c-strong", strip.drawing.width - 4, low_y, number(low), "end")
    else:
        middle = (y(high) + y(low)) / 2 + 4.5
        strip.drawing.text("c-text c-strong", strip.x.end + 10, middle, f"{number(high)}/{number(low)}")


def _draw_series(strip: _Strip, lane: _Lane, series: Sequence[tuple[float, float | None, bool]]) -> None:
    measured = [(minute, value, is_late) for minute, value, is_late in series if value is not None]
    if not measured:
        _draw_nothing(strip, lane)
        return
    y = _value_axis(strip, lane, [value for _, value, _ in measured], 20 if lane.unit != "%" else 8)
    strip.drawing.path("c-line", [(strip.x(minute), y(value)) for minute, value, _ in measured])
    for minute, value, is_late in measured:
        strip.drawing.dot("c-mark c-hollow" if is_late else "c-mark", strip.x(minute), y(value), 3.5)
    value = measured[-1][1]
    strip.drawing.text("c-text c-strong", strip.x.end + 10, y(value) + 4.5, number(value))


def _value_axis(strip: _Strip, lane: _Lane, values: Sequence[float], least_span: float) -> Scale:
    low, high = padded(values, least_span)
    if lane.unit == "%" and high > 100:
        low, high = low - (high - 100), 100.0
    y = Scale(low, high, lane.top + lane.height, lane.top)
    for tick in nice_ticks(low, high, max(int(lane.height / 24), 2)):
        strip.drawing.line("c-grid", strip.x.start, y(tick), strip.x.end, y(tick))
        strip.drawing.text("c-text c-muted", strip.x.start - 10, y(tick) + 4.5, number(tick), "end")
    return y


def _draw_nothing(strip: _Strip, lane: _Lane) -> None:
    strip.drawing.text("c-text c-muted c-halo", strip.x.start, lane.top + 22, "not measured")


def _rating_names(ratings: Sequence[RatingMark]) -> tuple[str, ...]:
    """Each kind of rating once, in order of first appearance."""
    return tuple(dict.fromkeys(mark.label for mark in sorted(ratings, key=lambda row: row.minute)))


def _rating_row_px(is_narrow: bool) -> float:
    return 42 if is_narrow else 26


def _draw_ratings(strip: _Strip, ratings: Sequence[RatingMark]) -> None:
    drawing, names = strip.drawing, _rating_names(ratings)
    row_px = _rating_row_px(strip.is_narrow)
    top = drawing.height - AXIS_PX - row_px * len(names)
    for index, name in enumerate(names):
        y = top + row_px * index + (10 if strip.is_narrow else 12)
        room = (drawing.width if strip.is_narrow else strip.x.start) - 16
        drawing.text("c-text c-strong c-halo", 4, y + 4.5, shortened(name[:1].upper() + name[1:], room))
        y += 18 if strip.is_narrow else 0
        free_from = 0.0
        for mark in sorted((row for row in ratings if row.label == name), key=lambda row: row.minute):
            x = strip.x(mark.minute)
            drawing.dot("c-rating", x, y, 4)
            room = words_px(mark.value) + 8
            if x >= free_from and x + room <= drawing.width:
                drawing.text("c-text c-halo", x + 8, y + 4.5, mark.value)
                free_from = x + room


def _sentence(vitals: Sequence[VitalReading], ratings: Sequence[RatingMark], dose: DoseBar | None) -> str:
    parts = []
    if dose is not None:
        parts.append(f"Dose: {dose.label}, from minute {number(dose.start_min)} to {number(dose.end_min)}.")
    pressures = [
        (row.systolic_mmhg, row.diastolic_mmhg, row.minute)
        for row in vitals
        if row.systolic_mmhg is not None and row.diastolic_mmhg is not None
    ]
    if pressures:
        top = max(pressures)
        parts.append(f"Highest blood pressure {number(top[0])}/{number(top[1])} mmHg at minute {number(top[2])}.")
    oxygen = [(row.spo2_percent, row.minute) for row in vitals if row.spo2_percent is not None]
    if oxygen:
        least = min(oxygen)
        parts.append(f"Lowest oxygen saturation {number(least[0])} % at minute {number(least[1])}.")
    late = sum(row.is_back_filled for row in vitals)
    parts.append(f"{len(vitals)} sets of vitals, {late} of them entered later; {len(ratings)} ratings.")
    return " ".join(parts)


def _table(title: str, vitals: Sequence[VitalReading], ratings: Sequence[RatingMark], dose: DoseBar | None) -> Table:
    def cell(value: float | None) -> str:
        return "–" if value is None else number(value)

    rows = []
    if dose is not None:
        rows.append((dose.start_min, 0, ("Dose starts", dose.label)))
        rows.append((dose.end_min, 1, ("Dose ends", dose.label)))
    for mark in ratings:
        rows.append((mark.minute, 3, ("Rating", f"{mark.label} {mark.value}".strip())))
    lines: list[tuple[float, int, tuple[str, ...]]] = [
        (minute, order, (number(minute), *words, "–", "–", "–", "–")) for minute, order, words in rows
    ]
    for row in vitals:
        values = (row.systolic_mmhg, row.diastolic_mmhg, row.heart_rate_bpm, row.spo2_percent)
        entered = "entered later" if row.is_back_filled else "live"
        lines.append((row.minute, 2, (number(row.minute), "Vitals", entered, *(cell(value) for value in values))))
    return Table(
        caption=title,
        headers=("Minute", "What", "Note", "Systolic mmHg", "Diastolic mmHg", "Heart rate per min", "Oxygen %"),
        rows=tuple(cells for _, _, cells in sorted(lines, key=lambda line: line[:2])),
    )
