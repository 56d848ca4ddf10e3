"""Criteria against facts: met, not met or cannot tell, with reasons and sources; never a verdict."""

from limen.clinical.eligibility.assessment import Assessment, CriterionResult, InputUsed, assess
from limen.clinical.eligibility.explanation import Explanation, explain_for_visitor

__all__ = ["Assessment", "CriterionResult", "Explanation", "InputUsed", "assess", "explain_for_visitor"]
