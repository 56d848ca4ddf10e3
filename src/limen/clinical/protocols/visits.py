"""From a protocol to dated visits, and what is due, overdue or next. All dates are the patient's local dates."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from limen.clinical.definitions.protocol import MeasureTemplate, Protocol, VisitTemplate

NO_OPEN_DAY = "no open day in the window"


@dataclass(frozen=True)
class PlannedMeasure:
    """One instrument due around a visit. For anchor "dose" the hour is known only once the dose has been given."""

    instrument: str
    visit_key: str
    anchor: str
    due_date: date
    offset_hours: int | None
    recall_days: int | None
    recall: str

    @property
    def key(self) -> str:
        """Names this measure within the plan, e.g. "dose-1/phq-9/+24h"."""
        hours = "" if self.offset_hours is None else f"/{self.offset_hours:+d}h"
        return f"{self.visit_key}/{self.instrument}{hours}"


@dataclass(frozen=True)
class PlannedVisit:
    """A dated visit. nominal_date is where the protocol puts it; target_date is the open day chosen in the window.

    problem is "" or says why the target could not be placed on an open day.
    """

    key: str
    title: str
    kind: str
    phase: str
    target_date: date
    earliest: date
    latest: date
    measures: tuple[PlannedMeasure, ...]
    nominal_date: date
    relative_to: str
    offset_days: int
    duration_min: int | None
    duration_setting: str
    problem: str = ""


@dataclass(frozen=True)
class PlanStatus:
    """Visits not yet completed, by what they ask of today. `next` is the first one still to open."""

    due: tuple[PlannedVisit, ...]
    overdue: tuple[PlannedVisit, ...]
    next: PlannedVisit | None


@dataclass(frozen=True)
class MeasureStatus:
    due: tuple[PlannedMeasure, ...]
    overdue: tuple[PlannedMeasure, ...]
    upcoming: tuple[PlannedMeasure, ...]


def plan_visits(
    protocol: Protocol, start_date: date, *, weekdays_open: AbstractSet[int] | None = None
) -> tuple[PlannedVisit, ...]:
    """Every visit of the protocol, dated, in order of target date.

    start_date: day 0 of the plan. weekdays_open: Monday = 0 … Sunday = 6; None means every day.
    A dose is placed by the protocol's own rhythm and only moved inside its window, so closed days do not add up from
    dose to dose; every other visit follows the day its anchor really has.
    Raises ValueError for an empty or impossible set of weekdays.
    """
    _check_weekdays(weekdays_open)
    planned: dict[str, PlannedVisit] = {}
    for visit in protocol.visits:
        nominal = _nominal(visit, planned, start_date)
        planned[visit.key] = _placed(_dated(visit, nominal), weekdays_open)
    return _in_order(planned.values())


def reflow(
    visits: Sequence[PlannedVisit],
    moved_key: str,
    new_date: date,
    *,
    completed: AbstractSet[str] = frozenset(),
    weekdays_open: AbstractSet[int] | None = None,
) -> tuple[PlannedVisit, ...]:
    """The plan after one visit is moved to `new_date`.

    Inside its window only the visits that hang on it (integration, review) follow. Outside its window the later doses
    that are counted from it move by the same number of days. Completed visits never move.
    Raises ValueError when the visit is unknown or completed, or the move would put doses out of order.
    """
    _check_weekdays(weekdays_open)
    by_key = {visit.key: visit for visit in visits}
    if moved_key not in by_key:
        raise ValueError(f"'{moved_key}' is not a visit of this plan; it has {', '.join(by_key)}")
    if moved_key in completed:
        raise ValueError(f"Visit '{moved_key}' is completed and cannot be moved.")
    moved = by_key[moved_key]
    is_inside = moved.earliest <= new_date <= moved.latest
    by_key[moved_key] = _moved_to(moved, new_date, is_inside)
    _follow(by_key, moved, completed, weekdays_open)
    _check_dose_order(visits, by_key.values())
    return _in_order(by_key.values())


def what_is_due(visits: Sequence[PlannedVisit], completed: AbstractSet[str], today: date) -> PlanStatus:
    """Due = inside its window today; overdue = the window has closed. today is the patient's local date."""
    left = [visit for visit in _in_order(visits) if visit.key not in completed]
    to_come = [visit for visit in left if visit.earliest > today]
    return PlanStatus(
        due=tuple(v for v in left if v.earliest <= today <= v.latest),
        overdue=tuple(v for v in left if v.latest < today),
        next=to_come[0] if to_come else None,
    )


def measures_due(visits: Sequence[PlannedVisit], completed: AbstractSet[str], today: date) -> MeasureStatus:
    """Measures by what they ask of today. `completed` holds PlannedMeasure.key values.

    A measure is overdue the day after it was due: answers given later describe other days.
    """
    left = sorted(
        (m for visit in visits for m in visit.measures if m.key not in completed), key=lambda m: (m.due_date, m.key)
    )
    return MeasureStatus(
        due=tuple(m for m in left if m.due_date == today),
        overdue=tuple(m for m in left if m.due_date < today),
        upcoming=tuple(m for m in left if m.due_date > today),
    )


def measure_due_at(measure: PlannedMeasure, dose_started_at: datetime) -> datetime | None:
    """The instant a dose-anchored measure is due; None for one that is counted in days.

    Raises ValueError when dose_started_at has no time zone.
    """
    if dose_started_at.tzinfo is None:
        raise ValueError("dose_started_at needs a time zone")
    if measure.offset_hours is None:
        return None
    return dose_started_at + timedelta(hours=measure.offset_hours)


def _nominal(visit: VisitTemplate, planned: Mapping[str, PlannedVisit], start_date: date) -> date:
    if not visit.relative_to:
        return start_date + timedelta(days=visit.offset_days)
    anchor = planned[visit.relative_to]
    day = anchor.nominal_date if visit.kind == "dosing" else anchor.target_date
    return day + timedelta(days=visit.offset_days)


def _dated(visit: VisitTemplate, nominal: date) -> PlannedVisit:
    return PlannedVisit(
        key=visit.key,
        title=visit.title,
        kind=visit.kind,
        phase=visit.phase,
        target_date=nominal,
        earliest=nominal - timedelta(days=visit.window_before_days),
        latest=nominal + timedelta(days=visit.window_after_days),
        measures=tuple(_planned_measure(measure, visit.key, nominal) for measure in visit.measures),
        nominal_date=nominal,
        relative_to=visit.relative_to,
        offset_days=visit.offset_days,
        duration_min=visit.duration_min,
        duration_setting=visit.duration_setting,
    )


def _planned_measure(measure: MeasureTemplate, visit_key: str, day: date) -> PlannedMeasure:
    return PlannedMeasure(
        instrument=measure.instrument,
        visit_key=visit_key,
        anchor=measure.anchor,
        due_date=day + timedelta(days=measure.day_shift),
        offset_hours=measure.offset_hours,
        recall_days=measure.recall_days,
        recall=measure.recall,
    )


def _placed(visit: PlannedVisit, weekdays_open: AbstractSet[int] | None) -> PlannedVisit:
    """The visit on the open day of its window nearest to its nominal date; the earlier one when two are as near."""
    if weekdays_open is None:
        return visit
    window = [visit.earliest + timedelta(days=n) for n in range((visit.latest - visit.earliest).days + 1)]
    open_days = [day for day in window if day.weekday() in weekdays_open]
    if not open_days:
        return replace(visit, problem=NO_OPEN_DAY)
    chosen = min(open_days, key=lambda day: (abs((day - visit.nominal_date).days), day))
    return _on_day(visit, chosen)


def _on_day(visit: PlannedVisit, day: date) -> PlannedVisit:
    shift = day - visit.target_date
    measures = tuple(replace(m, due_date=m.due_date + shift) for m in visit.measures)
    return replace(visit, target_date=day, measures=measures, problem="")


def _shifted(visit: PlannedVisit, shift: timedelta) -> PlannedVisit:
    return replace(
        _on_day(visit, visit.target_date + shift),
        nominal_date=visit.nominal_date + shift,
        earliest=visit.earliest + shift,
        latest=visit.latest + shift,
    )


def _moved_to(visit: PlannedVisit, new_date: date, is_inside: bool) -> PlannedVisit:
    if is_inside:
        return _on_day(visit, new_date)
    on_its_day = _on_day(visit, visit.nominal_date)
    return _shifted(on_its_day, new_date - visit.nominal_date)


def _follow(
    by_key: dict[str, PlannedVisit],
    before: PlannedVisit,
    completed: AbstractSet[str],
    weekdays_open: AbstractSet[int] | None,
) -> None:
    """Move, in place, what hangs on the visit that was `before`, and what hangs on those.

    A dose hangs on its anchor's nominal day, which a move inside the window leaves alone.
    """
    after = by_key[before.key]
    for visit in [v for v in by_key.values() if v.relative_to == before.key and v.key not in completed]:
        if visit.kind == "dosing":
            shift = after.nominal_date - before.nominal_date
        else:
            shift = after.target_date - before.target_date
        if not shift:
            continue
        at_nominal = _on_day(visit, visit.nominal_date) if weekdays_open is not None else visit
        by_key[visit.key] = _placed(_shifted(at_nominal, shift), weekdays_open)
        _follow(by_key, visit, completed, weekdays_open)


def _check_dose_order(before: Iterable[PlannedVisit], after: Iterable[PlannedVisit]) -> None:
    doses = sorted((v for v in after if v.kind == "dosing"), key=lambda v: v.target_date)
    order = [v.key for v in sorted(before, key=lambda v: v.target_date) if v.kind == "dosing"]
    for one, two in pairwise(doses):
        if one.target_date == two.target_date:
            raise ValueError(f"'{one.key}' and '{two.key}' would both fall on {one.target_date.isoformat()}.")
    if [v.key for v in doses] != order:
        raise ValueError(f"The doses would be out of order: {', '.join(v.key for v in doses)}.")


def _check_weekdays(weekdays_open: AbstractSet[int] | None) -> None:
    if weekdays_open is not None and (not weekdays_open or not set(weekdays_open) <= set(range(7))):
        raise ValueError(f"weekdays_open is {sorted(weekdays_open)}; use 0 (Monday) to 6 (Sunday), at least one")


def _in_order(visits: Iterable[PlannedVisit]) -> tuple[PlannedVisit, ...]:
    return tuple(sorted(visits, key=lambda v: (v.target_date, v.key)))
