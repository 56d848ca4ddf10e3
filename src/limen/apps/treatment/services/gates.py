"""The gate: answers, overrides by the right person, and the start of the dose behind it (S31, SR-01, SR-20)."""

import uuid
from datetime import datetime

from limen.apps.patients.services import set_impaired
from limen.apps.records.actor import Actor
from limen.apps.records.acts import act
from limen.apps.records.services import add_to_timeline
from limen.apps.treatment.models import DosingSession, GateOverride, SessionEvent
from limen.apps.treatment.selectors import gates as gate_reads
from limen.apps.treatment.selectors import sessions as reading
from limen.apps.treatment.services.events import TICK, Entry, SessionRefused, catch_up, earlier_entry, lock, write
from limen.clinical.safety import gate as gate_rules

OVERRIDING_ROLES = ("medical_director", "prescriber", "monitor")


class GateNotClear(SessionRefused):
    """The dose cannot start: `lines` are the gate lines still open."""

    def __init__(self, lines: tuple[gate_rules.LineResult, ...]):
        self.lines = lines
        open_lines = "; ".join(f"{line.line.title}: {line.reason or line.status}" for line in lines)
        super().__init__(f"The gate is not clear, so nothing was started. {open_lines}")


def answer_gate_line(
    session: DosingSession,
    *,
    answers: dict[str, str],
    actor: Actor,
    client_uid: uuid.UUID,
    occurred_at: datetime | None = None,
) -> SessionEvent:
    """Keep what was asked at the gate: line id -> one of the values the line takes. Raises SessionRefused."""
    _refuse_unknown(answers)
    with act("session.gate", actor=actor, patient=session.patient, subject=session):
        locked = lock(session)
        row = SessionEvent.objects.filter(client_uid=client_uid, session=locked).first()
        if row is None or row.payload.get("answers") != answers:
            entry = Entry("gate_checked", client_uid, occurred_at, {"answers": answers, "overall": "asked"})
            row = earlier_entry(entry, locked) or write(locked, entry, actor=actor)
    catch_up(session, locked)
    return row


def _refuse_unknown(answers: dict[str, str]) -> None:
    lines = {line.id: line for line in gate_reads.rules().lines}
    for line_id, value in answers.items():
        line = lines.get(line_id)
        if line is None or line_id in gate_reads.FROM_RECORD:
            raise SessionRefused(f"“{line_id}” is not a line that is answered at the gate.")
        accepted = [*line.accepted, *line.refused, *line.unsure]
        if value not in accepted:
            raise SessionRefused(f"{line.title}: “{value}” is not accepted. Accepted: {', '.join(accepted)}.")


def role_for(actor: Actor, result: gate_rules.LineResult) -> str | None:
    """The role in which this person may override this line; None when in none of theirs."""
    for role in OVERRIDING_ROLES:
        as_rule = gate_reads.PRESCRIBER if role == gate_reads.DIRECTOR else role
        if actor.has_role(role) and as_rule in result.who_may_override:
            return role
    return None


def override_gate_line(
    session: DosingSession, *, line_id: str, reason: str, spoken_to: str = "", actor: Actor
) -> GateOverride:
    """Override one open line, by somebody who may, with the reason and (where the line asks for it) who was spoken to.

    Raises SessionRefused; a missing value is measured or asked, never overridden.
    """
    # The reason is clinical: it is kept sealed on the override, not in the audit trail that others read.
    with act("session.override", actor=actor, patient=session.patient, subject=session):
        locked = lock(session)
        state = reading.state_of(locked)
        result = next((row for row in gate_reads.gate(locked, state).lines if row.line.id == line_id), None)
        if result is None:
            raise SessionRefused(f"“{line_id}” is not a line of this gate.")
        role = role_for(actor, result)
        _refuse_override(result, role, reason, spoken_to)
        row = GateOverride(
            site_id=locked.site_id,
            patient_id=locked.patient_id,
            session=locked,
            line_id=line_id,
            role=role,
            value_seen=str(result.value if result.value is not None else result.reason),
            reason=reason.strip(),
            spoken_to=spoken_to.strip(),
            at=gate_reads.present(state),
        )
        row.save()
        add_to_timeline(
            row,
            patient=session.patient,
            kind="gate_overridden",
            occurred_at=row.at,
            summary="" if line_id in gate_reads.RESTRICTED else result.line.title,
            is_patient_visible=False,
        )
    return row


def _refuse_override(result: gate_rules.LineResult, role: str | None, reason: str, spoken_to: str) -> None:
    title = result.line.title
    if result.status == gate_rules.PASS:
        raise SessionRefused(f"{title}: there is nothing to override.")
    if result.status == gate_rules.MISSING:
        raise SessionRefused(f"{title}: this is missing. It is asked or measured; it cannot be overridden.")
    if not result.who_may_override:
        raise SessionRefused(f"{title}: nobody can override this line.")
    if role is None:
        raise SessionRefused(f"{title}: only {' or '.join(sorted(result.who_may_override))} can override this line.")
    if not reason.strip():
        raise SessionRefused(f"{title}: give the reason.")
    if result.line.kind == gate_rules.PRESCRIBER_SPOKEN and not spoken_to.strip():
        raise SessionRefused(f"{title}: say whom you spoke to just now.")


def start_dosing(
    session: DosingSession, *, actor: Actor, client_uid: uuid.UUID, occurred_at: datetime | None = None
) -> SessionEvent:
    """Write the start of the dose, when every line of the gate is clear at this moment, in this transaction.

    Opens the impaired window (SR-10). Raises GateNotClear with the open lines; SessionRefused on hold or after a stop.
    """
    entry = Entry("dose_started", client_uid, occurred_at)
    with act("session.start", actor=actor, patient=session.patient, subject=session):
        locked = lock(session)
        row = earlier_entry(entry, locked)
        if row is None:
            row = _start(locked, entry, actor)
    catch_up(session, locked)
    return row


def _start(session: DosingSession, entry: Entry, actor: Actor) -> SessionEvent:
    state = reading.state_of(session)
    if state.is_dosed:
        raise SessionRefused("The dose has started already. Record what was taken under “Dose given”.")
    if state.phase == "held":
        words = "was stopped" if state.is_stopped else "is on hold"
        raise SessionRefused(f"The session {words}: nothing is started.")
    result = gate_reads.gate(session, state)
    if result.overall != gate_rules.CLEAR:
        raise GateNotClear(result.open_lines)
    session.order = gate_reads.order_for(session)
    session.save()
    overall = {"overall": "clear", "lines": {row.line.id: _outcome(row) for row in result.lines}}
    at = entry.occurred_at
    checked_at, go_at = (at - 2 * TICK, at - TICK) if at is not None else (None, None)
    write(session, Entry("gate_checked", uuid.uuid5(entry.client_uid, "gate"), checked_at, overall), actor=actor)
    write(session, Entry("go", uuid.uuid5(entry.client_uid, "go"), go_at), actor=actor)
    row = write(session, entry, actor=actor)
    set_impaired(session.patient, since=row.occurred_at, actor=actor)
    add_to_timeline(row, patient=session.patient, kind="dose_started", occurred_at=row.occurred_at)
    return row


def _outcome(result: gate_rules.LineResult) -> str:
    return "overridden" if result.override is not None else result.status
