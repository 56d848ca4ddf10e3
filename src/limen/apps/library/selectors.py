"""Education pages, read from knowledge files and prepared for their template."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from limen.apps.records import knowledge
from limen.clinical.definitions.common import Source
from limen.clinical.definitions.page import Claim, Page, parse_page


class NotPublished(LookupError):
    """A clinical page without a licensed reviewer does not publish outside the demo (SR-62)."""


@dataclass(frozen=True)
class Note:
    """A claim as shown at the foot of a page: its number there, the claim, and its source."""

    number: int
    claim: Claim
    source: Source


@dataclass(frozen=True)
class ShownBlock:
    kind: str
    block: Any
    notes: tuple[Note, ...]
    parts: tuple[tuple[Any, tuple[Note, ...]], ...] = ()


@dataclass(frozen=True)
class ShownSection:
    id: str
    title: str
    blocks: tuple[ShownBlock, ...]


@dataclass(frozen=True)
class ShownPage:
    page: Page
    sections: tuple[ShownSection, ...]
    notes: tuple[Note, ...]


def page(slug: str) -> ShownPage:
    """A page ready to show. Raises NotPublished for an unreviewed page outside the demo."""
    parsed = _parsed(slug)
    if not is_published(slug):
        raise NotPublished(slug)
    notes = {
        claim.id: Note(number=number, claim=claim, source=parsed.identity.source(claim.source))
        for number, claim in enumerate(parsed.claims, start=1)
    }
    sections = tuple(
        ShownSection(id=s.id, title=s.title, blocks=tuple(_shown(block, notes) for block in s.blocks))
        for s in parsed.sections
    )
    return ShownPage(page=parsed, sections=sections, notes=tuple(notes.values()))


def _parsed(slug: str) -> Page:
    return knowledge.load("education", slug, None, parse_page)


def is_published(slug: str) -> bool:
    """Whether visitors can read a page: reviewed, or a demo, or the crisis page, which is never held back."""
    return _parsed(slug).is_reviewed or settings.LIMEN_DEMO or slug == "crisis-help"


def _shown(block: Any, notes: dict[str, Note]) -> ShownBlock:
    parts = getattr(block, "items", None) or getattr(block, "rows", None) or ()
    return ShownBlock(
        kind=type(block).__name__.lower(),
        block=block,
        notes=_notes(block, notes),
        parts=tuple((part, _notes(part, notes)) for part in parts),
    )


def _notes(thing: Any, notes: dict[str, Note]) -> tuple[Note, ...]:
    return tuple(notes[claim_id] for claim_id in getattr(thing, "claims", ()))


def slugs() -> list[str]:
    return knowledge.identifiers("education")


def definitions() -> list[dict[str, Any]]:
    """Every shipped definition: kind, id, version, digest. What a reader can check a pin against."""
    kinds = ("instruments", "protocols", "rules", "consent", "education")
    return [
        {
            "kind": kind,
            "id": identifier,
            "version": knowledge.text_of(kind, identifier)[0],
            "sha256": knowledge.digest_of(kind, identifier),
        }
        for kind in kinds
        for identifier in knowledge.identifiers(kind)
    ]


__all__ = ["NotPublished", "definitions", "is_published", "page", "slugs"]
