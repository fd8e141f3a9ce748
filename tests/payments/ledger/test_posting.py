"""The deeds of the ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest
from at_once import at_once
from django.db import IntegrityError

from accounts.models import User
from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.posting import (
    AlreadyCorrected,
    KeyReused,
    NotEnough,
    Posting,
    correction,
    earnings_of,
    hold,
    mirror,
    outside,
    post,
    release,
    wallet_of,
)

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
PayIn = Callable[..., LedgerAccount]
DEPOSIT = Transfer.Kind.DEPOSIT


def tip(giver: User, taker: User, amount: int, key: str = "tip:1") -> Posting:
    return Posting(
        key=key,
        kind=Transfer.Kind.TIP,
        debited=wallet_of(giver, "EUR"),
        credited=earnings_of(taker, "EUR"),
        amount=amount,
        about_at=NOON,
    )


def balance(account: LedgerAccount) -> tuple[int, int]:
    account.refresh_from_db()
    return account.balance, account.held


class TestPost:
    def test_moves_the_amount_from_one_account_to_the_other(
        self, ada: User, ben: User, pay_in: PayIn
    ) -> None:
        wallet = pay_in(ada, 5)

        post([tip(ada, ben, 1_250_000)], posted_at=NOON)

        assert balance(wallet) == (3_750_000, 0)
        assert balance(earnings_of(ben, "EUR")) == (1_250_000, 0)
        assert balance(outside("test", "EUR")) == (-5_000_000, 0)

    def test_changes_nothing_when_it_is_repeated(self, ada: User, ben: User, pay_in: PayIn) -> None:
        wallet = pay_in(ada, 5)
        [first] = post([tip(ada, ben, 1_250_000)], posted_at=NOON)

        [second] = post([tip(ada, ben, 1_250_000)], posted_at=NOON)

        assert second == first
        assert balance(wallet) == (3_750_000, 0)

    def test_refuses_a_used_key_with_another_amount(
        self, ada: User, ben: User, pay_in: PayIn
    ) -> None:
        wallet = pay_in(ada, 5)
        post([tip(ada, ben, 1_250_000)], posted_at=NOON)

        with pytest.raises(KeyReused, match="tip:1"):
            post([tip(ada, ben, 1_250_001)], posted_at=NOON)

        assert balance(wallet) == (3_750_000, 0)

    def test_refuses_what_the_wallet_does_not_have(
        self, ada: User, ben: User, pay_in: PayIn
    ) -> None:
        wallet = pay_in(ada, 5)

        with pytest.raises(NotEnough):
            post([tip(ada, ben, 5_000_001)], posted_at=NOON)

        assert balance(wallet) == (5_000_000, 0)

    def test_posts_all_or_none(self, ada: User, ben: User, pay_in: PayIn) -> None:
        wallet = pay_in(ada, 5)

        with pytest.raises(NotEnough):
            post([tip(ada, ben, 3_000_000, "a"), tip(ada, ben, 3_000_000, "b")], posted_at=NOON)

        assert balance(wallet) == (5_000_000, 0)
        assert not Transfer.objects.filter(key="a").exists()

    def test_does_not_spend_what_is_held(self, ada: User, ben: User, pay_in: PayIn) -> None:
        wallet = pay_in(ada, 5)
        hold(wallet, 4_000_000)

        with pytest.raises(NotEnough):
            post([tip(ada, ben, 1_000_001)], posted_at=NOON)

        assert balance(wallet) == (5_000_000, 4_000_000)

    def test_ends_a_hold_with_the_transfer(self, ada: User, ben: User, pay_in: PayIn) -> None:
        wallet = pay_in(ada, 5)
        hold(wallet, 5_000_000)

        post([replace(tip(ada, ben, 4_999_999), released=5_000_000)], posted_at=NOON)

        assert balance(wallet) == (1, 0)


class TestMirror:
    def test_moves_the_amount_back_and_names_the_original(
        self, ada: User, ben: User, pay_in: PayIn
    ) -> None:
        wallet = pay_in(ada, 5)
        [original] = post([tip(ada, ben, 1_250_000)], posted_at=NOON)

        correction = mirror(original, key="mirror:1", about_at=NOON, posted_at=NOON)

        assert correction.mirrors == original
        assert balance(wallet) == (5_000_000, 0)
        assert balance(earnings_of(ben, "EUR")) == (0, 0)

    def test_takes_a_part_back_and_later_another(self, ada: User, pay_in: PayIn) -> None:
        wallet = pay_in(ada, 5)
        deposit = Transfer.objects.get()

        mirror(deposit, key="mirror:1", amount=2_000_000, about_at=NOON, posted_at=NOON)
        mirror(deposit, key="mirror:2", amount=2_500_000, about_at=NOON, posted_at=NOON)

        assert balance(wallet) == (500_000, 0)
        assert Transfer.objects.remaining()[deposit.pk] == 500_000

    def test_takes_no_more_back_than_was_transferred(
        self, ada: User, ben: User, pay_in: PayIn
    ) -> None:
        wallet = pay_in(ada, 5)
        post([tip(ada, ben, 1_000_000, "another")], posted_at=NOON)
        [original] = post([tip(ada, ben, 1_250_000)], posted_at=NOON)
        mirror(original, key="mirror:1", amount=250_001, about_at=NOON, posted_at=NOON)

        with pytest.raises(AlreadyCorrected):
            mirror(original, key="mirror:2", amount=1_000_000, about_at=NOON, posted_at=NOON)

        assert balance(wallet) == (3_000_001, 0)

    def test_takes_no_more_back_in_one_call_either(
        self, ada: User, ben: User, pay_in: PayIn
    ) -> None:
        pay_in(ada, 5)
        post([tip(ada, ben, 1_000_000, "another")], posted_at=NOON)
        [original] = post([tip(ada, ben, 1_000_000)], posted_at=NOON)
        halves = [
            correction(original, key=f"mirror:{n}", amount=500_001, about_at=NOON) for n in (1, 2)
        ]

        with pytest.raises(AlreadyCorrected):
            post(halves, posted_at=NOON)

    def test_can_be_undone_and_then_does_not_count(self, ada: User, pay_in: PayIn) -> None:
        wallet = pay_in(ada, 5)
        deposit = Transfer.objects.get()
        refund = mirror(deposit, key="mirror:1", amount=3_000_000, about_at=NOON, posted_at=NOON)
        mirror(refund, key="undone:1", amount=1_000_000, about_at=NOON, posted_at=NOON)

        mirror(deposit, key="mirror:2", amount=3_000_000, about_at=NOON, posted_at=NOON)

        assert balance(wallet) == (0, 0)
        remaining = Transfer.objects.order_by("pk").remaining()
        assert list(remaining.values()) == [0, 2_000_000, 1_000_000, 3_000_000]

    def test_is_final_where_it_undoes_a_correction(self, ada: User, pay_in: PayIn) -> None:
        pay_in(ada, 5)
        refund = mirror(Transfer.objects.get(), key="mirror:1", about_at=NOON, posted_at=NOON)
        undone = mirror(refund, key="undone:1", about_at=NOON, posted_at=NOON)

        with pytest.raises(IntegrityError, match="does not go back the way"):
            mirror(undone, key="mirror:2", about_at=NOON, posted_at=NOON)

    def test_changes_nothing_when_a_part_is_repeated(self, ada: User, pay_in: PayIn) -> None:
        wallet = pay_in(ada, 5)
        deposit = Transfer.objects.get()

        for _ in range(2):
            mirror(deposit, key="mirror:1", amount=3_000_000, about_at=NOON, posted_at=NOON)

        assert balance(wallet) == (2_000_000, 0)

    def test_is_refused_where_the_money_is_held(self, ada: User, pay_in: PayIn) -> None:
        wallet = pay_in(ada, 5)
        hold(wallet, 4_000_000)

        with pytest.raises(NotEnough):
            mirror(Transfer.objects.get(), key="mirror:1", about_at=NOON, posted_at=NOON)

        assert balance(wallet) == (5_000_000, 4_000_000)


@pytest.mark.django_db(transaction=True)
class TestTwoCorrectionsAtOnce:
    def test_are_at_most_the_amount_together(self, ada: User, pay_in: PayIn) -> None:
        wallet = pay_in(ada, 10)
        pay_in(ada, 10)
        deposit = Transfer.objects.earliest("pk")

        outcomes = at_once(
            *(
                partial(
                    mirror,
                    deposit,
                    key=f"mirror:{n}",
                    amount=3_000_000,
                    about_at=NOON,
                    posted_at=NOON,
                )
                for n in range(6)
            )
        )

        refused = [outcome for outcome in outcomes if not isinstance(outcome, Transfer)]
        assert [type(refusal) for refusal in refused] == [AlreadyCorrected] * 3
        assert balance(wallet) == (11_000_000, 0)


def charge_back(deposit: Transfer, amount: int | None = None, key: str = "chargeback:1") -> None:
    posting = correction(
        deposit, key=key, amount=amount, kind=Transfer.Kind.CHARGEBACK, about_at=NOON
    )
    post([posting], posted_at=NOON)


def debt(wallet: LedgerAccount) -> tuple[int, int, int, int]:
    wallet.refresh_from_db()
    return wallet.balance, wallet.held, wallet.owed, wallet.free


class TestChargeback:
    def test_takes_what_is_free_without_a_debt(self, ada: User, pay_in: PayIn) -> None:
        wallet = pay_in(ada, 5)

        charge_back(Transfer.objects.get(), 3_000_000)

        assert debt(wallet) == (2_000_000, 0, 0, 2_000_000)

    def test_leaves_a_debt_where_the_money_was_given(
        self, ada: User, ben: User, pay_in: PayIn
    ) -> None:
        wallet = pay_in(ada, 5)
        deposit = Transfer.objects.get()
        post([tip(ada, ben, 4_000_000)], posted_at=NOON)

        charge_back(deposit)

        assert debt(wallet) == (-4_000_000, 0, 4_000_000, 0)
        assert balance(earnings_of(ben, "EUR")) == (4_000_000, 0)
        assert balance(outside("test", "EUR")) == (0, 0)

    def test_leaves_a_debt_where_the_money_is_held(self, ada: User, pay_in: PayIn) -> None:
        wallet = pay_in(ada, 5)
        hold(wallet, 3_000_000)

        charge_back(Transfer.objects.get())

        assert debt(wallet) == (0, 3_000_000, 3_000_000, 0)

    def test_lets_nothing_be_spent_or_held_in_debt(
        self, ada: User, ben: User, pay_in: PayIn
    ) -> None:
        wallet = pay_in(ada, 5)
        hold(wallet, 3_000_000)
        charge_back(Transfer.objects.get())
        pay_in(ada, 1)

        with pytest.raises(NotEnough):
            post([tip(ada, ben, 1)], posted_at=NOON)
        with pytest.raises(NotEnough):
            hold(wallet, 1)

        assert debt(wallet) == (1_000_000, 3_000_000, 2_000_000, 0)

    def test_is_paid_first_by_what_comes_in(self, ada: User, ben: User, pay_in: PayIn) -> None:
        wallet = pay_in(ada, 5)
        deposit = Transfer.objects.get()
        post([tip(ada, ben, 4_000_000)], posted_at=NOON)
        charge_back(deposit)

        pay_in(ada, 3)
        after_one = debt(wallet)
        pay_in(ada, 3)

        assert after_one == (-1_000_000, 0, 1_000_000, 0)
        assert debt(wallet) == (2_000_000, 0, 0, 2_000_000)

    def test_is_paid_by_a_hold_that_ends(self, ada: User, pay_in: PayIn) -> None:
        wallet = pay_in(ada, 5)
        hold(wallet, 3_000_000)
        charge_back(Transfer.objects.get(), 4_000_000)

        release(wallet, 3_000_000)

        assert debt(wallet) == (1_000_000, 0, 0, 1_000_000)

    def test_is_undone_by_its_mirror(self, ada: User, ben: User, pay_in: PayIn) -> None:
        wallet = pay_in(ada, 5)
        deposit = Transfer.objects.get()
        post([tip(ada, ben, 4_000_000)], posted_at=NOON)
        charge_back(deposit)

        taken = Transfer.objects.get(key="chargeback:1")
        mirror(taken, key="reinstated:1", about_at=NOON, posted_at=NOON)

        assert debt(wallet) == (1_000_000, 0, 0, 1_000_000)

    def test_does_not_let_a_tip_of_the_same_call_go_into_debt(
        self, ada: User, ben: User, pay_in: PayIn
    ) -> None:
        wallet = pay_in(ada, 5)
        taken = correction(
            Transfer.objects.get(),
            key="chargeback:1",
            amount=1_000_000,
            kind=Transfer.Kind.CHARGEBACK,
            about_at=NOON,
        )

        with pytest.raises(NotEnough):
            post([taken, tip(ada, ben, 5_000_001)], posted_at=NOON)

        assert debt(wallet) == (5_000_000, 0, 0, 5_000_000)


@pytest.mark.django_db(transaction=True)
class TestDebtAtOnce:
    def test_adds_up_whatever_comes_first(self, ada: User, pay_in: PayIn) -> None:
        wallet = pay_in(ada, 5)
        pay_in(ada, 5)
        first, second = Transfer.objects.order_by("pk")
        hold(wallet, 8_000_000)
        paid_in = Posting("late", DEPOSIT, outside("test", "EUR"), wallet, 3_000_000, NOON)

        at_once(
            partial(charge_back, first),
            partial(charge_back, second, key="chargeback:2"),
            partial(post, [paid_in], posted_at=NOON),
            partial(release, wallet, 1_000_000),
        )

        assert debt(wallet) == (3_000_000, 7_000_000, 4_000_000, 0)


class TestHold:
    def test_refuses_more_than_is_free(self, ada: User, pay_in: PayIn) -> None:
        wallet = pay_in(ada, 5)
        hold(wallet, 3_000_000)

        with pytest.raises(NotEnough, match=r"2\.000001 EUR wanted, 2\.000000 free"):
            hold(wallet, 2_000_001)

        assert balance(wallet) == (5_000_000, 3_000_000)

    def test_is_lifted_by_release(self, ada: User, pay_in: PayIn) -> None:
        wallet = pay_in(ada, 5)
        hold(wallet, 3_000_000)

        release(wallet, 3_000_000)

        assert balance(wallet) == (5_000_000, 0)

    def test_is_never_lifted_twice(self, ada: User, pay_in: PayIn) -> None:
        wallet = pay_in(ada, 5)
        hold(wallet, 3_000_000)
        release(wallet, 3_000_000)

        with pytest.raises(NotEnough):
            release(wallet, 3_000_000)
