"""What goes back: refunds made here and elsewhere, and disputes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import pytest
from at_once import at_once

from accounts.models import User
from payments.deposits.models import Deposit, Dispute, Refund, Way
from payments.deposits.paying_back import pay_back_open_refunds, pay_back_refund
from payments.deposits.providers import PayBackRefused
from payments.deposits.returning import (
    NotArrived,
    charge_back,
    note_refund,
    refund_outside,
    reinstate,
    undo_refund,
)
from payments.deposits.withdrawing import WithdrawalRefused, returnable, withdraw
from payments.ledger.models import Transfer
from payments.ledger.posting import (
    AlreadyCorrected,
    NotEnough,
    Posting,
    earnings_of,
    hold,
    outside,
    post,
    wallet_of,
)
from payments.money import MICROS

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
MakeDeposit = Callable[..., Deposit]
Wallet = Callable[..., tuple[int, int, int]]


def give(giver: User, taker: User, euros: int) -> None:
    posting = Posting(
        key=f"tip:{Transfer.objects.count()}",
        kind=Transfer.Kind.TIP,
        debited=wallet_of(giver, "EUR"),
        credited=earnings_of(taker, "EUR"),
        amount=euros * MICROS,
        about_at=NOON,
    )
    post([posting], posted_at=NOON)


def take_out(subscriber: User, euros: int, key: str = "1", way: Way = Way.CARD) -> list[Refund]:
    return withdraw(
        subscriber=subscriber,
        way=way,
        currency="EUR",
        amount=euros * MICROS,
        key=key,
        at=NOON,
    )


class TestWithdraw:
    def test_takes_the_money_out_and_waits_for_the_provider(
        self, ada: User, deposit: MakeDeposit, wallet: Wallet
    ) -> None:
        paid_in = deposit(ada, 10)

        [refund] = take_out(ada, 4)

        assert (refund.deposit, refund.state, refund.amount) == (paid_in, "asked", 4 * MICROS)
        assert wallet(ada) == (6 * MICROS, 0, 0)
        assert refund.transfer.mirrors == paid_in.transfer

    def test_takes_from_the_latest_deposits_first(self, ada: User, deposit: MakeDeposit) -> None:
        first, second = deposit(ada, 10), deposit(ada, 5)

        refunds = take_out(ada, 8)

        assert [(refund.deposit, refund.amount) for refund in refunds] == [
            (second, 5 * MICROS),
            (first, 3 * MICROS),
        ]

    def test_takes_several_parts_of_one_deposit(
        self, ada: User, deposit: MakeDeposit, wallet: Wallet
    ) -> None:
        deposit(ada, 10)

        for number in range(3):
            take_out(ada, 3, key=str(number))

        assert wallet(ada) == (1 * MICROS, 0, 0)

    def test_changes_nothing_when_it_is_repeated(
        self, ada: User, deposit: MakeDeposit, wallet: Wallet
    ) -> None:
        deposit(ada, 10)

        assert take_out(ada, 4) == take_out(ada, 4)
        assert wallet(ada) == (6 * MICROS, 0, 0)

    def test_refuses_what_came_in_by_another_way(
        self, ada: User, deposit: MakeDeposit, wallet: Wallet
    ) -> None:
        deposit(ada, 10, way=Way.PLAY)
        deposit(ada, 5)

        with pytest.raises(WithdrawalRefused, match="more than was paid in by this way"):
            take_out(ada, 6)

        assert wallet(ada) == (15 * MICROS, 0, 0)

    def test_refuses_what_is_held_or_given(
        self, ada: User, ben: User, deposit: MakeDeposit, wallet: Wallet
    ) -> None:
        deposit(ada, 10)
        give(ada, ben, 3)
        hold(wallet_of(ada, "EUR"), 4 * MICROS)

        with pytest.raises(NotEnough):
            take_out(ada, 4)

        assert wallet(ada) == (7 * MICROS, 4 * MICROS, 0)
        assert not Refund.objects.exists()

    def test_refuses_parts_of_a_cent(self, ada: User, deposit: MakeDeposit) -> None:
        deposit(ada, 10)

        with pytest.raises(WithdrawalRefused, match="cannot be paid exactly"):
            withdraw(
                subscriber=ada, way=Way.CARD, currency="EUR", amount=5_000_001, key="1", at=NOON
            )

    def test_refuses_somebody_suspended(self, ada: User, deposit: MakeDeposit) -> None:
        deposit(ada, 10)
        ada.suspended = True

        with pytest.raises(WithdrawalRefused, match="suspended"):
            take_out(ada, 1)


class TestReturnable:
    def test_is_what_is_free_and_was_paid_in_by_the_way(
        self, ada: User, ben: User, deposit: MakeDeposit
    ) -> None:
        deposit(ada, 10)
        deposit(ada, 20, way=Way.PLAY)
        deposit(ada, 7, currency="USD")
        give(ada, ben, 15)
        take_out(ada, 2)

        found = returnable(ada, [Way.CARD, Way.PLAY])

        assert [(one.way, one.currency, one.amount) for one in found] == [
            ("card", "EUR", 8 * MICROS),
            ("play", "EUR", 13 * MICROS),
            ("card", "USD", 7 * MICROS),
        ]

    def test_leaves_out_parts_of_a_cent(self, ada: User, deposit: MakeDeposit) -> None:
        deposit(ada, 10)
        hold(wallet_of(ada, "EUR"), 1_234_567)

        [found] = returnable(ada, [Way.CARD])

        assert found.amount == 8_760_000

    def test_is_nothing_without_deposits_in_debt_or_suspended(
        self, ada: User, ben: User, deposit: MakeDeposit, eve: User
    ) -> None:
        assert returnable(eve, [Way.CARD]) == []
        paid_in = deposit(ada, 10)
        give(ada, ben, 10)
        refund_outside(
            deposit=paid_in, amount=5 * MICROS, external_id="re_1", about_at=NOON, at=NOON
        )
        assert returnable(ada, [Way.CARD]) == []


class TestRefundOutside:
    def test_takes_the_wallet_into_debt_once(
        self, ada: User, ben: User, deposit: MakeDeposit, wallet: Wallet
    ) -> None:
        paid_in = deposit(ada, 10)
        give(ada, ben, 8)

        for _ in range(2):
            refund_outside(
                deposit=paid_in, amount=5 * MICROS, external_id="re_1", about_at=NOON, at=NOON
            )

        assert wallet(ada) == (-3 * MICROS, 0, 3 * MICROS)
        assert earnings_of(ben, "EUR").balance == 8 * MICROS

    def test_refuses_more_than_came_in(self, ada: User, deposit: MakeDeposit) -> None:
        paid_in = deposit(ada, 10)
        take_out(ada, 8)

        with pytest.raises(AlreadyCorrected):
            refund_outside(
                deposit=paid_in, amount=5 * MICROS, external_id="re_1", about_at=NOON, at=NOON
            )

    def test_refuses_what_has_not_arrived(self, ada: User, begin: MakeDeposit) -> None:
        with pytest.raises(NotArrived):
            refund_outside(deposit=begin(ada), amount=1, external_id="re_1", about_at=NOON, at=NOON)


class TestUndoRefund:
    def test_brings_the_money_back_once_and_it_can_go_again(
        self, ada: User, deposit: MakeDeposit, wallet: Wallet
    ) -> None:
        deposit(ada, 10)
        [refund] = take_out(ada, 10)

        for _ in range(2):
            refund = undo_refund(refund, failure="card expired", at=NOON)

        assert (refund.state, refund.failure) == ("failed", "card expired")
        assert wallet(ada) == (10 * MICROS, 0, 0)
        take_out(ada, 10, key="2")
        assert wallet(ada) == (0, 0, 0)

    def test_undoes_one_that_was_paid_back(self, ada: User, deposit: MakeDeposit) -> None:
        deposit(ada, 10)
        [refund] = take_out(ada, 10)
        note_refund(refund, Refund.State.DONE, at=NOON)

        assert undo_refund(refund, failure="returned", at=NOON).state == "failed"

    def test_is_final(self, ada: User, deposit: MakeDeposit) -> None:
        deposit(ada, 10)
        [refund] = take_out(ada, 10)
        undo_refund(refund, failure="card expired", at=NOON)

        assert note_refund(refund, Refund.State.DONE, at=NOON).state == "failed"


class TestNoteRefund:
    def test_does_not_go_backwards(self, ada: User, deposit: MakeDeposit) -> None:
        deposit(ada, 10)
        [refund] = take_out(ada, 10)
        note_refund(refund, Refund.State.DONE, at=NOON, external_id="re_1")

        sent = note_refund(refund, Refund.State.SENT, at=NOON, external_id="re_2")

        assert (sent.state, sent.external_id, sent.ended_at) == ("done", "re_1", NOON)


def dispute(paid_in: Deposit, euros: int = 10) -> Dispute:
    return Dispute.objects.create(
        deposit=paid_in,
        external_id="dp_1",
        amount=euros * MICROS,
        currency="EUR",
        state="needs_response",
        opened_at=NOON,
    )


class TestDisputes:
    def test_take_the_money_once_and_leave_the_creator_alone(
        self, ada: User, ben: User, deposit: MakeDeposit, wallet: Wallet
    ) -> None:
        complaint = dispute(deposit(ada, 10))
        give(ada, ben, 10)

        for _ in range(2):
            charge_back(complaint, about_at=NOON, at=NOON)

        assert wallet(ada) == (-10 * MICROS, 0, 10 * MICROS)
        assert earnings_of(ben, "EUR").balance == 10 * MICROS
        assert outside("card", "EUR").balance == 0

    def test_are_paid_by_the_next_deposit_first(
        self, ada: User, ben: User, deposit: MakeDeposit, wallet: Wallet
    ) -> None:
        complaint = dispute(deposit(ada, 10))
        give(ada, ben, 10)
        charge_back(complaint, about_at=NOON, at=NOON)

        deposit(ada, 12)

        assert wallet(ada) == (2 * MICROS, 0, 0)

    def test_bring_the_money_back_where_they_are_won(
        self, ada: User, ben: User, deposit: MakeDeposit, wallet: Wallet
    ) -> None:
        complaint = dispute(deposit(ada, 10))
        give(ada, ben, 10)
        charge_back(complaint, about_at=NOON, at=NOON)

        for _ in range(2):
            reinstate(complaint, about_at=NOON, at=NOON)

        assert wallet(ada) == (0, 0, 0)

    def test_come_in_any_order(self, ada: User, deposit: MakeDeposit, wallet: Wallet) -> None:
        complaint = dispute(deposit(ada, 10))

        reinstate(complaint, about_at=NOON, at=NOON)
        charge_back(complaint, about_at=NOON, at=NOON)

        assert wallet(ada) == (10 * MICROS, 0, 0)


class TestPayBack:
    def test_has_open_refunds_paid_out(self, ada: User, deposit: MakeDeposit) -> None:
        deposit(ada, 10, way=Way.PLAY)
        [refund] = take_out(ada, 4, way=Way.PLAY)

        assert pay_back_open_refunds(at=NOON) == 1

        refund.refresh_from_db()
        assert refund.state == Refund.State.DONE
        assert pay_back_open_refunds(at=NOON) == 0

    def test_brings_back_what_the_provider_refuses(
        self, ada: User, deposit: MakeDeposit, wallet: Wallet, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(_self: object, _refund: Refund) -> None:
            raise PayBackRefused("the card is no more")

        monkeypatch.setattr("payments.deposits.play.PlayMoney.pay_back", refuse)
        deposit(ada, 10, way=Way.PLAY)
        [refund] = take_out(ada, 4, way=Way.PLAY)

        pay_back_refund(refund.pk, at=NOON)

        refund.refresh_from_db()
        assert (refund.state, refund.failure) == ("failed", "the card is no more")
        assert wallet(ada) == (10 * MICROS, 0, 0)

    def test_goes_on_where_a_provider_does_not_answer(
        self, ada: User, deposit: MakeDeposit, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[Refund] = []

        def fail(_self: object, refund: Refund) -> None:
            asked.append(refund)
            raise TimeoutError

        monkeypatch.setattr("payments.deposits.play.PlayMoney.pay_back", fail)
        deposit(ada, 10, way=Way.PLAY)
        waiting = [*take_out(ada, 4, way=Way.PLAY), *take_out(ada, 1, key="2", way=Way.PLAY)]

        pay_back_open_refunds(at=NOON)

        assert asked == waiting
        assert Refund.objects.filter(state="asked").count() == 2


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_two_withdrawals_take_no_more_than_there_is(
        self, ada: User, deposit: MakeDeposit, wallet: Wallet
    ) -> None:
        deposit(ada, 10)
        deposit(ada, 10)

        outcomes = at_once(*(partial(take_out, ada, 7, key=str(number)) for number in range(4)))

        refused = [type(one) for one in outcomes if isinstance(one, Exception)]
        assert refused == [WithdrawalRefused] * 2
        assert wallet(ada) == (6 * MICROS, 0, 0)

    def test_one_withdrawal_that_is_sent_twice_is_one(
        self, ada: User, deposit: MakeDeposit, wallet: Wallet
    ) -> None:
        deposit(ada, 10)

        outcomes = at_once(*[partial(take_out, ada, 4)] * 4)

        assert all(one == outcomes[0] for one in outcomes), outcomes
        assert wallet(ada) == (6 * MICROS, 0, 0)

    def test_a_refund_is_paid_back_once(
        self, ada: User, deposit: MakeDeposit, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[Refund] = []

        def pay_back(_self: object, refund: Refund) -> None:
            asked.append(refund)
            note_refund(refund, Refund.State.DONE, at=NOON)

        monkeypatch.setattr("payments.deposits.play.PlayMoney.pay_back", pay_back)
        deposit(ada, 10, way=Way.PLAY)
        [refund] = take_out(ada, 4, way=Way.PLAY)

        at_once(*[partial(pay_back_refund, refund.pk, at=NOON)] * 6)

        assert asked == [refund]

    def test_a_dispute_and_a_withdrawal(
        self, ada: User, deposit: MakeDeposit, wallet: Wallet
    ) -> None:
        complaint = dispute(deposit(ada, 10), 6)

        outcomes = at_once(
            partial(take_out, ada, 4), partial(charge_back, complaint, about_at=NOON, at=NOON)
        )

        assert not any(isinstance(one, Exception) for one in outcomes), outcomes
        # A refund that nobody has sent yet is undone by a dispute that comes after it.
        asked = Refund.objects.get().state == Refund.State.ASKED
        assert wallet(ada) == (0 if asked else 4 * MICROS, 0, 0)
