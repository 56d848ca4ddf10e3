"""Examples of this component, shown in the style guide and rendered by its tests; every number is made up."""

import datetime as dt

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
)
from limen.ui.components import Example

TODAY = dt.date(2026, 4, 20)
WIDE_PX, NARROW_PX = 720, 320
BANDS = (Band(0, 9, "low"), Band(10, 18, "middle"), Band(19, 27, "high"))
POINTS = tuple(
    TrajectoryPoint(TODAY - dt.timedelta(days=days), value)
    for days, value in ((56, 21), (42, 18), (28, 13), (14, 9), (3, 7))
)
DOSES = tuple(TODAY - dt.timedelta(days=days) for days in (44, 40, 37, 33, 30, 26, -5))


def _trajectory(width: int):
    return score_trajectory(
        scale_title="Demo scale",
        points=POINTS,
        bands=BANDS,
        baseline=POINTS[0],
        response_line=10,
        remission_line=4,
        dose_dates=DOSES,
        today=TODAY,
        width=width,
    )


def _session(width: int):
    vitals = [
        VitalReading(-10, 126, 78, 72, 98),
        VitalReading(10, 138, 86, 80, 97),
        VitalReading(20, 152, 94, 86, 97),
        VitalReading(40, 146, 90, 82, 96, is_back_filled=True),
        VitalReading(60, 130, 80, 74, 98),
    ]
    ratings = [RatingMark(20, "Dissociation", "2"), RatingMark(40, "Dissociation", "3")]
    return session_strip(
        title="Session in room 2",
        vitals=vitals,
        ratings=ratings,
        dose=DoseBar(0, 40, "infusion"),
        minutes=120,
        now_minute=72,
        width=width,
    )


def _intervals(width: int):
    rows = [
        IntervalRow("Seen at week 4", 52.6, 31.7, 72.7, 19, "10 of 19"),
        IntervalRow("All who started", 41.7, 24.5, 61.2, 24, "10 of 24", is_hollow=True),
    ]
    return interval_plot(title="Response at week 4", rows=rows, unit="%", axis_from=0, axis_to=100, width=width)


def _flow(width: int):
    stages = [
        FlowStage("Referred", 62, (("declined", 9), ("not suitable now", 11))),
        FlowStage("Started", 36, (("stopped early", 5),)),
        FlowStage("Finished the first series", 28),
    ]
    return cohort_flow(title="From referral to the end of the first series", stages=stages, width=width)


def _calendar(width: int):
    entries = [CalendarEntry(day, "dose", "done" if day <= TODAY else "planned", "dose") for day in DOSES]
    entries += [
        CalendarEntry(TODAY - dt.timedelta(days=20), "visit", "done", "integration"),
        CalendarEntry(TODAY - dt.timedelta(days=7), "measure", "missed", "weekly scale"),
        CalendarEntry(TODAY + dt.timedelta(days=7), "visit", "planned", "review"),
    ]
    return calendar_strip(title="Visits and doses", entries=entries, today=TODAY, width=width)


EXAMPLES = tuple(
    Example(title, {"drawing": draw(WIDE_PX), "narrow": draw(NARROW_PX)})
    for title, draw in (
        ("Scores over time", _trajectory),
        ("A session", _session),
        ("Estimates with intervals", _intervals),
        ("A cohort", _flow),
        ("A calendar", _calendar),
    )
)
