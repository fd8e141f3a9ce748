"""Bank transfers: references, statements of several banks, and what nobody could place."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, connections
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from accounts.models import User
from payments.deposits.bank.deciding import (
    LineRefused,
    assign_line,
    set_line_aside,
    take_back_by_line,
)
from payments.deposits.bank.models import BankLine
from payments.deposits.bank.reading import Read, read_statement
from payments.deposits.bank.references import format_reference, reference_of, user_numbers_in
from payments.deposits.bank.statements import NotAStatement, read_bookings
from payments.deposits.models import Deposit
from payments.ledger.models import LedgerAccount, Transfer
from payments.settlement.audit import audit_ledger

NOW = datetime(2010, 10, 14, 9, tzinfo=UTC)
HERE = Path(__file__).parent
IBAN = "FR7630006000011234567890189"


@pytest.fixture(autouse=True)
def bank(settings: Settings) -> None:
    settings.BANK_IBAN = IBAN
    settings.BANK_HOLDER = "Obole e. V."


@pytest.fixture
def german(ada: User) -> bytes:
    """Ada's 25 euros with her reference, Eve's 12.50 without one, the bank's fee."""
    return (HERE / "german.xml").read_bytes().replace(b"@ADA@", reference_of(ada).encode())


@pytest.fixture
def swiss(ada: User, ben: User) -> bytes:
    """A collective booking: Ada's 10 euros, her reference in the text, and Ben's 20."""
    content = (HERE / "swiss.xml").read_bytes()
    content = content.replace(
        b"@ADA-WRITTEN@", format_reference(reference_of(ada)).lower().encode()
    )
    return content.replace(b"@BEN@", reference_of(ben).encode())


def wallet(owner: User) -> int:
    account = LedgerAccount.objects.filter(owner=owner, kind="wallet", currency="EUR").first()
    return account.balance if account else 0


def sound() -> bool:
    return not [finding for finding in audit_ledger(thorough=True) if finding.count]


class TestReferences:
    @given(number=st.integers(1, 10**17 - 1), before=st.text(max_size=9), after=st.text(max_size=9))
    def test_are_found_in_any_text(self, number: int, before: str, after: str) -> None:
        reference = reference_of(User(pk=number))
        digits = after[:1].isdigit() or after.lstrip()[:1].isdigit()

        found = user_numbers_in(f"{before} {format_reference(reference)} {after}")

        assert digits or number in found

    @given(number=st.integers(1, 10**9), place=st.integers(0, 3), digit=st.integers(0, 9))
    def test_notice_a_wrong_digit(self, number: int, place: int, digit: int) -> None:
        reference = reference_of(User(pk=number))
        wrong = list(reference)
        wrong[-1 - place] = str(digit)

        assert "".join(wrong) == reference or number not in user_numbers_in("".join(wrong))

    @pytest.mark.parametrize("text", ["", "RF", "RF18539007547034", "RF00OB000042", "OB000042"])
    def test_are_not_found_where_there_is_none(self, text: str) -> None:
        assert user_numbers_in(text) == set()


class TestReadStatement:
    def test_places_what_has_a_reference(self, german: bytes, ada: User) -> None:
        read = read_statement(german, at=NOW)

        assert read == Read(lines=3, known=0, deposits=1, payouts=0, open=1, outgoing=1)
        assert wallet(ada) == 25_000_000
        assert Deposit.objects.get().state == Deposit.State.ARRIVED
        assert sound()

    def test_reads_the_payments_of_a_collective_booking(
        self, swiss: bytes, ada: User, ben: User
    ) -> None:
        assert read_statement(swiss, at=NOW).deposits == 2
        assert (wallet(ada), wallet(ben)) == (10_000_000, 20_000_000)

    def test_twice_changes_nothing(self, german: bytes, ada: User) -> None:
        read_statement(german, at=NOW)

        assert read_statement(german, at=NOW).known == 3
        assert wallet(ada) == 25_000_000
        assert Transfer.objects.count() == 1

    def test_of_an_overlapping_file_takes_what_is_new(self, german: bytes, ada: User) -> None:
        """A notice of the day, and the statement of the evening with one booking more."""
        notice = german.replace(b"camt.053.001.02", b"camt.054.001.02")
        notice = notice.replace(b"BkToCstmrStmt", b"BkToCstmrDbtCdtNtfctn")
        notice = notice.replace(b"<Stmt>", b"<Ntfctn>").replace(b"</Stmt>", b"</Ntfctn>")
        start, end = notice.index(b"<Ntry>", 1200), notice.rindex(b"<Ntry>", 0, -700)
        read_statement(
            notice[:start] + notice[start:end] + notice[notice.rindex(b"</Ntfctn>") :], at=NOW
        )

        read = read_statement(german, at=NOW)

        assert read.known >= 1
        assert wallet(ada) == 25_000_000
        assert BankLine.objects.count() == 3

    def test_keeps_two_equal_payments_apart(self, german: bytes, ada: User) -> None:
        bare = german.replace(b"<AcctSvcrRef>2010101200000000001</AcctSvcrRef>", b"")
        entry = bare[bare.index(b"<Ntry>") : bare.index(b"</Ntry>") + 7]
        twice = bare.replace(entry, entry + entry, 1)

        read_statement(twice, at=NOW)
        read_statement(twice, at=NOW)

        assert wallet(ada) == 50_000_000

    def test_of_another_account_is_refused(self, german: bytes, settings: Settings) -> None:
        settings.BANK_IBAN = "DE89370400440532013000"

        with pytest.raises(NotAStatement, match="not ours"):
            read_statement(german, at=NOW)

        assert not BankLine.objects.exists()

    def test_leaves_a_text_with_two_references_to_a_person(
        self, german: bytes, ada: User, ben: User
    ) -> None:
        both = german.replace(
            b"for my wallet, ", f"{reference_of(ada)} {reference_of(ben)}".encode()
        )

        assert read_statement(both, at=NOW).open == 1
        assert wallet(ben) == 0

    @pytest.mark.parametrize(
        ("old", "new", "why"),
        [
            (b'<Amt Ccy="EUR">25.00</Amt><CdtDbtInd>', b"<CdtDbtInd>", "entry 1 .* has no amount"),
            (b">25.00</Amt><CdtDbtInd>", b">-25</Amt><CdtDbtInd>", "entry 1 of statement"),
            (b">25.00</Amt><CdtDbtInd>", b">NaN</Amt><CdtDbtInd>", "entry 1 of statement"),
            (b'Ccy="EUR">25.00</Amt><Cdt', b">25.00</Amt><Cdt", "entry 1 .* no currency"),
            (
                b"<Dt>2010-10-12</Dt></BookgDt><ValDt><Dt>2010-10-12",
                b"<Dt>soon</Dt></BookgDt><ValDt><Dt>x",
                "entry 1 of statement",
            ),
            (
                b"CRDT</CdtDbtInd><Sts>BOOK",
                b"?</CdtDbtInd><Sts>BOOK",
                "neither a credit|credit or a debit",
            ),
            (b"</Document>", b"", "no XML"),
            (b"<Document", b"<!DOCTYPE a [<!ENTITY b 'c'>]><Document", "document type"),
            (b"BkToCstmrStmt", b"BkToCstmrAcctRpt", "neither a statement"),
        ],
    )
    def test_refuses_what_it_cannot_read_as_a_whole(
        self, german: bytes, old: bytes, new: bytes, why: str
    ) -> None:
        assert old in german
        count = -1 if b"Stmt" in old else 1

        with pytest.raises(NotAStatement, match=why):
            read_statement(german.replace(old, new, count), at=NOW)

        assert not BankLine.objects.exists()
        assert not Transfer.objects.exists()

    @pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"<a/>", b"{}" * 99])
    def test_refuses_other_files(self, db: None, content: bytes) -> None:
        with pytest.raises(NotAStatement):
            read_bookings(content)

    def test_takes_a_booking_that_does_not_add_up_as_one(self, swiss: bytes) -> None:
        wrong = swiss.replace(b'<Amt Ccy="EUR">20.00</Amt>', b'<Amt Ccy="EUR">19.00</Amt>')

        (line,) = read_bookings(wrong)

        assert line.amount == 30_000_000
        assert read_statement(wrong, at=NOW).open == 1


class TestOpenLines:
    def test_are_put_into_a_wallet_once(self, german: bytes, eve: User, olga: User) -> None:
        read_statement(german, at=NOW)
        line = BankLine.objects.get(state="open")

        assign_line(line_id=line.pk, to=eve, by=olga, at=NOW)
        with pytest.raises(LineRefused):
            assign_line(line_id=line.pk, to=olga, by=olga, at=NOW)

        line.refresh_from_db()
        assert (wallet(eve), line.state, line.decided_by) == (12_500_000, "deposit", olga)
        assert sound()

    def test_are_set_aside_with_a_reason(self, german: bytes, olga: User) -> None:
        read_statement(german, at=NOW)
        line = BankLine.objects.get(state="open")

        set_line_aside(line_id=line.pk, by=olga, why="sent back", at=NOW)

        line.refresh_from_db()
        assert (line.state, line.note) == ("aside", "sent back")

    def test_a_recall_makes_a_debt_of_what_is_gone(
        self, german: bytes, ada: User, olga: User
    ) -> None:
        read_statement(german, at=NOW)
        read_statement(german.replace(b"9.90", b"25.00").replace(b"0000003<", b"0000009<"), at=NOW)
        line = BankLine.objects.get(amount=25_000_000, incoming=False)

        take_back_by_line(line_id=line.pk, deposit=Deposit.objects.get(), by=olga, at=NOW)

        assert wallet(ada) == 0
        assert sound()

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE payments_bankline SET amount = amount + 1",
            "UPDATE payments_bankline SET state = 'open', deposit_id = NULL WHERE deposit_id > 0",
            "DELETE FROM payments_bankline",
        ],
    )
    def test_the_database_keeps_what_was_read(self, german: bytes, statement: str) -> None:
        read_statement(german, at=NOW)

        with pytest.raises(IntegrityError), connection.cursor() as cursor:
            cursor.execute(statement)


class TestAdmin:
    def test_reads_a_file_and_places_a_line(
        self, german: bytes, eve: User, olga: User, client: Client, tmp_path: Path
    ) -> None:
        client.force_login(olga)
        file = tmp_path / "statement.xml"
        file.write_bytes(german)

        with file.open("rb") as opened:
            client.post("/admin/payments/bankline/read/", {"file": opened})
        line = BankLine.objects.get(state="open")
        deed = reverse("admin:payments_bankline_deed", args=[line.pk, "assign"])
        client.post(deed, {"note": "nobody"})
        assert wallet(eve) == 0
        client.post(deed, {"note": "EVE"})

        assert wallet(eve) == 12_500_000


class TestCommand:
    def test_says_what_became_of_the_file(
        self, german: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = tmp_path / "statement.xml"
        file.write_bytes(german)

        call_command("import_statement", file)

        assert "3 bookings, 0 read before, 1 deposits" in capsys.readouterr().out

    @pytest.mark.parametrize("content", [None, b"", b"no statement"])
    def test_ends_2_where_it_cannot(self, db: None, tmp_path: Path, content: bytes | None) -> None:
        file = tmp_path / "statement.xml"
        if content is not None:
            file.write_bytes(content)

        with pytest.raises(CommandError) as refused:
            call_command("import_statement", file)

        assert refused.value.returncode == 2


class TestPage:
    def test_shows_the_reference_and_a_code(self, ada: User, client: Client) -> None:
        client.force_login(ada)

        page = client.get("/wallet/pay-in/bank/").content.decode()

        assert format_reference(reference_of(ada)) in page
        assert "<svg" in page
        assert "style=" not in page

    @pytest.mark.parametrize(("amount", "status"), [("12,34", 200), ("0", 400), ("1.234", 400)])
    def test_takes_an_amount(self, ada: User, client: Client, amount: str, status: int) -> None:
        client.force_login(ada)

        assert client.get("/wallet/pay-in/bank/", {"amount": amount}).status_code == status

    def test_is_not_there_without_an_account(
        self, ada: User, client: Client, settings: Settings
    ) -> None:
        settings.BANK_IBAN = ""
        client.force_login(ada)

        assert client.get("/wallet/pay-in/bank/").status_code == 404


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_one_file_read_twice_is_one(self, german: bytes, ada: User) -> None:
        barrier = Barrier(3)

        def read(_number: int) -> int:
            barrier.wait()
            try:
                return read_statement(german, at=NOW).known
            finally:
                connections.close_all()

        with ThreadPoolExecutor(3) as pool:
            known = list(pool.map(read, range(3)))

        assert sorted(known) == [0, 3, 3]
        assert wallet(ada) == 25_000_000


class TestPayouts:
    def test_are_paid_by_the_statement(
        self,
        german: bytes,
        ben: User,
        olga: User,
        give: Callable[..., None],
        song: object,
        ada: User,
        settle: Callable[..., object],
    ) -> None:
        from payments.payouts.batching import approve_batch, make_batch
        from payments.payouts.details import Account, enter_details
        from payments.payouts.models import Payout, Way
        from payments.payouts.requesting import request_payout

        give(ada, song, euros=40)
        settle()
        enter_details(
            owner=ben,
            way=Way.SEPA,
            account=Account("Ben", "DE89370400440532013000"),
            at=datetime(2010, 10, 1, tzinfo=UTC),
        )
        payout = request_payout(owner=ben, amount=20_000_000, currency="EUR", key="a", at=NOW)
        batch = make_batch(way=Way.SEPA, currency="EUR", by=olga, at=NOW)
        approve_batch(batch_id=batch.pk, by=User.objects.create_user("paul"), at=NOW)
        booked = german.replace(
            b"<AddtlNtryInf>ENTGELTABSCHLUSS</AddtlNtryInf>",
            b"<NtryDtls><TxDtls><Refs><EndToEndId>%b</EndToEndId></Refs></TxDtls></NtryDtls>"
            % payout.end_to_end_id.encode(),
        ).replace(b"9.90", b"20.00")

        assert read_statement(booked, at=NOW).payouts == 1

        payout.refresh_from_db()
        assert payout.state == Payout.State.PAID
        assert sound()
