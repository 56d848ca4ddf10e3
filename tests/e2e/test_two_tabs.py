"""Two tabs, two presses, and a board that loses its server."""

import re
import uuid

import pytest

from e2e.walker import TABLET, Walker
from factories import SYSTEM, make_patient
from limen.apps.measures.models import Vital
from limen.apps.measures.services import record_vital
from limen.apps.treatment.models import Administration, DosingSession, SessionEvent
from limen.apps.treatment.services import open_session

pytestmark = pytest.mark.e2e


@pytest.fixture
def monitor(browser, clinic):
    walker = Walker(browser, clinic, "monitor", user=clinic.staff["monitor"], viewport=TABLET)
    yield walker
    complaints = walker.complaints
    walker.close()
    assert complaints == []


def add_patient(clinic, given_name: str):
    with clinic.at_work():
        return make_patient(clinic.site, given_name, "Tabs")


def add_session(clinic, patient) -> DosingSession:
    with clinic.at_work():
        return open_session(patient=patient, visit=None, actor=clinic.actor("monitor"), route="iv")


def end_session(clinic, session) -> None:
    from limen.apps.treatment.services import end_otherwise

    with clinic.at_work():
        end_otherwise(
            session,
            ending="left_against_advice",
            note="Test over",
            actor=clinic.actor("monitor"),
            client_uid=uuid.uuid4(),
        )


def test_a_form_left_open_for_another_patient_is_refused_with_the_reason(clinic, monitor):
    """F19: a tab whose form was meant for one patient cannot write into the record of another."""
    first, second = add_patient(clinic, "Ann"), add_patient(clinic, "Bea")
    monitor.go(f"/patients/{first.uid}/vitals/")
    monitor.set(systolic_mmhg="128", diastolic_mmhg="82")
    form = monitor.page.locator("form:has([name$=systolic_mmhg])")
    # What a mixed-up tab would send: the first patient's form to the second patient's address.
    form.evaluate("(form, path) => { form.action = path; }", f"/patients/{second.uid}/vitals/record/")
    with monitor.page.expect_navigation() as navigation:
        form.get_by_role("button", name="Save").click()
    assert navigation.value.status == 409
    assert "another patient" in monitor.page.locator("main").inner_text().lower()
    with clinic.at_work():
        assert not Vital.objects.filter(patient__in=[first, second]).exists()


def test_two_tabs_for_two_patients_each_write_into_their_own_record(clinic, monitor):
    first, second = add_patient(clinic, "Cleo"), add_patient(clinic, "Dora")
    other = monitor.open_page()
    other.goto(f"/patients/{second.uid}/vitals/")
    monitor.go(f"/patients/{first.uid}/vitals/")
    monitor.set(systolic_mmhg="111", diastolic_mmhg="71")
    other.locator("[name$=systolic_mmhg]").fill("122")
    other.locator("[name$=diastolic_mmhg]").fill("72")
    other.get_by_role("button", name="Save").click()
    other.get_by_text("122/72").first.wait_for()
    monitor.press("Save")
    monitor.expect("111/71")
    with clinic.at_work():
        found = {row.patient_id: row.systolic_mmhg for row in Vital.objects.filter(patient__in=[first, second])}
    assert found == {first.pk: 111, second.pk: 122}


def send_twice(page, selector: str) -> list[int]:
    """Send the very same form twice at once, as a shaking hand or a retry storm does; the two statuses."""
    return page.evaluate(
        """async selector => {
          const form = document.querySelector(selector);
          const send = () => fetch(form.action, {
            method: 'POST', body: new URLSearchParams(new FormData(form)), redirect: 'follow',
          });
          const answers = await Promise.all([send(), send()]);
          return answers.map(answer => answer.status);
        }""",
        selector,
    )


def test_the_same_reading_sent_twice_is_one_row(clinic, monitor):
    """F11: one row for one key, whatever arrives how often, and the same answer to both."""
    session = add_session(clinic, add_patient(clinic, "Edna"))
    monitor.go(f"/patients/{session.patient.uid}/sessions/{session.uid}/")
    monitor.set(systolic_mmhg="128", diastolic_mmhg="82", heart_rate_bpm="70", spo2_percent="98")
    assert send_twice(monitor.page, "form:has([name=systolic_mmhg])") == [200, 200]
    monitor.press("Save vital signs")
    with clinic.at_work():
        assert SessionEvent.objects.filter(session=session, kind="vital").count() == 1
        assert Vital.objects.filter(patient=session.patient).count() == 1
    end_session(clinic, session)


def test_a_double_click_on_a_dose_records_one_dose(clinic, monitor):
    session = add_session(clinic, add_patient(clinic, "Fay"))
    monitor.go(f"/patients/{session.patient.uid}/sessions/{session.uid}/dose/")
    monitor.set(dose_mg="35", happening="as_planned")
    monitor.page.get_by_role("button", name="Record the dose").dblclick()
    monitor.page.wait_for_url(f"**/sessions/{session.uid}/")
    monitor.expect("35 mg")
    monitor.page.go_back()
    with clinic.at_work():
        assert Administration.objects.filter(session=session).count() == 1
    end_session(clinic, session)


def test_one_key_with_another_dose_is_refused_and_the_first_value_stays(clinic, monitor):
    """F12."""
    session = add_session(clinic, add_patient(clinic, "Gwen"))
    monitor.go(f"/patients/{session.patient.uid}/sessions/{session.uid}/dose/")
    monitor.set(dose_mg="35", happening="as_planned")
    key = monitor.page.locator("form:has([name=dose_mg]) [name=client_uid]").input_value()
    monitor.press("Record the dose")
    monitor.page.wait_for_url(f"**/sessions/{session.uid}/")
    monitor.go(f"/patients/{session.patient.uid}/sessions/{session.uid}/dose/")
    monitor.set(dose_mg="50", happening="as_planned")
    monitor.page.locator("form:has([name=dose_mg]) [name=client_uid]").evaluate("(e, key) => { e.value = key; }", key)
    with monitor.page.expect_navigation() as navigation:
        monitor.page.get_by_role("button", name="Record the dose").click()
    assert navigation.value.status in (409, 422)
    with clinic.at_work():
        assert [row.dose_mg for row in Administration.objects.filter(session=session)] == [35]
    end_session(clinic, session)


def test_the_board_says_when_it_has_lost_its_server_and_recovers_by_itself(clinic, monitor):
    session = add_session(clinic, add_patient(clinic, "Hope"))
    monitor.page.clock.install()
    monitor.go("/board/")
    monitor.expect("Hope Tabs")
    stale = monitor.page.locator("[data-board-stale]")
    assert not stale.is_visible()
    monitor.page.route("**/board/fragment/", lambda route: route.abort())
    monitor.page.clock.run_for(12_000)
    stale.wait_for(state="visible")
    assert re.search(r"What is shown is (9|1\d) seconds old", " ".join(stale.inner_text().split()))
    with clinic.at_work():
        record_vital(
            patient=session.patient,
            context="session",
            occurred_at=clinic.hours.now(),
            actor=SYSTEM,
            systolic_mmhg=120,
            diastolic_mmhg=80,
        )
    end_session(clinic, session)
    monitor.page.unroute("**/board/fragment/")
    monitor.page.clock.run_for(3_000)
    stale.wait_for(state="hidden")
    monitor.page.get_by_text("Hope Tabs").wait_for(state="hidden")
    # Chromium writes a line for every request that was cut off here on purpose.
    monitor.complaints[:] = [line for line in monitor.complaints if "ERR_FAILED" not in line]
