"""The site's account, and people with references."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from camt_files import IBAN

from accounts.models import User
from payments.deposits.bank.references import reference_of
from payments.ledger.models import LedgerAccount


@pytest.fixture(autouse=True)
def _account(settings: Any) -> None:
    settings.BANK_IBAN = IBAN


@pytest.fixture
def reference(ada: User) -> str:
    """Ada's."""
    return reference_of(ada)


@pytest.fixture
def wallet() -> Callable[..., tuple[int, int, int]]:
    """Balance, held and owed of a user's wallet, all zero where there is none."""

    def stands(user: User, currency: str = "EUR") -> tuple[int, int, int]:
        account = LedgerAccount.objects.filter(owner=user, kind="wallet", currency=currency).first()
        return (account.balance, account.held, account.owed) if account else (0, 0, 0)

    return stands
