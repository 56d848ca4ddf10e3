"""The shipped instrument files, and a second, deliberately plain way to score them."""

import tomllib
from fractions import Fraction
from functools import cache
from pathlib import Path

import limen
from limen.clinical.definitions.instrument import parse_instrument

FOLDER = Path(limen.__file__).parent / "knowledge" / "instruments"
PATHS = sorted(FOLDER.glob("*/*.toml"))
NAMES = [path.parent.name for path in PATHS]


def text_of(name, version="1"):
    return (FOLDER / name / f"{version}.toml").read_text(encoding="utf-8")


@cache
def load(name, version="1"):
    return parse_instrument(text_of(name, version), f"{name}/{version}")


def answered(values, prefix="q"):
    """Answers q1, q2, ... from a list; None is unanswered."""
    return {f"{prefix}{i}": value for i, value in enumerate(values, start=1)}


def plain_total(name, answers):
    """Total as an exact fraction, or None, from the raw file: no code shared with the scorer."""
    table = tomllib.loads(text_of(name))
    items = [term["item"] for term in table["scoring"]["terms"]]
    given = [answers[item] for item in items if answers.get(item) is not None]
    gaps = len(items) - len(given)
    if gaps == 0:
        return Fraction(sum(given))
    if table["missing"]["rule"] == "prorate" and gaps <= table["missing"]["max_missing"]:
        return Fraction(sum(given), len(given)) * len(items)
    return None


def plain_band(name, total):
    """Key of the last band in the raw file that starts at or below the total; None without bands or total."""
    if total is None:
        return None
    keys = [row["key"] for row in tomllib.loads(text_of(name)).get("bands", []) if row["lower"] <= total]
    return keys[-1] if keys else None
