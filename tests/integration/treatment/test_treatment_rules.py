"""The safety rules of orders, the gate and the session, each by its id."""

import random
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError

from factories import actor_of, authentication, make_staff, set_settings
from integration.treatment.treatment_people import T0, after
from limen.apps.measures.services import record_vital
from limen.apps.patients.services import record_consent, update_patient
from limen.apps.records import clock
from limen.apps.records.acts import act
from limen.apps.records.models import AuditEvent
from limen.apps.screening.services import record_lab
from limen.apps.signals.selectors import open_for
from limen.apps.treatment import selectors, services
from limen.apps.treatment.models import Administration, AdverseEvent, Order, SessionEvent


def start(session, actor):
    return services.start_dosing(session, actor=actor, client_uid=uuid.uuid4())


# S31: the order of the work cannot be skipped.


@pytest.mark.parametrize("missing", ["decision", "consent", "order", "vitals", "suicide", "identity"])
def test_no_dose_starts_without_each_of_the_steps_before_it(people, missing):
    if missing != "decision":
        people.decide()
    if missing != "consent":
        people.consent()
    if missing not in ("decision", "consent", "order"):
        people.order()
    session = people.open()
    people.pass_gate(session, without=(missing,))
    with pytest.raises(services.GateNotClear):
        start(session, people.monitor)
    assert session.dose_started_at is None


def test_an_order_cancelled_after_the_gate_was_clear_stops_the_start(people):
    order = people.ordered()
    session = people.open()
    assert people.pass_gate(session).overall == "clear"
    services.cancel_order(order, reason="Changed medicine", actor=people.prescriber)
    with pytest.raises(services.GateNotClear, match="Live order"):
        start(session, people.monitor)


def test_yesterdays_blood_pressure_does_not_open_todays_gate(people):
    people.ordered()
    session = people.open()
    people.pass_gate(session, without=("vitals",))
    record_vital(
        patient=people.patient,
        context="gate",
        occurred_at=T0 - timedelta(days=1),
        actor=people.monitor,
        systolic_mmhg=120,
        diastolic_mmhg=80,
        spo2_percent=98,
    )
    with pytest.raises(services.GateNotClear, match="Blood pressure"):
        start(session, people.monitor)


def test_a_session_on_hold_is_not_started(people):
    people.ordered()
    session = people.open()
    people.pass_gate(session)
    services.record_event(session, kind="hold", actor=people.monitor, client_uid=uuid.uuid4())
    with pytest.raises(services.SessionRefused, match="on hold"):
        start(session, people.monitor)


# Orders (SR-01, SR-02, SR-03, SR-05, H1)


def test_an_order_needs_a_signed_cap_and_names_the_setting(people):
    people.decide(routes=("iv", "im"))
    people.consent()
    with pytest.raises(services.OrderRefused, match="no cap in mg"):
        people.order(route="im")


@pytest.mark.parametrize("route", ["iv", "im", "sc"])
def test_injection_is_never_ordered_for_home(people, route):
    people.decide(routes=(route,))
    people.consent()
    people.consent(scope="telehealth")
    with pytest.raises(services.OrderRefused):
        people.order(route=route, place="home")
    assert not Order.objects.filter(patient=people.patient).exists()


def test_a_monitor_or_an_expired_licence_signs_nothing(people, site_scope):
    people.decide()
    people.consent()
    with pytest.raises(services.OrderRefused, match="Only a prescriber"):
        people.order(actor=people.monitor)
    unlicensed = actor_of(make_staff(site_scope, "prescriber", name="No Licence", with_licence=False))
    with pytest.raises(services.OrderRefused, match="No "):
        people.order(actor=unlicensed)


def test_above_the_soft_limit_the_order_waits_for_a_second_prescriber(people):
    """SR-03: 55 mg is above the soft limit of 50 mg and under the cap of 60 mg."""
    order = people.ordered(dose_mg="55")
    assert selectors.state_of_order(order).key == "awaiting_second_check"
    assert selectors.order_in_force(people.patient) is None
    with pytest.raises(services.OrderRefused, match="cannot also check"):
        services.second_check(order, actor=people.prescriber, authentication=authentication())
    with pytest.raises(services.OrderRefused, match="second prescriber or a pharmacist"):
        services.second_check(order, actor=people.monitor, authentication=authentication())
    services.second_check(order, actor=people.second, authentication=authentication())
    assert selectors.order_in_force(people.patient) == order


def test_the_monitor_of_the_session_cannot_make_the_second_check(people):
    order = people.ordered(dose_mg="55")
    people.open(monitor=people.second_user)
    with pytest.raises(services.OrderRefused, match="monitor of the session"):
        services.second_check(order, actor=people.second, authentication=authentication())


def test_a_dose_per_kg_needs_a_weight_of_the_last_thirty_days(people):
    set_settings(people.site, dose__iv__cap_mg_per_kg=Decimal("1"))
    people.decide()
    people.consent()
    with after(60 * 24 * 29), pytest.raises(services.OrderRefused, match="31 days old"):
        people.order(is_per_kg=True)


def test_a_weight_that_moved_more_than_ten_percent_asks_for_weighing_again(people):
    set_settings(people.site, dose__iv__cap_mg_per_kg=Decimal("1"))
    people.decide()
    people.consent()
    record_vital(
        patient=people.patient, context="intake", occurred_at=T0, actor=people.monitor, weight_kg=Decimal("77.1")
    )  # 7.1 kg of 70.0 kg is 10.14 %
    with pytest.raises(services.OrderRefused, match="weigh again"):
        people.order(is_per_kg=True)


def test_the_database_itself_refuses_a_dose_above_the_cap(people):
    order = people.ordered()
    values = {
        f.attname: getattr(order, f.attname) for f in Order._meta.concrete_fields if f.attname not in ("id", "uid")
    }
    with pytest.raises(IntegrityError), act("test", actor=people.prescriber):
        Order(**{**values, "dose_mg": Decimal("60.01")}).save()


def test_no_signed_order_ever_exceeds_its_cap_whatever_is_typed(people):
    """H1, 100 amounts around 60 mg, ten times and a tenth of it; a fixed seed."""
    people.decide()
    people.consent()
    draw = random.Random(20260312)
    for _ in range(100):
        amount = Decimal(draw.choice(["35", "60", "60.01", "350", "600", "3.5", "0", "-1", "61"])) * draw.choice(
            [Decimal(1), Decimal(1), Decimal("0.5"), Decimal(10), Decimal("0.1")]
        )
        try:
            order = people.order(dose_mg=str(amount))
        except services.OrderRefused:
            assert not (Decimal(0) < amount <= Decimal(60) and amount == round(amount, 2)), amount
        else:
            assert Decimal(0) < order.dose_mg <= Decimal(60), amount


# What was taken (SR-01)

OUT_OF_PROTOCOL = [
    ("more than ordered", {"dose_mg": "40"}, "40 mg in all"),
    ("less than ordered", {"dose_mg": "20"}, "20 mg in all"),
    ("ten times too much", {"dose_mg": "350"}, "350 mg in all"),
    ("another route", {"route": "im"}, "another route"),
    ("another medicine", {"drug": "esketamine"}, "esketamine instead"),
    ("vomited", {"happening": "vomited"}, "vomited"),
    ("swallowed", {"happening": "swallowed"}, "swallowed"),
    ("lost", {"dose_mg": "0", "happening": "lost"}, "lost"),
    ("at another time", {"happening": "wrong_time"}, "another time"),
    ("before the order's first day", {"given_at": T0 - timedelta(days=3)}, "not in force"),
]


@pytest.mark.parametrize(("name", "taken", "words"), OUT_OF_PROTOCOL, ids=[row[0] for row in OUT_OF_PROTOCOL])
def test_every_dose_outside_the_order_is_recorded_and_answered_for(people, name, taken, words):
    people.ordered()
    session = people.dosing()
    given = people.dose(session, **{"dose_mg": "35", **taken})
    assert given.is_out_of_protocol and words in given.deviation.lower()
    assert AdverseEvent.objects.filter(session=session, term="Dose outside the order").count() == 1
    duty = next(row for row in open_for(people.patient) if row.kind == "out-of-protocol-dose")
    assert duty.due_at <= clock.now()


@pytest.mark.parametrize("phase", ["no order", "before the gate", "on hold", "after a stop", "after the end"])
def test_a_dose_is_recordable_in_every_state_of_a_session(people, phase):
    if phase != "no order":
        people.ordered()
    session = people.open()
    if phase == "on hold":
        people.pass_gate(session)
        start(session, people.monitor)
        services.record_event(session, kind="hold", actor=people.monitor, client_uid=uuid.uuid4())
    elif phase == "after a stop":
        services.record_event(session, kind="stop", actor=people.monitor, client_uid=uuid.uuid4())
    elif phase == "after the end":
        services.end_otherwise(session, ending="eloped", actor=people.monitor, client_uid=uuid.uuid4())
    given = people.dose(session)
    assert given.is_out_of_protocol
    assert selectors.state_of(session).total_given_mg == Decimal("35")


def test_a_dose_in_two_parts_that_adds_up_is_within_the_order(people):
    people.ordered()
    session = people.dosing()
    assert not people.dose(session, "20", is_complete=False).is_out_of_protocol
    with after(10):
        assert not people.dose(session, "15").is_out_of_protocol
    assert session.phase == "recovering"


# Once and only once (F11, F12)


def test_the_same_entry_sent_twice_is_written_once(people):
    session, uid = people.open(), uuid.uuid4()
    values = {"actor": people.monitor, "client_uid": uid, "systolic_mmhg": 120, "diastolic_mmhg": 80}
    first = services.record_session_vital(session, **values)
    assert services.record_session_vital(session, **values).pk == first.pk
    with pytest.raises(services.DifferentEntry):
        services.record_session_vital(session, **{**values, "systolic_mmhg": 130})
    assert SessionEvent.objects.get(client_uid=uid).payload["systolic_mmhg"] == 120


def test_a_dose_sent_twice_is_given_once(people):
    people.ordered()
    session, uid = people.dosing(), uuid.uuid4()
    assert people.dose(session, client_uid=uid).pk == people.dose(session, client_uid=uid).pk
    assert Administration.objects.filter(session=session).count() == 1
    with pytest.raises(services.DifferentEntry):
        people.dose(session, "40", client_uid=uid)


def test_a_late_entry_is_marked_and_keeps_both_times(people):
    session = people.open()
    with after(30):
        row = services.record_event(
            session, kind="note", actor=people.monitor, client_uid=uuid.uuid4(), occurred_at=T0, note="Anxious"
        )
    assert (row.entry_mode, row.occurred_at, row.recorded_at) == ("back_filled", T0, T0 + timedelta(minutes=30))


# Overrides (SR-20)

#  line, how it is made to fail, who may override it
OVERRIDES = [
    ("identity", {"identity": "no"}, set()),
    ("capacity", {"capacity": "no"}, set()),
    ("consent", {"consent": "no"}, set()),
    ("blood_pressure", {"systolic_mmhg": 151}, {"prescriber", "medical_director"}),
    ("oxygen_saturation", {"spo2_percent": 93}, {"prescriber", "medical_director"}),
    ("intoxication", {"intoxication": "yes"}, {"prescriber", "medical_director"}),
    ("mania_psychosis", {"mania_psychosis": "yes"}, {"prescriber", "medical_director"}),
    ("suicide_since_last_contact", {"suicide": {"q1": 1, "q2": 0, "q6": 1}}, {"prescriber", "medical_director"}),
    ("fasting", {"fasting": "no"}, {"monitor", "prescriber", "medical_director"}),
    ("ride_home", {"ride_home": "no"}, {"monitor", "prescriber", "medical_director"}),
]
ROLES = ("monitor", "prescriber", "medical_director", "therapist", "coordinator")


@pytest.mark.parametrize(("line", "made", "may"), OVERRIDES, ids=[row[0] for row in OVERRIDES])
def test_a_gate_line_is_overridden_only_by_those_it_names(people, line, made, may):
    people.ordered()
    session = people.open()
    people.pass_gate(session, **made)
    for role in ROLES:
        actor = actor_of(make_staff(people.site, role, name=f"A {role}"))
        values = {"line_id": line, "reason": "Seen and judged", "spoken_to": "Dr Sam Second", "actor": actor}
        if role in may:
            services.override_gate_line(session, **values)
            assert selectors.gate(session).overall == "clear", role
        else:
            with pytest.raises(services.SessionRefused):
                services.override_gate_line(session, **values)
        if role in may:
            break


def test_a_prescriber_overrides_only_after_speaking_to_somebody_and_with_a_reason(people):
    people.ordered()
    session = people.open()
    people.pass_gate(session, systolic_mmhg=160)
    with pytest.raises(services.SessionRefused, match="whom you spoke to"):
        services.override_gate_line(session, line_id="blood_pressure", reason="Settled", actor=people.prescriber)
    with pytest.raises(services.SessionRefused, match="reason"):
        services.override_gate_line(
            session, line_id="blood_pressure", reason=" ", spoken_to="Mo", actor=people.prescriber
        )


def test_what_is_missing_is_never_overridden(people):
    people.ordered()
    session = people.open()
    people.pass_gate(session, without=("fasting",))
    with pytest.raises(services.SessionRefused, match="missing"):
        services.override_gate_line(session, line_id="fasting", reason="Trust me", actor=people.prescriber)


def test_a_repeated_blood_pressure_keeps_both_values(people):
    people.ordered()
    session = people.open()
    people.pass_gate(session, systolic_mmhg=160)
    with after(10):
        services.record_session_vital(
            session,
            actor=people.monitor,
            client_uid=uuid.uuid4(),
            systolic_mmhg=140,
            diastolic_mmhg=85,
            is_after_rest=True,
        )
        line = next(row for row in selectors.gate(session).lines if row.line.id == "blood_pressure")
    assert line.status == "pass"
    assert [answer.value["systolic_mmhg"] for answer in line.earlier] == [160]


# Endings (SR-21)


@pytest.mark.parametrize("ending", ["transferred", "left_against_advice", "eloped", "contact_lost"])
def test_every_ending_but_discharge_opens_a_duty_at_once(people, ending):
    people.ordered()
    session = people.dosing()
    services.end_otherwise(session, ending=ending, actor=people.monitor, client_uid=uuid.uuid4())
    assert (session.phase, session.ending) == ("ended", ending)
    duty = open_for(people.patient)[0]
    assert duty.kind == f"session-{ending.replace('_', '-')}" and duty.due_at <= clock.now()


def test_stop_hold_and_rescue_medicine_are_taken_in_every_state(people):
    session = people.open()
    for kind in ("hold", "stop", "medication_given", "intervention"):
        services.record_event(session, kind=kind, actor=people.monitor, client_uid=uuid.uuid4(), note="done")
    services.end_otherwise(session, ending="transferred", actor=people.monitor, client_uid=uuid.uuid4())
    services.record_event(session, kind="medication_given", actor=people.monitor, client_uid=uuid.uuid4(), note="later")


# Deterioration (H3)


def test_a_reading_is_overdue_on_the_minute_and_stale_after_twice_its_interval(people):
    """Vitals every 10 minutes, the last one at the start: due at 10, overdue after it, stale after 20."""
    people.ordered()
    people.dosing()
    for minute, overdue, stale in [(9, False, False), (11, True, False), (21, True, True)]:
        with after(minute):
            tile = selectors.board(people.monitor)[0]
            due = next(row for row in tile.dues if row.kind == "vital")
        assert (due.is_overdue, bool(due.is_stale)) == (overdue, stale), minute


def test_an_interval_the_site_has_not_set_reads_cannot_tell(people, site_scope):
    people.decide(routes=("im", "iv"))
    session = people.open(route="sl")
    dues = selectors.board(people.monitor)[0].dues
    assert session.route == "sl" and all(row.is_overdue is not True for row in dues if row.missing_setting)


# Audit (S53)


def test_every_write_in_a_session_leaves_its_audit_row(people):
    people.ordered()
    session = people.dosing()
    people.dose(session)
    actions = set(AuditEvent.objects.filter(patient_uid=people.patient.uid).values_list("action", flat=True))
    assert {"order.sign", "session.open", "session.vital", "session.gate", "session.start", "session.dose"} <= actions


def test_a_withdrawn_consent_closes_the_gate(people):
    people.ordered()
    session = people.open()
    assert people.pass_gate(session).overall == "clear"
    record_consent(
        patient=people.patient,
        scope="care",
        document_pin="treatment-racemic-iv@1",
        document_text="the document",
        decision="withdrawn",
        actor=people.prescriber,
    )
    with pytest.raises(services.GateNotClear, match="Consent"):
        start(session, people.monitor)


def test_a_positive_pregnancy_test_on_record_is_not_talked_away_at_the_gate(people):
    """SR-20, SR-51: and "cannot apply" counts only where the record says so."""
    patient = people.patient
    patient.can_be_pregnant = True
    update_patient(patient, actor=people.prescriber)
    people.ordered()
    session = people.open()
    line = {"answers": {"pregnancy": "cannot_apply"}, "actor": people.monitor}
    services.answer_gate_line(session, client_uid=uuid.uuid4(), **line)
    assert _pregnancy(session) == ("missing", None)
    services.answer_gate_line(session, client_uid=uuid.uuid4(), answers={"pregnancy": "negative"}, actor=people.monitor)
    assert _pregnancy(session) == ("pass", "negative")
    record_lab(
        patient=patient, code="pregnancy_test", value_text="positive", taken_on=T0.date(), actor=people.prescriber
    )
    assert _pregnancy(session) == ("fail", "positive")


def _pregnancy(session):
    line = next(row for row in selectors.gate(session).lines if row.line.id == "pregnancy")
    return line.status, line.value


def test_a_site_may_keep_the_account_limited_until_the_next_day(people):
    """SR-10."""
    set_settings(people.site, session__impaired_until="next_day")
    people.ordered()
    session = people.dosing()
    people.dose(session)
    signed = {"actor": people.monitor, "client_uid": uuid.uuid4(), "authentication": authentication()}
    with after(90):
        services.sign_recovered(session, **signed)
        assert services.close_impaired_windows(site_id=people.site.pk, actor=people.monitor) == 0
    people.patient.refresh_from_db()
    assert people.patient.impaired_since is not None
    with after(60 * 24):
        assert services.close_impaired_windows(site_id=people.site.pk, actor=people.monitor) == 1
    people.patient.refresh_from_db()
    assert people.patient.impaired_since is None
