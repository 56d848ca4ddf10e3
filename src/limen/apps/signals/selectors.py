"""Reads of safety signals and the duties they opened."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Prefetch
from django.utils.formats import date_format

from limen.apps.accounts.roles import ROLE_TITLES
from limen.apps.accounts.selectors import settings_of, site
from limen.apps.records import clock
from limen.apps.records.actor import Actor
from limen.apps.signals.coverage import Coverage, Period, periods, usable_hours
from limen.apps.signals.models import Obligation, ObligationEvent, Signal

COVERED_HOURS = "coverage.hours"
AFTER_HOURS_NUMBER = "contact.after_hours_number"
DUE_MINUTES = {
    "now": "signal.due_min.now",
    "same_day": "signal.due_min.same_day",
    "next_covered": "signal.due_min.next_covered",
}
ANSWERING_ROLES = frozenset({"prescriber", "medical_director", "therapist", "monitor"})


@dataclass(frozen=True)
class PatientMessage:
    """What a patient is told about an open duty: the words, who will answer, and by when."""

    text: str
    who: str
    due_at: datetime
    is_overdue: bool


def open_obligations(actor: Actor) -> models.QuerySet[Obligation]:
    """Every open duty this actor may see, the least time left first. Signals come with it in one query."""
    rows = Obligation.objects.visible_to(actor).filter(state="open")
    signals = Prefetch("signals", queryset=Signal.objects.order_by("-id"))
    return rows.select_related("patient", "owner").prefetch_related(signals).order_by("due_at", "id")


def open_for(patient) -> list[Obligation]:
    """The open duties about one patient, the least time left first."""
    rows = Obligation.objects.filter(patient=patient, state="open")
    return list(rows.select_related("owner").order_by("due_at", "id"))


def known_level(patient, kind: str, *, before: datetime | None = None) -> str | None:
    """The level of the latest signal of this kind (before a moment); None when there was none."""
    rows = Signal.objects.filter(patient=patient, kind=kind).current()
    if before is not None:
        rows = rows.filter(occurred_at__lt=before)
    latest = rows.order_by("-occurred_at", "-id").first()
    return latest.level if latest else None


def signals_of(obligation: Obligation) -> list[Signal]:
    """What was seen, the newest first."""
    return list(Signal.objects.filter(obligation=obligation).select_related("recorded_by").order_by("-id"))


def history_of(obligation: Obligation) -> list[ObligationEvent]:
    """What happened to a duty, in order."""
    rows = ObligationEvent.objects.filter(obligation=obligation)
    return list(rows.select_related("recorded_by").order_by("at", "id"))


def band_alerts(patient) -> list[dict[str, str]]:
    """What the patient band says about open signals."""
    count = Obligation.objects.filter(patient=patient, state="open").count()
    if not count:
        return []
    return [{"text": "Open safety signal" if count == 1 else f"{count} open safety signals", "tone": "alert"}]


def others_of(obligation: Obligation, *, limit: int = 20) -> list[Obligation]:
    """The patient's other duties, open ones first, then the newest."""
    rows = Obligation.objects.filter(patient_id=obligation.patient_id).exclude(pk=obligation.pk)
    newest = list(rows.select_related("owner").order_by("-opened_at", "-id")[:limit])
    return sorted(newest, key=lambda row: row.state != "open")


def patient_messages(patient, *, now: datetime | None = None) -> list[PatientMessage]:
    """What the patient's own page says about open duties: who will answer and by when."""
    moment = now or clock.now()
    return [
        PatientMessage(
            text=row.patient_text,
            who=row.owner.display_name if row.owner else "Your care team",
            due_at=row.due_at,
            is_overdue=row.due_at < moment,
        )
        for row in open_for(patient)
        if row.patient_text
    ]


def people_who_can_answer(site_id: int) -> list:
    """Staff of a site whose role today lets them answer a signal, by name."""
    today = clock.now().date()
    rows = get_user_model().objects.filter(
        models.Q(memberships__ends_on__isnull=True) | models.Q(memberships__ends_on__gte=today),
        is_active=True,
        memberships__site_id=site_id,
        memberships__role__in=ANSWERING_ROLES,
        memberships__starts_on__lte=today,
    )
    return list(rows.distinct().order_by("display_name", "pk"))


def levels_before(obligations: list[Obligation]) -> dict[int, str]:
    """Per duty, the latest level of its kind known for that patient before it was opened. One query for all."""
    people = {row.patient_id for row in obligations}
    rows = Signal.objects.filter(patient_id__in=people).exclude(is_void=True).order_by("occurred_at", "id")
    seen: dict[tuple[int, str], list[Signal]] = {}
    for signal in rows.only("id", "uid", "patient_id", "kind", "level", "occurred_at", "obligation_id"):
        seen.setdefault((signal.patient_id, signal.kind), []).append(signal)
    found: dict[int, str] = {}
    for row in obligations:
        earlier = [
            signal.level
            for signal in seen.get((row.patient_id, row.kind), [])
            if signal.obligation_id != row.pk and signal.occurred_at < row.opened_at
        ]
        if earlier:
            found[row.pk] = earlier[-1]
    return found


def coverage(patient, now: datetime) -> Coverage:
    """What may be said to this patient about who is watching, at this moment, in their own time zone."""
    values = settings_of(patient.site_id)
    site_zone = ZoneInfo(patient.site.time_zone)
    rows = usable_hours(values.get(COVERED_HOURS))
    number = str(values.get(AFTER_HOURS_NUMBER) or "")
    who = "Your care team sees your answers. An answer about being better off dead, or about hurting yourself, goes "
    who += f"to a {ROLE_TITLES['prescriber'].lower()}, who talks with you about it."
    if rows is None:
        return Coverage(None, None, None, number, who, "Nobody is watching this page right now.")
    here, following = _present_and_next(rows, now, site_zone)
    zone = ZoneInfo(patient.time_zone)
    if here is not None:
        until = date_format(here.ends_at.astimezone(zone), "H:i")
        text = f"Someone at the clinic is on duty until {until}, but not on this page every minute."
        return Coverage(True, here.ends_at, None, number, who, text)
    text = "Nobody is watching right now."
    if following is not None:
        text += f" The clinic looks again on {date_format(following.starts_at.astimezone(zone), 'l j F, H:i')}."
    return Coverage(False, None, following.starts_at if following else None, number, who, text)


def _present_and_next(rows, now: datetime, zone: ZoneInfo) -> tuple[Period | None, Period | None]:
    first = now.astimezone(zone).date() - timedelta(days=1)
    found = periods(rows, first, zone)
    here = next((period for period in found if period.starts_at <= now < period.ends_at), None)
    return here, next((period for period in found if period.starts_at > now), None)


def due_at_for(site_id: int, due: str, now: datetime) -> datetime | None:
    """When a duty of this urgency falls due: the site's signed minutes, counted from the next covered minute.

    due: "now", "same_day" or "next_covered", as the triage table says it. None means now: nothing signed lets it wait.
    """
    values = settings_of(site_id)
    minutes = values.get(DUE_MINUTES[due])
    if minutes is None:
        return None
    here, following = _present_and_next(
        usable_hours(values.get(COVERED_HOURS)) or (), now, ZoneInfo(site(site_id).time_zone)
    )
    start = following.starts_at if here is None and following is not None else now
    return start + timedelta(minutes=int(minutes))
