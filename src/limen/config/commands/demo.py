"""limen demo: a synthetic clinic on embedded SQLite. The first start fills it; later starts serve at once."""

import hashlib
import json
import os
import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from limen.config.commands.clock import beside
from limen.config.commands.serve import granian
from limen.config.console import CommandError

PORT = 8000
STALE_AFTER = timedelta(hours=36)


def add(verbs) -> None:
    parser = verbs.add_parser(
        "demo",
        help="a synthetic clinic at http://localhost:8000",
        epilog="The demo holds invented people only. --fresh throws the old demo away and makes a new one.",
    )
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--folder", type=Path, default=Path("var/demo"))
    parser.add_argument("--fresh", action="store_true", help="make the demo clinic anew, with dates relative to now")
    parser.add_argument("--no-serve", action="store_true", help="only set up")
    parser.set_defaults(run=run)


def source_digest() -> str:
    """A digest of what the demo database was built from: migrations, knowledge and the filler."""
    package = Path(__file__).resolve().parents[2]
    files = [*package.glob("apps/*/migrations/*.py"), *package.glob("knowledge/**/*.toml")]
    files += [*package.glob("config/demo/*.py"), *package.glob("ui/static/**/*")]
    digest = hashlib.sha256()
    for path in sorted(f for f in files if f.is_file()):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def run(options) -> int:
    began = time.monotonic()
    folder = options.folder.resolve()
    stamp = folder / "stamp.json"
    os.environ["LIMEN_DEMO_FOLDER"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "limen.config.settings.demo"
    held = json.loads(stamp.read_text()) if stamp.exists() else None
    if options.fresh or held is None or held["source"] != source_digest():
        build(folder, stamp)
    else:
        warn_if_stale(held)
    print(f"Ready after {time.monotonic() - began:.1f} s.", flush=True)
    if options.no_serve:
        return 0
    print(f"\n  The demo clinic is at  http://localhost:{options.port}/demo/   (Ctrl-C stops it)\n", flush=True)
    return beside(granian("127.0.0.1", options.port))


def warn_if_stale(held: dict) -> None:
    age = datetime.now(UTC) - datetime.fromisoformat(held["filled_at"])  # noqa: TID251
    if age > STALE_AFTER:
        print(f"This demo clinic is {age.days} days old; --fresh makes one with dates relative to now.", flush=True)


def build(folder: Path, stamp: Path) -> None:
    """Throw the old demo database away and make a new one, saying what is being done."""
    if folder.exists():
        if not (stamp.exists() or not any(folder.iterdir()) or (folder / "secrets.json").exists()):
            raise CommandError(f"{folder} holds something that is not a demo clinic; choose another --folder.")
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    print("Making the tables ...", flush=True)
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    print("Gathering the static files ...", flush=True)
    call_command("collectstatic", verbosity=0, interactive=False)
    from limen.config.demo.filler import fill

    now = datetime.now(UTC)  # noqa: TID251
    fill(now=now, say=lambda line: print(f"  {line}", flush=True))
    from django.db import connection

    connection.close()
    stamp.write_text(json.dumps({"source": source_digest(), "filled_at": now.isoformat()}))
