"""Whose tries are counted: the address the trusted proxies report, never what a client writes itself (S07)."""

import pytest
from django.test import RequestFactory

from limen.apps.accounts.throttle import address_of


@pytest.mark.parametrize(
    ("proxies", "forwarded", "counted"),
    [
        (0, "203.0.113.9", "127.0.0.1"),  # no proxy is trusted: the header is ignored
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),  # the client made up the first one
        (2, "203.0.113.9, 10.0.0.5", "203.0.113.9"),
        (2, "203.0.113.9", "127.0.0.1"),  # fewer hops than proxies: not believed
        (1, "", "127.0.0.1"),
    ],
)
def test_the_address_that_is_counted(settings, proxies, forwarded, counted):
    settings.LIMEN_PROXY_COUNT = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert address_of(request) == counted
