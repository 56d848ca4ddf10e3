"""Stopping the server stops everything it started."""

import os
import signal
import subprocess
import sys
import time

import pytest

PARENT = """
import sys
from limen.config.commands.clock import beside
child = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(60)"
sys.exit(beside([sys.executable, "-c", child, sys.argv[1]]))
"""


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_launcher_leaves_no_process_behind(tmp_path, number):
    noted = tmp_path / "pid"
    environment = {**os.environ, "PYTHONPATH": "src", "DJANGO_SETTINGS_MODULE": "limen.config.settings.test"}
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(noted)], env=environment, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 20
    while not (noted.exists() and noted.read_text()) and time.monotonic() < until:
        time.sleep(0.05)
    child = int(noted.read_text())
    parent.send_signal(number)
    parent.wait(timeout=20)
    assert not is_alive(child)
