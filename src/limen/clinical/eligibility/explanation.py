"""What a visitor is told: reasons in plain words, what would change them, what a clinician will ask."""

from collections.abc import Iterable
from dataclasses import dataclass

from limen.clinical.definitions.rule_set import RuleSet
from limen.clinical.eligibility.assessment import Assessment
from limen.clinical.rules import Value


@dataclass(frozen=True)
class Explanation:
    """reasons: what the answers showed. changes: only things a person or clinic can change (SR-60).

    questions: what a clinician will ask, for lines found and for lines nobody could tell.
    """

    reasons: tuple[str, ...]
    changes: tuple[str, ...]
    questions: tuple[str, ...]


def explain_for_visitor(rule_set: RuleSet, assessment: Assessment) -> Explanation:
    """Plain words for a public page; names no threshold and gives no verdict.

    Raises ValueError when the assessment was made with another version of the rules.
    """
    if assessment.pin != rule_set.identity.pin:
        raise ValueError(f"the assessment was made with {assessment.pin}, not with {rule_set.identity.pin}")
    concerns = [rule_set.criterion(result.id) for result in assessment.concerns]
    open_lines = [rule_set.criterion(result.id) for result in assessment.with_state(Value.CANNOT_TELL)]
    return Explanation(
        reasons=_once(criterion.patient_text for criterion in concerns),
        changes=_once(criterion.change_text for criterion in concerns if criterion.is_remediable),
        questions=_once(criterion.clinician_asks for criterion in [*concerns, *open_lines]),
    )


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
