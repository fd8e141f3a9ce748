"""A month end with subscribers whose payment was taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import pytest
from at_once import at_once

from accounts.models import User
from payments.budgets.models import Budget
from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.posting import correction, earnings_of, outside, post, wallet_of
from payments.money import MICROS
from payments.settlement.audit import audit_ledger
from payments.settlement.closing import close_period
from payments.settlement.models import Settlement
from things.models import Thing
from things.periods import Period

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
SEPTEMBER = Period(2010, 9)

Give = Callable[..., None]
PayIn = Callable[..., LedgerAccount]
Settle = Callable[..., Settlement]


def charge_back(subscriber: User, euros: int) -> None:
    deposit = Transfer.objects.get(kind="deposit", credited=wallet_of(subscriber, "EUR"))
    taken = correction(
        deposit,
        key="chargeback:1",
        amount=euros * MICROS,
        kind=Transfer.Kind.CHARGEBACK,
        about_at=NOON,
    )
    post([taken], posted_at=NOON)


def wallet(subscriber: User) -> tuple[int, int, int]:
    account = wallet_of(subscriber, "EUR")
    return account.balance, account.held, account.owed


class TestSettlePeriod:
    def test_gives_nothing_out_of_a_wallet_in_debt(
        self, ada: User, eve: User, ben: User, song: Thing, give: Give, settle: Settle
    ) -> None:
        give(ada, song)
        give(eve, song)
        charge_back(eve, 5)

        settle()

        assert wallet(eve) == (0, 0, 0)
        assert Budget.objects.get(subscriber=eve).given == 0
        assert earnings_of(ben, "EUR").balance == 4_500_000
        assert [f.check.name for f in audit_ledger(thorough=True) if f.count] == []

    def test_gives_out_of_a_wallet_that_paid_its_debt(
        self, ada: User, ben: User, song: Thing, give: Give, pay_in: PayIn, settle: Settle
    ) -> None:
        give(ada, song)
        charge_back(ada, 5)
        pay_in(ada, 5)

        settle()

        assert wallet(ada) == (0, 0, 0)
        assert earnings_of(ben, "EUR").balance == 4_500_000

    def test_leaves_the_debt_of_a_month_that_was_given_before(
        self, ada: User, ben: User, song: Thing, give: Give, settle: Settle
    ) -> None:
        give(ada, song)
        settle()

        charge_back(ada, 5)

        assert wallet(ada) == (-5 * MICROS, 0, 5 * MICROS)
        assert earnings_of(ben, "EUR").balance == 4_500_000
        assert outside("test", "EUR").balance == 0

    def test_gives_what_was_charged_back_after_the_month_was_closed(
        self, ada: User, ben: User, song: Thing, give: Give, settle: Settle
    ) -> None:
        give(ada, song)
        close_period(period=SEPTEMBER, at=SEPTEMBER.ends_at, fee_basis_points=1000)
        charge_back(ada, 5)

        settle()

        assert wallet(ada) == (-5 * MICROS, 0, 5 * MICROS)
        assert earnings_of(ben, "EUR").balance == 4_500_000
        assert [f.check.name for f in audit_ledger(thorough=True) if f.count] == []


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_a_chargeback_and_a_deposit_during_the_settlement(
        self, ada: User, ben: User, song: Thing, give: Give, pay_in: PayIn, settle: Settle
    ) -> None:
        give(ada, song)

        outcomes = at_once(settle, partial(charge_back, ada, 5), partial(pay_in, ada, 7))

        assert not any(isinstance(outcome, Exception) for outcome in outcomes), outcomes
        given = Budget.objects.get(subscriber=ada).given
        assert given in (0, 5 * MICROS)
        assert wallet(ada) == (7 * MICROS - given, 0, 0)
        assert [f.check.name for f in audit_ledger(thorough=True) if f.count] == []
