"""Each way a proposed dose can be stopped or passed to a second person (H1, SR-02, SR-03)."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import limen.knowledge
from limen.clinical.definitions.product_place import parse_product_place
from limen.clinical.safety.dose_check import (
    DoseCaps,
    Kind,
    SoftLimits,
    Weight,
    WeightRule,
    check_dose,
    limits_from_settings,
)

RULES = Path(limen.knowledge.__file__).parent / "rules"
MATRIX = parse_product_place((RULES / "product-place" / "1.toml").read_text(encoding="utf-8"))
TODAY = date(2026, 5, 4)


def check(**changes):
    """35 mg IV in the clinic at 70 kg: 0.5 mg/kg, under every limit of this invented site."""
    proposal = {
        "dose_mg": Decimal(35),
        "drug": "ketamine",
        "route": "iv",
        "place": "clinic",
        "weight": Weight(Decimal(70), date(2026, 4, 20)),
        "previous_weight": Weight(Decimal(71), date(2026, 3, 20)),
        "today": TODAY,
        "uses_weight": True,
        "caps": DoseCaps(Decimal(60), Decimal("0.8"), Decimal(60)),
        "soft_limits": SoftLimits(Decimal(45), Decimal("0.6")),
        "weight_rule": WeightRule(30, Decimal(10)),
        "product_place_matrix": MATRIX,
        "settings": {},
    }
    return check_dose(**{**proposal, **changes})


def found(result):
    return {(finding.code, finding.kind) for finding in result.findings}


def test_a_dose_within_every_limit_has_nothing_against_it():
    assert check().findings == ()
    assert check().mg_per_kg == Decimal("0.5")


@pytest.mark.parametrize(
    ("why", "changes", "expected"),
    [
        ("ten times too much", {"dose_mg": Decimal(350)}, ("cap", Kind.BLOCK)),
        ("above the cap by a hair", {"dose_mg": Decimal("60.1")}, ("cap", Kind.BLOCK)),
        ("above the cap per kg: 0.8 x 70 = 56", {"dose_mg": Decimal("56.1")}, ("cap-per-kg", Kind.BLOCK)),
        ("30 mg given already today", {"given_today_mg": Decimal(30)}, ("cap-per-day", Kind.BLOCK)),
        ("no dose", {"dose_mg": Decimal(0)}, ("amount", Kind.BLOCK)),
        ("not a number", {"dose_mg": Decimal("NaN")}, ("amount", Kind.BLOCK)),
        ("without end", {"dose_mg": Decimal("Infinity")}, ("amount", Kind.BLOCK)),
        ("a weight of nothing", {"weight": Weight(Decimal(0), TODAY)}, ("weight", Kind.BLOCK)),
        ("no cap signed", {"caps": DoseCaps(None, Decimal("0.8"))}, ("cap", Kind.CANNOT_TELL)),
        ("no cap per kg signed", {"caps": DoseCaps(Decimal(60), None)}, ("cap-per-kg", Kind.CANNOT_TELL)),
        ("no weight", {"weight": None}, ("weight", Kind.CANNOT_TELL)),
        ("weight 31 days old", {"weight": Weight(Decimal(70), date(2026, 4, 3))}, ("weight-age", Kind.BLOCK)),
        ("weight from tomorrow", {"weight": Weight(Decimal(70), date(2026, 5, 5))}, ("weight-age", Kind.BLOCK)),
        ("154 lb typed as kg", {"weight": Weight(Decimal(154), TODAY)}, ("weight-change", Kind.BLOCK)),
        ("swallowed at home, not signed", {"place": "home", "route": "po"}, ("place", Kind.CANNOT_TELL)),
        ("injection at home", {"place": "home", "route": "im"}, ("place", Kind.BLOCK)),
        ("esketamine at home", {"place": "home", "route": "in", "drug": "esketamine"}, ("place", Kind.BLOCK)),
        ("a combination nobody wrote down", {"drug": "arketamine"}, ("place", Kind.BLOCK)),
    ],
)
def test_what_stops_a_signature(why, changes, expected):
    result = check(**changes)
    assert expected in found(result), why
    assert not result.can_be_signed, why


@pytest.mark.parametrize("dose", ["45.1", "42.1"])
def test_above_a_soft_limit_a_second_person_confirms(dose):
    # 45 mg is the soft limit; 0.6 mg/kg x 70 kg = 42 mg is the one per kg.
    result = check(dose_mg=Decimal(dose))
    assert result.can_be_signed and result.needs_second_person


def test_exactly_at_the_cap_is_within_it():
    # 0.8 mg/kg x 70 kg = 56 mg
    assert check(dose_mg=Decimal(56)).can_be_signed


def test_a_weight_of_30_days_is_still_in_date():
    # 4 April to 4 May is 30 days.
    assert check(weight=Weight(Decimal(70), date(2026, 4, 4))).can_be_signed


def test_the_age_of_a_weight_does_not_matter_where_no_rule_uses_it():
    old = Weight(Decimal(70), date(2025, 1, 1))
    result = check(weight=old, uses_weight=False, caps=DoseCaps(Decimal(60), None), soft_limits=SoftLimits(Decimal(45)))
    assert result.can_be_signed


@pytest.mark.parametrize(("signed", "is_stopped"), [(["sl"], False), (["po"], True), ([], True)])
def test_a_route_is_home_only_where_the_site_signed_it(signed, is_stopped):
    result = check(place="home", route="sl", settings={"home.routes_signed": signed})
    assert (("place", Kind.BLOCK) in found(result)) is is_stopped


def test_esketamine_milligrams_have_their_own_limits():
    settings = {"dose.in.cap_mg": "150", "dose.esketamine_in.cap_mg": "84", "weight.max_age_days": 30}
    caps, _, weight_rule = limits_from_settings(settings, drug="esketamine", route="in")
    assert (caps.per_dose_mg, weight_rule.max_age_days) == (Decimal(84), 30)
    with pytest.raises(ValueError, match="not a number"):
        limits_from_settings({"dose.iv.cap_mg": "lots"}, drug="ketamine", route="iv")
