"""Keys and secrets come from one file readable by its owner alone (S51); without it Limen refuses to start."""

import base64
import json
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path


class SecretsMissing(RuntimeError):
    """The secrets file is absent, unreadable, or readable by others."""


@dataclass(frozen=True)
class Secrets:
    """Django's secret, the data keys by id, which one is written with, and the search-index key."""

    django_secret: str
    keys: dict[str, bytes]
    active_key: str
    index_key: bytes


def write_new(path: Path) -> None:
    """Make a secrets file with fresh keys, mode 0600. Refuses to replace one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "django_secret": secrets.token_urlsafe(48),
        "active_key": "k1",
        "keys": {"k1": base64.b64encode(secrets.token_bytes(32)).decode()},
        "index_key": base64.b64encode(secrets.token_bytes(32)).decode(),
    }
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(content, file)


def read(path: Path) -> Secrets:
    if not path.is_file():
        raise SecretsMissing(f"No secrets file at {path}. Make one with: limen secrets new {path}")
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SecretsMissing(f"{path} can be read by others. Close it with: chmod 600 {path}")
    content = json.loads(path.read_text())
    return Secrets(
        django_secret=content["django_secret"],
        keys={name: base64.b64decode(key) for name, key in content["keys"].items()},
        active_key=content["active_key"],
        index_key=base64.b64decode(content["index_key"]),
    )
