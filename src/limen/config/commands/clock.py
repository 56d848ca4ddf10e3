"""limen clock: the loop that sends what waits. `limen serve` and `limen demo` start one beside the pages."""

import os
import signal
import subprocess
import sys

from limen.config.console import start_django

STOP_S = 15


def add(verbs) -> None:
    parser = verbs.add_parser("clock", help="run the clock loop by itself (one starts with `serve` and `demo`)")
    parser.set_defaults(run=run)


def run(options) -> int:
    start_django()
    from limen.jobs.clock import run as run_clock

    run_clock()
    return 0


def beside(command: list[str]) -> int:
    """Run the pages with a clock beside them; both end together, on Ctrl-C and on SIGTERM."""
    signal.signal(signal.SIGTERM, _as_interrupt)
    clock = subprocess.Popen([sys.executable, "-m", "limen", "clock"], env=os.environ)
    pages = subprocess.Popen(command, env=os.environ)
    try:
        return pages.wait()
    finally:
        # Asked, not killed: a killed server would leave its worker behind, still holding the port.
        for process in (pages, clock):
            process.terminate()
        for process in (pages, clock):
            process.wait(timeout=STOP_S)


def _as_interrupt(number, frame) -> None:
    raise KeyboardInterrupt
