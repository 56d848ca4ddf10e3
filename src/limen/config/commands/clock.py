"""limen clock: the loop that sends what waits. `limen serve` and `limen demo` start one beside the pages."""

import os
import subprocess
import sys

from limen.config.console import start_django


def add(verbs) -> None:
    parser = verbs.add_parser("clock", help="run the clock loop by itself (one starts with `serve` and `demo`)")
    parser.set_defaults(run=run)


def run(options) -> int:
    start_django()
    from limen.jobs.clock import run as run_clock

    run_clock()
    return 0


def beside(command: list[str]) -> int:
    """Run the pages with a clock beside them; both end together."""
    clock = subprocess.Popen([sys.executable, "-m", "limen", "clock"], env=os.environ)
    try:
        return subprocess.call(command, env=os.environ)
    finally:
        clock.terminate()
        clock.wait(timeout=10)
