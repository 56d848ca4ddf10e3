"""What a page costs: bytes and requests on a first view, and database queries that do not grow with the rows."""

import gzip
import re
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test.utils import CaptureQueriesContext

from factories import client_for, make_staff
from integration.treatment.treatment_people import T0, People
from limen.apps.measures.services import record_response, record_vital
from limen.apps.patients.services import link_user
from limen.apps.records import clock
from limen.apps.scheduling.services import book
from limen.apps.screening import services as screening
from limen.apps.signals.services import raise_signal
from limen.apps.therapy import services as therapy
from limen.apps.treatment import services as treatment

HTML, CSS, JS, TOTAL, REQUESTS = 30_000, 25_000, 40_000, 120_000, 10
SESSION_JS, SESSION_TOTAL = 65_000, 150_000
LINKED = re.compile(r'(?:<link[^>]+href|<script[^>]+src|<img[^>]+src)="(/static/[^"]+)"')
PHQ9 = {f"q{number}": 1 for number in range(1, 10)} | {"q9": 0}
GAD7 = {f"q{number}": 1 for number in range(1, 8)}
PUBLIC = ("/", "/help-now/", "/assessment/", "/definitions/", "/account/login/")
STAFF = {
    "prescriber": (
        "/home/",
        "/signals/",
        "/reviews/",
        "/board/",
        "/schedule/?day=2026-03-13",
        "/patients/",
        "/patients/?q=alex",
        "/programme/",
        "/referrals/",
        "/patients/{p}/",
        "/patients/{p}/onboarding/",
        "/patients/{p}/intake/",
        "/patients/{p}/eligibility/",
        "/patients/{p}/plan/",
        "/patients/{p}/review/",
        "/patients/{p}/orders/",
        "/patients/{p}/sessions/",
        "/patients/{p}/sessions/{s}/",
        "/patients/{p}/sessions/{s}/gate/",
        "/patients/{p}/measures/",
        "/patients/{p}/vitals/",
        "/patients/{p}/notes/",
        "/patients/{p}/details/",
    ),
    "admin": ("/site/staff/", "/site/settings/", "/site/audit/"),
    "patient": (
        "/my/",
        "/my/plan/",
        "/my/progress/",
        "/my/journal/",
        "/my/onboarding/",
        "/my/consents/",
        "/my/session/",
        "/my/record/",
    ),
}
ADDRESSES = [(role, path) for role, paths in STAFF.items() for path in paths]


class Ward:
    """People to look at: one patient with one of everything, until there is more of it."""

    def __init__(self, site) -> None:
        self.people = People(site)
        self.patient = self.people.patient
        self.users = {"prescriber": self.people.prescriber_user, "admin": make_staff(site, "admin", name="Ada Admin")}
        self.users["patient"] = make_staff(site, name="Alex Rivera", with_licence=False)
        link_user(self.patient, self.users["patient"], actor=self.people.prescriber)
        self.people.ordered()
        self.session = self.people.dosing()
        self.patient.refresh_from_db()
        self.rounds = 0
        self.add_to(self.patient)

    def address(self, path: str) -> str:
        return path.replace("{p}", str(self.patient.uid)).replace("{s}", str(self.session.uid))

    def add_to(self, patient) -> None:
        """One more of everything that piles up in a record."""
        self.rounds += 1
        monitor, prescriber = self.people.monitor, self.people.prescriber
        when = clock.now() - timedelta(days=self.rounds)
        for instrument_id, answers in (("phq-9", PHQ9), ("gad-7", GAD7)):
            record_response(
                patient=patient,
                instrument_id=instrument_id,
                answers=answers,
                completed_at=when,
                actor=monitor,
                entry_mode="clinician",
                purpose="follow_up",
            )
        record_vital(
            patient=patient,
            context="intake",
            occurred_at=when,
            actor=monitor,
            systolic_mmhg=124,
            diastolic_mmhg=80,
            heart_rate_bpm=70,
        )
        screening.record_trial(patient=patient, drug="sertraline", actor=prescriber)
        screening.record_medication(patient=patient, name="sertraline", dose_text="50 mg", actor=prescriber)
        therapy.save_note(
            patient=patient,
            kind="progress",
            occurred_on=when.date(),
            text="Spoke about sleep.",
            exercises="",
            actor=prescriber,
        )
        raise_signal(
            patient=patient,
            kind=f"kind-{self.rounds}",
            rule_pin="test@1",
            level="high",
            title="Look",
            finding="Seen",
            occurred_at=when,
            due_at=clock.now() + timedelta(hours=1),
            owner_role="prescriber",
            actor=monitor,
        )
        book(
            patient=patient,
            episode=None,
            kind="review",
            local_start=(T0 + timedelta(days=1, hours=self.rounds % 8)).replace(tzinfo=None),
            duration_min=30,
            place="clinic",
            actor=prescriber,
            allow_clash=True,
        )

    def watch(self) -> None:
        treatment.record_session_vital(
            self.session,
            actor=self.people.monitor,
            client_uid=uuid.uuid4(),
            systolic_mmhg=128,
            diastolic_mmhg=82,
            heart_rate_bpm=75,
            spo2_percent=97,
        )

    def grow(self) -> None:
        """More of everything, and more people who have it."""
        for _ in range(4):
            self.add_to(self.patient)
            self.watch()
        for name in ("Alexis", "Alexandra", "Alexander"):
            other = self.people.new_patient(name)
            self.people.ordered(other)
            self.people.dosing(other)
            self.add_to(other)
            self.add_to(other)


@pytest.fixture
def ward(site_scope):
    with clock.at(T0):
        yield Ward(site_scope)


def weigh(html: str) -> dict[str, int]:
    """Compressed bytes of a first view by kind, and its requests (the page, what it links, nothing twice)."""
    sizes = {"html": len(gzip.compress(html.encode())), "css": 0, "js": 0, "other": 0}
    linked = set(LINKED.findall(html))
    for address in linked:
        found = finders.find(address.removeprefix("/static/"))
        assert found, f"{address} is linked and does not exist"
        kind = address.rsplit(".", 1)[-1]
        sizes[kind if kind in sizes else "other"] += len(gzip.compress(Path(str(found)).read_bytes()))
    return {**sizes, "total": sum(sizes.values()), "requests": len(linked) + 1}


def too_heavy(path: str, html: str) -> list[str]:
    is_session = "/sessions/" in path or path.startswith(("/board/", "/my/session/"))
    most = {"html": HTML, "css": CSS, "js": SESSION_JS if is_session else JS, "requests": REQUESTS}
    most["total"] = SESSION_TOTAL if is_session else TOTAL
    weight = weigh(html)
    return [f"{path}: {name} {weight[name]}, at most {limit}" for name, limit in most.items() if weight[name] > limit]


@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_is_light(client, site, path):
    response = client.get(path)
    assert response.status_code == 200
    assert too_heavy(path, response.content.decode()) == []


def test_every_page_stays_within_its_bytes_with_a_full_record(ward):
    ward.grow()
    found = []
    for role, path in ADDRESSES:
        response = client_for(ward.users[role]).get(ward.address(path))
        assert response.status_code == 200, path
        found += too_heavy(path, response.content.decode())
    assert found == []


def count_queries(user, path: str) -> list[str]:
    client = client_for(user)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path)
    assert response.status_code == 200, path
    return [query["sql"] for query in queries.captured_queries]


def test_no_page_asks_the_database_more_often_because_there_are_more_rows(ward):
    few = {}
    for role, path in ADDRESSES:
        count_queries(ward.users[role], ward.address(path))  # fills the caches of the process
        few[role, path] = count_queries(ward.users[role], ward.address(path))
    ward.grow()
    grown = []
    for role, path in ADDRESSES:
        many = count_queries(ward.users[role], ward.address(path))
        if len(many) > len(few[role, path]):
            extra = _repeated(many, few[role, path])
            grown.append(f"{path}: {len(few[role, path])} queries, then {len(many)}; {extra}")
    assert grown == [], "\n".join(grown)


def _repeated(many: list[str], few: list[str]) -> str:
    """Which table is asked more often than before."""
    tables = [match.group(1) for sql in many if (match := re.search(r'FROM "(\w+)"', sql))]
    before = [match.group(1) for sql in few if (match := re.search(r'FROM "(\w+)"', sql))]
    more = {table: tables.count(table) - before.count(table) for table in dict.fromkeys(tables)}
    return ", ".join(f"{table} +{count}" for table, count in more.items() if count > 0)


def test_a_poll_of_the_board_that_brings_nothing_new_asks_little_and_sends_nothing(ward):
    client = client_for(ward.users["prescriber"])
    first = client.get("/board/fragment/")
    with CaptureQueriesContext(connection) as queries:
        again = client.get("/board/fragment/", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert len(queries) <= 12
    assert not [query for query in queries.captured_queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
