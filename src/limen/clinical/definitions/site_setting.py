"""Site settings: what a site must decide and sign, what each one accepts, and what stays blocked while unset."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from limen.clinical.definitions.common import (
    DefinitionError,
    Identity,
    parse_identity,
    parse_toml,
    refuse_unknown_keys,
    require,
)
from limen.clinical.units import InvalidNumber, parse_decimal, parse_whole

KINDS = ("int", "decimal", "choice", "bool", "minutes", "text", "json-list")
NUMBER_KINDS = ("int", "decimal", "minutes")
LONGEST_TEXT = 4000

Row = dict[str, str | int]
SettingValue = bool | int | Decimal | str | tuple[str | Row, ...]


class InvalidSetting(ValueError):
    """The text is not a value this setting accepts; the message says what is accepted."""


@dataclass(frozen=True)
class Choice:
    key: str
    label: str


@dataclass(frozen=True)
class SettingDefinition:
    """One decision of a site.

    minimum, maximum: limits of plausible entry in `unit`, not clinical advice.
    default: present only when a source graded A or B fixes the value.
    blocks: what cannot be done while the setting is unset.
    route: the route of administration it belongs to; empty when it holds for all.
    fields: for a json-list of rows, the names every row must have; empty for a list of texts.
    """

    key: str
    title: str
    group: str
    kind: str
    explanation: str
    is_safety: bool
    blocks: str
    unit: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    places: int = 0
    choices: tuple[Choice, ...] = ()
    fields: tuple[str, ...] = ()
    default: SettingValue | None = None
    route: str = ""
    source_key: str = ""
    source_place: str = ""

    @property
    def is_set_by_source(self) -> bool:
        return self.default is not None


@dataclass(frozen=True)
class SettingCatalogue:
    identity: Identity
    settings: tuple[SettingDefinition, ...]

    def __iter__(self) -> Iterator[SettingDefinition]:
        return iter(self.settings)

    def find(self, key: str) -> SettingDefinition:
        """The definition of `key`. Raises KeyError when no such setting exists."""
        for definition in self.settings:
            if definition.key == key:
                return definition
        raise KeyError(f"no site setting '{key}' in {self.identity.pin}")

    @property
    def safety_keys(self) -> tuple[str, ...]:
        """Every safety setting, of all routes."""
        return tuple(definition.key for definition in self.settings if definition.is_safety)

    def safety_keys_for(self, routes: Collection[str]) -> tuple[str, ...]:
        """What the medical director must have signed before a site that uses these routes goes live (SR-20)."""
        return tuple(d.key for d in self.settings if d.is_safety and (not d.route or d.route in routes))


_KEYS = {
    "key", "title", "group", "kind", "explanation", "is_safety", "blocks", "unit", "minimum", "maximum", "places",
    "choices", "fields", "route", "default", "source", "place",
}  # fmt: skip


def parse_settings(text: str, where: str = "site-settings") -> SettingCatalogue:
    """Read the catalogue. Raises DefinitionError that names the setting and the fault."""
    table = parse_toml(text, where)
    identity = parse_identity(table, where)
    rows = require(table, "settings", list, where)
    settings = tuple(_parse_setting(row, identity, f"{where} settings[{i}]") for i, row in enumerate(rows))
    keys = [definition.key for definition in settings]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice or not keys:
        raise DefinitionError(f"{where}: " + (f"setting '{twice[0]}' is defined twice" if twice else "no settings"))
    return SettingCatalogue(identity, settings)


def check_value(definition: SettingDefinition, raw_text: str) -> SettingValue:
    """The value written in `raw_text`, as its kind. Raises InvalidSetting with value, limits and accepted form."""
    if definition.kind in NUMBER_KINDS:
        return _check_number(definition, raw_text)
    text = raw_text.strip()
    if not text or len(text) > LONGEST_TEXT:
        raise InvalidSetting(f"{definition.title}: enter between 1 and {LONGEST_TEXT} characters.")
    if definition.kind == "bool":
        return _check_bool(definition, text)
    if definition.kind == "choice":
        return _check_choice(definition, text)
    return _check_list(definition, text) if definition.kind == "json-list" else text


def restore_value(definition: SettingDefinition, stored: object) -> SettingValue:
    """The typed value of what a JSON column gives back (Decimal comes back as text, a tuple as a list).

    Raises InvalidSetting when the stored value no longer fits the definition.
    """
    if isinstance(stored, bool):
        return check_value(definition, "yes" if stored else "no")
    if isinstance(stored, list | tuple):
        return check_value(definition, json.dumps(list(stored)))
    return check_value(definition, str(stored))


def _check_number(definition: SettingDefinition, raw_text: str) -> int | Decimal:
    assert definition.minimum is not None and definition.maximum is not None
    name = f"{definition.title} ({definition.unit})" if definition.unit else definition.title
    try:
        if definition.kind == "decimal":
            return parse_decimal(
                raw_text,
                name=name,
                minimum=definition.minimum,
                maximum=definition.maximum,
                places=definition.places,
            )
        return parse_whole(raw_text, name=name, minimum=int(definition.minimum), maximum=int(definition.maximum))
    except InvalidNumber as error:
        raise InvalidSetting(str(error)) from error


def _check_bool(definition: SettingDefinition, text: str) -> bool:
    if text not in ("yes", "no"):
        raise InvalidSetting(f"{definition.title}: “{text[:20]}” is not accepted. Answer yes or no.")
    return text == "yes"


def _check_choice(definition: SettingDefinition, text: str) -> str:
    keys = [choice.key for choice in definition.choices]
    if text not in keys:
        raise InvalidSetting(f"{definition.title}: “{text[:40]}” is not one of {', '.join(keys)}.")
    return text


def _check_list(definition: SettingDefinition, text: str) -> tuple[str | Row, ...]:
    form = _list_form(definition)
    try:
        items = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise InvalidSetting(f"{definition.title}: not a JSON list. Accepted: {form}.") from error
    if not isinstance(items, list):
        raise InvalidSetting(f"{definition.title}: needs a list. Accepted: {form}.")
    if not items and definition.fields:
        raise InvalidSetting(f"{definition.title}: needs a list with at least one entry. Accepted: {form}.")
    return tuple(_check_item(definition, item, i, form) for i, item in enumerate(items, start=1))


def _check_item(definition: SettingDefinition, item: object, place: int, form: str) -> str | Row:
    if not definition.fields:
        if isinstance(item, str) and item.strip():
            return item
    elif isinstance(item, dict) and set(item) == set(definition.fields) and _has_plain_values(item):
        return item
    raise InvalidSetting(f"{definition.title}: entry {place} is not accepted. Accepted: {form}.")


def _has_plain_values(item: Mapping[str, object]) -> bool:
    return all(isinstance(value, str | int) and not isinstance(value, bool) for value in item.values())


def _list_form(definition: SettingDefinition) -> str:
    if not definition.fields:
        return '["first", "second"], or [] for none'
    row = ", ".join(f'"{field}": …' for field in definition.fields)
    return f"[{{{row}}}, …] with these names in every row"


def _parse_setting(row: Mapping[str, Any], identity: Identity, where: str) -> SettingDefinition:
    refuse_unknown_keys(row, _KEYS, where)
    key = require(row, "key", str, where)
    where = f"{where} '{key}'"
    kind = require(row, "kind", str, where)
    if kind not in KINDS:
        raise DefinitionError(f"{where}: kind '{kind}' is not one of {', '.join(KINDS)}")
    definition = SettingDefinition(
        key=key,
        title=require(row, "title", str, where),
        group=require(row, "group", str, where),
        kind=kind,
        explanation=require(row, "explanation", str, where),
        is_safety=require(row, "is_safety", bool, where),
        blocks=require(row, "blocks", str, where),
        unit="min" if kind == "minutes" else row.get("unit", ""),
        minimum=_limit(row, "minimum"),
        maximum=_limit(row, "maximum"),
        places=row.get("places", 0),
        choices=tuple(
            Choice(require(choice, "key", str, where), require(choice, "label", str, where))
            for choice in row.get("choices", [])
        ),
        fields=tuple(row.get("fields", [])),
        route=row.get("route", ""),
        source_key=row.get("source", ""),
        source_place=row.get("place", ""),
    )
    _check_definition(definition, identity, where)
    return _with_default(definition, row, identity, where)


def _limit(row: Mapping[str, Any], name: str) -> Decimal | None:
    return Decimal(str(row[name])) if name in row else None


def _check_definition(definition: SettingDefinition, identity: Identity, where: str) -> None:
    if definition.kind in NUMBER_KINDS:
        lower, upper = definition.minimum, definition.maximum
        if lower is None or upper is None or lower < 0 or lower >= upper:
            raise DefinitionError(f"{where}: a number needs 'minimum' below 'maximum', neither negative")
        if definition.kind == "decimal" and not definition.unit:
            raise DefinitionError(f"{where}: a decimal needs a 'unit'")
    if definition.kind == "choice" and len(definition.choices) < 2:
        raise DefinitionError(f"{where}: a choice needs at least two 'choices'")
    if definition.is_safety and not definition.blocks:
        raise DefinitionError(f"{where}: a safety setting must say what it 'blocks' while unset")
    if definition.source_key:
        identity.source(definition.source_key)


def _with_default(
    definition: SettingDefinition, row: Mapping[str, Any], identity: Identity, where: str
) -> SettingDefinition:
    if "default" not in row:
        return definition
    if not definition.source_key or identity.source(definition.source_key).grade not in ("A", "B"):
        raise DefinitionError(f"{where}: a 'default' needs a 'source' graded A or B")
    text = require(row, "default", str, where)
    try:
        value = check_value(definition, text)
    except InvalidSetting as error:
        raise DefinitionError(f"{where}: default refused: {error}") from error
    return SettingDefinition(**{**vars(definition), "default": value})
