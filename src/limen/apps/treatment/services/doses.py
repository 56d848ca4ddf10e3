"""What was actually taken, and adverse events: always recordable, in or out of the order (SR-01)."""

import uuid
from datetime import datetime
from decimal import Decimal

from limen.apps.patients.selectors import consents_in_force
from limen.apps.patients.services import set_impaired
from limen.apps.records import clock
from limen.apps.records.actor import Actor
from limen.apps.records.acts import act
from limen.apps.records.services import add_to_timeline
from limen.apps.signals.services import raise_signal
from limen.apps.treatment.models import Administration, AdverseEvent, DosingSession, Order, SessionEvent
from limen.apps.treatment.selectors import gates as gate_reads
from limen.apps.treatment.selectors import orders as order_reads
from limen.apps.treatment.selectors import sessions as reading
from limen.apps.treatment.services.events import (
    SAVED_OTHERWISE,
    TICK,
    DifferentEntry,
    Entry,
    SessionRefused,
    catch_up,
    earlier_entry,
    lock,
    write,
)
from limen.clinical.units import plain

# How a dose can go other than as ordered; every one of them is recordable.
HAPPENINGS = {
    "as_planned": "Taken as planned",
    "vomited": "Vomited",
    "swallowed": "Swallowed instead of held",
    "spat_out": "Spat out early",
    "lost": "Lost or spilled",
    "wrong_time": "Taken at another time than planned",
    "other": "Something else",
}
DEPARTURES = {
    "dose_without_go": "taken before the gate was passed",
    "dose_while_held": "taken while the session was on hold",
    "dose_after_stop": "taken after the session was stopped",
    "dose_after_end": "taken after the session had ended",
}
OUT_OF_ORDER_TERM = "Dose outside the order"


def give_dose(
    session: DosingSession,
    *,
    drug: str,
    route: str,
    dose_mg: Decimal,
    actor: Actor,
    client_uid: uuid.UUID,
    given_at: datetime | None = None,
    is_complete: bool = True,
    happening: str = "as_planned",
    lot: str = "",
    deviation: str = "",
) -> Administration:
    """Record what was taken. Nothing that was taken is ever refused for being outside the order.

    is_complete: no more of this dose follows. happening: a key of HAPPENINGS.
    Whatever departs from the order opens an adverse event and a duty for a prescriber at once.
    Raises SessionRefused for what is not a dose: a negative or unreadable amount, a time in the future.
    """
    _refuse_unreadable(dose_mg, happening)
    payload = {
        "given_mg": str(dose_mg),
        "drug": drug,
        "route": route,
        "happening": happening,
        "is_complete": is_complete,
        "lot": lot.strip(),
    }
    with act("session.dose", actor=actor, patient=session.patient, subject=session):
        locked = lock(session)
        before = reading.state_of(locked)
        is_end = is_complete and before.is_dosed
        kind = "dose_ended" if is_end else "dose_step" if before.is_dosed else "dose_started"
        known = SessionEvent.objects.filter(client_uid=client_uid).first()
        entry = Entry(known.kind if known else kind, client_uid, given_at, payload, deviation.strip())
        row = earlier_entry(entry, locked)
        if row is not None:
            return Administration.objects.get(uid=row.subject_uid)
        given = _administration(locked, entry, before, actor)
        row = write(locked, Entry(kind, client_uid, given_at, payload, entry.note, subject_uid=given.uid), actor=actor)
        if is_complete and not is_end:
            write(locked, Entry("dose_ended", uuid.uuid5(client_uid, "ended"), row.occurred_at + TICK), actor=actor)
        _follow_up(locked, given, row, actor)
    catch_up(session, locked)
    return given


def _refuse_unreadable(dose_mg: Decimal, happening: str) -> None:
    limit = 10 ** (Administration._meta.get_field("dose_mg").max_digits - 2)
    if not dose_mg.is_finite() or dose_mg < 0 or dose_mg >= limit:
        raise SessionRefused(f"{dose_mg} mg cannot be written down: 0 to {limit - 1} mg is accepted.")
    if dose_mg != round(dose_mg, 2):
        raise SessionRefused(f"{dose_mg} mg has more than two decimal places; the order and the vial have two at most.")
    if happening not in HAPPENINGS:
        raise SessionRefused(f"“{happening}” is not one of {', '.join(HAPPENINGS)}.")


def _administration(session: DosingSession, entry: Entry, before, actor: Actor) -> Administration:
    order = session.order or gate_reads.order_for(session)
    given_at = entry.occurred_at or clock.now()
    reasons = departures(session, order, entry, before)
    given = Administration(
        site_id=session.site_id,
        patient_id=session.patient_id,
        session=session,
        order=order,
        drug=entry.payload["drug"],
        route=entry.payload["route"],
        dose_mg=Decimal(entry.payload["given_mg"]),
        given_at=given_at,
        lot=entry.payload["lot"],
        is_out_of_protocol=bool(reasons),
        deviation="; ".join([*reasons, *([entry.note] if entry.note else [])]),
    )
    given.save()
    return given


def departures(session: DosingSession, order: Order | None, entry: Entry, before) -> list[str]:
    """In what the dose departs from the order, in words; empty when in nothing."""
    found = []
    if order is None:
        found.append("no order was in force")
    else:
        found += _from_order(session, order, entry, before)
    in_force = consents_in_force(session.patient, at=entry.occurred_at or clock.now())
    needed = gate_reads.CONSENT_FOR.get(session.place, ("care",))
    found += [f"consent to {scope} was not in force" for scope in needed if scope not in in_force]
    if not before.is_dosed and before.phase != "ready":
        found.append(DEPARTURES["dose_without_go"])
    if before.is_stopped:
        found.append(DEPARTURES["dose_after_stop"])
    elif before.phase == "held":
        found.append(DEPARTURES["dose_while_held"])
    if before.phase == "ended":
        found.append(DEPARTURES["dose_after_end"])
    if entry.payload["happening"] != "as_planned":
        found.append(HAPPENINGS[entry.payload["happening"]].lower())
    return found


def _from_order(session: DosingSession, order: Order, entry: Entry, before) -> list[str]:
    found = []
    day = reading.local_day(entry.occurred_at or clock.now(), session.patient.time_zone)
    standing = order_reads.state_of_order(order, day, ignore_session_id=session.pk)
    if not standing.is_in_force:
        found.append(f"the order was not in force: {standing.words.lower()}")
    if entry.payload["drug"] != order.drug:
        found.append(f"{entry.payload['drug']} instead of {order.drug}")
    if entry.payload["route"] != order.route:
        found.append(f"by another route than ordered ({order.get_route_display().lower()})")
    total = (before.total_given_mg or Decimal(0)) + Decimal(entry.payload["given_mg"])
    is_short = entry.payload["is_complete"] and total < order.dose_mg and not before.is_stopped
    if total > order.dose_mg or is_short:
        found.append(f"{plain(total)} mg in all, {plain(order.dose_mg)} mg ordered")
    return found


def _follow_up(session: DosingSession, given: Administration, row: SessionEvent, actor: Actor) -> None:
    patient = session.patient
    if patient.impaired_since is None:
        set_impaired(patient, since=row.occurred_at, actor=actor)
    add_to_timeline(
        given,
        patient=patient,
        kind="dose_given",
        occurred_at=given.given_at,
        summary=f"{given.drug} {plain(given.dose_mg)} mg, {given.get_route_display().lower()}",
    )
    if given.is_out_of_protocol:
        _open_departure(session, given, actor)


def _open_departure(session: DosingSession, given: Administration, actor: Actor) -> None:
    finding = f"{given.drug} {plain(given.dose_mg)} mg, {given.get_route_display().lower()}: {given.deviation}"
    event = AdverseEvent(
        site_id=session.site_id,
        patient_id=session.patient_id,
        session=session,
        term=OUT_OF_ORDER_TERM,
        severity="unrated",
        causality="unknown",
        started_at=given.given_at,
        detail=finding,
    )
    event.save()
    _say_adverse(event, session, uuid.uuid5(given.uid, "adverse"), actor)
    raise_signal(
        patient=session.patient,
        kind="out-of-protocol-dose",
        rule_pin="session@1#out_of_protocol_dose",
        level="now",
        title=OUT_OF_ORDER_TERM,
        finding=finding,
        occurred_at=given.given_at,
        due_at=None,
        owner_role="prescriber",
        actor=actor,
        evidence=given,
    )


def _say_adverse(event: AdverseEvent, session: DosingSession | None, client_uid: uuid.UUID, actor: Actor) -> None:
    """One line in the session and one in the patient's story."""
    if session is not None:
        payload = {"term": event.term, "severity": event.severity, "is_serious": event.is_serious}
        entry = Entry("adverse_event", client_uid, event.started_at, payload, event.detail, subject_uid=event.uid)
        write(session, entry, actor=actor)
    add_to_timeline(
        event, patient=event.patient, kind="adverse_event", occurred_at=event.started_at, summary=event.term
    )


def record_adverse_event(
    *,
    patient,
    term: str,
    severity: str,
    started_at: datetime | None,
    actor: Actor,
    client_uid: uuid.UUID,
    session: DosingSession | None = None,
    is_serious: bool = False,
    causality: str = "unknown",
    resolved_at: datetime | None = None,
    detail: str = "",
) -> AdverseEvent:
    """Keep an adverse event, in a session or outside one. A serious or severe one is a prescriber's duty at once.

    started_at: None means now. Sending the same entry twice writes it once.
    Raises DifferentEntry, and SessionRefused for times that cannot be.
    """
    _refuse_times(started_at or clock.now(), resolved_at)
    said = {
        "term": term.strip(),
        "severity": severity,
        "is_serious": is_serious,
        "causality": causality,
        "resolved_at": resolved_at,
        "detail": detail.strip(),
    } | ({} if started_at is None else {"started_at": started_at})
    with act("session.adverse_event", actor=actor, patient=patient, subject=session):
        # Two sendings of the same entry take turns, in a session or outside one.
        type(patient).objects.select_for_update().get(pk=patient.pk)
        locked = lock(session) if session is not None else None
        known = AdverseEvent.objects.filter(uid=client_uid).first()
        if known is not None:
            is_same = (known.patient_id, known.session_id) == (patient.pk, locked.pk if locked else None)
            if not is_same or any(getattr(known, name) != value for name, value in said.items()):
                raise DifferentEntry(SAVED_OTHERWISE)
            return known
        event = AdverseEvent(
            uid=client_uid,
            site_id=patient.site_id,
            patient=patient,
            session=locked,
            **({"started_at": clock.now()} | said),
        )
        event.save()
        _say_adverse(event, locked, uuid.uuid5(client_uid, "event"), actor)
        if is_serious or severity == "severe":
            _raise_serious(event, actor)
    if session is not None and locked is not None:
        catch_up(session, locked)
    return event


def _refuse_times(started_at: datetime, resolved_at: datetime | None) -> None:
    latest = clock.now() + reading.LIVE_WITHIN
    if started_at > latest or (resolved_at is not None and resolved_at > latest):
        raise SessionRefused("An adverse event cannot start or end in the future.")
    if resolved_at is not None and resolved_at < started_at:
        raise SessionRefused("It cannot have ended before it started.")


def _raise_serious(event: AdverseEvent, actor: Actor) -> None:
    level = "serious" if event.is_serious else "severe"
    raise_signal(
        patient=event.patient,
        kind="adverse-event",
        rule_pin=f"session@1#{level}_adverse_event",
        level=level,
        title=f"{level.capitalize()} adverse event: {event.term}",
        finding=event.detail or event.term,
        occurred_at=event.started_at,
        due_at=None,
        owner_role="prescriber",
        actor=actor,
        evidence=event,
    )
