"""The demo clinic: synthetic people, embedded SQLite, one-click sign-in. Never for real patients."""

import os
from pathlib import Path

from limen.config import secret_file
from limen.config.settings.base import *  # noqa: F403
from limen.config.settings.base import MIDDLEWARE, PACKAGE, TEMPLATE_FOLDERS
from limen.config.sqlite import OPTIONS

LIMEN_DEMO = True
LIMEN_DEMO_FOLDER = Path(os.environ.get("LIMEN_DEMO_FOLDER", "var/demo")).resolve()
_secret_path = LIMEN_DEMO_FOLDER / "secrets.json"
if not _secret_path.exists():
    secret_file.write_new(_secret_path)
_secrets = secret_file.read(_secret_path)
SECRET_KEY = _secrets.django_secret
LIMEN_KEYS = _secrets.keys
LIMEN_ACTIVE_KEY = (_secrets.active_key, _secrets.keys[_secrets.active_key])
LIMEN_INDEX_KEY = _secrets.index_key

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": LIMEN_DEMO_FOLDER / "limen.sqlite3",
        "OPTIONS": OPTIONS,
        "CONN_MAX_AGE": None,
    }
}
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
# Plain HTTP on localhost: no Secure cookies, so no __Host- names, and no HSTS.
SESSION_COOKIE_NAME = "limen_demo_session"
CSRF_COOKIE_NAME = "limen_demo_csrf"
SECURE_REDIRECT_EXEMPT: list[str] = []
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # http://localhost is a secure context for passkeys
LIMEN_STEP_UP_METHODS = ["totp", "recovery-code", "recent-passkey", "demo-code"]
LIMEN_PASSKEY_ROLES: frozenset[str] = frozenset()  # demo people sign in with one click
TEMPLATE_FOLDERS.append(PACKAGE / "config" / "demo" / "templates")
STATIC_ROOT = LIMEN_DEMO_FOLDER / "static"
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = LIMEN_DEMO_FOLDER / "mail"
MIDDLEWARE = ["limen.config.demo.middleware.LocalhostMiddleware", *MIDDLEWARE]
