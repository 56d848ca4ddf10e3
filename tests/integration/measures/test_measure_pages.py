"""The pages of questionnaires and vital signs, as patients and staff use them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from factories import SYSTEM, client_for, make_patient, make_staff, set_settings
from limen.apps.measures import selectors, services
from limen.apps.measures.models import Assignment, ItemAnswer, Response, Vital
from limen.apps.patients.services import set_impaired
from limen.apps.records import clock
from limen.apps.records.acts import act
from limen.apps.records.models import AuditEvent
from limen.apps.records.services import add_to_timeline
from limen.apps.signals.models import Obligation

PHQ_ITEMS = [f"q{n}" for n in range(1, 10)]


@pytest.fixture
def patient(site_scope):
    return make_patient(site_scope, with_login=True)


@pytest.fixture
def client(patient):
    return client_for(patient.user)


@pytest.fixture
def staff(site):
    return client_for(make_staff(site, "prescriber", name="Pat Prescriber"))


def ask(patient, instrument="phq-9", purpose="follow_up", days=7, opens=0):
    today = clock.today(patient.time_zone)
    return services.assign(
        patient=patient,
        episode=None,
        instrument_id=instrument,
        purpose=purpose,
        opens_on=today + timedelta(days=opens),
        due_on=today + timedelta(days=opens),
        closes_on=today + timedelta(days=opens + days),
        actor=SYSTEM,
    )


def scored(patient, values, *, days_ago, purpose="", instrument="phq-9"):
    return services.record_response(
        patient=patient,
        instrument_id=instrument,
        answers={f"q{n}": value for n, value in enumerate(values, start=1)},
        completed_at=clock.now() - timedelta(days=days_ago),
        actor=SYSTEM,
        entry_mode="import",
        purpose=purpose,
    )


def question(assignment, number):
    return reverse("measures:my-question", args=[assignment.uid, number])


def guarded(patient, **fields):
    return {"expected_patient_uid": str(patient.uid), "expected_patient": str(patient.uid), **fields}


def say(client, assignment, number, item, answer, **more):
    sent = guarded(assignment.patient, item=item, answer=str(answer))
    return client.post(question(assignment, number), sent, **more)


def test_a_question_page_asks_one_question_with_nothing_chosen(client, patient):
    asked = ask(patient)
    text = client.get(question(asked, 1)).content.decode()
    assert "Little interest or pleasure in doing things" in text
    assert "Question 1 of 10" in text
    assert text.count('type="radio"') == 5
    assert "checked" not in text


def test_every_scored_question_carries_the_words_it_belongs_to(client, patient):
    text = client.get(question(ask(patient), 5)).content.decode()
    assert "Over the last 2 weeks, how often have you been bothered" in text
    screen = ask(patient, "c-ssrs-screener", "safety")
    text = client.get(question(screen, 1)).content.decode()
    assert "About the past month." in text
    assert "go directly to question 6" not in text


def test_opening_it_again_goes_on_where_one_stopped(client, patient):
    asked = ask(patient)
    say(client, asked, 1, "q1", 1)
    say(client, asked, 2, "q2", 0)
    response = client.get(reverse("measures:my-measure", args=[asked.uid]))
    assert response.url == question(asked, 3)


def test_going_back_shows_the_answer_given(client, patient):
    asked = ask(patient)
    say(client, asked, 1, "q1", 2)
    text = client.get(question(asked, 1)).content.decode()
    assert 'value="2"' in text and "checked" in text


@pytest.mark.parametrize(
    ("answer", "words"), [("", "Choose the answer that fits best"), ("9", "Choose one of the answers shown")]
)
def test_no_answer_and_an_unknown_one_come_back_with_the_reason_and_nothing_is_kept(client, patient, answer, words):
    asked = ask(patient)
    response = say(client, asked, 1, "q1", answer)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not ItemAnswer.objects.exists()


def test_an_answer_meant_for_another_question_is_not_kept(client, patient):
    asked = ask(patient)
    response = say(client, asked, 1, "q2", 1)
    assert response.status_code == 422
    assert "The questions have moved on" in response.content.decode()
    assert not ItemAnswer.objects.exists()


def test_before_item_nine_it_says_who_will_see_it_and_that_nobody_watches_now(client, patient):
    asked = ask(patient)
    assert "Who sees your answer" not in client.get(question(asked, 8)).content.decode()
    text = client.get(question(asked, 9)).content.decode()
    assert "Who sees your answer" in text
    assert "Nobody is watching" in text
    assert "988" in text and "911" in text


def test_outside_covered_hours_the_after_hours_number_stands_before_and_after_the_answer(client, patient, site):
    set_settings(site, coverage__hours=[{"day": "mon", "opens": "09:00", "closes": "09:01"}])
    set_settings(site, contact__after_hours_number="+1 555 010 0188")
    asked = ask(patient)
    assert "+1 555 010 0188" in client.get(question(asked, 9)).content.decode()
    response = say(client, asked, 9, "q9", 1, follow=True)
    text = response.content.decode()
    assert 'href="tel:+15550100188"' in text
    assert "Nobody is watching right now" in text


def test_after_a_positive_item_nine_help_stands_beside_the_form_which_can_be_finished(client, patient):
    asked = ask(patient)
    for number, item in enumerate(PHQ_ITEMS, start=1):
        say(client, asked, number, item, 1)
    assert Obligation.objects.filter(patient=patient, state="open").count() == 1
    page = client.get(question(asked, 10)).content.decode()
    assert 'href="tel:988"' in page and "Question 10 of 10" in page
    done = client.post(reverse("measures:my-check", args=[asked.uid]), guarded(patient))
    screen = Assignment.objects.get(purpose="safety")
    assert done.url == reverse("measures:my-measure", args=[screen.uid])
    assert client.get(done.url).url == question(screen, 1)


def test_the_screen_branches_and_ends_with_who_answers_and_by_when(client, patient):
    screen = ask(patient, "c-ssrs-screener", "safety")
    say(client, screen, 1, "q1", 1)
    assert "of 3" in client.get(question(screen, 2)).content.decode()
    say(client, screen, 2, "q2", 1)
    assert "of 6" in client.get(question(screen, 3)).content.decode()
    say(client, screen, 2, "q2", 0)
    say(client, screen, 3, "q6", 0)
    text = client.post(reverse("measures:my-check", args=[screen.uid]), guarded(patient), follow=True).content.decode()
    assert "What happens next" in text
    assert "will be in touch with you" in text
    assert "Your score" not in text


def test_sending_with_too_many_open_questions_names_them_and_keeps_the_form_open(client, patient):
    asked = ask(patient)
    for number in range(1, 7):
        say(client, asked, number, f"q{number}", 1)
    response = client.post(reverse("measures:my-check", args=[asked.uid]), guarded(patient))
    assert response.status_code == 422
    assert "Question 7, 8, 9 has no answer yet" in response.content.decode()
    assert not Response.objects.exists()


def test_the_last_page_gives_the_score_gently(client, patient):
    asked = ask(patient)
    for number, item in enumerate(PHQ_ITEMS, start=1):
        say(client, asked, number, item, 0 if item == "q9" else 1)
    url = reverse("measures:my-check", args=[asked.uid])
    text = client.post(url, guarded(patient), follow=True).content.decode()
    # Eight answers of 1 make 8, and 8 lies in the band of 5 to 9.
    assert "add up to 8 out of 27" in text
    assert "“mild”" in text
    assert "not a diagnosis" in text
    assert client.get(question(asked, 1)).url == reverse("measures:my-done", args=[asked.uid])


def test_a_form_that_is_not_open_yet_or_is_closed_says_so(client, patient):
    later = ask(patient, opens=3)
    assert "open on" in client.get(question(later, 1)).content.decode()
    taken_back = ask(patient)
    services.cancel_assignment(taken_back, reason="x", actor=SYSTEM)
    assert "closed now" in client.get(question(taken_back, 1)).content.decode()


def test_while_impaired_the_page_says_it_can_wait(client, patient):
    asked = ask(patient)
    set_impaired(patient, since=clock.now(), actor=SYSTEM)
    assert "This can wait" in client.get(question(asked, 1)).content.decode()


def test_another_persons_questions_are_not_found(site_scope, patient):
    asked = ask(patient)
    other = make_patient(site_scope, "Other", "Person", with_login=True)
    stranger = client_for(other.user)
    names = ("my-measure", "my-check", "my-done")
    urls = [reverse(f"measures:{name}", args=[asked.uid]) for name in names] + [question(asked, 1)]
    for url in urls:
        response = stranger.get(url)
        assert response.status_code == 404
        assert "Little interest" not in response.content.decode()
    assert say(stranger, asked, 1, "q1", 1).status_code in (404, 409)
    assert not ItemAnswer.objects.exists()


def test_reading_ones_own_questions_is_audited(client, patient):
    asked = ask(patient)
    client.get(question(asked, 1))
    assert AuditEvent.objects.filter(action="my.measures", patient_uid=patient.uid).count() == 1


def test_progress_is_empty_before_the_first_answers(client):
    assert "Nothing to show yet" in client.get(reverse("measures:my-progress")).content.decode()


def test_progress_says_in_words_what_the_chart_draws_and_marks_doses(client, patient):
    first = scored(patient, [2] * 9, days_ago=60, purpose="baseline")
    scored(patient, [1] * 8 + [0], days_ago=20)
    with act("test", actor=SYSTEM, patient=patient):
        add_to_timeline(first, patient=patient, kind="dose_given", occurred_at=clock.now() - timedelta(days=40))
    text = client.get(reverse("measures:my-progress")).content.decode()
    # Baseline 9 x 2 = 18, now 8 x 1 = 8: ten points lower.
    assert "18 at the start and is 8 now: 10 points lower" in text
    assert "Dose" in text
    assert "signed no definition for it" in text


def test_with_a_signed_definition_remission_is_drawn(client, patient, site):
    set_settings(site, outcome__phq9_remission="below-5")
    scored(patient, [2] * 9, days_ago=60, purpose="baseline")
    scored(patient, [0] * 8 + [0], days_ago=20)
    text = client.get(reverse("measures:my-progress")).content.decode()
    assert "remission: 4 or less" in text


def test_staff_see_change_with_the_rule_behind_each_word(staff, patient, site):
    set_settings(site, outcome__phq9_remission="at-most-5")
    scored(patient, [2] * 9, days_ago=60, purpose="baseline")
    scored(patient, [1] * 8 + [0], days_ago=20)
    text = staff.get(reverse("measures:progress", args=[patient.uid])).content.decode()
    # 8 of 18: a fall of 10 / 18 = 55.6 %, at least half, so response; 8 is above 5, so no remission.
    assert "-10 points (-55.6 %)" in text
    assert "Response: met" in text
    assert "Remission: not met" in text
    assert "Deterioration: not met" in text
    assert "fallen by at least half of baseline" in text
    assert text.count(">same<") == 2


def test_staff_see_that_nothing_has_been_answered(staff, patient):
    text = staff.get(reverse("measures:progress", args=[patient.uid])).content.decode()
    assert "Nothing has been answered yet." in text
    assert "No questionnaire is open for this patient." in text


def test_staff_ask_for_a_questionnaire_and_wrong_dates_come_back(staff, patient):
    url = reverse("measures:assign", args=[patient.uid])
    today = clock.today(patient.time_zone)
    dates = {"opens_on": today, "due_on": today, "closes_on": today + timedelta(days=3)}
    good = guarded(patient, instrument_id="phq-9", purpose="follow_up", **dates)
    bad = staff.post(url, good | {"due_on": today - timedelta(days=1)})
    assert bad.status_code == 422
    assert "before it opens" in bad.content.decode()
    assert not Assignment.objects.exists()
    assert staff.post(url, good).status_code == 302
    text = staff.get(reverse("measures:progress", args=[patient.uid])).content.decode()
    assert "due today" in text


def test_paper_is_keyed_in_marked_and_watched(staff, patient):
    url = reverse("measures:paper", args=[patient.uid, "phq-9"])
    at = (clock.now() - timedelta(hours=20)).strftime("%Y-%m-%dT%H:%M")
    sent = guarded(patient, completed_at=at, entry_mode="paper", **{f"item-{item}": "1" for item in PHQ_ITEMS})
    assert staff.post(url, sent).status_code == 302
    response = Response.objects.get()
    assert (response.entry_mode, response.purpose) == ("paper", "")
    assert Obligation.objects.filter(patient=patient, state="open").count() == 1
    text = staff.get(reverse("measures:progress", args=[patient.uid])).content.decode()
    assert "From paper" in text and "Pat Prescriber" in text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"completed_at": "2999-01-01T10:00"}, "in the future"),
        ({"completed_at": "soon"}, "date and time that exist"),
        ({"entry_mode": ""}, "Choose how the answers were given"),
        ({"item-q1": "7"}, "Choose one of the answers shown"),
    ],
)
def test_paper_with_a_slip_comes_back_and_nothing_is_saved(staff, patient, change, words):
    url = reverse("measures:paper", args=[patient.uid, "phq-9"])
    sent = guarded(patient, completed_at="2026-01-05T10:00", entry_mode="paper", **{"item-q1": "1"})
    response = staff.post(url, sent | change)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Response.objects.exists()


def test_paper_without_one_answer_is_refused(staff, patient):
    url = reverse("measures:paper", args=[patient.uid, "gad-7"])
    response = staff.post(url, guarded(patient, completed_at="2026-01-05T10:00", entry_mode="paper"))
    assert response.status_code == 422
    assert "No question has an answer" in response.content.decode()


def vital_form(patient, **values):
    base = {"vital-context": "intake", "vital-occurred_at": "2026-03-12T10:00"}
    return guarded(patient, **base, **{f"vital-{name}": value for name, value in values.items()})


def test_a_set_of_vital_signs_is_kept_with_its_time_in_the_viewers_zone(staff, patient):
    url = reverse("measures:record-vital", args=[patient.uid])
    sent = vital_form(patient, systolic_mmhg="128", diastolic_mmhg="82", weight_kg="71.5")
    assert staff.post(url, sent).status_code == 302
    vital = Vital.objects.get()
    # 10:00 in New York on 12 March is 14:00 UTC: summer time began on 8 March.
    assert vital.occurred_at == datetime(2026, 3, 12, 14, 0, tzinfo=UTC)
    text = staff.get(reverse("measures:vitals", args=[patient.uid])).content.decode()
    assert "128/82" in text and "71.5" in text and "10:00" in text


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"systolic_mmhg": "1280", "diastolic_mmhg": "82"}, "40 to 300"),
        ({"systolic_mmhg": "128,5", "diastolic_mmhg": "82"}, "is not accepted"),
        ({"systolic_mmhg": "82", "diastolic_mmhg": "128"}, "must be above the lower one"),
        ({"systolic_mmhg": "128"}, "needs both numbers"),
        ({"spo2_percent": "101"}, "40 to 100"),
        ({"heart_rate_bpm": "１２０"}, "is not accepted"),
        ({}, "Give at least one value"),
        ({"heart_rate_bpm": "70", "occurred_at": "2999-01-01T10:00"}, "in the future"),
    ],
)
def test_a_vital_sign_with_a_slip_comes_back_in_its_field_and_nothing_is_saved(staff, patient, values, words):
    response = staff.post(
        reverse("measures:record-vital", args=[patient.uid]),
        vital_form(patient) | {f"vital-{name}": value for name, value in values.items()},
    )
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Vital.objects.exists()


def test_pounds_typed_as_kilograms_are_asked_about_and_kept_only_when_confirmed(staff, patient):
    services.record_vital(patient=patient, context="intake", occurred_at=clock.now(), actor=SYSTEM, weight_kg="70.0")
    url = reverse("measures:record-vital", args=[patient.uid])
    # 70 kg is 154.3 lb; 154 lb is 69.9 kg.
    response = staff.post(url, vital_form(patient, weight_kg="154"))
    assert response.status_code == 422
    text = response.content.decode()
    assert "looks like pounds" in text and "69.9 kg" in text and "measured in kilograms" in text
    assert Vital.objects.count() == 1
    assert staff.post(url, vital_form(patient, weight_kg="154", is_weight_confirmed="on")).status_code == 302


def test_a_weight_that_has_really_changed_is_not_mistaken_for_pounds(patient):
    for weight in ("70.0", "90.0", "60.0"):
        services.record_vital(
            patient=patient, context="intake", occurred_at=clock.now(), actor=SYSTEM, weight_kg=weight
        )
    assert str(selectors.latest_vital(patient, "weight_kg")[0]) == "60.0"


def test_staff_pages_take_as_many_queries_for_many_rows_as_for_one(staff, patient):
    scored(patient, [1] * 8 + [0], days_ago=100, purpose="baseline")
    services.record_vital(patient=patient, context="intake", occurred_at=clock.now(), actor=SYSTEM, spo2_percent=98)
    urls = [reverse(f"measures:{name}", args=[patient.uid]) for name in ("progress", "vitals")]
    few, many = [], []
    for url in urls:
        staff.get(url)
        with CaptureQueriesContext(connection) as queries:
            staff.get(url)
        few.append(len(queries))
    for day in range(1, 21):
        scored(patient, [1] * 8 + [0], days_ago=100 - day)
        services.record_vital(patient=patient, context="intake", occurred_at=clock.now(), actor=SYSTEM, spo2_percent=97)
    for url in urls:
        with CaptureQueriesContext(connection) as queries:
            staff.get(url)
        many.append(len(queries))
    assert many == few


def test_the_band_of_every_staff_page_shows_an_open_signal(staff, patient):
    url = reverse("measures:vitals", args=[patient.uid])
    assert "Open safety signal" not in staff.get(url).content.decode()
    asked = ask(patient)
    services.answer_item(asked, "q9", 1, actor=SYSTEM)
    assert "Open safety signal" in staff.get(url).content.decode()


def test_roles_see_and_do_only_what_the_table_says(patient, site):
    urls = [reverse(f"measures:{name}", args=[patient.uid]) for name in ("progress", "vitals")]
    auditor = client_for(make_staff(site, "auditor"))
    pharmacist = client_for(make_staff(site, "pharmacist"))
    for url in urls:
        assert auditor.get(url).status_code == 403
        assert pharmacist.get(url).status_code == 200
    record = reverse("measures:record-vital", args=[patient.uid])
    assert pharmacist.post(record, vital_form(patient, heart_rate_bpm="70")).status_code == 403
    assert "Record a set" not in pharmacist.get(urls[1]).content.decode()


def test_a_patient_gets_no_staff_page_of_their_own_record(client, patient):
    for name in ("progress", "vitals", "assign"):
        response = client.get(reverse(f"measures:{name}", args=[patient.uid]))
        assert response.status_code == 404


def test_a_form_opened_for_another_patient_saves_nothing(staff, patient, site_scope):
    other = make_patient(site_scope, "Other", "Person")
    url = reverse("measures:record-vital", args=[patient.uid])
    assert staff.post(url, vital_form(other, heart_rate_bpm="70")).status_code == 409
    assert not Vital.objects.exists()


def test_an_assignment_of_another_patient_is_not_found_under_this_one(staff, patient, site_scope):
    other = make_patient(site_scope, "Other", "Person")
    url = reverse("measures:enter", args=[patient.uid, ask(other).uid])
    assert staff.get(url).status_code == 404
