"""The session page and everything written down on it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from limen.apps.accounts import step_up
from limen.apps.accounts.access import declares
from limen.apps.measures.vitals import InvalidVital
from limen.apps.patients import guard
from limen.apps.patients.selectors import supporters
from limen.apps.plans.selectors import active_plan, visits
from limen.apps.records import clock
from limen.apps.scheduling.selectors import rooms
from limen.apps.signals.selectors import people_who_can_answer
from limen.apps.treatment import selectors, services
from limen.apps.treatment.forms import (
    DoseForm,
    EventForm,
    OpenForm,
    RatingForm,
    RecoveredForm,
    VitalForm,
)
from limen.apps.treatment.views import pictures
from limen.apps.treatment.views.common import fetch_session, may, status_of
from limen.apps.treatment.zone import in_viewer_zone
from limen.clinical.instruments import InvalidAnswer
from limen.clinical.units import plain
from limen.ui.components.data_table import Cell, Column, Link, Row

COLUMNS = [Column("Day"), Column("Route and place"), Column("Taken", is_numeric=True), Column("How it stands")]


@declares("session.read")
@require_safe
@in_viewer_zone
def sessions(request, patient_uid):
    found = selectors.sessions_of(request.patient)
    page = {
        "columns": COLUMNS,
        "rows": [_row(request, one) for one in found],
        "live": next((one for one in found if one.phase != "ended"), None),
        "may_open": may(request, "session.record"),
        "counts": selectors.session_counts(request.patient),
        "adverse": selectors.adverse_events(request.patient)[:5],
    }
    return render(request, "treatment/sessions.html", page)


def _row(request, one) -> Row:
    url = reverse("treatment:session", args=[request.patient.uid, one.uid])
    taken = [row for row in one.administrations.all() if not row.is_void]
    total = f"{plain(sum(row.dose_mg for row in taken))} mg" if taken else "nothing"
    outside = "outside the order" if any(row.is_out_of_protocol for row in taken) else ""
    ended = pictures.ENDING_WORDS.get(one.ending, "")
    return Row(
        cells=[
            Link(f"{clock_day(one)}", url, note=one.visit.title if one.visit else "Not planned"),
            Cell(one.get_route_display(), note=one.room.name if one.room else one.place),
            Cell(total, note=outside),
            ended or pictures.PHASE_WORDS[one.phase],
        ],
        tone="watch" if outside else "info" if one.phase != "ended" else "",
    )


def clock_day(one) -> str:
    from django.utils import timezone

    return f"{timezone.localtime(one.opened_at):%d %b %Y}"


@declares("session.record")
@require_http_methods(["GET", "HEAD", "POST"])
@in_viewer_zone
def open_session(request, patient_uid):
    patient = request.patient
    plan = active_plan(patient)
    planned = [v for v in visits(plan) if v.kind == "dosing" and v.state == "planned"] if plan else []
    options = {
        "visits": planned,
        "rooms": rooms(patient.site_id),
        "monitors": people_who_can_answer(patient.site_id),
        "sitters": [s for s in supporters(patient) if s.role == "sitter"],
    }
    form = OpenForm(request.POST or None, initial=_open_initial(request, plan, planned), **options)
    if request.method == "POST":
        guard.check(request)
        if form.is_valid():
            session = _open(request, form, options)
            if session is not None:
                return redirect("treatment:gate", patient_uid=patient_uid, session_uid=session.uid)
    return render(request, "treatment/open_session.html", {"form": form, "plan": plan}, status=status_of(form))


def _open_initial(request, plan, planned) -> dict:
    first = planned[0] if planned else None
    room = first.appointment.room if first and first.appointment else None
    return {
        "visit": str(first.uid) if first else "",
        "route": plan.route if plan else "",
        "place": plan.place if plan else "clinic",
        "room": str(room.uid) if room else "",
        "monitor": str(request.actor.user_uid),
    }


def _open(request, form, options):
    data = form.cleaned_data

    def chosen(name, rows):
        return next((row for row in rows if str(row.uid) == data[name]), None)

    try:
        return services.open_session(
            patient=request.patient,
            visit=chosen("visit", options["visits"]),
            actor=request.actor,
            room=chosen("room", options["rooms"]),
            monitor=chosen("monitor", options["monitors"]),
            sitter=chosen("sitter", options["sitters"]),
            route=data["route"],
            place=data["place"],
            client_uid=data["client_uid"],
        )
    except services.SessionRefused as error:
        form.add_error(None, str(error))
        return None


@declares("session.read")
@require_safe
@in_viewer_zone
def session(request, patient_uid, session_uid):
    return session_page(request, fetch_session(request, session_uid))


def session_page(request, row, **forms):
    """The session as it stands, with any form that came back with errors in its place."""
    events = selectors.events_of(row)
    tile = pictures.tile_of(row, events)
    state = tile.state
    page = {
        "session": row,
        "tile": tile,
        "state": state,
        "dues": pictures.due_lines(tile),
        "readings": pictures.reading_lines(row, tile, clock.now()),
        "strip": pictures.strip(row, state),
        "events": pictures.event_lines(events, state),
        "phase_tone": pictures.PHASE_TONES[state.phase],
        "may_record": may(request, "session.record"),
        "ending_words": pictures.ENDING_WORDS.get(row.ending, ""),
        "vital_form": forms.get("vital_form") or VitalForm(),
        "event_form": forms.get("event_form") or EventForm(),
        "recovered_form": forms.get("recovered_form") or RecoveredForm(),
        "rating_forms": pictures.rating_pads(state),
        "rating_error": forms.get("rating_error", ""),
        "help_calls": state.open_help_calls,
        "can": pictures.Offers.of(state),
        "button_uids": pictures.fresh_uids(("hold", "resume", "stop", "answer")),
        "next_step": pictures.next_step(row, state),
    }
    return render(request, "treatment/session.html", page, status=status_of(*forms.values()) if forms else 200)


def _back(row):
    return redirect("treatment:session", patient_uid=row.patient.uid, session_uid=row.uid)


@declares("session.record")
@require_POST
@in_viewer_zone
def vital(request, patient_uid, session_uid):
    guard.check(request)
    row, form = fetch_session(request, session_uid), VitalForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            services.record_session_vital(
                row,
                actor=request.actor,
                client_uid=data["client_uid"],
                occurred_at=data["occurred_at"],
                is_after_rest=data["is_after_rest"],
                note=data["note"],
                **form.values(),
            )
        except InvalidVital as error:
            for field, words in error.errors.items():
                form.add_error(field if field in form.fields else None, words)
        except services.DifferentEntry:
            raise
        except services.SessionRefused as error:
            form.add_error("occurred_at", str(error))
        else:
            messages.success(request, "Vital signs saved.")
            return _back_to(request, row)
    return session_page(request, row, vital_form=form)


def _back_to(request, row):
    """Where the form was: the gate before the dose, else the session."""
    if request.POST.get("from") == "gate":
        return redirect("treatment:gate", patient_uid=row.patient.uid, session_uid=row.uid)
    return _back(row)


@declares("session.record")
@require_POST
@in_viewer_zone
def rating(request, patient_uid, session_uid):
    guard.check(request)
    row, form = fetch_session(request, session_uid), RatingForm(request.POST)
    problem = "Choose one of the numbers." if not form.is_valid() else ""
    if not problem:
        data = form.cleaned_data
        try:
            services.record_rating(
                row,
                instrument_id=data["instrument"],
                value=data["value"],
                actor=request.actor,
                client_uid=data["client_uid"],
                occurred_at=data["occurred_at"],
            )
        except (InvalidAnswer, ValidationError) as error:
            problem = str(error)
        else:
            return _back(row)
    form.add_error(None, problem)
    return session_page(request, row, rating_form=form, rating_error=problem)


@declares("session.record")
@require_POST
@in_viewer_zone
def event(request, patient_uid, session_uid):
    """A line in the session; hold, resume and stop are one tap and ask nothing (SR-21)."""
    guard.check(request)
    row, form = fetch_session(request, session_uid), EventForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        services.record_event(
            row,
            kind=data["kind"],
            actor=request.actor,
            client_uid=data["client_uid"],
            occurred_at=data["occurred_at"],
            payload={"answers": data["answers"]} if data["answers"] else None,
            note=data["note"],
        )
        return _back(row)
    return session_page(request, row, event_form=form)


@declares("session.record")
@require_http_methods(["GET", "HEAD", "POST"])
@in_viewer_zone
def dose(request, patient_uid, session_uid):
    """What was actually taken, ordered or not (SR-01)."""
    row = fetch_session(request, session_uid)
    order = row.order or selectors.order_in_force(request.patient)
    form = DoseForm(request.POST or None, initial=_dose_initial(row, order))
    if request.method == "POST":
        guard.check(request)
        if form.is_valid():
            data = dict(form.cleaned_data)
            try:
                given = services.give_dose(row, actor=request.actor, **data)
            except services.SessionRefused as error:
                form.add_error("given_at" if "future" in str(error) else "dose_mg", str(error))
            else:
                _tell_about(request, given)
                return _back(row)
    state = selectors.state_of(row)
    page = {"session": row, "order": order, "form": form, "state": state, "total": state.total_given_mg}
    return render(request, "treatment/dose.html", page, status=status_of(form))


def _dose_initial(row, order) -> dict:
    return {
        "drug": order.drug if order else "ketamine",
        "route": order.route if order else row.route,
        "dose_mg": order.dose_mg if order else "",
        "is_complete": True,
        "happening": "as_planned",
    }


def _tell_about(request, given) -> None:
    if given.is_out_of_protocol:
        words = f"Recorded. It differs from the order ({given.deviation}), so a prescriber has been told."
        messages.warning(request, words)
    else:
        messages.success(request, "The dose is recorded.")


@declares("session.record")
@require_POST
@in_viewer_zone
def recovered(request, patient_uid, session_uid):
    guard.check(request)
    row, form = fetch_session(request, session_uid), RecoveredForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            authentication = step_up.authenticate(request, data["code"])
            services.sign_recovered(
                row,
                actor=request.actor,
                client_uid=data["client_uid"],
                authentication=authentication,
                note=data["note"],
            )
        except step_up.StepUpFailed as error:
            form.add_error("code", str(error))
        except services.SessionRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Recovery is signed. The account is open again.")
            return redirect("treatment:discharge", patient_uid=patient_uid, session_uid=session_uid)
    return session_page(request, row, recovered_form=form)
