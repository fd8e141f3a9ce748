"""Budgets that are changed while clicks, withdrawals and a settlement want them; real connections.

Each race is run against the same rules of the ledger, and nobody may see an error that has no name.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from threading import Event
from typing import Any

import pytest
from at_once import at_once
from django.db import connection

from accounts.models import User
from payments.budgets import holding
from payments.budgets.holding import NoMeans, WalletShort
from payments.budgets.models import Budget, Plan
from payments.budgets.planning import pause_budget, resume_budget, set_budget, stop_budget
from payments.clicking.recording import NoSuchClick, record_click, take_back_click
from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.posting import NotEnough, Posting, outside, post, wallet_of
from payments.money import MICROS
from payments.settlement.audit import audit_ledger
from payments.settlement.closing import close_period
from payments.settlement.running import settle_period
from things.models import Click, Thing
from things.partitions import ensure_partition
from things.periods import Period

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
SEPTEMBER = Period(2010, 9)
PayIn = Callable[..., LedgerAccount]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def month(db: None) -> None:
    """Its table is there, so that the first click does not wait for it."""
    ensure_partition(SEPTEMBER)


def budget_of(user: User, euros: int) -> Plan:
    return set_budget(subscriber=user, amount=euros * MICROS, currency="EUR", at=NOON)


def click(user: User, thing: Thing) -> Any:
    return record_click(subscriber=user, thing=thing, at=NOON)


def withdraw(user: User, euros: int) -> None:
    """What a refund of the wallet posts."""
    posting = Posting(
        key=f"withdrawal:{user.pk}",
        kind=Transfer.Kind.PAID,
        debited=wallet_of(user, "EUR"),
        credited=outside("test", "EUR"),
        amount=euros * MICROS,
        about_at=NOON,
    )
    post([posting], posted_at=NOON)


def faults() -> list[str]:
    return [finding.check.name for finding in audit_ledger() if finding.count]


def unnamed(outcomes: list[Any], *named: type[Exception]) -> list[Exception]:
    """The errors that nobody foresaw: pages would show them as 500."""
    return [one for one in outcomes if isinstance(one, Exception) and not isinstance(one, named)]


def waits_or_ends(deed: Future[Any]) -> bool:
    """Wait until a deed waits for a lock of the database, or has ended. True if it waits."""
    while not deed.done():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)"
                " WHERE NOT granted AND datname = current_database()"
            )
            if cursor.fetchone()[0]:
                return True
    return False


class TestRaise:
    def test_counts_in_the_period_whose_first_click_is_on_its_way(
        self,
        ada: User,
        song: Thing,
        pay_in: PayIn,
        month: None,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        pay_in(ada, 10)
        budget_of(ada, 5)
        has_read, may_go_on = Event(), Event()
        opened = holding._opened

        def opened_later(*arguments: Any) -> Budget:
            has_read.set()
            assert may_go_on.wait(20)
            return opened(*arguments)

        monkeypatch.setattr(holding, "_opened", opened_later)
        with ThreadPoolExecutor(2) as threads:
            clicking = threads.submit(_closing(partial(click, ada, song)))
            assert has_read.wait(20)
            raising = threads.submit(_closing(partial(budget_of, ada, 8)))
            waited = waits_or_ends(raising)
            may_go_on.set()
            clicking.result(20), raising.result(20)

        assert waited
        assert Budget.objects.get().amount == 8 * MICROS
        assert faults() == []

    def test_and_first_click_at_once_end_with_the_higher_amount(
        self, ben: User, song: Thing, pay_in: PayIn, month: None
    ) -> None:
        for number in range(12):
            user = User.objects.create_user(f"ada{number}")
            pay_in(user, 10)
            budget_of(user, 5)

            outcomes = at_once(partial(click, user, song), partial(budget_of, user, 8))

            assert unnamed(outcomes) == []
            budget = Budget.objects.select_related("wallet").get(subscriber=user)
            assert (budget.amount, budget.wallet.held) == (8 * MICROS, 8 * MICROS)

    def test_and_withdrawal_do_not_spend_the_same_money(
        self, ada: User, song: Thing, pay_in: PayIn, month: None
    ) -> None:
        pay_in(ada, 8)
        budget_of(ada, 5)
        click(ada, song)

        outcomes = at_once(partial(budget_of, ada, 8), partial(withdraw, ada, 3))

        assert unnamed(outcomes, WalletShort, NotEnough) == []
        assert sum(isinstance(one, Exception) for one in outcomes) == 1
        assert faults() == []

    def test_and_settlement_agree_on_what_was_held(
        self, song: Thing, pay_in: PayIn, month: None
    ) -> None:
        close = partial(close_period, period=SEPTEMBER, at=NOON, fee_basis_points=1000, force=True)
        users = [User.objects.create_user(f"ada{number}") for number in range(4)]
        for user in users:
            pay_in(user, 10)
            budget_of(user, 5)
            click(user, song)

        outcomes = at_once(close, *(partial(budget_of, user, 8) for user in users))
        settle_period(period=SEPTEMBER, at=NOON, fee_basis_points=1000, force=True)

        assert unnamed(outcomes) == []
        assert {plan.amount for plan in Plan.objects.all()} == {8 * MICROS}
        assert {budget.amount for budget in Budget.objects.all()} <= {5 * MICROS, 8 * MICROS}
        assert faults() == []


class TestFirstClicks:
    def test_of_one_subscriber_hold_the_budget_once(
        self, ada: User, ben: User, pay_in: PayIn, month: None
    ) -> None:
        wallet = pay_in(ada, 7)
        budget_of(ada, 5)
        things = [Thing.objects.create(url=f"https://ben.example/{n}", owner=ben) for n in range(4)]

        outcomes = at_once(*(partial(click, ada, thing) for thing in things))

        wallet.refresh_from_db()
        assert unnamed(outcomes) == []
        assert (wallet.held, Click.objects.count()) == (5 * MICROS, 4)


class TestClickLoweringAndWithdrawal:
    def test_at_once_leave_no_click_without_money(
        self, song: Thing, pay_in: PayIn, month: None
    ) -> None:
        for number in range(8):
            user = User.objects.create_user(f"ada{number}")
            pay_in(user, 5)
            budget_of(user, 5)

            outcomes = at_once(
                partial(click, user, song), partial(budget_of, user, 3), partial(withdraw, user, 5)
            )

            assert unnamed(outcomes, WalletShort, NotEnough) == []
            wallet = wallet_of(user, "EUR")
            clicked = Click.objects.filter(subscriber=user).exists()
            assert wallet.held == (Budget.objects.get(subscriber=user).amount if clicked else 0)
            assert (wallet.balance == 0) is not clicked
        assert faults() == []


class TestEverythingAtOnce:
    def test_ends_without_a_deadlock_and_with_sound_books(
        self, ada: User, ben: User, song: Thing, pay_in: PayIn, month: None
    ) -> None:
        pay_in(ada, 9)
        budget_of(ada, 5)
        other = Thing.objects.create(url="https://ben.example/other", owner=ben)
        undo = partial(take_back_click, subscriber=ada, at=NOON)
        deeds: list[Callable[[], Any]] = [
            partial(click, ada, song),
            partial(click, ada, other),
            partial(undo, thing=song),
            partial(undo, thing=other),
            partial(budget_of, ada, 8),
            partial(budget_of, ada, 3),
            partial(pause_budget, subscriber=ada, at=NOON),
            partial(resume_budget, subscriber=ada, at=NOON),
            partial(stop_budget, subscriber=ada, at=NOON),
        ]

        for _ in range(6):
            outcomes = at_once(*deeds)

            assert unnamed(outcomes, NoMeans, NoSuchClick) == []
            assert faults() == []


def _closing(deed: Callable[[], Any]) -> Callable[[], Any]:
    def done() -> Any:
        try:
            return deed()
        finally:
            connection.close()

    return done
