"""Seals what must not be read from the database alone: account numbers, payment files, secrets.

Fernet of the `cryptography` package: AES-128 in CBC mode with HMAC-SHA256. The first of
`settings.SEAL_KEYS` seals, all of them open, so that a key is changed by putting a new one first.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class CannotOpen(Exception):
    """The text was sealed with a key that this site no longer has."""


def seal(content: bytes) -> bytes:
    """The content, readable only with the site's keys."""
    return _keys().encrypt(content)


def unseal(sealed: bytes) -> bytes:
    """What was sealed. Raises CannotOpen if none of the site's keys fits."""
    try:
        return _keys().decrypt(sealed)
    except InvalidToken as error:
        raise CannotOpen(
            "none of OBOLE_SEAL_KEYS opens this: add the key it was sealed with"
        ) from (error)


def fingerprint(text: str) -> bytes:
    """32 bytes that are the same for the same text on this site, and tell nothing else.

    Made with the last key, the oldest, so that a new key in front changes no fingerprint.
    """
    return hmac.digest(settings.SEAL_KEYS[-1].encode(), text.encode(), "sha256")


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(_fernet_key(secret)) for secret in settings.SEAL_KEYS])


def _fernet_key(secret: str) -> bytes:
    """The 32 bytes that Fernet wants, of a secret of any length."""
    return base64.urlsafe_b64encode(hashlib.sha256(b"obole seal\0" + secret.encode()).digest())
