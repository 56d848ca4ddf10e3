"""The clinic of the treatment tests, at ten in the morning of one day."""

import pytest

from integration.treatment.treatment_people import T0, People
from limen.apps.records import clock


@pytest.fixture
def ten_o_clock():
    with clock.at(T0):
        yield T0


@pytest.fixture
def people(ten_o_clock, site_scope):
    return People(site_scope)
