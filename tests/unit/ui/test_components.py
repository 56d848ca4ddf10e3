"""Every shared component, in every state: it renders, it escapes, and it never leans on colour or script."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from limen.ui import components, styleguide

CANARY = "<img src=x onerror=alert(1)>\"'&"

# Arguments that pick a variant or name an address; they hold no words a person typed.
NOT_WORDS = {
    "variant", "tone", "size", "icon_name", "icon", "href", "url", "change_url", "source_url", "back_url", "cancel_url",
    "previous_url", "next_url", "state", "type", "svg", "level",
}  # fmt: skip

ALL = [
    pytest.param(name, example, id=f"{name}-{example.title}")
    for name in components.names()
    for example in styleguide.examples_of(name)
]
VOID = {"input", "img", "br", "meta", "link", "hr", "path", "circle"}


class Page(HTMLParser):
    """Keeps the elements of a fragment and whether its tags close in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.is_well_formed = True
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag not in VOID:
            self.is_well_formed &= bool(self.open) and self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]


def poisoned(value, key=""):
    """The same arguments with the canary in place of every word."""
    if isinstance(value, str) and type(value) is str and key not in NOT_WORDS:
        return CANARY
    if isinstance(value, dict):
        return {inner: poisoned(item, inner) for inner, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(poisoned(item, key) for item in value)
    return value


def test_there_are_the_components_the_house_needs():
    needed = {
        "button", "tag", "patient_band", "data_table", "worklist", "field", "form_errors", "question_page",
        "summary_list", "stat_tile", "timeline", "chart", "chart_frame", "notice", "help_card", "checklist",
        "progress_steps",
        "empty_state", "source_note", "pager", "card", "tabs", "key_values", "signature_block", "due_clock",
        "person_line",
    }  # fmt: skip
    assert set(components.names()) == needed


@pytest.mark.parametrize(("name", "example"), ALL)
def test_a_component_closes_its_tags_and_carries_no_inline_style_or_script(name, example):
    page = Page(styleguide.render_example(name, example))
    assert page.is_well_formed and page.open == []
    for tag, attrs in page.elements:
        assert tag not in {"script", "style"}
        assert "style" not in attrs
        assert not [attribute for attribute in attrs if attribute.startswith("on")]


@pytest.mark.parametrize(("name", "example"), ALL)
def test_words_with_markup_in_them_are_shown_as_words(name, example):
    if name in styleguide.POSITIONAL:
        pytest.skip("its words come from a form; see test_field.py")
    hostile = replace(example, kwargs=poisoned(dict(example.kwargs)), body=poisoned(example.body))
    html = styleguide.render_example(name, hostile)
    page = Page(html)
    assert page.is_well_formed
    assert not page.all("img")
    assert not [attrs for _tag, attrs in page.elements if "onerror" in attrs]
    if poisoned(dict(example.kwargs)) != dict(example.kwargs):
        assert "&lt;img src=x onerror=alert(1)&gt;" in html


@pytest.mark.parametrize(("name", "example"), ALL)
def test_every_reference_to_an_id_finds_it_and_no_id_stands_twice(name, example):
    page = Page(styleguide.render_example(name, example))
    ids = [attrs["id"] for _tag, attrs in page.elements if attrs.get("id")]
    assert len(ids) == len(set(ids))
    for _tag, attrs in page.elements:
        for attribute in ("aria-describedby", "aria-labelledby", "for"):
            assert set((attrs.get(attribute) or "").split()) <= set(ids)


@pytest.mark.parametrize(("name", "example"), ALL)
def test_drawings_are_hidden_from_screen_readers_or_named(name, example):
    for attrs in Page(styleguide.render_example(name, example)).all("svg"):
        assert attrs.get("aria-hidden") == "true" or attrs.get("aria-label") or attrs.get("aria-labelledby")


@pytest.mark.parametrize("tone", ["neutral", "good", "watch", "alert", "info"])
def test_a_tag_says_its_tone_by_shape_and_words_not_by_colour_alone(tone):
    html = styleguide.render_example("tag", components.Example("", {"text": "Overdue", "tone": tone}))
    assert "<path" in html
    assert "Overdue" in html


def test_each_tone_of_a_tag_has_a_shape_of_its_own():
    shapes = {
        re.search(
            r'd="([^"]+)"', styleguide.render_example("tag", components.Example("", {"text": "x", "tone": tone}))
        )[1]
        for tone in ("neutral", "good", "watch", "alert", "info")
    }
    assert len(shapes) == 5


@pytest.mark.parametrize(
    ("name", "kwargs", "message"),
    [
        ("tag", {"text": "x", "tone": "red"}, "Tag tone 'red' is not known"),
        ("button", {"label": "x", "variant": "big"}, "Button variant 'big' is not known"),
        ("notice", {"text": "x", "tone": "loud"}, "Notice tone 'loud' is not known"),
        ("checklist", {"items": [{"title": "x", "state": "maybe"}]}, "Checklist state 'maybe' is not known"),
        ("tag", {"text": "x", "icon_name": "dragon"}, "No icon is called 'dragon'"),
    ],
)
def test_an_unknown_variant_is_refused_with_the_accepted_ones(name, kwargs, message):
    with pytest.raises(ValueError, match=message):
        styleguide.render_example(name, components.Example("", kwargs))


def test_the_help_card_dials_without_javascript():
    links = [a["href"] for a in Page(_rendered("help_card")).all("a")]
    assert links == ["tel:988", "sms:988", "tel:911", "tel:+15550100199"]


def test_the_help_card_dials_the_number_confirmed_for_a_home_session():
    example = components.Example("", {"emergency_number": "(617) 555-0142"})
    assert 'href="tel:6175550142"' in styleguide.render_example("help_card", example)


def test_allergies_nobody_asked_about_differ_from_none_known():
    band = dict(styleguide.examples_of("patient_band")[0].kwargs["patient"])
    unknown = styleguide.render_example(
        "patient_band", components.Example("", {"patient": {**band, "allergies": None}})
    )
    none = styleguide.render_example("patient_band", components.Example("", {"patient": {**band, "allergies": []}}))
    assert "Allergies not recorded" in unknown and "No known allergies" not in unknown
    assert "No known allergies" in none


def test_an_unknown_number_reads_unknown_and_zero_reads_zero():
    unknown = styleguide.render_example("stat_tile", components.Example("", {"label": "Remission", "value": None}))
    zero = styleguide.render_example("stat_tile", components.Example("", {"label": "Remission", "value": 0}))
    assert "unknown" in unknown
    assert "unknown" not in zero and ">0<" in zero


def test_a_late_entry_is_marked_with_the_time_it_was_written(settings):
    settings.TIME_ZONE = "UTC"
    assert "late entry, written 10:21" in _rendered("timeline")


def test_nothing_is_chosen_beforehand_on_a_question_page():
    page = Page(_rendered("question_page"))
    radios = [a for a in page.all("input") if a["type"] == "radio"]
    assert len(radios) == 4
    assert not [a for a in radios if "checked" in a]


def test_a_chart_given_as_a_plain_string_is_shown_as_text():
    example = components.Example("", {"title": "t", "sentence": "s", "svg": "<svg onload=alert(1)></svg>"})
    assert "<svg onload" not in styleguide.render_example("chart_frame", example)


def test_a_chart_has_its_numbers_as_a_table():
    html = _rendered("chart_frame")
    assert "The same numbers as a table" in html
    assert '<th scope="row">8</th><td class="num">6</td>' in html


def test_a_due_time_reads_as_a_time_before_any_script_runs(settings):
    settings.TIME_ZONE = "UTC"
    coming, overdue, nothing = styleguide.examples_of("due_clock")
    assert "due 09:45" in styleguide.render_example("due_clock", coming)
    assert "overdue since 09:35" in styleguide.render_example("due_clock", overdue)
    assert "nothing due" in styleguide.render_example("due_clock", nothing)


def test_the_style_guide_shows_every_component():
    shown = styleguide.examples()
    assert [component.name for component in shown] == components.names()
    assert all(component.examples for component in shown)


def _rendered(name: str) -> str:
    return styleguide.render_example(name, styleguide.examples_of(name)[0])
