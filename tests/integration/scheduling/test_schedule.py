"""Booking in wall time, the day's page, clashes, and the two nights a year when the clock jumps."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from factories import actor_of, client_for, make_patient, make_staff
from limen.apps.patients.services import update_patient
from limen.apps.records import clock
from limen.apps.scheduling import selectors, services
from limen.apps.scheduling.forms import is_repeated, is_skipped
from limen.apps.scheduling.models import Appointment, Room

NEW_YORK = "America/New_York"


@pytest.fixture
def coordinator(site_scope):
    return make_staff(site_scope, "coordinator", name="Cora Coordinator")


@pytest.fixture
def patient(site_scope):
    return make_patient(site_scope)


def book(patient, actor, start, place="clinic", **more):
    values = {"kind": "call", "duration_min": 30, "episode": None} | more
    return services.book(patient=patient, local_start=start, place=place, actor=actor_of(actor), **values)


def guarded(patient, **data):
    return {"expected_patient": patient.uid, **data}


def form_data(patient, on, at="09:00", **more):
    return guarded(patient, kind="call", on=on.isoformat(), at=at, duration_min="30", place="clinic") | more


def page_of(response) -> str:
    return response.content.decode()


def day_page(client, on):
    return page_of(client.get(reverse("scheduling:day"), {"on": on.isoformat()}))


def ahead(days=7) -> date:
    return clock.today(NEW_YORK) + timedelta(days=days)


def test_nine_in_the_morning_stays_nine_when_the_clocks_change(patient, coordinator):
    # New York: UTC-5 until 8 March 2026, 02:00, then UTC-4; so 09:00 is 14:00 and then 13:00 UTC.
    before = book(patient, coordinator, datetime(2026, 3, 7, 9))
    after = book(patient, coordinator, datetime(2026, 3, 8, 9))
    assert (before.starts_at, after.starts_at) == (
        datetime(2026, 3, 7, 14, tzinfo=UTC),
        datetime(2026, 3, 8, 13, tzinfo=UTC),
    )


def test_a_time_that_happens_twice_means_the_first(patient, coordinator):
    # 1 November 2026: 01:30 is first UTC-4 (05:30 UTC), then UTC-5.
    row = book(patient, coordinator, datetime(2026, 11, 1, 1, 30))
    assert row.starts_at == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wall", "skipped", "repeated"),
    [
        (datetime(2026, 3, 8, 1, 59), False, False),
        (datetime(2026, 3, 8, 2, 30), True, False),
        (datetime(2026, 3, 8, 3, 0), False, False),
        (datetime(2026, 11, 1, 0, 59), False, False),
        (datetime(2026, 11, 1, 1, 30), False, True),
        (datetime(2026, 11, 1, 2, 0), False, False),
    ],
)
def test_skipped_and_repeated_wall_times_are_told_apart(wall, skipped, repeated):
    assert (is_skipped(wall, NEW_YORK), is_repeated(wall, NEW_YORK)) == (skipped, repeated)


def test_the_page_refuses_a_time_the_clock_skips(site_scope, patient):
    with clock.at(datetime(2026, 3, 1, 12, tzinfo=UTC)):
        client = client_for(make_staff(site_scope, "coordinator"))
        where = reverse("scheduling:book", args=[patient.uid])
        answer = client.post(where, form_data(patient, date(2026, 3, 8), "02:30"))
    assert answer.status_code == 422 and "does not exist on that day" in page_of(answer)
    assert not Appointment.objects.exists()


def test_the_day_that_lasts_23_hours_still_ends_at_midnight(patient, coordinator):
    late = book(patient, coordinator, datetime(2026, 3, 8, 23, 30))
    next_day = book(patient, coordinator, datetime(2026, 3, 9, 0, 30))
    actor = actor_of(coordinator)
    assert selectors.day(actor, date(2026, 3, 8), NEW_YORK) == [late]
    assert selectors.day(actor, date(2026, 3, 9), NEW_YORK) == [next_day]


def test_a_visit_by_video_keeps_the_patients_zone_and_the_day_shows_both(patient, coordinator):
    patient.time_zone = "America/Los_Angeles"
    update_patient(patient, actor=actor_of(coordinator))
    start = datetime.combine(ahead(), datetime.min.time()).replace(hour=9)
    row = book(patient, coordinator, start, place="video")
    assert row.time_zone == "America/Los_Angeles"
    html = day_page(client_for(coordinator), ahead())
    # New York is three hours ahead of Los Angeles.
    assert "12:00" in html and "09:00 America/Los Angeles" in html


def test_booking_shows_on_the_day_with_room_and_clinician(site_scope, patient, coordinator):
    room = services.add_room(site=site_scope, name="Garden room", actor=actor_of(coordinator))
    therapist = make_staff(site_scope, "therapist", name="Theo Therapist")
    client = client_for(coordinator)
    data = form_data(patient, ahead(), room=str(room.uid), clinician=str(therapist.uid))
    assert client.post(reverse("scheduling:book", args=[patient.uid]), data).status_code == 302
    html = day_page(client, ahead())
    for words in ("09:00", "Alex Rivera", "Garden room", "Theo Therapist", "30 min"):
        assert words in html


def test_a_clash_is_told_in_place_with_what_is_in_the_way(site_scope, patient, coordinator):
    room = services.add_room(site=site_scope, name="Garden room", actor=actor_of(coordinator))
    start = datetime.combine(ahead(), datetime.min.time()).replace(hour=9)
    book(make_patient(site_scope, given_name="First"), coordinator, start, room=room)
    client = client_for(coordinator)
    where = reverse("scheduling:book", args=[patient.uid])
    answer = client.post(where, form_data(patient, ahead(), "09:15", room=str(room.uid)))
    assert answer.status_code == 422 and "Garden room, 09:00 to 09:30" in page_of(answer)
    assert client.post(where, form_data(patient, ahead(), "09:30", room=str(room.uid))).status_code == 302


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"on": "2026-02-30"}, "Enter a date that exists"),
        ({"on": "2020-01-01"}, "has passed"),
        ({"at": "25:10"}, "Enter a time of day"),
        ({"duration_min": "0"}, "greater than or equal to 1"),
        ({"duration_min": "half"}, "Enter whole minutes"),
        ({"place": "moon"}, "Select a valid choice"),
        ({"room": "11111111-1111-1111-1111-111111111111"}, "Select a valid choice"),
    ],
)
def test_bad_input_books_nothing(patient, coordinator, change, words):
    answer = client_for(coordinator).post(
        reverse("scheduling:book", args=[patient.uid]), form_data(patient, ahead()) | change
    )
    assert answer.status_code == 422 and words in page_of(answer)
    assert not Appointment.objects.exists()


def test_moving_and_cancelling_need_a_reason_and_stay_in_the_record(patient, coordinator):
    start = datetime.combine(ahead(), datetime.min.time()).replace(hour=9)
    row = book(patient, coordinator, start)
    client, args = client_for(coordinator), [patient.uid, row.uid]
    when = {"on": ahead(8).isoformat(), "at": "11:00"}
    assert client.post(reverse("scheduling:move", args=args), guarded(patient, reason="", **when)).status_code == 422
    assert client.post(reverse("scheduling:move", args=args), guarded(patient, reason="Bus", **when)).status_code == 302
    assert Appointment.objects.get().local_start == f"{ahead(8).isoformat()}T11:00"
    assert client.post(reverse("scheduling:cancel", args=args), guarded(patient, reason="")).status_code == 422
    assert client.post(reverse("scheduling:cancel", args=args), guarded(patient, reason="Ill")).status_code == 302
    assert Appointment.objects.get().state == "cancelled"
    assert "Alex Rivera" not in day_page(client, ahead(8)).split("<tbody>")[1]
    assert client.post(reverse("scheduling:move", args=args), guarded(patient, reason="x", **when)).status_code == 409


def test_a_visit_is_not_missed_before_its_time_and_is_once_it_has_come(patient, coordinator):
    start = datetime.combine(ahead(), datetime.min.time()).replace(hour=9)
    row = book(patient, coordinator, start)
    client, where = client_for(coordinator), reverse("scheduling:mark", args=[patient.uid, row.uid])
    assert client.post(where, guarded(patient, state="missed")).status_code == 422
    assert client.post(where, guarded(patient, state="vanished")).status_code == 422
    assert client.get(where).status_code == 200 and Appointment.objects.get().state == "booked"
    services.mark(row, "missed", actor=actor_of(coordinator))
    assert Appointment.objects.get().state == "missed"


def test_a_visit_of_the_care_plan_is_moved_to_another_day_only_there(site_scope, coordinator):
    from limen.apps.patients.selectors import current_episode
    from limen.apps.plans.models import CarePlan, PlannedVisit
    from limen.apps.records.acts import act

    patient = make_patient(site_scope, given_name="Planned")
    row = book(patient, coordinator, datetime.combine(ahead(), datetime.min.time()).replace(hour=9))
    own = {"site_id": site_scope.pk, "patient": patient}
    with act("test.plan", actor=actor_of(coordinator), patient=patient):
        plan = CarePlan(
            **own,
            episode=current_episode(patient),
            protocol_pin="iv-ketamine-six-in-three-weeks@1",
            protocol_sha256="0" * 64,
            route="iv",
            place="clinic",
            start_date=ahead(),
        )
        plan.save()
        days = {"target_date": ahead(), "earliest_date": ahead(), "latest_date": ahead()}
        PlannedVisit(
            **own, **days, plan=plan, key="dose-1", title="Infusion 1", kind="dosing", phase="induction", sequence=1,
            appointment=row,
        ).save()  # fmt: skip
    client, where = client_for(coordinator), reverse("scheduling:move", args=[patient.uid, row.uid])
    other_day = guarded(patient, on=ahead(8).isoformat(), at="09:00", reason="x")
    answer = client.post(where, other_day)
    assert answer.status_code == 422 and "Infusion 1" in page_of(answer)
    assert client.post(where, other_day | {"on": ahead().isoformat(), "at": "13:00"}).status_code == 302
    assert Appointment.objects.get().local_start.endswith("T13:00")


def test_rooms_are_the_administrators(site_scope, coordinator):
    admin = client_for(make_staff(site_scope, "admin"))
    where = reverse("scheduling:rooms")
    assert client_for(coordinator).get(where).status_code == 403
    assert admin.post(where, {"name": "Garden room"}).status_code == 302
    again = admin.post(where, {"name": "garden ROOM"})
    assert again.status_code == 422 and "already" in page_of(again)
    room = Room.objects.get()
    assert admin.get(reverse("scheduling:close-room", args=[room.uid])).status_code == 405
    admin.post(reverse("scheduling:close-room", args=[room.uid]))
    assert selectors.rooms(site_scope.pk) == []


@pytest.mark.parametrize("role", ["admin", "auditor", "lead", "pharmacist"])
def test_the_calendar_is_the_care_teams(site_scope, patient, role):
    client = client_for(make_staff(site_scope, role))
    assert client.get(reverse("scheduling:day")).status_code == 403
    assert client.get(reverse("scheduling:book", args=[patient.uid])).status_code == 403


def test_a_patient_opens_no_page_of_the_schedule(site_scope, coordinator):
    patient = make_patient(site_scope, given_name="Own", with_login=True)
    client = client_for(patient.user)
    assert client.get(reverse("scheduling:day")).status_code == 403
    assert client.get(reverse("scheduling:patient", args=[patient.uid])).status_code == 404


def test_another_patients_appointment_is_not_found(site_scope, patient, coordinator):
    row = book(patient, coordinator, datetime.combine(ahead(), datetime.min.time()).replace(hour=9))
    other = make_patient(site_scope, given_name="Other")
    assert client_for(coordinator).get(reverse("scheduling:move", args=[other.uid, row.uid])).status_code == 404


def test_a_form_meant_for_another_patient_books_nothing(site_scope, patient, coordinator):
    other = make_patient(site_scope, given_name="Other")
    answer = client_for(coordinator).post(reverse("scheduling:book", args=[patient.uid]), form_data(other, ahead()))
    assert answer.status_code == 409 and not Appointment.objects.exists()


def test_the_day_asks_the_database_as_often_for_one_visit_as_for_six(site_scope, coordinator):
    client, counts = client_for(coordinator), []
    day_page(client, ahead())
    for number in range(6):
        person = make_patient(site_scope, given_name=f"P{number}")
        book(person, coordinator, datetime.combine(ahead(), datetime.min.time()).replace(hour=9 + number))
        with CaptureQueriesContext(connection) as queries:
            assert f"P{number} Rivera" in day_page(client, ahead())
        counts.append(len(queries))
    assert len(set(counts)) == 1


def test_a_malformed_day_is_told_and_today_is_shown(coordinator):
    answer = client_for(coordinator).get(reverse("scheduling:day"), {"on": "yesterday"})
    assert answer.status_code == 422 and "Enter a date that exists" in page_of(answer)


@pytest.mark.parametrize("typed", ["9999-12-31", "0001-01-01"])
def test_a_year_no_calendar_can_turn_is_refused_in_place(site_scope, typed):
    client = client_for(make_staff(site_scope, "coordinator"))
    response = client.get(reverse("scheduling:day"), {"on": typed})
    assert response.status_code == 422
    assert "is not possible here" in response.content.decode()
