"""Shared page components: one folder each, holding its template and its examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template import Context, Origin, Template, engines
from django.template.backends.django import DjangoTemplates
from django.utils.safestring import SafeString

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Example:
    """One state of a component: its title, the keyword arguments, and the inside of a block tag."""

    title: str
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    body: str = ""


def render(name: str, values: Mapping[str, Any]) -> SafeString:
    """The markup of component ``name`` with every value escaped by the template."""
    template = _fresh_template(name) if settings.DEBUG else _template(name)
    return template.render(Context(dict(values)))


@cache
def _template(name: str) -> Template:
    return _fresh_template(name)


def _fresh_template(name: str) -> Template:
    path = HERE / name / "template.html"
    backend = next(engine for engine in engines.all() if isinstance(engine, DjangoTemplates))
    return Template(path.read_text(encoding="utf-8").strip(), Origin(str(path)), name, backend.engine)


def names() -> list[str]:
    """Every component, in alphabetical order."""
    return sorted(folder.name for folder in HERE.iterdir() if (folder / "example.py").exists())
