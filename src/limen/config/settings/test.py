"""Settings of the test suite: SQLite by default, PostgreSQL with LIMEN_TEST_DATABASE=postgres."""

import os
import tempfile
from pathlib import Path

from limen.config.settings.base import *  # noqa: F403
from limen.config.settings.base import PACKAGE, TEMPLATE_FOLDERS
from limen.config.sqlite import OPTIONS

SECRET_KEY = "for tests only"  # noqa: S105
LIMEN_KEYS = {"test": b"0" * 32}
LIMEN_ACTIVE_KEY = ("test", LIMEN_KEYS["test"])
LIMEN_INDEX_KEY = b"1" * 32

if os.environ.get("LIMEN_TEST_DATABASE") == "postgres":
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": os.environ.get("PGDATABASE", "postgres"),
            "USER": os.environ.get("PGUSER", ""),
            "PASSWORD": os.environ.get("PGPASSWORD", ""),
            "HOST": os.environ.get("PGHOST", ""),
            "PORT": os.environ.get("PGPORT", ""),
        }
    }
else:
    # A file, not memory: the live server of the Chromium tests reads it from other threads.
    _folder = Path(tempfile.gettempdir()) / f"limen-test-{os.getuid()}"
    _folder.mkdir(exist_ok=True)
    _name = f"test-{os.environ.get('LIMEN_TEST_RUN', os.getpid())}.sqlite3"
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": _folder / "unused.sqlite3",
            "OPTIONS": {**OPTIONS, "init_command": OPTIONS["init_command"].replace("FULL", "OFF")},
            "TEST": {"NAME": str(_folder / _name)},
        }
    }
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
LIMEN_DEMO = os.environ.get("LIMEN_TEST_DEMO") == "1"
if LIMEN_DEMO:
    TEMPLATE_FOLDERS.append(PACKAGE / "config" / "demo" / "templates")
# Made people have no passkey; the tests of that rule set the roles themselves.
LIMEN_PASSKEY_ROLES: frozenset[str] = frozenset()
