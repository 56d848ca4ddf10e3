"""Opens the shipped knowledge files and hands their text to the pure parsers; parsed values are cached."""

import hashlib
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Any

ROOT = resources.files("limen.knowledge")


class UnknownDefinition(LookupError):
    """No knowledge file has that id or version."""


@cache
def text_of(kind: str, identifier: str, version: str | None = None) -> tuple[str, str]:
    """(version, text) of a knowledge file; the newest version when none is named."""
    folder = ROOT / kind / identifier
    if "/" in identifier or ".." in identifier or not folder.is_dir():
        raise UnknownDefinition(f"There is no {kind} definition '{identifier}'. Known: {', '.join(identifiers(kind))}")
    versions = sorted((f.name[:-5] for f in folder.iterdir() if f.name.endswith(".toml")), key=_version_key)
    chosen = version or versions[-1]
    if chosen not in versions:
        raise UnknownDefinition(f"{kind} '{identifier}' has no version '{chosen}'; it has {', '.join(versions)}")
    return chosen, (folder / f"{chosen}.toml").read_text(encoding="utf-8")


def _version_key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def identifiers(kind: str) -> list[str]:
    """Every id of a kind (a folder of versions below knowledge/<kind>), sorted."""
    folders = [f for f in (ROOT / kind).iterdir() if f.is_dir()]
    return sorted(f.name for f in folders if any(version.name.endswith(".toml") for version in f.iterdir()))


def digest_of(kind: str, identifier: str, version: str | None = None) -> str:
    return hashlib.sha256(text_of(kind, identifier, version)[1].encode()).hexdigest()


@cache
def load(kind: str, identifier: str, version: str | None, parse: Callable[..., Any]) -> Any:
    """The parsed, frozen definition. `parse` is a function (text, where) from limen.clinical.definitions."""
    chosen, text = text_of(kind, identifier, version)
    return parse(text, f"{kind}/{identifier}/{chosen}.toml")


def split_pin(pin: str) -> tuple[str, str]:
    """'phq-9@1' -> ('phq-9', '1')."""
    identifier, _, version = pin.partition("@")
    return identifier, version
