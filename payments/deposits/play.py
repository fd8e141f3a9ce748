"""Play money: money from nowhere, to try the site out. A public site refuses to start with it."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from accounts.models import User
from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.posting import Posting, outside, post, wallet_of
from payments.money import MICROS

RAIL = "play"
MOST = 1000 * MICROS


class PlayMoneyRefused(Exception):
    """The site has no play money, or not so much at once."""


def pay_in_play_money(
    *, subscriber: User, amount: int, currency: str, key: str, at: datetime
) -> LedgerAccount:
    """Put play money, in micros of a currency, into a wallet; the same key does it once.

    Raises PlayMoneyRefused where `settings.PLAY_MONEY` is off, above MOST, or where the currency
    is not one of the site's; KeyReused if the key was used with another amount.
    """
    if not settings.PLAY_MONEY:
        raise PlayMoneyRefused("this site has no play money")
    if not 0 < amount <= MOST or currency not in settings.CURRENCIES:
        raise PlayMoneyRefused("choose an amount up to 1000 in a currency of this site")
    wallet = wallet_of(subscriber, currency)
    posting = Posting(
        key=f"play:{subscriber.pk}:{key}",
        kind=Transfer.Kind.DEPOSIT,
        debited=outside(RAIL, currency),
        credited=wallet,
        amount=amount,
        about_at=at,
    )
    post([posting], posted_at=at)
    wallet.refresh_from_db()
    return wallet
