"""The deeds of the ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from accounts.models import User
from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.posting import (
    AlreadyCorrected,
    KeyReused,
    NotEnough,
    Posting,
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

    def test_corrects_a_transfer_once_only(self, ada: User, ben: User, pay_in: PayIn) -> None:
        pay_in(ada, 5)
        post([tip(ada, ben, 1_000_000, "another")], posted_at=NOON)
        [original] = post([tip(ada, ben, 1_250_000)], posted_at=NOON)
        mirror(original, key="mirror:1", about_at=NOON, posted_at=NOON)

        with pytest.raises(AlreadyCorrected, match="tip:1"):
            mirror(original, key="mirror:2", about_at=NOON, posted_at=NOON)


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
