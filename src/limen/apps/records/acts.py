"""The one door for writes: an act is a transaction that ends with its audit row (S52, S53).

Saving a fact or a record outside an act raises, so a change without an audit row cannot be written.
"""

import hashlib
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.apps import apps
from django.db import transaction

from limen.apps.records import clock
from limen.apps.records.actor import Actor


class OutsideAct(RuntimeError):
    """A fact or a record was saved outside `act(...)`."""


@dataclass
class Act:
    """What one transaction did: the rows it touched, for the audit row written at its end."""

    action: str
    actor: Actor
    reason: str = ""
    patient_uid: uuid.UUID | None = None
    subject_kind: str = ""
    subject_uid: uuid.UUID | None = None
    changes: list[dict] = field(default_factory=list)

    def note(self, *, table: str, uid: uuid.UUID, version: int, sha256: str) -> None:
        self.changes.append({"table": table, "uid": str(uid), "version": version, "sha256": sha256})


_current: ContextVar[Act | None] = ContextVar("limen_act", default=None)
_request_id: ContextVar[str] = ContextVar("limen_request_id", default="")


def current_act() -> Act:
    running = _current.get()
    if running is None:
        raise OutsideAct("Facts and records are saved inside limen.apps.records.acts.act(...)")
    return running


def is_acting() -> bool:
    return _current.get() is not None


@contextmanager
def act(action: str, *, actor: Actor, patient=None, subject=None, reason: str = "") -> Iterator[Act]:
    """Open a transaction for `action`; on success write the audit row, on error write neither.

    patient: the patient whose record this is, or None. subject: the row acted on, if there is one.
    A nested act writes its own audit row inside the outer transaction.
    """
    running = Act(action=action, actor=actor, reason=reason, patient_uid=getattr(patient, "uid", None))
    if subject is not None:
        running.subject_kind, running.subject_uid = subject._meta.label_lower, subject.uid
    with transaction.atomic():
        token = _current.set(running)
        try:
            yield running
            write_audit(running, outcome="success")
        finally:
            _current.reset(token)


def write_audit(running: Act, *, outcome: str) -> None:
    actor = running.actor
    apps.get_model("records", "AuditEvent").objects.create(
        at=clock.now(),
        actor_kind=actor.kind,
        actor_uid=actor.user_uid,
        actor_name=actor.display_name,
        roles=",".join(sorted(actor.roles)),
        site_id_at=actor.site_id,
        action=running.action,
        subject_kind=running.subject_kind,
        subject_uid=running.subject_uid,
        patient_uid=running.patient_uid,
        outcome=outcome,
        reason=running.reason,
        request_id=_request_id.get(),
        changes=running.changes,
    )


def record_read(action: str, *, actor: Actor, patient=None, subject=None, reason: str = "") -> None:
    """Audit a read of a patient's record (or of a list of them)."""
    _write_single("success", action, actor, patient, subject, reason)


def record_denial(action: str, *, actor: Actor, patient=None, subject=None, reason: str = "") -> None:
    """Audit a refusal: who asked for what, and why it was refused."""
    _write_single("denied", action, actor, patient, subject, reason)


def _write_single(outcome: str, action: str, actor: Actor, patient, subject, reason: str) -> None:
    running = Act(action=action, actor=actor, reason=reason, patient_uid=getattr(patient, "uid", None))
    if subject is not None:
        running.subject_kind, running.subject_uid = subject._meta.label_lower, subject.uid
    write_audit(running, outcome=outcome)


@contextmanager
def request_context(request_id: str) -> Iterator[None]:
    token = _request_id.set(request_id)
    try:
        yield
    finally:
        _request_id.reset(token)


def canonical_json(content: dict) -> str:
    """One spelling for one content: sorted keys, no spaces, dates and decimals as text."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), default=str, ensure_ascii=False)


def digest(content: dict) -> str:
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()
