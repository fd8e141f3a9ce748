"""Earnings into giving: what can be paid out goes into the wallet, once, or out, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from at_once import at_once
from people import sign_in, signed_up

from accounts.models import User
from payments.giving.months import month_of
from payments.giving.wallets import Line
from payments.ledger.models import LedgerAccount
from payments.ledger.posting import KeyReused
from payments.money import MICROS
from payments.payouts.details import Account, enter_details
from payments.payouts.holds import hold_payouts
from payments.payouts.models import Payout, Way
from payments.payouts.regiving import put_into_giving
from payments.payouts.requesting import AmountRefused, CreatorSuspended, request_payout
from payments.settlement.audit import audit_ledger
from payments.tips.tipping import Wish, give_tip
from things.periods import Period

SEPTEMBER = datetime(2010, 9, 9, 12, tzinfo=UTC)
RELEASED = datetime(2010, 10, 10, 12, tzinfo=UTC)


@pytest.fixture
def ben(db: None) -> User:
    return signed_up("ben")


@pytest.fixture
def earned(ada: User, ben: User, pay_in: Callable[..., LedgerAccount]) -> int:
    """18 euros of a tip, which can be paid out from the tenth of October on."""
    pay_in(ada, 20)
    return give_tip(Wish(ada, ben, 20 * MICROS, "EUR", key="1"), at=SEPTEMBER).net


def put(owner: User, amount: int, key: str = "1", at: datetime = RELEASED) -> Any:
    return put_into_giving(owner=owner, amount=amount, currency="EUR", key=key, at=at)


def balances(owner: User) -> dict[str, int]:
    return dict(LedgerAccount.objects.filter(owner=owner).values_list("kind", "balance"))


class TestPutIntoGiving:
    def test_moves_it_once(self, earned: int, ben: User) -> None:
        put(ben, 7 * MICROS)
        put(ben, 7 * MICROS, at=RELEASED + timedelta(days=1))

        assert balances(ben) == {"earnings": earned - 7 * MICROS, "wallet": 7 * MICROS}
        assert not any(finding.count for finding in audit_ledger(thorough=True))

    def test_is_a_line_of_the_wallets_month(self, earned: int, ben: User) -> None:
        put(ben, earned)

        [wallet] = month_of(subscriber=ben, period=Period(2010, 10), at=RELEASED).wallets
        assert wallet.lines == {Line.REGIVEN: earned}

    def test_refuses_what_cannot_be_paid_out(self, earned: int, ben: User) -> None:
        for amount, at in ((1, SEPTEMBER), (earned + 1, RELEASED), (0, RELEASED)):
            with pytest.raises(AmountRefused):
                put(ben, amount, at=at)
        hold_payouts(owner=ben, why="look", key="h", at=RELEASED, amount=MICROS, currency="EUR")
        with pytest.raises(AmountRefused):
            put(ben, earned)

        assert balances(ben)["earnings"] == earned

    def test_refuses_the_suspended_and_a_key_of_something_else(
        self, earned: int, ben: User
    ) -> None:
        put(ben, MICROS)
        with pytest.raises(KeyReused):
            put(ben, 2 * MICROS)
        User.objects.filter(pk=ben.pk).update(suspended=True)
        with pytest.raises(CreatorSuspended):
            put(ben, MICROS, key="2")

    def test_is_a_page(self, ada: User, ben: User, pay_in: Callable[..., LedgerAccount]) -> None:
        pay_in(ada, 20)
        give_tip(Wish(ada, ben, 20 * MICROS, "EUR", key="1"), at=datetime(2010, 9, 9, tzinfo=UTC))
        browser = sign_in(ben)
        form = {"amount": "5", "currency": "EUR", "key": "k"}

        assert browser.post("/payouts/give/", form | {"amount": "19"}).status_code == 400
        for _turn in range(2):
            assert browser.post("/payouts/give/", form).status_code == 302

        assert balances(ben)["wallet"] == 5 * MICROS
        assert "€5.00" in browser.get("/payouts/give/").content.decode()


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_is_never_paid_out_too(self, ada: User, ben: User, earned: int) -> None:
        account = Account("Ben", "an account elsewhere")
        enter_details(owner=ben, way=Way.MANUAL, account=account, at=SEPTEMBER)

        def pay_out(key: str) -> Any:
            return request_payout(
                owner=ben, amount=15 * MICROS, currency="EUR", key=key, at=RELEASED
            )

        answers = at_once(
            lambda: put(ben, 15 * MICROS, key="1"),
            lambda: pay_out("1"),
            lambda: put(ben, 15 * MICROS, key="2"),
            lambda: pay_out("2"),
        )

        refused = [isinstance(answer, AmountRefused) for answer in answers]
        assert sum(refused) == 3, answers
        moved = balances(ben)
        assert moved["earnings"] == earned - 15 * MICROS
        assert moved.get("wallet", 0) + moved.get("payable", 0) == 15 * MICROS
        assert Payout.objects.count() + (moved.get("wallet", 0) > 0) == 1
        assert not any(finding.count for finding in audit_ledger(thorough=True))
