"""The template tags of every shared component: ``{% load limen %}``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.forms import BaseForm, Field
from django.forms.boundfield import BoundField
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from limen.charts import Chart
from limen.ui import icons
from limen.ui.components import render
from limen.ui.components.data_table import Column, render_table
from limen.ui.components.field import first_control_id, render_field

register = template.Library()

BUTTON_VARIANTS = ("primary", "quiet", "danger", "plain", "help")
NOTICE_TONES = {"info": "info", "warning": "alert", "danger": "alert", "success": "check", "plain": "info"}
TAG_ICONS = {"neutral": "minus", "good": "check", "watch": "clock", "alert": "alert", "info": "info"}
CHECK_STATES = {
    "done": ("check", "good"),
    "now": ("arrow-right", "info"),
    "todo": ("minus", "neutral"),
    "overdue": ("clock", "watch"),
    "blocked": ("lock", "watch"),
}
SHORT_UID_LENGTH = 8


def _one_of(value: str, allowed: Iterable[str], what: str) -> str:
    accepted = tuple(allowed)
    if value not in accepted:
        raise ValueError(f"{what} {value!r} is not known; use one of {', '.join(accepted)}.")
    return value


@register.filter
def pin_version(pin: str) -> str:
    """ "privacy-and-sharing@1" as "version 1", for people who never see the name of a file."""
    return _("version %(number)s") % {"number": str(pin).rpartition("@")[2]}


@register.simple_tag
def icon(name: str) -> SafeString:
    """A drawing from the icon set; give it text as a neighbour."""
    return icons.icon(name)


@register.simple_tag
def tone_icon(tone: str = "") -> SafeString:
    """The shape that goes with a tone, so that colour is never the only sign."""
    return icons.icon({"neutral": "circle", "": "circle"}.get(tone or "", TAG_ICONS.get(tone, "circle")))


@register.simple_tag
def nav_links(items: Iterable[Mapping[str, Any]] | None = None, *, has_icons: bool = False, **kwargs: Any) -> str:
    """The main navigation from ``[{label, url, is_current, count, icon}]``; nothing when the list is empty."""
    if not items:
        return ""
    links = format_html_join("", '<a href="{}"{}>{}{}{}</a>', (_nav_link(item, has_icon=has_icons) for item in items))
    name = kwargs.get("label") or _("Main")
    return format_html('<nav class="nav {}" aria-label="{}">{}</nav>', kwargs.get("class", ""), name, links)


def _nav_link(item: Mapping[str, Any], *, has_icon: bool) -> tuple[Any, ...]:
    current = format_html(' aria-current="{}"', "page") if item.get("is_current") else ""
    drawing = item.get("icon") or icons.FOR_PAGES.get(str(item["label"]), "")
    shape = icons.icon(drawing) if has_icon and drawing else ""
    count = format_html(' <span class="count">{}</span>', item["count"]) if item.get("count") else ""
    return item["url"], current, shape, format_html("<span>{}</span>", item["label"]), count


@register.simple_tag
def button(*, label: str, variant: str = "primary", href: str = "", size: str = "", **more: Any) -> SafeString:
    """A link (``href``) or a submit button; ``variant`` primary, quiet, danger, plain or help (session only).

    More: ``type``, ``name``, ``value``, ``form``, ``formaction``, ``disabled``, ``icon_name``, ``hidden_text``
    (extra words for screen readers), ``is_print`` (prints the page; type becomes button).
    """
    _one_of(variant, BUTTON_VARIANTS, "Button variant")
    classes = ["button"]
    if variant == "help":
        classes += ["button-danger", "button-help"]
    elif variant != "primary":
        classes.append(f"button-{variant}")
    if size == "big":
        classes.append("button-big")
    more["is_icon_last"] = more.get("icon_name") == "arrow-right"
    more["type"] = "button" if more.get("is_print") else more.get("type", "submit")
    return render("button", {"label": label, "href": href, "classes": " ".join(classes), **more})


@register.simple_tag
def tag(*, text: Any, tone: str = "neutral", prefix: str = "", icon_name: str = "") -> SafeString:
    """A status pill: a shape and words; the tone (neutral, good, watch, alert, info) only supports them."""
    _one_of(tone, TAG_ICONS, "Tag tone")
    words = f"{prefix} {text}".strip()
    shape = icons.icon(icon_name or TAG_ICONS[tone])
    return format_html('<span class="tag tag-{}">{}<span class="tag-text">{}</span></span>', tone, shape, words)


@register.simple_tag
def patient_band(*, patient: Any) -> SafeString:
    """Whose page this is: name, birth date, age, short id, site, alerts, allergies.

    ``patient`` has display_name, birth_date, age_years, uid, site_name, alerts and allergies;
    ``allergies=None`` means nobody asked, an empty list means none are known.
    """
    values = {
        "patient": patient,
        "short_uid": str(_read(patient, "uid"))[:SHORT_UID_LENGTH],
        "allergies_unknown": _("Allergies not recorded"),
        "allergies_none": _("No known allergies"),
        "allergy_word": _("Allergy:"),
    }
    return render("patient_band", values)


@register.simple_tag
def patient_guard(patient: Any) -> SafeString:
    """The hidden input that lets a service refuse a form meant for another patient."""
    return format_html('<input type="hidden" name="expected_patient" value="{}">', _read(patient, "uid"))


def _read(thing: Any, name: str) -> Any:
    return thing.get(name, "") if isinstance(thing, Mapping) else getattr(thing, name, "")


@register.simple_tag
def data_table(*, caption: str, columns: Iterable[Any], rows: Iterable[Any], **more: Any) -> SafeString:
    """A table in its own scroll region; see ``components/data_table`` for Column, Row, Cell and Link."""
    return render_table(caption=caption, columns=columns, rows=rows, **more)


@register.simple_tag
def worklist(*, caption: str, columns: Iterable[Any], rows: Iterable[Any], **more: Any) -> SafeString:
    """A table of things to do, each row with the tone of its urgency."""
    return render_table(caption=caption, columns=columns, rows=rows, class_name="worklist", **more)


@register.simple_tag
def field(
    bound: BoundField,
    *,
    label: str | None = None,
    hint: str | None = None,
    prefix: str = "",
    suffix: str = "",
    size: str = "",
    as_heading: bool = False,
    is_inline: bool = False,
    is_label_hidden: bool = False,
    mark_optional: bool = True,
    choice_hints: Mapping[str, str] | None = None,
    **attrs: Any,
) -> str:
    """One form field with label, hint, unit and errors; other keywords become attributes (``rows=4``).

    ``size`` may be "short" (a code, a state) or "big" (the one question of a page). ``as_heading`` makes the label
    the heading of the page; ``choice_hints`` adds a line under a choice, by its value.
    """
    return render_field(
        bound,
        label=label,
        hint=hint,
        prefix=prefix,
        suffix=suffix,
        size=size,
        as_heading=as_heading,
        is_inline=is_inline,
        is_label_hidden=is_label_hidden,
        mark_optional=mark_optional,
        choice_hints=choice_hints or {},
        attrs={name.replace("_", "-"): value for name, value in attrs.items()},
    )


@register.simple_tag
def form_errors(*forms: BaseForm, title: str = "") -> SafeString:
    """The summary of what went wrong, each line leading to its field; nothing when all is well."""
    errors = [error for form in forms if form is not None for error in _errors_of(form)]
    return render("form_errors", {"errors": errors, "title": title or _("There is a problem")})


def _errors_of(form: BaseForm) -> list[dict[str, Any]]:
    if not form.is_bound:
        return []
    general = [{"text": text, "target": ""} for text in form.non_field_errors()]
    hidden = [{"text": text, "target": ""} for bound in form.hidden_fields() for text in bound.errors]
    return [*general, *hidden] + [
        {"text": _summary_words(bound, str(text)), "target": first_control_id(bound)}
        for bound in form.visible_fields()
        for text in bound.errors
    ]


def _summary_words(bound: BoundField, text: str) -> str:
    """The framework's "This field is required." says nothing away from its field; there it gets the field's name."""
    return f"{bound.label}: {text[0].lower()}{text[1:]}" if text == Field.default_error_messages["required"] else text


@register.simple_tag
def error_title(*forms: BaseForm) -> str:
    """ "Error: " for the page title when a form came back with errors, else nothing."""
    return _("Error: ") if any(form is not None and form.is_bound and form.errors for form in forms) else ""


@register.simple_block_tag(takes_context=True)
def question_page(context: Context, content: str, **kwargs: Any) -> SafeString:
    """One question to a page: Back, where we are, the question, one button.

    ``form`` (for the error summary), ``field`` (its question as the page's heading), ``action``, ``back_url``,
    ``caption``, ``step`` and ``of``, ``submit_label``, ``skip_url`` and ``skip_label``. The block adds to the form.
    """
    values = {"submit_label": _("Continue"), "csrf_token": _token(context), "content": content} | kwargs
    return render("question_page", values)


def _token(context: Context) -> str:
    token = str(context.get("csrf_token") or "")
    return "" if token == "NOTPROVIDED" else token  # noqa: S105 (Django's own word for "there is none")


@register.simple_tag
def summary_list(*, rows: Iterable[Any]) -> SafeString:
    """ "Check your answers": rows of label, value, change_url."""
    return render("summary_list", {"rows": rows})


@register.simple_tag
def key_values(*, rows: Iterable[Any], missing_text: str = "") -> SafeString:
    """Facts close together: rows of label, value, note, missing; an absent value says so."""
    return render("key_values", {"rows": rows, "missing_text": missing_text or _("not recorded")})


@register.simple_tag
def stat_tile(*, label: str, value: Any, **more: Any) -> SafeString:
    """One number with its ``unit``, ``denominator``, ``interval``, ``note`` and way to its source."""
    return render("stat_tile", {"label": label, "value": value, "source_label": _("Where this comes from"), **more})


@register.simple_tag
def timeline(*, events: Iterable[Any], label: str = "", show_dates: bool = False, empty_text: str = "") -> SafeString:
    """Events in order: at, what, detail, kind, actor, tone, elapsed, url; recorded_at marks a late entry."""
    values = {"events": list(events), "label": label, "show_dates": show_dates}
    return render("timeline", {**values, "empty_text": empty_text or _("Nothing has been recorded yet.")})


@register.simple_tag
def chart_frame(*, title: str, sentence: str, svg: Any, **more: Any) -> SafeString:
    """A chart with its title, its sentence and the same numbers as a table (``table_columns``, ``table_rows``).

    ``svg`` must be safe markup (a chart's ``__html__``); a plain string is shown as text.
    """
    return render("chart_frame", {"title": title, "sentence": sentence, "svg": svg, **more})


@register.simple_tag
def chart(drawing: Chart, *, narrow: Chart | None = None, **more: Any) -> SafeString:
    """A chart of ``limen.charts`` in its frame; ``narrow`` is the same chart drawn for a phone (width about 320).

    More: ``source`` and ``source_url``.
    """
    values = {
        "title": drawing.title,
        "sentence": drawing.sentence,
        "svg": chart_svg(drawing),
        "narrow_svg": chart_svg(narrow) if narrow else "",
        "table_columns": [Column(header) for header in drawing.table.headers],
        "table_rows": drawing.table.rows,
    }
    return render("chart_frame", values | more)


@register.simple_tag
def chart_svg(drawing: Chart) -> SafeString:
    """The bare drawing, for a sparkline beside its number; a Chart's markup is escaped where it is made."""
    return SafeString(drawing.svg)


@register.simple_tag
def notice(*, text: Any = "", tone: str = "info", title: str = "", url: str = "", link_label: str = "") -> SafeString:
    """A message in the page: info, warning, danger, success or plain (Django's own level names also work)."""
    return _notice(tone, {"text": text, "title": title, "url": url, "link_label": link_label})


@register.simple_block_tag
def notice_block(content: str, *, tone: str = "info", title: str = "") -> SafeString:
    """A message whose inside is markup."""
    return _notice(tone, {"title": title, "content": content})


def _notice(tone: str, values: Mapping[str, Any]) -> SafeString:
    known = {"error": "danger", "debug": "plain", "": "info"}.get(tone, tone)
    _one_of(known, NOTICE_TONES, "Notice tone")
    words = {
        "info": _("Information"),
        "warning": _("Warning"),
        "danger": _("Important"),
        "success": _("Done"),
        "plain": _("Note"),
    }
    return render("notice", {"tone": known, "icon_name": NOTICE_TONES[known], "tone_word": words[known], **values})


@register.simple_tag
def help_card(*, emergency_number: str = "911", after_hours_number: str = "", **more: Any) -> SafeString:
    """Crisis help that works without JavaScript.

    ``after_hours_number`` with ``after_hours_label`` is the site's own line, ``watching_text`` says whether anybody
    is watching now, ``emergency_number`` may be the ten-digit number of the address a home session confirmed.
    """
    values = {
        "title": _("You can talk to someone now"),
        "after_hours_label": _("Your clinic's after-hours line"),
        "emergency_number": emergency_number,
        "emergency_tel": _dialled(emergency_number),
        "after_hours_number": after_hours_number,
        "after_hours_tel": _dialled(after_hours_number),
    }
    return render("help_card", values | more)


def _dialled(number: str) -> str:
    return "".join(character for character in str(number) if character.isdigit() or character == "+")


@register.simple_tag
def checklist(*, items: Iterable[Any], label: str = "") -> SafeString:
    """Steps with owner and due date: title, state (done, now, todo, overdue, blocked), owner, due, url, detail."""
    return render("checklist", {"items": [_check_item(item) for item in items], "label": label})


def _check_item(item: Any) -> dict[str, Any]:
    state = _one_of(_read(item, "state"), CHECK_STATES, "Checklist state")
    words = {
        "done": _("Done"),
        "now": _("Next"),
        "todo": _("To do"),
        "overdue": _("Overdue"),
        "blocked": _("Waiting"),
    }
    icon_name, tone = CHECK_STATES[state]
    shown = {name: _read(item, name) for name in ("title", "owner", "due", "url", "detail", "state_text")}
    return shown | {
        "state": state,
        "icon_name": icon_name,
        "tone": tone,
        "state_text": shown["state_text"] or words[state],
    }


@register.simple_tag
def progress_steps(*, steps: Iterable[Any], label: str = "") -> SafeString:
    """Where we are on a short way: steps of label and state (done, now, todo)."""
    return render("progress_steps", {"steps": steps, "label": label or _("Steps")})


@register.simple_tag
def empty_state(*, text: str, title: str = "", url: str = "", link_label: str = "", level: int = 2) -> SafeString:
    """Nothing here, why, and what to do about it."""
    return render(
        "empty_state", {"text": text, "title": title, "url": url, "link_label": link_label, "level": int(level)}
    )


@register.simple_tag
def source_note(*, citation: str, label: str = "", **more: Any) -> SafeString:
    """Where a statement comes from: citation, ``place``, ``finding``, ``grade``, ``missing``, ``url``."""
    return render("source_note", {"citation": citation, "label": label or _("Source"), **more})


@register.simple_tag
def pager(*, first: int, last: int, total: int, **more: Any) -> SafeString:
    """Which rows these are, and the way to the others (``previous_url``, ``next_url``, ``noun``)."""
    return render("pager", {"first": first, "last": last, "total": total, **more})


@register.simple_block_tag
def card(content: str, *, title: str = "", level: int = 2, **more: Any) -> SafeString:
    """A surface for one thing: ``title``, ``level`` of its heading, ``aside``, ``foot``, ``is_today``, ``link_url``."""
    return render("card", {"title": title, "level": int(level), "content": content, **more})


@register.simple_tag
def tabs(*, items: Iterable[Any], label: str) -> SafeString:
    """Sibling pages as links: items of label, url, is_current, count."""
    return render("tabs", {"items": items, "label": label})


@register.simple_tag
def signature_block(*, title: str, meaning: str, rows: Iterable[Any], **more: Any) -> SafeString:
    """Exactly what is signed, what the signature means, and the code field, or who signed and when.

    Open: ``signer``, ``licence``, ``code_field``, ``submit_label``, ``cancel_url``. Signed: ``signed_by``,
    ``signed_at``. Both: ``digest``, ``level`` of the heading.
    """
    values = {"title": title, "meaning": meaning, "rows": rows, "level": 2}
    return render("signature_block", values | more)


@register.simple_tag(takes_context=True)
def due_clock(
    context: Context,
    *,
    due_at: dt.datetime | None,
    label: str = "",
    now: dt.datetime | None = None,
    none_text: str = "",
) -> SafeString:
    """When something is due; the page's clock counts, and without it the time itself stands there.

    ``now`` defaults to the page's ``server_now``.
    """
    moment = now or context.get("server_now")
    is_over = bool(due_at and moment and due_at < moment)
    values = {"due_at": due_at, "label": label, "is_over": is_over, "none_text": none_text or _("nothing due")}
    return render("due_clock", values)


@register.simple_tag
def person_line(*, name: str, role: str = "", detail: str = "", url: str = "") -> SafeString:
    """A person in one line: name, role, detail."""
    return render("person_line", {"name": name, "role": role, "detail": detail, "url": url})
