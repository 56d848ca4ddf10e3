"""Reads every app uses: the timeline, versions, signatures and the audit trail."""

import uuid
from datetime import datetime

from django.db import models

from limen.apps.records.actor import Actor
from limen.apps.records.acts import digest
from limen.apps.records.models import AuditEvent, RecordVersion, Signature, TimelineEntry, content_of


def timeline(patient, *, for_patient: bool = False, limit: int = 200) -> list[TimelineEntry]:
    """The latest lines of a patient's story, newest first."""
    entries = TimelineEntry.objects.filter(patient_uid=patient.uid)
    if for_patient:
        entries = entries.filter(is_patient_visible=True)
    return list(entries.order_by("-occurred_at", "-id")[:limit])


def versions(record: models.Model) -> list[RecordVersion]:
    return list(RecordVersion.objects.filter(record_uid=record.uid).order_by("-version"))


def signatures_of(subject_uid: uuid.UUID) -> list[Signature]:
    return list(Signature.objects.filter(subject_uid=subject_uid).order_by("id"))


def signature_covers(signature: Signature, subject: models.Model) -> bool:
    """True when the row still says what was signed (S57)."""
    return signature.subject_uid == subject.uid and signature.sha256 == digest(content_of(subject))


def audit_events(*, site_id: int | None = None, patient_uid: uuid.UUID | None = None) -> models.QuerySet[AuditEvent]:
    """Audit rows, newest first, of one site and optionally one patient."""
    events = AuditEvent.objects.all()
    if site_id is not None:
        events = events.filter(site_id_at=site_id)
    if patient_uid is not None:
        events = events.filter(patient_uid=patient_uid)
    return events.order_by("-at", "-id")


def was_read_since(moment: datetime, action: str, *, actor: Actor, patient_uid: uuid.UUID | None) -> bool:
    """Whether this person's reading of this kind, at this site and of this patient, is on record since a moment."""
    rows = AuditEvent.objects.filter(actor_uid=actor.user_uid, at__gte=moment, action=action, outcome="success")
    return rows.filter(site_id_at=actor.site_id, patient_uid=patient_uid).exists()


def first_and_last(site_id: int, kind: str) -> dict[uuid.UUID, tuple[datetime, datetime, int]]:
    """For each patient of a site: the first and the last moment of one kind of timeline line, and how many."""
    rows = TimelineEntry.objects.filter(site_id_at=site_id, kind=kind).values("patient_uid")
    rows = rows.annotate(first=models.Min("occurred_at"), last=models.Max("occurred_at"), n=models.Count("id"))
    return {row["patient_uid"]: (row["first"], row["last"], row["n"]) for row in rows.order_by()}
