"""The outcome report: who started, who is due, who was seen, and what became of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from math import fsum

from limen.clinical.definitions.outcome import InstrumentOutcomes, OutcomeDefinition, OutcomeWindow
from limen.clinical.outcomes.model import (
    STATUSES,
    ChangeEstimate,
    Count,
    Course,
    MissingPerson,
    OutcomeReport,
    PercentChangeOfMeans,
    Rate,
    RatePair,
    ReliableChange,
    ScorePoint,
)
from limen.clinical.statistics import Interval, mean_interval, wilson_interval

NO_BASELINE = "no baseline score"
BASELINE_ZERO = "baseline score of zero"
NO_SCORE = "no score in the window"


@dataclass(frozen=True)
class _Judged:
    """A course that is due, with its score in the window when there is one."""

    course: Course
    score: float | None

    @property
    def reasons(self) -> tuple[str, ...]:
        reasons = []
        if self.course.baseline is None:
            reasons.append(NO_BASELINE)
        elif self.course.baseline.value == 0:
            reasons.append(BASELINE_ZERO)
        if self.score is None:
            reasons.append(NO_SCORE)
        return tuple(reasons)


@dataclass(frozen=True)
class _Pair:
    """Baseline above zero and score of one completer."""

    baseline: float
    score: float

    @property
    def change(self) -> float:
        return self.score - self.baseline


@dataclass(frozen=True)
class _Counted:
    """The people of one report: everyone due, and those who can be judged."""

    definition: OutcomeDefinition
    due: tuple[_Judged, ...]
    pairs: tuple[_Pair, ...]

    @property
    def n_missing(self) -> int:
        return len(self.due) - len(self.pairs)

    def count(self, n: int, text: str) -> Count:
        return Count(n=n, text=text, is_small_cell=self.is_small(n))

    def is_small(self, *cells: int) -> bool:
        return any(cell < self.definition.smallest_cell for cell in cells)


def report(
    courses: Iterable[Course],
    definition: OutcomeDefinition,
    *,
    week: int,
    remission_rule: str,
    as_of: date,
    instrument: str | None = None,
    reliable_change: ReliableChange | None = None,
) -> OutcomeReport:
    """The outcomes of `courses` at `week`, as they stood at the end of `as_of`.

    A course is due once its window has closed: while it is open only early answerers could be counted, and they
    differ from the rest. Scores and starts after `as_of` are not looked at. `instrument` defaults to the definition's
    primary one. Without `reliable_change` deterioration is omitted and the report says why. The order of courses and
    scores does not matter.
    Raises ValueError for an unknown week, remission rule or instrument, a course on another instrument, or a score
    outside the instrument's range.
    """
    rules = definition.instrument(instrument or definition.primary_instrument)
    remission = rules.remission_rule(remission_rule)
    window = definition.window(week)
    started = sorted(_started(courses, rules, as_of), key=lambda course: (course.patient_uid, course.started_on))
    due = tuple(_judge(course, window) for course in started if _is_due(course, window, as_of))
    counted = _Counted(definition=definition, due=due, pairs=_pairs(due))
    words = definition.wording
    worse = None if reliable_change is None else _deterioration(counted, reliable_change)
    return OutcomeReport(
        definition_pin=definition.identity.pin,
        instrument=rules.id,
        instrument_title=rules.title,
        as_of=as_of,
        window=window,
        window_text=window.text,
        choice_of_score_text=words.choice_of_score,
        interval_text=definition.interval_note,
        remission_rule=remission,
        started=counted.count(len(started), "started: had a first dose"),
        not_yet_due=counted.count(len(started) - len(due), "not yet due: the window is still ahead or open"),
        due=counted.count(len(due), f"due: {words.due}"),
        assessed=_count_where(counted, "assessed: a score in the window", lambda row: row.score is not None),
        completers=counted.count(len(counted.pairs), f"completers: {words.completers}"),
        without_baseline=_count_reason(counted, NO_BASELINE),
        baseline_zero=_count_reason(counted, BASELINE_ZERO),
        without_score=_count_reason(counted, NO_SCORE),
        already_in_remission=_count_where(
            counted,
            f"of those due, already in this range at baseline ({remission.text})",
            lambda row: row.course.baseline is not None and row.course.baseline.value <= remission.highest_score,
        ),
        due_by_status=_by_status(counted),
        response=_rates(counted, rules.response.text, lambda pair: _responds(pair, rules)),
        remission=_rates(counted, remission.text, lambda pair: pair.score <= remission.highest_score),
        improved=_rates(counted, words.improved, lambda pair: pair.change < 0),
        deteriorated=worse,
        deteriorated_omitted_because="" if worse else f"no reliable change with a source is set for {rules.title}",
        mean_change=_mean_change(counted),
        mean_percent_change=_mean_percent_change(counted),
        percent_change_of_means=_percent_change_of_means(counted),
        missing=tuple(_missing_person(row) for row in due if row.reasons),
    )


def score_in_window(course: Course, window: OutcomeWindow) -> ScorePoint | None:
    """The score that counts for `window`: nearest the target day, then the later, then the higher; None if none.

    Days are whole local calendar days after the first dose. Of two scores on one day the higher (worse) is taken, so
    that the choice cannot flatter.
    """

    def day(point: ScorePoint) -> int:
        return (point.on - course.started_on).days

    inside = [point for point in course.points if window.first_day <= day(point) <= window.last_day]
    if not inside:
        return None
    return min(inside, key=lambda point: (abs(day(point) - window.target_day), -day(point), -point.value))


def _started(courses: Iterable[Course], rules: InstrumentOutcomes, as_of: date) -> list[Course]:
    started = []
    for course in courses:
        if course.instrument != rules.id:
            raise ValueError(f"a course on {course.instrument!r} cannot be counted in a report on {rules.id!r}")
        for point in (*course.points, *([course.baseline] if course.baseline else [])):
            if not rules.minimum <= point.value <= rules.maximum:
                raise ValueError(
                    f"{rules.title} runs from {rules.minimum:g} to {rules.maximum:g}; got a score of {point.value:g}"
                )
        if course.started_on <= as_of:
            started.append(course)
    return started


def _is_due(course: Course, window: OutcomeWindow, as_of: date) -> bool:
    return as_of > course.started_on + timedelta(days=window.last_day)


def _judge(course: Course, window: OutcomeWindow) -> _Judged:
    # A due window closed before as_of, so no score inside it can lie after as_of.
    point = score_in_window(course, window)
    return _Judged(course=course, score=None if point is None else point.value)


def _pairs(due: tuple[_Judged, ...]) -> tuple[_Pair, ...]:
    return tuple(
        _Pair(baseline=row.course.baseline.value, score=row.score)
        for row in due
        if row.course.baseline is not None and row.course.baseline.value > 0 and row.score is not None
    )


def _responds(pair: _Pair, rules: InstrumentOutcomes) -> bool:
    # Multiplied out: dividing would let rounding decide at exactly half.
    return 100 * (pair.baseline - pair.score) >= rules.response.percent_fall * pair.baseline


def _rates(counted: _Counted, rule_text: str, happened: Callable[[_Pair], bool]) -> RatePair:
    words = counted.definition.wording
    events = sum(happened(pair) for pair in counted.pairs)
    return RatePair(
        completers=_rate(
            counted,
            events=events,
            denominator=len(counted.pairs),
            texts=(rule_text, words.completers, words.missing_left_out),
        ),
        missing_counted_against=_rate(
            counted,
            events=events,
            denominator=len(counted.due),
            texts=(rule_text, words.due, words.missing_counted_against),
        ),
    )


def _deterioration(counted: _Counted, reliable: ReliableChange) -> RatePair:
    """Deterioration both ways. Against the programme means here that a missing person is counted as worse."""
    words = counted.definition.wording
    rule_text = f"{words.deteriorated} ({reliable.points:g} points; {reliable.source})"
    events = sum(pair.change >= reliable.points for pair in counted.pairs)
    return RatePair(
        completers=_rate(
            counted,
            events=events,
            denominator=len(counted.pairs),
            texts=(rule_text, words.completers, words.missing_left_out),
        ),
        missing_counted_against=_rate(
            counted,
            events=events + counted.n_missing,
            denominator=len(counted.due),
            texts=(rule_text, words.due, words.missing_counted_as_worse),
        ),
    )


def _rate(counted: _Counted, *, events: int, denominator: int, texts: tuple[str, str, str]) -> Rate:
    interval = wilson_interval(events, denominator, counted.definition.confidence)
    return Rate(
        events=events,
        denominator=denominator,
        percent=100 * events / denominator if denominator else None,
        interval_percent=Interval(100 * interval.low, 100 * interval.high) if interval else None,
        rule_text=texts[0],
        denominator_text=texts[1],
        missing_text=texts[2],
        n_missing=counted.n_missing,
        is_small_cell=counted.is_small(events, denominator - events, denominator),
    )


def _mean_change(counted: _Counted) -> ChangeEstimate:
    changes = [pair.change for pair in counted.pairs]
    return _change_estimate(counted, changes, "points", counted.definition.wording.mean_change)


def _mean_percent_change(counted: _Counted) -> ChangeEstimate:
    changes = [100 * pair.change / pair.baseline for pair in counted.pairs]
    return _change_estimate(counted, changes, "percent", counted.definition.wording.mean_percent_change)


def _change_estimate(counted: _Counted, changes: list[float], unit: str, rule_text: str) -> ChangeEstimate:
    words = counted.definition.wording
    return ChangeEstimate(
        # Sorted, so that the last digit does not depend on the order in which people arrive.
        estimate=mean_interval(sorted(changes), counted.definition.confidence),
        unit=unit,
        rule_text=rule_text,
        denominator_text=words.completers,
        missing_text=words.missing_left_out,
        n_missing=counted.n_missing,
        is_small_cell=counted.is_small(len(changes)),
    )


def _percent_change_of_means(counted: _Counted) -> PercentChangeOfMeans:
    words = counted.definition.wording
    total_baseline = fsum(pair.baseline for pair in counted.pairs)
    total_change = fsum(pair.change for pair in counted.pairs)
    return PercentChangeOfMeans(
        percent=100 * total_change / total_baseline if counted.pairs else None,
        n=len(counted.pairs),
        rule_text=words.percent_change_of_means,
        denominator_text=words.completers,
        missing_text=words.missing_left_out,
        n_missing=counted.n_missing,
        is_small_cell=counted.is_small(len(counted.pairs)),
    )


def _count_where(counted: _Counted, text: str, holds: Callable[[_Judged], bool]) -> Count:
    return counted.count(sum(holds(row) for row in counted.due), text)


def _count_reason(counted: _Counted, reason: str) -> Count:
    return _count_where(counted, f"of those due, {reason}", lambda row: reason in row.reasons)


def _by_status(counted: _Counted) -> tuple[tuple[str, Count], ...]:
    held = [row.course.status for row in counted.due]
    return tuple((status, counted.count(held.count(status), f"of those due, course {status}")) for status in STATUSES)


def _missing_person(row: _Judged) -> MissingPerson:
    return MissingPerson(
        patient_uid=row.course.patient_uid,
        started_on=row.course.started_on,
        status=row.course.status,
        reasons=row.reasons,
    )
