"""Charts as plain functions: values in, accessible SVG with title, sentence and the same numbers as a table out.

No colour, font or style is set here. The page styles these classes:
frame `chart`, `chart-trajectory`, `chart-session`, `chart-intervals`, `chart-flow`, `chart-calendar`, `chart-spark`;
words `c-text`, `c-muted`, `c-strong`, `c-halo`, `c-text-response`, `c-text-remission`;
ground `c-axis`, `c-grid`, `c-band`, `c-band-1`, `c-band-2`, `c-track`, `c-day`, `c-is-today`, `c-today`, `c-reference`;
data `c-line`, `c-mark`, `c-baseline`, `c-latest`, `c-interval`, `c-bar`, `c-pressure`, `c-pressure-mark`, `c-rating`,
`c-dose`, `c-event`, `c-event-dose`, `c-event-visit`, `c-event-measure`, `c-leave`, `c-cross`, `c-more`;
targets `c-target`, `c-target-response`, `c-target-remission`; states `c-hollow`, `c-planned`, `c-missed`.
Text is drawn for 13 px. A drawing is as wide as its `width`; phones get one of their own, about 320, not a shrunk one.
"""

from limen.charts.calendar_strip import CalendarEntry, calendar_strip
from limen.charts.cohort_flow import FlowStage, cohort_flow
from limen.charts.interval_plot import IntervalRow, interval_plot
from limen.charts.model import Chart, Table
from limen.charts.score_trajectory import Band, TrajectoryPoint, score_trajectory
from limen.charts.session_strip import DoseBar, RatingMark, VitalReading, session_strip
from limen.charts.sparkline import sparkline

__all__ = [
    "Band",
    "CalendarEntry",
    "Chart",
    "DoseBar",
    "FlowStage",
    "IntervalRow",
    "RatingMark",
    "Table",
    "TrajectoryPoint",
    "VitalReading",
    "calendar_strip",
    "cohort_flow",
    "interval_plot",
    "score_trajectory",
    "session_strip",
    "sparkline",
]
