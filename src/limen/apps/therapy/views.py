"""Notes for staff; the intention, the journal and the exercises for the patient."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from limen.apps.accounts import step_up
from limen.apps.accounts.access import ACTIONS, declares
from limen.apps.accounts.selectors import setting_value
from limen.apps.patients import guard
from limen.apps.plans.selectors import active_plan, next_dose
from limen.apps.records import clock
from limen.apps.records.errors import StaleRecord
from limen.apps.records.selectors import versions
from limen.apps.therapy import selectors, services
from limen.apps.therapy.forms import EntryForm, IntentionForm, NoteForm, SignForm
from limen.apps.therapy.models import JournalEntry, SharedEntry, TherapyNote

PREVIEW_CHARACTERS = 140


def _status(form) -> int:
    return 422 if form.is_bound else 200


@declares("notes.read")
@require_safe
def notes(request, patient_uid):
    patient = request.patient
    lines = selectors.notes(request.actor, patient)
    readings = selectors.readings(patient)
    page = {
        "therapy_notes": [line for line in lines if line.note.kind != "progress"],
        "progress_notes": [line for line in lines if line.note.kind == "progress"],
        "shared": [(row, readings.get(row.uid, [])) for row in selectors.shared_of(patient)],
        "intentions": selectors.intentions(patient),
        "may_write": bool(request.actor.roles & ACTIONS["notes.write"].roles),
    }
    return render(request, "therapy/notes.html", page)


def _note(request, note_uid) -> TherapyNote:
    rows = TherapyNote.objects.visible_to(request.actor).select_related("signature")
    return get_object_or_404(rows, uid=note_uid, patient=request.patient)


@declares("notes.write")
@require_http_methods(["GET", "HEAD", "POST"])
def new_note(request, patient_uid):
    first = {"occurred_on": clock.today(request.patient.time_zone), "kind": request.GET.get("kind", "integration")}
    return _note_page(request, None, first)


@declares("notes.write")
@require_http_methods(["GET", "HEAD", "POST"])
def edit_note(request, patient_uid, note_uid):
    note = _note(request, note_uid)
    first = {name: getattr(note, name) for name in ("kind", "occurred_on", "text", "exercises", "version")}
    return _note_page(request, note, first)


def _note_page(request, note: TherapyNote | None, first: dict):
    form = NoteForm(request.POST or None, initial=first, time_zone=request.patient.time_zone)
    page = {"form": form, "note": note, "line": selectors.note_line(note) if note else None}
    if form.is_bound and form.is_valid():
        guard.check(request)
        data = dict(form.cleaned_data)
        expected = data.pop("version")
        try:
            saved = services.save_note(
                patient=request.patient, actor=request.actor, note=note, expected_version=expected, **data
            )
        except StaleRecord as error:
            return _conflict(request, page, error.current)
        messages.success(request, "Saved. It is not signed yet.")
        return redirect("therapy:note", patient_uid=request.patient.uid, note_uid=saved.uid)
    return render(request, "therapy/note_form.html", page, status=_status(form))


def _conflict(request, page: dict, current: TherapyNote):
    """Both versions on one page: the one somebody else saved, and what was typed here, ready to be saved over it."""
    typed = request.POST.copy()
    typed["version"] = str(TherapyNote.objects.get(pk=current.pk).version)
    form = NoteForm(typed, time_zone=request.patient.time_zone)
    form.is_valid()
    stored = TherapyNote.objects.select_related("signature").get(pk=current.pk)
    other = next(iter(versions(stored)), None)
    page |= {"form": form, "other": stored, "other_author": other.author_name if other else ""}
    return render(request, "therapy/note_form.html", page, status=409)


@declares("notes.read")
@require_safe
def note(request, patient_uid, note_uid):
    return _read_note(request, _note(request, note_uid), None)


@declares("notes.write")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_note(request, patient_uid, note_uid):
    row = _note(request, note_uid)
    form = SignForm(request.POST or None, initial={"version": row.version})
    if form.is_bound and form.is_valid():
        guard.check(request)
        try:
            services.sign_note(
                row,
                actor=request.actor,
                authentication=step_up.authenticate(request, form.cleaned_data["code"]),
                expected_version=form.cleaned_data["version"],
            )
        except step_up.StepUpFailed as error:
            form.add_error("code", str(error))
        except StaleRecord:
            form = SignForm(initial={"version": row.version})
            messages.warning(request, "The note changed since you opened it. Read it again, then sign.")
            return _read_note(request, row, form, status=409)
        else:
            messages.success(request, "Signed.")
            return redirect("therapy:note", patient_uid=patient_uid, note_uid=note_uid)
    return _read_note(request, row, form, status=_status(form))


def _read_note(request, row: TherapyNote, form: SignForm | None, status: int = 200):
    line = selectors.note_line(row)
    may_write = bool(request.actor.roles & ACTIONS["notes.write"].roles)
    if form is None and may_write and not line.covers:
        form = SignForm(initial={"version": row.version})
    page = {
        "line": line,
        "note": row,
        "form": form,
        "may_write": may_write,
        "versions": versions(row),
        "signed_rows": [
            {"label": "Kind", "value": row.get_kind_display()},
            {"label": "About the visit on", "value": f"{row.occurred_on:%-d %b %Y}"},
            {"label": "Version", "value": str(row.version)},
        ],
    }
    return render(request, "therapy/note.html", page, status=status)


@declares("notes.read")
@require_safe
def shared_entry(request, patient_uid, shared_uid):
    rows = SharedEntry.objects.visible_to(request.actor)
    row = get_object_or_404(rows, uid=shared_uid, patient=request.patient)
    text = "" if row.unshared_at else services.read_shared(row, actor=request.actor)
    return render(request, "therapy/shared.html", {"row": row, "text": text})


@declares("my.intention")
@require_http_methods(["GET", "HEAD", "POST"])
def my_intention(request):
    patient = request.patient
    plan = active_plan(patient)
    visit = next_dose(plan) if plan else None
    current = selectors.intention_for(patient, visit.uid if visit else None)
    form = IntentionForm(request.POST or None, initial={"words": current.words if current else ""})
    if form.is_bound and form.is_valid():
        guard.check(request)
        services.save_intention(
            patient=patient,
            words=form.cleaned_data["words"],
            actor=request.actor,
            visit_uid=visit.uid if visit else None,
            intention=current,
        )
        messages.success(request, "Saved.")
        return redirect("therapy:my-intention")
    earlier = [row for row in selectors.intentions(patient) if current is None or row.pk != current.pk]
    page = {"form": form, "visit": visit, "current": current, "earlier": earlier}
    return render(request, "therapy/my_intention.html", page, status=_status(form))


@declares("my.plan")
@require_safe
def my_exercises(request):
    return render(request, "therapy/my_exercises.html", {"exercises": selectors.exercises(request.patient)})


def _entry(request, entry_uid) -> JournalEntry:
    return get_object_or_404(JournalEntry.objects.visible_to(request.actor), uid=entry_uid, patient=request.patient)


def _help(request) -> dict:
    return {"after_hours_number": setting_value(request.patient.site_id, "contact.after_hours_number") or ""}


@declares("my.journal")
@require_safe
def my_journal(request):
    shared = selectors.shared_now(request.patient)
    readings = selectors.readings(request.patient)
    lines = [
        {"entry": row, "shared": shared.get(row.uid), "preview": _preview(row.text)}
        for row in selectors.entries(request.actor)
    ]
    history = [(row, readings.get(row.uid, [])) for row in selectors.shared_of(request.patient)]
    return render(request, "therapy/my_journal.html", {"lines": lines, "history": history, **_help(request)})


def _preview(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= PREVIEW_CHARACTERS else f"{flat[:PREVIEW_CHARACTERS].rsplit(' ', 1)[0]}…"


@declares("my.journal")
@require_http_methods(["GET", "HEAD", "POST"])
def new_entry(request):
    form = EntryForm(request.POST or None)
    if form.is_bound and form.is_valid():
        guard.check(request)
        services.write_entry(patient=request.patient, text=form.cleaned_data["text"], actor=request.actor)
        messages.success(request, "Saved. Only you can read it.")
        return redirect("therapy:my-journal")
    return render(request, "therapy/my_entry.html", {"form": form, **_help(request)}, status=_status(form))


@declares("my.journal")
@require_http_methods(["GET", "HEAD", "POST"])
def edit_entry(request, entry_uid):
    entry = _entry(request, entry_uid)
    form = EntryForm(request.POST or None, initial={"text": entry.text})
    if form.is_bound and form.is_valid():
        guard.check(request)
        services.edit_entry(entry, text=form.cleaned_data["text"], actor=request.actor)
        messages.success(request, "Saved.")
        return redirect("therapy:my-journal")
    shared = selectors.shared_now(request.patient).get(entry.uid)
    page = {"form": form, "entry": entry, "shared": shared, **_help(request)}
    return render(request, "therapy/my_entry.html", page, status=_status(form))


@declares("my.journal")
@require_http_methods(["GET", "HEAD", "POST"])
def delete_entry(request, entry_uid):
    entry = _entry(request, entry_uid)
    if request.method == "POST":
        guard.check(request)
        services.delete_entry(entry, actor=request.actor)
        messages.success(request, "Deleted for good.")
        return redirect("therapy:my-journal")
    shared = selectors.shared_now(request.patient).get(entry.uid)
    return render(request, "therapy/my_delete.html", {"entry": entry, "shared": shared})


@declares("my.journal")
@require_http_methods(["GET", "HEAD", "POST"])
def share_entry(request, entry_uid):
    entry = _entry(request, entry_uid)
    if request.method == "POST":
        guard.check(request)
        services.share_entry(entry, actor=request.actor)
        messages.success(request, "Shared with your care team. You can take it back at any time.")
        return redirect("therapy:my-journal")
    return render(request, "therapy/my_share.html", {"entry": entry})


@declares("my.journal")
@require_POST
def unshare_entry(request, shared_uid):
    guard.check(request)
    rows = SharedEntry.objects.visible_to(request.actor)
    row = get_object_or_404(rows, uid=shared_uid, patient=request.patient)
    services.unshare_entry(row, actor=request.actor)
    messages.success(request, "No longer shared. What was already read or written down from it stays with your team.")
    return redirect("therapy:my-journal")
