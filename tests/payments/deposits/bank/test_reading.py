"""A file of the bank is read: what is credited, noted, left, and what changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from at_once import at_once
from camt_files import Paid, dutch, german, german_new, swiss_notice
from django.db import DatabaseError, transaction

from accounts.models import User
from payments.deposits.bank.models import BankLine
from payments.deposits.bank.reading import Read, read_statement
from payments.deposits.bank.references import reference_of
from payments.deposits.bank.statements import NotAStatement
from payments.deposits.models import Deposit, Refund, Way
from payments.deposits.withdrawing import withdraw
from payments.ledger.models import Transfer
from payments.ledger.posting import Posting, earnings_of, outside, post, wallet_of
from payments.money import MICROS

NOON = datetime(2010, 9, 10, 12, tzinfo=UTC)
Wallet = Callable[..., tuple[int, int, int]]


def read(content: bytes) -> Read:
    return read_statement(content, at=NOON)


def states() -> list[str]:
    return list(BankLine.objects.order_by("pk").values_list("state", flat=True))


def why() -> list[str]:
    return list(BankLine.objects.order_by("pk").values_list("why", flat=True))


def give_all(giver: User, taker: User) -> None:
    wallet = wallet_of(giver, "EUR")
    tip = Transfer.Kind.TIP
    post(
        [Posting("tip", tip, wallet, earnings_of(taker, "EUR"), wallet.balance, NOON)],
        posted_at=NOON,
    )


class TestCredits:
    @pytest.mark.parametrize(
        "say",
        [
            lambda r: Paid(reference=r),
            lambda r: Paid(text=f"Obole {r}"),
            lambda r: Paid(text=f"ref {r[:4]} {r[4:8]} {r[8:12]} {r[12:]} thanks"),
            lambda r: Paid(text=r.lower()),
            lambda r: Paid(end_to_end=r),
            lambda r: Paid("20.00", batch=(Paid("5.00"), Paid("15.00", r))),
        ],
        ids=["structured", "in text", "in groups", "small", "end to end", "in a batch"],
    )
    def test_go_to_whom_their_reference_names(
        self, ada: User, reference: str, wallet: Wallet, say: Callable[[str], Paid]
    ) -> None:
        paid = say(reference)

        read(german(paid))

        amount = 15 * MICROS if paid.batch else 20 * MICROS
        assert wallet(ada) == (amount, 0, 0)
        assert outside("bank", "EUR").balance == -amount
        deposit = Deposit.objects.get()
        assert (deposit.way, deposit.state, deposit.amount) == (Way.BANK, "arrived", amount)
        assert deposit.bank_lines.get().state == BankLine.State.DEPOSIT

    @pytest.mark.parametrize(
        ("say", "reason"),
        [
            (lambda r: Paid(text="hello"), "no_reference"),
            (lambda r: Paid(reference=r[:-1] + str((int(r[-1]) + 1) % 10)), "no_reference"),
            (lambda _: Paid(reference="RF18539007547034"), "no_reference"),
            (lambda r: Paid(reference=r, currency="XAU"), "currency"),
            (
                lambda r: Paid("30.00", batch=(Paid("10.00"), Paid("20.00")), details=False),
                "batch",
            ),
        ],
        ids=["none", "a digit off", "nobody's", "another currency", "a batch"],
    )
    def test_wait_for_an_operator_where_nobody_is_named(
        self, reference: str, wallet: Wallet, ada: User, say: Callable[[str], Paid], reason: str
    ) -> None:
        found = read(german(say(reference)))

        assert (states(), why(), found.open) == (["open"], [reason], 1)
        assert wallet(ada) == (0, 0, 0)
        assert not Deposit.objects.exists()

    def test_wait_where_two_are_named(self, ada: User, eve: User, reference: str) -> None:
        read(german(Paid(text=f"{reference} {reference_of(eve)}")))

        assert why() == ["several"]

    def test_wait_where_who_is_named_has_left(self, ada: User, reference: str) -> None:
        User.objects.update(is_active=False)

        read(german(Paid(reference=reference)))

        assert why() == ["no_reference"]

    def test_pay_a_debt_first(self, ada: User, ben: User, reference: str, wallet: Wallet) -> None:
        read(german(Paid(reference=reference, end_to_end="E-1")))
        give_all(ada, ben)
        read(german(Paid(credit=False, reversal=True, end_to_end="E-1"), message="M-2"))
        assert wallet(ada) == (-20 * MICROS, 0, 20 * MICROS)

        read(german(Paid("25.00", reference), message="M-3"))

        assert wallet(ada) == (5 * MICROS, 0, 0)


class TestReadAgain:
    def test_changes_nothing(self, ada: User, reference: str, wallet: Wallet) -> None:
        content = german(Paid(reference=reference), Paid(text="hello"))
        read(content)

        again = read(content)

        assert (again.lines, again.known) == (2, 2)
        assert wallet(ada) == (20 * MICROS, 0, 0)
        assert BankLine.objects.count() == 2

    @pytest.mark.parametrize("form", [german, german_new, dutch], ids=lambda form: form.__name__)
    def test_adds_only_what_is_new_of_an_overlapping_file(
        self, ada: User, reference: str, wallet: Wallet, form: Callable[..., bytes]
    ) -> None:
        first, second, third = (
            Paid(f"{n}.00", reference, bank_reference=f"A-{n}") for n in (10, 20, 30)
        )
        read(form(first, second))

        overlapping = read(form(second, third, message="M-2"))

        assert (overlapping.lines, overlapping.known) == (2, 1)
        assert wallet(ada) == (60 * MICROS, 0, 0)

    @pytest.mark.parametrize("form", [german, german_new, dutch], ids=lambda form: form.__name__)
    def test_counts_equal_payments_of_one_day(
        self, ada: User, reference: str, wallet: Wallet, form: Callable[..., bytes]
    ) -> None:
        same = Paid(reference=reference)
        read(form(same))

        read(form(same, same, message="M-2"))
        read(form(same, same, message="M-3"))

        assert wallet(ada) == (40 * MICROS, 0, 0)

    def test_knows_a_notification_and_the_statement_of_the_day(
        self, ada: User, reference: str, wallet: Wallet
    ) -> None:
        paid = Paid(reference=reference, bank_reference="A-1")
        read(swiss_notice(paid))

        read(german_new(Paid(bank_reference="A-1", details=False), message="M-2"))

        assert wallet(ada) == (20 * MICROS, 0, 0)
        assert states() == ["deposit"]

    def test_fills_in_what_the_notification_says_after_the_statement(
        self, ada: User, reference: str, wallet: Wallet
    ) -> None:
        read(german_new(Paid(bank_reference="A-1", details=False)))
        assert why() == ["no_reference"]

        read(swiss_notice(Paid(reference=reference, bank_reference="A-1"), message="M-2"))

        assert states() == ["deposit"]
        assert wallet(ada) == (20 * MICROS, 0, 0)

    @pytest.mark.parametrize("details_first", [True, False])
    def test_credits_a_batch_once_that_comes_with_and_without_details(
        self, ada: User, reference: str, wallet: Wallet, details_first: bool
    ) -> None:
        parts = (Paid("10.00", reference), Paid("20.00", reference))
        batch = {"amount": "30.00", "bank_reference": "B-1", "batch": parts}
        files = [
            swiss_notice(Paid(**batch)),
            german_new(Paid(**batch, details=False), message="M-2"),
        ]

        for content in files if details_first else reversed(files):
            read(content)

        assert wallet(ada) == (30 * MICROS, 0, 0)
        assert sorted(states()) == ["deposit", "deposit", "detailed"]


class TestReversals:
    def test_take_the_deposit_back(
        self, ada: User, ben: User, reference: str, wallet: Wallet
    ) -> None:
        read(german(Paid(reference=reference, end_to_end="E-1")))

        read(german(Paid(credit=False, reversal=True, end_to_end="E-1"), message="M-2"))

        assert wallet(ada) == (0, 0, 0)
        assert states() == ["deposit", "taken_back"]

    def test_take_back_what_came_in_the_same_file(
        self, ada: User, reference: str, wallet: Wallet
    ) -> None:
        back = Paid(credit=False, reversal=True, reference=reference)

        read(german(back, Paid(reference=reference)))

        assert wallet(ada) == (0, 0, 0)

    def test_wait_where_it_could_be_two(self, ada: User, reference: str, wallet: Wallet) -> None:
        read(german(Paid(reference=reference), Paid(reference=reference)))

        read(german(Paid(credit=False, reversal=True), message="M-2"))

        assert why() == ["", "", "no_original"]
        assert wallet(ada) == (40 * MICROS, 0, 0)

    def test_take_nothing_twice(self, ada: User, reference: str, wallet: Wallet) -> None:
        read(german(Paid(reference=reference, end_to_end="E-1")))
        back = Paid(credit=False, reversal=True, end_to_end="E-1")

        for number in (2, 3):
            read(german(back, back, message=f"M-{number}"))

        assert wallet(ada) == (0, 0, 0)
        assert sorted(states()) == ["deposit", "open", "taken_back"]


class TestOutgoing:
    def test_refunds_are_noted_by_their_reference(
        self, ada: User, reference: str, wallet: Wallet
    ) -> None:
        read(german(Paid(reference=reference)))
        asked = {"way": Way.BANK, "currency": "EUR", "amount": 5 * MICROS, "key": "1"}
        [refund] = withdraw(subscriber=ada, at=NOON, **asked)
        out = Paid("5.00", credit=False, end_to_end=f"OBOLE-R{refund.pk}")

        read(german(out, message="M-2"))

        refund.refresh_from_db()
        assert refund.state == Refund.State.DONE
        assert states() == ["deposit", "payout"]
        assert wallet(ada) == (15 * MICROS, 0, 0)

    def test_refunds_that_come_back_are_in_the_wallet_again(
        self, ada: User, reference: str, wallet: Wallet
    ) -> None:
        read(german(Paid(reference=reference)))
        asked = {"way": Way.BANK, "currency": "EUR", "amount": 5 * MICROS, "key": "1"}
        [refund] = withdraw(subscriber=ada, at=NOON, **asked)
        number = {"amount": "5.00", "end_to_end": f"OBOLE-R{refund.pk}"}
        read(german(Paid(**number, credit=False), message="M-2"))

        read(german(Paid(**number, returned="AC04"), message="M-3"))

        refund.refresh_from_db()
        assert (refund.state, refund.failure) == ("failed", "AC04")
        assert wallet(ada) == (20 * MICROS, 0, 0)

    def test_what_is_none_of_ours_is_passed_over(self, db: None) -> None:
        found = read(german(Paid("3.50", text="Fee", credit=False)))

        assert (found.outgoing, states()) == (1, ["outgoing"])

    def test_a_payout_that_nobody_sent_waits(self, db: None) -> None:
        read(german(Paid(returned="AC04", end_to_end="OBOLE-P99")))

        assert why() == ["no_original"]


class TestWrongFiles:
    def test_of_another_account_are_refused(self, db: None) -> None:
        other = "FR1420041010050500013M02606"

        with pytest.raises(NotAStatement, match=f"of the account {other}"):
            read(german(Paid(), account=other))

        assert not BankLine.objects.exists()

    def test_without_an_account_of_the_site_are_refused(self, db: None, settings: Any) -> None:
        settings.BANK_IBAN = ""

        with pytest.raises(NotAStatement, match="OBOLE_BANK_IBAN names none"):
            read(german(Paid()))

    def test_leave_nothing_half_done(
        self, ada: User, reference: str, wallet: Wallet, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> None:
            raise RuntimeError("the power went out")

        monkeypatch.setattr("payments.deposits.bank.matching.tell_apart", fail)

        with pytest.raises(RuntimeError):
            read(german(Paid(reference=reference)))

        assert not BankLine.objects.exists()
        assert wallet(ada) == (0, 0, 0)


class TestTable:
    def test_keeps_what_the_bank_booked(self, ada: User, reference: str) -> None:
        read(german(Paid(reference=reference)))

        for change in ({"amount": 1}, {"key": "x"}, {"incoming": False}):
            with pytest.raises(DatabaseError, match="kept as it was read"), transaction.atomic():
                BankLine.objects.update(**change)
        with pytest.raises(DatabaseError, match="are kept"), transaction.atomic():
            BankLine.objects.all()._raw_delete("default")


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_one_file_is_read_once(self, ada: User, reference: str, wallet: Wallet) -> None:
        content = german(*(Paid(f"{n}.00", reference) for n in range(2, 12)))

        outcomes = at_once(*[partial(read, content)] * 4)

        assert sorted(one.known for one in outcomes) == [0, 10, 10, 10]
        assert wallet(ada) == (sum(range(2, 12)) * MICROS, 0, 0)

    def test_overlapping_files_do_not_wait_in_a_circle(
        self, ada: User, eve: User, reference: str, wallet: Wallet
    ) -> None:
        payments = [
            Paid(f"{n}.00", owner) for n in range(2, 12) for owner in (reference, reference_of(eve))
        ]
        files = [
            german(*payments, message="M-1"),
            german(*payments[::-1], message="M-2"),
            german(*payments[5:], message="M-3"),
            german(*payments[:15], message="M-4"),
        ]

        outcomes = at_once(*(partial(read, content) for content in files))

        assert all(isinstance(one, Read) for one in outcomes), outcomes
        assert wallet(ada) == wallet(eve) == (sum(range(2, 12)) * MICROS, 0, 0)
