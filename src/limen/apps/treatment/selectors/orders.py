"""Which dose order stands, and why another does not."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from limen.apps.records import clock
from limen.apps.treatment.models import Administration, DosingSession, Order, OrderEvent


@dataclass(frozen=True)
class OrderState:
    """key: "in_force", "awaiting_second_check", "cancelled", "not_yet", "expired" or "used_up"."""

    key: str
    words: str
    used: int

    @property
    def is_in_force(self) -> bool:
        return self.key == "in_force"


def orders_of(patient) -> list[Order]:
    """Every order, newest first, with what happened to it."""
    rows = Order.objects.filter(patient=patient).current().select_related("signature", "recorded_by")
    return list(rows.prefetch_related("events__recorded_by").order_by("-signature__signed_at", "-id"))


def state_of_order(order: Order, on: date | None = None, *, ignore_session_id: int | None = None) -> OrderState:
    """Where an order stands on a day of the patient's calendar. A session under way does not use itself up."""
    day = on or clock.today(order.patient.time_zone)
    kinds = {event.kind for event in order.events.all() if not event.is_void}
    used = _sessions_used(order, ignore_session_id)
    if "cancelled" in kinds:
        return OrderState("cancelled", "Cancelled", used)
    if order.needs_second_check and "second_checked" not in kinds:
        return OrderState("awaiting_second_check", "Waits for a second check", used)
    if day < order.valid_from:
        return OrderState("not_yet", f"Not before {order.valid_from:%d %b %Y}", used)
    if day > order.valid_until:
        return OrderState("expired", f"Ended on {order.valid_until:%d %b %Y}", used)
    if used >= order.max_doses:
        return OrderState("used_up", f"All {order.max_doses} doses given", used)
    return OrderState("in_force", "In force", used)


def _sessions_used(order: Order, ignore_session_id: int | None) -> int:
    """Sessions in which a dose of this order was started or recorded; a start without an amount counts too."""
    given = Administration.objects.filter(order=order).current().values_list("session_id", "id")
    used = {(session, None if session else pk) for session, pk in given}
    started = DosingSession.objects.filter(order=order, dose_started_at__isnull=False)
    used |= {(pk, None) for pk in started.values_list("pk", flat=True)}
    return len(used - {(ignore_session_id, None)})


def order_in_force(patient, on: date | None = None, *, ignore_session_id: int | None = None) -> Order | None:
    """The newest order that may be carried out on this day; None when there is none."""
    for order in orders_of(patient):
        if state_of_order(order, on, ignore_session_id=ignore_session_id).is_in_force:
            return order
    return None


def second_check_of(order: Order) -> OrderEvent | None:
    return next((event for event in order.events.all() if event.kind == "second_checked"), None)


def given_on(patient, day: date, *, drug: str) -> Decimal:
    """Milligrams of a drug recorded as taken on a day of the patient's calendar."""
    from limen.apps.treatment.selectors.sessions import local_day

    rows = Administration.objects.filter(patient=patient, drug=drug).current().values_list("given_at", "dose_mg")
    return sum((mg for at, mg in rows if local_day(at, patient.time_zone) == day), Decimal(0))


def fresh(order: Order) -> Order:
    """The order with what has happened to it until now, not what was read before."""
    return Order.objects.select_related("patient").prefetch_related("events").get(pk=order.pk)
