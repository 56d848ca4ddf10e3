"""A journey under way: whose browsers are open, which steps are done, and the clinic's time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from e2e.clinic import Clinic
from e2e.totp import App
from e2e.walker import DESKTOP, PHONE, TABLET, Walker

VIEWPORTS = {"visitor": PHONE, "patient": PHONE, "monitor": TABLET}


@dataclass
class Walk:
    """Who walks, and what has been walked. `through` does every step up to the one named, each once."""

    browser: object
    clinic: Clinic
    steps: list[Callable[["Walk"], None]]
    pictures: Path | None = None
    walkers: dict[str, Walker] = field(default_factory=dict)
    done: list[Callable[["Walk"], None]] = field(default_factory=list)
    broken: str = ""
    link: str = ""
    app: App | None = None
    patient_uid: str = ""
    session_path: str = ""

    def through(self, last: Callable[["Walk"], None]) -> None:
        for step in self.steps[: self.steps.index(last) + 1]:
            if step in self.done:
                continue
            assert not self.broken, f"the walk stopped before: {self.broken}"
            try:
                step(self)
            except BaseException:
                self.broken = step.__name__.replace("_", " ")
                self.picture_all("stopped")
                for walker in self.walkers.values():
                    print(f"{walker.name} stands at {walker.page.url}")
                raise
            self.done.append(step)

    def who(self, role: str) -> Walker:
        """The browser of this person; staff are signed in with a fresh passkey."""
        if role not in self.walkers:
            user = self.clinic.staff.get(role)
            viewport = VIEWPORTS.get(role, DESKTOP)
            self.walkers[role] = Walker(self.browser, self.clinic, role, user=user, viewport=viewport)
        return self.walkers[role]

    def wait(self, **duration: float) -> None:
        """Let the clinic's time pass; whoever was signed in signs in again."""
        self.clinic.hours.wait(**duration)
        for walker in self.walkers.values():
            walker.renew()

    def wait_until(self, day: date, at: time) -> None:
        """Until this time of day at the clinic."""
        moment = datetime.combine(day, at, ZoneInfo(self.clinic.site.time_zone))
        self.wait(seconds=(moment - self.clinic.hours.now()).total_seconds())

    def today(self) -> date:
        return self.clinic.hours.now().astimezone(ZoneInfo(self.clinic.site.time_zone)).date()

    def first_dosing_day(self) -> date:
        """A weekday at least five days ahead, so that the preparation visit fits in before it."""
        day = self.today() + timedelta(days=5)
        while day.weekday() > 4:
            day += timedelta(days=1)
        return day

    def chart(self, page: str = "") -> str:
        return f"/patients/{self.patient_uid}/{page}"

    def picture_all(self, name: str) -> None:
        for walker in self.walkers.values():
            walker.picture(self.pictures, f"{name}-{walker.name}")

    def close(self) -> None:
        for walker in self.walkers.values():
            walker.close()
