"""Turns one Django form field into a labelled control with its hint, unit and errors tied to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from limen.ui.components import render

_CHOICE_WIDGETS = (forms.RadioSelect, forms.CheckboxSelectMultiple)


def first_control_id(bound: BoundField) -> str:
    """The id an error link jumps to: the control itself, or the first of a group of choices."""
    if isinstance(bound.field.widget, _CHOICE_WIDGETS):
        return next((choice["id"] for choice in _choices(bound, {})), bound.auto_id or bound.html_name)
    return bound.id_for_label or bound.auto_id or bound.html_name


def _is_code(bound: BoundField) -> bool:
    """A code may be left empty only after a fresh passkey, which its hint says; "optional" would mislead."""
    return bound.field.widget.attrs.get("autocomplete") == "one-time-code"


def render_field(
    bound: BoundField,
    *,
    label: str | None,
    hint: str | None,
    prefix: str,
    suffix: str,
    size: str,
    as_heading: bool,
    is_inline: bool,
    is_label_hidden: bool,
    mark_optional: bool,
    choice_hints: Mapping[str, str],
    attrs: Mapping[str, Any],
) -> str:
    """The whole field; a hidden input comes back bare, because nobody sees it."""
    if bound.is_hidden:
        return bound.as_widget()
    hint_text = bound.help_text if hint is None else hint
    base_id = bound.auto_id or bound.html_name
    described_by = _described_by(base_id, hint=hint_text, has_errors=bool(bound.errors), has_unit=bool(suffix))
    values: dict[str, Any] = {
        "id": base_id,
        "label": bound.label if label is None else label,
        "hint": hint_text,
        "errors": list(bound.errors),
        "prefix": prefix,
        "suffix": suffix,
        "described_by": described_by,
        "is_big": size == "big",
        "is_short": size == "short",
        "as_heading": as_heading,
        "is_inline": is_inline,
        "is_label_hidden": is_label_hidden,
        "is_optional": mark_optional and not bound.field.required and not _is_code(bound),
    }
    return render("field", values | _control(bound, described_by, choice_hints, attrs))


def _control(
    bound: BoundField, described_by: str, choice_hints: Mapping[str, str], attrs: Mapping[str, Any]
) -> dict[str, Any]:
    widget = bound.field.widget
    if isinstance(widget, _CHOICE_WIDGETS):
        return {
            "kind": "choices",
            "choices": _choices(bound, choice_hints),
            "needs_group_role": isinstance(widget, forms.RadioSelect),
        }
    all_attrs = {**_native_attrs(widget), **attrs}
    if described_by:
        all_attrs["aria-describedby"] = described_by
    kind = "checkbox" if isinstance(widget, forms.CheckboxInput) else "input"
    return {"kind": kind, "control": bound.as_widget(attrs=all_attrs)}


def _native_attrs(widget: forms.Widget) -> dict[str, Any]:
    """Phones get the right keyboard and browsers their own date picker."""
    if isinstance(widget, forms.NumberInput):
        return {"inputmode": "decimal"}
    plain_types: tuple[tuple[type[forms.DateTimeBaseInput], str, str], ...] = (
        (forms.DateTimeInput, "datetime-local", "%Y-%m-%dT%H:%M"),
        (forms.DateInput, "date", "%Y-%m-%d"),
        (forms.TimeInput, "time", "%H:%M"),
    )
    for kind, input_type, written_as in plain_types:
        if isinstance(widget, kind) and widget.format in (None, written_as):
            widget.input_type = input_type
            widget.format = written_as
            break
    return {}


def _choices(bound: BoundField, choice_hints: Mapping[str, str]) -> list[dict[str, Any]]:
    """Every choice with its control; the empty choice is left out, so nothing is chosen beforehand."""
    found = []
    for choice in bound.subwidgets:
        value = str(choice.data["value"])
        if value == "":
            continue
        found.append(
            {
                "id": choice.id_for_label,
                "control": choice.tag(),
                "label": choice.choice_label,
                "hint": choice_hints.get(value, ""),
            }
        )
    return found


def _described_by(base_id: str, *, hint: object, has_errors: bool, has_unit: bool) -> str:
    parts = (("hint", hint), ("error", has_errors), ("unit", has_unit))
    return " ".join(f"{base_id}-{name}" for name, is_there in parts if is_there)
