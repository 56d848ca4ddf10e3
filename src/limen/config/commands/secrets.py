"""limen secrets new: make the file of keys a production site starts from."""

from pathlib import Path

from limen.config import secret_file
from limen.config.console import CommandError


def add(verbs) -> None:
    parser = verbs.add_parser("secrets", help="make a secrets file with fresh keys (mode 0600)")
    parser.add_argument("what", choices=["new"])
    parser.add_argument("path", type=Path)
    parser.set_defaults(run=run)


def run(options) -> int:
    try:
        secret_file.write_new(options.path)
    except FileExistsError as error:
        raise CommandError(f"{options.path} exists already; its keys open the data, so it is not replaced.") from error
    print(f"Made {options.path}. Keep a copy apart from the database: without it the data cannot be read.")
    return 0
