"""Onboarding as the patient sees it: one next step, and what else is open."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from limen.apps.accounts.access import declares
from limen.apps.patients import guard
from limen.apps.patients import services as patients
from limen.apps.patients.models import Contact, Supporter
from limen.apps.patients.selectors import contacts, current_episode, supporters
from limen.apps.records import clock
from limen.apps.screening import selectors, services
from limen.apps.screening.forms import AddressForm, AllergyForm, MedicineForm, SupporterForm

GET_POST = ["GET", "HEAD", "POST"]
MINE = {
    "contacts": "screening:my-address",
    "supporter": "screening:my-supporter",
    "medicines": "screening:my-medicines",
    "sharing": "patients:my-consents",
    "consent": "patients:my-consents",
    "telehealth": "patients:my-consents",
}


@declares("my.onboarding")
@require_safe
def my_onboarding(request):
    episode = current_episode(request.patient)
    steps = selectors.checklist(episode) if episode else []
    following = selectors.next_step_of(steps)
    decision = selectors.latest_decision(request.patient)
    page = {
        "next": _line(following) if following else None,
        "items": [_line(step) for step in steps],
        "decision_text": decision.patient_text if decision else "",
        "is_started": bool(steps),
    }
    return render(request, "screening/my_onboarding.html", page)


def _line(step: selectors.Step) -> dict:
    line = selectors.patient_line(step)
    is_open = step.item.key in MINE and (not step.is_settled or step.item.key == "medicines")
    url = reverse(MINE[step.item.key]) if is_open and step.state != "blocked" else ""
    if step.item.key == "contacts" and not step.is_settled:
        missing = step.detail
        url = reverse("screening:my-supporter") if "address" not in missing else url
    return {**line, "url": url}


@declares("my.onboarding")
@require_http_methods(GET_POST)
def my_supporter(request):
    patient = request.patient
    form = SupporterForm(request.POST or None)
    if request.method == "POST":
        guard.check(request)
        patients.refuse_while_impaired(patient)
        if form.is_valid():
            today = clock.today(patient.time_zone)
            supporter = Supporter(site_id=patient.site_id, patient=patient, agreed_on=today, **form.cleaned_data)
            patients.save_supporter(supporter, actor=request.actor)
            messages.success(request, "Saved. Thank you.")
            return redirect("screening:my-onboarding")
    page = {"form": form, "people": supporters(patient)}
    return render(request, "screening/my_supporter.html", page, status=422 if form.is_bound else 200)


@declares("my.onboarding")
@require_http_methods(GET_POST)
def my_address(request):
    patient = request.patient
    form = AddressForm(request.POST or None)
    if request.method == "POST":
        guard.check(request)
        patients.refuse_while_impaired(patient)
        if form.is_valid():
            contact = Contact(
                site_id=patient.site_id,
                patient=patient,
                kind="treatment_address",
                value=form.cleaned_data["value"].strip(),
            )
            patients.save_contact(contact, actor=request.actor)
            messages.success(request, "Saved. Thank you.")
            return redirect("screening:my-onboarding")
    known = [row for row in contacts(patient) if row.kind in ("address", "treatment_address")]
    page = {"form": form, "known": known}
    return render(request, "screening/my_address.html", page, status=422 if form.is_bound else 200)


@declares("my.onboarding")
@require_http_methods(GET_POST)
def my_medicines(request):
    """List medicines and allergies; staff check the list with the patient."""
    patient = request.patient
    is_allergy = request.POST.get("kind") == "allergy"
    medicine = MedicineForm(request.POST if request.POST and not is_allergy else None)
    allergy = AllergyForm(request.POST if is_allergy else None)
    if request.method == "POST":
        guard.check(request)
        form = allergy if is_allergy else medicine
        if form.is_valid():
            record = services.record_allergy if is_allergy else services.record_medication
            record(patient=patient, actor=request.actor, **form.cleaned_data)
            messages.success(request, "Added.")
            return redirect("screening:my-medicines")
    page = {
        "medicine": medicine,
        "allergy": allergy,
        "medicines": selectors.medications(patient),
        "allergies": selectors.allergies(patient),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "screening/my_medicines.html", page, status=status)
