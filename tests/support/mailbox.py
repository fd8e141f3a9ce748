"""What came by mail, read as people read it."""

from __future__ import annotations

import re

from django.core import mail
from django.utils import timezone

from accounts.mail.sending import send_due

_CODE = re.compile(r"\b[BCDFGHJ-NP-TV-XZ]{4}-[BCDFGHJ-NP-TV-XZ]{4}\b")


def code_sent_to(address: str) -> str:
    """The code in the latest mail to an address."""
    [code] = set(_CODE.findall(letters_to(address)[-1]))
    return code


def subjects_sent_to(address: str) -> list[str]:
    """The subjects of all mails to an address, in the order of their sending."""
    _send()
    return [letter.subject for letter in mail.outbox if letter.to == [address]]


def letters_to(address: str) -> list[str]:
    """The texts of all mails to an address, in the order of their sending."""
    _send()
    return [str(letter.body) for letter in mail.outbox if letter.to == [address]]


def _send() -> None:
    """What a worker does."""
    while send_due(at=timezone.now()):
        pass
