"""Fixtures every test may use. Factories are plain functions in tests/factories.py."""

import pytest
from django.core.management.commands import flush
from hypothesis import settings

# No deadline: the gate's machine is shared, and a slow moment is not a defect.
settings.register_profile("limen", deadline=None, print_blob=True)
settings.load_profile("limen")


@pytest.fixture(scope="session", autouse=True)
def flush_thaws_append_only_tables():
    """Django's flush deletes row by row on SQLite, which the append-only triggers refuse."""
    from limen.apps.records import triggers

    original = flush.Command.handle

    def handle(self, **options):
        with triggers.thawed(options.get("database", "default")):
            return original(self, **options)

    flush.Command.handle = handle
    yield
    flush.Command.handle = original


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true", help="run the whole long proofs, not their samples")


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--long"):
        skip = pytest.mark.skip(reason="a whole long proof; run with --long")
        for item in items:
            if "long" in item.keywords:
                item.add_marker(skip)


@pytest.fixture
def site(db):
    from factories import make_site

    return make_site()


@pytest.fixture
def site_scope(site):
    """The site, with its scope open around the test."""
    from django_scopes import scope

    with scope(site=site.pk):
        yield site
