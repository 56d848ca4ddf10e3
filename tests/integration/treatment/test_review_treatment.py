"""Ways round the rules of orders, sessions and the gate that a reader of the code found, each kept shut."""

import json
import re
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from factories import actor_of, authentication, client_for, make_staff
from integration.treatment.treatment_people import after
from limen.apps.accounts.models import StaffCredential
from limen.apps.patients.services import record_consent, update_patient
from limen.apps.records import clock
from limen.apps.records.acts import act
from limen.apps.records.selectors import timeline
from limen.apps.screening.services import record_lab
from limen.apps.signals.selectors import open_for
from limen.apps.treatment import selectors, services
from limen.apps.treatment.models import AdverseEvent, OrderEvent
from limen.config.commands.export_patient import export


def kinds_open(patient):
    return {row.kind for row in open_for(patient)}


def test_a_call_for_help_after_the_session_was_ended_still_reaches_a_person(people):
    """SR-10, SR-31: the page was open when somebody recorded that contact was lost."""
    patient = people.new_patient("Ren", with_login=True)
    people.ordered(patient)
    session = people.dosing(patient)
    browser = client_for(patient.user)
    services.end_otherwise(session, ending="contact_lost", actor=people.monitor, client_uid=uuid.uuid4())
    assert "help-call" not in kinds_open(patient)
    page = browser.post(
        reverse("treatment:my-session-help"), {"client_uid": str(uuid.uuid4()), "expected_patient": str(patient.uid)}
    )
    assert page.status_code == 302
    call = next(row for row in open_for(patient) if row.kind == "help-call")
    assert call.due_at <= clock.now()
    assert "told" in browser.get(page.url).content.decode()


def test_a_call_for_help_without_any_session_reaches_a_person(people):
    patient = people.new_patient("Ren", with_login=True)
    client_for(patient.user).post(reverse("treatment:my-session-help"), {"client_uid": "no number"})
    assert "help-call" in kinds_open(patient)


def test_an_expired_licence_cannot_make_the_second_check(people):
    """SR-05: expired = cannot sign."""
    order = people.ordered(dose_mg="55")
    assert order.needs_second_check
    expired = make_staff(people.site, "prescriber", name="Ellis Expired", with_licence=False)
    with pytest.raises(services.OrderRefused, match="licence"):
        services.second_check(order, actor=actor_of(expired), authentication=authentication())
    assert not OrderEvent.objects.filter(order=order).exists()


def test_a_pharmacist_needs_a_licence_but_no_prescribers_registration(people):
    order = people.ordered(dose_mg="55")
    pharmacist = make_staff(people.site, "pharmacist", name="Phil Pharmacist", with_licence=False)
    with pytest.raises(services.OrderRefused, match="licence"):
        services.second_check(order, actor=actor_of(pharmacist), authentication=authentication())
    with act("test.licence", actor=people.prescriber):
        StaffCredential(
            user=pharmacist,
            kind="licence",
            title="Pharmacist",
            state_code=people.site.state_code,
            valid_from=clock.now().date() - timedelta(days=30),
        ).save()
    services.second_check(order, actor=actor_of(pharmacist), authentication=authentication())
    assert selectors.state_of_order(selectors.orders_of(people.patient)[0]).is_in_force


def test_a_dose_that_was_started_uses_the_order_even_when_no_amount_was_written_down(people):
    """SR-01: one dose ordered, one session; the missing amount does not give a second one."""
    order = people.ordered(max_doses=1)
    session = people.dosing()
    services.end_otherwise(session, ending="left_against_advice", actor=people.monitor, client_uid=uuid.uuid4())
    assert selectors.state_of_order(order).key == "used_up"
    again = people.open()
    assert people.pass_gate(again).overall == "blocked"
    with pytest.raises(services.GateNotClear):
        services.start_dosing(again, actor=people.monitor, client_uid=uuid.uuid4())


def test_more_of_the_dose_after_consent_was_taken_back_is_recorded_and_answered_for(people):
    """SR-50: withdrawing care stops dosing; SR-01: what was taken is still recordable."""
    people.ordered()
    session = people.dosing()
    people.dose(session, "20", is_complete=False)
    record_consent(
        patient=people.patient,
        scope="care",
        document_pin="treatment-racemic-iv@1",
        document_text="the document",
        decision="withdrawn",
        actor=people.prescriber,
    )
    given = people.dose(session, "15")
    assert given.is_out_of_protocol
    assert "consent to care was not in force" in given.deviation
    assert "out-of-protocol-dose" in kinds_open(people.patient)


def adverse(people, session, client_uid, **changed):
    values = {"term": "Nausea", "severity": "mild", "started_at": clock.now()} | changed
    return services.record_adverse_event(
        patient=people.patient, session=session, actor=people.monitor, client_uid=client_uid, **values
    )


def test_an_adverse_event_sent_again_with_other_content_is_refused_and_the_first_stays(people):
    """F12."""
    people.ordered()
    session = people.dosing()
    client_uid = uuid.uuid4()
    first = adverse(people, session, client_uid)
    assert adverse(people, session, client_uid).pk == first.pk
    with pytest.raises(services.DifferentEntry):
        adverse(people, session, client_uid, term="Chest pain", severity="severe", is_serious=True)
    other = people.new_patient("Billie")
    with pytest.raises(services.DifferentEntry):
        services.record_adverse_event(
            patient=other,
            term="Nausea",
            severity="mild",
            started_at=first.started_at,
            actor=people.monitor,
            client_uid=client_uid,
        )
    assert [row.term for row in AdverseEvent.objects.all()] == ["Nausea"]


def test_an_unreviewed_yes_to_the_suicide_question_at_discharge_opens_a_duty(people):
    """H6, SR-22: a later "no" at the same gate does not make the first answer disappear."""
    people.ordered()
    session = people.dosing()
    people.dose(session)
    with after(70):
        for said in ("yes_not_reviewed", "no"):
            services.answer_discharge(
                session, answers={"suicide_question": said}, actor=people.monitor, client_uid=uuid.uuid4()
            )
        duty = next(row for row in open_for(people.patient) if row.kind == "suicide-risk")
        assert duty.due_at <= clock.now()


def overridden_pregnancy(people):
    """A positive test, talked over and overridden by the prescriber."""
    people.patient.can_be_pregnant = True
    update_patient(people.patient, actor=people.prescriber)
    people.ordered()
    record_lab(
        patient=people.patient,
        code="pregnancy_test",
        value_text="positive",
        taken_on=clock.now().date(),
        actor=people.prescriber,
    )
    session = people.open()
    services.override_gate_line(
        session, line_id="pregnancy", reason="canary reason", spoken_to="the patient", actor=people.prescriber
    )
    return session


def test_an_overridden_pregnancy_line_is_not_named_in_the_story_that_therapists_read(people):
    """SR-51."""
    overridden_pregnancy(people)
    assert all("regnan" not in entry.summary for entry in timeline(people.patient))
    page = client_for(people.therapist_user).get(reverse("workspace:chart", args=[people.patient.uid]))
    assert b"regnan" not in page.content


def test_an_export_leaves_out_what_is_restricted_about_pregnancy(people):
    """SR-51: out of exports by default; the rest of the record is there."""
    session = overridden_pregnancy(people)
    services.answer_gate_line(
        session, answers={"pregnancy": "positive", "fasting": "yes"}, actor=people.monitor, client_uid=uuid.uuid4()
    )
    document = export(people.patient, reason="test")
    told = json.dumps({key: document[key] for key in ("patient", "records", "timeline")}, default=str)
    assert "fasting" in told
    assert re.findall(r".{40}pregnan(?!cy_max_age).{40}", told.lower()) == []
    assert "canary reason" not in json.dumps(document, default=str)
    assert '"positive"' not in told


def test_no_order_is_signed_at_a_site_that_is_not_open_for_care(people):
    """SR-20: until its medical director has signed every safety setting, an unset limit would read as none."""
    people.decide()
    people.consent()
    with act("test.close", actor=people.prescriber):
        people.site.is_live = False
        people.site.save()
    people.patient.refresh_from_db()
    with pytest.raises(services.OrderRefused, match="not open for care"):
        people.order()
    assert selectors.orders_of(people.patient) == []


def test_esketamine_taken_beside_ketamine_keeps_its_two_hours(people):
    """SR-23: at least two hours from the first dose, whatever else was taken in the session."""
    people.ordered()
    session = people.dosing()
    people.dose(session, is_complete=False)
    people.dose(session, "56", drug="esketamine", route="in")
    with after(70):
        waits = {row.criterion.id: row.status for row in selectors.discharge_gate(session).criteria}
    assert waits["minutes_esketamine"] == "not_met"


def test_recovery_is_not_signed_and_nobody_leaves_while_the_last_rating_says_drowsy(people):
    """H5: what was rated outweighs what is ticked."""
    people.ordered()
    session = people.dosing()
    people.dose(session)
    services.record_rating(session, instrument_id="moaa-s", value=3, actor=people.monitor, client_uid=uuid.uuid4())
    with pytest.raises(services.SessionRefused, match="MOAA/S 3"):
        services.sign_recovered(session, actor=people.monitor, client_uid=uuid.uuid4(), authentication=authentication())
    services.answer_discharge(
        session, answers={"sedation_resolved": "yes"}, actor=people.monitor, client_uid=uuid.uuid4()
    )
    line = next(row for row in selectors.discharge_gate(session).criteria if row.criterion.id == "sedation_resolved")
    assert line.status == "not_met"


def test_being_with_the_person_answers_their_call(people):
    """One press is the answer: it is not written again under Signals, and the patient is no longer told to wait."""
    people.ordered()
    session = people.dosing()
    call = services.ask_for_help(session, actor=people.monitor, client_uid=uuid.uuid4())
    assert "help-call" in kinds_open(session.patient)
    services.record_event(
        session,
        kind="intervention",
        actor=people.monitor,
        client_uid=uuid.uuid4(),
        payload={"answers": str(call.uid)},
        note="Went to the person",
    )
    assert "help-call" not in kinds_open(session.patient)


def test_opening_a_session_twice_with_one_form_opens_one(people):
    """F11: Back, and sent again, also after that session has ended."""
    people.ordered()
    key = uuid.uuid4()
    session = people.open(client_uid=key)
    services.end_otherwise(session, ending="left_against_advice", actor=people.monitor, client_uid=uuid.uuid4())
    assert people.open(client_uid=key).pk == session.pk
    with pytest.raises(services.SessionRefused, match="used before"):
        people.open(people.new_patient("Robin"), client_uid=key)
