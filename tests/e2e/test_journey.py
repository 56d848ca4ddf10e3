"""One patient's whole journey in real browsers, as the people whose steps they are."""

import pytest

from e2e.journey_steps import STEPS

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("step", STEPS, ids=[step.__name__ for step in STEPS])
def test_the_journey_goes_on_when(walk, step):
    walk.through(step)


def test_nothing_went_wrong_in_any_browser_on_the_way(walk):
    """No script error, no breach of the content policy, no answer of 500, no request to anybody else (S42, S47)."""
    walk.through(STEPS[-1])
    assert [line for walker in walk.walkers.values() for line in walker.complaints] == []
