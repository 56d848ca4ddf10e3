"""Released knowledge never changes: the list of digests is complete, true, and hard to overwrite by accident."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

from make_digests import KNOWLEDGE, conflicts, digest, main, read_list, released_files

RELEASED = 'id = "a"\nstatus = "released"\n'


def test_no_listed_file_was_edited_or_removed():
    current = {path: digest(KNOWLEDGE / path) for path in released_files(KNOWLEDGE)}
    assert conflicts(read_list(KNOWLEDGE), current) == [], "write a new version instead of editing a released file"


def test_every_released_file_is_listed():
    unlisted = sorted(set(released_files(KNOWLEDGE)) - set(read_list(KNOWLEDGE)))
    assert unlisted == [], "run python3 tools/make_digests.py"


@pytest.fixture
def knowledge(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1.toml").write_text(RELEASED)
    assert main([], tmp_path) == 0
    return tmp_path


def test_an_edit_of_a_released_file_is_refused_and_nothing_is_written(knowledge, capsys):
    before = (knowledge / "DIGESTS.txt").read_text()
    (knowledge / "a" / "1.toml").write_text(RELEASED + "x = 1\n")
    (knowledge / "a" / "2.toml").write_text(RELEASED)
    assert main([], knowledge) == 1
    assert (knowledge / "DIGESTS.txt").read_text() == before
    assert "a/1.toml: changed" in capsys.readouterr().err


def test_an_edit_named_with_allow_is_taken(knowledge):
    (knowledge / "a" / "1.toml").write_text(RELEASED + "x = 1\n")
    assert main(["--allow", "a/1.toml"], knowledge) == 0
    assert read_list(knowledge) == {"a/1.toml": digest(knowledge / "a" / "1.toml")}


@pytest.mark.parametrize("change", ["remove", "back to draft"])
def test_a_released_file_cannot_vanish_unnoticed(knowledge, change, capsys):
    path = knowledge / "a" / "1.toml"
    path.unlink() if change == "remove" else path.write_text(RELEASED.replace("released", "draft"))
    assert main([], knowledge) == 1
    assert "a/1.toml: gone or no longer released" in capsys.readouterr().err


def test_a_draft_may_change_and_is_not_listed(knowledge):
    for note in ("one", "two"):
        (knowledge / "a" / "draft.toml").write_text(f'status = "draft"\nnote = "{note}"\n')
        assert main([], knowledge) == 0
    assert list(read_list(knowledge)) == ["a/1.toml"]


def test_tables_and_texts_follow_the_toml_beside_them(tmp_path):
    for name, status in (("with-released", "released"), ("with-draft", "draft")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.toml").write_text(f'status = "{status}"\n')
        (tmp_path / name / "table.csv").write_text("a,b\n")
    (tmp_path / "alone.md").write_text("text")
    assert released_files(tmp_path) == ["alone.md", "with-released/1.toml", "with-released/table.csv"]
