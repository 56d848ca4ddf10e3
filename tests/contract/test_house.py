"""The house as it is built: imports, table classes, triggers, and no second way to write."""

import re
import subprocess
import sys
from pathlib import Path

import grimp
import pytest
from django.apps import apps

from limen.apps.records import triggers

ROOT = Path(__file__).resolve().parents[2]
CLASSES = {"fact", "record", "pin", "working", "patient-owned"}
OWN_MODELS = [m for m in apps.get_models() if m.__module__.startswith("limen.")]


def test_import_contracts_are_kept():
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-3000:]


def test_pages_and_services_never_import_another_apps_models():
    """Sideways calls go through services and selectors; services may name the classes they write."""
    graph = grimp.build_graph("limen")
    foreign = []
    for module in graph.find_descendants("limen.apps"):
        parts = module.split(".")
        if len(parts) < 4 or parts[3] not in ("views", "urls"):
            continue
        for imported in graph.find_modules_directly_imported_by(module):
            target = imported.split(".")
            if target[:2] == ["limen", "apps"] and len(target) > 3 and target[3] == "models" and target[2] != parts[2]:
                foreign.append(f"{module} -> {imported}")
    assert foreign == []


@pytest.mark.parametrize("model", OWN_MODELS, ids=lambda m: m._meta.label)
def test_every_table_names_its_class(model):
    assert getattr(model, "table_class", None) in CLASSES


@pytest.mark.django_db
def test_every_append_only_table_has_its_trigger():
    assert triggers.append_only_models(), "no append-only model was found at all"
    assert triggers.missing() == []


def test_core_reads_no_clock_and_opens_no_file():
    banned = re.compile(r"datetime\.now\(|date\.today\(|time\.time\(|\bopen\(|read_text\(|importlib\.resources")
    hits = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for folder in ("clinical", "charts")
        for path in (ROOT / "src/limen" / folder).rglob("*.py")
        for line in path.read_text().splitlines()
        if banned.search(line)
    ]
    assert hits == []


def test_scoring_never_loads_heavy_libraries():
    """Import-time budget: a page that only scores a questionnaire loads no SciPy, numba, DuckDB or Ibis."""
    code = (
        "import sys; import limen.clinical.instruments, limen.clinical.definitions.instrument; "
        "print([m for m in ('scipy','numpy','numba','duckdb','ibis','django') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={"PYTHONPATH": "src"}, cwd=ROOT
    )
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_locks_pin_hashes_and_hold_no_addresses():
    for name in ("requirements.lock", "requirements-test.lock"):
        text = (ROOT / name).read_text()
        assert "--hash=sha256:" in text
        assert "http" not in text
