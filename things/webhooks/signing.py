"""Signing messages as Standard Webhooks has it, so that partners can check them with any library.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md: the
signature is `v1,` and the Base64 of the HMAC-SHA256 of `id.timestamp.body`. Several stand between
blanks, one for each secret that is good.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from collections.abc import Sequence

PREFIX = "whsec_"
# The specification asks for 24 to 64.
SECRET_BYTES = 32


class NotASecret(ValueError):
    """The text is no secret for webhooks."""


def new_secret() -> str:
    """A secret, written as libraries read it: `whsec_` and Base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def sign(*, uid: str, timestamp: int, body: bytes, signers: Sequence[str]) -> dict[str, str]:
    """The three headers of a message. `timestamp` in unix seconds. Raises NotASecret."""
    signed = b".".join([uid.encode(), str(timestamp).encode(), body])
    signatures = [hmac.digest(_key(secret), signed, "sha256") for secret in signers]
    return {
        "webhook-id": uid,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(
            f"v1,{base64.b64encode(signature).decode()}" for signature in signatures
        ),
    }


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as refusal:
        raise NotASecret("a secret is whsec_ and Base64") from refusal
