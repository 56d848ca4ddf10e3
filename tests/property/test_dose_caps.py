"""No generated dose above a cap can be signed (H1)."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limen.clinical.definitions.product_place import parse_product_place
from limen.clinical.safety.dose_check import DoseCaps, SoftLimits, Weight, WeightRule, check_dose
from limen.knowledge import __file__ as knowledge_file

CASES = 10_000  # Hypothesis looks for the edges
MILLION = 1_000_000  # drawn from a seed under --long: Hypothesis would spend its time on bookkeeping
TODAY = date(2026, 5, 4)


def _matrix():
    from pathlib import Path

    path = Path(knowledge_file).parent / "rules" / "product-place" / "1.toml"
    return parse_product_place(path.read_text(encoding="utf-8"))


MATRIX = _matrix()
amounts = st.integers(-50, 40_000).map(lambda tenths: Decimal(tenths) / 10)
strange = st.sampled_from([Decimal("NaN"), Decimal("Infinity"), Decimal("-Infinity"), Decimal("1e9"), Decimal(0)])
limits = st.one_of(st.none(), st.integers(1, 30_000).map(lambda tenths: Decimal(tenths) / 10))
per_kg = st.one_of(st.none(), st.integers(1, 1_000).map(lambda hundredths: Decimal(hundredths) / 100))
weights = st.one_of(
    st.none(),
    st.builds(
        lambda tenths, days: Weight(Decimal(tenths) / 10, TODAY - timedelta(days=days)),
        st.integers(0, 2_500),
        st.integers(-3, 60),
    ),
)


@settings(max_examples=CASES, deadline=None)
@given(
    dose_mg=st.one_of(amounts, strange),
    given_today_mg=st.integers(0, 500).map(Decimal),
    cap_mg=limits,
    cap_kg=per_kg,
    cap_day=limits,
    weight=weights,
    previous=weights,
    uses_weight=st.booleans(),
    max_age_days=st.one_of(st.none(), st.integers(1, 60)),
)
def test_no_signable_dose_passes_any_cap(
    dose_mg, given_today_mg, cap_mg, cap_kg, cap_day, weight, previous, uses_weight, max_age_days
):
    never_above_a_cap(
        dose_mg=dose_mg,
        given_today_mg=given_today_mg,
        caps=DoseCaps(cap_mg, cap_kg, cap_day),
        weight=weight,
        previous=previous,
        uses_weight=uses_weight,
        max_age_days=max_age_days,
    )


def never_above_a_cap(*, dose_mg, given_today_mg, caps, weight, previous, uses_weight, max_age_days) -> bool:
    """Check one dose; True when it could be signed, and then every cap and the weight rule held."""
    check = check_dose(
        dose_mg=dose_mg,
        drug="ketamine",
        route="iv",
        place="clinic",
        weight=weight,
        previous_weight=previous,
        today=TODAY,
        uses_weight=uses_weight,
        caps=caps,
        soft_limits=SoftLimits(caps.per_dose_mg),
        weight_rule=WeightRule(max_age_days, Decimal(10)),
        product_place_matrix=MATRIX,
        settings={},
        given_today_mg=given_today_mg,
    )
    if not check.can_be_signed:
        return False
    assert caps.per_dose_mg is not None and 0 < dose_mg <= caps.per_dose_mg
    assert caps.per_day_mg is None or given_today_mg + dose_mg <= caps.per_day_mg
    if uses_weight or caps.per_dose_mg_per_kg is not None:
        assert caps.per_dose_mg_per_kg is not None and weight is not None and max_age_days is not None
        assert dose_mg <= caps.per_dose_mg_per_kg * weight.kg
        assert 0 <= (TODAY - weight.measured_on).days <= max_age_days
        if previous is not None and previous.kg > 0:
            assert abs(weight.kg - previous.kg) <= previous.kg / 10
    return True


@pytest.mark.long
def test_a_million_generated_doses_never_pass_a_cap():
    """H1: 10^6 generated inputs, none accepted above a cap."""
    draw = random.Random(20260521)

    def maybe(low: int, high: int, divisor: int):
        return None if draw.random() < 0.15 else Decimal(draw.randint(low, high)) / divisor

    def weighed():
        if draw.random() < 0.15:
            return None
        return Weight(Decimal(draw.randint(300, 1500)) / 10, TODAY - timedelta(days=draw.randint(-3, 60)))

    signed = 0
    for _ in range(MILLION):
        weight = weighed()
        near = None if weight is None else Weight(weight.kg * draw.randint(80, 120) / 100, weight.measured_on)
        signed += never_above_a_cap(
            dose_mg=Decimal(draw.randint(-5, 2000)) / 10,
            given_today_mg=Decimal(draw.choice((0, 0, 0, 40, 120))),
            caps=DoseCaps(maybe(1, 3000, 10), maybe(1, 200, 100), maybe(1, 4000, 10)),
            weight=weight,
            previous=draw.choice((None, near)),
            uses_weight=draw.random() < 0.5,
            max_age_days=draw.choice((None, 14, 30, 60)),
        )
    assert signed > MILLION / 100, "hardly any generated dose could be signed, so nothing was proved"
