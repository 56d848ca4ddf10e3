"""Production: PostgreSQL or embedded SQLite, HTTPS only, secrets from a file. See docs/how-to/run-in-production.md."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from limen.config import secret_file
from limen.config.settings.base import *  # noqa: F403
from limen.config.sqlite import OPTIONS


def _required(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise ImproperlyConfigured(f"{name} is not set; see docs/how-to/run-in-production.md")
    return value


_secrets = secret_file.read(Path(_required("LIMEN_SECRETS_FILE")))
SECRET_KEY = _secrets.django_secret
LIMEN_KEYS = _secrets.keys
LIMEN_ACTIVE_KEY = (_secrets.active_key, _secrets.keys[_secrets.active_key])
LIMEN_INDEX_KEY = _secrets.index_key

ALLOWED_HOSTS = _required("LIMEN_HOSTS").split(",")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]
if os.environ.get("LIMEN_SQLITE_FILE"):
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ["LIMEN_SQLITE_FILE"],
            "OPTIONS": OPTIONS,
            "CONN_MAX_AGE": None,
        }
    }
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": _required("LIMEN_POSTGRES_DATABASE"),
            "USER": os.environ.get("LIMEN_POSTGRES_USER", ""),
            "PASSWORD": os.environ.get("LIMEN_POSTGRES_PASSWORD", ""),
            "HOST": os.environ.get("LIMEN_POSTGRES_HOST", ""),
            "PORT": os.environ.get("LIMEN_POSTGRES_PORT", ""),
            "CONN_MAX_AGE": 60,
        }
    }

LIMEN_PROXY_COUNT = int(os.environ.get("LIMEN_PROXY_COUNT", "1"))  # HTTPS ends at a proxy
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-limen_session"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-limen_csrf"
SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
STATIC_ROOT = os.environ.get("LIMEN_STATIC_ROOT", "/var/lib/limen/static")
EMAIL_HOST = os.environ.get("LIMEN_SMTP_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("LIMEN_SMTP_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("LIMEN_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("LIMEN_SMTP_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("LIMEN_SMTP_TLS", "yes") == "yes"
DEFAULT_FROM_EMAIL = os.environ.get("LIMEN_MAIL_FROM", "limen@localhost")
