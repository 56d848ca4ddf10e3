"""limen score: one questionnaire from the command line. Loads no Django and no NumPy."""

import json
import sys
from importlib import resources

from limen.clinical.definitions.instrument import parse_instrument
from limen.clinical.instruments import InvalidAnswer, score
from limen.config.console import CommandError

ROOT = resources.files("limen.knowledge") / "instruments"
MISSING = ("", "-", "na")


def add(verbs) -> None:
    parser = verbs.add_parser(
        "score",
        help="score one questionnaire",
        description="Score one questionnaire by its published rule.",
        epilog="example: limen score phq-9 --answers 1,2,0,3,1,0,2,1,0   (a missing answer is '-')",
    )
    parser.add_argument("instrument", help="for example phq-9, gad-7, phq-2, gad-2")
    parser.add_argument("--answers", required=True, help="answers in order, separated by commas; '-' for missing")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def load(identifier: str):
    """The newest version of an instrument. Raises CommandError that lists the known ones."""
    folder = ROOT / identifier
    known = sorted(entry.name for entry in ROOT.iterdir() if entry.is_dir())
    if identifier not in known:
        raise CommandError(f"There is no instrument '{identifier}'. Known: {', '.join(known)}.")
    newest = max((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: int(f.name[:-5]))
    return parse_instrument(newest.read_text(encoding="utf-8"), f"instruments/{identifier}/{newest.name}")


def parse_answers(instrument, text: str) -> dict[str, int | None]:
    """Answers in questionnaire order, by item id. Optional items at the end may be left off."""
    parts = [part.strip().lower() for part in text.split(",")]
    items = [item.id for item in instrument.items]
    scored = [item.id for item in instrument.items if item.required]
    if len(parts) not in (len(items), len(scored)):
        expected = (
            f"{len(scored)}" if len(items) == len(scored) else f"{len(scored)} (or {len(items)} with the optional)"
        )
        raise CommandError(f"{instrument.abbreviation} has {expected} answers; {len(parts)} were given.")
    names = items if len(parts) == len(items) else scored
    answers: dict[str, int | None] = {}
    for name, part in zip(names, parts, strict=True):
        if part in MISSING:
            answers[name] = None
        elif part.isascii() and part.isdigit():
            answers[name] = int(part)
        else:
            raise CommandError(f"Answer {name}: '{part}' is not a whole number. Write '-' for a missing answer.")
    return answers


def run(options) -> int:
    instrument = load(options.instrument)
    try:
        result = score(instrument, parse_answers(instrument, options.answers))
    except InvalidAnswer as error:
        raise CommandError(str(error)) from error
    if options.json:
        json.dump(as_dict(result), sys.stdout, default=str)
        print()
        return 0
    if result.total is None:
        print(f"{instrument.abbreviation}: no score. {result.reason}")
        return 1
    band = f" ({result.band.label})" if result.band else ""
    print(f"{instrument.abbreviation}: {result.total}{band}")
    if result.missing_items:
        print(f"missing: {', '.join(result.missing_items)}; {'prorated' if result.is_prorated else ''}")
    print(f"scored by {result.instrument_pin}, algorithm {result.algorithm_version}")
    return 0


def as_dict(result) -> dict:
    return {
        "instrument": result.instrument_pin,
        "algorithm": result.algorithm_version,
        "total": result.total,
        "band": result.band.key if result.band else None,
        "missing_items": list(result.missing_items),
        "is_prorated": result.is_prorated,
        "reason": result.reason,
    }
