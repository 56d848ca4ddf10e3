"""How the settings pages spell values and limits."""

from typing import Any

from limen.clinical.definitions.site_setting import SettingDefinition

YES_NO = [("yes", "Yes"), ("no", "No")]
LIST_FORM = "A JSON list, one entry for each"


def shown(definition: SettingDefinition, value: Any) -> str:
    """A value with its unit, in words."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list | tuple):
        return "; ".join(_entry(item) for item in value)
    label = next((choice.label for choice in definition.choices if choice.key == value), str(value))
    return f"{label} {definition.unit}".strip()


def _entry(item: Any) -> str:
    if isinstance(item, dict):
        return ", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in item.items())
    return str(item)


def limits(definition: SettingDefinition) -> str:
    """What the form accepts, said before anybody types."""
    unit = f" {definition.unit}" if definition.unit else ""
    if definition.minimum is not None and definition.maximum is not None:
        places = f", up to {definition.places} decimals" if definition.places else ""
        return f"From {definition.minimum} to {definition.maximum}{unit}{places}."
    if definition.fields:
        return f"{LIST_FORM}, with: {', '.join(definition.fields)}."
    return f"{LIST_FORM}." if definition.kind == "json-list" else ""


def options(definition: SettingDefinition) -> list[tuple[str, str]]:
    """The choices of a setting that has some; empty for one that is typed."""
    if definition.kind == "bool":
        return YES_NO
    return [(choice.key, choice.label) for choice in definition.choices]
