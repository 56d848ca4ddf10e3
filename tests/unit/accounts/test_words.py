"""Small pure parts of accounts: the access table denies by default, and words for values and browsers."""

from decimal import Decimal
from types import SimpleNamespace

import pytest

from limen.apps.accounts.access import ACTIONS, Subject, can, declares
from limen.apps.accounts.roles import ROLE_TITLES, role_words
from limen.apps.accounts.sessions import device_of
from limen.apps.accounts.settings_words import limits, options, shown
from limen.apps.records.actor import VISITOR, Actor
from limen.clinical.definitions.site_setting import Choice, SettingDefinition

STAFF_ACTIONS = [name for name, policy in ACTIONS.items() if policy.about in ("site", "patient")]


def staff(*roles, factors=2, site_id=1):
    return Actor(kind="staff", user_id=1, site_id=site_id, roles=frozenset(roles), factors=factors)


@pytest.mark.parametrize("action", STAFF_ACTIONS)
def test_no_role_means_nothing_and_another_site_means_nothing(action):
    about = Subject(patient_id=7, site_id=1)
    assert not can(staff(), action, about).is_allowed
    assert not can(VISITOR, action, about).is_allowed
    assert not can(staff(*ROLE_TITLES, site_id=2), action, about).is_allowed
    assert not can(staff(*ROLE_TITLES, factors=1), action, about).is_allowed
    assert can(staff(*ROLE_TITLES), action, about).is_allowed


def test_an_action_nobody_declared_is_refused():
    assert not can(staff(*ROLE_TITLES), "patient.erase").is_allowed
    with pytest.raises(ValueError, match="not in the access table"):
        declares("patient.erase")


def test_the_system_actor_opens_no_page():
    actor = Actor(kind="system", roles=frozenset({"system"}), factors=2)
    assert not can(actor, "patient.read", Subject(patient_id=7)).is_allowed


def setting(**values):
    base = {"key": "k", "title": "T", "group": "G", "kind": "int", "explanation": "", "is_safety": False, "blocks": ""}
    return SettingDefinition(**{**base, **values})


@pytest.mark.parametrize(
    ("definition", "value", "words"),
    [
        (setting(unit="mmHg"), 150, "150 mmHg"),
        (setting(kind="decimal", unit="mg"), Decimal("0.50"), "0.50 mg"),
        (setting(kind="bool"), True, "Yes"),
        (setting(kind="bool"), False, "No"),
        (setting(kind="choice", choices=(Choice("a", "Alpha"), Choice("b", "Beta"))), "b", "Beta"),
        (setting(kind="json-list"), ("one", "two"), "one; two"),
        (setting(kind="json-list", fields=("name", "phone")), [{"name": "A", "phone": "1"}], "name: A, phone: 1"),
    ],
)
def test_a_value_is_spelled_with_its_unit_or_label(definition, value, words):
    assert shown(definition, value) == words


def test_the_form_says_what_it_accepts():
    number = setting(kind="decimal", unit="mg", minimum=Decimal(1), maximum=Decimal(5), places=2)
    assert limits(number) == "From 1 to 5 mg, up to 2 decimals."
    assert "name, phone" in limits(setting(kind="json-list", fields=("name", "phone")))
    assert options(setting(kind="bool")) == [("yes", "Yes"), ("no", "No")]
    assert options(setting(kind="text")) == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Safari/604.1",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36", "Chrome on Linux"),
        ("curl/8", "A browser"),
        ("", "A browser"),
    ],
)
def test_a_browser_is_named_in_plain_words(line, words):
    assert device_of(SimpleNamespace(META={"HTTP_USER_AGENT": line})) == words


def test_roles_are_written_in_words():
    assert role_words("medical_director, prescriber") == "Medical director, Prescriber"
    assert role_words("") == ""
    assert role_words("system") == "system"
