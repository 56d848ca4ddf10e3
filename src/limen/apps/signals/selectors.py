"""Reads of safety signals and the duties they opened."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Prefetch

from limen.apps.records import clock
from limen.apps.records.actor import Actor
from limen.apps.signals.models import Obligation, ObligationEvent, Signal

ANSWERING_ROLES = frozenset({"prescriber", "medical_director", "therapist", "monitor"})


@dataclass(frozen=True)
class PatientMessage:
    """What a patient is told about an open duty: the words, who will answer, and by when."""

    text: str
    who: str
    due_at: datetime
    is_overdue: bool


def open_obligations(actor: Actor) -> models.QuerySet[Obligation]:
    """Every open duty this actor may see, the least time left first. Signals come with it in one query."""
    rows = Obligation.objects.visible_to(actor).filter(state="open")
    signals = Prefetch("signals", queryset=Signal.objects.order_by("-id"))
    return rows.select_related("patient", "owner").prefetch_related(signals).order_by("due_at", "id")


def open_for(patient) -> list[Obligation]:
    """The open duties about one patient, the least time left first."""
    rows = Obligation.objects.filter(patient=patient, state="open")
    return list(rows.select_related("owner").order_by("due_at", "id"))


def known_level(patient, kind: str, *, before: datetime | None = None) -> str | None:
    """The level of the latest signal of this kind (before a moment); None when there was none."""
    rows = Signal.objects.filter(patient=patient, kind=kind).current()
    if before is not None:
        rows = rows.filter(occurred_at__lt=before)
    latest = rows.order_by("-occurred_at", "-id").first()
    return latest.level if latest else None


def signals_of(obligation: Obligation) -> list[Signal]:
    """What was seen, the newest first."""
    return list(Signal.objects.filter(obligation=obligation).select_related("recorded_by").order_by("-id"))


def history_of(obligation: Obligation) -> list[ObligationEvent]:
    """What happened to a duty, in order."""
    rows = ObligationEvent.objects.filter(obligation=obligation)
    return list(rows.select_related("recorded_by").order_by("at", "id"))


def answered_for(patient, *, limit: int = 50) -> list[Obligation]:
    """Duties about one patient that a person has answered, the newest first."""
    rows = Obligation.objects.filter(patient=patient, state="answered").select_related("owner")
    return list(rows.order_by("-opened_at", "-id")[:limit])


def patient_messages(patient, *, now: datetime | None = None) -> list[PatientMessage]:
    """What the patient's own page says about open duties: who will answer and by when."""
    moment = now or clock.now()
    return [
        PatientMessage(
            text=row.patient_text,
            who=row.owner.display_name if row.owner else "Your care team",
            due_at=row.due_at,
            is_overdue=row.due_at < moment,
        )
        for row in open_for(patient)
        if row.patient_text
    ]


def people_who_can_answer(site_id: int) -> list:
    """Staff of a site whose role today lets them answer a signal, by name."""
    today = clock.now().date()
    rows = get_user_model().objects.filter(
        models.Q(memberships__ends_on__isnull=True) | models.Q(memberships__ends_on__gte=today),
        is_active=True,
        memberships__site_id=site_id,
        memberships__role__in=ANSWERING_ROLES,
        memberships__starts_on__lte=today,
    )
    return list(rows.distinct().order_by("display_name", "pk"))


def obligation_of_evidence(evidence_uid: uuid.UUID) -> Obligation | None:
    """The duty a piece of evidence opened or joined."""
    signal = Signal.objects.filter(evidence_uid=evidence_uid).select_related("obligation").order_by("-id").first()
    return signal.obligation if signal else None
