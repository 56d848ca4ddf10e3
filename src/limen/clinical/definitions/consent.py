"""Consent documents as data: sections in plain language and statements to tick, one purpose to a document."""

import re
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

SCOPES = ("treatment", "telehealth", "privacy", "registry", "research", "recording", "touch", "journal")
# What a treatment consent must speak of: the elements found missing in real forms (Mathai 2022) and those beside them.
TREATMENT_ELEMENTS = (
    "label-status",
    "alternatives",
    "expected-response",
    "dissociation",
    "psychological-support",
    "psychiatric-evaluation",
    "medical-evaluation",
    "medical-support",
    "long-term-risks",
    "blood-pressure",
    "sedation-and-breathing",
    "bladder",
    "dependence",
    "benzodiazepines",
    "driving",
    "pregnancy",
    "cost",
    "right-to-stop",
    "data-use",
    "emergency-plan",
    "who-can-see",
)
HOME_ELEMENTS = ("home-risk",)
_FIGURE = re.compile(r"\d")
_HEAD = {"id", "version", "title", "status", "licence", "reviewed_by", "reviewed_on", "sources"}


@dataclass(frozen=True)
class ConsentSection:
    """A titled part. covers: the elements it answers; sources: keys behind any figure in it."""

    title: str
    paragraphs: tuple[str, ...]
    covers: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True)
class ConsentStatement:
    """One sentence the person ticks. Only required ones must be ticked for the consent to be in force."""

    key: str
    text: str
    is_required: bool


@dataclass(frozen=True)
class ConsentDocument:
    """identity.reviewed_by is "" until a licensed reviewer has read it; the page then says "not yet reviewed"."""

    identity: Identity
    scope: str
    purpose: str
    place: str
    sections: tuple[ConsentSection, ...]
    statements: tuple[ConsentStatement, ...]

    @property
    def is_reviewed(self) -> bool:
        return bool(self.identity.reviewed_by)


def parse_consent(text: str, where: str = "consent") -> ConsentDocument:
    """The consent document in a TOML text.

    Raises DefinitionError when a section with a figure names no source, when a treatment consent leaves out an
    element it must cover, or when no statement is required.
    """
    table = parse_toml(text, where)
    refuse_unknown_keys(table, _HEAD | {"scope", "purpose", "place", "sections", "statements"}, where)
    identity = parse_identity(table, where)
    scope = require(table, "scope", str, where)
    if scope not in SCOPES:
        raise DefinitionError(f"{where}: scope '{scope}' is not one of {', '.join(SCOPES)}")
    sections = require(table, "sections", list, where)
    statements = require(table, "statements", list, where)
    document = ConsentDocument(
        identity=identity,
        scope=scope,
        purpose=require(table, "purpose", str, where),
        place=table.get("place", ""),
        sections=tuple(_section(row, identity, f"{where} sections[{i}]") for i, row in enumerate(sections)),
        statements=tuple(_statement(row, f"{where} statements[{i}]") for i, row in enumerate(statements)),
    )
    _check_elements(document, where)
    _check_statements(document, where)
    return document


def _section(row: Mapping[str, Any], identity: Identity, where: str) -> ConsentSection:
    refuse_unknown_keys(row, {"title", "paragraphs", "covers", "sources"}, where)
    section = ConsentSection(
        title=require(row, "title", str, where),
        paragraphs=tuple(require(row, "paragraphs", list, where)),
        covers=tuple(row.get("covers", ())),
        sources=tuple(row.get("sources", ())),
    )
    for key in section.sources:
        identity.source(key)
    if any(_FIGURE.search(p) for p in section.paragraphs) and not section.sources:
        raise DefinitionError(f"{where}: '{section.title}' holds a figure and names no source")
    if not section.paragraphs:
        raise DefinitionError(f"{where}: '{section.title}' has no paragraph")
    return section


def _statement(row: Mapping[str, Any], where: str) -> ConsentStatement:
    refuse_unknown_keys(row, {"key", "text", "required"}, where)
    statement = ConsentStatement(
        key=require(row, "key", str, where),
        text=require(row, "text", str, where),
        is_required=require(row, "required", bool, where),
    )
    if _FIGURE.search(statement.text):
        raise DefinitionError(f"{where}: a statement to tick holds no figures; put them in a section with a source")
    return statement


def _check_elements(document: ConsentDocument, where: str) -> None:
    if document.scope != "treatment":
        return
    needed = TREATMENT_ELEMENTS + (HOME_ELEMENTS if document.place == "home" else ())
    covered = {element for section in document.sections for element in section.covers}
    missing = [element for element in needed if element not in covered]
    if missing:
        raise DefinitionError(f"{where}: no section covers {', '.join(missing)}")


def _check_statements(document: ConsentDocument, where: str) -> None:
    keys = [statement.key for statement in document.statements]
    if len(keys) != len(set(keys)):
        raise DefinitionError(f"{where}: a statement key is used twice")
    if not any(statement.is_required for statement in document.statements):
        raise DefinitionError(f"{where}: at least one statement must be required")
