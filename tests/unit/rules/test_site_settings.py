"""The catalogue of site settings: what is accepted, and that no clinical default stands without a source."""

from decimal import Decimal
from pathlib import Path

import pytest

import limen.knowledge
from limen.clinical.definitions.common import DefinitionError
from limen.clinical.definitions.site_setting import InvalidSetting, check_value, parse_settings, restore_value

PATH = Path(limen.knowledge.__file__).parent / "rules" / "site-settings" / "1.toml"
CATALOGUE = parse_settings(PATH.read_text(encoding="utf-8"))
HEAD = """
id = "site-settings"
version = "1"
title = "t"
status = "draft"
licence = "Apache-2.0"
[[sources]]
key = "Recalled"
citation = "recalled"
grade = "U"
[[settings]]
key = "dose.iv.cap_mg"
title = "Cap"
group = "g"
kind = "decimal"
explanation = "e"
is_safety = true
blocks = "orders"
unit = "mg"
minimum = 1
maximum = 100
"""

# The only values a published label, the REMS or our own written requirements fix.
SOURCED = {
    "gate.fasting_food_hours.in": 2,
    "gate.fasting_liquid_min.in": 30,
    "gate.nasal_medicine_min": 60,
    "dose.esketamine_in.cap_mg": Decimal(84),
    "discharge.min_minutes.esketamine": 120,
    "weight.max_age_days": 30,
    "weight.max_change_percent": Decimal(10),
    "session.heartbeat_silence_s": 60,
    "security.step_up_min": 5,
    "staff.licence_warning_days": 60,
}


def test_only_sourced_values_stand_without_a_signature():
    assert {d.key: d.default for d in CATALOGUE if d.default is not None} == SOURCED


def test_a_default_on_an_unverified_source_is_refused():
    with pytest.raises(DefinitionError, match="graded A or B"):
        parse_settings(HEAD + 'default = "50"\nsource = "Recalled"\n')


def test_a_default_without_a_source_is_refused():
    with pytest.raises(DefinitionError, match="graded A or B"):
        parse_settings(HEAD + 'default = "50"\n')


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("gate.systolic_max_mmhg", "150", 150),
        ("dose.iv.cap_mg", "62.5", Decimal("62.5")),
        ("outcome.phq9_remission", "at-most-5", "at-most-5"),
        ("home.routes_signed", '["sl"]', ("sl",)),
        ("home.routes_signed", "[]", ()),  # a clinic without home care says so
        (
            "coverage.hours",
            '[{"day": "mon", "opens": "09:00", "closes": "17:00"}]',
            ({"day": "mon", "opens": "09:00", "closes": "17:00"},),
        ),
        ("contact.after_hours_number", " 555 0100 ", "555 0100"),
    ],
)
def test_a_good_value_is_read_as_its_kind_and_survives_storage(key, text, value):
    definition = CATALOGUE.find(key)
    assert check_value(definition, text) == value
    stored = list(value) if isinstance(value, tuple) else str(value) if isinstance(value, Decimal) else value
    assert restore_value(definition, stored) == value


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("gate.systolic_max_mmhg", "1500"),
        ("gate.systolic_max_mmhg", "150.5"),
        ("gate.systolic_max_mmhg", ""),
        ("dose.iv.cap_mg", "1e2"),
        ("dose.iv.cap_mg", "62,5"),
        ("dose.esketamine_in.cap_mg", "112"),
        ("discharge.min_minutes.esketamine", "119"),
        ("outcome.phq9_remission", "below-6"),
        ("home.routes_signed", "sl"),
        ("home.routes_signed", "[1]"),
        ("coverage.hours", '[{"day": "mon"}]'),
        ("coverage.hours", '[{"day": "mon", "opens": true, "closes": "17:00"}]'),
        ("contact.after_hours_number", "   "),
    ],
)
def test_a_bad_value_is_refused_with_the_name_of_the_setting(key, text):
    definition = CATALOGUE.find(key)
    with pytest.raises(InvalidSetting) as refused:
        check_value(definition, text)
    assert definition.title in str(refused.value)


def test_a_site_signs_only_the_routes_it_uses():
    keys = CATALOGUE.safety_keys_for({"iv"})
    assert "dose.iv.cap_mg" in keys and "gate.systolic_max_mmhg" in keys
    assert "dose.sl.cap_mg" not in keys


@pytest.mark.parametrize("definition", CATALOGUE.settings, ids=lambda d: d.key)
def test_every_setting_says_what_stays_blocked(definition):
    assert definition.blocks and definition.explanation
