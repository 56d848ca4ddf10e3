"""Programme outcomes: the site's records turned into courses for the pure outcome engine."""

from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from limen.apps.accounts.selectors import setting_value
from limen.apps.measures.selectors import site_totals
from limen.apps.patients.models import Episode, Patient
from limen.apps.records import knowledge
from limen.apps.records.actor import Actor
from limen.apps.records.selectors import first_and_last
from limen.charts import Chart, cohort_flow, interval_plot
from limen.charts.cohort_flow import FlowStage
from limen.charts.interval_plot import IntervalRow
from limen.clinical.definitions.instrument import parse_instrument
from limen.clinical.definitions.outcome import OutcomeDefinition, parse_outcome_definition
from limen.clinical.outcomes import Course, OutcomeReport, RatePair, ReliableChange, ScorePoint, report

INSTRUMENTS = ("phq-9", "gad-7")
WEEKS = (4, 10)
STATUS_OF_ENDING = {"completed": "completed", "left": "dropped"}


@dataclass(frozen=True)
class Block:
    """One instrument at one week: the report, and its two charts in two widths."""

    report: OutcomeReport
    rates: Chart
    rates_narrow: Chart


@dataclass(frozen=True)
class Programme:
    """The programme page: how many came how far, and the outcomes week by week."""

    flow: Chart
    flow_narrow: Chart
    blocks: tuple[Block, ...]
    is_remission_unset: bool
    n_started: int


def definition() -> OutcomeDefinition:
    return knowledge.load("rules", "outcomes", None, parse_outcome_definition)


def _site_of(actor: Actor) -> int:
    if actor.site_id is None:
        raise ValueError("Programme outcomes belong to a site; this person works at none.")
    return actor.site_id


def courses(actor: Actor, instrument_id: str) -> list[Course]:
    """One course for each patient who has had a dose, on one instrument, in a constant number of queries."""
    doses = first_and_last(_site_of(actor), "dose_given")
    totals = site_totals(_site_of(actor), instrument_id)
    endings = {
        row["patient_id"]: row["ending"]
        for row in Episode.objects.visible_to(actor).order_by("started_on", "id").values("patient_id", "ending")
    }
    patients = Patient.objects.visible_to(actor).filter(uid__in=list(doses)).only("pk", "uid", "time_zone")
    return [
        _course(patient, doses[patient.uid][0], totals.get(patient.pk, []), endings.get(patient.pk, ""), instrument_id)
        for patient in patients
    ]


def _course(patient, first_dose, points, ending: str, instrument_id: str) -> Course:
    started_on = first_dose.astimezone(ZoneInfo(patient.time_zone)).date()
    scores = [ScorePoint(on=p.on, value=float(p.value)) for p in points]
    before = [s for s, p in zip(scores, points, strict=True) if p.at <= first_dose]
    return Course(
        patient_uid=str(patient.uid),
        started_on=started_on,
        baseline=before[-1] if before else None,
        points=tuple(s for s in scores if s.on > started_on),
        status="active" if not ending else STATUS_OF_ENDING.get(ending, "stopped"),
        instrument=instrument_id,
    )


def reliable_change(instrument_id: str) -> ReliableChange | None:
    """The instrument's own reliable change, where its file has one with a source."""
    instrument = knowledge.load("instruments", instrument_id, None, parse_instrument)
    for rule in instrument.changes:
        if rule.kind == "reliable_change":
            source = instrument.identity.source(rule.source)
            return ReliableChange(points=float(rule.number), source=source.citation)
    return None


def programme(actor: Actor, *, as_of: date) -> Programme:
    """Everything the programme page shows, as of a date."""
    chosen = {i: setting_value(_site_of(actor), f"outcome.{i.replace('-', '')}_remission") for i in INSTRUMENTS}
    rules = definition()
    blocks = []
    first_courses: list[Course] = []
    for instrument_id in INSTRUMENTS:
        of_instrument = courses(actor, instrument_id)
        first_courses = first_courses or of_instrument
        remission = _remission_key(rules, instrument_id, chosen[instrument_id])
        for week in WEEKS:
            blocks.append(_block(of_instrument, rules, instrument_id, week, remission, as_of))
    return Programme(
        flow=_flow(actor, 720),
        flow_narrow=_flow(actor, 320),
        blocks=tuple(blocks),
        is_remission_unset=None in chosen.values(),
        n_started=len(first_courses),
    )


def _remission_key(rules: OutcomeDefinition, instrument_id: str, chosen: str | None) -> str:
    """The site's signed definition; before it is signed, the stricter published one, and the page says so."""
    known = [rule.key for rule in rules.instrument(instrument_id).remission]
    return chosen if chosen is not None and chosen in known else known[0]


def _block(of_instrument, rules, instrument_id: str, week: int, remission: str, as_of: date) -> Block:
    made = report(
        of_instrument,
        rules,
        week=week,
        remission_rule=remission,
        as_of=as_of,
        instrument=instrument_id,
        reliable_change=reliable_change(instrument_id),
    )
    return Block(report=made, rates=_rates(made, 720), rates_narrow=_rates(made, 320))


def _rates(made: OutcomeReport, width: int) -> Chart:
    pairs = [("Response", made.response), ("Remission", made.remission), ("Any fall", made.improved)]
    if made.deteriorated is not None:
        pairs.append(("Worse", made.deteriorated))
    rows = [row for label, pair in pairs for row in _pair_rows(label, pair)]
    title = f"{made.instrument_title}, week {made.window.week}"
    plot = interval_plot(title=title, rows=rows, unit="%", axis_from=0, axis_to=100, width=width)
    # The drawing keeps the full sentence as its description; on the page the table below says the same.
    return replace(
        plot, sentence="Filled: people with a score. Hollow: everybody due, a missing score counted against."
    )


def _pair_rows(label: str, pair: RatePair) -> list[IntervalRow]:
    ways = (("", pair.completers, False), (", all due", pair.missing_counted_against, True))
    return [
        IntervalRow(
            label=f"{label}{suffix}",
            estimate=rate.percent,
            low=rate.interval_percent.low if rate.interval_percent else None,
            high=rate.interval_percent.high if rate.interval_percent else None,
            n=rate.denominator,
            detail=f"{rate.events} of {rate.denominator}",
            is_hollow=is_hollow,
        )
        for suffix, rate, is_hollow in ways
    ]


def _flow(actor: Actor, width: int) -> Chart:
    """From referral to a first dose: how many reached each stage, and who left before it."""
    order = ["referred", "onboarding", "deciding", "planning", "treating"]
    dosed = set(first_and_last(_site_of(actor), "dose_given"))
    rows = list(Episode.objects.visible_to(actor).values("stage", "ending", "patient__uid"))
    reached = [_reached(row, order, dosed) for row in rows]
    labels = ("Opened an episode", "Onboarding", "Decision", "Plan", "First dose")
    counts = [sum(1 for step in reached if step >= index) for index in range(len(order))]
    stages = []
    for index, label in enumerate(labels):
        gone = [row for row, step in zip(rows, reached, strict=True) if step == index and row["stage"] == "ended"]
        left: tuple[tuple[str, int], ...] = ()
        if index < len(labels) - 1:
            left = tuple(_leavings(gone) + _still(rows, reached, index))
        stages.append(FlowStage(label=label, n=counts[index], left=left))
    return cohort_flow(title="From the first contact to the first dose", stages=stages, width=width)


def _reached(row: dict, order: list[str], dosed: set) -> int:
    """How far an episode came; one that ended before a dose is counted at the decision, where most end."""
    if row["patient__uid"] in dosed:
        return len(order) - 1
    if row["stage"] in order:
        return min(order.index(row["stage"]), len(order) - 2)
    return 2 if row["ending"] == "declined" else 1


def _leavings(gone: list[dict]) -> list[tuple[str, int]]:
    titles = dict(Episode.ENDINGS)
    kinds = sorted({row["ending"] for row in gone})
    return [(titles.get(kind, "ended").lower(), sum(1 for r in gone if r["ending"] == kind)) for kind in kinds]


def _still(rows: list[dict], reached: list[int], index: int) -> list[tuple[str, int]]:
    n = sum(1 for row, step in zip(rows, reached, strict=True) if step == index and row["stage"] != "ended")
    return [("still here", n)] if n else []
