"""Referrals: who asked to be contacted, and what becomes of it."""

from datetime import date

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from limen.apps.accounts.access import ACTIONS, declares
from limen.apps.measures.definitions import instrument
from limen.apps.records import clock
from limen.apps.screening import selectors, services
from limen.apps.screening.facts import PREGNANCY_FACTS
from limen.apps.screening.forms import AcceptForm, ReasonForm
from limen.apps.screening.models import Referral
from limen.apps.screening.rules import assessment_questions
from limen.clinical.instruments import score
from limen.ui.components.data_table import Link, Row

STATES = dict(Referral.STATES)


@declares("referrals.read")
@require_safe
def referrals(request):
    state = request.GET.get("state", "received")
    if state not in STATES:
        raise Http404
    rows = selectors.referrals(request.actor, state=state)
    with timezone.override(request.actor.time_zone):
        page = {
            "rows": [_row(referral) for referral in rows],
            "columns": ["Person", "Asked", "PHQ-9", "GAD-7", "To know"],
            "tabs": [
                {"label": label, "url": f"{request.path}?state={key}", "is_current": key == state}
                for key, label in STATES.items()
            ],
            "state": STATES[state].lower(),
        }
        return render(request, "screening/referrals.html", page)


def _row(referral: Referral) -> Row:
    answers = selectors.referral_answers(referral)
    is_worrying = (answers.get("phq-9", {}).get("q9") or 0) > 0
    asked = timezone.localtime(referral.received_at)
    return Row(
        cells=[
            Link(
                f"{referral.given_name} {referral.family_name}",
                reverse("screening:referral", args=[referral.uid]),
                note=f"born {date.fromisoformat(referral.birth_date_text):%-d %b %Y}",
            ),
            f"{asked:%-d %b %Y, %H:%M}",
            *[_total(answers, one) for one in services.QUESTIONNAIRES],
            "PHQ-9 question 9 above zero" if is_worrying else "",
        ],
        tone="alert" if is_worrying else "",
    )


def _total(answers: dict, instrument_id: str):
    given = answers.get(instrument_id)
    return score(instrument(instrument_id), given).total if given else None


def _fetch(request, referral_uid) -> Referral:
    found = Referral.objects.filter(site_id=request.actor.site_id, uid=referral_uid).select_related("site").first()
    if found is None:
        raise Http404
    return found


@declares("referrals.read")
@require_safe
def referral(request, referral_uid):
    return _show(request, _fetch(request, referral_uid), AcceptForm(), ReasonForm())


def _show(request, found: Referral, accept: AcceptForm, close: ReasonForm, status: int = 200):
    answers = selectors.referral_answers(found)
    born = date.fromisoformat(found.birth_date_text)
    duplicates = selectors.duplicates_of(found, request.actor) if found.state == "received" else []
    page = {
        "referral": found,
        "born": born,
        "age": services.years_between(born, clock.today(found.site.time_zone)),
        "answers": answers,
        "scores": [_score(answers, one) for one in services.QUESTIONNAIRES if answers.get(one)],
        "health": _health(request, answers),
        "trials": answers.get("trials", []),
        "is_worrying": (answers.get("phq-9", {}).get("q9") or 0) > 0,
        "duplicates": duplicates,
        "accept": accept,
        "close": close,
        "may_accept": bool(request.actor.roles & ACTIONS["referrals.accept"].roles),
    }
    with timezone.override(request.actor.time_zone):
        return render(request, "screening/referral.html", page, status=status)


def _score(answers: dict, instrument_id: str) -> dict:
    definition = instrument(instrument_id)
    given = answers[instrument_id]
    found = score(definition, given)
    rows = [
        {"label": item.text, "value": None if given[item.id] is None else item.answers.option(given[item.id]).label}
        for item in definition.items
        if item.id in given
    ]
    return {"instrument": definition, "score": found, "rows": rows}


def _health(request, answers: dict) -> list[dict]:
    """The health answers; those about pregnancy only for who may read them (SR-51)."""
    rows = []
    given = answers.get("health", {})
    for question in assessment_questions().questions:
        if question.id not in given:
            continue
        if question.fact in PREGNANCY_FACTS and not selectors.may_read_pregnancy(request.actor):
            continue
        label = next(option.label for option in question.options if option.key == given[question.id])
        rows.append({"label": question.text, "value": label})
    return rows


@declares("referrals.accept")
@require_POST
def accept(request, referral_uid):
    found = _fetch(request, referral_uid)
    form = AcceptForm(request.POST)
    duplicates = selectors.duplicates_of(found, request.actor)
    if form.is_valid() and duplicates and not form.cleaned_data["is_new_person"]:
        form.add_error("is_new_person", "These records may be the same person. Look at them, then confirm it is not.")
    if not form.is_valid():
        return _show(request, found, form, ReasonForm(), status=422)
    patient = services.accept_referral(found, actor=request.actor, place=form.cleaned_data["place"])
    messages.success(request, "The record is open, and the onboarding steps are laid out.")
    return redirect("screening:onboarding", patient_uid=patient.uid)


@declares("referrals.accept")
@require_http_methods(["POST"])
def close(request, referral_uid):
    found = _fetch(request, referral_uid)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _show(request, found, AcceptForm(), form, status=422)
    services.close_referral(found, reason=form.cleaned_data["reason"], actor=request.actor)
    messages.success(request, "Closed.")
    return redirect("screening:referrals")
