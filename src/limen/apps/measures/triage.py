"""From the answers of a suicide screen to the level, the words and the time of a signal (SR-41).

The tiers come from the core; the sourced table and the site's own signed tiers are data. Without a table every
"yes" means: a clinician, now. A refusal or an open question is never a "no".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from limen.apps.accounts.selectors import setting_row
from limen.apps.measures import definitions
from limen.apps.records import knowledge
from limen.apps.signals.selectors import due_at_for
from limen.clinical.definitions.instrument import Instrument
from limen.clinical.definitions.triage_table import TierTable, parse_tier_table, with_site_tiers
from limen.clinical.instruments import asked_items
from limen.clinical.safety.triage import Tier, triage

KIND = "suicide-risk"
OWNER_ROLE = "prescriber"
LOWER_TIERS = "triage.lower_tiers"
UNTOLD_LEVELS = {"unsorted": "not sorted: ask", "cannot_tell": "cannot tell: ask"}


@dataclass(frozen=True)
class Finding:
    """What a screen leads to. due_at None means now: no signed rule allows it to wait."""

    level: str
    title: str
    text: str
    due_at: datetime | None
    rule_pin: str
    outranks: frozenset[str]


def table_for(site_id: int, instrument: Instrument) -> TierTable | None:
    """The sourced tiers with the site's signed ones, for the form they were written for; else None."""
    try:
        table = knowledge.load("rules", "c-ssrs-triage", None, parse_tier_table)
    except (knowledge.UnknownDefinition, IndexError):
        return None
    if instrument.identity.id != definitions.SUICIDE_SCREEN:
        return None
    row = setting_row(site_id, LOWER_TIERS)
    if row is None:
        return table
    signed_as = f"Site setting {LOWER_TIERS}, signed {row.effective_from:%d %B %Y}"
    return with_site_tiers(table, row.value, signed_as=signed_as)


def said(instrument: Instrument, answers: Mapping[str, int | None]) -> dict[str, str]:
    """The answers to the questions that were asked, in words: yes, no, refused. An open one is absent."""
    words = {}
    for item in asked_items(instrument, answers):
        value = answers.get(item)
        if value is not None:
            words[item] = instrument.item(item).answers.option(value).key
    return words


def finding_of(
    instrument: Instrument, answers: Mapping[str, int | None], *, site_id: int, is_finished: bool, now: datetime
) -> Finding | None:
    """What the answers lead to; None for "no" throughout, or while a form in progress may still say more.

    A form in progress speaks as soon as an answer alone reaches a tier that is due now.
    """
    table = table_for(site_id, instrument)
    words = said(instrument, answers)
    open_questions = [item for item in asked_items(instrument, answers) if item not in words]
    if table is None and is_finished:
        words |= dict.fromkeys(open_questions, "refused")
    tier = triage(words, table)
    if tier.level == "none":
        return None
    is_reached = tier.due == "now" and (table is None or tier.level not in UNTOLD_LEVELS)
    if not is_finished and not is_reached:
        return None
    return _finding(instrument, tier, site_id, now, table)


def _finding(instrument: Instrument, tier: Tier, site_id: int, now: datetime, table: TierTable | None) -> Finding:
    level = UNTOLD_LEVELS.get(tier.level, tier.level)
    parts = [f"yes to {_numbers(tier.yes_to)}" if tier.yes_to else ""]
    parts.append(f"no answer to {_numbers(tier.unanswered)}" if tier.unanswered else "")
    short = "; ".join(part for part in parts if part) or "not answered"
    return Finding(
        level=level,
        title=f"{instrument.abbreviation}: {short}",
        text=f"{instrument.abbreviation}: {short}. {tier.reason} Source: {tier.source}.",
        due_at=due_at_for(site_id, tier.due, now),
        rule_pin=table.identity.pin if table else f"{instrument.pin}#any-yes",
        outranks=_below(level, table),
    )


def _below(level: str, table: TierTable | None) -> frozenset[str]:
    """Every level lower than this one. What could not be placed counts just below the tiers that are due now."""
    rows = table.rows if table else ()
    urgent = [row.level for row in rows if row.due == "now"]
    order = [*urgent, *UNTOLD_LEVELS.values(), *(row.level for row in rows if row.due != "now")]
    return frozenset(order[order.index(level) + 1 :])


def _numbers(items: tuple[str, ...]) -> str:
    return ", ".join(item.removeprefix("q").replace("-recent", " (past 3 months)") for item in items)
