"""Every component in every state, for the style guide page, the accessibility checks and the screenshots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from django.template import Context, Template
from django.utils.safestring import SafeString

from limen.ui import components

BLOCK_TAGS = ("card", "question_page")
SMALL = ("tag", "due_clock", "person_line", "stat_tile")
POSITIONAL = {"chart": "drawing", "field": "bound", "form_errors": "form"}


@dataclass(frozen=True)
class RenderedExample:
    """One state: its title, the tag as one would write it, and what it gives."""

    title: str
    source: str
    html: SafeString


@dataclass(frozen=True)
class ComponentExamples:
    """One component with all its states."""

    name: str
    examples: tuple[RenderedExample, ...]

    @property
    def is_small(self) -> bool:
        """Whether its states fit beside one another."""
        return self.name in SMALL

    @property
    def title(self) -> str:
        """The name in words."""
        return self.name.replace("_", " ").capitalize()


def examples() -> list[ComponentExamples]:
    """All components in alphabetical order, each example rendered."""
    return [
        ComponentExamples(
            name,
            tuple(
                RenderedExample(example.title, tag_source(name, example.kwargs), render_example(name, example))
                for example in examples_of(name)
            ),
        )
        for name in components.names()
    ]


def examples_of(name: str) -> tuple[components.Example, ...]:
    """The examples that live beside component ``name``."""
    found: tuple[components.Example, ...] = import_module(f"limen.ui.components.{name}.example").EXAMPLES
    return found


def render_example(name: str, example: components.Example) -> SafeString:
    """The markup of one example, made by the same tag a page would use."""
    source = "{% load limen %}" + tag_source(name, example.kwargs)
    return _compiled(source).render(Context({**example.kwargs, "body": example.body}))


@cache
def _compiled(source: str) -> Template:
    return Template(source)


def tag_source(name: str, kwargs: Mapping[str, Any]) -> str:
    """The tag with each argument read from a variable of its own name."""
    first = POSITIONAL.get(name, "")
    words = [name, *([first] if first else []), *(f"{key}={key}" for key in kwargs if key != first)]
    opening = "{% " + " ".join(words) + " %}"
    return opening + "{{ body }}{% end" + name + " %}" if name in BLOCK_TAGS else opening


SWATCHES = (
    "paper",
    "surface",
    "sunken",
    "line",
    "ink",
    "ink-2",
    "ink-3",
    "accent",
    "accent-soft",
    "warm",
    "warm-soft",
    "good",
    "watch",
    "alert",
    "info",
)


def context() -> dict[str, Any]:
    """Everything the style guide's template shows."""
    return {"components": examples(), "swatches": SWATCHES}
