"""The steps of one patient's journey, each done by the person whose step it is, in a browser of their own.

Every step writes what the next one reads; the next person is shown what the last one wrote and types none of it.
"""

import re
from collections.abc import Callable
from datetime import time, timedelta

from django.test import override_settings

from e2e.totp import App
from e2e.walk import Walk
from e2e.walker import Walker
from limen.apps.measures.definitions import instrument

GIVEN, FAMILY, BORN = "Jonah", "Whitlock", ("17", "5", "1984")
EMAIL, PHONE_NUMBER = "jonah.whitlock@example.org", "555-0142"
PASSWORD = "a long quiet river bends"
# Item values of the free assessment. Sums by hand: 2+3+2+3+1+3+2+1+1 = 18, 2+2+1+2+1+1+2 = 11.
PHQ9, GAD7 = (2, 3, 2, 3, 1, 3, 2, 1, 1), (2, 2, 1, 2, 1, 1, 2)
PHQ9_TOTAL, GAD7_TOTAL = 18, 11
EDUCATION = ("/how-it-works/", "/treatment-options/", "/what-to-expect/", "/questions/", "/evidence/", "/help-now/")
FREQUENCIES = ("Not at all", "Several days", "More than half the days", "Nearly every day")


def a_visitor_reads_what_the_treatment_is(walk: Walk) -> None:
    visitor = walk.who("visitor")
    visitor.go("/")
    visitor.expect("ketamine")
    # Not yet read by a licensed reviewer: published in a demo only, and it says so (SR-62).
    with override_settings(LIMEN_DEMO=True):
        for path in EDUCATION:
            assert visitor.go(path).status == 200
            visitor.expect("help right now" if "help" in path else "not yet reviewed")


def a_visitor_takes_the_free_assessment(walk: Walk) -> None:
    visitor = walk.who("visitor")
    visitor.go("/assessment/")
    visitor.press("Start")
    visitor.fill("How old are you?", "42")
    visitor.press("Continue")
    visitor.choose("NY")
    visitor.press("Continue")
    _answer_items(visitor, PHQ9[:8])
    visitor.expect("Nobody is watching this page")
    visitor.picture(walk.pictures, "assessment-item-nine-390")
    visitor.choose(FREQUENCIES[PHQ9[8]])
    visitor.press("Continue")
    # Item 9 above zero: help stands beside the form, which goes on.
    visitor.expect("988", "Nobody has been alerted", "Question 12 of")
    visitor.picture(walk.pictures, "assessment-help-390")
    visitor.expect_not("how often have you been bothered")
    visitor.choose("Very difficult")
    visitor.press("Continue")
    _answer_items(visitor, GAD7)
    if visitor.page.get_by_role("radio", name="Very difficult", exact=True).count():
        visitor.press("Skip this question")
    visitor.choose("Yes")
    visitor.press("Continue")
    for drug in ("sertraline", "venlafaxine"):
        visitor.fill("Name of the medicine", drug)
        _radio(visitor, "Did you take it as long", "Yes")
        _radio(visitor, "Did it help?", "No")
        visitor.press("Add this medicine")
        visitor.expect(drug)
    visitor.press("That is all")
    while visitor.page.get_by_role("radio", name="Not sure", exact=True).count():
        visitor.choose("No")
        visitor.press("Continue")
    visitor.page.get_by_role("textbox").fill("Being able to get up and work again")
    visitor.press("Continue")
    assert visitor.page.url.endswith("/assessment/check/")
    visitor.expect("sertraline", "Being able to get up and work again")
    visitor.press("See what this means")
    visitor.expect(str(PHQ9_TOTAL), str(GAD7_TOTAL), "This is not a diagnosis", "600 dollars a session")
    visitor.expect_not("you are eligible", "not eligible")
    visitor.picture(walk.pictures, "assessment-result-390")


def _answer_items(visitor: Walker, values: tuple[int, ...]) -> None:
    for value in values:
        visitor.choose(FREQUENCIES[value])
        visitor.press("Continue")


def _radio(walker: Walker, group: str, choice: str) -> None:
    walker.page.get_by_role("group", name=re.compile(re.escape(group))).or_(
        walker.page.get_by_role("radiogroup", name=re.compile(re.escape(group)))
    ).first.get_by_role("radio", name=choice, exact=True).check()


def a_visitor_asks_to_be_contacted(walk: Walk) -> None:
    visitor = walk.who("visitor")
    visitor.press("Ask Riverside to contact me")
    visitor.press("Send")
    assert "Given name" in visitor.errors() or visitor.errors(), "an empty form comes back with its errors"
    visitor.fill("Given name", GIVEN)
    visitor.fill("Family name", FAMILY)
    _date(visitor, BORN)
    visitor.fill("E-mail", EMAIL)
    visitor.fill("Phone", PHONE_NUMBER)
    visitor.page.get_by_role("checkbox").check()
    visitor.press("Send")
    assert visitor.page.url.endswith("/assessment/sent/")
    visitor.expect("988")


def _date(walker: Walker, parts: tuple[str, str, str]) -> None:
    day, month, year = parts
    walker.page.locator("input[type=date]").first.fill(f"{year}-{int(month):02d}-{int(day):02d}")


def the_coordinator_accepts_the_referral_and_sends_a_link(walk: Walk) -> None:
    coordinator = walk.who("coordinator")
    coordinator.go("/home/")
    coordinator.picture(walk.pictures, "home-coordinator-1440")
    coordinator.go("/referrals/")
    coordinator.expect(f"{GIVEN} {FAMILY}", str(PHQ9_TOTAL), str(GAD7_TOTAL), "question 9 above zero")
    coordinator.press(f"{GIVEN} {FAMILY}")
    coordinator.expect("sertraline", "venlafaxine", "Being able to get up and work again", EMAIL, "17 May 1984")
    coordinator.picture(walk.pictures, "referral-1440")
    coordinator.press("Accept and open the record")
    coordinator.expect("Patient's own account", "Being able to get up and work again")
    walk.patient_uid = re.search(r"/patients/([0-9a-f-]{36})/", coordinator.page.url).group(1)
    coordinator.picture(walk.pictures, "onboarding-1440")
    coordinator.press("Send one-time link")
    assert coordinator.page.locator("[name=email]").input_value() == EMAIL, "the address is known already"
    coordinator.press("Send the link")
    shown = re.search(r"/invitation/\S+", coordinator.text())
    assert shown, "the link is shown once"
    walk.link = shown.group(0)


def the_patient_opens_an_account_with_a_second_factor(walk: Walk) -> None:
    patient = walk.who("patient")
    patient.go(walk.link)
    patient.expect(f"You will sign in as {EMAIL}")
    patient.picture(walk.pictures, "invitation-390")
    patient.fill("Password", "short")
    patient.press("Continue")
    assert "Password" in patient.errors() or patient.errors()
    patient.fill("Password", PASSWORD)
    patient.press("Continue")
    patient.press("Set up an app")
    walk.app = App(patient.page.locator("code").first.inner_text().strip())
    patient.fill("Code from the app", walk.app.code())
    patient.press("Set it up")
    with walk.clinic.at_work():
        from limen.apps.accounts.models import User

        patient.user = User.objects.get(email=EMAIL)
    assert patient.go("/my/").status == 200
    patient.expect("Hello", "One thing for today", "Columbia-Suicide Severity Rating Scale")
    patient.picture(walk.pictures, "today-first-390")


def the_patient_answers_the_safety_questions(walk: Walk) -> None:
    """Item 9 of the assessment asks for the suicide questions in the same contact (SR-41)."""
    patient = walk.who("patient")
    patient.press("Start", exact=True)
    patient.picture(walk.pictures, "c-ssrs-390")
    while patient.page.get_by_role("radio").count():
        patient.choose("No")
        patient.press("Continue")
    patient.expect("Check your answers")
    patient.press("Send my answers")
    patient.expect("Thank you")
    patient.picture(walk.pictures, "c-ssrs-done-390")
    patient.go("/my/")
    patient.expect("Next step")
    patient.picture(walk.pictures, "today-onboarding-390")


def the_one_time_link_works_once(walk: Walk) -> None:
    stranger = walk.who("stranger")
    assert stranger.go(walk.link).status == 410
    assert GIVEN not in stranger.page.content()


def the_patient_names_people_and_signs_consents(walk: Walk) -> None:
    patient = walk.who("patient")
    patient.go("/my/onboarding/")
    patient.expect("Read and sign the treatment consent")
    patient.picture(walk.pictures, "my-onboarding-390")
    patient.go("/my/onboarding/address/")
    patient.set(value="12 Orchard Lane, Albany, NY")
    patient.press("Save")
    for role, name, phone in (("escort", "Maren Whitlock", "555-0143"), ("kin", "Otto Whitlock", "555-0144")):
        patient.go("/my/onboarding/supporter/")
        roles = patient.page.locator("[name=role]").evaluate_all("all => all.map(e => e.value)")
        patient.set(role=role if role in roles else roles[-1], name=name, phone=phone)
        patient.page.locator("[name=is_adult]").check()
        patient.press("Save")
    patient.go("/my/onboarding/medicines/")
    patient.set(name="sertraline", dose_text="100 mg a day")
    patient.press("Add this medicine")
    patient.set(substance="penicillin", reaction="rash")
    patient.press("Add this allergy")
    patient.go("/my/consents/")
    patient.picture(walk.pictures, "my-consents-390")
    for title in ("treatment-racemic-iv", "privacy-and-sharing"):
        patient.go(f"/my/consents/{title}/")
        patient.press("Sign", exact=True)
        assert patient.errors(), "nothing is signed with open boxes"
        for box in patient.page.get_by_role("checkbox").all():
            box.check()
        patient.set(code=walk.app.code())
        patient.press("Sign", exact=True)
        patient.expect("Signed. You can take it back")
    patient.picture(walk.pictures, "my-consents-signed-390")


def the_team_completes_the_onboarding_steps(walk: Walk) -> None:
    monitor, prescriber, coordinator = walk.who("monitor"), walk.who("prescriber"), walk.who("coordinator")
    monitor.go(walk.chart("vitals/"))
    monitor.set(context="intake", systolic_mmhg="128", diastolic_mmhg="82", heart_rate_bpm="72", spo2_percent="98")
    monitor.set(weight_kg="80")
    monitor.press("Save")
    monitor.expect("128/82")
    _tick(walk, monitor, "Medicines and allergies listed and checked", "Went through the list with him")
    prescriber.go(walk.chart("intake/"))
    prescriber.expect("sertraline", "venlafaxine", "penicillin", "Maren Whitlock", "128 mmHg", "80")
    prescriber.expect("Taken as long as advised: yes")
    for drug in ("sertraline", "venlafaxine"):
        prescriber.go(walk.chart("intake/"))
        prescriber.page.get_by_role("table").first.get_by_role("link", name=drug).click()
        assert prescriber.page.locator("[name=drug]").input_value() == drug
        prescriber.set(dose_text="150 mg", duration_weeks="10", is_current_episode="yes", is_adequate="yes")
        prescriber.press("Save")
    prescriber.go(walk.chart("intake/conditions/"))
    prescriber.expect("The patient answered: absent")
    for box in prescriber.page.locator("input[type=radio][value=absent]").all():
        box.check()
    for wanted in ("Capacity to consent", "Feels safe at home"):
        _radio(prescriber, wanted, "Present")
    prescriber.press("Save")
    prescriber.go(walk.chart("intake/pregnancy/"))
    prescriber.set(can_be_pregnant="no", reason="No capacity to be pregnant")
    prescriber.press("Save")
    _tick(walk, prescriber, "Blood tests", "No indication", state="not_needed")
    _tick(walk, prescriber, "Clinician interview", "Talked for an hour; knows the alternatives")
    _tick(walk, coordinator, "Payer noted", "Pays himself")
    coordinator.go(walk.chart("onboarding/"))
    coordinator.picture(walk.pictures, "onboarding-done-1440")
    shown = re.search(r"(\d+) of (\d+) settled", " ".join(coordinator.text().split()))
    assert shown and shown.group(1) == shown.group(2), coordinator.text()


def _tick(walk: Walk, person: Walker, title: str, note: str, state: str = "done") -> None:
    person.go(walk.chart("onboarding/"))
    person.press(title)
    person.set(state=state, note=note)
    person.press("Save")


def the_prescriber_answers_the_signal_of_the_assessment(walk: Walk) -> None:
    """Item 9 opened a duty when the record was opened (SR-41); a person closes it."""
    prescriber = walk.who("prescriber")
    prescriber.go("/signals/")
    prescriber.expect(f"{GIVEN} {FAMILY}", "PHQ-9")
    prescriber.picture(walk.pictures, "signals-1440")
    prescriber.page.get_by_role("table").get_by_role("link").first.click()
    prescriber.picture(walk.pictures, "signal-1440")
    prescriber.expect("no to every question", "Call 555-0142")
    prescriber.fill("What was done", "Called him: passing thoughts, no plan, no intent. Safety plan made.")
    prescriber.press("Answer and close")
    prescriber.go("/signals/")
    prescriber.expect_not(FAMILY)


def the_prescriber_decides_with_a_reason(walk: Walk) -> None:
    prescriber = walk.who("prescriber")
    prescriber.go(walk.chart("eligibility/"))
    prescriber.press("Assess")
    prescriber.expect("This decides nothing; a prescriber does", "Met")
    prescriber.expect_not("is eligible", "not eligible")
    prescriber.picture(walk.pictures, "eligibility-1440")
    prescriber.press("Decide and sign")
    prescriber.press("Sign the decision")
    assert prescriber.errors()
    prescriber.set(decision="proceed", routes="iv", reason="Two adequate trials failed; alternatives discussed.")
    prescriber.set(patient_text="We talked it through and start with infusions at the clinic.")
    prescriber.picture(walk.pictures, "decide-1440")
    prescriber.press("Sign the decision")
    prescriber.expect("In force", "Signed by Priya Prescriber", "Two adequate trials failed")
    patient = walk.who("patient")
    patient.go("/my/onboarding/")
    patient.expect("We talked it through and start with infusions at the clinic.")


def the_prescriber_starts_the_plan(walk: Walk) -> None:
    prescriber = walk.who("prescriber")
    prescriber.go(walk.chart("plan/"))
    prescriber.press("Start a plan")
    day = walk.first_dosing_day()
    prescriber.set(protocol_id="iv-ketamine-six-in-three-weeks", start_date=f"{day:%Y-%m-%d}")
    prescriber.picture(walk.pictures, "plan-start-1440")
    prescriber.press("Sign and start")
    prescriber.expect("IV ketamine, six infusions in three weeks", "Infusion 6", "Integration 1", "Preparation")
    prescriber.picture(walk.pictures, "plan-1440")
    coordinator = walk.who("coordinator")
    coordinator.go(f"/schedule/?day={day:%Y-%m-%d}")
    coordinator.picture(walk.pictures, "schedule-1440")
    patient = walk.who("patient")
    patient.go("/my/plan/")
    patient.expect("Preparation")
    patient.picture(walk.pictures, "my-plan-390")


def the_prescriber_signs_an_order_in_milligrams(walk: Walk) -> None:
    prescriber = walk.who("prescriber")
    prescriber.go(walk.chart("orders/new/"))
    prescriber.expect("80", "not a controlled-substance prescription")
    prescriber.set(drug="ketamine", route="iv", place="clinic", dose_mg="96", duration_min="40", max_doses="6")
    prescriber.set(valid_until=f"{walk.today() + timedelta(days=40):%Y-%m-%d}", indication="Depression")
    prescriber.page.locator("[name=is_per_kg]").check()
    # The cap of the site is 80 mg: nothing above it can be signed (H1).
    prescriber.page.get_by_role("button", name="Check", exact=True).click()
    prescriber.page.locator("#dose-look .check-lines").wait_for()
    prescriber.expect("80 mg")
    assert not prescriber.page.get_by_role("button", name="Sign this order").count()
    prescriber.set(dose_mg="40")
    _check_without_script(prescriber)
    prescriber.expect("0.500", "mg/kg")
    prescriber.picture(walk.pictures, "order-1440")
    prescriber.press("Sign this order")
    prescriber.expect("The order is signed", "40", "0.500 mg/kg")
    prescriber.picture(walk.pictures, "orders-1440")


def _check_without_script(prescriber: Walker) -> None:
    """Send the form as a browser without scripts does: the whole page comes back with the findings."""
    form = prescriber.page.locator("form:has([name=dose_mg])")
    form.evaluate(
        "form => { const field = document.createElement('input'); field.type = 'hidden';"
        " field.name = 'check'; field.value = '1'; form.append(field); form.submit(); }"
    )
    prescriber.page.get_by_role("button", name="Sign this order").wait_for()


def the_patient_sets_an_intention_and_writes_a_journal(walk: Walk) -> None:
    patient = walk.who("patient")
    patient.go("/my/intention/")
    patient.set(words="To be kind to myself")
    patient.press("Save")
    patient.go("/my/journal/new/")
    patient.set(text="Nobody knows that I am afraid of Thursday.")
    patient.press("Save")
    patient.go("/my/journal/")
    patient.expect("Nobody knows that I am afraid")
    patient.picture(walk.pictures, "journal-390")
    therapist = walk.who("therapist")
    therapist.go(walk.chart("notes/"))
    therapist.expect("To be kind to myself", "Nothing is shared")
    therapist.expect_not("afraid of Thursday")


def the_monitor_passes_the_gate(walk: Walk) -> None:
    with walk.clinic.at_work():
        from limen.apps.plans.models import PlannedVisit

        visit = (
            PlannedVisit.objects.filter(patient__uid=walk.patient_uid, kind="dosing").order_by("target_date").first()
        )
        day = visit.target_date
    walk.wait_until(day, time(9, 5))
    prescriber = walk.who("prescriber")
    prescriber.go(walk.chart("plan/"))
    prescriber.page.get_by_role("link", name="Mark Preparation").click()
    prescriber.set(action="done")
    prescriber.press("Save")
    monitor = walk.who("monitor")
    monitor.go("/board/")
    monitor.expect("Expected today", f"{GIVEN} {FAMILY}")
    monitor.go(walk.chart("sessions/open/"))
    monitor.page.locator("[name=room]").select_option(label="Room 1")
    monitor.press("The person has arrived")
    walk.session_path = re.search(r"/patients/\S+?/sessions/[0-9a-f-]{36}/", monitor.page.url).group(0)
    monitor.picture(walk.pictures, "gate-open-1024")
    monitor.expect("The dose cannot start while a line is open")
    monitor.set(systolic_mmhg="132", diastolic_mmhg="84", heart_rate_bpm="70", spo2_percent="98")
    monitor.press("Save vital signs")
    monitor.press("Ask the questions")
    _answer_no_to_all(monitor)
    _answer_lines(monitor, "Save answers")
    monitor.picture(walk.pictures, "gate-clear-1024")
    monitor.expect("Every line clear", "Start the dose")


def _answer_no_to_all(monitor: Walker) -> None:
    questions = instrument("c-ssrs-since-last-contact")
    for item in questions.items:
        if item.asked_if is None:
            no = next(option.value for option in item.answers.options if option.key == "no")
            monitor.set_named(item.id, str(no))
    monitor.press("Save the answers")


def _answer_lines(monitor: Walker, button: str) -> None:
    """The first accepted answer for every line that is asked here."""
    names = monitor.page.locator("input[type=radio][name^='line-']").evaluate_all("all => all.map(e => e.name)")
    for name in dict.fromkeys(names):
        values = monitor.page.locator(f"[name='{name}']").evaluate_all("all => all.map(e => e.value)")
        monitor.set_named(name, "no" if values[0] in ("none", "no") and "no" in values else values[0])
    monitor.press(button)


def the_monitor_runs_the_session(walk: Walk) -> None:
    monitor = walk.who("monitor")
    monitor.press("Start the dose")
    monitor.expect("since the first dose", "Vitals during the infusion")
    walk.wait(minutes=11)
    monitor.go(walk.session_path)
    monitor.page.get_by_text(re.compile("overdue by")).first.wait_for()
    monitor.picture(walk.pictures, "session-overdue-1024")
    _vitals(monitor, "141", "88")
    for minutes in (10, 10):
        walk.wait(minutes=minutes)
        monitor.go(walk.session_path)
        _vitals(monitor, "138", "86")


def _vitals(monitor: Walker, systolic: str, diastolic: str) -> None:
    monitor.set(systolic_mmhg=systolic, diastolic_mmhg=diastolic, heart_rate_bpm="84", spo2_percent="97")
    monitor.press("Save vital signs")
    monitor.expect("Vital signs saved", f"{systolic}/{diastolic}")


def the_board_and_the_patients_own_page_show_the_session(walk: Walk) -> None:
    watcher = walk.who("monitor")
    board = watcher.open_page()
    board.goto("/board/")
    tile = board.locator(".board-tile")
    assert f"{GIVEN} {FAMILY}" in tile.first.inner_text()
    assert "since the first dose" in tile.first.inner_text()
    assert "Room 1" in tile.first.inner_text()
    if walk.pictures:
        board.screenshot(path=walk.pictures / "board-1024.png")
    board.close()
    patient = walk.who("patient")
    patient.go("/my/session/")
    patient.expect("The medicine is being given", "Moses Monitor is watching over this session")
    patient.picture(walk.pictures, "my-session-390")
    button = patient.page.get_by_role("button", name="I need help").bounding_box()
    assert button["height"] >= 88 and button["width"] >= 88
    # While the medicine works nothing can be granted (SR-10), and help always works.
    patient.go("/my/consents/telehealth/")
    assert not patient.page.get_by_role("button", name="Sign", exact=True).count()
    patient.go("/my/session/")
    patient.press("I need help")
    patient.expect("Your team has been told")
    watcher.go("/board/")
    watcher.expect("Asked for help")
    watcher.go(walk.session_path)
    watcher.press("I am with them")
    # Being with the person is the answer: the duty it opened is closed, and nothing is written twice.
    watcher.go("/signals/")
    assert not watcher.page.get_by_text("Asked for help in the dosing session").count()


def the_monitor_records_the_dose_and_signs_recovery(walk: Walk) -> None:
    monitor = walk.who("monitor")
    walk.wait(minutes=10)
    monitor.go(walk.session_path)
    monitor.press("Dose given")
    monitor.expect("Ordered", "40 mg")
    typed = monitor.page.locator("[name=dose_mg]").input_value()
    assert float(typed) == 40, "the ordered dose is not typed again"
    monitor.press("Record the dose")
    monitor.expect("The dose is recorded", "Recovering")
    _rate(monitor, "dissociation", "2")
    _vitals(monitor, "136", "84")
    for minutes in (15, 15, 15, 15):
        walk.wait(minutes=minutes)
        monitor.go(walk.session_path)
        _vitals(monitor, "130", "82")
    for pad, value in (("dissociation", "0"), ("sedation", "5")):
        _rate(monitor, pad, value)
    monitor.picture(walk.pictures, "session-late-1024")
    monitor.press("Sign recovery")
    monitor.expect("Recovery is signed")


def _rate(monitor: Walker, pad: str, value: str) -> None:
    found = monitor.page.locator(".rating-pad").filter(has_text=re.compile(pad, re.I))
    found.get_by_role("button").get_by_text(value, exact=True).click()
    monitor.page.wait_for_load_state()


def the_patient_is_discharged_by_the_gate(walk: Walk) -> None:
    monitor = walk.who("monitor")
    monitor.expect("Discharge gate")
    assert not monitor.page.get_by_role("button", name="Discharge", exact=True).count()
    _answer_lines(monitor, "Save answers")
    monitor.picture(walk.pictures, "discharge-1024")
    monitor.expect("Every line met")
    monitor.set(escort="Maren Whitlock", companion="Maren Whitlock")
    monitor.press("Discharge", exact=True)
    monitor.expect("Discharged")
    monitor.picture(walk.pictures, "session-ended-1024")
    board = walk.who("monitor")
    board.go("/board/")
    board.expect_not("since the first dose")
    patient = walk.who("patient")
    patient.go("/my/session/")
    patient.expect("Do not drive or use machines until tomorrow")
    patient.picture(walk.pictures, "my-session-after-390")


def the_therapist_writes_an_integration_note(walk: Walk) -> None:
    walk.wait(days=2)
    therapist = walk.who("therapist")
    therapist.go(walk.chart("notes/new/"))
    kinds = therapist.page.locator("[name=kind] option").evaluate_all("all => all.map(e => e.value)")
    therapist.set(kind=next(kind for kind in kinds if "integration" in kind), occurred_on=f"{walk.today():%Y-%m-%d}")
    therapist.set(text="Spoke about the river he saw.", exercises="A walk by the river each morning.")
    therapist.press("Save")
    therapist.expect("Not signed")
    therapist.press("Sign this note")
    therapist.expect("Signed", "Thea Therapist")
    therapist.picture(walk.pictures, "note-1440")
    patient = walk.who("patient")
    patient.go("/my/exercises/")
    patient.expect("A walk by the river each morning.")


def the_patient_answers_the_phq_9_on_a_phone(walk: Walk) -> None:
    with walk.clinic.at_work():
        from limen.apps.measures.models import Assignment

        rows = Assignment.objects.filter(patient__uid=walk.patient_uid, instrument_pin__startswith="phq-9")
        due = rows.filter(opens_on__gt=walk.today()).order_by("opens_on").first()
        opens = due.opens_on
    walk.wait_until(opens, time(18, 0))
    patient = walk.who("patient")
    patient.go("/my/")
    patient.expect("One thing for today")
    patient.picture(walk.pictures, "today-390")
    patient.press("Start", exact=True)
    # Halved: 9 of 18, and nothing on item 9.
    for value in (1, 1, 1, 1, 1, 1, 2, 1, 0):
        patient.picture(walk.pictures, "question-390") if value == 2 else None
        patient.choose(FREQUENCIES[value])
        patient.press("Continue")
    if patient.page.get_by_role("radio").count():  # how difficult it has been, which does not count
        patient.press("Skip this question")
    patient.expect("Check your answers")
    patient.picture(walk.pictures, "check-390")
    patient.press("Send my answers")
    patient.expect("Thank you", "9 out of 27")
    patient.go("/my/progress/")
    patient.picture(walk.pictures, "my-progress-390")


def the_prescriber_sees_progress_and_signs_a_review(walk: Walk) -> None:
    walk.wait(hours=16)
    prescriber = walk.who("prescriber")
    prescriber.go(walk.chart())
    prescriber.expect("PHQ-9", "penicillin")
    prescriber.picture(walk.pictures, "chart-1440")
    prescriber.go(walk.chart("measures/"))
    prescriber.expect("18", "9", "Response")
    prescriber.picture(walk.pictures, "progress-1440")
    prescriber.go("/reviews/")
    prescriber.expect(f"{GIVEN} {FAMILY}")
    prescriber.picture(walk.pictures, "reviews-1440")
    prescriber.go(walk.chart("review/"))
    prescriber.expect("PHQ-9", "Doses given", "40", "Response: met")
    prescriber.picture(walk.pictures, "review-1440")
    prescriber.set(decision="continue", reason="Halved after the first infusion; tolerated well.")
    prescriber.set(patient_text="It is helping. We go on as planned.")
    prescriber.press("Sign the review")
    prescriber.expect("The review is signed", "Continue as planned")
    patient = walk.who("patient")
    patient.go("/my/plan/")
    patient.expect("It is helping. We go on as planned.")


def the_programme_page_counts_who_started(walk: Walk) -> None:
    lead = walk.who("lead")
    lead.go("/programme/")
    lead.expect("Started", "Completers", "PHQ-9")
    lead.picture(walk.pictures, "programme-1440")
    assert lead.page.locator(".stat").filter(has_text="Started").first.locator(".stat-value").inner_text() == "1"


def the_patient_and_the_auditor_see_who_looked(walk: Walk) -> None:
    patient = walk.who("patient")
    patient.go("/my/record/")
    patient.expect("Priya Prescriber", "Moses Monitor", "Thea Therapist")
    patient.picture(walk.pictures, "my-record-390")
    auditor = walk.who("auditor")
    auditor.go(walk.chart("who-saw/"))
    auditor.expect("Priya Prescriber", "Moses Monitor")


STEPS: list[Callable[[Walk], None]] = [
    a_visitor_reads_what_the_treatment_is,
    a_visitor_takes_the_free_assessment,
    a_visitor_asks_to_be_contacted,
    the_coordinator_accepts_the_referral_and_sends_a_link,
    the_patient_opens_an_account_with_a_second_factor,
    the_one_time_link_works_once,
    the_patient_answers_the_safety_questions,
    the_patient_names_people_and_signs_consents,
    the_team_completes_the_onboarding_steps,
    the_prescriber_answers_the_signal_of_the_assessment,
    the_prescriber_decides_with_a_reason,
    the_prescriber_starts_the_plan,
    the_prescriber_signs_an_order_in_milligrams,
    the_patient_sets_an_intention_and_writes_a_journal,
    the_monitor_passes_the_gate,
    the_monitor_runs_the_session,
    the_board_and_the_patients_own_page_show_the_session,
    the_monitor_records_the_dose_and_signs_recovery,
    the_patient_is_discharged_by_the_gate,
    the_therapist_writes_an_integration_note,
    the_patient_answers_the_phq_9_on_a_phone,
    the_prescriber_sees_progress_and_signs_a_review,
    the_programme_page_counts_who_started,
    the_patient_and_the_auditor_see_who_looked,
]
