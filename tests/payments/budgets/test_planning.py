"""Setting what is given a month."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import User
from payments.budgets.holding import NoPlan, PlanPaused, WalletShort
from payments.budgets.models import Budget, Plan
from payments.budgets.outlook import outlook_of
from payments.budgets.planning import (
    BudgetRefused,
    pause_budget,
    resume_budget,
    set_budget,
    stop_budget,
)
from payments.clicking.recording import record_click, take_back_click
from payments.ledger.models import LedgerAccount
from payments.ledger.posting import wallet_of
from payments.money import MICROS
from payments.settlement.audit import audit_ledger
from payments.settlement.closing import close_period
from payments.settlement.running import settle_period
from things.models import Thing
from things.periods import Period

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
OCTOBER = datetime(2010, 10, 3, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SEPTEMBER = Period(2010, 9)
PayIn = Callable[..., LedgerAccount]


def budget_of(user: User, euros: int) -> None:
    set_budget(subscriber=user, amount=euros * MICROS, currency="EUR", at=NOON)


def faults() -> list[str]:
    return [finding.check.name for finding in audit_ledger() if finding.count]


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

        record_click(subscriber=ada, thing=song, at=OCTOBER)
        assert [b.amount // MICROS for b in Budget.objects.order_by("period")] == [5, 3]
        assert held(wallet) == 8

    @pytest.mark.parametrize("currency", ["EUR", "SEK"])
    def test_counts_at_once_while_nothing_is_held(
        self, ada: User, song: Thing, pay_in: PayIn, currency: str
    ) -> None:
        pay_in(ada, 10)
        pay_in(ada, 10, currency="SEK")
        budget_of(ada, 5)
        record_click(subscriber=ada, thing=song, at=NOON)
        take_back_click(subscriber=ada, thing=song, at=NOON)

        set_budget(subscriber=ada, amount=3 * MICROS, currency=currency, at=NOON)
        record_click(subscriber=ada, thing=song, at=NOON)

        budget = Budget.objects.get()
        assert (budget.amount, budget.currency) == (3 * MICROS, currency)
        assert budget.wallet == wallet_of(ada, currency)
        assert held(budget.wallet) == 3
        assert faults() == []

    def test_changes_the_currency_from_the_next_period_on(
        self, ada: User, song: Thing, pay_in: PayIn
    ) -> None:
        euros, crowns = pay_in(ada, 10), pay_in(ada, 80, currency="SEK")
        budget_of(ada, 5)
        record_click(subscriber=ada, thing=song, at=NOON)

        set_budget(subscriber=ada, amount=50 * MICROS, currency="SEK", at=NOON)

        assert (held(euros), held(crowns)) == (5, 0)
        record_click(subscriber=ada, thing=song, at=OCTOBER)
        assert (held(euros), held(crowns)) == (5, 50)

    def test_takes_a_lowering_back_before_it_counts(
        self, ada: User, song: Thing, pay_in: PayIn
    ) -> None:
        wallet = pay_in(ada, 10)
        budget_of(ada, 5)
        record_click(subscriber=ada, thing=song, at=NOON)
        budget_of(ada, 3)

        budget_of(ada, 5)

        assert (Budget.objects.get().amount, held(wallet)) == (5 * MICROS, 5)
        assert not outlook_of(ada, at=NOON).changes

    def test_refuses_a_raise_that_the_wallet_does_not_cover(
        self, ada: User, song: Thing, pay_in: PayIn
    ) -> None:
        wallet = pay_in(ada, 6)
        budget_of(ada, 5)
        record_click(subscriber=ada, thing=song, at=NOON)

        with pytest.raises(WalletShort, match=r"2\.00 EUR wanted, 1\.00 free") as refused:
            budget_of(ada, 7)

        assert (refused.value.missing, refused.value.currency) == (1 * MICROS, "EUR")
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

    def test_raises_the_next_period_once_the_settlement_has_begun(
        self, ada: User, song: Thing, pay_in: PayIn
    ) -> None:
        wallet = pay_in(ada, 20)
        budget_of(ada, 5)
        record_click(subscriber=ada, thing=song, at=NOON)
        close_period(period=SEPTEMBER, at=NOON, fee_basis_points=1000, force=True)
        record_click(subscriber=ada, thing=song, at=NOON)

        budget_of(ada, 8)

        amounts = Budget.objects.order_by("period").values_list("amount", flat=True)
        assert [amount // MICROS for amount in amounts] == [5, 8]
        assert held(wallet) == 13

    def test_raises_the_month_of_the_request_at_midnight(
        self, ada: User, song: Thing, pay_in: PayIn
    ) -> None:
        pay_in(ada, 20)
        last = datetime(2010, 9, 30, 23, 59, 59, tzinfo=UTC)
        set_budget(subscriber=ada, amount=5 * MICROS, currency="EUR", at=last)
        record_click(subscriber=ada, thing=song, at=last)

        set_budget(subscriber=ada, amount=8 * MICROS, currency="EUR", at=last)
        set_budget(subscriber=ada, amount=9 * MICROS, currency="EUR", at=last + SECOND)

        assert Budget.objects.get().amount == 8 * MICROS
        assert Plan.objects.get().amount == 9 * MICROS


class TestPauseBudget:
    def test_counts_from_the_next_period_on_and_ends_with_the_next_budget(
        self, ada: User, ben: User, song: Thing, pay_in: PayIn
    ) -> None:
        pay_in(ada, 20)
        other = Thing.objects.create(url="https://ben.example/other", owner=ben)
        budget_of(ada, 5)
        record_click(subscriber=ada, thing=song, at=NOON)

        pause_budget(subscriber=ada, at=NOON)

        record_click(subscriber=ada, thing=other, at=NOON)
        with pytest.raises(PlanPaused):
            record_click(subscriber=ada, thing=song, at=OCTOBER)
        budget_of(ada, 5)
        record_click(subscriber=ada, thing=song, at=OCTOBER)

    def test_counts_at_once_while_nothing_is_held(
        self, ada: User, song: Thing, pay_in: PayIn
    ) -> None:
        pay_in(ada, 10)
        budget_of(ada, 5)
        record_click(subscriber=ada, thing=song, at=NOON)
        take_back_click(subscriber=ada, thing=song, at=NOON)

        pause_budget(subscriber=ada, at=NOON)

        with pytest.raises(PlanPaused):
            record_click(subscriber=ada, thing=song, at=NOON)

    def test_is_gone_on_with(self, ada: User, song: Thing, pay_in: PayIn) -> None:
        pay_in(ada, 10)
        budget_of(ada, 5)
        pause_budget(subscriber=ada, at=NOON)

        resume_budget(subscriber=ada, at=NOON)

        record_click(subscriber=ada, thing=song, at=NOON)

    def test_refuses_where_there_is_none(self, ada: User) -> None:
        for deed in (pause_budget, resume_budget, stop_budget):
            with pytest.raises(NoPlan):
                deed(subscriber=ada, at=NOON)


class TestStopBudget:
    def test_counts_from_the_next_period_on(self, ada: User, song: Thing, pay_in: PayIn) -> None:
        wallet = pay_in(ada, 20)
        budget_of(ada, 5)
        record_click(subscriber=ada, thing=song, at=NOON)

        stop_budget(subscriber=ada, at=NOON)

        assert held(wallet) == 5
        with pytest.raises(NoPlan):
            record_click(subscriber=ada, thing=song, at=OCTOBER)

    def test_is_not_gone_on_with_as_a_pause_is(self, ada: User) -> None:
        budget_of(ada, 5)
        stop_budget(subscriber=ada, at=NOON)

        with pytest.raises(NoPlan):
            resume_budget(subscriber=ada, at=NOON)
        budget_of(ada, 5)

        assert Plan.objects.get().gives
