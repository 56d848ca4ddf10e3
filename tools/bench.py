"""`python3 dev bench`: milliseconds, queries and bytes of the pages, on a fresh demo clinic, with the machine."""

import gzip
import os
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

RUNS = 30
ROOT = Path(__file__).resolve().parents[1]


def start() -> None:
    folder = tempfile.mkdtemp(prefix="limen-bench-")
    os.environ["LIMEN_DEMO_FOLDER"] = folder
    os.environ["DJANGO_SETTINGS_MODULE"] = "limen.config.settings.demo"
    sys.path.insert(0, str(ROOT / "src"))
    from limen.config.commands.demo import build

    began = time.monotonic()
    build(Path(folder), Path(folder) / "stamp.json")
    print(f"\ndemo clinic filled in {time.monotonic() - began:.1f} s")


def browser(email: str):
    from django.test import Client

    from limen.apps.accounts.models import User

    client = Client(SERVER_NAME="localhost")
    user = User.objects.get(email=email)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["account_authentication_methods"] = [{"method": "demo", "at": time.time()}]
    session.save()
    return client


def someone(role: str) -> str:
    from limen.apps.accounts.models import Membership

    return Membership.objects.filter(role=role, user__is_active=True).order_by("id").first().user.email


def busiest_patient():
    from django.db.models import Count
    from django_scopes import scopes_disabled

    from limen.apps.measures.models import Response
    from limen.apps.patients.models import Patient

    with scopes_disabled():
        top = Response.objects.values("patient").annotate(n=Count("id")).order_by("-n").first()
        return Patient.objects.select_related("site").get(pk=top["patient"])


def pages() -> list[tuple[str, str, str]]:
    from limen.apps.accounts.models import Membership

    patient = busiest_patient()
    members = Membership.objects.filter(site=patient.site, user__is_active=True)
    prescriber = members.filter(role="prescriber").first().user.email
    monitor = members.filter(role="monitor").first().user.email
    lead = members.filter(role="lead").first().user.email
    at = f"/patients/{patient.uid}/"
    return [
        ("home (public)", "", "/"),
        ("how it works", "", "/how-it-works/"),
        ("staff home", prescriber, "/home/"),
        ("patients", prescriber, "/patients/"),
        ("chart", prescriber, at),
        ("measures with charts", prescriber, at + "measures/"),
        ("plan", prescriber, at + "plan/"),
        ("eligibility", prescriber, at + "eligibility/"),
        ("signals", prescriber, "/signals/"),
        ("board", monitor, "/board/"),
        ("programme", lead, "/programme/"),
    ]


def measure(email: str, path: str) -> tuple[float, float, int, int, int]:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = browser(email) if email else Client(SERVER_NAME="localhost")
    response = client.get(path)
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        client.get(path)
        times.append((time.perf_counter() - began) * 1000)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(path)
    size = len(gzip.compress(response.content, 6))
    return statistics.median(times), max(times), len(queries), size, response.status_code


def main() -> int:
    start()
    print(f"{platform.python_implementation()} {platform.python_version()}, {platform.machine()}, "
          f"{os.cpu_count()} processors, {platform.system()}; {RUNS} runs a page, in process\n")  # fmt: skip
    print(f"{'page':<24}{'median ms':>10}{'max ms':>9}{'queries':>9}{'HTML gz kB':>12}{'status':>8}")
    for name, email, path in pages():
        median, worst, queries, size, status = measure(email, path)
        print(f"{name:<24}{median:>10.1f}{worst:>9.1f}{queries:>9}{size / 1000:>12.1f}{status:>8}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
