"""The patient's own consents: read in full, sign, decline, take back."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from limen.apps.accounts import step_up
from limen.apps.accounts.access import declares
from limen.apps.patients import consent_documents, consent_services, guard, selectors
from limen.apps.patients.consent_documents import PURPOSES, WITHDRAWAL, Offered
from limen.apps.patients.consent_forms import ConsentForm


@declares("my.withdraw")
@require_safe
def my_consents(request):
    patient = request.patient
    in_force = selectors.consents_in_force(patient)
    with timezone.override(request.actor.time_zone):
        page = {
            "lines": [_line(row) for row in consent_documents.offered_to(patient)],
            "in_force": [(scope, PURPOSES[scope], row) for scope, row in in_force.items()],
            "history": [(row, PURPOSES[row.scope]) for row in selectors.consent_history(patient)],
            "is_impaired": patient.impaired_since is not None,
        }
        return render(request, "patients/consent_list.html", page)


def _line(row: Offered) -> dict:
    state, tone = "Not decided", "watch"
    if row.given is not None:
        state, tone = ("Signed for an earlier text", "watch") if row.is_outdated else ("Signed", "good")
    return {"row": row, "identity": row.document.identity, "state": state, "tone": tone}


def _offered(request, document_id: str) -> Offered:
    rows = consent_documents.offered_to(request.patient)
    found = next((row for row in rows if row.document.identity.id == document_id), None)
    if found is None:
        raise Http404
    return found


@declares("my.consent")
@require_http_methods(["GET", "HEAD", "POST"])
def my_consent(request, document_id):
    """One document in full, and its signature."""
    patient = request.patient
    offered = _offered(request, document_id)
    form = ConsentForm(request.POST or None, document=offered.document)
    if request.method == "POST":
        guard.check(request)
        if form.is_valid() and _sign(request, offered, form):
            messages.success(request, "Signed. You can take it back at any time on this page.")
            return redirect("patients:my-consents")
    page = {
        "offered": offered,
        "document": offered.document,
        "form": form,
        "signed_rows": _signed_rows(request, offered),
        "is_impaired": patient.impaired_since is not None,
        "withdrawal": WITHDRAWAL[offered.scope],
    }
    with timezone.override(request.actor.time_zone):
        return render(request, "patients/consent_document.html", page, status=422 if form.is_bound else 200)


def _sign(request, offered: Offered, form: ConsentForm) -> bool:
    try:
        proof = step_up.authenticate(request, form.cleaned_data["code"])
    except step_up.StepUpFailed as error:
        form.add_error("code", str(error))
        return False
    consent_services.give_consent(
        request.patient, offered.document, ticked=form.ticked, actor=request.actor, authentication=proof
    )
    return True


def _signed_rows(request, offered: Offered) -> list[dict]:
    identity = offered.document.identity
    return [
        {"label": "You", "value": request.patient.name},
        {"label": "Document", "value": f"{identity.title}, version {identity.version}"},
        {"label": "For", "value": offered.document.purpose},
    ]


@declares("my.withdraw")
@require_POST
def decline(request, document_id):
    guard.check(request)
    consent_services.decline_consent(request.patient, _offered(request, document_id).document, actor=request.actor)
    messages.success(request, "Noted: you said no. You can change your mind at any time.")
    return redirect("patients:my-consents")


@declares("my.withdraw")
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request, scope):
    """What taking it back means, and the button. No code, no reason, also while the medicine is working."""
    patient = request.patient
    given = selectors.consents_in_force(patient).get(scope)
    if given is None:
        raise Http404
    if request.method == "POST":
        guard.check(request)
        consent_services.withdraw_consent(patient, scope, actor=request.actor)
        messages.success(request, "You took back this consent. It counts from now.")
        return redirect("patients:my-consents")
    page = {"purpose": PURPOSES[scope], "meaning": WITHDRAWAL[scope], "given": given}
    with timezone.override(request.actor.time_zone):
        return render(request, "patients/consent_withdraw.html", page)
