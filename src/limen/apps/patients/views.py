"""Find a patient, open and correct a record, merge duplicates, end an episode, and who saw what."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from limen.apps.accounts import audit_words
from limen.apps.accounts import selectors as account_selectors
from limen.apps.accounts import services as account_services
from limen.apps.accounts.access import ACTIONS, declares
from limen.apps.patients import guard, selectors, services
from limen.apps.patients.forms import (
    ContactForm,
    CorrectionForm,
    EndEpisodeForm,
    FindForm,
    InviteForm,
    MergeForm,
    NewPatientForm,
    SupporterForm,
)
from limen.apps.patients.models import Contact, Episode, Patient, Supporter
from limen.apps.records import clock
from limen.apps.records.actor import Actor
from limen.apps.records.acts import record_read
from limen.apps.records.selectors import audit_events, versions

PER_PAGE = 50
# Which page a name in a list leads to: the record, or who saw it for those who may not read it.
FIRST_PAGES = (("patient.read", "workspace:chart"), ("patient.audit", "patients:who-saw"))


@declares("patient.find")
@require_safe
def find(request):
    form = FindForm(request.GET if "q" in request.GET or "born" in request.GET else None)
    found, has_searched = [], False
    if form.is_bound and form.is_valid():
        text, born = form.cleaned_data["q"], form.cleaned_data["born"]
        has_searched = bool(text.strip() or born)
        found = selectors.find_patients(request.actor, text=text, birth_date=born)
    rows = _patient_lines(request.actor, found)
    recent = [] if has_searched else _patient_lines(request.actor, selectors.recently_changed(request.actor))
    page = {
        "form": form,
        "rows": rows,
        "recent": recent,
        "has_searched": has_searched,
        "is_full": len(found) >= selectors.SEARCH_LIMIT,
        "may_create": bool(request.actor.roles & ACTIONS["patient.create"].roles),
    }
    return render(request, "patients/find.html", page)


def _patient_lines(actor: Actor, patients: list[Patient]) -> list[dict]:
    episodes = selectors.current_episodes(patients)
    page = next((name for action, name in FIRST_PAGES if actor.roles & ACTIONS[action].roles), "")
    return [
        _patient_line(patient, episodes.get(patient.pk))
        | {"url": reverse(page, kwargs={"patient_uid": patient.uid}) if page else ""}
        for patient in patients
    ]


def _patient_line(patient: Patient, episode: Episode | None) -> dict:
    return {
        "patient": patient,
        "age": patient.age_on(clock.today(patient.time_zone)),
        "stage": episode.get_stage_display() if episode else "No episode",
    }


@declares("patient.create")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request):
    form = NewPatientForm(request.POST or None)
    duplicates: list[Patient] = []
    if form.is_bound and form.is_valid():
        data = dict(form.cleaned_data)
        is_new_person = data.pop("is_new_person")
        duplicates = selectors.possible_duplicates(
            request.actor,
            given_name=data["given_name"],
            family_name=data["family_name"],
            birth_date=data["birth_date"],
        )
        if not duplicates or is_new_person:
            site = account_selectors.site(request.actor.site_id)
            patient = services.open_patient(site=site, actor=request.actor, **data)
            messages.success(request, "The record is open.")
            return redirect("patients:details", patient_uid=patient.uid)
        record_read("patient.find", actor=request.actor)  # the warning names them
        form.add_error("is_new_person", "These records may be the same person. Open them, or confirm it is not.")
    page = {"form": form, "duplicates": _patient_lines(request.actor, duplicates)}
    return render(request, "patients/new.html", page, status=422 if form.is_bound else 200)


@declares("patient.read")
@require_safe
def details(request, patient_uid):
    patient = request.patient
    page = {
        "contacts": selectors.contacts(patient),
        "supporters": selectors.supporters(patient),
        "consents": selectors.consent_history(patient),
        "in_force": selectors.consents_in_force(patient),
        "episode": selectors.current_episode(patient),
        "versions": versions(patient),
        "may_update": bool(request.actor.roles & ACTIONS["patient.update"].roles),
        "may_invite": bool(request.actor.roles & ACTIONS["patient.invite"].roles),
        "may_end": bool(request.actor.roles & ACTIONS["episode.end"].roles),
        "may_merge": bool(request.actor.roles & ACTIONS["patient.merge"].roles),
        "may_audit": bool(request.actor.roles & ACTIONS["patient.audit"].roles),
    }
    return render(request, "patients/details.html", page)


@declares("patient.update")
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request, patient_uid):
    patient = request.patient
    first = {
        "given_name": patient.given_name,
        "family_name": patient.family_name,
        "preferred_name": patient.preferred_name,
        "birth_date": patient.birth_date,
        "pronouns": patient.pronouns,
        "state_code": patient.state_code,
        "time_zone": patient.time_zone,
    }
    form = CorrectionForm(request.POST or None, initial=first)
    if form.is_bound and form.is_valid():
        guard.check(request)
        data = dict(form.cleaned_data)
        reason, birth_date = data.pop("reason"), data.pop("birth_date")
        patient.birth_date_text = birth_date.isoformat()
        for name, value in data.items():
            setattr(patient, name, value)
        services.update_patient(patient, actor=request.actor, reason=reason)
        messages.success(request, "Saved. The earlier version is kept.")
        return redirect("patients:details", patient_uid=patient.uid)
    return render(request, "patients/correct.html", {"form": form}, status=422 if form.is_bound else 200)


@declares("patient.update")
@require_http_methods(["GET", "HEAD", "POST"])
def add_contact(request, patient_uid):
    form = ContactForm(request.POST or None)
    if form.is_bound and form.is_valid():
        guard.check(request)
        contact = Contact(site_id=request.patient.site_id, patient=request.patient, **form.cleaned_data)
        services.save_contact(contact, actor=request.actor)
        return redirect("patients:details", patient_uid=patient_uid)
    page = {"form": form, "heading": "Add a contact", "submit_label": "Add contact"}
    return render(request, "patients/add.html", page, status=422 if form.is_bound else 200)


@declares("patient.update")
@require_http_methods(["GET", "HEAD", "POST"])
def add_supporter(request, patient_uid):
    form = SupporterForm(request.POST or None)
    if form.is_bound and form.is_valid():
        guard.check(request)
        supporter = Supporter(site_id=request.patient.site_id, patient=request.patient, **form.cleaned_data)
        services.save_supporter(supporter, actor=request.actor)
        return redirect("patients:details", patient_uid=patient_uid)
    page = {"form": form, "heading": "Add a support person", "submit_label": "Add person"}
    return render(request, "patients/add.html", page, status=422 if form.is_bound else 200)


@declares("patient.update")
@require_POST
def end_contact(request, patient_uid, contact_uid):
    guard.check(request)
    contact = get_object_or_404(Contact.objects.visible_to(request.actor), uid=contact_uid, patient=request.patient)
    contact.is_ended = True
    services.save_contact(contact, actor=request.actor)
    return redirect("patients:details", patient_uid=patient_uid)


@declares("patient.update")
@require_POST
def end_supporter(request, patient_uid, supporter_uid):
    guard.check(request)
    rows = Supporter.objects.visible_to(request.actor)
    supporter = get_object_or_404(rows, uid=supporter_uid, patient=request.patient)
    supporter.is_ended = True
    services.save_supporter(supporter, actor=request.actor)
    return redirect("patients:details", patient_uid=patient_uid)


@declares("episode.end")
@require_http_methods(["GET", "HEAD", "POST"])
def end_episode(request, patient_uid):
    episode = selectors.current_episode(request.patient)
    form = EndEpisodeForm(request.POST or None, initial={"ended_on": clock.today(request.patient.time_zone)})
    if episode is None or episode.ended_on:
        return render(request, "patients/end_episode.html", {"form": None})
    if form.is_bound and form.is_valid():
        guard.check(request)
        services.end_episode(episode, actor=request.actor, **form.cleaned_data)
        messages.success(request, "The episode of care has ended. The record stays.")
        return redirect("patients:details", patient_uid=patient_uid)
    page = {"form": form, "episode": episode}
    return render(request, "patients/end_episode.html", page, status=422 if form.is_bound else 200)


@declares("episode.end")
@require_http_methods(["GET", "HEAD", "POST"])
def start_episode(request, patient_uid):
    """Somebody who comes back gets a new episode; the earlier one stays as it ended."""
    episode = selectors.current_episode(request.patient)
    if request.method == "POST" and (episode is None or episode.ended_on):
        guard.check(request)
        services.start_episode(request.patient, actor=request.actor)
        messages.success(request, "A new episode of care is open.")
        return redirect("patients:details", patient_uid=patient_uid)
    return render(request, "patients/start_episode.html", {"is_open": episode is not None and not episode.ended_on})


@declares("patient.merge")
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request, patient_uid):
    form = MergeForm(request.POST or None)
    near = selectors.possible_duplicates(
        request.actor,
        given_name=request.patient.given_name,
        family_name=request.patient.family_name,
        birth_date=request.patient.birth_date,
    )
    near = [p for p in near if p.pk != request.patient.pk]
    if form.is_bound and form.is_valid():
        guard.check(request)
        rows = Patient.objects.visible_to(request.actor).filter(uid=form.cleaned_data["duplicate_uid"])
        duplicate = rows.first()
        if duplicate is None:
            form.add_error("duplicate_uid", "No record with this number at this site.")
        elif duplicate.pk == request.patient.pk or duplicate.merged_into_id or request.patient.merged_into_id:
            form.add_error("duplicate_uid", "Choose another record, one that is not merged already.")
        else:
            services.merge_patients(
                kept=request.patient, duplicate=duplicate, reason=form.cleaned_data["reason"], actor=request.actor
            )
            messages.success(request, "Merged. The other record now points here; nothing was deleted.")
            return redirect("patients:details", patient_uid=patient_uid)
    page = {"form": form, "near": _patient_lines(request.actor, near)}
    return render(request, "patients/merge.html", page, status=422 if form.is_bound else 200)


@declares("patient.invite")
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request, patient_uid):
    """A one-time link: to join, or after a lost passkey to get back in."""
    patient = request.patient
    known = next((c.value for c in selectors.contacts(patient) if c.kind == "email"), "")
    form = InviteForm(request.POST or None, initial={"email": patient.user.email if patient.user_id else known})
    form.fields["email"].disabled = bool(patient.user_id)  # a recovery link only goes where the account is
    link = ""
    if form.is_bound and form.is_valid():
        guard.check(request)
        address = request.build_absolute_uri(reverse("accounts:invitation", kwargs={"token": "x"}))[:-2]
        token = _issue_link(request, form.cleaned_data["email"], address)
        link = f"{address}{token}/"
    page = {"form": form, "link": link, "is_recovery": bool(patient.user_id)}
    status = 422 if form.is_bound and not link else 200
    return render(request, "patients/invite.html", page, status=status)


def _issue_link(request, email: str, address: str) -> str:
    """A recovery link for somebody who signs in already; otherwise the first one-time link."""
    patient = request.patient
    if patient.user_id:
        _, token = account_services.issue_recovery(
            patient.user, site=patient.site, actor=request.actor, address=address, patient=patient
        )
        return token
    _, token = account_services.invite(
        site=patient.site,
        kind="patient",
        email=email,
        display_name=patient.name,
        actor=request.actor,
        patient=patient,
        address=address,
    )
    return token


@declares("patient.audit")
@require_safe
def who_saw(request, patient_uid):
    events = audit_events(patient_uid=request.patient.uid)
    page = Paginator(events, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "patients/who_saw.html", {"page": page, "lines": _audit_lines(page)})


def _audit_lines(page) -> list[dict]:
    return [
        {
            "event": event,
            "who": audit_words.who(event),
            "standing": audit_words.standing(event),
            "what": audit_words.what(event.action),
            "is_denied": event.outcome == "denied",
        }
        for event in page
    ]


@declares("my.record")
@require_safe
def my_record(request):
    """The patient's own view: who opened the record, when, and what for."""
    events = audit_events(patient_uid=request.patient.uid).exclude(actor_uid=request.actor.user_uid)
    page = Paginator(events, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "patients/my_record.html", {"page": page, "lines": _audit_lines(page)})
