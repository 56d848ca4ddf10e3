"""The small scripts in a real browser, against a made-up server: clocks, the live board, the double press."""

from pathlib import Path

import pytest

import limen.ui

STATIC = Path(limen.ui.__file__).parent / "static" / "limen"
CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [pytest.mark.e2e, pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed")]
HOME = "http://limen.test/"


@pytest.fixture(scope="module")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser):
    page = browser.new_page()

    def opened(body: str, *scripts: str, head: str = ""):
        tags = "".join(f'<script src="/{name}" defer></script>' for name in scripts)
        html = f"<!doctype html><html><head>{head}{tags}</head><body>{body}</body></html>"
        page.route(HOME, lambda route: route.fulfill(body=html, content_type="text/html"))
        page.route("**/*.js", lambda route: route.fulfill(path=STATIC / route.request.url.rsplit("/", 1)[1]))
        return page

    yield opened
    page.close()


def test_a_due_time_is_judged_on_the_servers_clock_not_the_tablets(open_page):
    page = open_page(
        '<time class="due" data-due-at="2020-01-01T10:05:30Z"><span data-due-text></span></time>'
        '<time class="due" data-due-at="2020-01-01T09:58:00Z"><span data-due-text></span></time>',
        "clock.js",
        head='<meta name="limen-now" content="2020-01-01T10:00:00Z">',
    )
    page.goto(HOME)
    coming, overdue = page.locator("time").all()
    # 10:05:30 seen from 10:00:00 is five whole minutes away; 09:58:00 is two minutes ago.
    assert coming.inner_text() == "due in 5 min"
    assert overdue.inner_text() == "overdue by 2 min"
    assert "due-over" in overdue.get_attribute("class")


def test_the_board_swaps_on_change_asks_with_its_etag_and_says_when_it_is_old(open_page):
    page = open_page(
        '<div data-board-url="/board" data-board-every-ms="40" data-board-stale-ms="400">'
        "<p data-board-stale hidden>old by <b data-board-age></b> s</p><div data-board-content>first</div></div>",
        "board.js",
    )
    asked = []
    state = {"is_down": False}

    def answer(route):
        asked.append(route.request.headers.get("if-none-match"))
        if state["is_down"]:
            route.abort()
        elif asked[-1] == '"2"':
            route.fulfill(status=304)
        else:
            route.fulfill(status=200, body="<b>second</b>", headers={"ETag": '"2"', "Content-Type": "text/html"})

    page.route("**/board", answer)
    page.goto(HOME)
    page.wait_for_function("document.querySelector('[data-board-content]').textContent === 'second'")
    page.wait_for_timeout(700)
    assert asked[0] is None and asked[-1] == '"2"'
    assert page.locator("[data-board-stale]").is_hidden()
    state["is_down"] = True
    page.wait_for_selector("[data-board-stale]", state="visible", timeout=3000)
    state["is_down"] = False
    page.wait_for_selector("[data-board-stale]", state="hidden", timeout=3000)


def test_a_second_press_sends_nothing_and_the_form_stays_editable(open_page):
    page = open_page(
        '<form method="post" action="/save" target="sink"><input name="note"><button>Save</button></form>'
        '<iframe name="sink"></iframe>',
        "limen.js",
    )
    sent = []
    page.route("**/save", lambda route: (sent.append(1), route.fulfill(body="ok", content_type="text/html")))
    page.goto(HOME)
    page.evaluate("() => { const b = document.querySelector('button'); b.click(); b.click(); }")
    page.wait_for_timeout(300)
    assert len(sent) == 1
    page.fill("input", "still mine to edit")
    assert page.input_value("input") == "still mine to edit"


def test_the_error_summary_takes_the_focus_and_its_link_gives_it_to_the_field(open_page):
    page = open_page(
        '<div data-error-summary tabindex="-1"><a href="#name">Enter a name</a></div><input id="name">', "limen.js"
    )
    page.goto(HOME)
    assert page.evaluate("document.activeElement.hasAttribute('data-error-summary')")
    page.click("a")
    assert page.evaluate("document.activeElement.id") == "name"


def test_the_theme_switch_sets_the_page_and_remembers_it_on_this_device(open_page):
    page = open_page(
        '<div data-theme-switch hidden><button data-theme-set="">System</button>'
        '<button data-theme-set="dim">Dim</button></div>',
        "limen.js",
    )
    page.goto(HOME)
    page.click("text=Dim")
    assert page.evaluate("document.documentElement.dataset.theme") == "dim"
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dim"
    page.click("text=System")
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") is None
