"""Recovery, discharge by the gate, and every other way a session ends (SR-21, SR-22, H5)."""

import uuid
from datetime import datetime

from limen.apps.accounts.selectors import setting_value
from limen.apps.patients.services import set_impaired
from limen.apps.plans import services as plans
from limen.apps.records import clock
from limen.apps.records.actor import Actor
from limen.apps.records.acts import act
from limen.apps.records.services import Authentication, add_to_timeline, sign
from limen.apps.scheduling import services as scheduling
from limen.apps.signals.services import PROVISIONAL_LEVEL, raise_signal
from limen.apps.treatment.models import DosingSession, SessionEvent
from limen.apps.treatment.selectors import gates as gate_reads
from limen.apps.treatment.selectors import sessions as reading
from limen.apps.treatment.services.events import Entry, SessionRefused, catch_up, earlier_entry, lock, write
from limen.clinical.safety import discharge as discharge_rules

OTHER_ENDINGS = {
    "transferred": ("Transferred to emergency care", "prescriber"),
    "left_against_advice": ("Left against advice", "prescriber"),
    "eloped": ("Left without telling anybody", "monitor"),
    "contact_lost": ("Contact lost at home", "monitor"),
}


SUICIDE_QUESTION = "suicide_question"


class NotReadyToLeave(SessionRefused):
    """The discharge gate is not clear: `criteria` are the ones still open."""

    def __init__(self, criteria: tuple[discharge_rules.CriterionResult, ...]):
        self.criteria = criteria
        words = "; ".join(f"{row.criterion.title}: {row.reason}" for row in criteria)
        super().__init__(f"The discharge gate is not clear, so the session stays open. {words}")


def sign_recovered(
    session: DosingSession,
    *,
    actor: Actor,
    client_uid: uuid.UUID,
    authentication: Authentication,
    note: str = "",
) -> SessionEvent:
    """A named person signs that the patient has recovered; the impaired window closes, or the next day where the
    site has signed that (SR-10).

    A hold that was asked for by the patient does not stop this; recovery after an ending may be signed too.
    """
    entry = Entry("recovered", client_uid, None, {}, note.strip())
    with act("session.recovered", actor=actor, patient=session.patient, subject=session):
        locked = lock(session)
        row = earlier_entry(entry, locked)
        if row is None:
            state = reading.state_of(locked)
            if not state.is_dosed:
                raise SessionRefused("Nothing has been taken in this session, so there is nothing to recover from.")
            drowsy = gate_reads.unresolved_sedation(state)
            if drowsy is not None:
                raise SessionRefused(
                    f"The last sedation rating is MOAA/S {drowsy.value}. Rate sedation again before signing recovery."
                )
            row = write(locked, entry, actor=actor)
            sign(row, actor=actor, meaning="authored", authentication=authentication)
            if not _lasts_until_tomorrow(locked):
                set_impaired(locked.patient, since=None, actor=actor)
            add_to_timeline(row, patient=session.patient, kind="recovered", occurred_at=row.occurred_at)
    catch_up(session, locked)
    return row


def _lasts_until_tomorrow(session: DosingSession) -> bool:
    if setting_value(session.site_id, "session.impaired_until") != "next_day" or session.dose_started_at is None:
        return False
    zone = session.patient.time_zone
    return reading.local_day(session.dose_started_at, zone) == clock.today(zone)


def close_impaired_windows(*, site_id: int, actor: Actor) -> int:
    """Close the windows that a site keeps open until the next day, once that day has come; returns how many.

    A window whose recovery nobody has signed stays open.
    """
    rows = DosingSession.objects.filter(site_id=site_id, patient__impaired_since__isnull=False)
    closed = 0
    for session in rows.select_related("patient").order_by("patient_id", "-opened_at", "-id").distinct():
        state = reading.state_of(session)
        is_latest = session.patient.impaired_since == state.dose_started_at
        if is_latest and state.recovered_at is not None and not _lasts_until_tomorrow(session):
            set_impaired(session.patient, since=None, actor=actor)
            closed += 1
    return closed


def answer_discharge(
    session: DosingSession,
    *,
    answers: dict[str, str],
    actor: Actor,
    client_uid: uuid.UUID,
    occurred_at: datetime | None = None,
) -> SessionEvent:
    """Keep answers to the discharge criteria: criterion id -> one of its values. Raises SessionRefused."""
    _refuse_unknown(answers)
    with act("session.discharge_check", actor=actor, patient=session.patient, subject=session):
        locked = lock(session)
        entry = Entry("discharge_checked", client_uid, occurred_at, {"answers": answers, "overall": "asked"})
        row = earlier_entry(entry, locked)
        if row is None:
            row = write(locked, entry, actor=actor)
            _watch_suicide_answer(locked, answers, row, actor)
    catch_up(session, locked)
    return row


def _watch_suicide_answer(session: DosingSession, answers: dict[str, str], row: SessionEvent, actor: Actor) -> None:
    """A yes that no clinician has looked into is a duty now, whatever is answered later (SR-22, H6)."""
    criterion = next(one for one in gate_reads.discharge_criteria().criteria if one.id == SUICIDE_QUESTION)
    if answers.get(SUICIDE_QUESTION) not in criterion.refused:
        return
    raise_signal(
        patient=session.patient,
        kind="suicide-risk",
        rule_pin=f"{gate_reads.discharge_criteria().identity.pin}#{SUICIDE_QUESTION}",
        level=PROVISIONAL_LEVEL,
        title="Thoughts of suicide said before leaving the session",
        finding=f"{criterion.title}: yes, and not looked into yet.",
        occurred_at=row.occurred_at,
        due_at=None,
        owner_role="prescriber",
        actor=actor,
        evidence=row,
    )


def _refuse_unknown(answers: dict[str, str]) -> None:
    criteria = {row.id: row for row in gate_reads.discharge_criteria().criteria if row.check == "answer"}
    for criterion_id, value in answers.items():
        row = criteria.get(criterion_id)
        if row is None:
            raise SessionRefused(f"“{criterion_id}” is not a criterion that is answered.")
        accepted = [*row.accepted, *row.refused, *row.unsure]
        if value not in accepted:
            raise SessionRefused(f"{row.title}: “{value}” is not accepted. Accepted: {', '.join(accepted)}.")


def discharge(
    session: DosingSession,
    *,
    actor: Actor,
    client_uid: uuid.UUID,
    escort: str = "",
    companion: str = "",
    next_day_contact: str = "",
) -> SessionEvent:
    """End the session by the discharge gate, when every criterion is met at this moment.

    escort, companion: names, as seen. next_day_contact: call, text or form. Raises NotReadyToLeave with what is open.
    """
    payload = {"next_day_contact": next_day_contact}
    note = "\n".join(
        line
        for line in (f"Escort: {escort}" if escort else "", f"First evening: {companion}" if companion else "")
        if line
    )
    entry = Entry("discharged", client_uid, None, payload, note)
    with act("session.discharge", actor=actor, patient=session.patient, subject=session):
        locked = lock(session)
        row = earlier_entry(entry, locked)
        if row is None:
            row = _discharge(locked, entry, actor)
    catch_up(session, locked)
    return row


def _discharge(session: DosingSession, entry: Entry, actor: Actor) -> SessionEvent:
    state = reading.state_of(session)
    result = gate_reads.discharge_gate(session, state)
    if state.is_dosed and state.recovered_at is None:
        raise SessionRefused("Recovery has not been signed yet. Sign it first; the session stays open.")
    if result.overall != discharge_rules.CLEAR:
        raise NotReadyToLeave(result.open_criteria)
    lines = {row.criterion.id: row.status for row in result.criteria}
    check = Entry(
        "discharge_checked", uuid.uuid5(entry.client_uid, "check"), None, {"overall": "clear", "lines": lines}
    )
    write(session, check, actor=actor)
    row = write(session, entry, actor=actor)
    if state.is_dosed:
        _complete_visit(session, actor)
    add_to_timeline(row, patient=session.patient, kind="discharged", occurred_at=row.occurred_at)
    return row


def _complete_visit(session: DosingSession, actor: Actor) -> None:
    if session.visit is not None and session.visit.state == "planned":
        plans.complete_visit(session.visit, done_on=clock.today(session.patient.time_zone), actor=actor)
    if session.appointment is not None:
        session.appointment.refresh_from_db()
        if session.appointment.state in ("booked", "arrived"):
            scheduling.mark(session.appointment, "done", actor=actor)


def end_otherwise(
    session: DosingSession,
    *,
    ending: str,
    actor: Actor,
    client_uid: uuid.UUID,
    occurred_at: datetime | None = None,
    note: str = "",
) -> SessionEvent:
    """Record that the session ended another way. Nothing holds anybody; a duty opens at once (SR-21)."""
    if ending not in OTHER_ENDINGS:
        raise SessionRefused(f"“{ending}” is not an ending; use one of {', '.join(OTHER_ENDINGS)}.")
    title, owner_role = OTHER_ENDINGS[ending]
    entry = Entry(ending, client_uid, occurred_at, {}, note.strip())
    with act(f"session.{ending}", actor=actor, patient=session.patient, subject=session):
        locked = lock(session)
        row = earlier_entry(entry, locked)
        if row is None:
            row = write(locked, entry, actor=actor)
            if locked.dose_started_at is not None:
                _complete_visit(locked, actor)
            raise_signal(
                patient=session.patient,
                kind=f"session-{ending.replace('_', '-')}",
                rule_pin=f"session@1#{ending}",
                level="now",
                title=title,
                finding=note.strip() or title,
                occurred_at=row.occurred_at,
                due_at=None,
                owner_role=owner_role,
                actor=actor,
                evidence=row,
            )
            add_to_timeline(row, patient=session.patient, kind=f"session_{ending}", occurred_at=row.occurred_at)
    catch_up(session, locked)
    return row
