"""Write src/limen/knowledge/DIGESTS.txt: one line "sha256  path" for every released knowledge file.

A released file never changes: a new version is a new file. So a file whose digest differs from the list, or that has
gone, is refused until it is named with --allow. Usage:

    python3 tools/make_digests.py
    python3 tools/make_digests.py --allow instruments/phq-9/1.toml
"""

import argparse
import hashlib
import sys
import tomllib
from pathlib import Path

KNOWLEDGE = Path(__file__).resolve().parent.parent / "src" / "limen" / "knowledge"
LIST_NAME = "DIGESTS.txt"
SUFFIXES = (".toml", ".csv", ".md")


def released_files(root: Path) -> list[str]:
    """Paths, relative to `root`, of the files whose content is fixed."""
    found = (path for path in root.rglob("*") if path.suffix in SUFFIXES and path.is_file())
    return sorted(path.relative_to(root).as_posix() for path in found if _is_fixed(path))


def _is_fixed(path: Path) -> bool:
    """A TOML file once it has left draft. A table or text follows the TOML of its name, else those in its folder."""
    if path.suffix == ".toml":
        return _has_left_draft(path)
    own = path.with_suffix(".toml")
    deciding = [own] if own.exists() else list(path.parent.glob("*.toml"))
    return not deciding or any(_has_left_draft(each) for each in deciding)


def _has_left_draft(path: Path) -> bool:
    """True for released and withdrawn files. A file that cannot be read as TOML is not released."""
    try:
        status = tomllib.loads(path.read_text(encoding="utf-8")).get("status")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SystemExit(f"{path}: cannot be read: {error}") from error
    return status in ("released", "withdrawn")


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_list(root: Path) -> dict[str, str]:
    """Path to digest, as listed; empty when there is no list yet."""
    listed = root / LIST_NAME
    if not listed.exists():
        return {}
    rows = (line.split("  ", 1) for line in listed.read_text(encoding="utf-8").splitlines() if line.strip())
    return {path: value for value, path in rows}


def conflicts(listed: dict[str, str], current: dict[str, str]) -> list[str]:
    """Listed paths that are no longer there, no longer released, or no longer the same."""
    return sorted(path for path, value in listed.items() if current.get(path) != value)


def main(arguments: list[str] | None = None, root: Path = KNOWLEDGE) -> int:
    parser = argparse.ArgumentParser(description="List the digests of released knowledge files.")
    parser.add_argument("--allow", action="append", default=[], metavar="PATH", help="accept a change to this file")
    allowed = set(parser.parse_args(arguments).allow)
    listed = read_list(root)
    current = {path: digest(root / path) for path in released_files(root)}
    refused = [path for path in conflicts(listed, current) if path not in allowed]
    if refused:
        print("Released files never change; write a new version beside them. Nothing was written.", file=sys.stderr)
        for path in refused:
            print(f"  {path}: {'changed' if path in current else 'gone or no longer released'}", file=sys.stderr)
        return 1
    lines = [f"{value}  {path}\n" for path, value in sorted(current.items())]
    (root / LIST_NAME).write_text("".join(lines), encoding="utf-8")
    print(f"{len(current)} released files listed, {len(set(current) - set(listed))} new.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
