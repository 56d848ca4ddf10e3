"""The patient's own session page: where we are, one large way to ask for help, what happens next."""

import uuid

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from limen.apps.accounts import selectors as accounts
from limen.apps.accounts.access import declares
from limen.apps.records import clock
from limen.apps.treatment import selectors, services
from limen.apps.treatment.forms import EntryForm
from limen.apps.treatment.zone import in_viewer_zone

NOW_WORDS = {
    "expected": ("Your session has not started yet.", "Your team will tell you when it begins."),
    "checking_in": ("You have arrived.", "Your team asks a few questions and takes your blood pressure first."),
    "ready": ("You are ready.", "Your team starts with you when you say you are ready."),
    "dosing": ("The medicine is being given.", "You do not need to do anything. Let it come and go."),
    "recovering": ("The medicine is wearing off.", "Rest as long as you like. Your team checks on you."),
    "held": ("We have paused.", "Your team is with you. Take your time."),
}
NEXT_DAY = (
    "Do not drive or use machines until tomorrow, after a good night's sleep.",
    "Have someone with you this evening. Do not look after children alone.",
    "No alcohol today. Leave big decisions and signing things for another day.",
    "You may feel tired, tender or far away for a while. That is common and passes.",
    "Your team will be in touch tomorrow.",
)
TOLD_OUTSIDE = (
    "Your care team has been told. Nobody may be looking at this moment: if you are in danger, use the numbers below."
)


@declares("my.session")
@require_safe
@in_viewer_zone
def session(request):
    live = selectors.live_session(request.patient)
    latest = live or next(iter(selectors.sessions_of(request.patient)), None)
    now_words, next_words = NOW_WORDS.get(live.phase, ("", "")) if live else ("", "")
    page = {
        "session": live,
        "latest": latest,
        "now_words": now_words,
        "next_words": next_words,
        "monitor": live.monitor.display_name if live and live.monitor else "",
        "help_form": EntryForm(),
        "has_asked": bool(live and selectors.state_of(live).open_help_calls),
        "advice": NEXT_DAY if latest and _needs_advice(latest) else (),
        "after_hours": accounts.setting_value(request.patient.site_id, "contact.after_hours_number") or "",
    }
    return render(request, "treatment/my_session.html", page)


def _needs_advice(session) -> bool:
    """From the end of the dose through the next day; near the peak nobody is asked to read."""
    if session.dose_started_at is None or session.phase not in ("recovering", "ended"):
        return False
    from limen.apps.treatment.selectors.sessions import local_day

    zone = session.patient.time_zone
    days = (clock.today(zone) - local_day(session.dose_started_at, zone)).days
    return days <= 1


@declares("my.help")
@require_POST
@in_viewer_zone
def call_for_help(request):
    """One press, no question, also while the medicine is working (SR-10)."""
    live = selectors.live_session(request.patient)
    form = EntryForm(request.POST)
    if live is None:
        services.ask_for_help_outside(request.patient, actor=request.actor)
        messages.success(request, TOLD_OUTSIDE)
        return redirect("treatment:my-session")
    client_uid = form.cleaned_data["client_uid"] if form.is_valid() else uuid.uuid4()
    try:
        services.ask_for_help(live, actor=request.actor, client_uid=client_uid)
    except services.DifferentEntry:
        # A page left open from an earlier session: the call is a new one.
        services.ask_for_help(live, actor=request.actor, client_uid=uuid.uuid4())
    return redirect("treatment:my-session")
