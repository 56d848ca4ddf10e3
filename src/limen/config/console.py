"""What every command shares: errors a person can put right, Django started once, progress lines."""

import os
import sys


class CommandError(Exception):
    """Something the person at the keyboard can put right; printed without a traceback, exit 2."""


def start_django(settings: str | None = None) -> None:
    """Set up Django once. `settings` wins, then DJANGO_SETTINGS_MODULE, then production."""
    if settings:
        os.environ["DJANGO_SETTINGS_MODULE"] = settings
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "limen.config.settings.production")
    import django

    django.setup()


def progress(done: int, total: int, what: str) -> None:
    """One line that counts up, on standard error; quiet when that is not a terminal."""
    if sys.stderr.isatty():
        end = "\n" if done >= total else ""
        print(f"\r{what}: {done} of {total}", end=end, file=sys.stderr, flush=True)
