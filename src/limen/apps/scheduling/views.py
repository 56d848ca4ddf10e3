"""The site's day, booking and moving visits, and the rooms."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from limen.apps.accounts import selectors as accounts
from limen.apps.accounts.access import ACTIONS, declares
from limen.apps.accounts.roles import CLINICAL
from limen.apps.patients import guard
from limen.apps.patients.selectors import current_episode
from limen.apps.records import clock
from limen.apps.scheduling import owners, selectors, services
from limen.apps.scheduling.forms import BookForm, CancelForm, DayForm, MoveForm, RoomForm, is_repeated
from limen.apps.scheduling.models import Appointment, Room
from limen.ui.components.data_table import Cell, Column, Row

DAY_COLUMNS = (Column("Time"), Column("Patient"), Column("Visit"), Column("Place"), Column("Who"), Column("State"))
STATE_TONES = {"arrived": "info", "done": "good", "missed": "alert"}
MARKS = {"arrived": "Arrived", "done": "Done", "missed": "Missed"}


def _status(form) -> int:
    return 422 if form.is_bound else 200


@declares("schedule.read")
@require_safe
def day(request):
    zone = accounts.site(request.actor.site_id).time_zone
    form = DayForm(request.GET if "on" in request.GET else None)
    on = form.cleaned_data["on"] if form.is_bound and form.is_valid() else clock.today(zone)
    may_change = bool(request.actor.roles & ACTIONS["schedule.change"].roles)
    rows = selectors.day(request.actor, on, zone)
    page = {
        "form": form if form.is_bound else DayForm(initial={"on": on}),
        "on": on,
        "is_today": on == clock.today(zone),
        "zone": zone.replace("_", " "),
        "previous": urlencode({"on": (on - timedelta(days=1)).isoformat()}),
        "next": urlencode({"on": (on + timedelta(days=1)).isoformat()}),
        "columns": [*DAY_COLUMNS, Column("Change")] if may_change else DAY_COLUMNS,
        "rows": [_day_row(row, zone, may_change) for row in rows],
        "may_manage_rooms": bool(request.actor.roles & ACTIONS["rooms.manage"].roles),
    }
    return render(request, "scheduling/day.html", page, status=422 if form.errors else 200)


def _day_row(row: Appointment, zone: str, may_change: bool) -> Row:
    cells = [
        _time_cell(row, zone),
        _patient_cell(row),
        row.get_kind_display(),
        Cell(row.room.name if row.room else row.get_place_display(), row.get_place_display() if row.room else ""),
        row.clinician.display_name if row.clinician else "—",
        row.get_state_display(),
    ]
    if may_change:
        cells.append(_change_links(row))
    return Row(cells, tone=STATE_TONES.get(row.state, ""))


def _time_cell(row: Appointment, zone: str) -> Cell:
    """The site's time; where the visit keeps another zone, its own time stands below."""
    here = row.starts_at.astimezone(ZoneInfo(zone))
    note = f"{row.duration_min} min"
    if row.time_zone != zone:
        there = row.starts_at.astimezone(ZoneInfo(row.time_zone))
        note += f" · {there:%H:%M} {row.time_zone.replace('_', ' ')}"
    return Cell(f"{here:%H:%M}", note)


def _patient_cell(row: Appointment) -> object:
    url = reverse("scheduling:patient", kwargs={"patient_uid": row.patient.uid})
    return format_html('<a href="{}">{}</a>', url, row.patient.name)


def _change_links(row: Appointment) -> object:
    if row.state not in selectors.LIVE_STATES:
        return ""
    where = {"patient_uid": row.patient.uid, "appointment_uid": row.uid}
    names = (("move", "Move"), ("mark", "Mark"), ("cancel", "Cancel"))
    lines = [(reverse(f"scheduling:{name}", kwargs=where), label, row.patient.name) for name, label in names]
    return format_html_join(" ", '<a href="{0}" aria-label="{1} {2}">{1}</a>', lines)


@declares("patient.read")
@require_safe
def of_patient(request, patient_uid):
    rows = selectors.of_patient(request.patient)
    zone = accounts.site(request.actor.site_id).time_zone
    may_change = bool(request.actor.roles & ACTIONS["schedule.change"].roles)
    columns = [Column("When"), Column("Visit"), Column("Place"), Column("Who"), Column("State")]
    page = {
        "columns": [*columns, Column("Change")] if may_change else columns,
        "rows": [_patient_row(row, zone, may_change) for row in rows],
        "may_change": may_change,
    }
    return render(request, "scheduling/patient.html", page)


def _patient_row(row: Appointment, zone: str, may_change: bool) -> Row:
    own = row.starts_at.astimezone(ZoneInfo(row.time_zone))
    note = f"{row.duration_min} min" + ("" if row.time_zone == zone else f", {row.time_zone.replace('_', ' ')} time")
    cells = [
        Cell(f"{own:%a %-d %b %Y, %H:%M}", note),
        row.get_kind_display(),
        Cell(row.get_place_display(), row.room.name if row.room else ""),
        row.clinician.display_name if row.clinician else "—",
        Cell(row.get_state_display(), row.reason),
    ]
    if may_change:
        cells.append(_change_links(row))
    return Row(cells, tone=STATE_TONES.get(row.state, ""))


def clinicians_of(site_id: int) -> list:
    """People with a clinical role in force at the site, by name."""
    return [line.user for line in accounts.staff_of(site_id) if line.user.is_active and CLINICAL & set(line.roles)]


@declares("schedule.change")
@require_http_methods(["GET", "HEAD", "POST"])
def book(request, patient_uid):
    patient = request.patient
    rooms, clinicians = selectors.rooms(patient.site_id), clinicians_of(patient.site_id)
    form = BookForm(
        request.POST or None,
        rooms=rooms,
        clinicians=clinicians,
        clinic_zone=patient.site.time_zone,
        patient_zone=patient.time_zone,
        initial={"place": "clinic", "on": clock.today(patient.site.time_zone)},
    )
    if form.is_bound and form.is_valid():
        guard.check(request)
        data = form.cleaned_data
        try:
            booked = services.book(
                patient=patient,
                episode=current_episode(patient),
                kind=data["kind"],
                local_start=form.local_start,
                duration_min=data["duration_min"],
                place=data["place"],
                room=next((r for r in rooms if str(r.uid) == data["room"]), None),
                clinician=next((u for u in clinicians if str(u.uid) == data["clinician"]), None),
                reason=data["reason"],
                actor=request.actor,
            )
        except services.Clash as error:
            form.add_error("at", _clash_text(error, patient.site.time_zone))
        else:
            messages.success(request, _booked_text(booked))
            return redirect("scheduling:patient", patient_uid=patient_uid)
    page = {"form": form, "site_zone": patient.site.time_zone, "patient_zone": patient.time_zone}
    return render(request, "scheduling/book.html", page, status=_status(form))


def _booked_text(row: Appointment) -> str:
    own = row.starts_at.astimezone(ZoneInfo(row.time_zone))
    text = f"Booked for {own:%a %-d %b, %H:%M}, {row.time_zone.replace('_', ' ')} time."
    if is_repeated(own.replace(tzinfo=None), row.time_zone):
        text += " That hour happens twice; the first one is meant."
    return text


def _clash_text(error: services.Clash, zone: str) -> str:
    """What is in the way: the same room, clinician or patient, and until when."""
    lines = []
    for other in error.others:
        start = other.starts_at.astimezone(ZoneInfo(zone))
        end = start + timedelta(minutes=other.duration_min)
        where = other.room.name if other.room else other.get_place_display()
        lines.append(f"{other.get_kind_display()}, {where}, {start:%H:%M} to {end:%H:%M}")
    return f"Already taken for this patient, room or clinician: {'; '.join(lines)}. Choose another time."


def _appointment(request, appointment_uid) -> Appointment:
    rows = Appointment.objects.visible_to(request.actor).select_related("room", "clinician")
    return get_object_or_404(rows, uid=appointment_uid, patient=request.patient)


def _refuse_unless_live(row: Appointment) -> None:
    if row.state not in selectors.LIVE_STATES:
        raise services.NotLive(f"This appointment is {row.get_state_display().lower()}; nothing was changed.")


@declares("schedule.change")
@require_http_methods(["GET", "HEAD", "POST"])
def move(request, patient_uid, appointment_uid):
    row = _appointment(request, appointment_uid)
    _refuse_unless_live(row)
    own = row.starts_at.astimezone(ZoneInfo(row.time_zone))
    form = MoveForm(request.POST or None, appointment=row, initial={"on": own.date(), "at": own.time()})
    owner = owners.owner_of(row)
    if form.is_bound and form.is_valid():
        guard.check(request)
        if owner is not None and form.cleaned_data["on"] != own.date():
            form.add_error("on", f"{owner.text} {owner.moving} Another time on the same day can be chosen here.")
        elif _move(row, form, request.actor):
            messages.success(request, _booked_text(row))
            return redirect("scheduling:patient", patient_uid=patient_uid)
    page = {"form": form, "row": row, "own": own, **_owner_part(request, owner)}
    return render(request, "scheduling/move.html", page, status=_status(form))


def _owner_part(request, owner: owners.Owner | None) -> dict:
    """What holds the day, with its link only for those who may change it there."""
    return {"owner": owner, "may_change_owner": owner is not None and _may(request, owner.action)}


def _may(request, action: str) -> bool:
    return bool(request.actor.roles & ACTIONS[action].roles)


def _move(row: Appointment, form: MoveForm, actor) -> bool:
    try:
        services.move(row, local_start=form.local_start, reason=form.cleaned_data["reason"], actor=actor)
    except services.Clash as error:
        form.add_error("at", _clash_text(error, row.time_zone))
        return False
    return True


@declares("schedule.change")
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request, patient_uid, appointment_uid):
    row = _appointment(request, appointment_uid)
    _refuse_unless_live(row)
    form = CancelForm(request.POST or None)
    if form.is_bound and form.is_valid():
        guard.check(request)
        services.cancel(row, reason=form.cleaned_data["reason"], actor=request.actor)
        messages.success(request, "Cancelled. It stays in the record.")
        return redirect("scheduling:patient", patient_uid=patient_uid)
    own = row.starts_at.astimezone(ZoneInfo(row.time_zone))
    page = {"form": form, "row": row, "own": own, **_owner_part(request, owners.owner_of(row))}
    return render(request, "scheduling/cancel.html", page, status=_status(form))


@declares("schedule.change")
@require_http_methods(["GET", "HEAD", "POST"])
def mark(request, patient_uid, appointment_uid):
    row = _appointment(request, appointment_uid)
    _refuse_unless_live(row)
    own = row.starts_at.astimezone(ZoneInfo(row.time_zone))
    page = {"row": row, "own": own, "marks": MARKS, **_owner_part(request, owners.owner_of(row))}
    if request.method == "POST":
        guard.check(request)
        state = request.POST.get("state", "")
        if state in MARKS and (state == "arrived" or clock.now() >= row.starts_at):
            services.mark(row, state, actor=request.actor)
            messages.success(request, f"Marked {MARKS[state].lower()}.")
            return redirect("scheduling:patient", patient_uid=patient_uid)
        page["error"] = "Choose one of the three." if state not in MARKS else "That time has not come yet."
        return render(request, "scheduling/mark.html", page, status=422)
    return render(request, "scheduling/mark.html", page)


@declares("rooms.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def rooms(request):
    open_rooms = selectors.rooms(request.actor.site_id)
    form = RoomForm(request.POST or None, taken=[room.name for room in open_rooms])
    if form.is_bound and form.is_valid():
        site = accounts.site(request.actor.site_id)
        services.add_room(site=site, name=form.cleaned_data["name"], actor=request.actor)
        messages.success(request, "The room is open.")
        return redirect("scheduling:rooms")
    return render(request, "scheduling/rooms.html", {"form": form, "rooms": open_rooms}, status=_status(form))


@declares("rooms.manage")
@require_POST
def close_room(request, room_uid):
    room = get_object_or_404(Room.objects.filter(site_id=request.actor.site_id, is_open=True), uid=room_uid)
    services.close_room(room, actor=request.actor)
    messages.success(request, "Closed. Past visits keep it.")
    return redirect("scheduling:rooms")
