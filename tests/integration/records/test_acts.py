"""Nothing is written without its audit row, and nothing clinical is changed behind its back (S53, S54, S56, F02)."""

import json
import uuid
from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from factories import SYSTEM, actor_of, authentication, make_patient, make_site, make_staff
from limen.apps.patients.models import Patient
from limen.apps.patients.services import record_consent, update_patient
from limen.apps.records import clock
from limen.apps.records.acts import OutsideAct, act, digest
from limen.apps.records.crypto import UnreadableValue, seal, unseal
from limen.apps.records.ids import uuid7
from limen.apps.records.models import AppendOnlyError, AuditEvent, RecordVersion, StaleRecord, content_of
from limen.apps.records.selectors import signature_covers, signatures_of, timeline
from limen.apps.records.services import add_to_timeline

pytestmark = pytest.mark.django_db


def test_saving_outside_an_act_is_refused(site_scope):
    patient = make_patient(site_scope)
    patient.pronouns = "they"
    with pytest.raises(OutsideAct):
        patient.save()


def test_an_act_that_fails_leaves_neither_change_nor_audit(site_scope):
    patient = make_patient(site_scope)
    before = AuditEvent.objects.count()
    with pytest.raises(RuntimeError), act("patient.update", actor=SYSTEM, patient=patient):
        patient.pronouns = "they"
        patient.save()
        raise RuntimeError("killed between the change and its audit row")
    assert Patient.objects.get(pk=patient.pk).pronouns == ""
    assert AuditEvent.objects.count() == before


def test_every_version_of_a_record_is_kept_with_author_and_reason(site_scope):
    patient = make_patient(site_scope)
    author = actor_of(make_staff(site_scope, "coordinator", name="Ana Author"))
    patient.preferred_name = "Lex"
    update_patient(patient, actor=author, reason="asked for it")
    kept = list(RecordVersion.objects.filter(record_uid=patient.uid).order_by("version"))
    assert [v.version for v in kept] == [1, 2]
    assert (kept[1].author_name, kept[1].reason) == ("Ana Author", "asked for it")
    assert json.loads(kept[0].content)["preferred_name"] == ""
    assert kept[1].sha256 == digest(content_of(Patient.objects.get(pk=patient.pk)))


def test_two_people_saving_one_record_one_wins_the_other_sees_it(site_scope):
    first = make_patient(site_scope)
    second = Patient.objects.get(pk=first.pk)
    first.pronouns = "she"
    update_patient(first, actor=SYSTEM)
    second.pronouns = "he"
    with pytest.raises(StaleRecord) as caught:
        update_patient(second, actor=SYSTEM)
    assert caught.value.current.pronouns == "she"


@pytest.mark.parametrize("statement", ["UPDATE records_auditevent SET action = 'x'", "DELETE FROM records_auditevent"])
def test_the_database_itself_refuses_to_change_history(site_scope, statement):
    make_patient(site_scope)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_code_refuses_bulk_changes_of_facts_and_records(site_scope):
    make_patient(site_scope)
    for change in (
        lambda: Patient.objects.update(pronouns="x"),
        lambda: Patient.objects.all().delete(),
        lambda: AuditEvent.objects.update(action="x"),
        lambda: AuditEvent.objects.all().delete(),
    ):
        with pytest.raises(AppendOnlyError):
            change()


def test_names_lie_sealed_in_the_database(site_scope):
    make_patient(site_scope, "Canarywort", "Zanzibarquill")
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found += [table for row in cursor.fetchall() if "Canarywort" in str(row) or "Zanzibarquill" in str(row)]
    assert found == []


def test_a_sealed_value_moved_to_another_row_cannot_be_read():
    sealed = seal("penicillin", "patients_patient:1:given_name")
    assert unseal(sealed, "patients_patient:1:given_name") == "penicillin"
    with pytest.raises(UnreadableValue):
        unseal(sealed, "patients_patient:2:given_name")


def test_a_signature_covers_what_was_signed_and_nothing_else(site_scope):
    patient = make_patient(site_scope, with_login=True)
    consent = record_consent(
        patient=patient,
        scope="care",
        document_pin="treatment@1",
        document_text="the words",
        decision="given",
        actor=actor_of(patient.user),
        authentication=authentication(),
    )
    signature = signatures_of(consent.uid)[0]
    assert signature_covers(signature, consent)
    assert json.loads(signature.shown)["document_pin"] == "treatment@1"
    consent.document_pin = "treatment@2"
    assert not signature_covers(signature, consent)


def test_uuid7_sorts_by_time_and_says_its_version():
    with clock.at(datetime(2026, 3, 8, 1, 59, tzinfo=UTC)):
        early = uuid7()
    with clock.at(datetime(2026, 3, 8, 2, 0, tzinfo=UTC)):
        late = uuid7()
    assert early < late
    assert (early.version, early.variant) == (7, uuid.RFC_4122)
    assert early.int >> 80 == int(datetime(2026, 3, 8, 1, 59, tzinfo=UTC).timestamp() * 1000)


def test_a_site_never_sees_another_sites_rows(site_scope):
    from django_scopes import scope

    make_patient(site_scope)
    other = make_site("Birch")
    with scope(site=other.pk):
        assert Patient.objects.count() == 0


def test_reading_patient_rows_without_a_site_raises():
    from django_scopes import ScopeError

    with pytest.raises(ScopeError):
        list(Patient.objects.all())


def test_birthdays_on_leap_day_count_from_the_first_of_march_in_common_years(site_scope):
    patient = make_patient(site_scope)
    patient.birth_date_text = "2004-02-29"
    assert patient.age_on(date(2026, 2, 28)) == 21
    assert patient.age_on(date(2026, 3, 1)) == 22


def test_a_story_never_names_a_program_but_the_audit_does(site_scope):
    patient = make_patient(site_scope)
    with act("test.note", actor=SYSTEM, patient=patient):
        add_to_timeline(patient, patient=patient, kind="measure_missed", occurred_at=clock.now())
    assert timeline(patient, for_patient=False, limit=1)[0].recorded_by_name == "Limen itself"
    assert AuditEvent.objects.filter(action="test.note", actor_name=SYSTEM.display_name).exists()
