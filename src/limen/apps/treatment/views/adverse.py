"""Adverse events of one person: the list, and the form in and outside a session."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from limen.apps.accounts.access import declares
from limen.apps.patients import guard
from limen.apps.treatment import selectors, services
from limen.apps.treatment.forms import AdverseForm
from limen.apps.treatment.views.common import fetch_session, may, status_of
from limen.apps.treatment.zone import in_viewer_zone
from limen.ui.components.data_table import Cell, Column, Row

COLUMNS = [Column("Since"), Column("What"), Column("How bad"), Column("From the medicine"), Column("Recorded by")]


@declares("session.read")
@require_safe
@in_viewer_zone
def adverse_events(request, patient_uid):
    page = {
        "columns": COLUMNS,
        "rows": [_row(event) for event in selectors.adverse_events(request.patient)],
        "may_record": may(request, "session.record"),
    }
    return render(request, "treatment/adverse_events.html", page)


def _row(event) -> Row:
    ended = f"over {timezone.localtime(event.resolved_at):%d %b %Y, %H:%M}" if event.resolved_at else "not over"
    return Row(
        cells=[
            Cell(f"{timezone.localtime(event.started_at):%d %b %Y, %H:%M}", note=ended),
            Cell(event.term, note=event.detail),
            Cell(event.get_severity_display(), note="serious" if event.is_serious else ""),
            event.get_causality_display(),
            event.recorded_by.display_name if event.recorded_by else "",
        ],
        tone="alert" if event.is_serious else "watch" if event.severity in ("severe", "unrated") else "",
    )


@declares("session.record")
@require_http_methods(["GET", "HEAD", "POST"])
@in_viewer_zone
def new(request, patient_uid):
    return _form_page(request, None)


@declares("session.record")
@require_http_methods(["GET", "HEAD", "POST"])
@in_viewer_zone
def in_session(request, patient_uid, session_uid):
    return _form_page(request, fetch_session(request, session_uid))


def _form_page(request, session):
    form = AdverseForm(request.POST or None)
    if request.method == "POST":
        guard.check(request)
        if form.is_valid() and _keep(request, form, session):
            messages.success(request, "The adverse event is recorded.")
            if session is not None:
                return redirect("treatment:session", patient_uid=request.patient.uid, session_uid=session.uid)
            return redirect("treatment:adverse-events", patient_uid=request.patient.uid)
    return render(request, "treatment/adverse_form.html", {"form": form, "session": session}, status=status_of(form))


def _keep(request, form, session) -> bool:
    try:
        services.record_adverse_event(
            patient=request.patient, session=session, actor=request.actor, **form.cleaned_data
        )
    except services.DifferentEntry as error:
        form.add_error(None, str(error))
    except services.SessionRefused as error:
        form.add_error("started_at", str(error))
    return not form.errors
