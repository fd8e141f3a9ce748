"""Takes out of a text what nobody may read in a log: addresses, codes, tokens, account numbers.

It is the last thing that happens to a line, so that it does not matter who wrote it: a library, an
exception of the database, or we. It looks for what such things look like, and for the secrets of
the settings as they are. Better a word too many is gone than one too few.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

GONE = "[…]"

# Shorter ones would be found in ordinary words.
_SHORTEST_SECRET = 6

_NAMED = (
    "access_token|refresh_token|client_secret|id_token|token|code|codes|password|password1|password2"
    "|passwd|secret|otp|pin|api_key|apikey|key|signature|sig|session|sessionid|csrf|csrftoken"
    "|csrfmiddlewaretoken|authorization|cookie|credential|iban|account_number|email|login"
)

_Replace = Callable[[re.Match[str]], str] | str
_RULES: tuple[tuple[re.Pattern[str], _Replace], ...] = (
    # The user and password of a URL.
    (re.compile(r"(?<=://)[^\s/@'\"]*:[^\s/'\"]*@"), f"{GONE}@"),
    # Addresses of mail, percent-encoded ones too.
    (re.compile(r"[\w.+!#$*^`{|}~'-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+", re.I), GONE),
    # Headers.
    (re.compile(r"\b(Bearer|Basic|Token)\s+[\w.~+/=-]{6,}", re.I), rf"\1 {GONE}"),
    # What PostgreSQL writes of a row that offends against a constraint.
    (re.compile(r"(Key \(.+?\)=)\(.*?\)(?= |$)", re.M), rf"\1{GONE}"),
    (re.compile(r"(Failing row contains )\(.*?\)\.?$", re.M), rf"\1{GONE}"),
    # name=value, "name": "value".
    (
        re.compile(
            rf"((?:\b|_)(?:{_NAMED})['\"]?\)?\s?[=:]\s?)"
            r"(?:\"[^\"]*\"|'[^']*'|\([^)]*\)|\[[^\]]*\]|[^\s&;,)}\]]+)",
            re.I,
        ),
        rf"\1{GONE}",
    ),
    # Keys of Stripe and signed values of Django: `eyJ…:1abc:…`.
    (re.compile(r"\b(?:sk|rk|pk|whsec|pi|seti|cs)_[A-Za-z0-9_+/=]{8,}"), GONE),
    (re.compile(r"\b[\w-]{6,}(?:[:.][\w-]{4,}){1,2}[:.][\w-]{20,}"), GONE),
    # Codes that come by mail.
    (re.compile(r"\b[BCDFGHJ-NP-TV-XZ]{4}[- ][BCDFGHJ-NP-TV-XZ]{4}\b", re.I), GONE),
    # Account numbers and cards.
    (re.compile(r"\b[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){3,7}(?:\s?[A-Z0-9]{1,3})?\b"), GONE),
    (re.compile(r"\b(?:\d[ -]?){13,19}\b"), GONE),
    # Long random words: tokens, digests, sessions; not the ids of tasks and requests.
    (
        re.compile(r"\b(?=[\w+/=-]*\d)(?=[\w+/=-]*[A-Za-z])[A-Za-z0-9_+/=-]{24,}"),
        lambda m: _kept(m[0]),
    ),
)
# What every rule needs some of: most lines have nothing, and are left after one look.
_SUSPECT = re.compile(
    r"[@=:(]|%40|[\w+/=-]{24}|(?:\d[ -]?){13}|[A-Z]{2}\d{2}|(?:bearer|basic|token)\s"
    r"|[BCDFGHJ-NP-TV-XZ]{4}[- ][BCDFGHJ-NP-TV-XZ]{4}|_\w{8}",
    re.I,
)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)
# The words of a path or a name: joined by what no random token has so often.
_WORDS = re.compile(r"(?:[A-Za-z]+|\d{1,8})(?:[-_/=][A-Za-z]*\d{0,8}[A-Za-z]*)+")


def scrub(text: str) -> str:
    """The text with GONE in the place of what is secret or names a person's account."""
    for secret in _secrets():
        text = text.replace(secret, GONE)
    if not _SUSPECT.search(text):
        return text
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def scrub_all(value: object) -> object:
    """The same for all texts in dictionaries and lists, keys left as they are."""
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, dict):
        return {key: scrub_all(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [scrub_all(entry) for entry in value]
    return value


@lru_cache(maxsize=1)
def _secrets() -> tuple[str, ...]:
    """The site's own, longest first, so that none is left with its end showing."""
    from django.conf import settings

    return known_secrets(_secrets_of(settings))


def known_secrets(values: Iterable[object]) -> tuple[str, ...]:
    """Those that are long enough to be looked for, each once, longest first."""
    found = {str(value) for value in values if value and len(str(value)) >= _SHORTEST_SECRET}
    return tuple(sorted(found, key=len, reverse=True))


def _secrets_of(settings: object) -> list[object]:
    database = getattr(settings, "DATABASES", {}).get("default", {})
    names = [name for name in dir(settings) if name.isupper() and _is_secret(name)]
    values = [getattr(settings, name) for name in names]
    flat = [one for value in values for one in (value if isinstance(value, list) else [value])]
    return [database.get("PASSWORD"), *(one for one in flat if isinstance(one, str))]


def _is_secret(name: str) -> bool:
    words = set(name.split("_"))
    if name.startswith(("ACCOUNT_", "AUTH_", "CSRF_", "SESSION_", "OAUTH2_", "PASSWORD_")):
        return False
    return (
        bool(words & {"SECRET", "SECRETS", "TOKEN", "PASSWORD", "KEYS", "DSN"})
        or name == "SECRET_KEY"
    )


def _kept(word: str) -> str:
    return word if _UUID.fullmatch(word) or _WORDS.fullmatch(word) else GONE
