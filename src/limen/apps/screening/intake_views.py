"""Intake: the antidepressant ledger, conditions, medicines, allergies, tests, and letters to outside clinicians."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from limen.apps.accounts.access import declares
from limen.apps.measures.selectors import latest_vital
from limen.apps.patients import guard
from limen.apps.patients.selectors import consent_history, contacts, supporters
from limen.apps.records import clock
from limen.apps.screening import forms, selectors, services
from limen.apps.screening.facts import PREGNANCY_FACTS
from limen.apps.screening.models import Allergy, MedicationStatement, MedicationTrial, OutsideClinician
from limen.apps.screening.onboarding_views import may_record
from limen.apps.screening.rules import condition_questions
from limen.ui.components.data_table import Cell, Link, Row

GET_POST = ["GET", "HEAD", "POST"]
SIMPLE: dict[str, tuple[type[Form], Callable[..., Any], str]] = {
    "medicine": (forms.MedicineForm, services.record_medication, "Add a medicine"),
    "allergy": (forms.AllergyForm, services.record_allergy, "Add an allergy or intolerance"),
    "lab": (forms.LabForm, services.record_lab, "Add a test result"),
}
LISTS = {"medicine": MedicationStatement, "allergy": Allergy, "clinician": OutsideClinician}
TRUTH = {True: "yes", False: "no", None: None}


def may_judge(request) -> bool:
    return request.actor.has_role(*services.JUDGES)


@declares("intake.read")
@require_safe
def intake(request, patient_uid):
    patient = request.patient
    can_read_pregnancy = selectors.may_read_pregnancy(request.actor)
    page = {
        "trial_columns": ["Medicine", "Weeks", "Outcome", "This episode", "Adequate", "Said by the patient"],
        "trial_rows": [_trial_row(request, row) for row in selectors.trials(patient)],
        "condition_columns": ["Condition", "State", "Source"],
        "condition_rows": _condition_rows(patient, can_read_pregnancy),
        "medicines": selectors.medications(patient),
        "allergies": selectors.allergies(patient),
        "labs": selectors.labs(patient, request.actor),
        "clinicians": selectors.outside_clinicians(patient),
        "contacts": contacts(patient),
        "supporters": supporters(patient),
        "consents": consent_history(patient),
        "vitals": _vitals(patient),
        "may_record": may_record(request),
        "can_read_pregnancy": can_read_pregnancy,
    }
    with timezone.override(request.actor.time_zone):
        return render(request, "screening/intake.html", page)


def _trial_row(request, row: MedicationTrial) -> Row:
    name: Cell | Link = Cell(row.drug, note=row.dose_text)
    if may_record(request):
        name = Link(row.drug, reverse("screening:trial", args=[request.patient.uid, row.uid]), note=row.dose_text)
    stopped = f"stopped: {row.why_stopped}" if row.why_stopped else ""
    return Row(
        cells=[
            name,
            row.duration_weeks,
            Cell(row.get_outcome_display(), note=stopped),
            TRUTH[row.is_current_episode],
            Cell("cannot tell" if row.is_adequate is None else TRUTH[row.is_adequate]),
            row.patient_words,
        ],
        tone="watch" if row.is_adequate is None else "",
    )


def _condition_rows(patient, can_read_pregnancy: bool) -> list[list]:
    known = {row.code: row for row in selectors.conditions(patient)}
    rows = []
    for question in condition_questions():
        if question.code in PREGNANCY_FACTS and not can_read_pregnancy:
            continue
        row = known.get(question.code)
        if row is None:
            rows.append([question.title, Cell("Not known"), "nobody asked yet"])
            continue
        source = "patient's own answer" if row.source == "patient" else "clinician"
        rows.append([question.title, row.get_state_display(), f"{source}, {row.noted_on:%-d %b %Y}"])
    return rows


def _vitals(patient) -> list[dict]:
    rows = []
    for field, label, unit in (
        ("systolic_mmhg", "Systolic pressure", "mmHg"),
        ("diastolic_mmhg", "Diastolic pressure", "mmHg"),
        ("weight_kg", "Weight", "kg"),
    ):
        found = latest_vital(patient, field)
        value = f"{found[0]} {unit}" if found else None
        rows.append({"label": label, "value": value, "note": f"{found[1]:%-d %b %Y}" if found else ""})
    return rows


def _form_page(request, form, title: str, status_when_bound: int = 422, **more):
    status = status_when_bound if form.is_bound else 200
    return render(request, "screening/intake_form.html", {"form": form, "page_title": title, **more}, status=status)


@declares("intake.record")
@require_http_methods(GET_POST)
def add(request, patient_uid, kind):
    """Add a medicine, an allergy or a test result."""
    if kind not in SIMPLE:
        raise Http404
    form_class, record, title = SIMPLE[kind]
    form = form_class(request.POST or None)
    if request.method == "POST":
        guard.check(request)
        if form.is_valid():
            record(patient=request.patient, actor=request.actor, **form.cleaned_data)
            messages.success(request, "Added.")
            return redirect("screening:intake", patient_uid=patient_uid)
    return _form_page(request, form, title)


@declares("intake.record")
@require_POST
def end(request, patient_uid, kind, row_uid):
    """Take a line off a current list."""
    guard.check(request)
    if kind not in LISTS:
        raise Http404
    row = get_object_or_404(LISTS[kind].objects.visible_to(request.actor), uid=row_uid, patient=request.patient)
    services.end_line(row, actor=request.actor)
    messages.success(request, "Taken off the list. Its history stays.")
    return redirect("screening:intake", patient_uid=patient_uid)


@declares("intake.record")
@require_http_methods(GET_POST)
def trial(request, patient_uid, trial_uid=None):
    """Add an antidepressant tried, or change and judge one."""
    row = None
    if trial_uid is not None:
        rows = MedicationTrial.objects.visible_to(request.actor).filter(is_void=False)
        row = get_object_or_404(rows, uid=trial_uid, patient=request.patient)
    form = forms.TrialForm(request.POST or None, initial=_trial_initial(row), may_judge=may_judge(request))
    if request.method == "POST":
        guard.check(request)
        if form.is_valid():
            values = form.values()
            # Somebody who may not judge leaves the judgement as it stands.
            values.setdefault("is_adequate", row.is_adequate if row else None)
            services.record_trial(patient=request.patient, trial=row, actor=request.actor, **values)
            messages.success(request, "Saved.")
            return redirect("screening:intake", patient_uid=patient_uid)
    title = "Antidepressant tried" if row else "Add an antidepressant tried"
    return _form_page(request, form, title, patient_words=row.patient_words if row else "", trial=row)


def _trial_initial(row: MedicationTrial | None) -> dict:
    if row is None:
        return {}
    return {
        "drug": row.drug,
        "dose_text": row.dose_text,
        "duration_weeks": row.duration_weeks,
        "outcome": row.outcome,
        "why_stopped": row.why_stopped,
        "is_current_episode": forms.words(row.is_current_episode),
        "is_adequate": forms.words(row.is_adequate),
    }


@declares("intake.record")
@require_http_methods(GET_POST)
def void_trial(request, patient_uid, trial_uid):
    """Mark an entry of the ledger as entered in error, with the reason."""
    rows = MedicationTrial.objects.visible_to(request.actor).filter(is_void=False)
    row = get_object_or_404(rows, uid=trial_uid, patient=request.patient)
    form = forms.ReasonForm(request.POST or None)
    if request.method == "POST":
        guard.check(request)
        if form.is_valid():
            services.void_trial(row, reason=form.cleaned_data["reason"], actor=request.actor)
            messages.success(request, "Marked as entered in error. Its history stays.")
            return redirect("screening:intake", patient_uid=patient_uid)
    return _form_page(request, form, f"Entered in error: {row.drug}")


@declares("intake.record")
@require_http_methods(GET_POST)
def conditions(request, patient_uid):
    """Every condition the rules ask about, settled with the patient."""
    patient = request.patient
    can_read_pregnancy = selectors.may_read_pregnancy(request.actor)
    questions = [q for q in condition_questions() if can_read_pregnancy or q.code not in PREGNANCY_FACTS]
    known = {row.code: row for row in selectors.conditions(patient)}
    form = forms.ConditionsForm(request.POST or None, questions=questions, known=known)
    if request.method == "POST":
        guard.check(request)
        if form.is_valid():
            changed = form.changed()
            services.record_conditions(patient=patient, states=changed, actor=request.actor)
            messages.success(request, f"{len(changed)} saved.")
            return redirect("screening:intake", patient_uid=patient_uid)
    return _form_page(request, form, "Conditions", is_inline=True)


@declares("intake.record")
@require_http_methods(GET_POST)
def pregnancy(request, patient_uid):
    """Capacity to be pregnant and the test; only for who may read the result (SR-51)."""
    if not selectors.may_read_pregnancy(request.actor):
        return render(
            request, "403.html", {"reason": "A pregnancy test is recorded by a prescriber or a monitor."}, status=403
        )
    patient = request.patient
    first = {"can_be_pregnant": {True: "yes", False: "no"}.get(patient.can_be_pregnant, "")}
    form = forms.PregnancyForm(request.POST or None, initial=first)
    if request.method == "POST":
        guard.check(request)
        if form.is_valid():
            given = form.cleaned_data
            services.record_pregnancy(
                patient=patient,
                can_be_pregnant=given["can_be_pregnant"] == "yes",
                reason=given["reason"],
                result=given["result"],
                taken_on=given["taken_on"],
                actor=request.actor,
            )
            messages.success(request, "Saved.")
            return redirect("screening:intake", patient_uid=patient_uid)
    advice = "Talk about contraception during treatment and about breastfeeding, and note that you did."
    return _form_page(request, form, "Pregnancy", advice=advice)


@declares("intake.record")
@require_http_methods(GET_POST)
def outside_clinician(request, patient_uid):
    patient = request.patient
    form = forms.OutsideClinicianForm(request.POST or None)
    if request.method == "POST":
        guard.check(request)
        if form.is_valid():
            row = OutsideClinician(site_id=patient.site_id, patient=patient, **form.cleaned_data)
            services.save_outside_clinician(row, actor=request.actor)
            messages.success(request, "Added.")
            return redirect("screening:intake", patient_uid=patient_uid)
    return _form_page(request, form, "Add an outside clinician")


@declares("intake.read")
@require_safe
def letter(request, patient_uid):
    """A letter to an outside clinician, to print: start, change or end of treatment (SR-53)."""
    patient = request.patient
    clinicians = [row for row in selectors.outside_clinicians(patient) if row.released_on]
    form = forms.LetterForm(request.GET if "kind" in request.GET else None, clinicians=clinicians)
    shown = None
    if form.is_bound and form.is_valid():
        to = next(row for row in clinicians if str(row.uid) == form.cleaned_data["clinician"])
        shown = {"to": to, "kind": form.cleaned_data["kind"], "title": dict(form.KINDS)[form.cleaned_data["kind"]]}
    decision = selectors.decision_in_force(patient)
    page = {
        "form": form,
        "may_record": may_record(request),
        "clinicians": clinicians,
        "letter": shown,
        "today": clock.today(patient.time_zone),
        "medicines": selectors.medications(patient),
        "vitals": _vitals(patient),
        "decision": decision,
        "routes": [forms.ROUTES.get(route, route).lower() for route in decision.routes] if decision else [],
    }
    status = 422 if form.is_bound and not shown else 200
    return render(request, "screening/letter.html", page, status=status)
