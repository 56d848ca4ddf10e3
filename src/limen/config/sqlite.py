"""Use the bundled SQLite, and refuse one with the WAL reset race (fixed in 3.51.3, F34)."""

import sys

MINIMUM = (3, 51, 3)


class SQLiteTooOld(RuntimeError):
    """The SQLite library could lose committed data under several processes."""


def use_bundled_sqlite() -> None:
    """Put pysqlite3 in sqlite3's place before Django imports it."""
    import pysqlite3

    if pysqlite3.sqlite_version_info < MINIMUM:
        needed = ".".join(map(str, MINIMUM))
        raise SQLiteTooOld(f"SQLite {pysqlite3.sqlite_version} is too old; Limen needs {needed} or newer.")
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2


OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
        "PRAGMA trusted_schema=OFF; PRAGMA mmap_size=0; PRAGMA busy_timeout=20000;"
    ),
}
