"""Signed texts that allow one deed, once: the confirm form's token, the popup's code."""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from typing import NamedTuple, TypedDict

from django.core import signing
from django.core.cache import cache
from django.utils.crypto import constant_time_compare, salted_hmac

# A person needs longer than this to read a page; a held key and a double click do not.
TOO_YOUNG = timedelta(milliseconds=600)
CONFIRM_LIFE = timedelta(hours=12)
CODE_LIFE = timedelta(seconds=60)

_CONFIRM = "obole.confirm"
_CODE = "obole.connect"


class TokenRefused(Exception):
    """The token is forged, of another session or subject, used before, or too old."""


class TokenTooYoung(TokenRefused):
    """The form was sent before anybody could have read it."""


class _Confirm(NamedTuple):
    """It travels as a list, without these names: the window's page is to be small."""

    bound: str
    issued: int
    once: str


class _Code(TypedDict):
    subscriber: int
    site: int
    once: str


def confirm_token(*, session: str, subject: str, at: datetime) -> str:
    """A token for one confirm form: of one session, for one subject."""
    content = _Confirm(_bound(session, subject), _millis(at), secrets.token_urlsafe(9))
    return signing.Signer(salt=_CONFIRM).sign_object(content)


def spend_confirm_token(token: str, *, session: str, subject: str, at: datetime) -> None:
    """Spend the token with which a session confirms a subject.

    Raises TokenTooYoung, without spending it, before TOO_YOUNG has passed; TokenRefused if it is
    forged, of another session or subject, older than CONFIRM_LIFE, or spent.
    """
    try:
        content = _Confirm(*signing.Signer(salt=_CONFIRM).unsign_object(token))
    except signing.BadSignature as refusal:
        raise TokenRefused("forged") from refusal
    if not constant_time_compare(content.bound, _bound(session, subject)):
        raise TokenRefused("of another session or subject")
    age = _millis(at) - content.issued
    if age < TOO_YOUNG // timedelta(milliseconds=1):
        raise TokenTooYoung(f"{age} ms old")
    if age > CONFIRM_LIFE // timedelta(milliseconds=1):
        raise TokenRefused("too old")
    _spend(content.once, CONFIRM_LIFE)


def connect_code(*, subscriber: int, site: int) -> str:
    """A code that connects a subscriber with a site, in CODE_LIFE, once."""
    content = _Code(subscriber=subscriber, site=site, once=secrets.token_urlsafe(9))
    return signing.dumps(content, salt=_CODE)


def spend_connect_code(code: str) -> tuple[int, int]:
    """The subscriber and the site of a code. Raises TokenRefused if it is not good any more."""
    try:
        content: _Code = signing.loads(code, salt=_CODE, max_age=CODE_LIFE)
    except signing.BadSignature as refusal:
        raise TokenRefused("forged or too old") from refusal
    _spend(content["once"], CODE_LIFE)
    return content["subscriber"], content["site"]


def _spend(once: str, life: timedelta) -> None:
    """Of two at once, one gets through: Redis adds a key that is not there, atomically."""
    if not cache.add(f"spent:{once}", 1, timeout=int(life.total_seconds()) + 60):
        raise TokenRefused("used before")


def _bound(session: str, subject: str) -> str:
    """What binds a token to both: 72 bits, within a text that is signed anyway."""
    digest = salted_hmac(_CONFIRM, f"{session} {subject}", algorithm="sha256").digest()
    return urlsafe_b64encode(digest[:9]).decode()


def _millis(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
