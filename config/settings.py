"""Everything that differs between two installations comes from the environment, once, here.

A missing or impossible value stops the start with a sentence that names the variable. Celery's
and the database's settings stand in ``config/celery.py`` and below with the reason beside each.
"""

import datetime as dt
import logging
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.crypto import salted_hmac

from config.environment import address_map, database, fernet_keys, mail, origin, storage
from config.logging import configure as configure_logging

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def _required(name: str, hint: str) -> str:
    value = env.str(name, default="")
    if not value:
        message = f"{name} is not set. {hint}"
        raise ImproperlyConfigured(message)
    return value


DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = _required("SECRET_KEY", "Give it 50 random characters; `./run` makes one by itself.")
BACKROOM_KEYS = fernet_keys(
    _required("BACKROOM_KEYS", "Comma-separated Fernet keys that encrypt stored credentials.")
)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
# The https origin that vendors call; webhooks are registered under it.
PUBLIC_URL = origin("PUBLIC_URL", env.str("PUBLIC_URL", default="https://backroom.test"), "https")
# Where staff open the pages; links in mails lead there. On one's own machine not PUBLIC_URL.
WEB_URL = origin("WEB_URL", env.str("WEB_URL", default=PUBLIC_URL), "https", "http")
# Where the browser finds the WebSocket; CSP and the Origin check name exactly this.
LIVE_URL = origin("LIVE_URL", env.str("LIVE_URL", default=""), "ws", "wss", optional=True)
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL, *env.list("TRUSTED_ORIGINS", default=[])]
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
# Operators only: hosts of vendors that live on this machine (the sandbox).
OUTBOUND_ADDRESS_MAP = address_map(env.str("OUTBOUND_ADDRESS_MAP", default=""))
SHOPIFY_API_VERSION_OVERRIDE = env.str("SHOPIFY_API_VERSION", default="")

INSTALLED_APPS = [
    # The frame's site is our own (config/site.py), so Unfold does not put up its own.
    "unfold.apps.BasicAppConfig",
    "config.admin_app.BackroomAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "channels",
    "django_htmx",
    "axes",
    "pgtrigger",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "foundation.shops",
    "foundation.audit",
    "foundation.storage",
    "foundation.live",
    "foundation.work",
    "foundation.mail",
    "foundation.alerts",
    "foundation.outbound",
    "foundation.inbox",
    "foundation.exports",
    "foundation.rest",
    "catalog_sync",
    "orders",
    "pricing",
    "campaigns",
    "config.apps.BackroomConfig",
]

MIDDLEWARE = [
    "config.middleware.RequestIdMiddleware",
    "config.health.HealthDoor",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "foundation.shops.middleware.CurrentShopMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
APPEND_SLASH = True

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.frame.frame_context",
            ]
        },
    }
]

_DATABASE_URL = _required(
    "DATABASE_URL",
    "For example postgresql://backroom_app:…@localhost/backroom; `./run services` prints one.",
)
DATABASES = {"default": database("DATABASE_URL", _DATABASE_URL, env)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = _required("REDIS_URL", "For example redis://localhost:6379/0.")

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL]},
    }
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

AUTH_USER_MODEL = "shops.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"
PASSWORD_RESET_TIMEOUT = 3600  # seconds; the mail says "one hour"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
# One person at one address: a stranger's guesses must not lock the owner out everywhere.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_VERBOSE = False
# The log-in form calls it so; Axes would look for the model's "email" and lock nobody out.
AXES_USERNAME_FORM_FIELD = "username"
AXES_LOCKOUT_TEMPLATE = "frame/lockout.html"
# People are found whatever the case of their letters, so guesses are counted so, too.
AXES_USERNAME_CALLABLE = "foundation.shops.access.guessed_name"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    # S3_BUCKET and its companions name a bucket (docs/operations/storage.md).
    "default": storage(env, VAR_DIR / "files"),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    if not DEBUG
    else {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# Whether browsers may fetch downloads from the bucket's own address instead of through us.
S3_DIRECT = env.bool("S3_DIRECT", default=False)

_mail = mail("MAIL_URL", env.str("MAIL_URL", default=f"file://{VAR_DIR / 'mail'}"))
EMAIL_BACKEND = _mail.pop("EMAIL_BACKEND")
globals().update(_mail)
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default="Backroom <backroom@localhost>")

# Plain HTTP is for one's own machine; behind the proxy everything is https.
_https = PUBLIC_URL.startswith("https://") and env.bool("SECURE", default=not DEBUG)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
# A promise for hosts that are not ours: all below this one, in every browser, for a year or more.
# The operator who knows them makes it; without it these two warnings would be noise.
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.bool("HSTS_PRELOAD", default=False)
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_SSL_REDIRECT = _https
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
# How many proxies of ours stand in front: so many entries at the right end of X-Forwarded-For are
# true, and limits per client go by the first of them.
CLIENT_PROXIES = env.int("CLIENT_PROXIES", default=0)
# A merchant's webhook bodies stay below 2 MB; Shopify's own largest samples are about 1 MB.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
WEBHOOK_MAX_BYTES = 2 * 1024 * 1024

CSRF_FAILURE_VIEW = "config.errors.csrf_failure"

# The JSON API (docs/decisions/0008): JSON in and out, tokens or sessions, problems for refusals.
REST_FRAMEWORK = {
    # The token first: who sends one means it, and a refusal then names it (WWW-Authenticate).
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "foundation.rest.authentication.TokenAuthentication",
        "foundation.rest.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["foundation.rest.formats.LimitedJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["foundation.rest.formats.ExactJSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "foundation.rest.schema.HouseSchema",
    "EXCEPTION_HANDLER": "foundation.rest.problems.exception_handler",
    # The schema says what an address takes; OPTIONS would say it a second way.
    "DEFAULT_METADATA_CLASS": None,
}
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": dt.timedelta(minutes=15),
    "REFRESH_TOKEN_LIFETIME": dt.timedelta(days=1),
    # A key of its own, made of SECRET_KEY: what is signed for one purpose fits no other.
    "SIGNING_KEY": salted_hmac(
        "backroom.rest.tokens", "signing key", secret=SECRET_KEY, algorithm="sha256"
    ).hexdigest(),
    # A changed password ends all tokens, as it ends the sessions.
    "CHECK_REVOKE_TOKEN": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Backroom",
    "VERSION": "0.1.0",
    "DESCRIPTION": (
        "Log in with a session or with a token (`POST /api/token/`, then the header "
        "`Authorization: Bearer …`). Every POST may carry an `Idempotency-Key`: sent again, it is "
        "answered again and has no second effect. Lists are pages with `next` and `previous`. "
        "Whatever is refused is an RFC 9457 problem with a stable `code`."
    ),
    "SCHEMA_PATH_PREFIX": "/api/",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "COMPONENT_SPLIT_REQUEST": True,
    # Sets of words that stand under the same name in several things, such as "kind".
    "ENUM_NAME_OVERRIDES": {
        "CampaignMoveCause": "campaigns.enums.MoveCause",
        "CampaignMoveKind": "campaigns.enums.MoveKind",
        "CampaignStatus": "campaigns.enums.CampaignState",
        "CampaignStatusWanted": "campaigns.rest.requests.WANTED_CHOICES",
        "CampaignTriggerKind": "campaigns.triggers.TriggerKind",
        "ExportState": "foundation.exports.enums.ExportState",
        "LedgerCause": "pricing.enums.Cause",
        "LedgerLayer": "pricing.enums.Layer",
        "PricingJobKind": "pricing.enums.JobKind",
        "PricingJobState": "pricing.enums.PricingJobState",
        "ProductStatus": "catalog_sync.enums.ProductStatus",
        "RowOutcome": "pricing.enums.Outcome",
        "RuleAction": "pricing.enums.Action",
        "RuleCompareAt": "pricing.enums.CompareAtAction",
        "RuleGuard": "pricing.enums.GuardKind",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    # No validatorUrl: Swagger UI would show our schema's address to somebody else's server.
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},
}

# Staff pages: Unfold's Alpine evaluates attribute expressions, hence unsafe-eval; its templates
# carry inline scripts and styles without nonces. Nothing else than our own origin is reachable.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'", "'unsafe-eval'", "'unsafe-inline'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        # Pictures of products are the vendor's; the mirror shows them where they are.
        "img-src": [
            "'self'",
            "data:",
            *env.list("PICTURE_ORIGINS", default=["https://cdn.shopify.com"]),
        ],
        "connect-src": ["'self'", *([LIVE_URL] if LIVE_URL else [])],
        "font-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

from config.frame import UNFOLD  # noqa: E402,F401 -- Unfold reads its settings from here

LOG_FORMAT = env.str("LOG_FORMAT", default="json")
LOGGING_CONFIG = None
configure_logging(LOG_FORMAT, level=logging.getLevelName(env.str("LOG_LEVEL", default="INFO")))

# Stock events about one variant within so many milliseconds are evaluated once.
CAMPAIGNS_MOMENT_MS = env.int("CAMPAIGNS_MOMENT_MS", default=150)
# Pricing (docs/decisions/0005): variants in one mutation and of one read before writing.
PRICING_VARIANTS_PER_CALL = env.int("PRICING_VARIANTS_PER_CALL", default=250)
# Variants that the API plans while the caller waits; larger plans are made in the background.
PRICING_PLAN_AT_ONCE = env.int("PRICING_PLAN_AT_ONCE", default=2_000)
PRICING_PLAN_MINUTES = env.int("PRICING_PLAN_MINUTES", default=60)
# How long a plan waits for an approver; every price is read again before it is written.
PRICING_APPROVAL_HOURS = env.int("PRICING_APPROVAL_HOURS", default=24)
# A million lines of SKU and price are 20 MB; a whole product export with its texts fits, too.
PRICING_LIST_MAX_BYTES = env.int("PRICING_LIST_MAX_BYTES", default=64 * 1024 * 1024)

# Reconciliation: inventory items whose levels a run reads in rotation, as a transfer between
# locations keeps their total.
CATALOG_LEVELS_PER_RECONCILIATION = env.int("CATALOG_LEVELS_PER_RECONCILIATION", default=500)
# From so many items on the rotation takes half a day: a bulk export a day reads all levels besides.
CATALOG_EXPORT_LEVELS_FROM = env.int("CATALOG_EXPORT_LEVELS_FROM", default=20_000)
# What Stripe says is left to its webhook for so long before the sweep takes it in.
STRIPE_IN_FLIGHT_SECONDS = env.int("STRIPE_IN_FLIGHT_SECONDS", default=60)

WORK_SCHEDULE = "config.schedule.SCHEDULE"
# How long a worker may be silent before another takes its job over. Calls abroad end earlier
# than the lease; a shorter lease means quicker recovery and shorter calls.
WORK_LEASE_SECONDS = {
    "fast": env.int("WORK_LEASE_FAST", default=30),
    "remote": env.int("WORK_LEASE_REMOTE", default=60),
    "heavy": env.int("WORK_LEASE_HEAVY", default=120),
}
