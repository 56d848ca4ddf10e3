"""Dose orders: the list, signing one, the second check, cancelling."""

import uuid
from datetime import timedelta

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from limen.apps.accounts import step_up
from limen.apps.accounts.access import declares
from limen.apps.patients import guard
from limen.apps.patients.selectors import current_episode
from limen.apps.plans.selectors import active_plan
from limen.apps.records import clock
from limen.apps.records.acts import digest
from limen.apps.treatment import selectors, services
from limen.apps.treatment.forms import CancelForm, OrderForm, SecondCheckForm
from limen.apps.treatment.models import Order
from limen.apps.treatment.selectors import dose as dose_reads
from limen.apps.treatment.services.orders import may_check
from limen.apps.treatment.views.common import may, status_of
from limen.apps.treatment.zone import in_viewer_zone
from limen.clinical.units import plain, rounded
from limen.ui.components.data_table import Cell, Column, Link, Row

COLUMNS = [Column("Signed"), Column("Medicine"), Column("Dose", is_numeric=True), Column("Valid"), Column("Stands")]
MEANING = "I have looked at this person's record and the findings on this page, and take responsibility for this order."
NOT_A_PRESCRIPTION = (
    "This is a clinical order inside the programme. It is not a controlled-substance prescription, "
    "and signing it sends nothing to a pharmacy."
)
CHANGED_SINCE = (
    "The order is not the one that was checked, so nothing was signed. Here are the findings for it as it is now: "
    "read them, then sign."
)
ORDER_TONES = {"in_force": "good", "awaiting_second_check": "watch"}


@declares("order.read")
@require_safe
@in_viewer_zone
def orders(request, patient_uid):
    rows = selectors.orders_of(request.patient)
    page = {
        "columns": COLUMNS,
        "rows": [_row(order) for order in rows],
        "in_force": selectors.order_in_force(request.patient),
        "may_sign": may(request, "order.sign"),
    }
    return render(request, "treatment/orders.html", page)


def _row(order: Order) -> Row:
    state = selectors.state_of_order(order)
    return Row(
        cells=[
            Link(f"{order.signature.signed_at:%d %b %Y}", _address(order), note=order.signature.printed_name),
            Cell(order.get_drug_words(), note=f"{order.get_route_display()}, {order.place}"),
            Cell(f"{plain(order.dose_mg)} mg", note=f"{order.dose_mg_per_kg} mg/kg" if order.dose_mg_per_kg else ""),
            Cell(
                f"{order.valid_from:%d %b} to {order.valid_until:%d %b %Y}", note=f"{state.used} of {order.max_doses}"
            ),
            state.words,
        ],
        tone=ORDER_TONES.get(state.key, ""),
    )


def _span(order: Order) -> str:
    return f"{order.valid_from:%d %b} to {order.valid_until:%d %b %Y}"


def _address(order: Order) -> str:
    from django.urls import reverse

    return reverse("treatment:order", args=[order.patient.uid, order.uid])


@declares("order.sign")
@require_http_methods(["GET", "HEAD", "POST"])
@in_viewer_zone
def sign_order(request, patient_uid):
    """Check a dose ("Check") as often as wished; sign it ("Sign") once everything stands."""
    form = OrderForm(request.POST or None, initial=_initial(request.patient))
    look, shown = None, {}
    if request.method == "POST":
        guard.check(request)
        if form.is_valid():
            look, shown = dose_reads.look_at(request.patient, _proposed(form)), dict(form.cleaned_data)
            if "sign" in request.POST and _is_as_shown(request, form) and _sign(request, form):
                messages.success(request, "The order is signed.")
                return redirect("treatment:orders", patient_uid=patient_uid)
    weight, previous = dose_reads.weights(request.patient)
    page = {
        "form": form,
        "look": look,
        "per_kg": rounded(look.check.mg_per_kg, 3) if look and look.check.mg_per_kg is not None else None,
        "weight_rows": _weight_rows(request.patient, weight, previous),
        "signed_rows": _signed_rows(form, shown, look) if look else [],
        "shown_digest": _shown_digest(shown) if look else "",
        "client_uid": uuid.uuid4(),
        "meaning": MEANING,
        "not_a_prescription": NOT_A_PRESCRIPTION,
        "may_change_settings": may(request, "settings.read"),
    }
    is_fragment = bool(getattr(request, "htmx", False)) and request.htmx.target == "dose-look"
    if is_fragment:
        return render(request, "treatment/_dose_look.html", {**page, "is_fragment": True})
    return render(request, "treatment/sign_order.html", page, status=status_of(form))


def _initial(patient) -> dict:
    today = clock.today(patient.time_zone)
    plan, episode = active_plan(patient), current_episode(patient)
    return {
        "drug": "ketamine",
        "route": plan.route if plan else "",
        "place": plan.place if plan else (episode.place if episode else "clinic"),
        "valid_from": today,
        "valid_until": today + timedelta(days=28),
        "max_doses": 1,
    }


def _proposed(form) -> dose_reads.ProposedDose:
    data = form.cleaned_data
    return dose_reads.ProposedDose(
        data["drug"], data["route"], data["place"], data["dose_mg"], is_per_kg=data["is_per_kg"]
    )


def _shown_digest(data: dict) -> str:
    return digest({name: str(value) for name, value in data.items() if name != "code"})


def _is_as_shown(request, form) -> bool:
    """Whether the order is still the one shown above the signature; a field changed since then is not signed (F17)."""
    if request.POST.get("shown_digest", "") == _shown_digest(form.cleaned_data):
        return True
    form.add_error(None, CHANGED_SINCE)
    return False


def _client_uid(request) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST.get("client_uid", ""))
    except ValueError:
        return None


def _sign(request, form) -> bool:
    data = dict(form.cleaned_data)
    code = data.pop("code")
    try:
        authentication = step_up.authenticate(request, code)
        services.sign_order(
            patient=request.patient,
            actor=request.actor,
            authentication=authentication,
            client_uid=_client_uid(request),
            **data,
        )
    except step_up.StepUpFailed as error:
        form.add_error("code", str(error))
    except services.OrderRefused as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
    return not form.errors


def _weight_rows(patient, weight, previous) -> list[dict]:
    today = clock.today(patient.time_zone)
    rows = []
    for label, one in (("Weight", weight), ("Weight before that", previous)):
        if one is None:
            rows.append({"label": label, "value": None, "missing": "none on record"})
        else:
            days = (today - one.measured_on).days
            rows.append(
                {"label": label, "value": f"{one.kg} kg", "note": f"{one.measured_on:%d %b %Y}, {days} days ago"}
            )
    return rows


def _signed_rows(form, data: dict, look) -> list[dict]:
    weight = f"{look.weight.kg} kg, {look.weight.measured_on:%d %b %Y}" if look.weight else None
    per_kg = f"{rounded(look.check.mg_per_kg, 3)} mg/kg" if look.check.mg_per_kg is not None else None
    return [
        {"label": "Medicine", "value": f"{dict(form.fields['drug'].choices)[data['drug']]}"},
        {"label": "Route and place", "value": f"{dict(form.fields['route'].choices)[data['route']]}, {data['place']}"},
        {"label": "Dose", "value": f"{data['dose_mg']} mg", "note": per_kg or ""},
        {"label": "Given over", "value": f"{data['duration_min']} min" if data["duration_min"] else "one time"},
        {"label": "Weight", "value": weight, "missing": "none on record"},
        {"label": "Valid", "value": f"{data['valid_from']:%d %b} to {data['valid_until']:%d %b %Y}"},
        {"label": "Doses", "value": str(data["max_doses"])},
        {"label": "Ordered for", "value": data["indication"]},
    ]


def _fetch(request, order_uid) -> Order:
    rows = Order.objects.visible_to(request.actor).select_related("signature").prefetch_related("events__recorded_by")
    order = get_object_or_404(rows, uid=order_uid, patient=request.patient)
    order.patient = request.patient
    return order


@declares("order.read")
@require_safe
@in_viewer_zone
def order(request, patient_uid, order_uid):
    return _order_page(request, _fetch(request, order_uid))


def _order_page(request, row: Order, *, check_form=None, cancel_form=None):
    state = selectors.state_of_order(row)
    problem = may_check(row, request.actor) if state.key == "awaiting_second_check" else ""
    page = {
        "order": row,
        "state": state,
        "state_tone": ORDER_TONES.get(state.key, "neutral"),
        "rows": _order_rows(row),
        "meaning": MEANING,
        "events": [_event_line(event) for event in row.events.all()],
        "check_form": check_form or SecondCheckForm(),
        "cancel_form": cancel_form or CancelForm(),
        "may_check": state.key == "awaiting_second_check" and may(request, "order.second_check") and not problem,
        "check_problem": problem,
        "may_cancel": state.key not in ("cancelled",) and may(request, "order.cancel"),
        "not_a_prescription": NOT_A_PRESCRIPTION,
    }
    return render(request, "treatment/order.html", page, status=status_of(check_form, cancel_form))


def _event_line(event) -> dict:
    by = event.recorded_by.display_name if event.recorded_by else ""
    return {"at": event.at, "what": event.get_kind_display(), "detail": event.reason, "actor": by}


def _order_rows(order: Order) -> list[dict]:
    weight = f"{order.weight_kg} kg" if order.weight_kg else None
    measured = f"{order.weight_measured_on:%d %b %Y}" if order.weight_measured_on else ""
    return [
        {"label": "Medicine", "value": order.get_drug_words()},
        {"label": "Route and place", "value": f"{order.get_route_display()}, {order.place}"},
        {"label": "Dose", "value": f"{plain(order.dose_mg)} mg", "note": f"cap when signed {plain(order.cap_mg)} mg"},
        {"label": "Per weight", "value": f"{order.dose_mg_per_kg} mg/kg" if order.dose_mg_per_kg else None},
        {"label": "Weight used", "value": weight, "note": measured},
        {"label": "Given over", "value": f"{order.duration_min} min" if order.duration_min else "one time"},
        {"label": "Valid", "value": f"{order.valid_from:%d %b} to {order.valid_until:%d %b %Y}"},
        {"label": "Doses", "value": str(order.max_doses)},
        {"label": "Ordered for", "value": order.indication},
        {"label": "Instructions", "value": order.instructions or "none"},
        {"label": "Prescription elsewhere", "value": order.external_prescription},
        {"label": "Prescription-monitoring check", "value": order.monitoring_check},
    ]


@declares("order.second_check")
@require_POST
@in_viewer_zone
def second_check(request, patient_uid, order_uid):
    guard.check(request)
    row, form = _fetch(request, order_uid), SecondCheckForm(request.POST)
    if form.is_valid():
        try:
            authentication = step_up.authenticate(request, form.cleaned_data["code"])
            services.second_check(
                row, actor=request.actor, authentication=authentication, reason=form.cleaned_data["reason"]
            )
        except (step_up.StepUpFailed, services.OrderRefused) as error:
            form.add_error("code", str(error))
        else:
            messages.success(request, "The second check is signed.")
            return redirect("treatment:order", patient_uid=patient_uid, order_uid=order_uid)
    return _order_page(request, row, check_form=form)


@declares("order.cancel")
@require_POST
@in_viewer_zone
def cancel(request, patient_uid, order_uid):
    guard.check(request)
    row, form = _fetch(request, order_uid), CancelForm(request.POST)
    if form.is_valid():
        try:
            services.cancel_order(row, reason=form.cleaned_data["reason"], actor=request.actor)
        except services.OrderRefused as error:
            form.add_error("reason", str(error))
        else:
            messages.success(request, "The order is cancelled. It stays in the record.")
            return redirect("treatment:orders", patient_uid=patient_uid)
    return _order_page(request, row, cancel_form=form)
