"""Asking for a payout: what is free, and that nobody takes it twice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, connections

from accounts.models import User
from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.posting import Posting, earnings_of, post, wallet_of
from payments.payouts.details import NoDetails
from payments.payouts.holds import hold_payouts, lift_hold
from payments.payouts.models import Payout, PayoutDetails
from payments.payouts.payable import payable_of
from payments.payouts.requesting import (
    AmountRefused,
    CreatorSuspended,
    DetailsNotUsable,
    TooLate,
    cancel_payout,
    refuse_payout,
    request_payout,
)

MICRO = timedelta(microseconds=1)
RELEASED = datetime(2010, 10, 10, tzinfo=UTC)
EARNED = 36_000_000


def balances(owner: User) -> dict[str, int]:
    accounts = LedgerAccount.objects.filter(owner=owner).exclude(balance=0)
    return dict(accounts.values_list("kind", "balance"))


class TestPayable:
    def test_is_nothing_before_the_tenth(self, earnings: None, ben: User) -> None:
        (line,) = payable_of(ben, at=RELEASED - MICRO)

        assert (line.earned, line.free, line.later) == (EARNED, 0, EARNED)
        assert line.later_at == RELEASED

    def test_is_all_from_the_tenth_on(self, earnings: None, ben: User) -> None:
        (line,) = payable_of(ben, at=RELEASED)

        assert (line.earned, line.free, line.later) == (EARNED, EARNED, 0)

    def test_leaves_a_tip_of_the_running_month_out(
        self, earnings: None, ben: User, ada: User, pay_in: Callable[..., LedgerAccount]
    ) -> None:
        pay_in(ada, 50)
        posting = Posting(
            key="tip:1",
            kind=Transfer.Kind.TIP,
            debited=wallet_of(ada, "EUR"),
            credited=earnings_of(ben, "EUR"),
            amount=9_000_000,
            about_at=RELEASED - timedelta(days=8),
        )
        post([posting], posted_at=RELEASED)

        (line,) = payable_of(ben, at=RELEASED)

        assert (line.free, line.later) == (EARNED, 9_000_000)

    def test_rounds_the_largest_payout_to_cents(
        self, earnings: None, ben: User, ada: User, pay_in: Callable[..., LedgerAccount]
    ) -> None:
        pay_in(ada, 1)
        posting = Posting(
            key="tip:1",
            kind=Transfer.Kind.TIP,
            debited=wallet_of(ada, "EUR"),
            credited=earnings_of(ben, "EUR"),
            amount=9_999,
            about_at=RELEASED - timedelta(days=40),
        )
        post([posting], posted_at=RELEASED)

        (line,) = payable_of(ben, at=RELEASED)

        assert (line.free, line.most) == (EARNED + 9_999, EARNED)

    def test_leaves_out_what_is_held(self, earnings: None, ben: User, olga: User) -> None:
        hold = hold_payouts(
            owner=ben, why="a dispute", key="d:1", amount=30_000_000, currency="EUR", at=RELEASED
        )

        (line,) = payable_of(ben, at=RELEASED)
        assert (line.free, line.held) == (6_000_000, 30_000_000)

        lift_hold(hold_id=hold.pk, by=olga, at=RELEASED)
        (line,) = payable_of(ben, at=RELEASED)
        assert (line.free, line.held) == (EARNED, 0)

    def test_is_nothing_while_all_is_held(self, earnings: None, ben: User) -> None:
        hold_payouts(owner=ben, why="a ring", key="r:1", at=RELEASED)

        (line,) = payable_of(ben, at=RELEASED)

        assert (line.free, line.held) == (0, EARNED)

    def test_does_not_count_twice_what_was_reversed(self, earnings: None, ben: User) -> None:
        from payments.ledger.posting import mirror

        credit = Transfer.objects.get(kind="earning")
        mirror(credit, key="x", about_at=RELEASED, posted_at=RELEASED)

        (line,) = payable_of(ben, at=RELEASED - MICRO)

        assert (line.earned, line.later, line.free) == (0, 0, 0)


class TestRequestPayout:
    def test_moves_the_money_out_of_the_earnings(self, payout: Payout, ben: User) -> None:
        assert balances(ben) == {"earnings": 16_000_000, "payable": 20_000_000}
        assert payout.state == Payout.State.REQUESTED

    def test_is_one_payout_for_one_key(self, payout: Payout, ben: User) -> None:
        again = request_payout(owner=ben, amount=20_000_000, currency="EUR", key="a", at=RELEASED)

        assert again == payout
        assert balances(ben)["payable"] == 20_000_000

    def test_refuses_more_than_is_free(
        self, earnings: None, details: PayoutDetails, ben: User
    ) -> None:
        with pytest.raises(AmountRefused, match=r"36\.00 EUR can be paid out, not 36\.01"):
            request_payout(owner=ben, amount=36_010_000, currency="EUR", key="a", at=RELEASED)

        assert balances(ben) == {"earnings": EARNED}

    def test_refuses_on_the_ninth(self, earnings: None, details: PayoutDetails, ben: User) -> None:
        with pytest.raises(AmountRefused):
            request_payout(
                owner=ben, amount=20_000_000, currency="EUR", key="a", at=RELEASED - MICRO
            )

    @pytest.mark.parametrize("amount", [9_990_000, 10_000_001])
    def test_refuses_too_little_and_parts_of_a_cent(
        self, earnings: None, details: PayoutDetails, ben: User, amount: int
    ) -> None:
        with pytest.raises(AmountRefused):
            request_payout(owner=ben, amount=amount, currency="EUR", key="a", at=RELEASED)

    def test_refuses_without_an_account(self, earnings: None, ben: User) -> None:
        with pytest.raises(NoDetails):
            request_payout(owner=ben, amount=20_000_000, currency="EUR", key="a", at=RELEASED)

    def test_refuses_an_account_that_was_entered_just_now(
        self, earnings: None, details: PayoutDetails, ben: User
    ) -> None:
        with pytest.raises(DetailsNotUsable):
            request_payout(
                owner=ben,
                amount=20_000_000,
                currency="EUR",
                key="a",
                at=details.usable_at - MICRO,
            )

    def test_refuses_a_currency_that_the_way_does_not_pay(
        self, earnings: None, details: PayoutDetails, ben: User
    ) -> None:
        with pytest.raises(DetailsNotUsable):
            request_payout(owner=ben, amount=20_000_000, currency="USD", key="a", at=RELEASED)

    def test_refuses_the_suspended(self, earnings: None, details: PayoutDetails, ben: User) -> None:
        ben.suspended = True
        ben.save()

        with pytest.raises(CreatorSuspended):
            request_payout(owner=ben, amount=20_000_000, currency="EUR", key="a", at=RELEASED)


class TestCancelPayout:
    def test_makes_it_earnings_again(self, payout: Payout, ben: User) -> None:
        cancel_payout(owner=ben, payout_id=payout.pk, at=RELEASED)
        cancel_payout(owner=ben, payout_id=payout.pk, at=RELEASED)

        assert balances(ben) == {"earnings": EARNED}

    def test_is_nobody_elses(self, payout: Payout, eve: User) -> None:
        with pytest.raises(Payout.DoesNotExist):
            cancel_payout(owner=eve, payout_id=payout.pk, at=RELEASED)

    def test_is_too_late_once_approved(self, payout: Payout, approved: object, ben: User) -> None:
        with pytest.raises(TooLate):
            cancel_payout(owner=ben, payout_id=payout.pk, at=RELEASED)


class TestRefusePayout:
    def test_makes_it_earnings_again_and_says_why(
        self, payout: Payout, ben: User, olga: User
    ) -> None:
        refuse_payout(payout_id=payout.pk, by=olga, why="name differs", at=RELEASED)

        assert balances(ben) == {"earnings": EARNED}
        step = payout.steps.get(state="refused")
        assert (step.by, step.note) == (olga, "name differs")


class TestDatabase:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE payments_payout SET amount = amount + 10000",
            "UPDATE payments_payout SET state = 'paid'",
            "UPDATE payments_payout SET owner_id = owner_id + 1",
            "DELETE FROM payments_payout",
            "UPDATE payments_payoutstep SET note = 'x'",
            "DELETE FROM payments_payoutstep",
        ],
    )
    def test_refuses(self, payout: Payout, statement: str) -> None:
        with pytest.raises(IntegrityError), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_two_requests_never_take_what_is_not_released(
        self,
        earnings: None,
        details: PayoutDetails,
        ben: User,
        ada: User,
        pay_in: Callable[..., LedgerAccount],
    ) -> None:
        # A tip that is not released doubles the balance: only the lock stops the second request.
        pay_in(ada, 50)
        tip = Posting(
            key="tip:1",
            kind=Transfer.Kind.TIP,
            debited=wallet_of(ada, "EUR"),
            credited=earnings_of(ben, "EUR"),
            amount=40_000_000,
            about_at=RELEASED,
        )
        post([tip], posted_at=RELEASED)
        barrier = Barrier(4)

        def ask(number: int) -> bool:
            barrier.wait()
            try:
                request_payout(
                    owner=ben, amount=20_000_000, currency="EUR", key=str(number), at=RELEASED
                )
            except AmountRefused:
                return False
            else:
                return True
            finally:
                connections.close_all()

        with ThreadPoolExecutor(4) as pool:
            taken = list(pool.map(ask, range(4)))

        assert taken.count(True) == 1
        assert balances(ben) == {"earnings": 56_000_000, "payable": 20_000_000}
