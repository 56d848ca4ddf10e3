"""No generated dose above a cap can be signed (H1)."""

import os
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from limen.clinical.definitions.product_place import parse_product_place
from limen.clinical.safety.dose_check import DoseCaps, SoftLimits, Weight, WeightRule, check_dose
from limen.knowledge import __file__ as knowledge_file

CASES = 1_000_000 if os.environ.get("LIMEN_LONG") else 10_000
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
    check = check_dose(
        dose_mg=dose_mg,
        drug="ketamine",
        route="iv",
        place="clinic",
        weight=weight,
        previous_weight=previous,
        today=TODAY,
        uses_weight=uses_weight,
        caps=DoseCaps(cap_mg, cap_kg, cap_day),
        soft_limits=SoftLimits(cap_mg),
        weight_rule=WeightRule(max_age_days, Decimal(10)),
        product_place_matrix=MATRIX,
        settings={},
        given_today_mg=given_today_mg,
    )
    if not check.can_be_signed:
        return
    assert cap_mg is not None and 0 < dose_mg <= cap_mg
    assert cap_day is None or given_today_mg + dose_mg <= cap_day
    if uses_weight or cap_kg is not None:
        assert cap_kg is not None and weight is not None and max_age_days is not None
        assert dose_mg <= cap_kg * weight.kg
        assert 0 <= (TODAY - weight.measured_on).days <= max_age_days
        if previous is not None and previous.kg > 0:
            assert abs(weight.kg - previous.kg) <= previous.kg / 10
