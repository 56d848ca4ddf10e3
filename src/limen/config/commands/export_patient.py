"""limen export patient UID: everything recorded about one patient, as one JSON document."""

import json
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
        options.out.write_text(text + "\n", encoding="utf-8")
        print(f"Wrote {options.out}: {sum(len(rows) for rows in document['records'].values())} rows.", file=sys.stderr)
    else:
        print(text)
    return 0


def export(patient, *, reason: str) -> dict:
    """The document: the patient, every row about them by table, the timeline and who saw the record.

    The private journal is not in it: its words are exported by the patient, from their own page.
    """
    from django.apps import apps
    from django_scopes import scope

    from limen.apps.records import clock
    from limen.apps.records.actor import system
    from limen.apps.records.acts import act
    from limen.apps.records.models import PatientFact, PatientRecord, content_of
    from limen.apps.records.selectors import audit_events, timeline

    def shown(row) -> dict:
        return {"uid": row.uid, "version": getattr(row, "version", 1), **content_of(row)}

    with act("patient.export", actor=system("limen export", patient.site_id), patient=patient, reason=reason):
        with scope(site=patient.site_id):
            models = [m for m in apps.get_models() if issubclass(m, (PatientFact, PatientRecord))]
            records = {
                m._meta.label: [shown(row) for row in m.objects.filter(patient=patient).order_by("id")] for m in models
            }
            story = [
                {"at": entry.occurred_at, "kind": entry.kind, "summary": entry.summary, "by": entry.recorded_by_name}
                for entry in timeline(patient, limit=100_000)
            ]
        seen = list(
            audit_events(patient_uid=patient.uid).values("at", "actor_name", "roles", "action", "outcome", "reason")
        )
    return {
        "format": FORMAT,
        "made_at": clock.now(),
        "patient": shown(patient),
        "records": {label: rows for label, rows in records.items() if rows},
        "timeline": story,
        "who_saw": seen,
    }
