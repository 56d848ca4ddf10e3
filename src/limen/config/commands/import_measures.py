"""limen import measures FILE.csv: answer sets from elsewhere. One bad row and nothing is imported."""

import csv
import io
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from limen.config.console import CommandError, progress, start_django

COLUMNS = ("patient_uid", "instrument", "completed_at", "answers")
MOST_ERRORS_SHOWN = 200
DESCRIPTION = """Import finished questionnaires.

Columns (UTF-8, comma separated, first row the names):
  patient_uid    the record number of a patient (of --site, when one is named)
  instrument     for example phq-9
  completed_at   ISO 8601 with its zone, for example 2026-03-08T09:30:00-05:00
  answers        whole numbers in questionnaire order, separated by spaces; '-' for a missing answer

A file with a bad row imports nothing; every bad row is listed with its line, column and reason.
"""


@dataclass(frozen=True)
class Problem:
    line: int
    column: str
    reason: str


@dataclass(frozen=True)
class Row:
    line: int
    patient: Any
    instrument_id: str
    completed_at: datetime
    answers: dict[str, int | None]


def add(verbs) -> None:
    import argparse

    parser = verbs.add_parser(
        "import",
        help="import measures from a CSV file",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="example: limen import measures answers.csv --dry-run",
    )
    parser.add_argument("what", choices=["measures"])
    parser.add_argument("file", type=Path)
    parser.add_argument("--site", default="", help="refuse patients of any other site than this one")
    parser.add_argument("--dry-run", action="store_true", help="check the whole file, import nothing")
    parser.set_defaults(run=run)


def read_text(path: Path) -> str:
    if not path.is_file():
        raise CommandError(f"There is no file {path}.")
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CommandError(f"{path} is not UTF-8 (byte {error.start}). Save it as UTF-8 and try again.") from error


def run(options) -> int:
    start_django()
    site_id = _site_id(options.site) if options.site else None
    rows, problems = check(read_text(options.file), site_id)
    if problems:
        return refuse(problems)
    if options.dry_run:
        print(f"{len(rows)} rows are good. Nothing was imported (dry run).")
        return 0
    save(rows)
    print(f"{len(rows)} rows imported.")
    return 0


def _site_id(slug: str) -> int:
    from limen.apps.accounts.models import Site

    site = Site.objects.filter(slug=slug).first()
    if site is None:
        known = ", ".join(Site.objects.order_by("slug").values_list("slug", flat=True)) or "none yet"
        raise CommandError(f"There is no site '{slug}'. Known: {known}.")
    return site.pk


def refuse(problems: list[Problem]) -> int:
    import sys

    print(f"Nothing was imported: {len(problems)} problems.", file=sys.stderr)
    for problem in problems[:MOST_ERRORS_SHOWN]:
        print(f"  line {problem.line}, {problem.column}: {problem.reason}", file=sys.stderr)
    if len(problems) > MOST_ERRORS_SHOWN:
        print(f"  … and {len(problems) - MOST_ERRORS_SHOWN} more", file=sys.stderr)
    return 2


def check(text: str, site_id: int | None) -> tuple[list[Row], list[Problem]]:
    """Every row read and judged before anything is saved. site_id: accept this site's patients only; None: any."""
    reader = csv.DictReader(io.StringIO(text))
    if reader.fieldnames is None or set(COLUMNS) - set(reader.fieldnames):
        missing = sorted(set(COLUMNS) - set(reader.fieldnames or ()))
        return [], [Problem(1, "header", f"missing column: {', '.join(missing)}. Needed: {', '.join(COLUMNS)}")]
    rows: list[Row] = []
    problems: list[Problem] = []
    seen: dict[tuple, int] = {}
    for number, raw in enumerate(reader, start=2):
        found = [problem for problem in (_bad_shape(number, raw),) if problem]
        row = None if found else _row(number, raw, site_id, found)
        if row is not None:
            key = (row.patient, row.instrument_id, row.completed_at)
            if key in seen:
                found.append(Problem(number, "completed_at", f"the same form is already on line {seen[key]}"))
            seen.setdefault(key, number)
            rows.append(row)
        problems += found
    if not rows and not problems:
        problems.append(Problem(1, "file", "there are no rows below the header"))
    return rows, problems


def _bad_shape(number: int, raw: dict) -> Problem | None:
    if None in raw or any(value is None for value in raw.values()):
        return Problem(number, "row", "the number of cells differs from the header")
    return None


def _row(number: int, raw: dict, site_id: int | None, found: list[Problem]) -> Row | None:
    patient = _patient(number, raw["patient_uid"].strip(), site_id, found)
    completed_at = _moment(number, raw["completed_at"].strip(), found)
    answers = _answers(number, raw["instrument"].strip(), raw["answers"], found)
    if patient is None or completed_at is None or answers is None:
        return None
    return Row(number, patient, raw["instrument"].strip(), completed_at, answers)


def _patient(number: int, text: str, site_id: int | None, found: list[Problem]):
    from limen.apps.patients.selectors import patient_at_any_site

    try:
        uid = UUID(text)
    except ValueError:
        found.append(Problem(number, "patient_uid", f"'{text}' is not a record number"))
        return None
    patient = patient_at_any_site(uid)
    if patient is None or site_id not in (None, patient.site_id):
        where = "" if site_id is None else " of this site"
        found.append(Problem(number, "patient_uid", f"no patient{where} has the record number {text}"))
        return None
    return patient


def _moment(number: int, text: str, found: list[Problem]) -> datetime | None:
    from limen.apps.records import clock

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        found.append(Problem(number, "completed_at", f"'{text}' is not an ISO 8601 time"))
        return None
    if moment.tzinfo is None:
        found.append(Problem(number, "completed_at", f"'{text}' has no zone; add one, such as -05:00 or Z"))
        return None
    if moment > clock.now():
        found.append(Problem(number, "completed_at", f"'{text}' is in the future"))
        return None
    return moment


def _answers(number: int, identifier: str, text: str, found: list[Problem]) -> dict[str, int | None] | None:
    from limen.clinical.instruments import InvalidAnswer, score
    from limen.config.commands.score import load, parse_answers

    try:
        instrument = load(identifier)
    except CommandError as error:
        found.append(Problem(number, "instrument", str(error)))
        return None
    try:
        answers = parse_answers(instrument, ",".join(text.split()))
        result = score(instrument, answers)
    except (CommandError, InvalidAnswer) as error:
        found.append(Problem(number, "answers", str(error)))
        return None
    if result.total is None:
        found.append(Problem(number, "answers", f"no score: {result.reason}"))
        return None
    return answers


def save(rows: list[Row]) -> None:
    """All rows in one transaction, each within its patient's site."""
    from django_scopes import scope

    from limen.apps.measures.services import record_response
    from limen.apps.records.actor import system
    from limen.apps.records.acts import act

    actor = system("limen import measures")
    with act("measures.import", actor=actor):
        for done, row in enumerate(rows, start=1):
            with scope(site=row.patient.site_id):
                record_response(
                    patient=row.patient,
                    instrument_id=row.instrument_id,
                    answers=row.answers,
                    completed_at=row.completed_at,
                    actor=actor,
                    entry_mode="import",
                )
            progress(done, len(rows), "Importing")
