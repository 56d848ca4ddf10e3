"""limen export patient UID: everything recorded about one patient, as one JSON document."""

import json
import os
import sys
from pathlib import Path
from uuid import UUID

from limen.config.console import CommandError, start_django

FORMAT = "limen-patient-export/1"


def add(verbs) -> None:
    parser = verbs.add_parser(
        "export",
        help="export everything recorded about one patient",
        epilog="example: limen export patient 018f2f7e-0000-7000-8000-000000000000 --out record.json",
    )
    parser.add_argument("what", choices=["patient"])
    parser.add_argument("uid")
    parser.add_argument("--out", type=Path, help="write to this file instead of standard output")
    parser.add_argument("--reason", default="export on request", help="kept in the audit trail")
    parser.set_defaults(run=run)


def run(options) -> int:
    try:
        uid = UUID(options.uid)
    except ValueError as error:
        raise CommandError(f"'{options.uid}' is not a record number.") from error
    if options.out and options.out.exists():
        raise CommandError(f"{options.out} exists already; choose another name.")
    start_django()
    from limen.apps.patients.selectors import patient_at_any_site

    patient = patient_at_any_site(uid)
    if patient is None:
        raise CommandError(f"No patient has the record number {uid}.")
    document = export(patient, reason=options.reason)
    text = json.dumps(document, indent=1, default=str, ensure_ascii=False)
    if options.out:
        # A patient's whole record: readable by its owner alone.
        with os.fdopen(
            os.open(options.out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
        ) as file:
            file.write(text + "\n")
        print(f"Wrote {options.out}: {sum(len(rows) for rows in document['records'].values())} rows.", file=sys.stderr)
    else:
        print(text)
    return 0


def export(patient, *, reason: str) -> dict:
    """The document: the patient, every row about them by table, the timeline and who saw the record.

    The private journal is not in it: its words are exported by the patient, from their own page. What is restricted
    about pregnancy is not in it either (SR-51); the document says so.
    """
    from django.apps import apps
    from django_scopes import scope

    from limen.apps.records import clock
    from limen.apps.records.actor import system
    from limen.apps.records.acts import act
    from limen.apps.records.models import PatientFact, PatientRecord, content_of
    from limen.apps.records.selectors import audit_events, timeline

    def shown(row) -> dict:
        return {"uid": row.uid, "version": getattr(row, "version", 1), **_open_content(row, content_of(row))}

    with act("patient.export", actor=system("limen export", patient.site_id), patient=patient, reason=reason):
        with scope(site=patient.site_id):
            models = [m for m in apps.get_models() if issubclass(m, (PatientFact, PatientRecord))]
            records = {
                m._meta.label: [
                    shown(row) for row in m.objects.filter(patient=patient).order_by("id") if not _is_restricted(row)
                ]
                for m in models
            }
            story = [
                {"at": entry.occurred_at, "kind": entry.kind, "summary": entry.summary, "by": entry.recorded_by_name}
                for entry in timeline(patient, limit=100_000)
            ]
        names = ("at", "actor_name", "roles", "action", "outcome", "reason")
        seen = [{name: getattr(event, name) for name in names} for event in audit_events(patient_uid=patient.uid)]
    return {
        "format": FORMAT,
        "made_at": clock.now(),
        "left_out": ["the private journal", "what is restricted under SR-51"],
        "patient": shown(patient),
        "records": {label: rows for label, rows in records.items() if rows},
        "timeline": story,
        "who_saw": seen,
    }


def _is_restricted(row) -> bool:
    """A row that says something about pregnancy and nothing else."""
    from limen.apps.screening.selectors import PREGNANCY_FACTS
    from limen.apps.treatment.selectors.gates import RESTRICTED

    marks = (getattr(row, "code", ""), getattr(row, "key", ""), getattr(row, "line_id", ""))
    return getattr(row, "is_restricted", False) or bool((PREGNANCY_FACTS | RESTRICTED) & set(marks))


def _open_content(row, content: dict) -> dict:
    """The content without the parts about pregnancy that lie inside it."""
    from limen.apps.screening.selectors import PREGNANCY_FACTS
    from limen.apps.treatment.selectors.gates import RESTRICTED

    found = {name: value for name, value in content.items() if name not in PREGNANCY_FACTS}
    if row._meta.label_lower == "screening.eligibilityassessment":
        found["inputs"] = _open_inputs(found["inputs"], PREGNANCY_FACTS)
        found["results"] = _open_results(found["results"], PREGNANCY_FACTS)
    if row._meta.label_lower == "treatment.sessionevent":
        found["payload"] = {
            key: {k: v for k, v in part.items() if k not in RESTRICTED} if isinstance(part, dict) else part
            for key, part in found["payload"].items()
        }
    return found


def _open_inputs(text: str, names: frozenset[str]) -> dict:
    kept = json.loads(text)
    return kept | {"facts": {name: fact for name, fact in kept["facts"].items() if name not in names}}


def _open_results(text: str, names: frozenset[str]) -> dict:
    def touches(result: dict) -> bool:
        return bool(names & ({item["name"] for item in result["inputs"]} | set(result["missing"])))

    kept = json.loads(text)
    return kept | {"results": [result for result in kept["results"] if not touches(result)]}
