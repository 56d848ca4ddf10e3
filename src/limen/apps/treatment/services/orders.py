"""Dose orders: signed by a prescriber, looked at by a second person where the site says so, cancelled with a reason."""

import uuid
from dataclasses import asdict
from datetime import date
from decimal import Decimal

from django.contrib.auth import get_user_model
from django.db import models

from limen.apps.accounts.selectors import PHARMACIST_KINDS, SIGNING_KINDS, setting_row, signing_problems
from limen.apps.patients.selectors import consents_in_force, current_episode
from limen.apps.plans.selectors import active_plan
from limen.apps.records import clock
from limen.apps.records.actor import Actor
from limen.apps.records.acts import act
from limen.apps.records.services import Authentication, add_to_timeline, sign
from limen.apps.screening import selectors as screening
from limen.apps.screening import services as screening_services
from limen.apps.screening.snapshot import results_of
from limen.apps.treatment.models import DosingSession, Order, OrderEvent
from limen.apps.treatment.selectors import dose as dose_reads
from limen.apps.treatment.selectors import orders as order_reads
from limen.clinical.units import plain, rounded

PRESCRIBING = ("prescriber", "medical_director")
CHECKING = (*PRESCRIBING, "pharmacist")


class OrderRefused(Exception):
    """The order cannot be signed, checked or cancelled like this; `field` is where the page says so."""

    limen_refusal = True

    def __init__(self, message: str, field: str = ""):
        super().__init__(message)
        self.field = field


def sign_order(
    *,
    patient,
    drug: str,
    route: str,
    place: str,
    dose_mg: Decimal,
    valid_from: date,
    valid_until: date,
    indication: str,
    actor: Actor,
    authentication: Authentication,
    is_per_kg: bool = False,
    max_doses: int = 1,
    duration_min: int | None = None,
    instructions: str = "",
    external_prescription: str = "",
    monitoring_check: str = "",
    client_uid: uuid.UUID | None = None,
) -> Order:
    """Sign a clinical order in mg. Every check is made again inside this transaction (SR-01, H1, H2).

    client_uid: made where the order was shown; sending it twice signs one order.
    Raises OrderRefused without a role, licence, decision, consent or cap, over a cap, or when the criteria recomputed
    now read worse than those the decision was made on.
    """
    _refuse_form(dose_mg, valid_from, valid_until, indication, max_doses, patient)
    _refuse_signer(patient, actor)
    dose = dose_reads.ProposedDose(drug, route, place, dose_mg, is_per_kg)
    with act("order.sign", actor=actor, patient=patient) as running:
        type(patient).objects.select_for_update().get(pk=patient.pk)
        known = Order.objects.filter(uid=client_uid).first() if client_uid else None
        if known is not None:
            return _same_order(known, patient, dose, (valid_from, valid_until, max_doses), actor)
        look = dose_reads.look_at(patient, dose)
        _refuse_findings(look)
        decision = screening.decision_in_force(patient)
        assert decision is not None  # one of the findings above
        _refuse_worse(patient, decision, actor)
        cap_row = setting_row(patient.site_id, look.cap_key)
        plan = active_plan(patient)
        order = Order(
            **({"uid": client_uid} if client_uid else {}),
            site_id=patient.site_id,
            patient=patient,
            episode=current_episode(patient),
            plan=plan if plan and (plan.route, plan.place) == (route, place) else None,
            drug=drug,
            route=route,
            place=place,
            dose_mg=dose_mg,
            dose_mg_per_kg=rounded(look.check.mg_per_kg, 3) if look.check.mg_per_kg is not None else None,
            weight_kg=look.weight.kg if look.weight else None,
            weight_measured_on=look.weight.measured_on if look.weight else None,
            weight_basis="per_kg" if is_per_kg else "fixed",
            duration_min=duration_min,
            cap_mg=look.cap_mg,
            # A cap that comes from the label has no row of the site's own; then the site itself stands there.
            cap_setting_uid=cap_row.uid if cap_row else patient.site.uid,
            max_doses=max_doses,
            valid_from=valid_from,
            valid_until=valid_until,
            indication=indication.strip(),
            instructions=instructions.strip(),
            external_prescription=external_prescription.strip(),
            monitoring_check=monitoring_check.strip(),
            checks=[asdict(line) for line in look.lines],
            needs_second_check=look.check.needs_second_person,
            decision_uid=decision.uid,
            consent_uid=consents_in_force(patient)["care"].uid,
        )
        order.signature = sign(order, actor=actor, meaning="ordered", authentication=authentication)
        order.save()
        running.subject_kind, running.subject_uid = order._meta.label_lower, order.uid
        add_to_timeline(
            order,
            patient=patient,
            kind="order_signed",
            occurred_at=order.signature.signed_at,
            summary=f"{drug} {plain(dose_mg)} mg, {order.get_route_display().lower()}",
        )
    return order


def _same_order(known: Order, patient, dose: dose_reads.ProposedDose, span: tuple, actor: Actor) -> Order:
    """The order this form already signed (F11); the same form with other content is refused (F12)."""
    before = (known.patient_id, known.recorded_by_id, known.drug, known.route, known.place, known.dose_mg)
    now = (patient.pk, actor.user_id, dose.drug, dose.route, dose.place, dose.dose_mg)
    if before != now or (known.valid_from, known.valid_until, known.max_doses) != span:
        raise OrderRefused("This form has signed an order already, with other content. That one stays.")
    return known


def _refuse_form(
    dose_mg: Decimal, valid_from: date, valid_until: date, indication: str, max_doses: int, patient
) -> None:
    if not dose_mg.is_finite() or dose_mg <= 0:
        raise OrderRefused(f"{dose_mg} mg is not a dose: give a number above 0.", "dose_mg")
    if dose_mg != round(dose_mg, 2):
        raise OrderRefused(f"{dose_mg} mg: give at most two decimal places.", "dose_mg")
    if not indication.strip():
        raise OrderRefused("Say what this is ordered for.", "indication")
    if valid_until < valid_from:
        raise OrderRefused("The last day comes before the first.", "valid_until")
    if valid_until < clock.today(patient.time_zone):
        raise OrderRefused("The last day has passed already.", "valid_until")
    if max_doses < 1:
        raise OrderRefused(f"{max_doses} doses: give 1 or more.", "max_doses")


def _refuse_signer(patient, actor: Actor) -> None:
    if not actor.has_role(*PRESCRIBING):
        raise OrderRefused("Only a prescriber signs an order.", "code")
    signer = get_user_model().objects.get(pk=actor.user_id)
    problems = signing_problems(signer, patient.state_code, clock.today(patient.time_zone))
    if problems:
        raise OrderRefused(" ".join(problems), "code")


def _refuse_findings(look: dose_reads.DoseLook) -> None:
    if not look.can_be_signed:
        against = [
            line.text for line in look.lines if line.tone in ("alert", "watch") and line.result != "Second person"
        ]
        raise OrderRefused("This cannot be signed. " + " ".join(against), "dose_mg")


def _refuse_worse(patient, decision, actor: Actor) -> None:
    """The criteria, worked out again now, may not read worse than those the decision was made on (H2)."""
    before = {row.id: row.is_concern for row in results_of(decision.assessment.results)}
    now = results_of(screening_services.assess(patient, actor=actor).results)
    worse = [row.title for row in now if row.is_concern and not before.get(row.id, False)]
    if worse:
        raise OrderRefused(
            f"The criteria have changed since the decision: {', '.join(worse)}. Look at eligibility again first.",
            "decision",
        )


def may_check(order: Order, actor: Actor) -> str:
    """Why this person cannot make the second check; empty when they can (SR-03, SR-05)."""
    if not actor.has_role(*CHECKING):
        return "A second prescriber or a pharmacist makes the second check."
    if order.recorded_by_id == actor.user_id:
        return "The person who signed the order cannot also check it."
    monitors = DosingSession.objects.filter(models.Q(order=order) | models.Q(patient=order.patient), phase__in=_LIVE)
    if monitors.filter(monitor_id=actor.user_id).exists():
        return "The monitor of the session cannot make the second check."
    checker = get_user_model().objects.get(pk=actor.user_id)
    kinds = SIGNING_KINDS if actor.has_role(*PRESCRIBING) else PHARMACIST_KINDS
    today = clock.today(order.patient.time_zone)
    return " ".join(signing_problems(checker, order.patient.state_code, today, kinds=kinds))


_LIVE = ("expected", "checking_in", "ready", "dosing", "recovering", "held")


def second_check(order: Order, *, actor: Actor, authentication: Authentication, reason: str = "") -> OrderEvent:
    """A second prescriber or a pharmacist signs that they looked at the dose. Raises OrderRefused."""
    with act("order.second_check", actor=actor, patient=order.patient, subject=order):
        type(order.patient).objects.select_for_update().get(pk=order.patient_id)
        order = order_reads.fresh(order)
        problem = may_check(order, actor)
        if problem:
            raise OrderRefused(problem, "code")
        if order_reads.state_of_order(order).key != "awaiting_second_check":
            raise OrderRefused("This order does not wait for a second check.", "code")
        event = _event(order, "second_checked", reason)
        event.signature = sign(event, actor=actor, meaning="checked", authentication=authentication)
        event.save()
        add_to_timeline(event, patient=order.patient, kind="order_checked", occurred_at=event.at)
    return event


def cancel_order(order: Order, *, reason: str, actor: Actor) -> OrderEvent:
    """Take an order out of force. It stays in the record with the reason. Raises OrderRefused."""
    if not reason.strip():
        raise OrderRefused("Say why the order is cancelled.", "reason")
    with act("order.cancel", actor=actor, patient=order.patient, subject=order, reason=reason):
        type(order.patient).objects.select_for_update().get(pk=order.patient_id)
        order = order_reads.fresh(order)
        if order_reads.state_of_order(order).key == "cancelled":
            raise OrderRefused("This order is cancelled already.", "reason")
        event = _event(order, "cancelled", reason)
        event.save()
        add_to_timeline(event, patient=order.patient, kind="order_cancelled", occurred_at=event.at)
    return event


def _event(order: Order, kind: str, reason: str) -> OrderEvent:
    return OrderEvent(
        site_id=order.site_id,
        patient_id=order.patient_id,
        order=order,
        kind=kind,
        reason=reason.strip(),
        at=clock.now(),
    )
