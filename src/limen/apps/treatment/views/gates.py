"""The gate before the dose, the discharge gate, and the other ways a session ends."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from limen.apps.accounts.access import declares
from limen.apps.measures import definitions
from limen.apps.measures.services import record_response
from limen.apps.measures.vital_ranges import ENTRY_RANGES
from limen.apps.patients import guard
from limen.apps.records import clock
from limen.apps.treatment import selectors, services
from limen.apps.treatment.forms import (
    AnswersForm,
    EndForm,
    EntryForm,
    LeaveForm,
    OverrideForm,
    QuestionsForm,
    VitalForm,
    words_of,
)
from limen.apps.treatment.selectors import gates as gate_reads
from limen.apps.treatment.services.gates import role_for
from limen.apps.treatment.views import pictures
from limen.apps.treatment.views.common import fetch_session, may, status_of
from limen.apps.treatment.zone import in_viewer_zone
from limen.clinical.safety import discharge as discharge_rules
from limen.clinical.safety import gate as gate_rules

TONES = {"pass": "good", "fail": "alert", "missing": "watch", "cannot_tell": "watch"}
WORDS = {"pass": "Clear", "fail": "Stands against it", "missing": "Missing", "cannot_tell": "Cannot tell"}
MET_TONES = {"met": "good", "not_met": "alert", "cannot_tell": "watch"}
MET_WORDS = {"met": "Met", "not_met": "Not met", "cannot_tell": "Cannot tell"}
WHO = {"prescriber": "a prescriber", "monitor": "the monitor"}
FORM_ID = "gate-answers"  # the fields stand outside their form, because overrides are forms of their own
UNITS = {"systolic_mmhg": "mmHg", "diastolic_mmhg": "mmHg", "spo2_percent": "%"}


@declares("session.record")
@require_http_methods(["GET", "HEAD", "POST"])
@in_viewer_zone
def gate(request, patient_uid, session_uid):
    """Every line with its value, age and source; what is asked is answered here, the rest comes from the record."""
    row = fetch_session(request, session_uid)
    if request.method == "POST":
        guard.check(request)
        form = AnswersForm(request.POST, lines=_asked(row), form_id=FORM_ID)
        if form.is_valid() and _keep(request, row, form):
            return redirect("treatment:gate", patient_uid=patient_uid, session_uid=session_uid)
        return _gate_page(request, row, form=form)
    return _gate_page(request, row)


def _asked(row) -> list[gate_rules.GateLine]:
    """The lines of this session that a person answers at the gate."""
    results = selectors.gate(row).lines
    return [r.line for r in results if r.line.check == "answer" and r.line.id not in gate_reads.FROM_RECORD]


def _keep(request, row, form) -> bool:
    answers = form.answers()
    if not answers:
        form.add_error(None, "Answer at least one line.")
        return False
    try:
        services.answer_gate_line(
            row,
            answers=answers,
            actor=request.actor,
            client_uid=form.cleaned_data["client_uid"],
            occurred_at=form.cleaned_data["occurred_at"],
        )
    except services.SessionRefused as error:
        form.add_error(None, str(error))
        return False
    return True


def _gate_page(request, row, *, form=None, override_form=None):
    state = selectors.state_of(row)
    result = gate_reads.gate(row, state)
    asked = [r.line for r in result.lines if r.line.check == "answer" and r.line.id not in gate_reads.FROM_RECORD]
    given = {r.line.id: r.value for r in result.lines if r.status != gate_rules.MISSING}
    form = form or AnswersForm(lines=asked, given=given, form_id=FORM_ID)
    lines = [_line(request, form, r) for r in result.lines]
    page = {
        "session": row,
        "state": state,
        "result": result,
        "form": form,
        "override_form": override_form,
        "is_clear": result.overall == gate_rules.CLEAR,
        "record_lines": [line for line in lines if not line["field"]],
        "asked_lines": [line for line in lines if line["field"]],
        "open_count": len(result.open_lines),
        "total": len(result.lines),
        "start_form": EntryForm(),
        "vital_form": VitalForm(),
        "can_start": result.overall == gate_rules.CLEAR and not state.is_dosed and state.phase != "held",
        "order": gate_reads.order_for(row),
        "phase_words": pictures.PHASE_WORDS[state.phase],
        "phase_tone": pictures.PHASE_TONES[state.phase],
        "can": pictures.Offers.of(state),
    }
    return render(request, "treatment/gate.html", page, status=status_of(form, override_form))


def _line(request, form, result: gate_rules.LineResult) -> dict:
    is_asked = f"line-{result.line.id}" in form.fields
    role = role_for(request.actor, result)
    override = result.override
    return {
        "id": result.line.id,
        "title": result.line.title,
        "question": result.line.question,
        "field": form[f"line-{result.line.id}"] if is_asked else None,
        "word": "Overridden" if override else WORDS[result.status],
        "tone": "info" if override else TONES[result.status],
        "value": _value(result),
        "age": _age(result.age_min) if result.value is not None else "",
        "from": result.value_source,
        "reason": "" if result.status == gate_rules.PASS else _reason(result.reason),
        "earlier": [f"{_shown(a.value)} at {timezone.localtime(a.occurred_at):%H:%M}" for a in result.earlier],
        "source": gate_reads.rules().identity.source(result.line.source).citation,
        "who": _who(result),
        "override": f"{override.reason}" if override else "",
        "override_form": _override_form(result) if role and not override else None,
        "needs_spoken": result.line.kind == gate_rules.PRESCRIBER_SPOKEN,
    }


def _reason(text: str) -> str:
    """The rule's finding with its quantities in words."""
    for name, entry in ENTRY_RANGES.items():
        text = text.replace(name, entry.label)
    return text


def _override_form(result: gate_rules.LineResult) -> OverrideForm:
    return OverrideForm(initial={"line_id": result.line.id}, auto_id=f"id_{result.line.id}_%s")


def _who(result: gate_rules.LineResult) -> str:
    """Who may override this line, in words; only where it is open and overridable."""
    if result.status == gate_rules.PASS or result.override is not None:
        return ""
    if result.status == gate_rules.MISSING:
        return "Missing is never overridden: ask or measure it."
    if not result.who_may_override:
        return "Nobody can override this line."
    people = " or ".join(WHO[role] for role in sorted(result.who_may_override))
    spoken = ", after speaking to somebody now" if result.line.kind == gate_rules.PRESCRIBER_SPOKEN else ""
    return f"Can be overridden by {people}{spoken}, with a reason."


def _value(result: gate_rules.LineResult) -> str:
    return "" if result.value is None else _shown(result.value)


def _shown(value) -> str:
    if not isinstance(value, dict):
        return words_of(str(value))
    if "systolic_mmhg" in value:
        return f"{value['systolic_mmhg']}/{value['diastolic_mmhg']} mmHg"
    return ", ".join(f"{number} {UNITS.get(name, '')}".strip() for name, number in value.items())


def _age(minutes: float | None) -> str:
    if minutes is None or minutes < 1:
        return "just now"
    if minutes < 120:
        return f"{minutes:.0f} min ago"
    return f"{minutes / 60:.0f} h ago" if minutes < 2880 else f"{minutes / 1440:.0f} days ago"


@declares("session.record")
@require_http_methods(["GET", "HEAD", "POST"])
@in_viewer_zone
def questions(request, patient_uid, session_uid):
    """The suicide questions since the last contact, asked before the dose (SR-22)."""
    row = fetch_session(request, session_uid)
    instrument = definitions.instrument(gate_reads.SUICIDE_FORM)
    form = QuestionsForm(request.POST or None, instrument=instrument)
    if request.method == "POST":
        guard.check(request)
        if form.is_valid():
            record_response(
                patient=request.patient,
                instrument_id=gate_reads.SUICIDE_FORM,
                answers=form.answers(),
                completed_at=clock.now(),
                actor=request.actor,
                entry_mode="clinician",
                purpose="before_dose",
            )
            return redirect("treatment:gate", patient_uid=patient_uid, session_uid=session_uid)
    page = {
        "session": row,
        "form": form,
        "instrument": instrument,
        "fields": [form[item.id] for item in instrument.items],
        "source": instrument.identity.sources[0].citation,
    }
    return render(request, "treatment/questions.html", page, status=status_of(form))


@declares("session.override")
@require_POST
@in_viewer_zone
def override(request, patient_uid, session_uid):
    guard.check(request)
    row, form = fetch_session(request, session_uid), OverrideForm(request.POST)
    if form.is_valid():
        try:
            services.override_gate_line(row, actor=request.actor, **form.cleaned_data)
        except services.SessionRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "The override is recorded with its reason.")
            return redirect("treatment:gate", patient_uid=patient_uid, session_uid=session_uid)
    return _gate_page(request, row, override_form=form)


@declares("session.record")
@require_POST
@in_viewer_zone
def start(request, patient_uid, session_uid):
    """Start the dose; every line is looked at again inside the same transaction (S31)."""
    guard.check(request)
    row, form = fetch_session(request, session_uid), EntryForm(request.POST)
    if not form.is_valid():
        return _gate_page(request, row, form=None)
    services.start_dosing(row, actor=request.actor, client_uid=form.cleaned_data["client_uid"])
    messages.success(request, "The dose has started.")
    return redirect("treatment:session", patient_uid=patient_uid, session_uid=session_uid)


@declares("session.discharge")
@require_http_methods(["GET", "HEAD", "POST"])
@in_viewer_zone
def discharge(request, patient_uid, session_uid):
    """The criteria for leaving, each met, not met or cannot tell."""
    row = fetch_session(request, session_uid)
    result = selectors.discharge_gate(row)
    asked = [r.criterion for r in result.criteria if r.criterion.check == "answer"]
    form = None
    if request.method == "POST":
        guard.check(request)
        form = AnswersForm(request.POST, lines=asked)
        if form.is_valid() and _keep_discharge(request, row, form):
            return redirect("treatment:discharge", patient_uid=patient_uid, session_uid=session_uid)
    return _discharge_page(request, row, form=form)


def _keep_discharge(request, row, form) -> bool:
    answers = form.answers()
    if not answers:
        form.add_error(None, "Answer at least one line.")
        return False
    services.answer_discharge(
        row,
        answers=answers,
        actor=request.actor,
        client_uid=form.cleaned_data["client_uid"],
        occurred_at=form.cleaned_data["occurred_at"],
    )
    return True


def _discharge_page(request, row, *, form=None, leave_form=None):
    state = selectors.state_of(row)
    result = selectors.discharge_gate(row, state)
    asked = [r.criterion for r in result.criteria if r.criterion.check == "answer"]
    given = {r.criterion.id: r.value for r in result.criteria if r.value and r.status != discharge_rules.CANNOT_TELL}
    form = form or AnswersForm(lines=asked, given=given)
    needs_recovery = state.is_dosed and state.recovered_at is None
    page = {
        "session": row,
        "state": state,
        "form": form,
        "leave_form": leave_form or LeaveForm(initial={"next_day_contact": "call"}),
        "lines": [_criterion(form, r) for r in result.criteria],
        "open_count": len(result.open_criteria),
        "total": len(result.criteria),
        "needs_recovery": needs_recovery,
        "can_leave": result.overall == discharge_rules.CLEAR and not needs_recovery and state.phase != "ended",
        "phase_words": pictures.PHASE_WORDS[state.phase],
        "phase_tone": pictures.PHASE_TONES[state.phase],
    }
    return render(request, "treatment/discharge.html", page, status=status_of(form, leave_form))


def _criterion(form, result: discharge_rules.CriterionResult) -> dict:
    name = f"line-{result.criterion.id}"
    return {
        "title": result.criterion.title,
        "question": result.criterion.question,
        "field": form[name] if name in form.fields else None,
        "word": MET_WORDS[result.status],
        "tone": MET_TONES[result.status],
        "reason": result.reason,
        "source": gate_reads.discharge_criteria().identity.source(result.criterion.source).citation,
    }


@declares("session.discharge")
@require_POST
@in_viewer_zone
def leave(request, patient_uid, session_uid):
    """Discharge by the gate. With one line open the session stays open and says which (H5)."""
    guard.check(request)
    row, form = fetch_session(request, session_uid), LeaveForm(request.POST)
    if row.place == "clinic" and not form.data.get("escort", "").strip():
        form.add_error("escort", "Name the adult who was seen.")
    if form.is_valid():
        try:
            services.discharge(row, actor=request.actor, **form.cleaned_data)
        except services.SessionRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Discharged.")
            return redirect("treatment:session", patient_uid=patient_uid, session_uid=session_uid)
    return _discharge_page(request, row, leave_form=form)


@declares("session.discharge")
@require_http_methods(["GET", "HEAD", "POST"])
@in_viewer_zone
def end(request, patient_uid, session_uid):
    """Transfer, leaving against advice, leaving unseen, contact lost: taken at once, never held (SR-21)."""
    row = fetch_session(request, session_uid)
    form = EndForm(request.POST or None)
    if request.method == "POST":
        guard.check(request)
        if form.is_valid():
            services.end_otherwise(row, actor=request.actor, **form.cleaned_data)
            messages.warning(request, "Recorded. The people who must act have been told.")
            return redirect("treatment:session", patient_uid=patient_uid, session_uid=session_uid)
    page = {"session": row, "form": form, "may_discharge": may(request, "session.discharge")}
    return render(request, "treatment/end.html", page, status=status_of(form))
