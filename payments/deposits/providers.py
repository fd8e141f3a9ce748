"""The ways by which this site takes money in: one interface, a provider a file.

Settings choose them: a provider that is not set up is not offered. Pages, commands and tasks ask
here and know none by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from django.conf import settings

from payments.deposits.models import Refund, Way

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class PayBackRefused(Exception):
    """The provider will not pay a refund out; the message is for the subscriber to read."""


class Provider(Protocol):
    """How money comes in by one way, and goes back."""

    @property
    def way(self) -> Way:
        """The rail in the ledger."""

    @property
    def page(self) -> str:
        """The name of the address where one pays in."""

    @property
    def title(self) -> StrOrPromise:
        """What people call it."""

    @property
    def summary(self) -> StrOrPromise:
        """How long it takes and what one needs, in a sentence or two."""

    @property
    def by_hand(self) -> bool:
        """Whether an operator pays refunds out, and not the provider."""

    def is_offered(self) -> bool:
        """Whether the site is set up for it."""

    def currencies(self) -> list[str]:
        """The site's currencies in which it takes money."""

    def pay_back(self, refund: Refund) -> None:
        """Have a refund paid out, and note how far it came; safe to call again.

        Leave it as it is where people have to do it. Raises PayBackRefused where it cannot be
        done; anything else is tried again later.
        """


def providers() -> list[Provider]:
    """All that there are, in the order in which pages offer them."""
    from payments.deposits.bank.transfer import BankTransfer
    from payments.deposits.play import PlayMoney
    from payments.deposits.stripe.cards import Cards

    return [Cards(), BankTransfer(), PlayMoney()]


def offered() -> list[Provider]:
    """Those that this site is set up for."""
    return [provider for provider in providers() if provider.is_offered()]


def taking_money() -> list[Provider]:
    """Those by which one can pay in now: none where the site winds down."""
    return offered() if settings.DEPOSITS else []


def provider_of(way: Way) -> Provider:
    """The provider of a way, offered or not: what came in by it may still go back."""
    return next(provider for provider in providers() if provider.way == way)
