"""The files copied from elsewhere are the ones that were read and named."""

import hashlib
import tomllib
from pathlib import Path

VENDOR = Path(__file__).parent / "vendor"
FILES = tomllib.loads((VENDOR / "VENDORED.toml").read_text(encoding="utf-8"))["files"]


def test_every_vendored_file_has_the_digest_that_is_written_down():
    for row in FILES:
        digest = hashlib.sha256((VENDOR / row["file"]).read_bytes()).hexdigest()
        assert digest == row["sha256"], row["file"]


def test_no_file_is_here_without_its_name_version_and_licence():
    named = [row for row in FILES if row["name"] and row["version"] and row["licence"]]
    expected = {row["file"] for row in named} | {row["licence_file"] for row in named}
    assert {path.name for path in VENDOR.iterdir()} - {"VENDORED.toml"} == expected
