"""Settings shared by every way of running. Safe by default: what a deployment forgets to set stays closed."""

from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured

from portal.ops.environment import load_environment

BASE_DIR = Path(__file__).resolve().parent.parent.parent
FRONT_END = BASE_DIR / "frontend" / "dist"

env = environ.Env()
# The embedded services write their addresses and secrets under var/; real environment variables win.
environ.Env.ENVIRON = {**load_environment(), **environ.Env.ENVIRON}

VAR_DIR = Path(env.str("OVERREAD_VAR", str(BASE_DIR / "var"))).resolve()
PUBLIC_URL = env.str("OVERREAD_PUBLIC_URL", f"http://127.0.0.1:{env.int('OVERREAD_WEB_PORT', 8000)}")
IS_HTTPS = PUBLIC_URL.startswith("https://")

DEBUG = False
SECRET_KEY = env.str("DJANGO_SECRET_KEY")
# Earlier keys: what they sealed in the audit trail still holds.
SECRET_KEY_FALLBACKS = env.list("DJANGO_SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("OVERREAD_ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "axes",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "portal.accounts",
    "portal.audit",
    "portal.webhooks",
    "portal.imaging",
    "portal.inference",
    "annotations",
    "validation",
    "portal.demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.audit.origin.OriginMiddleware",
    "portal.accounts.middleware.RoutePolicyMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    # Last, because it answers in place of the view.
    "portal.accounts.idempotency.IdempotencyMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "portal" / "templates", FRONT_END],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
        },
    }
]

DATABASES = {"default": env.db_url("DATABASE_URL")}
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

ORTHANC_URL = env.str("ORTHANC_URL")
ORTHANC_USERNAME = env.str("ORTHANC_USERNAME")
ORTHANC_PASSWORD = env.str("ORTHANC_PASSWORD")

# --- webhooks: networks inside the site that they may be sent to, over plain http too, such as "10.1.0.0/16"
OVERREAD_WEBHOOK_NETWORKS = env.list("OVERREAD_WEBHOOK_NETWORKS", default=[])

# --- mail: invitations and reminders; without a server nothing is sent, and the pages say so
OVERREAD_MAILS = bool(env.str("OVERREAD_SMTP_HOST", "") or env.str("OVERREAD_MAIL_BACKEND", ""))
EMAIL_BACKEND = env.str("OVERREAD_MAIL_BACKEND", "") or "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = env.str("OVERREAD_SMTP_HOST", "")
EMAIL_PORT = env.int("OVERREAD_SMTP_PORT", 587)
EMAIL_HOST_USER = env.str("OVERREAD_SMTP_USERNAME", "")
EMAIL_HOST_PASSWORD = env.str("OVERREAD_SMTP_PASSWORD", "")
SMTP_SECURITY = env.str("OVERREAD_SMTP_SECURITY", "starttls")
if SMTP_SECURITY not in ("starttls", "tls", "none"):
    raise ImproperlyConfigured(f"OVERREAD_SMTP_SECURITY={SMTP_SECURITY}: give starttls, tls or none.")
EMAIL_USE_TLS = SMTP_SECURITY == "starttls"
EMAIL_USE_SSL = SMTP_SECURITY == "tls"
EMAIL_TIMEOUT = 20
EMAIL_FILE_PATH = VAR_DIR / "mail"
DEFAULT_FROM_EMAIL = env.str("OVERREAD_MAIL_FROM", "overread@localhost")

# --- frames: files under var/frames, written once by a worker (docs/adr/0006-serving-path.md)
OVERREAD_FRAME_CACHE_GB = env.float("OVERREAD_FRAME_CACHE_GB", 100.0)
# Behind nginx: the internal location of var/frames, such as "/_frames"; empty: this process sends the bytes itself.
OVERREAD_FRAMES_ACCEL = env.str("OVERREAD_FRAMES_ACCEL", "").rstrip("/")

# --- accounts
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/accounts/sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/accounts/sign-in"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "portal.accounts.lockout.lockout_response"
# The sign-in log would otherwise keep every password-guessing attempt's full request.
AXES_SENSITIVE_PARAMETERS = ["password", "username"]
AXES_VERBOSE = False

SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "portal.errors.csrf_failure_page"

# --- browser hardening
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("OVERREAD_BEHIND_PROXY", False) else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, "'wasm-unsafe-eval'"],
        "worker-src": [SELF, "blob:"],
        "style-src": [SELF, NONCE],
        # Cornerstone writes style attributes on the text it draws; style elements still need the nonce.
        "style-src-attr": [UNSAFE_INLINE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF, "blob:"],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# --- static files: the built front end
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [("app", FRONT_END)] if FRONT_END.is_dir() else []
WHITENOISE_USE_FINDERS = True
# Vite puts a content hash into every file name below assets/.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/app/assets/.+-[\w-]{8,}\.\w+$"

# --- uploads: streamed to disk, never held in memory
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
FILE_UPLOAD_TEMP_DIR = None
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 20_000

# --- uploaded AI models (docs/models.md): size of a file, memory beyond the libraries' own, seconds to load and a case
OVERREAD_MODEL_FILE_MIB = env.int("OVERREAD_MODEL_FILE_MIB", 1024)
OVERREAD_MODEL_MEMORY_MIB = env.int("OVERREAD_MODEL_MEMORY_MIB", 8192)
OVERREAD_MODEL_LOAD_SECONDS = env.int("OVERREAD_MODEL_LOAD_SECONDS", 120)
OVERREAD_MODEL_SECONDS = env.int("OVERREAD_MODEL_SECONDS", 300)

# --- API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "portal.accounts.authentication.TokenAuthentication",
        "portal.accounts.authentication.CsrfSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["portal.accounts.permissions.PolicyPermission"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["portal.json_parser.BoundedJsonParser"],
    "DEFAULT_PAGINATION_CLASS": "portal.pagination.CreatedCursorPagination",
    "EXCEPTION_HANDLER": "portal.errors.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "DATETIME_FORMAT": "%Y-%m-%dT%H:%M:%S.%fZ",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Overread",
    "DESCRIPTION": "Reader studies, labels, AI predictions and validation. Errors are RFC 9457 problem documents.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "JobStateEnum": "portal.db.JobState",
        "AssignmentStateEnum": "annotations.models.AssignmentState",
        "ReaderStudyStateEnum": "annotations.models.ReaderStudyState",
        "DriftChartEnum": "validation.drift.rule.Chart",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "portal.openapi.add_problem_responses",
        "portal.openapi.add_idempotency_keys",
    ],
    "SERVE_PERMISSIONS": ["portal.accounts.permissions.PolicyPermission"],
}

# --- background work
CELERY_BROKER_URL = REDIS_URL
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
}
CELERY_IMPORTS = ["portal.tasks"]
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    "jobs-resume": {"task": "portal.jobs_resume", "schedule": 10.0, "options": {"expires": 10}},
    "orthanc-changes": {
        "task": "imaging.follow_changes",
        "schedule": 3.0,
        "options": {"queue": "ingest", "expires": 3},
    },
    "series-describe": {
        "task": "imaging.describe_series",
        "schedule": 5.0,
        "options": {"queue": "default", "expires": 5},
    },
    "webhooks-sweep": {"task": "webhooks.sweep", "schedule": 5.0, "options": {"queue": "default", "expires": 5}},
    "keys-sweep": {"task": "accounts.keys_sweep", "schedule": 3600.0, "options": {"expires": 3600}},
    "frames-sweep": {
        "task": "imaging.frames_sweep",
        "schedule": 15.0,
        "options": {"queue": "default", "expires": 15},
    },
    "mails-retry": {"task": "annotations.mails_retry", "schedule": 30.0, "options": {"expires": 30}},
    "reminders-sweep": {"task": "annotations.reminders_sweep", "schedule": 900.0, "options": {"expires": 900}},
    "reference-jobs-sweep": {
        "task": "annotations.reference_jobs_sweep",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "headers-sweep": {"task": "annotations.headers_sweep", "schedule": 60.0, "options": {"expires": 60}},
    "drift-sweep": {"task": "validation.drift_sweep", "schedule": 300.0, "options": {"expires": 300}},
    "audit-checkpoint": {"task": "audit.checkpoint", "schedule": 60.0, "options": {"queue": "default", "expires": 60}},
}
OVERREAD_QUEUES = ["default", "ingest", "frames", "analysis", "export", "inference"]
OVERREAD_JOBS_INLINE = False

# Decided by the reader-study app, which stands above imaging and accounts: named by string, as AUTH_USER_MODEL is.
OVERREAD_IMAGING_ACCESS = "annotations.access.viewable_imaging_studies"
# The same way: what the analysis plan says, which the protocol has in words.
OVERREAD_PROTOCOL_ANALYSIS = "validation.selectors.protocol.analysis_sentences"
OVERREAD_IMAGE_STREAMS = "annotations.services.streams.image_streams"
OVERREAD_MEMBERSHIPS = "annotations.selectors.reader_studies.memberships_of"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        name: {"level": "WARNING"}
        # The clock ticks every three seconds; Celery's three lines each time would hide everything else.
        # WeasyPrint tells each step, with the words of what it draws.
        for name in (
            "axes",
            "httpx",
            "dicomweb_client",
            "celery.beat",
            "celery.worker.strategy",
            "celery.app.trace",
            "weasyprint",
            "fontTools",
        )
    },
}
OVERREAD_TEST_MODE = False
