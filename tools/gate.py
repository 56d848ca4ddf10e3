"""The gate behind `python3 dev test|check|lint|bench`: every step is run, then one closing line with counts."""

import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
TEST_SETTINGS = {"DJANGO_SETTINGS_MODULE": "limen.config.settings.test"}
COUNTS = re.compile(r"(\d+) (passed|failed|skipped|error|errors|xfailed|xpassed|deselected)")


@dataclass
class Result:
    name: str
    code: int
    seconds: float
    counts: dict[str, int]


def tool(name: str) -> str:
    return str(BIN / name)


STATIC_STEPS = [
    ("format", [tool("ruff"), "format", "--check", "--quiet", "src", "tests", "tools", "dev"]),
    ("lint", [tool("ruff"), "check", "--quiet", "src", "tests", "tools", "dev"]),
    ("types", [tool("mypy"), "src/limen"]),
    ("contracts", [tool("lint-imports"), "--no-logo"]),
    ("migrations", [sys.executable, "-m", "django", "makemigrations", "--check", "--dry-run"]),
    ("digests", [sys.executable, "-m", "pytest", "-q", "tests/contract/test_digests.py"]),
]


def run_step(name: str, command: list[str], environment: dict[str, str] | None = None) -> Result:
    began = time.monotonic()
    print(f"── {name}", flush=True)
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **TEST_SETTINGS, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines = []
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line)
        print(line, end="", flush=True)
    code = process.wait()
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for number, word in COUNTS.findall("".join(lines[-3:])):
        key = "failed" if word.startswith("error") else word
        counts[key] = counts.get(key, 0) + int(number)
    seconds = time.monotonic() - began
    print(f"   {name}: {'ok' if code == 0 else f'FAILED ({code})'} in {seconds:.1f} s\n", flush=True)
    return Result(name, code, seconds, counts)


def postgres_answers() -> bool:
    probe = "import psycopg; psycopg.connect(dbname='postgres', connect_timeout=3).close()"
    return subprocess.run([sys.executable, "-c", probe], capture_output=True).returncode == 0


def chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("LIMEN_CHROMIUM") or next((found for n in names if (found := shutil.which(n))), None)


def pytest_steps(extra: list[str]) -> list[tuple[str, list[str], dict[str, str]]]:
    workers = ["-n", str(min(os.cpu_count() or 1, 4))]
    base = [sys.executable, "-m", "pytest", "-q", *extra]
    if "--long" in extra:
        os.environ["LIMEN_LONG"] = "1"  # the whole number of cases, where a test samples them
    has_postgres, browser = postgres_answers(), chromium()
    must_have_all = os.environ.get("LIMEN_REQUIRE_ALL") == "1"
    steps = [("tests (SQLite)", [*base, *workers, "--ignore=tests/e2e", "tests"], {})]
    database_tests = ["tests/integration", "tests/contract"]
    if has_postgres:
        steps.append(("tests (PostgreSQL)", [*base, *workers, *database_tests], {"LIMEN_TEST_DATABASE": "postgres"}))
    else:
        print("PostgreSQL does not answer: its tests are skipped.", flush=True)
    if browser:
        steps.append(("Chromium (SQLite)", [*base, "tests/e2e"], {}))
        if has_postgres:
            steps.append(("Chromium (PostgreSQL)", [*base, "tests/e2e"], {"LIMEN_TEST_DATABASE": "postgres"}))
    else:
        print("No Chromium found: the browser tests are skipped.", flush=True)
    if must_have_all and not (has_postgres and browser):
        raise SystemExit("LIMEN_REQUIRE_ALL=1, but PostgreSQL or Chromium is missing.")
    return [step for step in steps if (ROOT / step[1][-1]).exists()]


def report(results: list[Result]) -> int:
    totals = {"passed": 0, "failed": 0, "skipped": 0}
    for result in results:
        for key in totals:
            totals[key] += result.counts[key]
    broken = [r.name for r in results if r.code]
    totals["failed"] += sum(1 for r in results if r.code and not r.counts["failed"])
    for result in results:
        print(f"{'ok    ' if not result.code else 'FAILED'} {result.seconds:7.1f} s  {result.name}")
    if broken:
        print(f"\nNot green: {', '.join(broken)}.")
    print(f"{totals['passed']} passed, {totals['failed']} failed, {totals['skipped']} skipped")
    return 1 if broken else 0


def main(verb: str, rest: list[str]) -> int:
    os.chdir(ROOT)
    if verb == "lint":
        subprocess.run([tool("ruff"), "check", "--fix", "src", "tests", "tools", "dev"])
        return subprocess.run([tool("ruff"), "format", "src", "tests", "tools", "dev"]).returncode
    if verb == "bench":
        return subprocess.run([sys.executable, "tools/bench.py", *rest]).returncode
    results = [run_step(name, command) for name, command in STATIC_STEPS]
    if verb == "test":
        results += [run_step(*step) for step in pytest_steps(rest)]
    return report(results)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], sys.argv[2:]))
