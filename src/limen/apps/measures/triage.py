"""From the answers of a suicide screen to the words and the time of a signal (SR-41).

Without a signed table of tiers every "yes", every refusal and every unanswered question means: a clinician, now.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from limen.clinical.definitions.instrument import Instrument
from limen.clinical.instruments import asked_items

KIND = "suicide-risk"
OWNER_ROLE = "prescriber"
UNSCREENED = "not yet screened"


@dataclass(frozen=True)
class Tier:
    """What a screen leads to. due_at None means now. level: the highest question answered with yes, in words."""

    level: str
    finding: str
    due_at: datetime | None
    rule_pin: str


def tier_of(
    instrument: Instrument, answers: Mapping[str, int | None], *, is_finished: bool, now: datetime
) -> Tier | None:
    """The tier these answers lead to; None when every question asked was answered with no.

    While the form is still being filled in, an unanswered question is not yet a finding; once finished it is.
    """
    asked = asked_items(instrument, answers)
    said = {item: _key(instrument, item, answers.get(item)) for item in asked}
    yes = [item for item, key in said.items() if key == "yes"]
    refused = [item for item, key in said.items() if key == "refused"]
    missing = [item for item, key in said.items() if key is None] if is_finished else []
    if not yes and not refused and not missing:
        return None
    parts = [
        f"yes to {_numbers(yes)}" if yes else "",
        f"not answered by choice: {_numbers(refused)}" if refused else "",
    ]
    parts.append(f"left open: {_numbers(missing)}" if missing else "")
    level = f"yes to {_numbers(yes)}" if yes else "could not be told"
    finding = f"{instrument.abbreviation}: {'; '.join(part for part in parts if part)}."
    return Tier(level=level, finding=finding, due_at=None, rule_pin=f"{instrument.pin}#any-yes")


def _key(instrument: Instrument, item: str, value: int | None) -> str | None:
    return None if value is None else instrument.item(item).answers.option(value).key


def _numbers(items: list[str]) -> str:
    return ", ".join(item.removeprefix("q").replace("-recent", " in the past 3 months") for item in items)
