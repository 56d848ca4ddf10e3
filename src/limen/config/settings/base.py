"""Settings every deployment shares. Nothing secret is here; see secret_file.py."""

from pathlib import Path

from limen.config.sqlite import use_bundled_sqlite

use_bundled_sqlite()

PACKAGE = Path(__file__).resolve().parents[2]
DEBUG = False
LIMEN_DEMO = False

APPS = [
    "records",
    "accounts",
    "patients",
    "signals",
    "measures",
    "screening",
    "scheduling",
    "plans",
    "therapy",
    "treatment",
    "insights",
    "library",
    "workspace",
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "limen.ui",
    *[f"limen.apps.{name}" for name in APPS],
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "limen.ui.middleware.ResponseHeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "limen.apps.accounts.middleware.ActorMiddleware",
    "limen.apps.accounts.middleware.AccessMiddleware",
]

ROOT_URLCONF = "limen.config.urls"
WSGI_APPLICATION = "limen.config.wsgi.application"
TEMPLATE_FOLDERS = [PACKAGE / "ui" / "templates", PACKAGE / "apps" / "accounts" / "templates"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        ("django.template.loaders.filesystem.Loader", TEMPLATE_FOLDERS),
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "limen.apps.accounts.context.page",
            ],
        },
    }
]

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "limen.apps.accounts.passwords.ContextWordsValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "workspace:start"

ACCOUNT_ADAPTER = "limen.apps.accounts.adapter.AccountAdapter"
MFA_ADAPTER = "limen.apps.accounts.adapter.MFAAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Wrong passwords and codes are counted by accounts.throttle, which a correct passkey is never asked about (S07).
ACCOUNT_RATE_LIMITS = {"login_failed": None}
MFA_RATE_LIMITS = {"webauthn_login": None}
PASSWORD_RESET_TIMEOUT = 600  # seconds (S09)
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = "Limen"
MFA_WEBAUTHN_USER_VERIFICATION = "required"
# An address is proved by the one-time link that made the account.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_FORMS = {
    "authenticate": "limen.apps.accounts.sign_in_forms.AuthenticateForm",
    "reauthenticate": "limen.apps.accounts.sign_in_forms.ReauthenticateForm",
    "activate_totp": "limen.apps.accounts.sign_in_forms.ActivateTOTPForm",
    "add_webauthn": "limen.apps.accounts.sign_in_forms.AddPasskeyForm",
}
# Roles whose sessions count as two-factor only after a passkey (S02).
LIMEN_PASSKEY_ROLES = frozenset({"prescriber", "admin"})

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 24 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = False
CSRF_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Idle limits in minutes and absolute limits in hours (S13).
LIMEN_IDLE_MINUTES = {"staff": 15, "patient": 30}
LIMEN_ABSOLUTE_HOURS = {"staff": 12, "patient": 24}
LIMEN_STEP_UP_MINUTES = 5
LIMEN_PROXY_COUNT = 0  # how many trusted proxies stand in front
LIMEN_STEP_UP_METHODS = ["totp", "recovery-code", "recent-passkey"]

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "limen_cache",
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en-us"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]

STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "connect-src": ["'self'"],
        "worker-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "media-src": ["'self'", "blob:"],
        "manifest-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
APPEND_SLASH = True

# Actions of routes that come from libraries; any route not named here and not marked is refused.
LIMEN_FOREIGN_ROUTES = {
    "account_login": "account.enter",
    "account_logout": "account.enter",
    "account_reauthenticate": "account.own",
    "account_change_password": "account.own",
    "account_reset_password": "account.enter",
    "account_reset_password_done": "account.enter",
    "account_reset_password_from_key": "account.enter",
    "account_reset_password_from_key_done": "account.enter",
    "account_inactive": "account.enter",
    "mfa_authenticate": "account.enter",
    "mfa_reauthenticate": "account.own",
    "mfa_login_webauthn": "account.enter",
    "mfa_reauthenticate_webauthn": "account.own",
    "mfa_index": "account.own",
    "mfa_activate_totp": "account.own",
    "mfa_deactivate_totp": "account.own",
    "mfa_generate_recovery_codes": "account.own",
    "mfa_view_recovery_codes": "account.own",
    "mfa_download_recovery_codes": "account.own",
    "mfa_list_webauthn": "account.own",
    "mfa_add_webauthn": "account.own",
    "mfa_edit_webauthn": "account.own",
    "mfa_remove_webauthn": "account.own",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
