"""Tells the schedule which appointments belong to a care plan's visit."""

from django.urls import reverse

from limen.apps.plans.models import PlannedVisit
from limen.apps.plans.selectors import OPEN_STATES
from limen.apps.scheduling.owners import Owner


def owner_of_appointment(appointment) -> Owner | None:
    """The planned visit that holds this appointment; None when none does."""
    rows = PlannedVisit.objects.filter(appointment=appointment, state="planned", plan__state__in=OPEN_STATES)
    visit = rows.select_related("patient").first()
    if visit is None:
        return None
    where = {"patient_uid": visit.patient.uid, "visit_uid": visit.uid}
    return Owner(
        text=f"This is “{visit.title}” of the care plan.",
        url=reverse("plans:move-visit", kwargs=where),
        action="plan.write",
        moving="A prescriber moves its day in the plan, so that what follows moves with it.",
    )
