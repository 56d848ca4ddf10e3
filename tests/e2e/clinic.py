"""A clinic for the browser tests: a server, a site with signed settings, its people, a time that can be moved on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread
from django_scopes import scope

from factories import SYSTEM, actor_of, authentication, make_site, make_staff, set_settings
from limen.apps.accounts.models import Site, User
from limen.apps.accounts.selectors import setting_catalogue
from limen.apps.accounts.services import go_live
from limen.apps.records import clock
from limen.apps.scheduling.services import add_room

EVERY_DAY = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Values a medical director might sign; made for these tests, no advice.
SETTINGS = {
    "gate.systolic_max_mmhg": 150,
    "gate.diastolic_max_mmhg": 95,
    "gate.heart_rate_max_per_min": 110,
    "gate.heart_rate_min_per_min": 45,
    "gate.spo2_min_percent": 94,
    "gate.pregnancy_max_age_hours": 168,
    "gate.fasting_food_hours.iv": 4,
    "gate.fasting_liquid_min.iv": 120,
    "dose.iv.cap_mg": "80",
    "dose.iv.soft_mg": "60",
    "dose.iv.cap_mg_per_kg": "1",
    "dose.iv.soft_mg_per_kg": "0.8",
    "dose.iv.day_cap_mg": "80",
    "session.vitals_interval_min.iv": 10,
    "session.recovery_vitals_interval_min.iv": 15,
    "session.sedation_interval_min.iv": 30,
    "session.observation_early_min": 3,
    "session.spo2_low_percent": 92,
    "session.systolic_high_mmhg": 180,
    "session.diastolic_high_mmhg": 110,
    "session.impaired_until": "recovery",
    "discharge.min_minutes.iv": 90,
    "coverage.hours": [{"day": day, "opens": "00:00", "closes": "23:59"} for day in EVERY_DAY],
    "contact.after_hours_number": "555-0199",
    "contact.programme": "555-0100",
    "contact.emergency_number": "555-0911",
    "contact.next_day_call_hours": 36,
    "signal.due_min.now": 15,
    "signal.due_min.same_day": 240,
    "signal.due_min.next_covered": 720,
    "signal.escalate_min": 30,
    "home.routes_signed": ["sl"],
    "triage.lower_tiers": [
        {"level": "moderate", "any_yes": "q3 q6", "due": "same_day"},
        {"level": "low", "any_yes": "q1 q2", "due": "next_covered"},
    ],
    "outcome.phq9_remission": "below-5",
    "outcome.gad7_remission": "below-5",
    "consent.valid_days": 365,
    "visit.duration_min.preparation": 60,
    "visit.duration_min.integration": 50,
    "visit.duration_min.review": 30,
    "visit.duration_min.dosing.iv": 180,
    "public.served_places": ["NY"],
    "public.cost_statement": "600 dollars a session. Insurers rarely pay for this.",
    "public.clinical_reviewer": "Dr Imani Reviewer, NY licence",
}
STAFF = {
    "coordinator": ("coordinator", "Cora Coordinator"),
    "prescriber": ("prescriber", "Priya Prescriber"),
    "monitor": ("monitor", "Moses Monitor"),
    "therapist": ("therapist", "Thea Therapist"),
    "director": ("medical_director", "Dario Director"),
    "lead": ("lead", "Lena Lead"),
    "admin": ("admin", "Ada Admin"),
    "auditor": ("auditor", "Aldo Auditor"),
}


class Hours:
    """The clinic's time: the real one, moved on by what the walk has waited for."""

    def __init__(self) -> None:
        self.passed = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.passed

    def wait(self, **duration: float) -> None:
        self.passed += timedelta(**duration)

    @contextmanager
    def running(self) -> Iterator[None]:
        with clock.at(self.now()):
            yield


class ClinicServer:
    """The site of the tests on a port of its own; every request happens at the clinic's time."""

    def __init__(self, hours: Hours) -> None:
        class AtClinicTime(StaticFilesHandler):
            def __call__(self, environ, start_response):
                with hours.running():
                    return super().__call__(environ, start_response)

        self.thread = LiveServerThread("localhost", static_handler=AtClinicTime, connections_override={})
        self.thread.daemon = True

    def __enter__(self) -> "ClinicServer":
        self.thread.start()
        self.thread.is_ready.wait()
        if self.thread.error:
            raise self.thread.error
        return self

    def __exit__(self, *problem) -> None:
        self.thread.terminate()

    @property
    def url(self) -> str:
        return f"http://localhost:{self.thread.port}"


@dataclass
class Clinic:
    """What the browser tests know of the clinic."""

    url: str
    hours: Hours
    site: Site
    staff: dict[str, User] = field(default_factory=dict)

    def actor(self, role: str):
        return actor_of(self.staff[role])

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Inside, the test itself reads and writes as this site, at the clinic's time."""
        with self.hours.running(), scope(site=self.site.pk):
            yield

    def session_cookie(self, user: User) -> dict:
        """The cookie of a sign-in that used a passkey this minute."""
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        at = self.hours.now().timestamp()
        session["account_authentication_methods"] = [{"method": "mfa", "type": "webauthn", "at": at}]
        session.save()
        return {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": self.url}


def settings_to_sign() -> dict:
    """Every setting a site must sign before it may open: those above, and any accepted value for other routes."""
    return {key: SETTINGS[key] if key in SETTINGS else _any_value(row) for key, row in setting_catalogue().items()}


def _any_value(row):
    if row.kind == "choice":
        return row.choices[0].key
    if row.kind == "text":
        return "stated"
    if row.default is not None:
        return row.default
    return str(row.minimum) if row.kind == "decimal" else int(row.minimum)


def open_clinic(url: str, hours: Hours) -> Clinic:
    """One site that is open: settings signed, licences in date, rooms, all roles."""
    with hours.running():
        site = make_site("Riverside")
        clinic = Clinic(url, hours, site)
        for key, (role, name) in STAFF.items():
            clinic.staff[key] = make_staff(site, role, name=name)
        with scope(site=site.pk):
            values = settings_to_sign()
            set_settings(site, **{key.replace(".", "__"): value for key, value in values.items()})
            director = clinic.actor("director")
            go_live(site, reason="Checked", actor=director, authentication=authentication())
            for name in ("Room 1", "Room 2"):
                add_room(site=site, name=name, actor=SYSTEM)
    return clinic
