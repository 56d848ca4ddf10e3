"""Weights and dose per weight, against hand arithmetic."""

from decimal import Decimal

import pytest

from limen.clinical.units import bmi_kg_per_m2, dose_mg_per_kg, kg_from_lb, lb_from_kg, rounded, ucum_code


def test_pounds_become_kilograms_by_the_exact_definition():
    # 200 lb x 0.45359237 kg/lb = 90.718474 kg
    assert kg_from_lb(Decimal(200)) == Decimal("90.718474")


def test_pounds_to_kilograms_and_back_is_the_same_weight():
    assert lb_from_kg(kg_from_lb(Decimal("187.4"))) == Decimal("187.4")


def test_bmi_is_weight_over_height_squared():
    # 70 / (1.75 x 1.75) = 70 / 3.0625 = 22.857...
    assert rounded(bmi_kg_per_m2(weight_kg=Decimal(70), height_cm=Decimal(175)), 2) == Decimal("22.86")


def test_half_a_milligram_per_kilogram_at_70_kg_is_35_mg():
    assert dose_mg_per_kg(dose_mg=Decimal(35), weight_kg=Decimal(70)) == Decimal("0.5")


@pytest.mark.parametrize("weight", ["0", "-70"])
def test_a_weight_that_cannot_be_is_refused(weight):
    with pytest.raises(ValueError, match="above 0"):
        dose_mg_per_kg(dose_mg=Decimal(35), weight_kg=Decimal(weight))


def test_an_unknown_unit_has_no_code():
    assert ucum_code("mmhg") == "mm[Hg]"
    with pytest.raises(KeyError, match="known"):
        ucum_code("stone")
