"""Setting what is given a month."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from accounts.models import User
from payments.budgets.holding import NoMeans
from payments.budgets.models import Budget, Plan
from payments.budgets.planning import BudgetRefused, set_budget
from payments.clicking.recording import record_click
from payments.ledger.models import LedgerAccount
from payments.money import MICROS
from payments.settlement.running import settle_period
from things.models import Thing
from things.periods import Period

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
SEPTEMBER = Period(2010, 9)
PayIn = Callable[..., LedgerAccount]


def budget_of(user: User, euros: int) -> None:
    set_budget(subscriber=user, amount=euros * MICROS, currency="EUR", at=NOON)


def held(wallet: LedgerAccount) -> int:
    wallet.refresh_from_db()
    return wallet.held // MICROS


class TestSetBudget:
    @pytest.mark.parametrize(
        ("amount", "currency", "message"),
        [
            (1_990_000, "EUR", "1.99 EUR a month is below the minimum of 2.00"),
            (2_000_001, "EUR", "not in whole cents"),
            (2_000_000, "XXX", "XXX is not a currency of this site, which has EUR, USD"),
            (10**18, "EUR", "too large"),
        ],
    )
    def test_refuses_what_is_no_budget(
        self, ada: User, amount: int, currency: str, message: str
    ) -> None:
        with pytest.raises(BudgetRefused, match=message):
            set_budget(subscriber=ada, amount=amount, currency=currency, at=NOON)

        assert not Plan.objects.exists()

    def test_raises_the_open_budget_at_once(self, ada: User, song: Thing, pay_in: PayIn) -> None:
        wallet = pay_in(ada, 10)
        budget_of(ada, 5)
        record_click(subscriber=ada, thing=song, at=NOON)

        budget_of(ada, 8)

        assert Budget.objects.get().amount == 8 * MICROS
        assert held(wallet) == 8

    def test_lowers_from_the_next_period_on(self, ada: User, song: Thing, pay_in: PayIn) -> None:
        wallet = pay_in(ada, 10)
        budget_of(ada, 5)
        record_click(subscriber=ada, thing=song, at=NOON)

        budget_of(ada, 3)

        october = datetime(2010, 10, 3, tzinfo=UTC)
        record_click(subscriber=ada, thing=song, at=october)
        assert [b.amount // MICROS for b in Budget.objects.order_by("period")] == [5, 3]
        assert held(wallet) == 8

    def test_refuses_a_raise_that_the_wallet_does_not_cover(
        self, ada: User, song: Thing, pay_in: PayIn
    ) -> None:
        wallet = pay_in(ada, 6)
        budget_of(ada, 5)
        record_click(subscriber=ada, thing=song, at=NOON)

        with pytest.raises(NoMeans, match="does not cover the raise"):
            budget_of(ada, 7)

        assert Plan.objects.get().amount == 5 * MICROS
        assert held(wallet) == 5

    def test_leaves_a_settled_budget_alone(self, ada: User, song: Thing, pay_in: PayIn) -> None:
        pay_in(ada, 10)
        budget_of(ada, 5)
        record_click(subscriber=ada, thing=song, at=NOON)
        settle_period(period=SEPTEMBER, at=NOON, fee_basis_points=1000, force=True)

        budget_of(ada, 8)

        assert Budget.objects.get().amount == 5 * MICROS
        assert Plan.objects.get().amount == 8 * MICROS
