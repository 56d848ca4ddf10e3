"""Signals: what is noticed always ends at a person, and silence closes nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from factories import SYSTEM, actor_of, make_patient, make_staff
from limen.apps.records import clock
from limen.apps.records.models import AuditEvent, TimelineEntry
from limen.apps.signals import selectors, services
from limen.apps.signals.models import Obligation, ObligationEvent, Signal

NOON = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)


def notice(patient, *, level="2", due_in_min=60, actor=SYSTEM, kind="suicide-risk", title="Seen"):
    moment = clock.now()
    return services.raise_signal(
        patient=patient,
        kind=kind,
        rule_pin="rule@1",
        level=level,
        title=title,
        finding="What was seen",
        occurred_at=moment,
        due_at=None if due_in_min is None else moment + timedelta(minutes=due_in_min),
        owner_role="prescriber",
        actor=actor,
        patient_text="Someone will talk with you.",
    )


@pytest.fixture
def patient(site_scope):
    return make_patient(site_scope)


def test_a_signal_opens_a_duty_with_its_history_and_audit_row(patient):
    duty = notice(patient)
    assert duty.state == "open"
    assert [event.kind for event in selectors.history_of(duty)] == ["opened"]
    assert AuditEvent.objects.filter(action="signal.raise", patient_uid=patient.uid).count() == 1
    line = TimelineEntry.objects.get(patient_uid=patient.uid, kind="signal_raised")
    assert line.is_patient_visible is False


def test_without_a_signed_time_the_duty_is_due_now(patient):
    with clock.at(NOON):
        assert notice(patient, due_in_min=None).due_at == NOON


def test_the_same_level_again_joins_the_open_duty_and_is_kept(patient):
    first = notice(patient)
    second = notice(patient)
    assert first.pk == second.pk
    assert Signal.objects.filter(obligation=first).count() == 2
    assert [event.kind for event in selectors.history_of(first)] == ["opened", "merged"]


def test_a_higher_level_raises_the_open_duty_and_moves_its_time_earlier(patient):
    with clock.at(NOON):
        notice(patient, level="2", due_in_min=600)
    with clock.at(NOON + timedelta(minutes=10)):
        duty = notice(patient, level="5", due_in_min=5)
    assert duty.level == "5"
    assert duty.due_at == NOON + timedelta(minutes=15)


def test_a_lower_level_joins_without_lowering_or_delaying_anything(patient):
    with clock.at(NOON):
        notice(patient, level="5", due_in_min=5)
        duty = notice(patient, level="1", due_in_min=600)
    assert (duty.level, duty.due_at) == ("5", NOON + timedelta(minutes=5))
    assert Obligation.objects.filter(patient=patient).count() == 1


def test_a_provisional_level_is_placed_by_the_structured_questions_and_takes_their_time(patient):
    with clock.at(NOON):
        notice(patient, level=services.PROVISIONAL_LEVEL, due_in_min=None)
        duty = notice(patient, level="1", due_in_min=600)
    assert (duty.level, duty.due_at) == ("1", NOON + timedelta(minutes=600))


def test_a_provisional_level_never_replaces_a_placed_one(patient):
    with clock.at(NOON):
        notice(patient, level="5", due_in_min=0)
        duty = notice(patient, level=services.PROVISIONAL_LEVEL, due_in_min=0)
        again = notice(patient, level="1", due_in_min=600)
    assert duty.level == again.level == "5"
    assert again.due_at == NOON


def test_another_kind_opens_its_own_duty(patient):
    assert notice(patient).pk != notice(patient, kind="blood-pressure").pk


def test_a_signal_after_the_answer_opens_a_new_duty_with_the_old_level_beside_it(patient, site):
    actor = actor_of(make_staff(site, "prescriber"))
    with clock.at(NOON):
        old = notice(patient, level="3")
        services.answer_obligation(old, note="Called; safety plan reviewed.", actor=actor)
    with clock.at(NOON + timedelta(days=1)):
        new = notice(patient, level="4")
    assert new.pk != old.pk
    assert selectors.levels_before([new]) == {new.pk: "3"}
    assert selectors.known_level(patient, "suicide-risk", before=NOON + timedelta(hours=1)) == "3"
    assert selectors.known_level(patient, "other") is None


@pytest.mark.parametrize("note", ["", "   "])
def test_a_signal_is_not_closed_without_words(patient, site, note):
    duty = notice(patient)
    with pytest.raises(services.SignalRefused, match="Say what was done"):
        services.answer_obligation(duty, note=note, actor=actor_of(make_staff(site, "prescriber")))
    assert Obligation.objects.get(pk=duty.pk).state == "open"


def test_only_a_named_member_of_staff_answers(patient):
    duty = notice(patient)
    with pytest.raises(services.SignalRefused, match="named member of staff"):
        services.answer_obligation(duty, note="Closed by the clock", actor=SYSTEM)


def test_an_answered_signal_is_not_answered_twice(patient, site):
    actor = actor_of(make_staff(site, "prescriber"))
    duty = notice(patient)
    services.answer_obligation(duty, note="Called.", actor=actor)
    with pytest.raises(services.SignalRefused, match="already been answered"):
        services.answer_obligation(duty, note="Again.", actor=actor)


def test_taking_and_passing_on_name_the_owner_and_leave_the_time(patient, site):
    mine, other = make_staff(site, "monitor", name="Mo Monitor"), make_staff(site, "prescriber", name="Pat Prescriber")
    duty = notice(patient)
    due = duty.due_at
    services.take(duty, actor=actor_of(mine))
    assert duty.owner_id == mine.pk
    services.pass_on(duty, to_user=other, note="Please call", actor=actor_of(mine))
    kept = Obligation.objects.get(pk=duty.pk)
    assert (kept.owner_id, kept.due_at) == (other.pk, due)
    assert [event.kind for event in selectors.history_of(duty)] == ["opened", "taken", "passed_on"]


def test_a_signal_is_not_passed_to_somebody_who_may_not_answer_it(patient, site):
    duty = notice(patient)
    coordinator = make_staff(site, "coordinator", name="Cory Coordinator")
    with pytest.raises(services.SignalRefused, match="no role here"):
        services.pass_on(duty, to_user=coordinator, note="x", actor=actor_of(make_staff(site, "monitor")))


def test_the_patient_is_told_who_answers_and_by_when(patient, site):
    with clock.at(NOON):
        duty = notice(patient, due_in_min=30)
        [before] = selectors.patient_messages(patient)
        services.take(duty, actor=actor_of(make_staff(site, "prescriber", name="Pat Prescriber")))
        [after] = selectors.patient_messages(patient)
    assert (before.who, after.who) == ("Your care team", "Pat Prescriber")
    assert after.due_at == NOON + timedelta(minutes=30)
    assert not after.is_overdue


def test_a_failure_on_the_way_leaves_neither_signal_nor_duty_nor_audit_row(patient, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("power cut")

    monkeypatch.setattr(services, "_add_event", fail)
    audits = AuditEvent.objects.count()
    with pytest.raises(RuntimeError):
        notice(patient)
    counts = (Signal.objects.count(), Obligation.objects.count(), ObligationEvent.objects.count())
    assert (*counts, AuditEvent.objects.count()) == (0, 0, 0, audits)
