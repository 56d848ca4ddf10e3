"""Staff pages: progress with its rules, questionnaires asked for and keyed in, and vital signs."""

from datetime import date

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from limen.apps.accounts.access import ACTIONS, declares
from limen.apps.measures import definitions, selectors, services
from limen.apps.measures.forms import AssignForm, PaperForm, VitalForm
from limen.apps.measures.models import Assignment, Response
from limen.apps.measures.progress import CHARTED, Progress, dose_dates, progress_of
from limen.apps.measures.vital_ranges import SOURCE
from limen.apps.measures.vitals import InvalidVital
from limen.apps.patients import guard
from limen.apps.patients.selectors import current_episode
from limen.apps.records import clock
from limen.apps.records.knowledge import UnknownDefinition
from limen.clinical.definitions.instrument import Instrument
from limen.clinical.instruments import Finding, InvalidAnswer, score
from limen.ui.components.data_table import Cell, Column, Row

GET_POST = ["GET", "HEAD", "POST"]
CHART_PX = 600
ENTRY_MODES = {"patient": "Patient", "paper": "From paper", "clinician": "Clinician", "import": "Import"}
RESPONSE_COLUMNS = [
    Column("Filled in"),
    Column("Questionnaire"),
    Column("Total", is_numeric=True),
    Column("Band"),
    Column("Missing"),
    Column("For"),
    Column("How"),
    Column("Recomputed"),
]
VITAL_COLUMNS = [
    Column("Measured"),
    Column("BP, mmHg", is_numeric=True),
    Column("Heart rate, per min", is_numeric=True),
    Column("SpO₂, %", is_numeric=True),
    Column("Breathing, per min", is_numeric=True),
    Column("Weight, kg", is_numeric=True),
    Column("Height, cm", is_numeric=True),
    Column("When"),
    Column("By"),
]


def _may(request, action: str) -> bool:
    return bool(request.actor.roles & ACTIONS[action].roles)


@declares("measures.read")
@require_safe
def progress(request, patient_uid):
    patient = request.patient
    today = clock.today(patient.time_zone)
    doses = dose_dates(patient)
    rows = [progress_of(patient, name, doses=doses, width=CHART_PX) for name in CHARTED]
    page = {
        "cards": [{"progress": row, "change": _change_rows(row), "findings": _findings(row)} for row in rows],
        "assignments": [_assignment_line(row, today) for row in selectors.open_assignments(patient)],
        "response_columns": RESPONSE_COLUMNS,
        "responses": [_response_row(row) for row in selectors.responses_of(patient)],
        "paper": [{"id": row.identity.id, "name": row.abbreviation} for row in definitions.instruments_for_staff()],
        "may_assign": _may(request, "measures.assign"),
        "may_enter": _may(request, "measures.enter"),
    }
    return render(request, "measures/progress.html", page)


def _change_rows(row: Progress) -> list[dict]:
    change = row.change
    points = None if change is None else change.improvement_points
    percent = None if change is None else change.percent_change
    moved = "" if points is None else f"{-points:+} points"
    return [
        {
            "label": "Baseline",
            "value": _score_text(row.baseline),
            "missing": "no score is marked as baseline",
        },
        {"label": "Latest", "value": _score_text(row.latest), "missing": "no score yet"},
        {
            "label": "Change",
            "value": moved + (f" ({percent:+} %)" if percent is not None else ""),
            "missing": "cannot tell: needs a baseline and a later score",
        },
    ]


def _score_text(point) -> str:
    return "" if point is None else f"{point.value} ({point.band.lower()}) on {date_format(point.on, 'j M Y')}"


def _findings(row: Progress) -> list[dict]:
    change = row.change
    if change is None:
        return []
    named = [("Response", change.response), ("Remission", change.remission)]
    named.append(("Deterioration", change.reliable_deterioration))
    citations = {source.key: source.citation for source in row.instrument.identity.sources}
    return [_finding(name, finding, citations) for name, finding in named]


def _finding(name: str, finding: Finding, citations: dict[str, str]) -> dict:
    words = {True: "met", False: "not met", None: "cannot tell"}
    is_bad = name == "Deterioration"
    tone = "neutral" if not finding.met else "alert" if is_bad else "good"
    return {
        "name": name,
        "text": f"{name}: {words[finding.met]}",
        "tone": tone,
        "rule": finding.text,
        "source": citations.get(finding.source, finding.source),
    }


def _assignment_line(row: Assignment, today: date) -> dict:
    days = (row.due_on - today).days
    if row.closes_on < today:
        when, tone = f"closed {date_format(row.closes_on, 'j M')}, not answered", "alert"
    elif days < 0:
        when, tone = f"overdue by {-days} day{'s' if days != -1 else ''}", "alert"
    elif days == 0:
        when, tone = "due today", "watch"
    elif row.opens_on > today:
        when, tone = f"opens {date_format(row.opens_on, 'j M')}, due {date_format(row.due_on, 'j M')}", "neutral"
    else:
        when, tone = f"due {date_format(row.due_on, 'j M')}", "info"
    name = definitions.pinned(row.instrument_pin).abbreviation
    return {"uid": row.uid, "name": name, "purpose": row.purpose.replace("_", " "), "when": when, "tone": tone}


def _response_row(response: Response) -> Row:
    instrument = definitions.pinned(response.instrument_pin)
    total = next((row for row in response.scores.all() if row.name == "total"), None)
    marks = [
        "answered while impaired, not counted" if response.is_impaired else "",
        "corrected later" if getattr(response, "superseded_by", None) else "",
    ]
    value = selectors.plain_number(total.value) if total else None
    missing = (
        ", ".join(str(services.question_number(instrument, item)) for item in total.missing_items) if total else ""
    )
    return Row(
        cells=[
            Cell(_moment(response.completed_at), note=" · ".join(mark for mark in marks if mark)),
            instrument.abbreviation,
            "–" if value is None else value,
            Cell(total.band if total and total.band else "–", note=total.reason if total else ""),
            f"question {missing}" if missing else "none",
            response.purpose.replace("_", " ") or "–",
            Cell(
                ENTRY_MODES.get(response.entry_mode, response.entry_mode),
                note=response.recorded_by.display_name if response.recorded_by else "",
            ),
            _recomputed(instrument, response, total),
        ],
        tone="watch" if response.is_impaired else "",
    )


def _recomputed(instrument: Instrument, response: Response, total) -> str:
    """Score the kept answers again by the pinned file: the stored total must come out."""
    try:
        again = score(instrument, response.answers).total
    except InvalidAnswer as error:
        return f"cannot: {error}"
    kept = total.value if total else None
    if again is None or kept is None:
        is_same = again is None and kept is None
    else:
        is_same = abs(again - kept) < 10 ** -kept.as_tuple().exponent
    return "same" if is_same else f"differs: {again}"


def _moment(at) -> str:
    return date_format(timezone.localtime(at), "j M Y, H:i")


@declares("measures.assign")
@require_http_methods(GET_POST)
def assign(request, patient_uid):
    patient = request.patient
    form = AssignForm(request.POST or None, today=clock.today(patient.time_zone))
    if request.method == "POST":
        guard.check(request)
        if form.is_valid():
            services.assign(patient=patient, episode=current_episode(patient), actor=request.actor, **form.cleaned_data)
            messages.success(request, "Asked for. The patient sees it from the day it opens.")
            return redirect("measures:progress", patient_uid)
    page = {"form": form, "heading": "Ask for a questionnaire"}
    return render(request, "measures/assign.html", page, status=422 if form.is_bound else 200)


@declares("measures.assign")
@require_POST
def cancel(request, patient_uid, assignment_uid):
    guard.check(request)
    services.cancel_assignment(_fetch(request, assignment_uid), reason="Cancelled by staff", actor=request.actor)
    messages.success(request, "Taken back. Answers given so far are kept.")
    return redirect("measures:progress", patient_uid)


def _fetch(request, assignment_uid) -> Assignment:
    rows = Assignment.objects.visible_to(request.actor)
    assignment = get_object_or_404(rows, uid=assignment_uid, patient=request.patient)
    assignment.patient = request.patient
    return assignment


@declares("measures.enter")
@require_http_methods(GET_POST)
def enter(request, patient_uid, assignment_uid):
    """Key in a questionnaire that was asked for."""
    assignment = _fetch(request, assignment_uid)
    if assignment.state != "open":
        messages.info(request, "This questionnaire is no longer open.")
        return redirect("measures:progress", patient_uid)
    return _key_in(request, definitions.pinned(assignment.instrument_pin), assignment)


@declares("measures.enter")
@require_http_methods(GET_POST)
def paper(request, patient_uid, instrument_id):
    """Key in a questionnaire nobody had asked for."""
    try:
        instrument = definitions.instrument(instrument_id)
    except UnknownDefinition as error:
        raise Http404 from error
    return _key_in(request, instrument, None)


def _key_in(request, instrument: Instrument, assignment: Assignment | None):
    form = PaperForm(request.POST or None, instrument=instrument, time_zone=request.patient.time_zone)
    if request.method == "POST":
        guard.check(request)
        if form.is_valid() and _saved_from_paper(request, form, instrument, assignment):
            messages.success(request, f"{instrument.abbreviation} is saved, marked as entered by you.")
            return redirect("measures:progress", request.patient.uid)
    page = {"form": form, "instrument": instrument, "assignment": assignment}
    return render(request, "measures/paper.html", page, status=422 if form.is_bound else 200)


def _saved_from_paper(request, form: PaperForm, instrument: Instrument, assignment: Assignment | None) -> bool:
    try:
        services.record_response(
            patient=request.patient,
            instrument_id=instrument.identity.id,
            answers=form.answers(),
            completed_at=form.cleaned_data["completed_at"],
            actor=request.actor,
            entry_mode=form.cleaned_data["entry_mode"],
            purpose="baseline" if form.cleaned_data["is_baseline"] else "",
            assignment=assignment,
        )
    except (InvalidAnswer, services.MeasureRefused) as error:
        form.add_error(None, str(error))
        return False
    return True


@declares("measures.read")
@require_safe
def vitals(request, patient_uid):
    return _vitals_page(request, VitalForm(time_zone=request.actor.time_zone))


@declares("measures.enter")
@require_POST
def record_vital(request, patient_uid):
    guard.check(request)
    form = VitalForm(request.POST, time_zone=request.actor.time_zone)
    if form.is_valid() and _saved_vital(request, form):
        messages.success(request, "Saved.")
        return redirect("measures:vitals", patient_uid)
    return _vitals_page(request, form, status=422)


def _saved_vital(request, form: VitalForm) -> bool:
    data = form.cleaned_data
    try:
        services.record_vital(
            patient=request.patient,
            context=data["context"],
            occurred_at=data["occurred_at"],
            actor=request.actor,
            is_after_rest=data["is_after_rest"],
            is_weight_confirmed=data["is_weight_confirmed"],
            note=data["note"],
            **form.values(),
        )
    except InvalidVital as error:
        for field, message in error.errors.items():
            form.add_error(field, message)
        return False
    return True


def _vitals_page(request, form: VitalForm, status: int = 200):
    weight_errors = form.errors.get("weight_kg") if form.is_bound else None
    page = {
        "form": form,
        "numbers": form.number_fields(),
        "asks_weight": bool(weight_errors),
        "range_source": SOURCE,
        "columns": VITAL_COLUMNS,
        "rows": [_vital_row(row) for row in selectors.vitals_for(request.patient)],
        "may_enter": _may(request, "measures.enter"),
    }
    return render(request, "measures/vitals.html", page, status=status)


def _vital_row(row) -> list:
    pressure = "–" if row.systolic_mmhg is None else f"{row.systolic_mmhg}/{row.diastolic_mmhg}"
    when = row.context + (", after rest" if row.is_after_rest else "")
    numbers = (row.heart_rate_bpm, row.spo2_percent, row.respiratory_rate_per_min, row.weight_kg, row.height_cm)
    return [
        Cell(_moment(row.occurred_at), note=row.note),
        pressure,
        *["–" if number is None else number for number in numbers],
        Cell(when, note="" if row.entry_mode == "live" else row.entry_mode),
        row.recorded_by.display_name if row.recorded_by else "–",
    ]
