"""What holds now, and what from when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.models import User
from payments.budgets.outlook import Outlook, counting_period, missing_for, outlook_of
from payments.budgets.planning import pause_budget, set_budget, stop_budget
from payments.clicking.recording import record_click
from payments.ledger.models import LedgerAccount
from payments.money import MICROS
from things.models import Thing
from things.partitions import ensure_partition, seal_partition
from things.periods import Period

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
SEPTEMBER, OCTOBER = Period(2010, 9), Period(2010, 10)
PayIn = Callable[..., LedgerAccount]


def budget_of(user: User, euros: int, currency: str = "EUR") -> None:
    set_budget(subscriber=user, amount=euros * MICROS, currency=currency, at=NOON)


def said(outlook: Outlook) -> tuple[str | None, str | None, bool]:
    """What holds now, what from the next period on, and whether that is something else."""
    sums = [one and f"{one.amount // MICROS} {one.currency}" for one in (outlook.now, outlook.next)]
    return sums[0], sums[1], outlook.changes


@pytest.fixture
def clicked(ada: User, song: Thing, pay_in: PayIn) -> None:
    """Ada gives 5 this month."""
    pay_in(ada, 10)
    budget_of(ada, 5)
    record_click(subscriber=ada, thing=song, at=NOON)


class TestOutlookOf:
    def test_is_empty_without_a_budget(self, ada: User) -> None:
        assert said(outlook_of(ada, at=NOON)) == (None, None, False)

    def test_is_the_plan_until_a_click_holds_it(self, ada: User) -> None:
        budget_of(ada, 5)
        budget_of(ada, 3)

        assert said(outlook_of(ada, at=NOON)) == ("3 EUR", "3 EUR", False)

    @pytest.mark.parametrize(
        ("deed", "now", "later"),
        [
            (lambda ada: budget_of(ada, 8), "8 EUR", "8 EUR"),
            (lambda ada: budget_of(ada, 3), "5 EUR", "3 EUR"),
            (lambda ada: budget_of(ada, 50, "SEK"), "5 EUR", "50 SEK"),
            (lambda ada: pause_budget(subscriber=ada, at=NOON), "5 EUR", None),
            (lambda ada: stop_budget(subscriber=ada, at=NOON), "5 EUR", None),
        ],
    )
    def test_says_what_holds_now_and_what_next(
        self, ada: User, clicked: None, deed: Callable[[User], Any], now: str, later: str | None
    ) -> None:
        deed(ada)

        assert said(outlook_of(ada, at=NOON)) == (now, later, now != later)

    def test_takes_three_queries(
        self, ada: User, clicked: None, django_assert_num_queries: Any
    ) -> None:
        with django_assert_num_queries(3):
            outlook_of(ada, at=NOON)


class TestCountingPeriod:
    def test_is_the_next_once_the_settlement_has_begun(self, db: None) -> None:
        ensure_partition(SEPTEMBER)
        before = counting_period(NOON)
        seal_partition(SEPTEMBER)

        assert (before, counting_period(NOON)) == (SEPTEMBER, OCTOBER)


class TestMissingFor:
    def test_is_what_the_first_click_would_want(self, ada: User, pay_in: PayIn) -> None:
        budget_of(ada, 5)
        missing = [missing_for(outlook_of(ada, at=NOON))]
        for _ in range(2):
            pay_in(ada, 3)
            missing.append(missing_for(outlook_of(ada, at=NOON)))

        assert missing == [5 * MICROS, 2 * MICROS, 0]

    def test_is_nothing_once_it_is_held(self, ada: User, clicked: None) -> None:
        budget_of(ada, 3)

        assert missing_for(outlook_of(ada, at=NOON)) == 0
