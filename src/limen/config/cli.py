"""The `limen` command. Scoring imports no Django; everything that touches records does."""

import argparse
import sys
from collections.abc import Callable, Sequence

from limen.config.console import CommandError

EXAMPLES = """examples:
  limen score phq-9 --answers 1,2,0,3,1,0,2,1,0
  limen import measures answers.csv --dry-run
  limen export patient 018f2f7e-0000-7000-8000-000000000000 --out record.json
  limen demo
  limen serve --port 8000
"""


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="limen",
        description="Runs a ketamine-assisted-therapy programme; every number shown can be traced.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    from limen.config import commands

    for add in commands.ALL:
        add(verbs)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    parser = build_parser()
    options = parser.parse_args(arguments)
    run: Callable[[argparse.Namespace], int] | None = getattr(options, "run", None)
    if run is None:
        parser.print_help()
        return 0
    try:
        return run(options)
    except CommandError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
