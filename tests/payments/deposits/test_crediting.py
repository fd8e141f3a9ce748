"""Deposits begin, arrive or fail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from at_once import at_once
from django.db import DatabaseError, IntegrityError, transaction

from accounts.mail.models import Mail
from accounts.models import User
from payments.deposits.crediting import (
    Arrival,
    DepositRefused,
    begin_deposit,
    credit_deposit,
    credit_deposits,
    note_progress,
)
from payments.deposits.models import Deposit, Way
from payments.ledger.models import Transfer
from payments.ledger.posting import KeyReused, outside
from payments.money import MICROS

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
Begin = Callable[..., Deposit]
Wallet = Callable[..., tuple[int, int, int]]


class TestBeginDeposit:
    def begin(self, ada: User, **changes: Any) -> Deposit:
        asked = {"amount": 10 * MICROS, "currency": "EUR", "way": Way.CARD, "key": "card:1"}
        return begin_deposit(subscriber=ada, at=NOON, **(asked | changes))

    def test_moves_nothing_yet(self, ada: User, wallet: Wallet) -> None:
        deposit = self.begin(ada)

        assert deposit.state == Deposit.State.BEGUN
        assert wallet(ada) == (0, 0, 0)
        assert not Transfer.objects.exists()

    def test_finds_the_same_when_it_is_repeated(self, ada: User) -> None:
        assert self.begin(ada) == self.begin(ada)

    @pytest.mark.parametrize(
        "change", [{"amount": 11 * MICROS}, {"currency": "USD"}, {"way": Way.PLAY}]
    )
    def test_refuses_a_used_key_for_another(self, ada: User, change: dict[str, Any]) -> None:
        self.begin(ada)

        with pytest.raises(KeyReused):
            self.begin(ada, **change)

    def test_refuses_somebody_elses_key(self, ada: User, eve: User) -> None:
        self.begin(ada)

        with pytest.raises(KeyReused):
            self.begin(eve)

    @pytest.mark.parametrize(
        ("change", "match"),
        [
            ({"amount": 1_990_000}, "1.99 EUR is not between 2.00 and 1000.00"),
            ({"amount": 1_000_010_000}, "1000.01 EUR is not between"),
            ({"amount": 2_000_001}, "2.000001 EUR cannot be paid exactly"),
            ({"currency": "XXX"}, "XXX is not a currency of this site"),
        ],
    )
    def test_refuses_what_cannot_be_paid(
        self, ada: User, change: dict[str, Any], match: str
    ) -> None:
        with pytest.raises(DepositRefused, match=match):
            self.begin(ada, **change)

        assert not Deposit.objects.exists()

    def test_refuses_somebody_suspended(self, ada: User) -> None:
        ada.suspended = True

        with pytest.raises(DepositRefused, match="ada is suspended"):
            self.begin(ada)


class TestCreditDeposits:
    def test_puts_what_arrived_into_the_wallet(
        self, ada: User, begin: Begin, wallet: Wallet
    ) -> None:
        deposit = credit_deposit(begin(ada), amount=9 * MICROS, about_at=NOON, at=NOON)

        assert wallet(ada) == (9 * MICROS, 0, 0)
        assert outside("card", "EUR").balance == -9 * MICROS
        assert (deposit.state, deposit.amount) == (Deposit.State.ARRIVED, 9 * MICROS)
        assert deposit.transfer == Transfer.objects.get()

    def test_credits_once(self, ada: User, begin: Begin, wallet: Wallet) -> None:
        deposit = begin(ada)
        arrival = Arrival(deposit, 10 * MICROS, NOON)

        first = credit_deposits([arrival, arrival], at=NOON)
        second = credit_deposits([arrival], at=NOON)

        assert (first, second) == ([deposit], [])
        assert wallet(ada) == (10 * MICROS, 0, 0)

    def test_tells_by_mail_once_in_the_same_transaction(self, ada: User, begin: Begin) -> None:
        deposit = begin(ada)

        with transaction.atomic():
            credit_deposits([Arrival(deposit, 10 * MICROS, NOON)], at=NOON)
            transaction.set_rollback(True)
        assert not Mail.objects.exists()

        for _ in range(2):
            credit_deposits([Arrival(deposit, 10 * MICROS, NOON)], at=NOON)

        [mail] = Mail.objects.all()
        assert mail.kind == "deposit_arrived"
        assert (mail.context["amount"], mail.context["balance"]) == (10 * MICROS, 10 * MICROS)

    def test_credits_what_had_failed(self, ada: User, begin: Begin, wallet: Wallet) -> None:
        deposit = begin(ada)
        note_progress(deposit, Deposit.State.FAILED, failure="declined")

        credited = credit_deposit(deposit, amount=10 * MICROS, about_at=NOON, at=NOON)

        assert (credited.state, credited.failure) == (Deposit.State.ARRIVED, "")
        assert wallet(ada) == (10 * MICROS, 0, 0)

    def test_lets_no_news_change_what_arrived(self, ada: User, begin: Begin) -> None:
        deposit = credit_deposit(begin(ada), amount=10 * MICROS, about_at=NOON, at=NOON)

        note_progress(deposit, Deposit.State.FAILED, failure="declined")

        deposit.refresh_from_db()
        assert deposit.state == Deposit.State.ARRIVED


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_one_deposit_is_credited_once(self, ada: User, begin: Begin, wallet: Wallet) -> None:
        arrival = Arrival(begin(ada), 10 * MICROS, NOON)

        outcomes = at_once(*[partial(credit_deposits, [arrival], at=NOON)] * 8)

        assert sorted(len(credited) for credited in outcomes) == [0] * 7 + [1]
        assert wallet(ada) == (10 * MICROS, 0, 0)

    def test_many_deposits_in_any_order_do_not_wait_in_a_circle(
        self, ada: User, ben: User, begin: Begin, wallet: Wallet
    ) -> None:
        arrivals = [Arrival(begin(user), 10 * MICROS, NOON) for user in (ada, ben) * 6]

        outcomes = at_once(
            *(
                partial(credit_deposits, part, at=NOON)
                for part in (arrivals, arrivals[::-1], arrivals[3:9], arrivals[::2])
            )
        )

        assert sum(len(credited) for credited in outcomes) == 12
        assert wallet(ada) == wallet(ben) == (60 * MICROS, 0, 0)


class TestTable:
    def test_refuses_to_change_or_lose_what_arrived(self, ada: User, begin: Begin) -> None:
        deposit = credit_deposit(begin(ada), amount=10 * MICROS, about_at=NOON, at=NOON)
        rows = Deposit.objects.filter(pk=deposit.pk)

        for refused in (lambda: rows.update(amount=1), rows.delete):
            with (
                pytest.raises(DatabaseError, match=r"is in a wallet|are kept"),
                transaction.atomic(),
            ):
                refused()

    def test_refuses_an_arrival_without_a_transfer(self, ada: User, begin: Begin) -> None:
        rows = Deposit.objects.filter(pk=begin(ada).pk)

        with pytest.raises(IntegrityError, match="arrived_with_a_transfer"):
            rows.update(state="arrived", arrived_at=NOON)
