"""Every page of the walk, and those beside it, for everybody: axe, reflow, keyboard, sizes, and requests.

Colours are checked in light and dark; what does not depend on colour is checked once.
"""

import re
import uuid
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.test import override_settings

from e2e.conftest import VENDOR
from e2e.journey_steps import EDUCATION, STEPS
from e2e.walker import DESKTOP, TABLET, Walker
from limen.apps.measures.definitions import instrument
from limen.apps.measures.models import Assignment
from limen.apps.patients.models import Patient
from limen.apps.screening import draft as drafts
from limen.apps.screening.rules import assessment_questions
from limen.apps.treatment.services import end_otherwise, open_session

pytestmark = pytest.mark.e2e

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
NARROW = {"width": 320, "height": 640}
MOST_REQUESTS = 10
SMALLEST_TARGET_PX = 24
UID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
# Pages nobody happened to open on the walk.
BESIDE_THE_WALK = {
    "visitor": [
        "/definitions/",
        "/account/login/",
        "/account/password/reset/",
        "/styleguide/",
        "/assessment/young-people/",
    ],
    "patient": [
        "/my/more/",
        "/my/help/",
        "/my/progress/",
        "/my/record/",
        "/account/profile/",
        "/my/onboarding/medicines/",
    ],
    "coordinator": ["/patients/", "/patients/new/", "/home/", "/patients/{p}/details/", "/schedule/", "/reviews/"],
    "prescriber": ["/home/", "/patients/{p}/", "/patients/{p}/orders/", "/patients/{p}/adverse-events/", "/referrals/"],
    "monitor": ["/home/", "/board/", "/patients/{p}/sessions/", "/patients/{p}/vitals/"],
    "therapist": ["/home/", "/patients/{p}/notes/"],
    "lead": ["/home/", "/programme/"],
    "director": ["/home/", "/site/settings/", "/site/settings/dose.iv.cap_mg/", "/site/settings/go-live/"],
    "admin": ["/home/", "/site/staff/", "/site/staff/invite/", "/site/rooms/", "/programme/"],
    "auditor": ["/site/audit/", "/patients/{p}/who-saw/"],
}
LIVE_PAGES = ("", "gate/", "gate/questions/", "dose/", "adverse/", "discharge/", "end/")
ROLES = tuple(BESIDE_THE_WALK)
# Pages that are over once the walk is: a questionnaire that was sent leads to its thanks, and the pages that set up
# a second factor ask for the first one again (test_account_pages.py looks at those).
OVER = re.compile(r"/my/measures/-/(\d+|check)/|/account/security/.*")
SMALL_TARGETS = """limit => [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
  .filter(e => {
    const box = e.getBoundingClientRect(), style = getComputedStyle(e);
    const isShown = box.width > 1 && box.height > 1 && style.visibility !== 'hidden' && e.type !== 'hidden';
    const isInText = e.tagName === 'A' && style.display === 'inline';
    const isLabelled = e.labels && [...e.labels].some(label => label.getBoundingClientRect().height >= limit);
    return isShown && !isInText && !isLabelled && (box.width < limit || box.height < limit);
  }).map(e => `${e.tagName} ${e.className} ${(e.innerText || e.name || '').slice(0, 40)}`)"""


@pytest.fixture
def live(walk):
    """The address of a session that is open while pages are looked at; the walk's own is over."""
    walk.through(STEPS[-1])
    with walk.clinic.at_work():
        patient = Patient.objects.get(uid=walk.patient_uid)
        monitor = walk.clinic.actor("monitor")
        session = open_session(patient=patient, visit=None, actor=monitor, route="iv")
    yield f"/patients/{walk.patient_uid}/sessions/{session.uid}/"
    with walk.clinic.at_work():
        end_otherwise(session, ending="left_against_advice", note="Over", actor=monitor, client_uid=uuid.uuid4())


def pages_of(walk, role: str) -> list[str]:
    """One address for each pattern this person opened on the walk, and those beside it."""
    walk.through(STEPS[-1])
    opened = [path.replace("{p}", walk.patient_uid) for path in BESIDE_THE_WALK[role]] + list(walk.who(role).seen)
    if role == "visitor":
        opened = [*opened, *EDUCATION]
    if role == "patient":
        opened = [*open_questionnaire(walk), *opened]
    patterns: dict[str, str] = {}
    for path in opened:
        if "/invitation/" in path:
            continue
        patterns.setdefault(re.sub(r"/q/(phq-9|gad-7|health)-[^/]+", r"/q/\1", UID.sub("-", path)), path)
    return list(patterns.values())


def open_walker(walk, role: str) -> Walker:
    """A new browser with this person's sign-in, so that what it reports belongs to these pages."""
    before = walk.who(role)
    before.renew()
    fresh = Walker(walk.browser, walk.clinic, role, user=before.user, viewport=DESKTOP)
    fresh.context.add_cookies(before.context.cookies())
    if role == "visitor":
        fresh.context.add_cookies([answered_assessment(walk)])
    return fresh


def answered_assessment(walk) -> dict:
    """The cookie of a visitor who has answered everything, item 9 above zero, and sent nothing yet."""
    health = {q.id: "no" for q in assessment_questions().questions if q.id not in ("age", "place")}
    answers = {one: {item.id: 1 for item in instrument(one).items} for one in drafts.INSTRUMENTS}
    trials = [{"drug": "sertraline", "enough": "yes", "outcome": "none"}]
    session = SessionStore()
    drafts.keep(session, drafts.Draft(42, "NY", answers, "yes", trials, health, "To work again"))
    session.save()
    return {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": walk.clinic.url}


def open_questionnaire(walk) -> list[str]:
    """The pages of the patient's GAD-7, which the walk leaves open."""
    with walk.clinic.at_work():
        today = walk.today()
        asked = Assignment.objects.filter(patient__uid=walk.patient_uid, instrument_pin__startswith="gad-7")
        uid = asked.filter(state="open", opens_on__lte=today, closes_on__gte=today).get().uid
    return [f"/my/measures/{uid}/1/", f"/my/measures/{uid}/check/"]


def axe(page, *, only: list[str] | None = None) -> list[str]:
    """What axe-core finds. It is evaluated by the debugger, so the page's own content policy stays strict."""
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate((VENDOR / "axe.min.js").read_text(encoding="utf-8"))
    options = {"runOnly": {"type": "rule", "values": only} if only else {"type": "tag", "values": TAGS}}
    options["resultTypes"] = ["violations"]
    found = page.evaluate("options => axe.run(document, options).then(result => result.violations)", options)
    return [f"{item['id']} at {node['target']}: {node['html'][:160]}" for item in found for node in item["nodes"]]


def look_at(walker: Walker, path: str) -> list[str]:
    """Everything wrong with one page, one line each."""
    page = walker.page
    walker.requests.clear()
    page.set_viewport_size(DESKTOP)
    page.emulate_media(color_scheme="light")
    status = walker.go(path).status
    if status != 200:
        return [f"{UID.sub('-', path)}: answered {status}"]
    if urlsplit(page.url).path != urlsplit(path).path:
        return (
            [] if OVER.fullmatch(UID.sub("-", path)) else [f"{UID.sub('-', path)}: leads to {UID.sub('-', page.url)}"]
        )
    found = [f"{line}" for line in axe(page)]
    if len(walker.requests) > MOST_REQUESTS and "/board/" not in path:
        found.append(f"{len(walker.requests)} requests, at most {MOST_REQUESTS}")
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {line}" for line in axe(page, only=["color-contrast"])]
    page.set_viewport_size(NARROW)
    wide = page.evaluate("() => document.documentElement.scrollWidth")
    if wide > NARROW["width"]:
        found.append(f"{wide} px wide on a screen of {NARROW['width']}")
    found += [f"narrow: {line}" for line in axe(page, only=["target-size"])]
    found += [f"small target: {line}" for line in page.evaluate(SMALL_TARGETS, SMALLEST_TARGET_PX)]
    return [f"{UID.sub('-', path)}: {line}" for line in found]


def look_at_all(walk, role: str, paths: list[str]) -> None:
    walker = open_walker(walk, role)
    with override_settings(LIMEN_DEMO=role == "visitor"):
        found = [line for path in paths for line in look_at(walker, path)]
    complaints = walker.complaints
    walker.close()
    assert not found, "\n".join(found)
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize("role", ROLES)
def test_every_page_can_be_used_by_everybody(walk, role):
    paths = pages_of(walk, role)
    assert paths, "nothing was looked at"
    look_at_all(walk, role, paths)


@pytest.mark.parametrize("role", ["monitor", "prescriber", "patient"])
def test_the_pages_of_a_session_that_is_open_can_be_used_by_everybody(walk, live, role):
    paths = ["/my/session/"] if role == "patient" else ["/board/", *[f"{live}{page}" for page in LIVE_PAGES]]
    look_at_all(walk, role, paths)


def test_the_call_for_help_is_large_on_a_narrow_phone(walk, live):
    walker = open_walker(walk, "patient")
    walker.page.set_viewport_size(NARROW)
    walker.go("/my/session/")
    box = walker.page.get_by_role("button", name="I need help").bounding_box()
    walker.close()
    assert box["height"] >= 88
    assert box["width"] >= 88


@pytest.mark.parametrize(("role", "path"), [("visitor", "/"), ("patient", "/my/"), ("prescriber", "/home/")])
def test_the_first_tab_stop_leads_past_the_header(walk, role, path):
    walk.through(STEPS[-1])
    walker = open_walker(walk, role)
    walker.go(path)
    walker.page.keyboard.press("Tab")
    focused = "() => document.activeElement"
    assert walker.page.evaluate(f"{focused}.className") == "skip-link"
    assert walker.page.evaluate(f"{focused}.getBoundingClientRect().top") >= 0, "it can be seen once it has the focus"
    walker.page.keyboard.press("Enter")
    assert walker.page.evaluate(f"{focused}.id") == "main"
    walker.close()


def test_a_form_with_errors_gives_the_focus_to_its_summary_and_names_the_page_so(walk):
    walk.through(STEPS[-1])
    walker = open_walker(walk, "prescriber")
    walker.go(walk.chart("review/"))
    walker.press("Sign the review")
    assert walker.page.evaluate("() => document.activeElement.hasAttribute('data-error-summary')")
    assert walker.page.title().startswith("Error: ")
    link = walker.page.locator("[data-error-summary] a").first
    target = link.get_attribute("href").removeprefix("#")
    link.click()
    assert walker.page.evaluate("() => document.activeElement.id") == target
    assert axe(walker.page) == []
    walker.close()


def test_the_assessment_can_be_answered_by_keyboard_alone(walk):
    walk.through(STEPS[-1])
    walker = Walker(walk.browser, walk.clinic, "keyboard", viewport=TABLET)
    keys = walker.page.keyboard
    walker.go("/assessment/q/age/")
    walker.page.locator("[name=answer]").focus()
    keys.type("30")
    keys.press("Enter")
    walker.page.wait_for_url("**/q/place/")
    walker.page.locator("[name=answer]").first.focus()
    keys.press("Space")
    keys.press("Enter")
    walker.page.wait_for_url("**/q/phq-9-q1/")
    walker.close()


def test_nothing_moves_when_motion_is_not_wanted(walk):
    walk.through(STEPS[-1])
    walker = open_walker(walk, "visitor")
    walker.go("/")
    moving = """() => [...document.querySelectorAll('*')].filter(e => {
      const style = getComputedStyle(e);
      const ms = text => Math.max(...text.split(',').map(one => parseFloat(one) * (one.includes('ms') ? 1 : 1000)));
      return ms(style.transitionDuration) > 1 || (style.animationName !== 'none' && ms(style.animationDuration) > 1);
    }).map(e => e.tagName + ' ' + e.className)"""
    assert walker.page.evaluate(moving) == []
    walker.close()
