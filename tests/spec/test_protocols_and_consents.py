"""Protocol and consent files: what ships, and what the loaders refuse."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

import limen.knowledge
from limen.clinical.definitions.common import DefinitionError
from limen.clinical.definitions.consent import parse_consent
from limen.clinical.definitions.protocol import parse_protocol
from limen.clinical.protocols import measure_due_at, measures_due, plan_visits, reflow, what_is_due
from limen.clinical.protocols.visits import PlannedMeasure

KNOWLEDGE = Path(limen.knowledge.__file__).parent
TEXT = {f.parent.name: f.read_text(encoding="utf-8") for f in KNOWLEDGE.glob("protocols/*/1.toml")}
CONSENT = {f.parent.name: f.read_text(encoding="utf-8") for f in KNOWLEDGE.glob("consent/*/1.toml")}
IV = "iv-ketamine-six-in-three-weeks"
START = date(2026, 3, 2)  # a Monday


def plan(name=IV):
    return plan_visits(parse_protocol(TEXT[name]), START)


def test_six_infusions_fall_on_mondays_and_thursdays():
    days = [(v.target_date - START).days for v in plan() if v.kind == "dosing"]
    assert days == [0, 3, 7, 10, 14, 17]


def test_home_sessions_are_a_week_apart():
    days = [(v.target_date - START).days for v in plan("sublingual-at-home-four-weekly") if v.kind == "dosing"]
    assert days == [0, 7, 14, 21]


def test_follow_up_is_four_and_ten_weeks_after_the_first_dose():
    by_key = {v.key: v for v in plan()}
    assert [(by_key[f"follow-up-week-{w}"].target_date - START).days for w in (4, 10)] == [28, 70]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('relative_to = "dose-1"\noffset_days = 3', 'relative_to = "dose-9"\noffset_days = 3', "no earlier visit"),
        ('relative_to = "dose-1"\noffset_days = 3', 'relative_to = "dose-1"\noffset_days = 2', "overlap"),
        ("window_before_days = 4", "window_before_days = -1", "0 or more"),
        ("offset_days = 2\nwindow_before_days = 1", "offset_days = 2\nwindow_before_days = 3", "crosses its anchor"),
        ('recall = "overlaps"', 'recall = "fits"', "recall window of 14 days"),
        ('at_min = [40, 120]\nsource = "NCTEEG2019"', "at_min = [40, 120]", "minutes need a source"),
        ('key = "dose-2"', 'key = "dose-1"', "used twice"),
        ('route = "iv"', 'route = "intravenous"', "not one of iv"),
    ],
)
def test_an_impossible_protocol_is_refused(old, new, message):
    assert old in TEXT[IV]
    with pytest.raises(DefinitionError, match=message):
        parse_protocol(TEXT[IV].replace(old, new), IV)


def test_moving_a_dose_within_its_window_moves_its_integration_and_no_other_dose():
    before, after = plan(), reflow(plan(), "dose-2", START + timedelta(days=4))
    moved = {v.key for v in before} - {v.key for v in after if v in before}
    assert moved == {"dose-2", "integration-2"}


def test_moving_a_dose_outside_its_window_moves_the_rest_of_the_series():
    after = reflow(plan(), "dose-4", START + timedelta(days=17), completed=frozenset({"dose-1", "dose-2", "dose-3"}))
    assert [(v.target_date - START).days for v in after if v.kind == "dosing"] == [0, 3, 7, 17, 21, 24]


@pytest.mark.parametrize(
    ("key", "day", "completed", "message"),
    [
        ("dose-4", 3, frozenset(), "both fall"),
        ("dose-4", 1, frozenset(), "out of order"),
        ("dose-1", 1, frozenset({"dose-1"}), "completed"),
        ("dose-7", 1, frozenset(), "not a visit of this plan"),
    ],
)
def test_an_impossible_move_is_refused(key, day, completed, message):
    with pytest.raises(ValueError, match=message):
        reflow(plan(), key, START + timedelta(days=day), completed=completed)


def test_a_visit_is_due_inside_its_window_and_overdue_after_it():
    done = frozenset({"preparation-1"})
    assert [v.key for v in what_is_due(plan(), done, START).due] == ["dose-1"]
    assert [v.key for v in what_is_due(plan(), done, START + timedelta(days=2)).overdue] == ["dose-1"]
    assert what_is_due(plan(), done, START).next.key == "integration-1"


def test_measures_are_due_on_their_day_and_overdue_after():
    due = measures_due(plan(), frozenset(), START - timedelta(days=3)).due
    assert [m.key for m in due] == ["preparation-1/gad-7", "preparation-1/phq-9"]
    assert len(measures_due(plan(), frozenset({"preparation-1/phq-9"}), START).overdue) == 1


def test_a_measure_counted_in_hours_is_due_that_many_hours_after_the_dose():
    measure = PlannedMeasure("phq-9", "dose-1", "dose", START, 4, None, "overlaps")
    given = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)
    assert measure_due_at(measure, given) == datetime(2026, 3, 3, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize("name", sorted(CONSENT))
def test_every_consent_reads_and_says_it_is_not_yet_reviewed(name):
    document = parse_consent(CONSENT[name], name)
    assert document.identity.status == "released" and not document.is_reviewed


@pytest.mark.parametrize("name", sorted(CONSENT))
def test_consent_sentences_are_short(name):
    paragraphs = [p for s in parse_consent(CONSENT[name]).sections for p in s.paragraphs]
    sentences = [s for p in paragraphs for s in p.replace("?", ".").split(".") if s.strip()]
    words = [len(s.split()) for s in sentences]
    assert max(words) <= 30 and sum(words) / len(words) <= 15


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('covers = ["driving"]', "covers = []", "no section covers driving"),
        ("It can irritate the bladder.", "It irritates the bladder in 24 of 100.", "names no source"),
        ("I agree to this treatment.", "I agree to 6 doses.", "holds no figures"),
        ('scope = "treatment"', 'scope = "all"', "not one of"),
    ],
)
def test_a_consent_that_leaves_something_out_is_refused(old, new, message):
    text = CONSENT["treatment-racemic-iv"]
    assert old in text
    with pytest.raises(DefinitionError, match=message):
        parse_consent(text.replace(old, new))
