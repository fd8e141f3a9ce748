"""People with a name and a part, things, and money in wallets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from accounts.models import User
from payments.budgets.planning import set_budget
from payments.clicking.recording import record_click
from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.posting import Posting, outside, post, wallet_of
from payments.money import MICROS
from payments.settlement.models import Settlement
from payments.settlement.running import settle_period
from things.models import Thing
from things.periods import Period

EARLY = datetime(2010, 9, 1, 8, tzinfo=UTC)
NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
SEPTEMBER = Period(2010, 9)


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


@pytest.fixture
def olga(db: None) -> User:
    """She operates."""
    return User.objects.create_superuser("olga")


@pytest.fixture
def give(pay_in: Callable[..., LedgerAccount]) -> Callable[..., None]:
    """Let a subscriber give so many euros to things, by a click on each in September 2010."""

    def clicks(subscriber: User, *things: Thing, euros: int = 5, currency: str = "EUR") -> None:
        pay_in(subscriber, euros, currency=currency)
        set_budget(subscriber=subscriber, amount=euros * MICROS, currency=currency, at=NOON)
        for thing in things:
            record_click(subscriber=subscriber, thing=thing, at=NOON)

    return clicks


@pytest.fixture
def settle() -> Callable[..., Settlement]:
    """Settle September 2010, or another period, with a fee of 10 %."""

    def run(period: Period = SEPTEMBER) -> Settlement:
        return settle_period(period=period, at=period.ends_at, fee_basis_points=1000)

    return run
