"""Settings. A deployment changes them by environment variables only; each is named here.

ZHENGHENG_HOME    folder with the lake, keys and the desk database (default: ./demo)
DATABASE_URL      postgres://… for a city; unset: SQLite in ZHENGHENG_HOME
ZHENGHENG_HOSTS   host names that are served, by commas (default: this machine only)
ZHENGHENG_HTTPS   1 behind a TLS proxy: secure cookies, redirects, HSTS
ZHENGHENG_PROXIES addresses or networks of proxies in front, by commas, whose X-Forwarded-For and -Proto count
                  (default: behind TLS this machine, else none)
ZHENGHENG_SECOND_FACTOR  0 where privileged roles may sign in with a password alone (default: they may not)
ZHENGHENG_JOB_SILENCE  seconds without a sign of life after which a job is taken up again (default: 60)
ZHENGHENG_JOB_ATTEMPTS  times that a job is taken up again before it counts as failed (default: 20)
ZHENGHENG_OIDC_URL, _CLIENT, _SECRET     single sign-on by OpenID Connect: issuer, client, its secret
ZHENGHENG_OIDC_NAME  the claim that holds the user name (default: preferred_username)
ZHENGHENG_WECOM_CORP, _AGENT, _SECRET    signing in by WeCom; _URL and _LOGIN for a proxy of its addresses
ZHENGHENG_LDAP_URL, _DN                  ldaps://… and a name such as uid={},ou=people,dc=city
ZHENGHENG_ADDRESS https://… of this office, for the link in a reminder; without it no message leaves
ZHENGHENG_SMTP    smtps://name@host:465 or smtp+tls://name@host:587 for reminders; _SECRET its password, _FROM the sender
ZHENGHENG_SMS, ZHENGHENG_WEBHOOK         https://… of a gateway for text messages or a messenger; _SECRET its token,
                  _BODY what it takes as JSON, with {address} and {text} where they belong
                  (every secret may come from a file instead: NAME_FILE)
ZHENGHENG_LEDGER_ORIGIN  the name of this installation's ledger in its checkpoints, such as jixiao.example.gov.cn/ledger; given before
                     the first start (default: a name made from its key)
ZHENGHENG_LOG     stdout or syslog: access and failed sign-ins as lines of JSON (default: stdout; of a demonstration none)
ZHENGHENG_RETENTION  years for which the contents of ledger entries are kept at the least (default: 10 [D])
ZHENGHENG_CLOCK   a fixed moment such as 2026-03-12T09:00+08:00, for demonstrations; shown on every page
ZHENGHENG_FICTIONAL  1 where the city is invented, which every page then says too
"""

import json
import logging
import os
import secrets
import sys
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url

from zhengheng.web.config.proxies import networks
from zhengheng.web.config.wrong import SettingError

WEB = Path(__file__).resolve().parent.parent
HOME = Path(os.environ.get("ZHENGHENG_HOME", "demo")).resolve()
FIXED_CLOCK = os.environ.get("ZHENGHENG_CLOCK", "")
FICTIONAL = os.environ.get("ZHENGHENG_FICTIONAL") == "1"
HTTPS = os.environ.get("ZHENGHENG_HTTPS") == "1"
try:
    PROXIES = networks(os.environ.get("ZHENGHENG_PROXIES", "127.0.0.1,::1" if HTTPS else ""))
except ValueError as error:
    raise SettingError("ZHENGHENG_PROXIES", "应是用逗号隔开的地址或网段，例如 127.0.0.1,10.0.0.0/8。", "addresses and networks by commas, such as 127.0.0.1,10.0.0.0/8") from error  # fmt: skip


def _said(name: str, default: str = "") -> str:
    """A setting of the environment, or of the file that NAME_FILE points to."""
    held = os.environ.get(f"{name}_FILE")
    return Path(held).read_text().strip() if held else os.environ.get(name, default)


def _secret() -> str:
    """The signing key: made at first use, readable by this account only, never in the tree."""
    path = HOME / "django.key"
    if not path.is_file():
        HOME.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text()


SECRET_KEY = _secret()
DEBUG = False
ALLOWED_HOSTS = os.environ.get("ZHENGHENG_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
ROOT_URLCONF = "zhengheng.web.config.urls"
WSGI_APPLICATION = "zhengheng.web.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "zhengheng.web.doors",
    "csp",
    "ninja",
    "zhengheng.web.pages",
    "zhengheng.web.ledger",
    "zhengheng.web.organisation",
    "zhengheng.web.accounts",
    "django_tasks_db",
    "zhengheng.web.files",
    "zhengheng.web.days",
    "zhengheng.web.jobs",
    "zhengheng.web.decisions",
    "zhengheng.web.rulebooks",
    "zhengheng.web.targets",
    "zhengheng.web.reporting",
    "zhengheng.web.audits",
    "zhengheng.web.results",
    "zhengheng.web.overview",
    "zhengheng.web.appeals",
    "zhengheng.web.api",
    "zhengheng.web.rectification",
    "zhengheng.web.reorganisation",
    "zhengheng.web.handovers",
    "zhengheng.web.meetings",
    "zhengheng.web.publication",
    "zhengheng.web.comments",
    "zhengheng.web.portal",
    "zhengheng.web.reminders",
]
MIDDLEWARE = [
    "zhengheng.web.config.middleware.documented",
    "zhengheng.web.config.log.logged",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "zhengheng.web.config.middleware.ReadingGoesOn",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "zhengheng.web.config.middleware.clock",
    "zhengheng.web.config.middleware.bearer",
    "zhengheng.web.config.middleware.language",
    "zhengheng.web.config.middleware.repeatable",
    "zhengheng.web.config.middleware.printable",
    "zhengheng.web.config.middleware.signed_in",
    "allauth.account.middleware.AccountMiddleware",
    "zhengheng.web.config.middleware.traced",
    "zhengheng.web.config.middleware.expected_errors",
]
CSRF_FAILURE_VIEW = "zhengheng.web.pages.views.unmarked"
TEMPLATES = [
    {
        "BACKEND": "zhengheng.web.config.templates.Pages",
        "DIRS": [WEB / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "zhengheng.web.pages.context.page",
            ],
            "builtins": ["zhengheng.web.pages.tags"],
            "loaders": [
                ("django.template.loaders.cached.Loader", ["zhengheng.web.config.templates.Loader"])
            ],
        },
    }
]

_DATABASE = ("应以 postgres:// 或 sqlite:/// 开头。", "it must begin with postgres:// or sqlite:///")  # fmt: skip
try:
    DATABASES = {"default": dj_database_url.config(default=f"sqlite:///{HOME / 'office.db'}")}
except ValueError as error:
    # The address may hold a password: the error says what is wrong with it, and not what it is.
    raise SettingError("DATABASE_URL", *_DATABASE) from error
if not DATABASES["default"]["ENGINE"].endswith(("sqlite3", ".postgresql")):
    raise SettingError("DATABASE_URL", *_DATABASE)
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Writers queue for the one lock from the start of their transaction, readers never wait.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "pragma journal_mode=wal; pragma synchronous=full; pragma foreign_keys=on;",
    }
else:
    # Each thread keeps its connection: the budget is threads times processes, and a dead one is noticed before use.
    _options = {"connect_timeout": 5, **DATABASES["default"].get("OPTIONS", {})}
    _age = int(_options.pop("conn_max_age", 600))
    if _options.pop("ssl_require", False):
        _options.setdefault("sslmode", "require")
    DATABASES["default"] |= {"CONN_MAX_AGE": _age, "CONN_HEALTH_CHECKS": True, "OPTIONS": _options}

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

JOB_SILENCE = float(os.environ.get("ZHENGHENG_JOB_SILENCE", "60"))
JOB_ATTEMPTS = int(os.environ.get("ZHENGHENG_JOB_ATTEMPTS", "20"))

AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["zhengheng.web.accounts.backend.AccountBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {"user_attributes": ("username", "name")}),
        ("MinimumLengthValidator", {"min_length": 10}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
LOGIN_URL = "/office/sign-in/"

# Other doors. Each is there when its settings are; none makes an account.
LDAP_URL, LDAP_DN = _said("ZHENGHENG_LDAP_URL"), _said("ZHENGHENG_LDAP_DN")
if LDAP_URL and not LDAP_URL.startswith(("ldaps://", "ldap://127.0.0.1", "ldap://localhost")):
    raise SettingError("ZHENGHENG_LDAP_URL", "密码只能经 ldaps:// 传输。", "passwords travel by ldaps:// only")  # fmt: skip
if LDAP_URL:
    AUTHENTICATION_BACKENDS.insert(0, "zhengheng.web.doors.ldap.LdapBackend")
DOORS: dict[str, str] = {}
SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, list[dict[str, object]]]] = {}
if _said("ZHENGHENG_OIDC_URL"):
    DOORS["/office/doors/oidc/city/login/"] = "统一身份认证 Single sign-on"
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "APPS": [{
            "provider_id": "city", "name": "统一身份认证", "client_id": _said("ZHENGHENG_OIDC_CLIENT"),
            "secret": _said("ZHENGHENG_OIDC_SECRET"),
            "settings": {"server_url": _said("ZHENGHENG_OIDC_URL"), "uid_field": _said("ZHENGHENG_OIDC_NAME", "preferred_username"),
                         "oauth_pkce_enabled": True},
        }]
    }  # fmt: skip
if _said("ZHENGHENG_WECOM_CORP"):
    DOORS["/office/doors/wecom/login/"] = "企业微信 WeCom"
    SOCIALACCOUNT_PROVIDERS["wecom"] = {
        "APPS": [{
            "client_id": _said("ZHENGHENG_WECOM_CORP"), "secret": _said("ZHENGHENG_WECOM_SECRET"),
            "settings": {
                "agent": _said("ZHENGHENG_WECOM_AGENT"), "api_url": _said("ZHENGHENG_WECOM_URL", "https://qyapi.weixin.qq.com"),
                "authorize_url": _said("ZHENGHENG_WECOM_LOGIN", "https://login.work.weixin.qq.com/wwlogin/sso/login"),
            },
        }]
    }  # fmt: skip
SOCIALACCOUNT_ADAPTER = "zhengheng.web.doors.adapter.OfficeAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = True
"""A form that led to another host would need a hole in the content security policy; the state guards the way back."""
SOCIALACCOUNT_STORE_TOKENS = False
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
LEDGER_ORIGIN = (
    os.environ.get("ZHENGHENG_LEDGER_ORIGIN", "").strip().replace(" ", "-").replace("+", "-")
)
RETENTION = int(os.environ.get("ZHENGHENG_RETENTION", "10"))
SECOND_FACTOR = os.environ.get("ZHENGHENG_SECOND_FACTOR", "1") != "0" and not FIXED_CLOCK
"""A demonstration's clock stands still, so no code could ever fit."""
LOCK_AFTER = 5
"""Wrong passwords for one name from one address, or wrong codes in a row, after which one has to wait."""
LOCK_MINUTES = 15
KNOCKS = 50
"""Failed sign-ins from one address, whatever the names, or for one name, from wherever, in LOCK_MINUTES, after which it has to wait. An office
building may share one address; where an account came in within KNOWN_DAYS its door stays open."""
KNOWN_DAYS = 30
ENDING_DAYS, GRANT_DAYS = 366, 3660
"""How far ahead a role may end, in days: of roles that must end (an external auditor's), of all others [D]."""
PROVED_MINUTES = 15
"""How long a proof of who is there holds for signatures and grants."""

# Ways out for reminders: none is there unless it is set, and nobody gets any who did not ask (web/reminders).
OFFICE_ADDRESS = os.environ.get("ZHENGHENG_ADDRESS", "").rstrip("/")
_smtp = urlsplit(os.environ.get("ZHENGHENG_SMTP", ""))
EMAIL_HOST, EMAIL_PORT = _smtp.hostname or "", _smtp.port or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _smtp.username or "", _said("ZHENGHENG_SMTP_SECRET")
EMAIL_USE_SSL, EMAIL_USE_TLS = _smtp.scheme == "smtps", _smtp.scheme == "smtp+tls"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("ZHENGHENG_SMTP_FROM", "zhengheng@localhost")
REMINDER_GATEWAYS = {
    way: {
        "url": os.environ.get(name, ""), "secret": _said(f"{name}_SECRET"),
        "body": os.environ.get(f"{name}_BODY", '{"to": "{address}", "text": "{text}"}'),
    }
    for way, name in (("sms", "ZHENGHENG_SMS"), ("webhook", "ZHENGHENG_WEBHOOK"))
}  # fmt: skip
for _way, _gateway in REMINDER_GATEWAYS.items():
    _parts = urlsplit(_gateway["url"])
    _near = _parts.scheme == "http" and _parts.hostname in {"127.0.0.1", "localhost"}
    if _gateway["url"] and _parts.scheme != "https" and not _near:
        raise SettingError(f"ZHENGHENG_{_way.upper()}", "网关地址必须是 https://。", "the gateway's address must be https://")  # fmt: skip
    try:
        json.loads(_gateway["body"])
    except ValueError as error:
        raise SettingError(f"ZHENGHENG_{_way.upper()}_BODY", "发送格式不是 JSON。", "the form in which is sent is no JSON") from error  # fmt: skip

SESSION_COOKIE_AGE = 30 * 60  # half an hour without a click signs out
SIGN_OF_LIFE = 2 * 60  # a click within so many seconds of the last one noted is not noted again
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

STATIC_URL = "static/"
STATIC_ROOT = WEB / "static"
"""Assets are served from the package itself: nothing to collect, nothing to forget."""
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/built/assets/"

USE_I18N = True
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
FORMAT_MODULE_PATH = (
    "zhengheng.web.config.formats"  # days and moments that a page gives no form: as all others
)
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 2**20
# Access and failed sign-ins: a demonstration's terminal stays free for what its reader needs.
LOG = os.environ.get("ZHENGHENG_LOG", "" if FICTIONAL else "stdout")
_LOGS: dict[str, dict[str, object]] = {
    "": {"class": "logging.NullHandler"},
    "stdout": {"class": "logging.StreamHandler", "stream": sys.stdout, "formatter": "json"},
    "syslog": {
        "class": "logging.handlers.SysLogHandler",
        "address": "/dev/log",
        "formatter": "json",
    },
}
if LOG not in _LOGS:
    raise SettingError(
        "ZHENGHENG_LOG", "只能是 stdout、syslog，或者留空。", "stdout, syslog or empty"
    )
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "zhengheng.web.config.json_lines.JsonLines"}},
    "handlers": {"console": {"class": "logging.StreamHandler"}, "lines": _LOGS[LOG]},
    "root": {"handlers": ["console"], "level": "WARNING"},
    # The library's worker raises its loggers to INFO and says two lines a job; the jobs page says it better.
    "filters": {
        "warnings": {
            "()": "django.utils.log.CallbackFilter",
            "callback": lambda record: record.levelno >= logging.WARNING,
        }
    },
    "loggers": {
        **{name: {"filters": ["warnings"]} for name in ("django_tasks", "django_tasks_db")},
        **{
            name: {"handlers": ["lines"], "level": "INFO" if LOG else "WARNING", "propagate": False}
            for name in ("zhengheng.access", "zhengheng.security")
        },
    },
}
