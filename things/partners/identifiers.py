"""How somebody is named who may not be here yet: `email:<md5>` or `partner:<namespace>:<id>`.

Flattr's partner interface, https://github.com/flattr/developers.flattr.net, content/partner.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

NAME_LENGTH = 200

_EMAIL = re.compile(r"email:([0-9a-fA-F]{32})", re.ASCII)
_PARTNER = re.compile(r"partner:([a-z0-9](?:[a-z0-9_.-]{0,38}[a-z0-9])?):(\S+)", re.ASCII)


class NotAnIdentifier(ValueError):
    """The text names nobody in a way that is known here."""


@dataclass(frozen=True)
class Name:
    """An identifier in its one spelling. `namespace` is empty for an e-mail address."""

    text: str
    namespace: str = ""


def read_name(text: str) -> Name:
    """Read an identifier. Raises NotAnIdentifier for any other text, or a longer one."""
    asked = text.strip()
    if len(asked) > NAME_LENGTH or not asked.isprintable():
        raise NotAnIdentifier(f"“{asked[:60]}” is not an identifier")
    if found := _EMAIL.fullmatch(asked):
        return Name(f"email:{found[1].lower()}")
    if found := _PARTNER.fullmatch(asked):
        return Name(asked, namespace=found[1])
    raise NotAnIdentifier(
        f"“{asked[:60]}” is not an identifier: email:<md5> or partner:<namespace>:<id>"
    )


def name_of_address(address: str) -> str:
    """The identifier of an e-mail address. MD5 is Flattr's choice; it hides nothing for long."""
    plain = address.strip().lower().encode()
    return f"email:{hashlib.md5(plain, usedforsecurity=False).hexdigest()}"
