"""The patient's own pages: one question at a time, check, done, and progress."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from limen.apps.accounts.access import declares
from limen.apps.measures import definitions, selectors, services
from limen.apps.measures.forms import REFUSED, QuestionForm
from limen.apps.measures.models import Assignment
from limen.apps.measures.progress import CHARTED, NARROW_PX, dose_dates, progress_of
from limen.apps.patients import guard
from limen.apps.records import clock
from limen.apps.signals.selectors import coverage, patient_messages
from limen.clinical.definitions.instrument import Instrument

GET_POST = ["GET", "HEAD", "POST"]


def today_url() -> str:
    """The patient's start page."""
    return reverse("workspace:today")


def _fetch(request, assignment_uid) -> tuple[Assignment, Instrument]:
    rows = Assignment.objects.visible_to(request.actor)
    assignment = get_object_or_404(rows, uid=assignment_uid, patient=request.patient)
    assignment.patient = request.patient
    return assignment, definitions.pinned(assignment.instrument_pin)


def _closed(request, assignment: Assignment):
    """The page for a questionnaire that cannot be filled in now; None when it can."""
    if assignment.state == "answered":
        return redirect("measures:my-done", assignment.uid)
    today = clock.today(request.patient.time_zone)
    reason = ""
    if assignment.state != "open" or assignment.closes_on < today:
        reason = "These questions are closed now. If you still want to tell us how you are, contact your care team."
    elif assignment.opens_on > today:
        reason = f"These questions open on {assignment.opens_on:%d %B %Y}."
    if not reason:
        return None
    return render(request, "measures/my_closed.html", {"reason": reason, "today_url": today_url()})


@declares("my.measures")
@require_safe
def my_measure(request, assignment_uid):
    """Open or resume: the first question without an answer, or the check page."""
    assignment, instrument = _fetch(request, assignment_uid)
    closed = _closed(request, assignment)
    if closed is not None:
        return closed
    answered = selectors.answers_so_far(assignment)
    asked = definitions.questions_asked(instrument, selectors.answer_values(assignment))
    number = next((n for n, item in enumerate(asked, start=1) if item not in answered), None)
    if number is None:
        return redirect("measures:my-check", assignment.uid)
    return redirect("measures:my-question", assignment.uid, number)


@declares("my.measures")
@require_http_methods(GET_POST)
def my_question(request, assignment_uid, number):
    assignment, instrument = _fetch(request, assignment_uid)
    closed = _closed(request, assignment)
    if closed is not None:
        return closed
    answered = selectors.answers_so_far(assignment)
    asked = definitions.questions_asked(instrument, selectors.answer_values(assignment))
    if not 1 <= number <= len(asked):
        return redirect("measures:my-check", assignment.uid)
    item = instrument.item(asked[number - 1])
    form = QuestionForm(
        request.POST or None, asked=item, instrument=instrument, initial={"answer": _given(answered.get(item.id))}
    )
    status = 200
    if request.method == "POST":
        guard.check(request)
        if form.is_valid():
            _save(request, assignment, item.id, form.cleaned_data["answer"])
            return _next(request, assignment, number)
        status = 422
    return render(
        request, "measures/my_question.html", _question(request, assignment, instrument, form, number), status=status
    )


def _given(answer) -> str:
    if answer is None:
        return ""
    return REFUSED if answer.is_refused else str(answer.value)


def _save(request, assignment: Assignment, item_id: str, given: str) -> None:
    if given == "":
        return
    is_refused = given == REFUSED
    value = None if is_refused else int(given)
    services.answer_item(assignment, item_id, value, actor=request.actor, is_refused=is_refused)


def _next(request, assignment: Assignment, number: int):
    if request.GET.get("from") == "check":
        return redirect("measures:my-measure", assignment.uid)
    return redirect("measures:my-question", assignment.uid, number + 1)


def _question(request, assignment: Assignment, instrument: Instrument, form: QuestionForm, number: int) -> dict:
    answered = selectors.answers_so_far(assignment)
    asked = definitions.questions_asked(instrument, selectors.answer_values(assignment))
    item = form.asked
    is_watched = _is_watched(instrument, item.id)
    needs_help = selectors.has_raised_signal(assignment) or instrument.identity.id in definitions.SUICIDE_SCREENS
    from_check = request.GET.get("from") == "check"
    action = reverse("measures:my-question", args=[assignment.uid, number])
    back = reverse("measures:my-question", args=[assignment.uid, number - 1]) if number > 1 else today_url()
    if from_check:
        back = reverse("measures:my-check", args=[assignment.uid])
    is_optional_open = not item.required and item.id not in answered
    return {
        "assignment": assignment,
        "instrument": instrument,
        "form": form,
        "item": item,
        "number": number,
        "of": len(asked),
        "action": f"{action}?{urlencode({'from': 'check'})}" if from_check else action,
        "back_url": back,
        "skip_url": reverse("measures:my-check", args=[assignment.uid]) if is_optional_open else "",
        "coverage": coverage(request.patient, clock.now()) if is_watched or needs_help else None,
        "is_watched": is_watched,
        "needs_help": needs_help,
        "is_set_aside": request.patient.impaired_since is not None and not definitions.is_acute(instrument),
        "is_first": number == 1,
    }


def _is_watched(instrument: Instrument, item_id: str) -> bool:
    is_screen = instrument.identity.id in definitions.SUICIDE_SCREENS
    return is_screen or any(rule.item == item_id for rule in instrument.item_safety)


@declares("my.measures")
@require_http_methods(GET_POST)
def my_check(request, assignment_uid):
    assignment, instrument = _fetch(request, assignment_uid)
    closed = _closed(request, assignment)
    if closed is not None:
        return closed
    problem, status = None, 200
    if request.method == "POST":
        guard.check(request)
        try:
            services.finish(assignment, actor=request.actor)
        except services.Incomplete as error:
            problem, status = str(error), 422
        else:
            return _after_finish(request, assignment)
    page = _check(request, assignment, instrument) | {"problem": problem}
    return render(request, "measures/my_check.html", page, status=status)


def _check(request, assignment: Assignment, instrument: Instrument) -> dict:
    answered = selectors.answers_so_far(assignment)
    asked = definitions.questions_asked(instrument, selectors.answer_values(assignment))
    rows, open_numbers = [], []
    for number, item_id in enumerate(asked, start=1):
        item, answer = instrument.item(item_id), answered.get(item_id)
        url = reverse("measures:my-question", args=[assignment.uid, number])
        rows.append({"label": item.text, "value": _said(item, answer), "change_url": f"{url}?from=check"})
        if item.required and (answer is None or answer.is_refused):
            open_numbers.append(number)
    needs_help = selectors.has_raised_signal(assignment) or instrument.identity.id in definitions.SUICIDE_SCREENS
    return {
        "assignment": assignment,
        "instrument": instrument,
        "rows": rows,
        "open_numbers": open_numbers,
        "needs_help": needs_help,
        "coverage": coverage(request.patient, clock.now()) if needs_help else None,
    }


def _said(item, answer) -> str:
    if answer is None:
        return ""
    return "You chose not to answer" if answer.is_refused else item.answers.option(answer.value).label


def _after_finish(request, assignment: Assignment):
    """Straight to the safety questions when an answer called for them; they belong to the same contact (SR-41)."""
    today = clock.today(request.patient.time_zone)
    waiting = selectors.due_for(request.patient, today)
    if waiting and waiting[0].purpose == "safety":
        messages.success(request, "Thank you, your answers are saved. A few more questions help us help you.")
        return redirect("measures:my-measure", waiting[0].uid)
    return redirect("measures:my-done", assignment.uid)


@declares("my.measures")
@require_safe
def my_done(request, assignment_uid):
    assignment, instrument = _fetch(request, assignment_uid)
    response = selectors.response_to(assignment)
    if response is None:
        raise Http404
    now = clock.now()
    waiting = selectors.due_for(request.patient, clock.today(request.patient.time_zone))
    told = patient_messages(request.patient, now=now)
    is_screen = instrument.identity.id in definitions.SUICIDE_SCREENS
    total = next((row for row in selectors.scores_of(response) if row.name == "total"), None)
    page = {
        "instrument": instrument,
        "response": response,
        "total": selectors.plain_number(total.value) if total else None,
        "band": total.band.lower() if total else "",
        "maximum": instrument.scoring.maximum,
        "told": told,
        "needs_help": bool(told) or is_screen,
        "coverage": coverage(request.patient, now) if told or is_screen else None,
        "next_url": reverse("measures:my-measure", args=[waiting[0].uid]) if waiting else "",
        "next_title": _next_title(waiting[0]) if waiting else "",
        "has_chart": instrument.identity.id in CHARTED,
        "today_url": today_url(),
    }
    return render(request, "measures/my_done.html", page)


def _next_title(assignment: Assignment) -> str:
    """The safety questions go by plain words, not by the name of their form."""
    if assignment.purpose == "safety":
        return "a few more questions"
    return definitions.pinned(assignment.instrument_pin).abbreviation


@declares("my.progress")
@require_safe
def my_progress(request):
    doses = dose_dates(request.patient)
    rows = [progress_of(request.patient, name, doses=doses, width=NARROW_PX) for name in CHARTED]
    page = {
        "rows": [{"progress": row, "words": _words(row)} for row in rows],
        "has_any": any(row.points for row in rows),
        "today_url": today_url(),
    }
    return render(request, "measures/my_progress.html", page)


def _words(row) -> str:
    """One plain sentence: then and now."""
    if row.latest is None:
        return "There is no score yet."
    if row.baseline is None:
        return f"Your latest score is {row.latest.value}. There is no score from the start to compare it with."
    if row.change is None:
        return f"Your score at the start was {row.baseline.value}. Later scores will show here."
    points = abs(row.change.improvement_points)
    if points == 0:
        return f"Your score is {row.latest.value}, the same as at the start."
    way = "lower" if row.change.improvement_points > 0 else "higher"
    noun = "point" if points == 1 else "points"
    meaning = (
        "Lower means fewer symptoms." if way == "lower" else "Scores go up and down; your care team sees this too."
    )
    moved = f"{row.baseline.value} at the start and is {row.latest.value} now"
    return f"Your score was {moved}: {points} {noun} {way}. {meaning}"
