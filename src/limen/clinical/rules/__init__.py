"""The closed, three-valued rule grammar: met, not met, cannot tell."""

from limen.clinical.rules.condition import (
    All,
    AnyOf,
    Compare,
    Condition,
    Not,
    RuleError,
    Scalar,
    SettingRef,
    facts_in,
    parse_condition,
    settings_in,
)
from limen.clinical.rules.evaluation import (
    UNKNOWN,
    Fact,
    Facts,
    FactValue,
    Outcome,
    Settings,
    Unknown,
    Value,
    evaluate,
)

__all__ = [
    "UNKNOWN",
    "All",
    "AnyOf",
    "Compare",
    "Condition",
    "Fact",
    "FactValue",
    "Facts",
    "Not",
    "Outcome",
    "RuleError",
    "Scalar",
    "SettingRef",
    "Settings",
    "Unknown",
    "Value",
    "evaluate",
    "facts_in",
    "parse_condition",
    "settings_in",
]
