"""One person's browser: what they opened, and what went wrong on the way."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from e2e.clinic import Clinic

DESKTOP = {"width": 1440, "height": 900}
TABLET = {"width": 1024, "height": 768}
PHONE = {"width": 390, "height": 844}
PATIENCE_MS = 8000


class Walker:
    """A browser of its own for one person. `seen` holds every page that answered, `complaints` every fault."""

    def __init__(self, browser, clinic: Clinic, name: str, *, user=None, viewport=DESKTOP, scheme="light") -> None:
        self.clinic, self.name, self.user = clinic, name, user
        self.seen: dict[str, None] = {}
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.context = browser.new_context(
            base_url=clinic.url, viewport=viewport, color_scheme=scheme, reduced_motion="reduce"
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.renew()
        self.page = self.open_page()

    def open_page(self):
        page = self.context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: script error: {error}"))
        page.on("request", self._note_request)
        page.on("response", lambda response: self._note_response(page, response))
        return page

    def renew(self) -> None:
        """Sign in anew, as one must after a pause."""
        if self.user is not None:
            self.user.refresh_from_db()
            self.context.add_cookies([self.clinic.session_cookie(self.user)])

    def _hear(self, message) -> None:
        # The browser itself reports a form that came back with errors (422) and a refusal (4xx) as an error line.
        if message.type == "error" and not re.search(r"status of 4\d\d", message.text):
            self.complaints.append(f"{message.location.get('url', '')}: console: {message.text}")

    def _note_request(self, request) -> None:
        self.requests.append(request.url)
        if not request.url.startswith((self.clinic.url, "data:", "blob:")):
            self.complaints.append(f"a request left the site: {request.url}")

    def _note_response(self, page, response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.status} from {response.url}")
        request = response.request
        is_page = request.is_navigation_request() and request.frame == page.main_frame
        if is_page and request.method == "GET" and response.status == 200:
            parts = urlsplit(response.url)
            self.seen[parts.path + (f"?{parts.query}" if parts.query else "")] = None

    def go(self, path: str):
        return self.page.goto(path)

    def press(self, name: str | re.Pattern, *, within=None, exact: bool = False) -> None:
        """Press the button, or follow the link, of this name; wait for the page it leads to."""
        place = within or self.page
        found = place.get_by_role("button", name=name, exact=exact).or_(
            place.get_by_role("link", name=name, exact=exact)
        )
        found.first.click()
        # A click that sends a form returns once the answer has begun; the page is read when it is there.
        self.page.wait_for_load_state("domcontentloaded")

    def choose(self, name: str, *, exact: bool = True) -> None:
        self.page.get_by_role("radio", name=name, exact=exact).check()

    def fill(self, label: str | re.Pattern, value: str, *, exact: bool = False) -> None:
        self.page.get_by_label(label, exact=exact).first.fill(value)

    def set(self, **values: str) -> None:
        """Fill in fields by their names: text, dates, lists, radios and boxes alike."""
        for name, value in values.items():
            self.set_named(name, value)

    def set_named(self, name: str, value: str) -> None:
        fields = f':is([name="{name}"], [name$="-{name}"]):not([type=hidden])'
        found = self.page.locator(fields)
        kind = found.first.evaluate("e => e.tagName === 'SELECT' ? 'select' : e.type")
        if kind == "select":
            found.first.select_option(value)
        elif kind in ("radio", "checkbox"):
            self.page.locator(f'{fields}[value="{value}"]').check()
        else:
            found.first.fill(value)

    def heading(self) -> str:
        return self.page.locator("h1").first.inner_text()

    def text(self) -> str:
        return self.page.locator("main").inner_text()

    def errors(self) -> str:
        """What the error summary of the page says; empty when there is none."""
        summary = self.page.locator("[data-error-summary]")
        return summary.first.inner_text() if summary.count() else ""

    def expect(self, *words: str) -> None:
        """The page shows all of these words."""
        shown = " ".join(self.text().split())
        missing = [word for word in words if word.lower() not in shown.lower()]
        assert not missing, f"{self.name} at {self.page.url} does not see {missing}; the page says: {shown[:1500]}"

    def expect_not(self, *words: str) -> None:
        shown = " ".join(self.text().split()).lower()
        found = [word for word in words if word.lower() in shown]
        assert not found, f"{self.name} at {self.page.url} sees {found}"

    def picture(self, folder: Path | None, name: str) -> None:
        if folder is not None:
            self.page.screenshot(path=folder / f"{name}.png", full_page=True)

    def close(self) -> None:
        self.context.close()
