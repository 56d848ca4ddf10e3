"""Onboarding as staff see it: each step with its owner, its date and what it waits for."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from limen.apps.accounts.access import ACTIONS, declares
from limen.apps.accounts.roles import ROLE_TITLES
from limen.apps.accounts.selectors import staff_of
from limen.apps.patients import guard
from limen.apps.patients.selectors import current_episode
from limen.apps.screening import selectors, services
from limen.apps.screening.forms import StepForm
from limen.apps.screening.models import ChecklistItem
from limen.apps.screening.steps import BY_KEY, MAY_NOT_APPLY, ONLY_BY_FACTS

# Where what a step needs is recorded.
PLACES = {
    "account": "patients:invite",
    "contacts": "patients:details",
    "supporter": "patients:details",
    "medicines": "screening:intake",
    "trials": "screening:intake",
    "history": "screening:conditions",
    "vitals": "measures:vitals",
    "labs": "screening:intake",
    "pregnancy": "screening:pregnancy",
    "sharing": "patients:details",
    "consent": "patients:details",
    "telehealth": "patients:details",
}


def may_record(request) -> bool:
    return bool(request.actor.roles & ACTIONS["intake.record"].roles)


@declares("intake.read")
@require_safe
def onboarding(request, patient_uid):
    patient = request.patient
    episode = current_episode(patient)
    steps = selectors.checklist(episode) if episode else []
    page = {
        "episode": episode,
        "items": [_line(request, step) for step in steps],
        "done": sum(step.is_settled for step in steps),
        "total": len(steps),
        "may_record": may_record(request),
        "may_invite": bool(request.actor.roles & ACTIONS["patient.invite"].roles) and patient.user_id is None,
        "goals": selectors.goal_words(patient),
    }
    return render(request, "screening/onboarding.html", page)


def _line(request, step: selectors.Step) -> dict:
    item = step.item
    owner = item.owner.display_name if item.owner else ROLE_TITLES.get(item.owner_role, "Patient")
    detail = step.detail
    if step.state == "blocked":
        before = BY_KEY[item.blocked_by].title.lower()
        detail = f"Waits for: {before}. {detail}"
    return {
        "title": item.title,
        "state": "done" if step.state == "not_needed" else step.state,
        "state_text": "Cannot apply" if step.state == "not_needed" else "",
        "owner": owner,
        "due": "" if step.is_settled else f"{item.due_on:%-d %b %Y}",
        "detail": detail,
        "url": reverse("screening:step", args=[item.patient.uid, item.uid]) if may_record(request) else "",
    }


@declares("intake.record")
@require_POST
def start(request, patient_uid):
    guard.check(request)
    services.start_onboarding(request.patient, actor=request.actor)
    messages.success(request, "The onboarding steps are laid out.")
    return redirect("screening:onboarding", patient_uid=patient_uid)


@declares("intake.record")
@require_http_methods(["GET", "HEAD", "POST"])
def step(request, patient_uid, item_uid):
    """One step: its state, a note or reason, its owner and its date."""
    patient = request.patient
    rows = ChecklistItem.objects.visible_to(request.actor).select_related("owner")
    item = get_object_or_404(rows, uid=item_uid, patient=patient)
    people = [line.user for line in staff_of(patient.site_id) if line.roles and line.user.is_active]
    first = {"state": item.state, "note": item.note, "owner": item.owner_id or "", "due_on": item.due_on}
    form = StepForm(
        request.POST or None,
        initial=first,
        people=people,
        may_tick=item.key not in ONLY_BY_FACTS,
        may_not_apply=item.key in MAY_NOT_APPLY,
    )
    if request.method == "POST":
        guard.check(request)
        if form.is_valid():
            _save(item, form.cleaned_data, people, request.actor)
            messages.success(request, "Saved.")
            return redirect("screening:onboarding", patient_uid=patient_uid)
    page = {
        "form": form,
        "item": item,
        "is_by_facts": item.key in ONLY_BY_FACTS,
        "place_url": _place(patient, item.key),
    }
    return render(request, "screening/step.html", page, status=422 if form.is_bound else 200)


def _place(patient, key: str) -> str:
    return reverse(PLACES[key], kwargs={"patient_uid": patient.uid}) if key in PLACES else ""


def _save(item: ChecklistItem, given: dict, people, actor) -> None:
    owner = next((person for person in people if str(person.pk) == given["owner"]), None)
    if (owner, given["due_on"]) != (item.owner, item.due_on):
        services.take_step(item, owner=owner, due_on=given["due_on"], actor=actor)
    if given["state"] == "done":
        services.complete_step(item, note=given["note"], actor=actor)
    elif given["state"] == "not_needed":
        services.set_not_needed(item, reason=given["note"], actor=actor)
    elif item.state != "todo":
        services.reopen_step(item, actor=actor)
