"""Writes about signals: notice, take, pass on, answer. A signal is never suppressed and silence closes nothing."""

from datetime import datetime, timedelta

from django.db import models

from limen.apps.records import clock
from limen.apps.records.actor import Actor
from limen.apps.records.acts import act
from limen.apps.records.services import add_to_timeline
from limen.apps.signals import selectors
from limen.apps.signals.models import Obligation, ObligationEvent, Signal

TITLE_LIMIT = 200
# Something was said that the structured questions have not yet placed. Any other level is a placed one.
PROVISIONAL_LEVEL = "not yet screened"


class SignalRefused(Exception):
    """The duty cannot be changed like this; the message is for the person who tried."""

    limen_refusal = True


def raise_signal(
    *,
    patient,
    kind: str,
    rule_pin: str,
    level: str,
    title: str,
    finding: str,
    occurred_at: datetime,
    due_at: datetime | None,
    owner_role: str,
    actor: Actor,
    evidence: models.Model | None = None,
    patient_text: str = "",
    outranks: frozenset[str] | None = None,
) -> Obligation:
    """Record what was noticed and make sure a person must answer it.

    An open duty of the same kind takes the signal in, with its history; a higher level raises it, and its time
    only moves earlier. The one exception: a provisional level is placed by the structured questions, and the time
    of that level stands, which a site has signed (SR-41).
    due_at: None means now, because nobody has signed how long this may wait. outranks: the levels known to be lower
    than this one; without it, numbered levels compare as numbers and named ones by the time they allow.
    """
    due = due_at or clock.now()
    with act("signal.raise", actor=actor, patient=patient, subject=evidence) as running:
        # Two signals at once must not open two duties.
        type(patient).objects.select_for_update().get(pk=patient.pk)
        # Held, so that one being answered at this moment is either still open or not taken in.
        rows = Obligation.objects.select_for_update().filter(patient=patient, kind=kind, state="open")
        obligation = next(iter(rows.order_by("due_at", "id")), None)
        note = ""
        if obligation is None:
            obligation, event = _opened(patient, kind, level, title, due, owner_role, patient_text), "opened"
        else:
            note, event = (
                _merged(obligation, level, title, occurred_at, due, owner_role, patient_text, outranks),
                "merged",
            )
        running.subject_kind, running.subject_uid = obligation._meta.label_lower, obligation.uid
        signal = Signal(
            site_id=patient.site_id,
            patient=patient,
            obligation=obligation,
            kind=kind,
            rule_pin=rule_pin,
            level=level,
            occurred_at=occurred_at,
            finding=finding,
            evidence_kind=evidence._meta.label_lower if evidence is not None else "",
            evidence_uid=getattr(evidence, "uid", None),
        )
        signal.save()
        _add_event(obligation, event, note)
        add_to_timeline(
            signal,
            patient=patient,
            kind="signal_raised",
            occurred_at=occurred_at,
            summary=title,
            is_patient_visible=False,
        )
    return obligation


def _opened(
    patient, kind: str, level: str, title: str, due_at: datetime, owner_role: str, patient_text: str
) -> Obligation:
    obligation = Obligation(
        site_id=patient.site_id,
        patient=patient,
        kind=kind,
        level=level,
        title=title[:TITLE_LIMIT],
        owner_role=owner_role,
        opened_at=clock.now(),
        due_at=due_at,
        patient_text=patient_text,
    )
    obligation.save()
    return obligation


def _merged(
    obligation: Obligation,
    level: str,
    title: str,
    occurred_at: datetime,
    due_at: datetime,
    owner_role: str,
    patient_text: str,
    outranks: frozenset[str] | None,
) -> str:
    """Take a new signal into an open duty; returns the note for its history."""
    note = f"The same level again: {level}."
    is_placed = obligation.level == PROVISIONAL_LEVEL and level != PROVISIONAL_LEVEL
    if level != obligation.level:
        note = f"Level before: {obligation.level}. Level now: {level}."
        if is_placed or _is_higher(obligation, level, due_at - occurred_at, outranks):
            obligation.level, obligation.title = level, title[:TITLE_LIMIT]
            obligation.owner_role = owner_role
        else:
            note += f" The duty stays at {obligation.level}."
    if due_at < obligation.due_at or is_placed:
        note += " Its time follows the new level." if is_placed else " Its time moved earlier."
        obligation.due_at = due_at
    obligation.patient_text = patient_text or obligation.patient_text
    obligation.save()
    return note


def _is_higher(obligation: Obligation, level: str, allowed: timedelta, outranks: frozenset[str] | None) -> bool:
    """Without a known order an equal time counts as higher: the newer words stand."""
    if level == PROVISIONAL_LEVEL:
        return False
    if outranks is not None:
        return obligation.level in outranks
    if level.isdigit() and obligation.level.isdigit():
        return int(level) > int(obligation.level)
    return allowed <= obligation.due_at - obligation.opened_at


def _add_event(obligation: Obligation, kind: str, note: str = "") -> None:
    ObligationEvent(
        site_id=obligation.site_id,
        patient_id=obligation.patient_id,
        obligation=obligation,
        kind=kind,
        at=clock.now(),
        note=note,
    ).save()


def _refuse_unless_open(obligation: Obligation, actor: Actor) -> None:
    if not actor.is_staff_actor or actor.user_id is None:
        raise SignalRefused("A signal is taken and answered by a named member of staff.")
    if obligation.state != "open":
        raise SignalRefused("This signal has already been answered. Nothing was changed.")


def take(obligation: Obligation, *, actor: Actor) -> None:
    """Make the acting person the owner. Raises SignalRefused when it is answered already."""
    _refuse_unless_open(obligation, actor)
    with act("signal.take", actor=actor, patient=obligation.patient, subject=obligation):
        obligation.owner_id = actor.user_id
        obligation.save()
        _add_event(obligation, "taken", actor.display_name)


def pass_on(obligation: Obligation, *, to_user, note: str, actor: Actor) -> None:
    """Give the duty to another person who may answer it. Its time does not change."""
    _refuse_unless_open(obligation, actor)
    if to_user.pk not in {user.pk for user in selectors.people_who_can_answer(obligation.site_id)}:
        raise SignalRefused(f"{to_user.display_name} has no role here that may answer a signal.")
    if not note.strip():
        raise SignalRefused("Say what the next person needs to know.")
    with act("signal.pass_on", actor=actor, patient=obligation.patient, subject=obligation):
        obligation.owner = to_user
        obligation.save()
        _add_event(obligation, "passed_on", f"To {to_user.display_name}: {note.strip()}")


def answer_obligation(obligation: Obligation, *, note: str, actor: Actor) -> None:
    """Close a duty: a named person says what was done. Raises SignalRefused without a person or a note."""
    _refuse_unless_open(obligation, actor)
    if not note.strip():
        raise SignalRefused("Say what was done: a signal is not closed without an answer.")
    with act("signal.answer", actor=actor, patient=obligation.patient, subject=obligation):
        obligation.state = "answered"
        obligation.owner_id = obligation.owner_id or actor.user_id
        obligation.save()
        _add_event(obligation, "answered", note.strip())
        add_to_timeline(
            obligation,
            patient=obligation.patient,
            kind="signal_answered",
            occurred_at=clock.now(),
            summary=obligation.title,
            is_patient_visible=False,
        )
