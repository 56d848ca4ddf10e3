"""The care plan and its reviews for staff, and the patient's own plan in plain words."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from limen.apps.accounts import step_up
from limen.apps.accounts.access import ACTIONS, declares
from limen.apps.patients import guard
from limen.apps.patients.selectors import current_episode
from limen.apps.plans import my_plan as own
from limen.apps.plans import review_facts, selectors, services, tables
from limen.apps.plans.dates import protocol_of
from limen.apps.plans.forms import CloseForm, GoalForm, MoveForm, ReviewForm, StartForm, StateForm
from limen.apps.plans.models import Goal, PlannedVisit
from limen.apps.records import clock
from limen.apps.records.selectors import signature_covers
from limen.apps.screening.selectors import decision_in_force
from limen.clinical.definitions.protocol import PLANNING

REVIEW_FIELDS = ("decision", "reason", "patient_text", "next_dose_on", "next_review_on")
QUEUE_COLUMNS = ("Patient", "Why", "Plan", "Review due")


def _may(request, action: str) -> bool:
    return bool(request.actor.roles & ACTIONS[action].roles)


def _refused(form, error: services.PlanRefused) -> None:
    form.add_error(error.field if error.field in form.fields else None, str(error))


def _status(form) -> int:
    return 422 if form.is_bound else 200


@declares("plan.read")
@require_safe
def plan(request, patient_uid):
    patient = request.patient
    current = selectors.latest_plan(patient)
    may_write = _may(request, "plan.write")
    page = {
        "plan": current,
        "may_write": may_write,
        "may_review": _may(request, "review.read"),
        "goals": selectors.goals(patient),
        "decision": decision_in_force(patient),
        "is_open": current is not None and current.state in selectors.OPEN_STATES,
    }
    if current is not None:
        page |= _plan_parts(request, current, may_write)
    return render(request, "plans/plan.html", page)


def _plan_parts(request, current, may_write: bool) -> dict:
    protocol = protocol_of(current)
    today = selectors.today_of(request.patient)
    may_change = may_write and current.state in selectors.OPEN_STATES
    return {
        "protocol": protocol,
        "doses": [(dose.text, protocol.identity.source(dose.source)) for dose in protocol.doses_studied],
        "phases": tables.phases(current, today, may_write=may_change),
        "columns": tables.visit_columns(may_change),
        "facts": _plan_facts(current, protocol),
        "unset": tables.unset_lengths(current.site_id, protocol),
        "history": tables.history_rows(current),
        "earlier": [row for row in selectors.plans_of(request.patient) if row.pk != current.pk],
        "reviews": selectors.reviews(request.patient),
        "covers": signature_covers(current.signature, current) if current.signature else False,
    }


def _plan_facts(current, protocol) -> list[dict]:
    weekdays = ", ".join(f"{('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun')[day]}" for day in current.weekdays_open)
    return [
        {"label": "Protocol", "value": protocol.identity.title, "note": current.protocol_pin},
        {"label": "State", "value": current.get_state_display(), "note": current.state_reason},
        {"label": "First dosing day", "value": f"{current.start_date:%a %-d %b %Y}"},
        {"label": "Drug, route, place", "value": f"{protocol.drug}, {protocol.route.upper()}, {protocol.place}"},
        {"label": "Weekdays and time", "value": f"{weekdays or 'every day'}, {current.first_time}"},
        {"label": "Protocol digest", "value": f"sha256 {current.protocol_sha256[:16]}…"},
    ]


@declares("plan.write")
@require_http_methods(["GET", "HEAD", "POST"])
def start(request, patient_uid):
    patient, today = request.patient, selectors.today_of(request.patient)
    first = {"first_time": "09:00", "weekdays_open": ["0", "1", "2", "3", "4"]}
    form = StartForm(request.POST or None, today=today, initial=first)
    if form.is_bound and form.is_valid():
        guard.check(request)
        if _start(request, form):
            messages.success(request, "The plan has started. Check the visits below.")
            return redirect("plans:plan", patient_uid=patient.uid)
    page = {
        "form": form,
        "protocols": [_protocol_card(row) for row in selectors.protocols()],
        "decision": decision_in_force(patient),
        "has_plan": selectors.active_plan(patient) is not None,
        "signed_rows": _start_rows(),
    }
    return render(request, "plans/start.html", page, status=_status(form))


def _start(request, form) -> bool:
    data = form.cleaned_data
    try:
        services.start_plan(
            patient=request.patient,
            episode=current_episode(request.patient),
            protocol_id=data["protocol_id"],
            start_date=data["start_date"],
            first_time=f"{data['first_time']:%H:%M}",
            weekdays_open=[int(day) for day in data["weekdays_open"]],
            actor=request.actor,
            authentication=step_up.authenticate(request, data["code"]),
        )
    except step_up.StepUpFailed as error:
        form.add_error("code", str(error))
        return False
    except services.PlanRefused as error:
        _refused(form, error)
        return False
    return True


def _start_rows() -> list[dict]:
    return [
        {"label": "Protocol", "value": "the one chosen above, in its newest released version"},
        {"label": "Dates", "value": "the first dosing day and weekdays above"},
        {"label": "What it does", "value": "dates every visit, books it, and asks for the questionnaires"},
        {"label": "What it does not do", "value": "order a dose: every dose has its own signed order"},
    ]


def _protocol_card(protocol) -> dict:
    return {
        "protocol": protocol,
        "doses": [(dose.text, protocol.identity.source(dose.source)) for dose in protocol.doses_studied],
        "visits": len(protocol.visits),
        "dosing": sum(1 for visit in protocol.visits if visit.kind == "dosing"),
        "from_diary": sum(1 for visit in protocol.visits if visit.basis == PLANNING),
        "sources": protocol.identity.sources,
    }


def _visit(request, visit_uid) -> PlannedVisit:
    rows = PlannedVisit.objects.visible_to(request.actor).select_related("plan", "plan__episode", "appointment")
    return get_object_or_404(rows, uid=visit_uid, patient=request.patient)


@declares("plan.write")
@require_http_methods(["GET", "HEAD", "POST"])
def move_visit(request, patient_uid, visit_uid):
    visit = _visit(request, visit_uid)
    at = visit.appointment.local_start[11:16] if visit.appointment else visit.plan.first_time
    form = MoveForm(request.POST or None, initial={"new_date": visit.target_date, "new_time": at})
    if form.is_bound and form.is_valid():
        guard.check(request)
        data = form.cleaned_data
        wanted = f"{data['new_time']:%H:%M}" if data["new_time"] else None
        try:
            changed = services.move_visit(
                visit,
                new_date=data["new_date"],
                reason=data["reason"],
                actor=request.actor,
                new_time=None if wanted == at else wanted,
            )
        except services.PlanRefused as error:
            _refused(form, error)
        else:
            messages.success(request, _moved_text(changed))
            return redirect("plans:plan", patient_uid=patient_uid)
    return render(request, "plans/move.html", {"form": form, "visit": visit}, status=_status(form))


def _moved_text(changed: list[PlannedVisit]) -> str:
    if not changed:
        return "Nothing changed: the visit is on that day already."
    others = len(changed) - 1
    return "Moved." if others < 1 else f"Moved, and {others} later visit{'s' if others > 1 else ''} with it."


@declares("plan.write")
@require_http_methods(["GET", "HEAD", "POST"])
def close_visit(request, patient_uid, visit_uid):
    visit = _visit(request, visit_uid)
    form = CloseForm(request.POST or None, initial={"done_on": visit.target_date})
    if form.is_bound and form.is_valid():
        guard.check(request)
        try:
            _close(visit, form.cleaned_data, request.actor)
        except services.PlanRefused as error:
            _refused(form, error)
        else:
            messages.success(request, "Saved.")
            return redirect("plans:plan", patient_uid=patient_uid)
    return render(request, "plans/close.html", {"form": form, "visit": visit}, status=_status(form))


def _close(visit: PlannedVisit, data: dict, actor) -> None:
    if data["action"] == "done":
        services.complete_visit(visit, done_on=data["done_on"], actor=actor)
    elif data["action"] == "missed":
        services.miss_visit(visit, reason=data["reason"], actor=actor)
    else:
        services.skip_visit(visit, reason=data["reason"], actor=actor)


@declares("plan.write")
@require_http_methods(["GET", "HEAD", "POST"])
def change_state(request, patient_uid):
    current = selectors.active_plan(request.patient)
    if current is None:
        raise Http404
    form = StateForm(request.POST or None, plan_state=current.state)
    if form.is_bound and form.is_valid():
        guard.check(request)
        try:
            services.change_state(current, actor=request.actor, **form.cleaned_data)
        except services.PlanRefused as error:
            _refused(form, error)
        else:
            messages.success(request, f"The plan is now {current.get_state_display().lower()}.")
            return redirect("plans:plan", patient_uid=patient_uid)
    page = {"form": form, "plan": current, "next_visit": selectors.next_visit(request.patient)}
    return render(request, "plans/state.html", page, status=_status(form))


@declares("plan.write")
@require_http_methods(["GET", "HEAD", "POST"])
def add_goal(request, patient_uid):
    form = GoalForm(request.POST or None)
    if form.is_bound and form.is_valid():
        guard.check(request)
        episode = current_episode(request.patient)
        services.set_goal(patient=request.patient, episode=episode, actor=request.actor, **form.cleaned_data)
        return redirect("plans:plan", patient_uid=patient_uid)
    return render(request, "plans/goal.html", {"form": form}, status=_status(form))


@declares("review.read")
@require_safe
def review(request, patient_uid):
    return _review_page(request, ReviewForm() if _may(request, "review.sign") else None)


@declares("review.sign")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_review(request, patient_uid):
    form = ReviewForm(request.POST or None)
    if form.is_bound and form.is_valid():
        guard.check(request)
        if _sign_review(request, form):
            messages.success(request, "The review is signed. The next dates follow it.")
            return redirect("plans:plan", patient_uid=patient_uid)
    return _review_page(request, form)


def _sign_review(request, form) -> bool:
    patient, data = request.patient, form.cleaned_data
    current = selectors.active_plan(patient)
    if current is None:
        form.add_error(None, "No plan is open, so there is nothing to review.")
        return False
    today = selectors.today_of(patient)
    try:
        services.sign_review(
            plan=current,
            visit=selectors.review_visit_due(current, today),
            facts=review_facts.facts_for(patient, current).as_kept(today),
            actor=request.actor,
            authentication=step_up.authenticate(request, data["code"]),
            **{name: data[name] for name in REVIEW_FIELDS},
        )
    except step_up.StepUpFailed as error:
        form.add_error("code", str(error))
        return False
    except services.PlanRefused as error:
        _refused(form, error)
        return False
    return True


def _review_page(request, form):
    patient = request.patient
    current = selectors.latest_plan(patient)
    is_open = current is not None and current.state in selectors.OPEN_STATES
    today = selectors.today_of(patient)
    page = {
        "form": form if is_open else None,
        "plan": current,
        "is_open": is_open,
        "may_read_signals": _may(request, "signals.read"),
        "today": today,
        "reviews": selectors.reviews(patient),
    }
    if current is not None:
        facts = review_facts.facts_for(patient, current)
        page |= {
            "facts": facts,
            "protocol": protocol_of(current),
            "point": selectors.review_visit_due(current, today) if is_open else None,
            "next_dose": selectors.next_dose(current),
            "signed_rows": _signed_rows(facts),
        }
    return render(request, "plans/review.html", page, status=422 if form is not None and form.is_bound else 200)


def _signed_rows(facts: review_facts.ReviewFacts) -> list[dict]:
    scores = [
        {
            "label": row.instrument.abbreviation,
            "value": f"{row.latest.value} on {row.latest.on:%-d %b}" if row.latest else None,
            "note": f"baseline {row.baseline.value}" if row.baseline else "no baseline",
        }
        for row in facts.progress
    ]
    return [
        *scores,
        {"label": "Visits", "value": facts.attendance},
        {"label": "Doses given", "value": str(len(facts.doses))},
        {"label": "Adverse events", "value": str(len(facts.adverse_events))},
        {"label": "Open signals", "value": str(len(facts.open_signals))},
    ]


@declares("review.queue")
@require_safe
def review_queue(request):
    today = clock.today(request.actor.time_zone)
    needs = selectors.reviews_due(request.actor, today)
    rows = tables.queue_rows(needs, lambda patient: patient.age_on(today))
    return render(request, "plans/queue.html", {"rows": rows, "columns": QUEUE_COLUMNS})


@declares("my.plan")
@require_safe
def my_plan(request):
    return render(request, "plans/my_plan.html", own.page_of(request.patient))


@declares("my.plan")
@require_http_methods(["GET", "HEAD", "POST"])
def my_goal(request, goal_uid=None):
    patient = request.patient
    goal = None
    if goal_uid is not None:
        rows = Goal.objects.visible_to(request.actor).filter(is_ended=False)
        goal = get_object_or_404(rows, uid=goal_uid, patient=patient)
    form = GoalForm(request.POST or None, initial={"words": goal.words if goal else ""})
    episode = current_episode(patient)
    if form.is_bound and form.is_valid():
        guard.check(request)
        services.write_own_goal(
            patient=patient, episode=episode, words=form.cleaned_data["words"], actor=request.actor, goal=goal
        )
        return redirect(f"{reverse('plans:my-plan')}#goals")
    return render(request, "plans/my_goal.html", {"form": form, "goal": goal}, status=_status(form))


@declares("my.plan")
@require_POST
def end_my_goal(request, goal_uid):
    guard.check(request)
    rows = Goal.objects.visible_to(request.actor).filter(is_ended=False)
    services.end_goal(get_object_or_404(rows, uid=goal_uid, patient=request.patient), actor=request.actor)
    return redirect(f"{reverse('plans:my-plan')}#goals")
