"""Writes every app uses: signatures, timeline lines, outgoing messages."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import models

from limen.apps.records import clock
from limen.apps.records.actor import Actor
from limen.apps.records.acts import canonical_json, current_act, digest
from limen.apps.records.models import Outbox, Signature, TimelineEntry, content_of

MEANINGS = (
    "authored",
    "ordered",
    "checked",
    "administered",
    "witnessed",
    "co-signed",
    "consented",
    "decided",
    "reviewed",
    "set",
)
BY_ITSELF = "Limen itself"  # what a story says where no person wrote; the audit keeps which program it was


@dataclass(frozen=True)
class Authentication:
    """Proof that the signer was there: which method, and when it was given."""

    method: str  # "totp" | "passkey" | "recovery-code" | "demo-code"
    at: datetime


def sign(
    subject: models.Model, *, actor: Actor, meaning: str, authentication: Authentication, role: str = ""
) -> Signature:
    """Sign the row as it stands now (saved or about to be): its content is hashed and kept as shown.

    Call inside an act. Raises ValueError for an unknown meaning or a signer who is not a person.
    """
    if meaning not in MEANINGS:
        raise ValueError(f"'{meaning}' is not a meaning of a signature; use one of {', '.join(MEANINGS)}")
    if actor.user_uid is None:
        raise ValueError("Only a signed-in person can sign.")
    running = current_act()
    content = content_of(subject)
    signature = Signature(
        subject_table=subject._meta.db_table,
        subject_uid=subject.uid,
        subject_version=getattr(subject, "version", 1) or 1,
        sha256=digest(content),
        shown=canonical_json(content),
        meaning=meaning,
        signer_uid=actor.user_uid,
        printed_name=actor.display_name,
        role=role or ", ".join(sorted(actor.roles)) or actor.kind,
        method=authentication.method,
        authenticated_at=authentication.at,
        signed_at=clock.now(),
        time_zone=actor.time_zone,
    )
    signature.save()
    running.note(table=signature._meta.db_table, uid=signature.uid, version=1, sha256=signature.sha256)
    return signature


def add_to_timeline(
    subject: models.Model,
    *,
    patient,
    kind: str,
    occurred_at: datetime,
    summary: str = "",
    is_patient_visible: bool = True,
) -> None:
    """One line in the patient's story, in the same transaction as the fact. Call inside an act."""
    actor = current_act().actor
    TimelineEntry(
        site_id_at=patient.site_id,
        patient_uid=patient.uid,
        kind=kind,
        occurred_at=occurred_at,
        subject_kind=subject._meta.label_lower,
        subject_uid=subject.uid,
        summary=summary,
        recorded_at=clock.now(),
        recorded_by_name=BY_ITSELF if actor.kind == "system" else actor.display_name,
        is_patient_visible=is_patient_visible,
    ).save()


def send_later(*, channel: str, dedupe_key: str, recipient: str, subject: str, body: str) -> None:
    """Queue a message in the same transaction as its cause; the same dedupe key is queued once."""
    current_act()
    if not Outbox.objects.filter(dedupe_key=dedupe_key).exists():
        Outbox(
            uid=uuid.uuid4(),
            channel=channel,
            dedupe_key=dedupe_key,
            recipient=recipient,
            subject=subject,
            body=body,
        ).save()
