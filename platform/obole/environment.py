"""Typed reading of environment variables; a bad value is named in one line.

Each function raises ImproperlyConfigured with the variable's name, what it must be, and
the value found. An empty variable counts as one that is not set.
"""

from __future__ import annotations

import importlib.util
import os
from email.headerregistry import Address
from ipaddress import IPv4Network, IPv6Network, ip_network
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured

_FLAGS = {"1": True, "true": True, "yes": True, "on": True}
_FLAGS |= {"0": False, "false": False, "no": False, "off": False}

# Where Stripe's API is.
STRIPE = "https://api.stripe.com"

_SMTP_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


def text(name: str, default: str) -> str:
    """The variable, or `default` where it is not set."""
    return os.environ.get(name) or default


def required(name: str, purpose: str) -> str:
    """The variable, which must be set; `purpose` says in a few words what it is."""
    if value := os.environ.get(name):
        return value
    raise ImproperlyConfigured(f"{name} must be set in production: {purpose}")


def flag(name: str, *, default: bool) -> bool:
    """1, true, yes, on; or 0, false, no, off."""
    value = os.environ.get(name)
    if not value:
        return default
    if value.lower() not in _FLAGS:
        raise _refusal(name, "must be 1 or 0", value)
    return _FLAGS[value.lower()]


def whole_number(name: str, default: int, *, lowest: int, highest: int) -> int:
    """A whole number from `lowest` to `highest`, both included."""
    value = os.environ.get(name)
    if not value:
        return default
    rule = f"must be a whole number from {lowest} to {highest}"
    if not value.isascii() or not value.isdecimal() or not lowest <= int(value) <= highest:
        raise _refusal(name, rule, value)
    return int(value)


def words(name: str, default: list[str]) -> list[str]:
    """Words between commas; spaces around them do not count."""
    value = os.environ.get(name)
    if not value:
        return default
    found = [word.strip() for word in value.split(",")]
    if not all(found):
        raise _refusal(name, "must be words between commas", value)
    return found


def choice(name: str, default: str, choices: list[str]) -> str:
    """One of `choices`."""
    value = text(name, default)
    if value not in choices:
        raise _refusal(name, f"must be one of {', '.join(choices)}", value)
    return value


def time_zone(name: str, default: str) -> str:
    """The name of a zone in the IANA database."""
    value = text(name, default)
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise _refusal(name, "must be a time zone such as Europe/Paris", value) from error
    return value


def currencies(name: str, default: list[str]) -> list[str]:
    """Three-letter codes of ISO 4217, each once."""
    found = words(name, default)
    for code in found:
        if len(code) != 3 or not code.isascii() or not code.isalpha() or not code.isupper():
            raise _refusal(name, "must be codes of three capital letters such as EUR", code)
    if len(set(found)) != len(found):
        raise _refusal(name, "must name each currency once", ",".join(found))
    return found


def iban(name: str) -> str:
    """An IBAN with right check digits, without blanks; empty where it is not set."""
    value = os.environ.get(name)
    if not value:
        return ""
    # Few sites have one, and the library loads the world's banks.
    from schwifty import IBAN
    from schwifty.exceptions import SchwiftyException

    try:
        return IBAN(value, validate_bban=True).compact
    except SchwiftyException as error:
        raise _refusal(name, "must be an IBAN with right check digits", value) from error


def site_url(name: str, default: str) -> str:
    """An http or https address without path, and without a slash at its end."""
    value = text(name, default).removesuffix("/")
    parts = urlsplit(value)
    bare = f"{parts.scheme}://{parts.netloc}" == value and "@" not in parts.netloc
    if parts.scheme not in {"http", "https"} or not parts.hostname or not bare:
        raise _refusal(name, "must be an address such as https://obole.example", value)
    return value


def networks(name: str) -> list[IPv4Network | IPv6Network]:
    """Networks between commas, such as `192.0.2.0/24`; none where it is not set."""
    found = []
    for word in words(name, []):
        try:
            found.append(ip_network(word))
        except ValueError as error:
            raise _refusal(name, "must be networks such as 198.51.100.0/24", word) from error
    return found


def database(name: str) -> dict[str, object]:
    """The entry for DATABASES of a URL `postgres://user:password@host:port/name?option=value`.

    `?host=/folder` names the folder of a UNIX socket. A password is never in the message.
    """
    parts = _split(name)
    if parts.scheme not in {"postgres", "postgresql"}:
        rule = "must be a postgres:// URL, since Obole runs on PostgreSQL only; its scheme is"
        raise ImproperlyConfigured(f"{name} {rule} {parts.scheme!r}")
    if not parts.path.strip("/"):
        raise ImproperlyConfigured(f"{name} must end in the name of a database")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.removeprefix("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", unquote(parts.hostname or "")),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }


def redis(name: str) -> str:
    """A URL of Redis: redis://, rediss:// or unix://. A password is never in the message."""
    parts = _split(name)
    if parts.scheme not in {"redis", "rediss", "unix"}:
        rule = "must be a redis://, rediss:// or unix:// URL; its scheme is"
        raise ImproperlyConfigured(f"{name} {rule} {parts.scheme!r}")
    url = os.environ[name]
    try:
        database_of(url)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: the database must be a number") from error
    return url


def smtp(name: str) -> dict[str, object]:
    """The settings of mail for a URL `smtp+starttls://user:password@host:port`.

    The scheme is smtp (port 25, in the clear), smtp+starttls (587) or smtps (465). A password is
    never in the message.
    """
    parts = _split(name)
    if parts.scheme not in _SMTP_PORTS:
        rule = "must be a smtp://, smtp+starttls:// or smtps:// URL; its scheme is"
        raise ImproperlyConfigured(f"{name} {rule} {parts.scheme!r}")
    if not parts.hostname or parts.path.strip("/"):
        raise ImproperlyConfigured(f"{name} must name a host, and nothing after it")
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or _SMTP_PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+starttls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
    }


def sentry(name: str) -> str:
    """Where faults are sent; empty where it is not set. A key is never in the message."""
    if not os.environ.get(name):
        return ""
    parts = _split(name)
    if parts.scheme not in {"http", "https"} or not parts.username or not parts.path.strip("/"):
        raise ImproperlyConfigured(f"{name} must be a DSN as Sentry shows it")
    if importlib.util.find_spec("sentry_sdk") is None:
        raise ImproperlyConfigured(f"{name} needs sentry-sdk: install obole[sentry]")
    return os.environ[name]


def mail_sender(name: str, default: str, *, called: str) -> str:
    """An address such as `post@obole.example`, as a sender of that name."""
    value = text(name, default)
    try:
        return str(Address(display_name=called, addr_spec=value))
    except (ValueError, IndexError) as error:
        rule = "must be an address such as post@obole.example"
        raise _refusal(name, rule, value) from error


def mail_address(name: str, default: str) -> str:
    """An address such as `post@obole.example`, or the default."""
    value = text(name, default)
    if value == default:
        return value
    mail_sender(name, default, called="")
    return value


def check_stripe(*, production: bool) -> None:
    """See that the keys of Stripe are all there, or none, and of one kind.

    In production also that they move real money: with test keys anybody could fill a wallet by a
    card that does not exist. No key is ever in the message.
    """
    found = {name: text(name, "") for name in _STRIPE_KEYS}
    missing = sorted(name for name, value in found.items() if not value)
    if len(missing) == len(found):
        return
    if missing:
        raise ImproperlyConfigured(f"{missing[0]} must be set too: cards need all keys of Stripe")
    for name, beginnings in _STRIPE_KEYS.items():
        if not all(key.startswith(beginnings) for key in words(name, [])):
            raise ImproperlyConfigured(f"{name} must begin with {' or '.join(beginnings)}")
    live = {"_live_" in found[name] for name in _STRIPE_KEYS if name.endswith("_KEY")}
    if len(live) > 1:
        raise ImproperlyConfigured(
            "OBOLE_STRIPE_SECRET_KEY must be of the same mode as OBOLE_STRIPE_PUBLISHABLE_KEY"
        )
    if production and live != {True}:
        raise ImproperlyConfigured(
            "OBOLE_STRIPE_SECRET_KEY must be a live key in production: test cards are not money"
        )
    if production and text("OBOLE_STRIPE_API_URL", STRIPE) != STRIPE:
        raise ImproperlyConfigured("OBOLE_STRIPE_API_URL must not be set in production")


_STRIPE_KEYS = {
    "OBOLE_STRIPE_PUBLISHABLE_KEY": ("pk_test_", "pk_live_"),
    "OBOLE_STRIPE_SECRET_KEY": ("sk_test_", "sk_live_", "rk_test_", "rk_live_"),
    "OBOLE_STRIPE_WEBHOOK_SECRETS": ("whsec_",),
}


def queues_beside(url: str) -> str:
    """For Celery: the database after that of the cache.

    Emptying the cache empties its whole database, so no queue may lie in it.
    """
    return for_kombu(in_database(url, database_of(url) + 1))


def database_of(url: str) -> int:
    """The number of the database that a URL of Redis names; 0 where it names none."""
    parts = urlsplit(url)
    named = dict(parse_qsl(parts.query)).get("db")
    path = "" if parts.scheme == "unix" else parts.path.strip("/")
    return int(named or path or 0)


def in_database(url: str, number: int) -> str:
    """The same server's database of that number, as redis-py spells it."""
    parts = urlsplit(url)
    query = {name: value for name, value in parse_qsl(parts.query) if name != "db"}
    path = f"/{number}"
    if parts.scheme == "unix":
        path, query["db"] = parts.path, str(number)
    return f"{parts.scheme}://{parts.netloc}{path}?{urlencode(query)}".removesuffix("?")


def for_kombu(url: str) -> str:
    """A URL of redis-py as Celery's library for queues spells it."""
    if not url.startswith("unix://"):
        return url
    return f"redis+socket://{url.removeprefix('unix://')}".replace("db=", "virtual_host=")


def from_kombu(url: str) -> str:
    """A URL of Celery's library for queues as redis-py spells it."""
    if not url.startswith("redis+socket://"):
        return url
    return f"unix://{url.removeprefix('redis+socket://')}".replace("virtual_host=", "db=")


def _split(name: str) -> SplitResult:
    try:
        parts = urlsplit(os.environ[name])
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is not a URL") from error
    try:
        _port = parts.port
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: the port must be a number up to 65535") from error
    return parts


def _refusal(name: str, rule: str, value: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name} {rule}, not {value!r}")
