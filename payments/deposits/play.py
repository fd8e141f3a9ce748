"""Play money: money from nowhere, to try the site out. A public site refuses to start with it."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from payments.deposits.crediting import DepositRefused, begin_deposit, credit_deposit
from payments.deposits.models import Refund, Way
from payments.deposits.returning import note_refund
from payments.ledger.models import LedgerAccount
from payments.ledger.posting import KeyReused


class PlayMoneyRefused(Exception):
    """The site has no play money, or not so much at once."""


class PlayMoney:
    """The provider that prints it."""

    way = Way.PLAY
    page = "play_money"
    title = _("Play money")
    summary = _("Money from nowhere, to try the site out. Nobody is ever paid with it.")

    by_hand = False

    def is_offered(self) -> bool:
        """Never on a public site."""
        return settings.PLAY_MONEY

    def currencies(self) -> list[str]:
        """All."""
        return list(settings.CURRENCIES)

    def pay_back(self, refund: Refund) -> None:
        """It vanishes."""
        note_refund(refund, Refund.State.DONE, at=timezone.now())


def pay_in_play_money(
    *, subscriber: User, amount: int, currency: str, key: str, at: datetime
) -> LedgerAccount:
    """Put play money, in micros of a currency, into a wallet; the same key does it once.

    Raises PlayMoneyRefused where `settings.PLAY_MONEY` is off, or where `begin_deposit` refuses
    the amount or currency; KeyReused if the key was used with another amount.
    """
    if not settings.PLAY_MONEY:
        raise PlayMoneyRefused("this site has no play money")
    with transaction.atomic():
        try:
            deposit = begin_deposit(
                subscriber=subscriber,
                way=Way.PLAY,
                amount=amount,
                currency=currency,
                key=f"play:{subscriber.pk}:{key}",
                at=at,
            )
        except DepositRefused as refusal:
            raise PlayMoneyRefused(str(refusal)) from refusal
        # An arrived deposit has the amount of its provider: here, what was asked for.
        if deposit.amount != amount:
            raise KeyReused(f"the key {key} belongs to another deposit")
        credited = credit_deposit(deposit, amount=amount, about_at=at, at=at)
    credited.wallet.refresh_from_db()
    return credited.wallet
