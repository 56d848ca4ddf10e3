"""What holds for every chart: readable XML, everything inside the frame, text escaped, no styling of its own."""

import re
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest

from limen.charts import (
    Band,
    CalendarEntry,
    DoseBar,
    FlowStage,
    IntervalRow,
    RatingMark,
    TrajectoryPoint,
    VitalReading,
    calendar_strip,
    cohort_flow,
    interval_plot,
    score_trajectory,
    session_strip,
    sparkline,
)

SVG = "{http://www.w3.org/2000/svg}"
DAY = date(2025, 1, 6)
CANARY = "<script>alert('x')</script>\x07&\""


def later(days):
    return DAY + timedelta(days=days)


def trajectory(width=720, words="PHQ-9", n=6):
    points = [TrajectoryPoint(later(index * 7), 20 - index % 17) for index in range(n)]
    return score_trajectory(
        scale_title=words,
        points=points,
        bands=[Band(0, 9, words), Band(10, 27, "High")],
        baseline=points[0] if points else None,
        response_line=10,
        remission_line=4,
        dose_dates=[later(1), later(4), later(60)],
        today=later(50),
        width=width,
    )


def session(width=720, words="dissociation"):
    return session_strip(
        title=words,
        vitals=[VitalReading(-5, 120, 80, 70, 98), VitalReading(40, 150, 92, 88, 96, True), VitalReading(80)],
        ratings=[RatingMark(40, words, "3"), RatingMark(41, words, "4")],
        dose=DoseBar(0, 40, words),
        minutes=120,
        now_minute=85,
        width=width,
    )


def intervals(width=720, words="Response"):
    rows = [IntervalRow(words, 50, 40, 60, 20, "10 of 20"), IntervalRow("Nobody", None, None, None, 0, "", True)]
    return interval_plot(title=words, rows=rows, unit="%", axis_from=0, axis_to=100, width=width)


def flow(width=720, words="Assessed"):
    stages = [FlowStage(words, 90, ((words, 20),)), FlowStage("Started", 60), FlowStage("Seen", 0)]
    return cohort_flow(title=words, stages=stages, width=width)


def calendar(width=720, words="Plan"):
    entries = [CalendarEntry(later(day), "dose", "done", words) for day in (0, 3, 70)]
    entries += [CalendarEntry(later(3), kind, "missed", words) for kind in ("visit", "measure")]
    return calendar_strip(title=words, entries=entries, today=later(20), width=width)


def spark(width=96, words="PHQ-9"):
    return sparkline(title=words, values=[20, 12, 4], low=0, high=27, width=width)


EVERY_CHART = [trajectory, session, intervals, flow, calendar, spark]
EVERY_SIZE = [(make, width) for make in EVERY_CHART for width in (320, 720)]


def places(root):
    """Every coordinate pair an element draws at, text by its anchor."""
    for element in root.iter():
        get = element.attrib.get
        tag = element.tag.removeprefix(SVG)
        if tag == "rect":
            x, y = float(get("x")), float(get("y"))
            yield from ((x, y), (x + float(get("width")), y + float(get("height"))))
        elif tag == "line":
            yield from ((float(get("x1")), float(get("y1"))), (float(get("x2")), float(get("y2"))))
        elif tag == "circle":
            x, y, r = float(get("cx")), float(get("cy")), float(get("r"))
            yield from ((x - r, y - r), (x + r, y + r))
        elif tag == "text":
            yield float(get("x")), float(get("y"))
        elif tag == "path":
            yield from ((float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", get("d")))


@pytest.mark.parametrize(("make", "width"), EVERY_SIZE)
def test_everything_drawn_lies_inside_the_frame(make, width):
    root = ElementTree.fromstring(make(width).svg)
    _, _, frame_width, frame_height = map(float, root.attrib["viewBox"].split())
    assert frame_width == width
    for x, y in places(root):
        assert 0 <= x <= frame_width
        assert 0 <= y <= frame_height


@pytest.mark.parametrize(("make", "width"), EVERY_SIZE)
def test_words_are_not_cut_off_at_the_frame(make, width):
    root = ElementTree.fromstring(make(width).svg)
    for element in root.iter(f"{SVG}text"):
        x, room = float(element.attrib["x"]), len(element.text) * 6.2
        anchor = element.attrib.get("text-anchor", "start")
        start = {"start": x, "middle": x - room / 2, "end": x - room}[anchor]
        assert start >= -1, element.text
        assert start + room <= width + 1, element.text


@pytest.mark.parametrize("make", EVERY_CHART)
def test_the_picture_has_a_name_and_a_description(make):
    chart = make()
    root = ElementTree.fromstring(chart.svg)
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.attrib["role"] == "img"
    assert (title.text, description.text) == (chart.title, chart.sentence)
    assert root.attrib["aria-labelledby"] == title.attrib["id"]
    assert root.attrib["aria-describedby"] == description.attrib["id"]


@pytest.mark.parametrize("make", EVERY_CHART)
def test_a_patients_words_stay_words(make):
    svg = make(words=CANARY).svg
    ElementTree.fromstring(svg)
    assert "<script" not in svg
    assert "\x07" not in svg


@pytest.mark.parametrize("make", EVERY_CHART)
def test_a_chart_brings_classes_and_no_styling_of_its_own(make):
    for element in ElementTree.fromstring(make().svg).iter():
        assert not {"style", "fill", "stroke", "font-size", "onclick"} & set(element.attrib)


@pytest.mark.parametrize("make", EVERY_CHART)
def test_the_same_numbers_give_the_same_markup(make):
    assert make() == make()


@pytest.mark.parametrize("make", EVERY_CHART)
def test_every_row_of_the_table_has_a_cell_for_each_header(make):
    table = make().table
    assert table.rows
    assert all(len(row) == len(table.headers) for row in table.rows)


def test_the_ids_of_two_charts_on_one_page_differ():
    ids = [set(re.findall(r' id="([^"]+)"', make().svg)) for make in (*EVERY_CHART, lambda: trajectory(320))]
    assert len(set.union(*ids)) == sum(len(found) for found in ids)


def test_two_hundred_points_stay_below_thirty_kilobytes():
    assert len(trajectory(n=200).svg.encode()) < 30_000
