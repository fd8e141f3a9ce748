"""People with a name and a part, things, and money in wallets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from accounts.models import User
from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.posting import Posting, outside, post, wallet_of
from payments.money import MICROS
from things.models import Thing

EARLY = datetime(2010, 9, 1, 8, tzinfo=UTC)


@pytest.fixture
def ada(db: None) -> User:
    """She subscribes."""
    return User.objects.create_user("ada")


@pytest.fixture
def ben(db: None) -> User:
    """He creates."""
    return User.objects.create_user("ben")


@pytest.fixture
def eve(db: None) -> User:
    """She may see nothing."""
    return User.objects.create_user("eve")


@pytest.fixture
def song(ben: User) -> Thing:
    """A thing of Ben's."""
    return Thing.objects.create(url="https://ben.example/song", owner=ben, title="A song")


@pytest.fixture
def pay_in() -> Callable[..., LedgerAccount]:
    """Put euros, or micros of a currency, into a user's wallet."""

    def pay(user: User, euros: int = 0, *, micros: int = 0, currency: str = "EUR") -> LedgerAccount:
        wallet = wallet_of(user, currency)
        count = Transfer.objects.count()
        posting = Posting(
            key=f"test:{count}",
            kind=Transfer.Kind.DEPOSIT,
            debited=outside("test", currency),
            credited=wallet,
            amount=micros or euros * MICROS,
            about_at=EARLY,
        )
        post([posting], posted_at=EARLY)
        wallet.refresh_from_db()
        return wallet

    return pay
