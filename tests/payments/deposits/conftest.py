"""Deposits that were begun, and that arrived."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count

import pytest

from accounts.models import User
from payments.deposits.crediting import begin_deposit, credit_deposit
from payments.deposits.models import Deposit, Way
from payments.ledger.models import LedgerAccount
from payments.money import MICROS

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)


@pytest.fixture
def begin() -> Callable[..., Deposit]:
    """Begin a deposit of so many euros."""
    numbers = count(1)

    def begun(user: User, euros: int = 10, way: Way = Way.CARD, currency: str = "EUR") -> Deposit:
        return begin_deposit(
            subscriber=user,
            way=way,
            amount=euros * MICROS,
            currency=currency,
            key=f"test:{next(numbers)}",
            at=NOON,
        )

    return begun


@pytest.fixture
def deposit(begin: Callable[..., Deposit]) -> Callable[..., Deposit]:
    """The same, and let it arrive."""

    def arrived(user: User, euros: int = 10, **more: object) -> Deposit:
        begun = begin(user, euros, **more)
        return credit_deposit(begun, amount=euros * MICROS, about_at=NOON, at=NOON)

    return arrived


@pytest.fixture
def wallet() -> Callable[..., tuple[int, int, int]]:
    """Balance, held and owed of a user's wallet."""

    def stands(user: User, currency: str = "EUR") -> tuple[int, int, int]:
        account = LedgerAccount.objects.get(owner=user, kind="wallet", currency=currency)
        return account.balance, account.held, account.owed

    return stands
