"""The command line: clear answers, clear refusals, nothing half-imported."""

import json

import pytest
from django_scopes import scope

from factories import make_patient, make_site
from limen.apps.measures.models import Response
from limen.apps.records.models import AuditEvent
from limen.config.cli import main

pytestmark = pytest.mark.django_db
HEADER = "patient_uid,instrument,completed_at,answers\n"


@pytest.fixture
def clinic():
    site = make_site("Riverside")
    with scope(site=site.pk):
        patient = make_patient(site)
    return site, patient


def write(tmp_path, *lines, encoding="utf-8"):
    path = tmp_path / "answers.csv"
    path.write_bytes((HEADER + "\n".join(lines) + "\n").encode(encoding))
    return str(path)


def responses(site):
    with scope(site=site.pk):
        return list(Response.objects.order_by("id"))


@pytest.mark.parametrize(
    ("instrument", "answers", "total"),
    [
        ("phq-9", "0,0,0,0,0,0,0,0,0", "PHQ-9: 0"),
        ("phq-9", "3,3,3,3,3,3,3,3,3", "PHQ-9: 27 (Severe)"),
        ("gad-7", "1,1,1,1,1,1,1", "GAD-7: 7 (Mild)"),
        ("phq-2", "3,2", "PHQ-2: 5"),
        ("gad-2", "1,2", "GAD-2: 3"),
    ],
)
def test_score_prints_the_total(capsys, instrument, answers, total):
    assert main(["score", instrument, "--answers", answers]) == 0
    assert capsys.readouterr().out.startswith(total)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["score", "phq-9", "--answers", "1,2"], "9"),
        (["score", "phq-9", "--answers", "1,2,0,3,1,0,2,9,0"], "accepted"),
        (["score", "phq-9", "--answers", "1,2,0,3,1,0,2,1.5,0"], "not a whole number"),
        (["score", "phq-99", "--answers", "1"], "Known: "),
    ],
)
def test_score_refuses_bad_input_in_words(capsys, arguments, words):
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert words in printed.err
    assert "Traceback" not in printed.err


def test_a_form_with_too_many_gaps_has_no_score_and_says_why(capsys):
    assert main(["score", "gad-7", "--answers", "1,2,0,3,1,0,-"]) == 1
    assert "q7" in capsys.readouterr().out


def test_import_saves_every_row_once_with_its_own_time(clinic, tmp_path, capsys):
    site, patient = clinic
    path = write(
        tmp_path,
        f"{patient.uid},phq-9,2026-03-01T09:00:00-05:00,1 2 0 3 1 0 2 1 0",
        f"{patient.uid},gad-7,2026-03-01T09:05:00-05:00,1 1 1 1 1 1 1",
    )
    assert main(["import", "measures", path]) == 0
    rows = responses(site)
    assert [(r.instrument_pin, r.entry_mode) for r in rows] == [("phq-9@1", "import"), ("gad-7@1", "import")]
    assert rows[0].completed_at.isoformat() == "2026-03-01T14:00:00+00:00"
    assert AuditEvent.objects.filter(action="measures.import").count() == 1


def test_a_dry_run_imports_nothing(clinic, tmp_path):
    site, patient = clinic
    path = write(tmp_path, f"{patient.uid},phq-9,2026-03-01T09:00:00-05:00,1 2 0 3 1 0 2 1 0")
    assert main(["import", "measures", path, "--site", site.slug, "--dry-run"]) == 0
    assert responses(site) == []


def test_one_bad_row_stops_the_whole_file_and_every_bad_row_is_listed(clinic, tmp_path, capsys):
    site, patient = clinic
    good = f"{patient.uid},phq-9,2026-03-01T09:00:00-05:00,1 2 0 3 1 0 2 1 0"
    path = write(
        tmp_path,
        good,
        f"{patient.uid},phq-9,2026-03-02T09:00:00-05:00,1 2 0 3 1 0 2 1 7",
        f"{patient.uid},phq-9,2026-03-03T09:00:00,1 2 0 3 1 0 2 1 0",
        "not-a-uid,phq-9,2026-03-04T09:00:00-05:00,1 2 0 3 1 0 2 1 0",
        f"{patient.uid},phq-77,2026-03-05T09:00:00-05:00,1",
        f"{patient.uid},phq-9,2999-01-01T09:00:00-05:00,1 2 0 3 1 0 2 1 0",
        good,
        f"{patient.uid},phq-9",
    )
    assert main(["import", "measures", path, "--site", site.slug]) == 2
    err = capsys.readouterr().err
    for words in (
        "line 3, answers",
        "line 4, completed_at",
        "no zone",
        "line 5, patient_uid",
        "line 6, instrument",
        "line 7, completed_at",
        "future",
        "line 8, completed_at: the same form is already on line 2",
        "line 9, row",
    ):
        assert words in err
    assert responses(site) == []


def test_another_sites_patient_is_not_found(clinic, tmp_path, capsys):
    _, patient = clinic
    other = make_site("Birch")
    path = write(tmp_path, f"{patient.uid},phq-9,2026-03-01T09:00:00-05:00,1 2 0 3 1 0 2 1 0")
    assert main(["import", "measures", path, "--site", other.slug]) == 2
    assert "no patient of this site" in capsys.readouterr().err


def test_a_file_that_is_not_utf8_says_so(clinic, tmp_path, capsys):
    site, _ = clinic
    path = write(tmp_path, "é", encoding="latin-1")
    assert main(["import", "measures", path, "--site", site.slug]) == 2
    assert "not UTF-8" in capsys.readouterr().err


def test_a_file_without_its_columns_names_them(clinic, tmp_path, capsys):
    site, _ = clinic
    path = tmp_path / "x.csv"
    path.write_text("patient,score\n1,2\n")
    assert main(["import", "measures", str(path), "--site", site.slug]) == 2
    assert "missing column: answers, completed_at, instrument, patient_uid" in capsys.readouterr().err


def test_export_holds_the_patients_rows_and_is_audited(clinic, tmp_path):
    _, patient = clinic
    out = tmp_path / "record.json"
    assert main(["export", "patient", str(patient.uid), "--out", str(out)]) == 0
    document = json.loads(out.read_text())
    assert document["patient"]["given_name"] == "Alex"
    assert "patients.Episode" in document["records"]
    assert "therapy.JournalEntry" not in document["records"]
    assert AuditEvent.objects.filter(action="patient.export", patient_uid=patient.uid).count() == 1
    assert main(["export", "patient", str(patient.uid), "--out", str(out)]) == 2


def test_export_of_nobody_says_so(capsys):
    assert main(["export", "patient", "018f2f7e-0000-7000-8000-000000000000"]) == 2
    assert main(["export", "patient", "nobody"]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_secrets_are_made_once_and_closed(tmp_path, capsys):
    path = tmp_path / "secrets.json"
    assert main(["secrets", "new", str(path)]) == 0
    assert oct(path.stat().st_mode)[-3:] == "600"
    assert main(["secrets", "new", str(path)]) == 2


def test_a_secrets_file_others_can_read_is_refused(tmp_path):
    from limen.config import secret_file

    path = tmp_path / "secrets.json"
    secret_file.write_new(path)
    path.chmod(0o644)
    with pytest.raises(secret_file.SecretsMissing, match="chmod 600"):
        secret_file.read(path)


def test_help_has_examples(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "limen score phq-9 --answers" in capsys.readouterr().out
