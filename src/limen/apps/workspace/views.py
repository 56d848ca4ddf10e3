"""Start pages: staff home, a patient's chart, and the patient's own day."""

from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from limen.apps.accounts.access import declares
from limen.apps.measures import selectors as measures
from limen.apps.patients import selectors as patients
from limen.apps.plans import selectors as plans
from limen.apps.scheduling import selectors as scheduling
from limen.apps.screening import selectors as screening
from limen.apps.signals import selectors as signals
from limen.apps.treatment import selectors as treatment
from limen.apps.workspace import selectors

RECENT_LINES = 12


@declares("account.enter")
@require_safe
def start(request):
    """Where a sign-in lands: each kind of person at their own first page."""
    if not request.actor.is_signed_in:
        return redirect("account_login")
    if request.actor.is_patient_actor:
        return redirect("workspace:today")
    if request.actor.factors < 2:
        return redirect("accounts:second-factor")
    return redirect("workspace:home")


@declares("workspace.home")
@require_safe
def home(request):
    return render(request, "workspace/home.html", {"home": selectors.staff_home(request.actor)})


@declares("patient.read")
@require_safe
def chart(request, patient_uid):
    patient = request.patient
    story = selectors.story(patient)
    plan = plans.active_plan(patient)
    page = {
        "episode": patients.current_episode(patient),
        "scores": selectors.score_lines(patient),
        "obligations": signals.open_for(patient),
        "appointments": scheduling.upcoming(patient, limit=5),
        "plan": plan,
        "plan_title": plans.title_of(plan) if plan else "",
        "next_visit": plans.next_visit(patient),
        "decision": screening.decision_in_force(patient),
        "consents": patients.consents_in_force(patient),
        "today": selectors.today_of(patient),
        "order": treatment.order_in_force(patient),
        "live": treatment.live_session(patient),
        "medications": screening.medications(patient),
        "pressure": _pressure(patient),
        "weight": measures.latest_vital(patient, "weight_kg"),
        "story": story[:RECENT_LINES],
        "older": story[RECENT_LINES:],
        "may_read_session": selectors.may(request.actor, "session.read"),
        "may_read_signals": selectors.may(request.actor, "signals.read"),
        "may_answer_signals": selectors.may(request.actor, "signals.answer"),
    }
    return render(request, "workspace/chart.html", page)


def _pressure(patient):
    systolic = measures.latest_vital(patient, "systolic_mmhg")
    diastolic = measures.latest_vital(patient, "diastolic_mmhg")
    if systolic is None or diastolic is None:
        return None
    return {"systolic": systolic[0], "diastolic": diastolic[0], "at": systolic[1]}


@declares("my.today")
@require_safe
def today(request):
    patient = request.patient
    on = selectors.today_of(patient)
    due = measures.due_for(patient, on)
    live = treatment.live_session(patient)
    first = selectors.next_thing(patient, due, live)
    page = {
        "first": first,
        "due": [(assignment, selectors.title_of(assignment)) for assignment in due],
        "live": live,
        "messages_for_patient": signals.patient_messages(patient),
        "appointments": scheduling.upcoming(patient, limit=3),
        "next_visit": plans.next_visit(patient),
        "steps": screening.patient_steps(patient) if first == "onboarding" else [],
        "after_hours": selectors.after_hours_number(patient.site_id),
        "needs_second_factor": request.actor.factors < 2,
    }
    return render(request, "workspace/today.html", page)


MORE = (
    ("Onboarding steps", "screening:my-onboarding", "What is still open before treatment"),
    ("My consents", "patients:my-consents", "Read, give or withdraw"),
    ("My intention", "therapy:my-intention", "Something to bring to the next session, if you like"),
    ("Who saw my record", "patients:my-record", "Every time somebody opened it"),
    ("My account", "accounts:profile", "Name, language, time zone, sign-in"),
    ("How it works", "library:how-it-works", "The science, with its sources"),
)


@declares("my.today")
@require_safe
def more(request):
    links = [{"title": title, "url": reverse(name), "text": text} for title, name, text in MORE]
    return render(request, "workspace/more.html", {"links": links})


@declares("my.help")
@require_safe
def help_page(request):
    if treatment.live_session(request.patient) is not None and request.actor.factors >= 2:
        return HttpResponseRedirect(reverse("treatment:my-session"))
    number = selectors.after_hours_number(request.patient.site_id)
    return render(request, "workspace/help.html", {"after_hours": number, "site": request.patient.site})
