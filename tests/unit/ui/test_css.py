"""The style sheet and scripts: contrast in the three themes, the layers, and the byte budgets.

Contrast is computed as WCAG 2.2 defines it: relative luminance of sRGB, (lighter + 0.05) / (darker + 0.05).
Budgets: compressed CSS at most 25 kB, JavaScript at most 40 kB with htmx.
"""

import gzip
import re
from pathlib import Path

import django_htmx
import pytest

import limen.ui

STATIC = Path(limen.ui.__file__).parent / "static" / "limen"
CSS = (STATIC / "limen.css").read_text(encoding="utf-8")
HTMX = Path(django_htmx.__file__).parent / "static" / "django_htmx" / "htmx-2.min.js"

GROUNDS = ("paper", "surface", "sunken")
TEXT_PAIRS = [
    *((text, ground) for text in ("ink", "ink-2", "ink-3", "accent", "alert", "warm") for ground in GROUNDS),
    *((tone, f"{tone}-soft") for tone in ("accent", "warm", "good", "watch", "alert", "info")),
    *((tone, ground) for tone in ("good", "watch", "info") for ground in ("paper", "surface")),
    *(("ink", f"{tone}-soft") for tone in ("accent", "warm", "good", "watch", "alert", "info")),
    *(("ink-2", f"{tone}-soft") for tone in ("accent", "warm", "good", "watch", "alert", "info")),
    ("accent-strong", "accent-soft"),
    ("accent-strong", "paper"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("on-alert", "alert-fill"),
    ("surface", "warm"),
]
# Edges of controls, focus rings and marks in charts: 3 to 1 is asked of what is not text.
SHAPE_PAIRS = [
    *(("line-strong", ground) for ground in ("paper", "surface")),
    *(("focus", ground) for ground in GROUNDS),
    *((f"chart-{number}", "surface") for number in range(1, 7)),
]


def tokens(theme: str) -> dict[str, str]:
    """The colours of one theme, by name, read from the style sheet."""
    position = 0 if theme == "light" else 1
    pairs = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);", CSS)
    found = {name: colours[position] for name, *colours in pairs}
    if theme == "dim":
        block = re.search(r'\[data-theme="dim"\] \{(.*?)\}', CSS, re.DOTALL)[1]
        found |= dict(re.findall(r"--([\w-]+): (#\w{6});", block))
    return found


def luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_computed_as_wcag_computes_it():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    # The grey that famously just passes on white.
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)


@pytest.mark.parametrize("theme", ["light", "dark", "dim"])
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_stands_out_from_its_ground(theme, text, ground):
    colours = tokens(theme)
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark", "dim"])
@pytest.mark.parametrize(("shape", "ground"), SHAPE_PAIRS)
def test_edges_focus_rings_and_chart_marks_stand_out(theme, shape, ground):
    colours = tokens(theme)
    assert contrast(colours[shape], colours[ground]) >= 3


def test_the_dim_theme_gives_every_colour_its_own_low_glare_value():
    dark, dim = tokens("dark"), tokens("dim")
    changed = {name for name in dark if dark[name] != dim[name]}
    assert changed == set(dark)
    # Low glare: no large surface brighter than the dark theme's, and no text brighter than its text.
    assert all(luminance(dim[name]) <= luminance(dark[name]) for name in ("paper", "surface", "sunken", "ink"))


def test_colours_live_in_tokens_only():
    rules = re.sub(r"/\*.*?\*/", "", CSS, flags=re.DOTALL)
    after_tokens = rules[rules.index("@layer base {") : rules.index("@layer print {")]
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b", after_tokens) == []


def test_layers_are_declared_once_and_in_order():
    assert "@layer reset, tokens, base, components, utilities, print;" in CSS
    order = re.findall(r"^@layer (\w+) \{", CSS, re.MULTILINE)
    assert order == ["reset", "tokens", "base", "components", "utilities", "print"]


def test_every_custom_property_that_is_used_is_defined():
    used = set(re.findall(r"var\(--([\w-]+)", CSS))
    defined = set(re.findall(r"--([\w-]+):", CSS))
    assert used <= defined


def test_the_sheet_asks_nobody_for_anything():
    assert "@import" not in CSS
    assert "url(" not in CSS
    assert "@font-face" not in CSS


def test_directions_are_logical_so_that_right_to_left_works():
    assert re.findall(r"(?<![\w-])(margin|padding|border)-(left|right)|(?<![\w-])(left|right):", CSS) == []


def test_motion_stops_when_the_person_asks_for_less():
    assert "prefers-reduced-motion: reduce" in CSS


def test_compressed_css_is_within_budget():
    assert len(gzip.compress(CSS.encode())) <= 25_000


def test_compressed_javascript_is_within_budget_with_htmx():
    scripts = [HTMX, *sorted(STATIC.glob("*.js"))]
    assert len(scripts) > 1
    assert sum(len(gzip.compress(path.read_bytes())) for path in scripts) <= 40_000


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.js")), ids=lambda path: path.name)
def test_scripts_evaluate_no_text_as_code(path):
    assert re.findall(r"\beval\(|new Function|setTimeout\(\s*[\"']|\.on\w+ ?=", path.read_text()) == []


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.svg")), ids=lambda path: path.name)
def test_drawings_are_plain_and_need_no_style(path):
    text = path.read_text()
    assert "<script" not in text and "style" not in text and "href" not in text
