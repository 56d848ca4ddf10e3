"""limen serve: granian in one process, four threads, after the start-up checks."""

import sys

from limen.config.commands.clock import beside
from limen.config.console import CommandError, start_django

THREADS = 4


def add(verbs) -> None:
    parser = verbs.add_parser(
        "serve",
        help="serve the pages (settings from LIMEN_* variables)",
        epilog="example: limen serve --host 127.0.0.1 --port 8000",
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--threads", type=int, default=THREADS)
    parser.set_defaults(run=run)


def check_database() -> None:
    """Refuse to serve a database that is behind the code or has lost a trigger."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from limen.apps.records import triggers

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise CommandError("The database is behind this version. Run: limen setup, or django-admin migrate.")
    missing = triggers.missing()
    if missing:
        raise CommandError(f"Append-only triggers are missing on {', '.join(missing[:5])}. Run the migrations again.")
    connection.close()


def granian(host: str, port: int, threads: int = THREADS) -> list[str]:
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
        "--workers", "1", "--blocking-threads", str(threads), "--log-level", "warning", "--no-ws",
        "limen.config.wsgi:application",
    ]  # fmt: skip


def run(options) -> int:
    from limen.config.secret_file import SecretsMissing

    try:
        start_django()
    except SecretsMissing as error:
        raise CommandError(str(error)) from error
    check_database()
    print(f"Serving at http://{options.host}:{options.port}", flush=True)
    return beside(granian(options.host, options.port, options.threads))
