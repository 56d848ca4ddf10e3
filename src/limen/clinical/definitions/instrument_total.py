"""The closed arithmetic of a questionnaire total: add, reverse, take the highest; nothing else can be written."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

TERM_KINDS = ("item", "reverse", "max_of")
MISSING_RULES = ("refuse", "prorate")

# A prorated total is a ratio; hundredths are kept so that it is seen to be an estimate and never lands on a
# cut-off by rounding (ninths, eighths and sevenths are all further than half a hundredth from a whole number).
_PRORATED_STEP = Decimal("0.01")


@dataclass(frozen=True)
class Term:
    """One addend of a total.

    kind: 'item' adds the answer, 'reverse' adds (low + high - answer), 'max_of' adds the highest answer.
    low, high: smallest and largest value the term can take.
    """

    kind: str
    items: tuple[str, ...]
    low: int
    high: int

    def value(self, answers: Mapping[str, int]) -> int:
        if self.kind == "reverse":
            return self.low + self.high - answers[self.items[0]]
        return max(answers[item] for item in self.items)


@dataclass(frozen=True)
class MissingRule:
    """What an unanswered scored item does to the total.

    rule: 'refuse' gives no total; 'prorate' puts the mean of the answered items in place of each missing one,
    as long as no more than `max_missing` are missing.
    """

    rule: str
    text: str
    max_missing: int = 0
    source: str = ""


@dataclass(frozen=True)
class Total:
    """A sum, or the reason why there is none. `value` is an int when complete, a Decimal when prorated."""

    value: int | Decimal | None
    missing_items: tuple[str, ...]
    is_prorated: bool
    reason: str


def scored_items(terms: tuple[Term, ...]) -> tuple[str, ...]:
    """Item ids in the order in which the terms name them."""
    return tuple(item for term in terms for item in term.items)


def exact_range(terms: tuple[Term, ...]) -> tuple[int, int]:
    """Lowest and highest total the terms allow."""
    return sum(term.low for term in terms), sum(term.high for term in terms)


def total_of(terms: tuple[Term, ...], missing_rule: MissingRule, answers: Mapping[str, int | None]) -> Total:
    """The total of already checked answers; an absent key and None both mean unanswered.

    Prorating is exact: sum x (number of terms) / (number answered), then rounded half up to hundredths.
    """
    given = {item: value for item, value in answers.items() if value is not None}
    missing = tuple(item for item in scored_items(terms) if item not in given)
    if not missing:
        return Total(sum(term.value(given) for term in terms), (), False, "")
    if missing_rule.rule == "refuse" or len(missing) > missing_rule.max_missing:
        return Total(None, missing, False, _refusal(missing_rule, missing))
    answered = [term for term in terms if term.items[0] in given]
    raw = Decimal(sum(term.value(given) for term in answered) * len(terms)) / len(answered)
    return Total(raw.quantize(_PRORATED_STEP, ROUND_HALF_UP), missing, True, "")


def _refusal(missing_rule: MissingRule, missing: tuple[str, ...]) -> str:
    noun = "item is" if len(missing) == 1 else "items are"
    return f"no total: {len(missing)} scored {noun} unanswered ({', '.join(missing)}). {missing_rule.text}"
