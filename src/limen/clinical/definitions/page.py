"""Public education pages as knowledge: sections of blocks, and the claims every figure in them rests on.

The rule of the house: a number shown to a person can be traced. So a text that holds a figure names the claims it
rests on, every figure in the text occurs in one of them, and every claim has a source that somebody read.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from limen.clinical.definitions.common import (
    DefinitionError,
    Identity,
    parse_identity,
    parse_toml,
    refuse_unknown_keys,
    require,
)

EVIDENCE_KINDS = ("measured in people", "seen in animals", "hypothesis")
NOT_REPORTED = "not reported"
NOT_YET_REVIEWED = "Not yet reviewed by a licensed clinician."

# A figure, but not the digit in a name: PHQ-9 and CYP3A4 are names; 1-2 is two figures and day-7 holds one.
_FIGURE = re.compile(r"(?<![A-Z]-)(?<![A-Za-z0-9.,])\d+(?:[.,]\d+)*")
_SLUG = re.compile(r"[a-z]+(-[a-z]+)*")


@dataclass(frozen=True)
class Claim:
    """One statement with a figure, as it may be shown, and what a reader needs to judge it.

    value and unit: the figure as printed in `text`.
    n: the number of people the figure is about; None when the source does not report it.
    count: how many of the n, where the figure is a percentage of people; None otherwise.
    source, place: the key in the page's sources, and where in that source.
    grade: A read in the primary source; B read in a secondary source.
    """

    id: str
    text: str
    value: str
    unit: str
    route: str
    dose: str
    comparator: str
    n: int | None
    count: int | None
    time_point: str
    design: str
    source: str
    place: str
    grade: str


@dataclass(frozen=True)
class Paragraph:
    text: str
    claims: tuple[str, ...] = ()


@dataclass(frozen=True)
class ListItem:
    text: str
    claims: tuple[str, ...] = ()


@dataclass(frozen=True)
class BulletList:
    items: tuple[ListItem, ...]


@dataclass(frozen=True)
class Figures:
    """Claims shown side by side, each with its route, dose, comparator and n. Never averaged."""

    title: str
    note: str
    claims: tuple[str, ...]


@dataclass(frozen=True)
class Stage:
    """One step of an explanation, with what kind of evidence stands behind it."""

    number: int
    title: str
    text: str
    evidence: str
    doubt: str
    claims: tuple[str, ...] = ()


@dataclass(frozen=True)
class ComparisonRow:
    cells: tuple[str, ...]
    claims: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """A table; the first cell of each row is its heading."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[ComparisonRow, ...]


@dataclass(frozen=True)
class Question:
    question: str
    answer: str
    claims: tuple[str, ...] = ()


@dataclass(frozen=True)
class Faq:
    items: tuple[Question, ...]


@dataclass(frozen=True)
class Contact:
    """A number to call or text. `number` is written as dialled; `source` says who published it."""

    label: str
    number: str
    how: str
    text: str
    source: str


@dataclass(frozen=True)
class SiteText:
    """Words that belong to the site: `when_unset` stands in until `setting` is filled."""

    setting: str
    when_unset: str


Block = Paragraph | BulletList | Figures | Stage | Comparison | Faq | Contact | SiteText


@dataclass(frozen=True)
class Section:
    id: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Page:
    identity: Identity
    slug: str
    summary: str
    sections: tuple[Section, ...]
    claims: tuple[Claim, ...]
    reviewer_licence: str = ""

    @property
    def is_reviewed(self) -> bool:
        """Whether a licensed reviewer and a date stand behind the page (SR-62)."""
        return bool(self.identity.reviewed_by)

    @property
    def review_line(self) -> str:
        """The line every public clinical page carries (SR-62)."""
        if not self.is_reviewed:
            return NOT_YET_REVIEWED
        return f"Reviewed by {self.identity.reviewed_by} ({self.reviewer_licence}) on {self.identity.reviewed_on}."

    def claim(self, claim_id: str) -> Claim:
        for claim in self.claims:
            if claim.id == claim_id:
                return claim
        raise DefinitionError(f"{self.identity.pin}: no claim '{claim_id}' in [[claims]]")


def figures_in(text: str) -> tuple[str, ...]:
    """The figures in a text, in order, digits inside names left out.

    >>> figures_in("After 24 h, 55.4% had halved their PHQ-9 score.")
    ('24', '55.4')
    """
    return tuple(match.group() for match in _FIGURE.finditer(text))


def parse_page(text: str, where: str) -> Page:
    """Read and check one education page.

    Raises: DefinitionError when a figure cannot be traced to a cited claim, a claim has no source graded A or B,
    a percentage disagrees with its own count and n, or the head of the file is incomplete.
    """
    table = parse_toml(text, where)
    refuse_unknown_keys(table, _PAGE_KEYS, where)
    identity = parse_identity(table, where)
    claims = tuple(_parse_claim(row, identity, at) for row, at in _tables(table, "claims", where))
    _refuse_repeats([claim.id for claim in claims], "claim", where)
    page = Page(
        identity=identity,
        slug=_slug(table, "slug", where),
        summary=_figure_free(table, "summary", where),
        sections=_parse_sections(table, {claim.id: claim for claim in claims}, identity, where),
        claims=claims,
        reviewer_licence=table.get("reviewer_licence", ""),
    )
    _check_review(page, where)
    _refuse_unshown_claims(page, where)
    return page


_PAGE_KEYS = {
    "id",
    "version",
    "title",
    "status",
    "licence",
    "reviewed_by",
    "reviewed_on",
    "reviewer_licence",
    "slug",
    "summary",
    "sources",
    "claims",
    "sections",
}
_CLAIM_KEYS = {
    "id",
    "text",
    "value",
    "unit",
    "route",
    "dose",
    "comparator",
    "n",
    "count",
    "time_point",
    "design",
    "source",
    "place",
    "grade",
}

Claims = Mapping[str, Claim]


def _parse_claim(row: Mapping[str, Any], identity: Identity, where: str) -> Claim:
    refuse_unknown_keys(row, _CLAIM_KEYS, where)
    claim = Claim(
        **{key: _filled(row, key, where) for key in sorted(_CLAIM_KEYS - {"n", "count"})},
        n=_people(row, where),
        count=require(row, "count", int, where) if "count" in row else None,
    )
    _check_claim_source(claim, identity, where)
    if claim.value not in claim.text:
        raise DefinitionError(f"{where} '{claim.id}': the text does not contain its value '{claim.value}'")
    if claim.count is not None:
        _check_percentage(claim, where)
    return claim


def _people(row: Mapping[str, Any], where: str) -> int | None:
    if row.get("n") == NOT_REPORTED:
        return None
    n = require(row, "n", int, where)
    if n < 1:
        raise DefinitionError(f"{where}: n is {n}; it must be 1 or more, or '{NOT_REPORTED}'")
    return n


def _check_claim_source(claim: Claim, identity: Identity, where: str) -> None:
    source = identity.source(claim.source)
    for grade, what in ((claim.grade, "claim"), (source.grade, f"source '{source.key}'")):
        if grade not in ("A", "B"):
            raise DefinitionError(
                f"{where} '{claim.id}': the {what} is graded '{grade}'; only A or B is shown to people"
            )
    if claim.grade < source.grade:
        raise DefinitionError(
            f"{where} '{claim.id}': graded {claim.grade}, better than its source '{source.key}' ({source.grade})"
        )


def _check_percentage(claim: Claim, where: str) -> None:
    """A percentage must equal count / n at the precision it is printed with."""
    if claim.n is None or claim.count is None or not 0 <= claim.count <= claim.n or claim.unit != "%":
        raise DefinitionError(
            f"{where} '{claim.id}': 'count' needs a unit of '%' and an n of at least the count {claim.count}"
        )
    decimals = len(claim.value.partition(".")[2])
    percent = f"{100 * claim.count / claim.n:.{decimals}f}"
    if percent != claim.value:
        raise DefinitionError(
            f"{where} '{claim.id}': {claim.count} of {claim.n} is {percent}%, but the value says {claim.value}%"
        )


def _parse_sections(table: Mapping[str, Any], claims: Claims, identity: Identity, where: str) -> tuple[Section, ...]:
    sections = tuple(_parse_section(row, claims, identity, at) for row, at in _rows(table, "sections", where))
    _refuse_repeats([section.id for section in sections], "section", where)
    return sections


def _parse_section(row: Mapping[str, Any], claims: Claims, identity: Identity, where: str) -> Section:
    refuse_unknown_keys(row, {"id", "title", "blocks"}, where)
    return Section(
        id=_slug(row, "id", where),
        title=_figure_free(row, "title", where),
        blocks=tuple(_parse_block(block, claims, identity, at) for block, at in _rows(row, "blocks", where)),
    )


def _parse_block(row: Mapping[str, Any], claims: Claims, identity: Identity, where: str) -> Block:
    kind = require(row, "kind", str, where)
    if kind == "contact":
        return _contact(row, identity, where)
    if kind not in _BLOCKS:
        known = ", ".join(sorted((*_BLOCKS, "contact")))
        raise DefinitionError(f"{where}: block kind '{kind}' is not one of {known}")
    return _BLOCKS[kind](row, claims, where)


def _paragraph(row: Mapping[str, Any], claims: Claims, where: str) -> Paragraph:
    refuse_unknown_keys(row, {"kind", "text", "claims"}, where)
    return Paragraph(*_traced(row, ("text",), claims, where))


def _list(row: Mapping[str, Any], claims: Claims, where: str) -> BulletList:
    refuse_unknown_keys(row, {"kind", "items"}, where)
    return BulletList(
        items=tuple(ListItem(*_traced(item, ("text",), claims, at)) for item, at in _rows(row, "items", where))
    )


def _figures(row: Mapping[str, Any], claims: Claims, where: str) -> Figures:
    refuse_unknown_keys(row, {"kind", "title", "note", "claims"}, where)
    cited = _cited(row, claims, where)
    if not cited:
        raise DefinitionError(f"{where}: a figures block needs claims = [...]")
    return Figures(title=_figure_free(row, "title", where), note=_figure_free(row, "note", where), claims=cited)


def _stage(row: Mapping[str, Any], claims: Claims, where: str) -> Stage:
    refuse_unknown_keys(row, {"kind", "number", "title", "text", "evidence", "doubt", "claims"}, where)
    evidence = require(row, "evidence", str, where)
    if evidence not in EVIDENCE_KINDS:
        raise DefinitionError(f"{where}: evidence '{evidence}' is not one of {', '.join(EVIDENCE_KINDS)}")
    text, doubt, cited = _traced(row, ("text", "doubt"), claims, where)
    return Stage(
        number=require(row, "number", int, where),
        title=_figure_free(row, "title", where),
        text=text,
        evidence=evidence,
        doubt=doubt,
        claims=cited,
    )


def _comparison(row: Mapping[str, Any], claims: Claims, where: str) -> Comparison:
    refuse_unknown_keys(row, {"kind", "caption", "columns", "rows"}, where)
    columns = tuple(require(row, "columns", list, where))
    _refuse_empty_cells(columns, len(columns), where)
    for column in columns:
        _refuse_untraced(column, (), claims, f"{where} 'columns'")
    return Comparison(
        caption=_figure_free(row, "caption", where),
        columns=columns,
        rows=tuple(_comparison_row(item, len(columns), claims, at) for item, at in _rows(row, "rows", where)),
    )


def _comparison_row(row: Mapping[str, Any], width: int, claims: Claims, where: str) -> ComparisonRow:
    refuse_unknown_keys(row, {"cells", "claims"}, where)
    cells = tuple(require(row, "cells", list, where))
    _refuse_empty_cells(cells, width, where)
    cited = _cited(row, claims, where)
    for cell in cells:
        _refuse_untraced(cell, cited, claims, where)
    return ComparisonRow(cells=cells, claims=cited)


def _refuse_empty_cells(cells: tuple[Any, ...], width: int, where: str) -> None:
    if not width or len(cells) != width or not all(isinstance(cell, str) and cell.strip() for cell in cells):
        raise DefinitionError(f"{where}: a row needs {width or 'some'} filled cells, one for each column")


def _faq(row: Mapping[str, Any], claims: Claims, where: str) -> Faq:
    refuse_unknown_keys(row, {"kind", "items"}, where)
    return Faq(
        items=tuple(
            Question(*_traced(item, ("question", "answer"), claims, at)) for item, at in _rows(row, "items", where)
        )
    )


def _site_text(row: Mapping[str, Any], claims: Claims, where: str) -> SiteText:
    refuse_unknown_keys(row, {"kind", "setting", "when_unset"}, where)
    return SiteText(setting=_filled(row, "setting", where), when_unset=_figure_free(row, "when_unset", where))


def _contact(row: Mapping[str, Any], identity: Identity, where: str) -> Contact:
    refuse_unknown_keys(row, {"kind", "label", "number", "how", "text", "source"}, where)
    contact = Contact(
        label=_figure_free(row, "label", where),
        number=_filled(row, "number", where),
        how=_filled(row, "how", where),
        text=_figure_free(row, "text", where),
        source=_filled(row, "source", where),
    )
    if identity.source(contact.source).grade not in ("A", "B"):
        raise DefinitionError(f"{where}: the number {contact.number} rests on an unverified source")
    return contact


_BLOCKS: Mapping[str, Callable[[Mapping[str, Any], Claims, str], Block]] = {
    "paragraph": _paragraph,
    "list": _list,
    "figures": _figures,
    "stage": _stage,
    "comparison": _comparison,
    "faq": _faq,
    "site_text": _site_text,
}


def _traced(row: Mapping[str, Any], keys: tuple[str, ...], claims: Claims, where: str) -> tuple[Any, ...]:
    """The texts under `keys`, then the cited claim ids; a figure in none of those claims is refused."""
    cited = _cited(row, claims, where)
    texts = tuple(_filled(row, key, where) for key in keys)
    for text in texts:
        _refuse_untraced(text, cited, claims, where)
    return (*texts, cited)


def _cited(row: Mapping[str, Any], claims: Claims, where: str) -> tuple[str, ...]:
    cited = tuple(require(row, "claims", list, where)) if "claims" in row else ()
    for claim_id in cited:
        if not isinstance(claim_id, str) or claim_id not in claims:
            raise DefinitionError(f"{where}: no claim '{claim_id}' in [[claims]]")
    return cited


def _refuse_untraced(text: str, cited: tuple[str, ...], claims: Claims, where: str) -> None:
    known = {figure for claim_id in cited for figure in _figures_of(claims[claim_id])}
    for figure in figures_in(text):
        if figure not in known:
            raise DefinitionError(
                f"{where}: the figure '{figure}' is in none of the cited claims "
                f"({', '.join(cited) or 'none cited'}); add claims = [...] or take the figure out"
            )


def _figures_of(claim: Claim) -> Iterator[str]:
    for text in (claim.text, claim.value, claim.dose, claim.comparator, claim.time_point, claim.design):
        yield from figures_in(text)
    for number in (claim.n, claim.count):
        if number is not None:
            yield from (str(number), f"{number:,}")


def _filled(row: Mapping[str, Any], key: str, where: str) -> str:
    text = require(row, key, str, where).strip()
    if not text:
        raise DefinitionError(f"{where}: '{key}' is empty")
    return text


def _figure_free(row: Mapping[str, Any], key: str, where: str) -> str:
    """A text that cannot cite claims, so it may hold no figure."""
    text = _filled(row, key, where)
    _refuse_untraced(text, (), {}, f"{where} '{key}'")
    return text


def _slug(row: Mapping[str, Any], key: str, where: str) -> str:
    slug = require(row, key, str, where)
    if not _SLUG.fullmatch(slug):
        raise DefinitionError(f"{where}: '{key}' is '{slug}'; use lower-case words joined by hyphens")
    return slug


def _rows(row: Mapping[str, Any], key: str, where: str) -> list[tuple[Mapping[str, Any], str]]:
    """The tables under `key`, each with where it stands; refused when there is none."""
    tables = _tables(row, key, where)
    if not tables:
        raise DefinitionError(f"{where}: '{key}' is empty")
    return tables


def _tables(row: Mapping[str, Any], key: str, where: str) -> list[tuple[Mapping[str, Any], str]]:
    items = require(row, key, list, where) if key in row else []
    for i, item in enumerate(items):
        if not isinstance(item, Mapping):
            raise DefinitionError(f"{where} {key}[{i}]: must be a table, not {type(item).__name__}")
    return [(item, f"{where} {key}[{i}]") for i, item in enumerate(items)]


def _refuse_repeats(ids: list[str], what: str, where: str) -> None:
    repeated = sorted({item for item in ids if ids.count(item) > 1})
    if repeated:
        raise DefinitionError(f"{where}: {what} id '{repeated[0]}' is used twice")


def _check_review(page: Page, where: str) -> None:
    """A review is a name, a licence and a date, or it is not a review (SR-62)."""
    parts = (page.identity.reviewed_by, page.identity.reviewed_on, page.reviewer_licence)
    if any(parts) and not all(parts):
        raise DefinitionError(f"{where}: a review needs reviewed_by, reviewed_on and reviewer_licence, or none")
    if page.is_reviewed:
        try:
            date.fromisoformat(page.identity.reviewed_on)
        except ValueError as error:
            raise DefinitionError(
                f"{where}: reviewed_on '{page.identity.reviewed_on}' is not a date like 2026-03-31"
            ) from error


def claims_shown(page: Page) -> frozenset[str]:
    """The ids of the claims that some block of the page cites."""
    return frozenset(
        claim_id for section in page.sections for block in section.blocks for claim_id in _claims_of(block)
    )


def _claims_of(block: Block) -> Iterator[str]:
    if isinstance(block, Paragraph | Figures | Stage):
        yield from block.claims
    elif isinstance(block, BulletList | Faq):
        for item in block.items:
            yield from item.claims
    elif isinstance(block, Comparison):
        for row in block.rows:
            yield from row.claims


def _refuse_unshown_claims(page: Page, where: str) -> None:
    shown = claims_shown(page)
    unshown = [claim.id for claim in page.claims if claim.id not in shown]
    if unshown:
        raise DefinitionError(f"{where}: claim '{unshown[0]}' is not cited by any block")
