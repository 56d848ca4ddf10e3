"""What the events of a session say, read through the pure core."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Max

from limen.apps.accounts import selectors as accounts
from limen.apps.records import clock, knowledge
from limen.apps.records.knowledge import split_pin
from limen.apps.treatment.models import AdverseEvent, DosingSession, SessionEvent
from limen.clinical import protocols as core
from limen.clinical.definitions.protocol import ObservationRule, Protocol, parse_protocol

LIVE_PHASES = ("checking_in", "ready", "dosing", "recovering", "held")
# A phone's clock may be a little off; what is written down within this is taken as written at once.
LIVE_WITHIN = timedelta(minutes=2)


def core_event(row: SessionEvent) -> core.SessionEvent:
    return core.SessionEvent(
        uid=str(row.uid),
        kind=row.kind,
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        entry_mode=row.entry_mode,
        payload=row.payload,
    )


def events_of(session: DosingSession) -> list[SessionEvent]:
    """Every event, in the order it was written down."""
    return list(SessionEvent.objects.filter(session=session).select_related("recorded_by").order_by("id"))


def state_from(rows: Iterable[SessionEvent]) -> core.SessionState:
    return core.derive_state(core_event(row) for row in rows)


def rows_of(session: DosingSession) -> list[SessionEvent]:
    """The bare events, without who wrote them: all that a state is derived from."""
    return list(SessionEvent.objects.filter(session=session).order_by("id"))


def state_of(session: DosingSession) -> core.SessionState:
    """What the session's events add up to now."""
    return state_from(rows_of(session))


def live_session(patient) -> DosingSession | None:
    """The patient's session that is open now; the latest when there are two."""
    rows = DosingSession.objects.filter(patient=patient).exclude(phase="ended")
    return (
        rows.select_related("patient__site", "room", "monitor", "order", "plan").order_by("-opened_at", "-id").first()
    )


def sessions_of(patient) -> list[DosingSession]:
    """All sessions of a patient, newest first."""
    rows = DosingSession.objects.filter(patient=patient).select_related("room", "monitor", "order", "visit")
    return list(rows.prefetch_related("administrations").order_by("-opened_at", "-id"))


def session_counts(patient) -> dict[str, int]:
    """How many sessions were opened, how many had a dose, how many ended by the discharge gate."""
    rows = list(DosingSession.objects.filter(patient=patient).values_list("dose_started_at", "ending"))
    return {
        "opened": len(rows),
        "dosed": sum(started is not None for started, _ in rows),
        "discharged": sum(ending == "discharged" for _, ending in rows),
    }


def adverse_events(patient) -> list[AdverseEvent]:
    """Adverse events that stand, newest first."""
    rows = AdverseEvent.objects.filter(patient=patient).current().select_related("session", "recorded_by")
    return list(rows.order_by("-started_at", "-id"))


def protocol_of(session: DosingSession) -> Protocol | None:
    """The protocol whose observation times this session follows: its plan's own, else one of its route and place."""
    if session.plan_id is not None and session.plan is not None:
        identifier, version = split_pin(session.plan.protocol_pin)
        return knowledge.load("protocols", identifier, version or None, parse_protocol)
    for identifier in knowledge.identifiers("protocols"):
        protocol = knowledge.load("protocols", identifier, None, parse_protocol)
        if (protocol.route, protocol.place) == (session.route, session.place):
            return protocol
    return None


def cadence_of(session: DosingSession) -> tuple[ObservationRule, ...]:
    protocol = protocol_of(session)
    return protocol.cadence if protocol is not None else ()


def interval_min(rule: ObservationRule, settings: dict) -> float | None:
    """Minutes between two readings that this rule asks for; None when the site has not said."""
    return settings.get(rule.interval_setting) if rule.interval_setting else None


def site_settings(session: DosingSession) -> dict:
    return accounts.settings_of(session.site_id)


def newest_event_id(site_id: int) -> int:
    return SessionEvent.objects.filter(site_id=site_id).aggregate(newest=Max("id"))["newest"] or 0


def local_day(moment: datetime, time_zone: str) -> date:
    return moment.astimezone(ZoneInfo(time_zone)).date()


def entry_mode_for(occurred_at: datetime | None) -> str:
    """ "live" when it is written down as it happens, else "back_filled"."""
    if occurred_at is None or clock.now() - occurred_at <= LIVE_WITHIN:
        return "live"
    return "back_filled"
