"""What each chart says: its sentence, its table, and marks where the numbers are."""

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
from limen.charts.scale import Scale, date_ticks, nice_ticks

SVG = "{http://www.w3.org/2000/svg}"
DAY = date(2025, 1, 6)
BANDS = [Band(0, 4, "Minimal"), Band(5, 9, "Mild"), Band(10, 14, "Moderate"), Band(15, 27, "Severe")]


def marks(chart, css):
    root = ElementTree.fromstring(chart.svg)
    return [element for element in root.iter() if css in element.attrib.get("class", "").split()]


def words(chart):
    return [element.text for element in ElementTree.fromstring(chart.svg).iter(f"{SVG}text")]


def trajectory(points, **options):
    chosen = {
        "scale_title": "PHQ-9",
        "bands": BANDS,
        "baseline": points[0] if points else None,
        "response_line": 10,
        "remission_line": 4,
        "dose_dates": [DAY, DAY + timedelta(days=40)],
        "today": DAY + timedelta(days=30),
    }
    return score_trajectory(points=points, **(chosen | options))


FALL = [TrajectoryPoint(DAY, 20), TrajectoryPoint(DAY + timedelta(days=28), 8)]


def test_the_trajectory_says_where_the_person_stands_against_baseline():
    assert trajectory(FALL).sentence == (
        "PHQ-9 was 8 (mild) on 3 Feb 2025: 12 points lower than the baseline of 20 on 6 Jan 2025 (60 %). "
        "It is within the response line of 10 and above the remission line of 4."
    )


def test_the_trajectory_table_lists_scores_and_doses_by_date():
    assert trajectory(FALL).table.rows == (
        ("6 Jan 2025", "Baseline", "20", "Severe", "–"),
        ("6 Jan 2025", "Dose", "–", "–", "–"),
        ("3 Feb 2025", "Score", "8", "Mild", "-12"),
        ("15 Feb 2025", "Dose, planned", "–", "–", "–"),
    )


def test_a_higher_score_is_drawn_higher_and_a_later_one_further_right():
    first, last = marks(trajectory(FALL), "c-baseline")[0], marks(trajectory(FALL), "c-latest")[0]
    assert float(first.attrib["cy"]) < float(last.attrib["cy"])
    assert float(first.attrib["cx"]) < float(last.attrib["cx"])


def test_marks_stand_in_proportion_to_their_scores():
    points = [TrajectoryPoint(DAY + timedelta(days=day), value) for day, value in ((0, 20), (10, 10), (20, 0))]
    line = marks(trajectory(points), "c-line")[0].attrib["d"].removeprefix("M").split("L")
    (x_1, y_1), (x_2, y_2), (x_3, y_3) = [map(float, place.split()) for place in line]
    assert x_2 - x_1 == pytest.approx(x_3 - x_2, abs=0.11)
    assert y_2 - y_1 == pytest.approx(y_3 - y_2, abs=0.11)


def test_an_unchanged_score_is_called_unchanged():
    same = [TrajectoryPoint(DAY, 20), TrajectoryPoint(DAY + timedelta(days=28), 20)]
    assert "unchanged from the baseline of 20" in trajectory(same).sentence


def test_no_scores_and_no_baseline_are_said_and_not_invented():
    assert trajectory([]).sentence == "No PHQ-9 scores yet."
    assert "There is no baseline to compare with." in trajectory(FALL, baseline=None).sentence
    assert marks(trajectory(FALL, response_line=None, remission_line=None), "c-target") == []


def test_a_score_off_the_scale_is_refused():
    with pytest.raises(ValueError, match="PHQ-9 runs from 0 to 27; got a score of 30"):
        trajectory([TrajectoryPoint(DAY, 30)])


def strip(**options):
    chosen = {
        "title": "Session",
        "vitals": [VitalReading(0, 120, 80, 70, 98), VitalReading(40, 156, 94, 88, 95, is_back_filled=True)],
        "ratings": [],
        "dose": DoseBar(0, 40, "40 mg"),
        "minutes": 120,
    }
    return session_strip(**(chosen | options))


def test_the_session_names_its_extremes_and_its_late_entries():
    assert strip().sentence == (
        "Dose: 40 mg, from minute 0 to 40. Highest blood pressure 156/94 mmHg at minute 40. "
        "Lowest oxygen saturation 95 % at minute 40. 2 sets of vitals, 1 of them entered later; 0 ratings."
    )


def test_a_back_filled_reading_is_hollow_and_said_in_the_table():
    assert len(marks(strip(), "c-mark")) == 8
    assert len([mark for mark in marks(strip(), "c-mark") if "c-hollow" in mark.attrib["class"]]) == 4
    assert ("40", "Vitals", "entered later", "156", "94", "88", "95") in strip().table.rows


def test_sr_25_a_session_has_one_line_for_each_measured_series_and_no_model_line():
    assert len(marks(strip(), "c-line")) == 2
    assert "concentration" not in strip().svg.lower()


def test_each_kind_of_rating_has_a_row_with_its_values():
    ratings = [
        RatingMark(15, "dissociation", "3"),
        RatingMark(40, "sedation", "2"),
        RatingMark(41, "dissociation", "6"),
    ]
    chart = strip(ratings=ratings)
    heights = [mark.attrib["cy"] for mark in marks(chart, "c-rating")]
    assert heights[0] == heights[1] != heights[2]
    assert {"Dissociation", "Sedation", "3", "6", "2"} <= set(words(chart))
    assert ("41", "Rating", "dissociation 6", "–", "–", "–", "–") in chart.table.rows


def test_what_was_not_measured_is_said():
    assert words(strip(vitals=[])).count("not measured") == 3
    assert "no dose recorded" in words(strip(dose=None))


def test_an_entry_after_the_end_of_the_strip_is_refused():
    with pytest.raises(ValueError, match="an entry at minute 40 lies after the end of the strip at 30"):
        strip(minutes=30)


def test_an_interval_runs_from_low_to_high_around_its_estimate():
    rows = [IntervalRow("Response", 50, 40, 60, 20, "10 of 20"), IntervalRow("None", None, None, None, 0)]
    chart = interval_plot(title="Week 4", rows=rows, unit="%", axis_from=0, axis_to=100)
    bar, dot = marks(chart, "c-interval")[0].attrib, marks(chart, "c-mark")
    assert float(bar["x1"]) + float(bar["x2"]) == pytest.approx(2 * float(dot[0].attrib["cx"]), abs=0.21)
    assert len(dot) == 1
    assert chart.sentence == "Response: 50 % (interval 40 to 60; 10 of 20); None: no data (n 0)."
    assert chart.table.rows[0] == ("Response", "50", "40", "60", "20", "10 of 20")


def test_an_interval_that_does_not_hold_its_estimate_is_refused():
    with pytest.raises(ValueError, match="the interval 40 to 60 does not hold its estimate 70"):
        interval_plot(title="x", rows=[IntervalRow("a", 70, 40, 60, 3)], unit="%")


def test_a_flow_names_those_who_left_without_a_reason():
    chart = cohort_flow(
        title="Flow", stages=[FlowStage("Assessed", 100, (("declined", 30),)), FlowStage("Started", 60)]
    )
    assert chart.sentence == "100 assessed, 60 started. 40 left on the way, 10 of them without a recorded reason."
    assert ("Assessed", "left: reason not recorded", "10", "–") in chart.table.rows
    first, second = (float(bar.attrib["width"]) for bar in marks(chart, "c-bar"))
    assert second / first == pytest.approx(0.6, abs=0.001)


@pytest.mark.parametrize(
    ("stages", "message"),
    [
        ([], "at least one stage"),
        ([FlowStage("a", 5), FlowStage("b", 6)], "stage 'b' has 6 people, more than 5 before it"),
        ([FlowStage("a", 5, (("x", 3),)), FlowStage("b", 4)], "3 people are said to have left but 1 are missing"),
        ([FlowStage("a", -1)], "a count cannot be negative"),
    ],
)
def test_a_flow_that_does_not_add_up_is_refused(stages, message):
    with pytest.raises(ValueError, match=message):
        cohort_flow(title="Flow", stages=stages)


def test_the_calendar_counts_by_kind_and_state_and_names_what_is_next():
    entries = [
        CalendarEntry(DAY, "dose", "done", "Dose 1"),
        CalendarEntry(DAY + timedelta(days=3), "visit", "missed", "Integration"),
        CalendarEntry(DAY + timedelta(days=7), "dose", "planned", "Dose 2"),
    ]
    chart = calendar_strip(title="Plan", entries=entries, today=DAY + timedelta(days=4))
    assert chart.sentence == "Doses: 1 done, 1 planned; visits: 1 missed. Next: Dose 2 on 13 Jan 2025."
    assert len(marks(chart, "c-is-today")) == 1
    assert chart.table.rows[1] == ("9 Jan 2025", "visit", "missed", "Integration")


def test_an_unknown_kind_or_state_is_refused():
    with pytest.raises(ValueError, match="kind 'nap' is not one of dose, visit, measure"):
        CalendarEntry(DAY, "nap", "done", "x")
    with pytest.raises(ValueError, match="state 'maybe' is not one of done, planned, missed"):
        CalendarEntry(DAY, "dose", "maybe", "x")


def test_a_sparkline_says_from_where_to_where():
    assert sparkline(title="PHQ-9", values=[20, 4], low=0, high=27).sentence == "PHQ-9: from 20 to 4 over 2 values."
    with pytest.raises(ValueError, match="PHQ-9: 30 lies outside 0 to 27"):
        sparkline(title="PHQ-9", values=[30], low=0, high=27)


@pytest.mark.parametrize(
    ("low", "high", "most", "ticks"),
    [(0, 100, 5, (0, 20, 40, 60, 80, 100)), (93, 101, 4, (94, 96, 98, 100)), (0.1, 0.9, 4, (0.2, 0.4, 0.6, 0.8))],
)
def test_ticks_are_round_numbers(low, high, most, ticks):
    assert nice_ticks(low, high, most) == ticks


@pytest.mark.parametrize(
    ("days", "ticks"),
    [
        (14, [date(2025, 1, 6), date(2025, 1, 13), date(2025, 1, 20)]),
        (365, [date(2025, 4, 1), date(2025, 7, 1), date(2025, 10, 1), date(2026, 1, 1)]),
    ],
)
def test_dates_are_marked_by_weeks_and_then_by_months(days, ticks):
    assert list(date_ticks(DAY, DAY + timedelta(days=days), 5)) == ticks


def test_a_scale_holds_values_at_its_ends():
    scale = Scale(0, 10, 100, 200)
    assert (scale(-5), scale(5), scale(15)) == (100, 150, 200)
