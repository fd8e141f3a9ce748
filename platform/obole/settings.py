"""All settings, each from the environment. README.md lists the variables.

Without any of them this is a development site on this machine, with servers of the
checkout's own. `OBOLE_PRODUCTION=1` makes it a public site, which must be told its secret
key, its address and its servers.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from celery.schedules import crontab
from django.contrib.messages import constants as message_levels
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from accounts.oauth.scopes import MEANINGS
from obole import environment
from obole.servers import checkout_servers

PROJECT = Path(__file__).resolve().parent
SERVERS = checkout_servers()

# The kind of site

PRODUCTION = environment.flag("OBOLE_PRODUCTION", default=False)
DEBUG = environment.flag("OBOLE_DEBUG", default=not PRODUCTION)
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("OBOLE_DEBUG must be 0 in production: its pages show secrets")

if PRODUCTION:
    SECRET_KEY = environment.required("OBOLE_SECRET_KEY", "a long random text, kept secret")
    environment.required("OBOLE_SITE_URL", "the address of the site")
    environment.required("DATABASE_URL", "the PostgreSQL database")
    environment.required("REDIS_URL", "the Redis server")
    environment.required("OBOLE_SMTP_URL", "the server that sends mail")
else:
    SECRET_KEY = environment.text("OBOLE_SECRET_KEY", "only for development, and known to all")

SITE_NAME = environment.text("OBOLE_SITE_NAME", "Obole")
SITE_URL = environment.site_url("OBOLE_SITE_URL", "http://localhost:8000")
# On documents such as statements, a line each.
POSTAL_ADDRESS = environment.words("OBOLE_POSTAL_ADDRESS", [])
# On the page about privacy, for people's questions.
CONTACT_ADDRESS = environment.mail_address("OBOLE_CONTACT", "")
APPEAL_ADDRESS = environment.mail_address("OBOLE_APPEALS", CONTACT_ADDRESS)
BEHIND_PROXY = environment.flag("OBOLE_BEHIND_PROXY", default=False)
SITE_HOST = urlsplit(SITE_URL).hostname or ""
SITE_IS_SECURE = SITE_URL.startswith("https://")
_HERE = [] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = environment.words("OBOLE_HOSTS", list(dict.fromkeys([SITE_HOST, *_HERE])))

# What a site that winds down stops, and what it says on every page: docs/operators/wind-down.md

SIGN_UPS = environment.flag("OBOLE_SIGN_UPS", default=True)
DEPOSITS = environment.flag("OBOLE_DEPOSITS", default=True)
GIVING = environment.flag("OBOLE_GIVING", default=True)
NOTICE = environment.text("OBOLE_NOTICE", "")

# Money

CURRENCIES = environment.currencies("OBOLE_CURRENCIES", ["EUR", "USD", "GBP", "CHF", "SEK"])
FEE_BASIS_POINTS = environment.whole_number(
    "OBOLE_FEE_BASIS_POINTS", 1000, lowest=0, highest=10_000
)
# Where the site charges VAT on its fee, the fee contains it.
VAT_BASIS_POINTS = environment.whole_number("OBOLE_VAT_BASIS_POINTS", 0, lowest=0, highest=10_000)
VAT_NUMBER = environment.text("OBOLE_VAT_NUMBER", "")
# In micros; the variable is in cents, the step in which budgets are set.
MINIMUM_BUDGET = 10_000 * environment.whole_number(
    "OBOLE_MINIMUM_BUDGET_CENTS", 200, lowest=1, highest=10**9
)
# The smallest tip, likewise, and how many somebody gives within an hour.
MINIMUM_TIP = 10_000 * environment.whole_number(
    "OBOLE_MINIMUM_TIP_CENTS", 10, lowest=1, highest=10**9
)
TIPS_AN_HOUR = environment.whole_number("OBOLE_TIPS_AN_HOUR", 60, lowest=1, highest=10**6)

# What can be paid in at once, in micros; the variables are in hundredths of the currency.
MINIMUM_DEPOSIT = 10_000 * environment.whole_number(
    "OBOLE_MINIMUM_DEPOSIT_CENTS", 200, lowest=1, highest=10**9
)
MAXIMUM_DEPOSIT = 10_000 * environment.whole_number(
    "OBOLE_MAXIMUM_DEPOSIT_CENTS", 100_000, lowest=1, highest=10**9
)

# The site's own bank account: shown to those who pay in, and what payouts are paid from.
BANK_HOLDER = environment.text("OBOLE_BANK_HOLDER", SITE_NAME)
BANK_IBAN = environment.iban("OBOLE_BANK_IBAN")
BANK_BIC = environment.text("OBOLE_BANK_BIC", "")

# Cards: the keys of an account at Stripe, all three or none. While a secret of the webhook is being
# replaced, both stand here.
STRIPE_PUBLISHABLE_KEY = environment.text("OBOLE_STRIPE_PUBLISHABLE_KEY", "")
STRIPE_SECRET_KEY = environment.text("OBOLE_STRIPE_SECRET_KEY", "")
STRIPE_WEBHOOK_SECRETS = environment.words("OBOLE_STRIPE_WEBHOOK_SECRETS", [])
# Another server that speaks Stripe's API, to develop with.
STRIPE_API_URL = environment.site_url("OBOLE_STRIPE_API_URL", environment.STRIPE)
environment.check_stripe(production=PRODUCTION)

# Payouts: by which ways, from which amount (in micros; the variable is in cents), and from which
# day of the next month on.
PAYOUT_WAYS = environment.words("OBOLE_PAYOUT_WAYS", ["sepa", "manual"])
if unknown := set(PAYOUT_WAYS) - {"sepa", "manual"}:
    raise ImproperlyConfigured(f"OBOLE_PAYOUT_WAYS: there is no way {', '.join(sorted(unknown))}")
MINIMUM_PAYOUT = 10_000 * environment.whole_number(
    "OBOLE_MINIMUM_PAYOUT_CENTS", 1000, lowest=1, highest=10**9
)
PAYABLE_DAY = environment.whole_number("OBOLE_PAYABLE_DAY", 10, lowest=1, highest=28)
PAYOUT_PAIN = environment.choice(
    "OBOLE_PAYOUT_PAIN",
    "pain.001.001.09",
    ["pain.001.001.03", "pain.001.001.09", "pain.001.001.10", "pain.001.001.11"],
)
# What seals account numbers. The first seals, all open.
SEAL_KEYS = environment.words("OBOLE_SEAL_KEYS", [f"seal:{SECRET_KEY}"])

# How many budgets a shard of a settlement has. Smaller shards spend their time on planning,
# larger ones hold their locks for longer and leave more to do again after a crash.
SUBSCRIBERS_A_SHARD = environment.whole_number(
    "OBOLE_SUBSCRIBERS_A_SHARD", 10_000, lowest=1, highest=1_000_000
)

# The button

# So many sites of one creator may frame their buttons: all stand in one header.
FRAMING_SITES = 20
# Whether two taps are enough on a site that a reader connected; see docs/button.md.
TOUCH_TWO_TAPS = environment.flag("OBOLE_TOUCH_TWO_TAPS", default=False)
# Money for trying things out, from nowhere. Never on a public site.
PLAY_MONEY = environment.flag("OBOLE_PLAY_MONEY", default=not PRODUCTION)
if PRODUCTION and PLAY_MONEY:
    raise ImproperlyConfigured("OBOLE_PLAY_MONEY must be 0 in production: it makes money up")

# Other people's sites

# Never fetched from, besides all that is not public: the operator's own machines, say.
PRIVATE_NETWORKS = environment.networks("OBOLE_PRIVATE_NETWORKS")

# What it is made of

INSTALLED_APPS = [
    "obole",
    "payments",
    "things",
    "oauth2_provider",
    # Without the app `allauth` itself: its pages are not there, so none is shown by mistake.
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "accounts",
    "rest_framework",
    "corsheaders",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pgtrigger",
    "obole.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
]

MIDDLEWARE = [
    "obole.logs.requests.write_down",
    "obole.metrics.requests.measure",
    "obole.middleware.response_headers",
    "obole.middleware.short_way",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.security.middleware.note_presence",
    # After what notes whose session it is, before what asks whose page it is.
    "accounts.conduct.middleware.LookAs",
    "accounts.profile.middleware.personal_settings",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "obole.middleware.explain_method",
]

ROOT_URLCONF = "obole.urls"
WSGI_APPLICATION = "obole.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "obole.context.site",
            ],
        },
    },
]

MESSAGE_TAGS = {message_levels.DEBUG: "information", message_levels.INFO: "information"}
FORM_RENDERER = "obole.forms.Renderer"

# Who learns what a new user gives, until they choose: see accounts/visibility.py.
GIVING_VISIBILITY = environment.choice(
    "OBOLE_GIVING_VISIBILITY", "public", ["public", "creator", "anonymous"]
)

# The servers

DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **(
            environment.database("DATABASE_URL")
            if environment.text("DATABASE_URL", "")
            else SERVERS.database
        ),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

if environment.text("REDIS_URL", ""):
    REDIS_URL = environment.redis("REDIS_URL")
    CELERY_BROKER_URL = environment.text("CELERY_BROKER_URL", environment.queues_beside(REDIS_URL))
else:
    REDIS_URL = SERVERS.redis_url
    CELERY_BROKER_URL = environment.text("CELERY_BROKER_URL", SERVERS.celery_url)

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "obole",
        # A Redis that hangs must not hang every page.
        "OPTIONS": {"socket_timeout": 5, "socket_connect_timeout": 5},
    },
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

# Who signs in

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "giving"
LOGOUT_REDIRECT_URL = "front"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
# The admin asks for it too. Not to be left out on a public site.
STAFF_SECOND_FACTOR = environment.flag("OBOLE_STAFF_SECOND_FACTOR", default=True)
if PRODUCTION and not STAFF_SECOND_FACTOR:
    raise ImproperlyConfigured(
        "OBOLE_STAFF_SECOND_FACTOR must be 1 in production: the admin holds everybody's money"
    )
# So long the administration stays open without a page, and with pages, until it asks again.
STAFF_IDLE_MINUTES = environment.whole_number(
    "OBOLE_STAFF_IDLE_MINUTES", 30, lowest=1, highest=1440
)
STAFF_HOURS = environment.whole_number("OBOLE_STAFF_HOURS", 10, lowest=1, highest=720)
SPAM_CHECK = environment.choice("OBOLE_SPAM_CHECK", "local", ["local", "akismet", "none"])
AKISMET_KEY = environment.text("OBOLE_AKISMET_KEY", "")
LOOK_MINUTES = environment.whole_number("OBOLE_LOOK_MINUTES", 15, lowest=1, highest=60)
CSRF_FAILURE_VIEW = "obole.views.form_refused"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{validator}", "OPTIONS": options}
    for validator, options in {
        "UserAttributeSimilarityValidator": {
            "user_attributes": ("username", "display_name", "email")
        },
        "MinimumLengthValidator": {"min_length": 10},
        "CommonPasswordValidator": {},
        "NumericPasswordValidator": {},
    }.items()
]

# Mail

EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
if environment.text("OBOLE_SMTP_URL", ""):
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    globals().update(environment.smtp("OBOLE_SMTP_URL"))
# For each answer of the server. See accounts/mail/sending.py: a claim is far longer.
EMAIL_TIMEOUT = 30
DEFAULT_FROM_EMAIL = SERVER_EMAIL = environment.mail_sender(
    "OBOLE_MAIL_FROM", f"no-reply@{SITE_HOST}", called=SITE_NAME
)
_MAIL_SENDERS = environment.whole_number("OBOLE_MAIL_SENDERS", 2, lowest=1, highest=100)
ACCOUNT_ADAPTER = "accounts.entrance.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
# Codes to type: mail is often read on another device than the one that waits for it.
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 30 * 60
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = 3
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 30 * 60
ACCOUNT_LOGIN_TIMEOUT = 60 * 60
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_SIGNUP_REDIRECT_URL = "budget"
ACCOUNT_FORMS = {
    name: f"accounts.{form}"
    for name, form in {
        "signup": "entrance.forms.SignUpForm",
        "login": "entrance.forms.SignInForm",
        "reset_password": "entrance.forms.ResetForm",
        "reset_password_from_key": "entrance.forms.NewPasswordForm",
        "confirm_password_reset_code": "entrance.forms.ResetCodeForm",
        "confirm_email_verification_code": "entrance.forms.AddressCodeForm",
        "reauthenticate": "entrance.forms.PasswordAgainForm",
        "add_email": "security.forms.AddressForm",
        "change_password": "security.forms.ChangePasswordForm",
        "set_password": "security.forms.SetPasswordForm",
    }.items()
}
# By address of the network, by account, and by address of mail; counted in Redis.
ACCOUNT_RATE_LIMITS = {
    "report": "5/m/ip,30/d/ip",
    "signup": "20/m/ip,60/h/ip",
    "login": "30/m/ip",
    "login_failed": "10/m/ip,60/h/ip,5/300s/key",
    "reset_password": "10/m/ip,60/h/ip,5/h/key",
    "confirm_email": "1/10s/key,10/h/key",
}
MFA_ADAPTER = "accounts.security.factors.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "accounts.entrance.forms.SecondFactorForm",
    "reauthenticate": "accounts.entrance.forms.SecondFactorAgainForm",
    "activate_totp": "accounts.security.forms.AuthenticatorForm",
    "add_webauthn": "accounts.security.forms.AddPasskeyForm",
    "authenticate_webauthn": "accounts.security.passkeys.ShowPasskeyForm",
    "login_webauthn": "accounts.security.passkeys.SignInWithPasskeyForm",
    "reauthenticate_webauthn": "accounts.security.passkeys.ShowPasskeyAgainForm",
    "edit_webauthn": "accounts.security.forms.RenamePasskeyForm",
}
# The last proxy in front says from where a request came; without one, the connection does.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0

# Languages and times

LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LANGUAGE_CODE = environment.choice("OBOLE_LANGUAGE", "en", [code for code, _name in LANGUAGES])
LOCALE_PATHS = [PROJECT / "locale"]
USE_I18N = True
USE_TZ = True
# Periods are calendar months in this zone.
TIME_ZONE = environment.time_zone("OBOLE_TIME_ZONE", "UTC")

# Files

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = not PRODUCTION
if PRODUCTION:
    STATIC_ROOT = Path(environment.text("OBOLE_STATIC_DIR", "static")).absolute()
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }

# Safety on the way to the browser

SECURE_SSL_REDIRECT = SITE_IS_SECURE
SECURE_HSTS_SECONDS = 31_536_000 if SITE_IS_SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SITE_IS_SECURE
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
# A cookie of this kind is this host's alone: no other site of the same domain can set it.
SESSION_COOKIE_NAME = "__Host-session" if SITE_IS_SECURE else "session"
SESSION_COOKIE_SECURE = SITE_IS_SECURE
SESSION_COOKIE_AGE = 30 * 86_400
# Never None: such a session would go into every frame, and to forms of other sites.
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrf" if SITE_IS_SECURE else "csrf"
CSRF_COOKIE_SECURE = SITE_IS_SECURE
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 86_400
LANGUAGE_COOKIE_SECURE = SITE_IS_SECURE
LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
X_FRAME_OPTIONS = "DENY"
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# To be on the browsers' preload lists is a promise only the owner of the domain can make.
SILENCED_SYSTEM_CHECKS = ["security.W021"]

# Work in the background

CELERY_RESULT_BACKEND = CELERY_BROKER_URL
CELERY_TIMEZONE = TIME_ZONE
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_RESULT_SERIALIZER = "json"
# A task whose worker dies is given to another; each task is safe to run twice.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Mails that a development site writes to the terminal are read there, not in a log.
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_TASK_SOFT_TIME_LIMIT = 3300
CELERY_TASK_TIME_LIMIT = 3600
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULER = "obole.clock:Clock"
# Where workers and the clock show that they live; nowhere where it is not set.
HEARTBEAT_DIR = environment.text("OBOLE_HEARTBEAT_DIR", "")
_VISIBILITY = {
    "visibility_timeout": environment.whole_number(
        "OBOLE_REDELIVERY_SECONDS", 300, lowest=1, highest=86_400
    )
}
CELERY_BROKER_TRANSPORT_OPTIONS = _VISIBILITY
CELERY_RESULT_BACKEND_TRANSPORT_OPTIONS = _VISIBILITY
_SETTLE = "payments.settlement.settle_due_months"
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "month end": {"task": _SETTLE, "schedule": crontab(day_of_month="1", hour="0", minute="30")},
    # A start that was missed, or a settlement that died half way, is taken up.
    "month end, caught up": {"task": _SETTLE, "schedule": crontab(minute="*/10")},
    "heartbeat": {"task": "obole.heartbeat", "schedule": 20.0, "options": {"expires": 20}},
    "audit": {"task": "payments.settlement.audit_books", "schedule": crontab(minute="5-59/10")},
    "thorough audit": {
        "task": "payments.settlement.audit_thoroughly",
        "schedule": crontab(hour="4", minute="40"),
    },
    "figures": {
        "task": "obole.take_snapshot",
        "schedule": crontab(minute="1-59/5"),
        "options": {"expires": 300},
    },
    "standing clicks": {
        "task": "payments.clicking.record_standing_clicks",
        "schedule": crontab(minute="3-59/10"),
    },
    "refunds": {
        "task": "payments.deposits.send_refunds",
        "schedule": crontab(minute="9-59/10"),
    },
    # Webhooks that did not come, payments that were left, cards that are to be forgotten.
    "cards": {
        "task": "payments.deposits.reconcile_cards",
        "schedule": crontab(minute="6-59/10"),
    },
    "monthly refills": {
        "task": "payments.deposits.charge_due_refills",
        "schedule": crontab(minute="8-59/10"),
    },
    "cards, further back": {
        "task": "payments.deposits.reconcile_cards",
        "schedule": crontab(hour="4", minute="41"),
        "kwargs": {"days": 4},
    },
    "popularity": {"task": "things.count_popularity", "schedule": crontab(minute="7-59/10")},
    # Each sends for most of a minute; one that did not begin by then is not needed any more.
    **{
        f"mail, sender {number}": {
            "task": "accounts.send_due_mails",
            "schedule": crontab(),
            "options": {"expires": 55},
        }
        for number in range(1, _MAIL_SENDERS + 1)
    },
    "mails of settled months": {
        "task": "payments.giving.mail_settled_months",
        "schedule": crontab(),
        "options": {"expires": 55},
    },
    "low means": {
        "task": "payments.giving.mail_low_means",
        "schedule": crontab(minute="2-59/10"),
    },
    "first clicks": {
        "task": "payments.earnings.mail_first_clicks",
        "schedule": crontab(minute="8-59/10"),
    },
    "weeks of creators": {
        "task": "payments.earnings.mail_weeks",
        "schedule": crontab(minute="1-59/10"),
    },
    "old mails": {"task": "accounts.drop_old_mails", "schedule": crontab(hour="4", minute="15")},
    "merged things": {"task": "things.move_latecomers", "schedule": crontab(minute="9-59/10")},
    "messages to partners": {
        "task": "things.send_webhooks",
        "schedule": crontab(),
        "options": {"expires": 55},
    },
    "old messages to partners": {
        "task": "things.drop_old_facts",
        "schedule": crontab(hour="4", minute="25"),
    },
    "pages of which nothing was said": {
        "task": "things.look_at_pages",
        "schedule": crontab(minute="6-59/10"),
        "options": {"expires": 500},
    },
    "checks without an answer": {
        "task": "things.check_again",
        "schedule": crontab(minute="2-59/5"),
        "options": {"expires": 240},
    },
    # The month that is running, and the last one.
    "abuse": {"task": "payments.abuse.find_abuse", "schedule": crontab(hour="5", minute="10")},
    "referring pages": {"task": "things.add_up_referrals", "schedule": crontab(minute="*/5")},
    "feeds": {"task": "things.check_due_feeds", "schedule": crontab(minute="*/5")},
    "claims": {
        "task": "payments.clicking.check_due_claims",
        "schedule": crontab(minute="4-59/10"),
    },
    "kept clicks": {
        "task": "payments.clicking.count_kept_clicks",
        "schedule": crontab(minute="*/5"),
        "options": {"expires": 240},
    },
    "old clicks": {
        "task": "payments.clicking.drop_old_clicks",
        "schedule": crontab(hour="3", minute="35"),
    },
    "kept answers": {
        "task": "accounts.drop_kept_answers",
        "schedule": crontab(hour="3", minute="45"),
    },
    "exports": {"task": "accounts.make_exports", "schedule": crontab(minute="4-59/10")},
    "unconfirmed sign-ups": {
        "task": "accounts.drop_unconfirmed_sign_ups",
        "schedule": crontab(minute="20"),
    },
    "dead sessions": {
        "task": "accounts.drop_dead_sessions",
        "schedule": crontab(hour="3", minute="50"),
    },
    "partitions": {
        "task": "things.make_click_tables",
        "schedule": crontab(hour="3", minute="15"),
    },
}

# What is written down

_LOG_FORMAT = environment.choice(
    "OBOLE_LOG_FORMAT", "json" if PRODUCTION else "line", ["json", "line"]
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "obole.logs.formatting.JsonFormatter"},
        "line": {"()": "obole.logs.formatting.LineFormatter"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": _LOG_FORMAT}},
    "root": {
        "handlers": ["console"],
        "level": environment.choice(
            "OBOLE_LOG_LEVEL", "INFO", ["DEBUG", "INFO", "WARNING", "ERROR"]
        ),
    },
    "loggers": {
        # Two lines for each call otherwise.
        "stripe": {"level": "WARNING"},
        # Django's own handlers would write a second line, past our formatters.
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True, "level": "WARNING"},
        # Every statement with its values.
        "django.db.backends": {"level": "INFO"},
        # That a task came; what became of it is another line.
        "celery.worker.strategy": {"level": "WARNING"},
    },
}

# What is measured

# Who asks for /metrics shows it; without one the address is not there.
METRICS_TOKEN = environment.text("OBOLE_METRICS_TOKEN", "")
# Where the web processes of a host add up what they count: an empty folder at each start.
METRICS_DIR = environment.text("OBOLE_METRICS_DIR", "")
if METRICS_DIR:
    Path(METRICS_DIR).mkdir(mode=0o700, parents=True, exist_ok=True)
    # Prometheus' library looks for it when it is imported, which is later.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = METRICS_DIR
# Where faults are sent, scrubbed; nowhere where it is not set.
SENTRY_DSN = environment.sentry("OBOLE_SENTRY_DSN")

# The API and the applications that use it

API_REQUESTS_AN_HOUR = environment.whole_number(
    "OBOLE_API_REQUESTS_AN_HOUR", 1000, lowest=1, highest=10**9
)
# Hosts whose auto-submit URLs are taken for this site's own: pages and feeds carry Flattr's.
AUTOSUBMIT_HOSTS = {
    SITE_HOST,
    *environment.words(
        "OBOLE_AUTOSUBMIT_HOSTS", ["flattr.com", "www.flattr.com", "api.flattr.com"]
    ),
}

REST_FRAMEWORK = {
    # A view that declares nothing is closed; `accounts.api.views.ApiView` declares.
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "URL_FORMAT_OVERRIDE": None,
    # The header that a client writes itself says nothing.
    "NUM_PROXIES": ALLAUTH_TRUSTED_PROXY_COUNT,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": f"{SITE_NAME} API",
    "VERSION": "2",
    "OAS_VERSION": "3.1.0",
    "DESCRIPTION": (
        "Flattr's REST API v2, and beside it budgets, statements and earnings. Times are unix"
        " seconds unless said otherwise. Amounts are decimals with six places, as texts. Add"
        " `.xml` or `.yaml` to an address for other formats; `?jsonp=name` for a script."
        " Errors: `error`, `error_description`, `error_uri`."
    ),
    "SERVE_INCLUDE_SCHEMA": False,
    # It would look at every spelling of an address; tests check the description that is served.
    "ENABLE_DJANGO_DEPLOY_CHECK": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # Each choice where it is used: shared ones would need invented names.
    "POSTPROCESSING_HOOKS": [],
    "PATH_CONVERTER_OVERRIDES": {"number": int, "username": str, "period": str},
    "COMPONENT_SPLIT_REQUEST": True,
}
# The API answers every origin: it knows tokens, not cookies.
CORS_ALLOW_ALL_ORIGINS = True
CORS_URLS_REGEX = r"^/(rest/v2|oauth/token)"
CORS_ALLOW_HEADERS = ["accept", "authorization", "content-type", "idempotency-key"]
CORS_EXPOSE_HEADERS = [f"X-RateLimit-{name}" for name in ("Limit", "Remaining", "Current", "Reset")]
# A redirect would send the token a second time: the API refuses plain http itself.
SECURE_REDIRECT_EXEMPT = [r"^rest/v2(/|$)"]

OAUTH2_PROVIDER_APPLICATION_MODEL = "accounts.Application"
OAUTH2_PROVIDER = {
    "OAUTH2_SERVER_CLASS": "accounts.oauth.server.Server",
    "OAUTH2_BACKEND_CLASS": "accounts.oauth.server.Core",
    "OAUTH2_VALIDATOR_CLASS": "accounts.oauth.validator.Validator",
    "SCOPES": MEANINGS,
    # Tokens live until they are revoked, as Flattr's did: a hundred years.
    "ACCESS_TOKEN_EXPIRE_SECONDS": 100 * 365 * 86_400,
    "AUTHORIZATION_CODE_EXPIRE_SECONDS": 600,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
}
SILENCED_SYSTEM_CHECKS += [
    "oauth2_provider.W001",  # the implicit grant: Flattr's clients in browsers know no other
    "oauth2_provider.W005",  # `iss` beside the code: those clients would have to ignore it
    "oauth2_provider.W007",  # refresh tokens: there are none
    "oauth2_provider.W008",  # http redirects: the form takes them for loopback addresses only
]
