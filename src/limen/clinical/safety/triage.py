"""Suicide triage: from screener answers to a tier and a due time (SR-41). Unknown is never "no"."""

from collections.abc import Mapping
from dataclasses import dataclass

from limen.clinical.definitions.triage_table import DUES, ItemNineRule, TierRow, TierTable

NO_TABLE_REASON = "No triage table is loaded, so any answer other than no goes to a clinician now."
ITEM_NINE_UNANSWERED = "Item 9 was not answered; an unanswered question is not a no."


@dataclass(frozen=True)
class Tier:
    """Where the answers lead.

    level: the table's level; "unsorted" for a yes that no signed tier covers; "cannot_tell" for missing or refused
    answers; "none" when every question was answered no. due: now, same_day, next_covered or none.
    """

    level: str
    due: str
    reason: str
    source: str
    yes_to: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()


@dataclass(frozen=True)
class ItemNineSignal:
    """needs_screen: the structured screen is due in the same contact. A 0 never clears anybody."""

    needs_screen: bool
    reason: str
    source: str
    known_level: str


def triage(answers: Mapping[str, str], tier_table: TierTable | None) -> Tier:
    """The tier of one filled screener.

    answers: question id -> "yes", "no" or "refused"; an absent question was not answered. Questions that the form
    skips after a no are not counted as missing.
    Raises ValueError for another answer word, or for a question the table does not know.
    """
    _check_words(answers, tier_table)
    yes_to = tuple(question for question, answer in answers.items() if answer == "yes")
    unanswered = _unanswered(answers, tier_table)
    row = _strictest_row(yes_to, tier_table) if tier_table is not None else None
    if row is not None and (row.due == "now" or not unanswered):
        return Tier(row.level, row.due, row.reason, row.source.citation, yes_to, unanswered)
    return _outside_tiers(yes_to, unanswered, tier_table)


def item_nine_signal(value: int | None, known_level: str, rule: ItemNineRule | None = None) -> ItemNineSignal:
    """Whether one item-nine answer calls for the structured screen.

    value: 0 to 3, or None when the item was not answered. known_level: the person's level from the last triage, shown
    beside the change and never used to silence it; "" when none is known. Without a rule any answer above 0 counts.
    Raises ValueError when the value is outside the item's range.
    """
    if value is None:
        return ItemNineSignal(True, ITEM_NINE_UNANSWERED, "SR-41", known_level)
    if not 0 <= value <= 3:
        raise ValueError(f"item 9 is {value}; it goes from 0 to 3")
    if rule is None:
        return ItemNineSignal(
            value > 0, "No item-nine rule is loaded, so any answer above 0 counts.", "SR-41", known_level
        )
    needs_screen = value >= rule.signal_at
    reason = rule.reason if needs_screen else rule.zero_reason
    return ItemNineSignal(needs_screen, reason, rule.source.citation, known_level)


def _strictest_row(yes_to: tuple[str, ...], table: TierTable) -> TierRow | None:
    """The most urgent row that fits, or None when one of the yes answers is in no row: that yes is not sorted."""
    fitting = [row for row in table.rows if set(row.any_yes) & set(yes_to)]
    urgent = [row for row in fitting if row.due == "now"]
    if urgent:
        return urgent[0]
    covered = {question for row in fitting for question in row.any_yes}
    return min(fitting, key=lambda row: DUES.index(row.due), default=None) if set(yes_to) <= covered else None


def _outside_tiers(yes_to: tuple[str, ...], unanswered: tuple[str, ...], table: TierTable | None) -> Tier:
    source = table.identity.pin if table else "SR-41"
    if yes_to:
        reason = NO_TABLE_REASON if table is None else "A yes that no signed tier covers goes to a clinician now."
        if unanswered:
            reason = (
                f"Not every question was answered ({', '.join(unanswered)}), so a higher level cannot be ruled out."
            )
        return Tier("unsorted", "now", reason, source, yes_to, unanswered)
    if unanswered:
        reason = f"No answer to {', '.join(unanswered)}; refused or missing is not a no, so a clinician asks."
        return Tier("cannot_tell", "now", reason, source, (), unanswered)
    return Tier("none", "none", "Every question was answered no.", source)


def _unanswered(answers: Mapping[str, str], table: TierTable | None) -> tuple[str, ...]:
    if table is None:
        # Without the table nobody knows which questions belong to the form, so an empty form is unanswered too.
        refused = tuple(question for question, answer in answers.items() if answer == "refused")
        return refused if answers else ("every question",)
    return tuple(
        question
        for question in table.questions
        if answers.get(question, "refused") == "refused" and not _is_skipped(question, answers, table)
    )


def _is_skipped(question: str, answers: Mapping[str, str], table: TierTable) -> bool:
    gate = table.skip_if_no.get(question)
    return gate is not None and question not in answers and answers.get(gate) == "no"


def _check_words(answers: Mapping[str, str], table: TierTable | None) -> None:
    for question, answer in answers.items():
        if answer not in ("yes", "no", "refused"):
            raise ValueError(f"answer to {question} is '{answer}'; accepted: yes, no, refused")
        if table is not None and question not in table.questions:
            raise ValueError(f"{table.identity.pin} has no question '{question}'")
