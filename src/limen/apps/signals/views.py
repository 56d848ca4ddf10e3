"""The list of open signals by time left, and one signal with its history, its people and its answer."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_POST, require_safe

from limen.apps.accounts.access import ACTIONS, declares
from limen.apps.accounts.roles import ROLE_TITLES
from limen.apps.patients import guard
from limen.apps.patients.selectors import contacts, supporters
from limen.apps.records import clock
from limen.apps.signals import selectors, services
from limen.apps.signals.forms import AnswerForm, PassOnForm
from limen.apps.signals.models import Obligation
from limen.ui.components import render as component
from limen.ui.components.data_table import Cell, Column, Link, Row

COLUMNS = [Column("Time left"), Column("Patient"), Column("What was seen"), Column("Level"), Column("Who")]


@declares("signals.worklist")
@require_safe
def worklist(request):
    now = clock.now()
    rows = list(selectors.open_obligations(request.actor))
    before = selectors.levels_before(rows)
    overdue = sum(row.due_at < now for row in rows)
    page = {
        "columns": COLUMNS,
        "rows": [_worklist_row(row, before.get(row.pk), now) for row in rows],
        "overdue": overdue,
        "checked_at": now,
    }
    return render(request, "signals/worklist.html", page)


def _worklist_row(row: Obligation, before: str | None, now: datetime) -> Row:
    patient = row.patient
    url = reverse("signals:obligation", args=[patient.uid, row.uid])
    is_over = row.due_at < now
    count = len(row.signals.all())
    return Row(
        cells=[
            Cell(_clock(row.due_at, now), note=time_left(row.due_at, now)),
            Link(patient.name, url, note=f"opened {_moment(row.opened_at)}"),
            Cell(row.title, note=f"{count} times" if count > 1 else ""),
            Cell(row.level, note=f"before: {before}" if before else "nothing known before"),
            Cell(row.owner.display_name if row.owner else "Nobody yet", note=role_title(row.owner_role)),
        ],
        tone="alert" if is_over else "watch",
    )


def _moment(at: datetime) -> str:
    return date_format(timezone.localtime(at), "j M Y, H:i")


def role_title(role: str) -> str:
    return ROLE_TITLES.get(role, role)


def _clock(due_at: datetime, now: datetime):
    """The shared due clock, for a cell of a table."""
    values = {"due_at": due_at, "label": "", "is_over": due_at < now, "none_text": ""}
    return component("due_clock", values)


def time_left(due_at: datetime, now: datetime) -> str:
    """Whole minutes, hours or days until or since a time, in words."""
    gap = abs(due_at - now)
    if gap < timedelta(hours=1):
        amount = f"{int(gap.total_seconds() // 60)} min"
    elif gap < timedelta(days=2):
        amount = f"{int(gap.total_seconds() // 3600)} h {int(gap.total_seconds() % 3600 // 60)} min"
    else:
        amount = f"{gap.days} days"
    return f"overdue by {amount}" if due_at < now else f"{amount} left"


def _fetch(request, obligation_uid) -> Obligation:
    rows = Obligation.objects.visible_to(request.actor).select_related("owner")
    obligation = get_object_or_404(rows, uid=obligation_uid, patient=request.patient)
    obligation.patient = request.patient
    return obligation


@declares("signals.read")
@require_safe
def obligation(request, patient_uid, obligation_uid):
    return _page(request, _fetch(request, obligation_uid))


def _page(request, row: Obligation, *, answer_form=None, pass_form=None, status: int = 200):
    now = clock.now()
    people = [p for p in selectors.people_who_can_answer(row.site_id) if p.pk != row.owner_id]
    signals = selectors.signals_of(row)
    may_answer = bool(request.actor.roles & ACTIONS["signals.answer"].roles) and row.state == "open"
    page = {
        "obligation": row,
        "is_open": row.state == "open",
        "is_over": row.state == "open" and row.due_at < now,
        "time_left": time_left(row.due_at, now),
        "due_clock_html": _clock(row.due_at, now),
        "signals": [_seen(signal) for signal in signals],
        "facts": _facts(row),
        "events": [_event(event) for event in selectors.history_of(row)],
        "phones": [
            {"value": c.value, "tel": dialled(c.value), "note": c.note}
            for c in contacts(row.patient)
            if c.kind == "phone"
        ],
        "supporters": [
            {"role": s.get_role_display(), "name": s.name, "phone": s.phone, "tel": dialled(s.phone)}
            for s in supporters(row.patient)
        ],
        "others": selectors.others_of(row),
        "may_answer": may_answer,
        "is_mine": row.owner_id == request.actor.user_id,
        "answer_form": answer_form or AnswerForm(),
        "pass_form": pass_form or PassOnForm(people=people),
        "has_people": bool(people),
    }
    return render(request, "signals/obligation.html", page, status=status)


def dialled(number: str) -> str:
    """A telephone number as a device dials it."""
    return "".join(sign for sign in number if sign.isdigit() or sign == "+")


def _seen(signal) -> dict:
    return {
        "finding": signal.finding,
        "level": signal.level,
        "at": signal.occurred_at,
        "rule": signal.rule_pin,
        "by": signal.recorded_by.display_name if signal.recorded_by else "",
    }


def _facts(row: Obligation) -> list[dict]:
    before = selectors.levels_before([row]).get(row.pk)
    return [
        {"label": "Level now", "value": row.level},
        {"label": "Known before", "value": before, "missing": "no earlier signal of this kind"},
        {"label": "Opened", "value": _moment(row.opened_at)},
        {"label": "Due", "value": _moment(row.due_at)},
        {
            "label": "Owner",
            "value": row.owner.display_name if row.owner else "",
            "missing": f"nobody yet; goes to: {role_title(row.owner_role)}",
        },
        {"label": "The patient was told", "value": row.patient_text, "missing": "nothing"},
    ]


EVENT_WORDS = {
    "opened": ("Opened", "alert"),
    "merged": ("Seen again", "alert"),
    "taken": ("Taken", "info"),
    "passed_on": ("Passed on", "watch"),
    "answered": ("Answered", "good"),
}


def _event(event) -> dict:
    what, tone = EVENT_WORDS[event.kind]
    by = event.recorded_by.display_name if event.recorded_by else ""
    return {"at": event.at, "what": what, "tone": tone, "detail": event.note, "actor": by}


@declares("signals.answer")
@require_POST
def take(request, patient_uid, obligation_uid):
    guard.check(request)
    row = _fetch(request, obligation_uid)
    services.take(row, actor=request.actor)
    messages.success(request, "You are the owner of this signal now. Its time has not changed.")
    return redirect("signals:obligation", patient_uid, obligation_uid)


@declares("signals.answer")
@require_POST
def pass_on(request, patient_uid, obligation_uid):
    guard.check(request)
    row = _fetch(request, obligation_uid)
    people = [p for p in selectors.people_who_can_answer(row.site_id) if p.pk != row.owner_id]
    form = PassOnForm(request.POST, people=people)
    if not form.is_valid():
        return _page(request, row, pass_form=form, status=422)
    person = form.cleaned_data["to_user"]
    services.pass_on(row, to_user=person, note=form.cleaned_data["note"], actor=request.actor)
    messages.success(request, f"Passed on to {person.display_name}. Its time has not changed.")
    return redirect("signals:obligation", patient_uid, obligation_uid)


@declares("signals.answer")
@require_POST
def answer(request, patient_uid, obligation_uid):
    guard.check(request)
    row = _fetch(request, obligation_uid)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, row, answer_form=form, status=422)
    services.answer_obligation(row, note=form.cleaned_data["note"], actor=request.actor)
    messages.success(request, "Answered and closed, with your name.")
    return redirect("signals:obligation", patient_uid, obligation_uid)
