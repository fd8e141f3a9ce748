"""What operators decide about bookings, in the functions and in the admin."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import pytest
from at_once import at_once
from camt_files import PAYER, Paid, german
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from payments.deposits.bank.deciding import (
    LineRefused,
    assign_line,
    reopen_line,
    set_line_aside,
    take_back_by_line,
)
from payments.deposits.bank.models import BankLine
from payments.deposits.bank.reading import read_statement
from payments.deposits.models import Deposit, Refund, Way
from payments.deposits.withdrawing import withdraw
from payments.ledger.posting import hold, wallet_of
from payments.money import MICROS

NOON = datetime(2010, 9, 10, 12, tzinfo=UTC)
Wallet = Callable[..., tuple[int, int, int]]


@pytest.fixture
def line(db: None) -> BankLine:
    """Twenty euros from somebody who named nobody."""
    read_statement(german(Paid(text="hello")), at=NOON)
    return BankLine.objects.get()


class TestAssignLine:
    def test_credits_it_and_keeps_who_did_it(
        self, line: BankLine, ada: User, olga: User, wallet: Wallet
    ) -> None:
        assign_line(line_id=line.pk, to=ada, by=olga, at=NOON)

        line.refresh_from_db()
        assert (line.state, line.why, line.decided_by) == ("deposit", "", olga)
        assert wallet(ada) == (20 * MICROS, 0, 0)

    def test_is_refused_a_second_time(
        self, line: BankLine, ada: User, eve: User, olga: User, wallet: Wallet
    ) -> None:
        assign_line(line_id=line.pk, to=ada, by=olga, at=NOON)

        with pytest.raises(LineRefused, match="is decided"):
            assign_line(line_id=line.pk, to=eve, by=olga, at=NOON)

        assert wallet(eve) == (0, 0, 0)

    def test_is_refused_for_what_went_out(self, ada: User, olga: User) -> None:
        read_statement(german(Paid(credit=False, reversal=True)), at=NOON)

        with pytest.raises(LineRefused, match="cannot be paid into a wallet"):
            assign_line(line_id=BankLine.objects.get().pk, to=ada, by=olga, at=NOON)


class TestReopenLine:
    def test_lets_it_be_credited_to_another(
        self, line: BankLine, ada: User, eve: User, olga: User, wallet: Wallet
    ) -> None:
        assign_line(line_id=line.pk, to=eve, by=olga, at=NOON)
        again = reopen_line(line_id=line.pk, by=olga, why="not hers", at=NOON)

        assign_line(line_id=again.pk, to=ada, by=olga, at=NOON)

        assert wallet(eve) == (0, 0, 0)
        assert wallet(ada) == (20 * MICROS, 0, 0)
        line.refresh_from_db()
        assert (line.state, line.deposit.subscriber) == ("taken_back", eve)

    def test_lets_no_file_bring_it_again(
        self, line: BankLine, eve: User, olga: User, wallet: Wallet
    ) -> None:
        assign_line(line_id=line.pk, to=eve, by=olga, at=NOON)
        reopen_line(line_id=line.pk, by=olga, why="not hers", at=NOON)

        assert read_statement(german(Paid(text="hello")), at=NOON).known == 1
        assert BankLine.objects.filter(state="open").count() == 1

    def test_makes_a_debt_of_what_is_held(
        self, line: BankLine, eve: User, olga: User, wallet: Wallet
    ) -> None:
        assign_line(line_id=line.pk, to=eve, by=olga, at=NOON)
        hold(wallet_of(eve, "EUR"), 15 * MICROS)

        reopen_line(line_id=line.pk, by=olga, why="not hers", at=NOON)

        assert wallet(eve) == (0, 15 * MICROS, 15 * MICROS)

    def test_is_refused_for_what_was_credited_to_nobody(self, line: BankLine, olga: User) -> None:
        with pytest.raises(LineRefused):
            reopen_line(line_id=line.pk, by=olga, why="a mistake", at=NOON)


class TestTakeBackByLine:
    def test_takes_a_part_of_a_deposit_back(
        self, ada: User, olga: User, reference: str, wallet: Wallet
    ) -> None:
        out = Paid("5.00", credit=False, text="recall", party="Somebody", iban="")
        read_statement(german(Paid(reference=reference), out), at=NOON)
        recall = BankLine.objects.get(incoming=False)

        take_back_by_line(line_id=recall.pk, deposit=Deposit.objects.get(), by=olga, at=NOON)

        assert wallet(ada) == (15 * MICROS, 0, 0)
        with pytest.raises(LineRefused):
            take_back_by_line(line_id=recall.pk, deposit=Deposit.objects.get(), by=olga, at=NOON)

    def test_is_refused_for_more_than_is_left(
        self, ada: User, olga: User, reference: str, wallet: Wallet
    ) -> None:
        out = Paid("25.00", credit=False, text="recall")
        read_statement(german(Paid(reference=reference), out), at=NOON)

        with pytest.raises(LineRefused, match="more than is left"):
            take_back_by_line(
                line_id=BankLine.objects.get(incoming=False).pk,
                deposit=Deposit.objects.get(),
                by=olga,
                at=NOON,
            )

        assert wallet(ada) == (20 * MICROS, 0, 0)


class TestSetLineAside:
    def test_notes_why_once(self, line: BankLine, olga: User) -> None:
        set_line_aside(line_id=line.pk, by=olga, why="sent back on Monday", at=NOON)

        line.refresh_from_db()
        assert (line.state, line.note) == ("aside", "sent back on Monday")
        with pytest.raises(LineRefused):
            set_line_aside(line_id=line.pk, by=olga, why="again", at=NOON)


@pytest.mark.django_db(transaction=True)
class TestTwoOperatorsAtOnce:
    def test_credit_it_to_one(self, ada: User, eve: User, olga: User, wallet: Wallet) -> None:
        read_statement(german(Paid(text="hello")), at=NOON)
        number = BankLine.objects.get().pk

        outcomes = at_once(
            *(
                partial(assign_line, line_id=number, to=who, by=olga, at=NOON)
                for who in (ada, eve, ada, eve)
            )
        )

        refused = [type(one) for one in outcomes if isinstance(one, Exception)]
        assert refused == [LineRefused] * 3
        assert wallet(ada)[0] + wallet(eve)[0] == 20 * MICROS


@pytest.fixture
def as_olga(client: Client, olga: User) -> Client:
    client.force_login(olga)
    return client


class TestAdmin:
    def upload(self, client: Client, content: bytes) -> str:
        file = SimpleUploadedFile("bank.xml", content, content_type="application/xml")
        address = reverse("admin:payments_bankline_read")
        return client.post(address, {"file": file}, follow=True).content.decode()

    def deed(self, client: Client, line: BankLine, name: str, note: str = "") -> str:
        address = reverse("admin:payments_bankline_deed", args=[line.pk, name])
        return client.post(address, {"note": note}, follow=True).content.decode()

    def test_says_what_is_wrong_with_a_file(self, as_olga: Client) -> None:
        assert "no file that Obole reads" in self.upload(as_olga, b"<Document/>")
        assert "Entry 1 of statement 1" in self.upload(as_olga, german(Paid("20,00")))
        assert not BankLine.objects.exists()

    def test_refuses_files_of_those_who_may_not(self, client: Client, eve: User) -> None:
        eve.is_staff = True
        eve.save()
        client.force_login(eve)
        file = SimpleUploadedFile("bank.xml", german(Paid()))

        response = client.post(reverse("admin:payments_bankline_read"), {"file": file})

        assert response.status_code == 403
        assert not BankLine.objects.exists()

    def test_credits_takes_back_and_keeps_who_did_it(
        self, as_olga: Client, line: BankLine, ada: User, olga: User, wallet: Wallet
    ) -> None:
        self.deed(as_olga, line, "assign", "nobody")
        self.deed(as_olga, line, "assign", "Ada")
        assert wallet(ada) == (20 * MICROS, 0, 0)

        self.deed(as_olga, line, "reopen", "a mistake")
        self.deed(as_olga, BankLine.objects.get(state="open"), "aside", "sent back")

        assert wallet(ada) == (0, 0, 0)
        log = LogEntry.objects.filter(user=olga).order_by("pk")
        assert [entry.change_message for entry in log] == [
            "assign: Ada",
            "reopen: a mistake",
            "aside: sent back",
        ]

    def test_shows_where_a_refund_goes_and_ends_it(
        self, as_olga: Client, ada: User, reference: str, wallet: Wallet
    ) -> None:
        read_statement(german(Paid(reference=reference)), at=NOON)
        asked = {"way": Way.BANK, "currency": "EUR", "amount": 5 * MICROS, "key": "1"}
        [refund] = withdraw(subscriber=ada, at=NOON, **asked)

        shown = as_olga.get(reverse("admin:payments_bankrefund_changelist")).content.decode()
        assert all(text in shown for text in (f"OBOLE-R{refund.pk}", PAYER, "Ada Lovelace"))

        deed = reverse("admin:payments_bankrefund_deed", args=[refund.pk, "failed"])
        as_olga.post(deed, {"note": "account closed"})
        refund.refresh_from_db()
        assert (refund.state, refund.failure) == (Refund.State.FAILED, "account closed")
        assert wallet(ada) == (20 * MICROS, 0, 0)
