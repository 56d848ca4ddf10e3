"""What the session pages share: fetching along the chain, and the words for a person's permission."""

from django.shortcuts import get_object_or_404

from limen.apps.accounts.access import ACTIONS
from limen.apps.treatment.models import DosingSession


def fetch_session(request, session_uid) -> DosingSession:
    """The session of the patient named by the address, or 404."""
    rows = DosingSession.objects.visible_to(request.actor)
    rows = rows.select_related("room", "monitor", "order__signature", "plan", "visit", "appointment", "sitter")
    session = get_object_or_404(rows, uid=session_uid, patient=request.patient)
    session.patient = request.patient
    return session


def may(request, action: str) -> bool:
    return bool(request.actor.roles & ACTIONS[action].roles)


def status_of(*forms) -> int:
    """422 when a posted form came back with errors."""
    return 422 if any(form is not None and form.is_bound and form.errors for form in forms) else 200
