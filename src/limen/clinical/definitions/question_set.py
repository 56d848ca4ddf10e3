"""The public assessment: its own plain questions, and the fact that each answer sets."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from limen.clinical.definitions.common import (
    DefinitionError,
    Identity,
    parse_identity,
    parse_toml,
    refuse_unknown_keys,
    require,
)
from limen.clinical.definitions.rule_set import refuse_repeats
from limen.clinical.rules import UNKNOWN, FactValue

INPUTS = ("number", "choice", "place")


@dataclass(frozen=True)
class Option:
    """One answer. sets: the fact value it stands for; UNKNOWN for "not sure" and "prefer not to say"."""

    key: str
    label: str
    sets: FactValue


@dataclass(frozen=True)
class Question:
    """One thing asked on one page. place input: the options are the places the site serves."""

    id: str
    text: str
    help_text: str
    fact: str
    input_kind: str
    options: tuple[Option, ...]
    minimum: int = 0
    maximum: int = 0
    unit: str = ""

    def fact_value(self, option_key: str) -> FactValue:
        """What the chosen option says about the fact. Raises KeyError for an option that does not exist."""
        for option in self.options:
            if option.key == option_key:
                return option.sets
        raise KeyError(f"question '{self.id}' has no option '{option_key}'")


@dataclass(frozen=True)
class QuestionSet:
    """questions are in the order asked; the first two are age and place (SR-60)."""

    identity: Identity
    minimum_age_years: int
    under_age_title: str
    under_age_text: str
    place_not_served_text: str
    questions: tuple[Question, ...]

    def question(self, question_id: str) -> Question:
        for question in self.questions:
            if question.id == question_id:
                return question
        raise KeyError(f"{self.identity.pin} has no question '{question_id}'")


def parse_question_set(text: str, where: str = "assessment") -> QuestionSet:
    """Read the questions. Raises DefinitionError, also when age and place do not come first."""
    table = parse_toml(text, where)
    identity = parse_identity(table, where)
    rows = require(table, "questions", list, where)
    questions = tuple(_parse_question(row, f"{where} questions[{i}]") for i, row in enumerate(rows))
    refuse_repeats([question.id for question in questions], f"{where} questions")
    if [question.id for question in questions[:2]] != ["age", "place"]:
        raise DefinitionError(f"{where}: the first two questions must be 'age' and 'place' (SR-60)")
    return QuestionSet(
        identity=identity,
        minimum_age_years=require(table, "minimum_age_years", int, where),
        under_age_title=require(table, "under_age_title", str, where),
        under_age_text=require(table, "under_age_text", str, where),
        place_not_served_text=require(table, "place_not_served_text", str, where),
        questions=questions,
    )


def _parse_question(row: Mapping[str, Any], where: str) -> Question:
    refuse_unknown_keys(row, {"id", "text", "help", "fact", "input", "options", "minimum", "maximum", "unit"}, where)
    input_kind = require(row, "input", str, where)
    options = tuple(_parse_option(option, where) for option in row.get("options", []))
    if input_kind not in INPUTS or (input_kind == "choice") != (len(options) > 1):
        raise DefinitionError(f"{where}: input must be one of {', '.join(INPUTS)}; only a choice has options")
    refuse_repeats([option.key for option in options], f"{where} options")
    return Question(
        id=require(row, "id", str, where),
        text=require(row, "text", str, where),
        help_text=row.get("help", ""),
        fact=require(row, "fact", str, where),
        input_kind=input_kind,
        options=options,
        minimum=row.get("minimum", 0),
        maximum=row.get("maximum", 0),
        unit=row.get("unit", ""),
    )


def _parse_option(row: Mapping[str, Any], where: str) -> Option:
    refuse_unknown_keys(row, {"key", "label", "sets"}, where)
    return Option(
        key=require(row, "key", str, where),
        label=require(row, "label", str, where),
        sets=row.get("sets", UNKNOWN),
    )
