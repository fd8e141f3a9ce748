"""The ways by which money goes out, a module each, and what every one of them must do.

A new way is a new module with an object of `PayoutWay`, named in `_WAYS` and in `models.Way`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from django.conf import settings

from payments.payouts.models import Way


class DetailsRefused(ValueError):
    """An account that nothing can be paid to; the message says what to mend."""


class WayClosed(Exception):
    """The site does not pay that way, or not in that currency."""


@dataclass(frozen=True)
class Payment:
    """One payment of a batch: an amount in micros, in whole minor units, to an account."""

    end_to_end_id: str
    holder: str
    number: str
    amount: int
    text: str


@dataclass(frozen=True)
class File:
    """What the operator takes to the bank."""

    name: str
    content_type: str
    content: bytes


class PayoutWay(Protocol):
    """What a way of paying out can do."""

    # The rail of the ledger's account `outside`.
    rail: str
    # Of the file: what its name ends in, and its type on the web.
    suffix: str
    content_type: str

    def pays(self, currency: str) -> bool:
        """Whether the site pays this way in a currency."""

    def check_account(self, holder: str, number: str) -> tuple[tuple[str, str], str]:
        """The account in its plain form, and a hint that may be shown.

        Raises DetailsRefused.
        """

    def build_file(
        self, message_id: str, payments: Sequence[Payment], *, currency: str, on: date
    ) -> bytes:
        """What the bank gets for a batch."""


def way_of(way: str) -> PayoutWay:
    """The way of that name. Raises WayClosed if the site has it not."""
    if way not in settings.PAYOUT_WAYS:
        raise WayClosed(f"this site does not pay by {way}")
    return _ways()[Way(way)]


def open_ways(currency: str) -> list[Way]:
    """The ways by which the site pays in a currency, as the settings order them."""
    return [Way(way) for way in settings.PAYOUT_WAYS if way_of(way).pays(currency)]


def _ways() -> dict[Way, PayoutWay]:
    from payments.payouts.ways.manual import ByHand
    from payments.payouts.ways.sepa import CreditTransfer

    return {Way.SEPA: CreditTransfer(), Way.MANUAL: ByHand()}
