"""Files of banks in the documented forms of several countries, and files that are none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from camt_files import IBAN, PAYER, Paid, dutch, german, german_new, old_notice, swiss_notice
from lxml import etree

from payments.deposits.bank.statements import Booking, NotAStatement, read_bookings

SCHEMAS = Path(__file__).parent / "schemas"
FORMS = {
    "camt.053.001.02": german,
    "camt.053.001.08": german_new,
    "camt.054.001.02": old_notice,
    "camt.054.001.08": swiss_notice,
}
REFERENCE = "RF18539007547034"

each_form = pytest.mark.parametrize(
    "form", [*FORMS.values(), dutch], ids=lambda form: form.__name__
)


def bookings(content: bytes) -> list[Booking]:
    """Without their keys, which test_reading.py is about."""
    return [replace(booking, key="") for booking in read_bookings(content)]


ALL_KINDS = (
    Paid(reference=REFERENCE, bank_reference="A-1"),
    Paid(text=f"Obole {REFERENCE}", end_to_end="E-1"),
    Paid(amount="7.50", credit=False, party="A creator", end_to_end="OBOLE-P7"),
    Paid(credit=False, reversal=True),
    Paid(returned="AC04", end_to_end="OBOLE-P8"),
    Paid(amount="30.00", batch=(Paid("10.00", REFERENCE), Paid("20.00")), batch_number="B-1"),
    Paid(amount="30.00", batch=(Paid("10.00"), Paid("20.00")), details=False),
    Paid(details=False),
)


class TestFixtures:
    @pytest.mark.parametrize("version", FORMS)
    def test_are_valid_by_the_published_schemas(self, version: str) -> None:
        schema = etree.XMLSchema(etree.parse(SCHEMAS / f"{version}.xsd"))

        document = etree.fromstring(FORMS[version](*ALL_KINDS))

        assert schema.validate(document), schema.error_log


class TestReadCamt:
    @each_form
    def test_reads_a_payment_with_its_reference(self, form: Callable[..., bytes]) -> None:
        [booking] = bookings(form(Paid(reference=REFERENCE, end_to_end="E-1")))

        assert booking == Booking(
            account=IBAN,
            amount=20_000_000,
            currency="EUR",
            incoming=True,
            reversal=False,
            booked_on=date(2010, 9, 9),
            end_to_end_id="E-1",
            creditor_references=(REFERENCE,),
            party="Ada Lovelace",
            party_account=PAYER,
        )

    @each_form
    def test_reads_free_text(self, form: Callable[..., bytes]) -> None:
        [booking] = bookings(form(Paid(text="for my wallet")))

        assert (booking.text, booking.creditor_references) == ("for my wallet", ())

    @each_form
    def test_reads_the_payments_of_a_batch(self, form: Callable[..., bytes]) -> None:
        batch = Paid("30.00", batch=(Paid("10.00", REFERENCE), Paid("20.00", party="Eve")))

        found = bookings(form(batch))

        assert [(one.amount, one.party, one.is_part) for one in found] == [
            (10_000_000, "Ada Lovelace", True),
            (20_000_000, "Eve", True),
        ]

    @each_form
    def test_keeps_a_batch_whole_whose_parts_do_not_add_up(
        self, form: Callable[..., bytes]
    ) -> None:
        [booking] = bookings(form(Paid("30.01", batch=(Paid("10.00"), Paid("20.00")))))

        assert (booking.amount, booking.payments) == (30_010_000, 2)

    @each_form
    def test_keeps_a_batch_whole_that_has_no_details(self, form: Callable[..., bytes]) -> None:
        [booking] = bookings(
            form(Paid("30.00", batch=(Paid("10.00"), Paid("20.00")), details=False))
        )

        assert (booking.amount, booking.payments) == (30_000_000, 2)

    def test_tells_the_directions_of_a_mixed_batch_apart(self) -> None:
        batch = Paid("5.00", batch=(Paid("10.00"), Paid("5.00", credit=False)))

        found = bookings(swiss_notice(batch))

        assert [(one.amount, one.incoming) for one in found] == [
            (10_000_000, True),
            (5_000_000, False),
        ]

    @each_form
    def test_leaves_out_what_is_not_booked(self, form: Callable[..., bytes]) -> None:
        assert bookings(form(Paid(status="PDNG"), Paid(status="INFO"))) == []

    @each_form
    def test_leaves_out_notices_without_money(self, form: Callable[..., bytes]) -> None:
        assert bookings(form(Paid("0.00", text="new conditions"))) == []

    @each_form
    def test_reads_what_goes_out_comes_back_and_is_reversed(
        self, form: Callable[..., bytes]
    ) -> None:
        out, back, reversed_one = bookings(
            form(
                Paid(credit=False, party="Ben"),
                Paid(returned="AC04", party="Ben"),
                Paid(credit=False, reversal=True),
            )
        )

        assert (out.incoming, out.party, out.reversal) == (False, "Ben", False)
        assert (back.incoming, back.party, back.return_reason) == (True, "Ben", "AC04")
        assert (reversed_one.incoming, reversed_one.reversal) == (False, True)
        assert reversed_one.party == "Ada Lovelace"

    def test_reads_several_statements(self) -> None:
        one = german(Paid()).decode()
        part = one[one.index("<Stmt>") : one.index("</Stmt>") + len("</Stmt>")]

        other = part.replace("2010-09-09", "2010-09-10")
        found = read_bookings(one.replace(part, part + other).encode())

        assert [booking.booked_on.day for booking in found] == [9, 10]

    def test_takes_moments_and_zones_for_days(self) -> None:
        moment = swiss_notice(Paid()).replace(
            b"<Dt>2010-09-09</Dt>", b"<DtTm>2010-09-09T23:30:00.000+02:00</DtTm>"
        )
        zoned = german(Paid()).replace(b"2010-09-09<", b"2010-09-09+02:00<")

        assert [bookings(content)[0].booked_on for content in (moment, zoned)] == [
            date(2010, 9, 9)
        ] * 2


BOMB = b"""<?xml version="1.0"?><!DOCTYPE Document [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;">]>
<Document><BkToCstmrStmt>&e;</BkToCstmrStmt></Document>"""
FILE = b"""<?xml version="1.0"?><!DOCTYPE Document [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<Document><BkToCstmrStmt><GrpHdr><MsgId>&x;</MsgId></GrpHdr></BkToCstmrStmt></Document>"""


class TestBadFiles:
    @pytest.mark.parametrize(
        ("content", "match"),
        [
            (b"", "no XML"),
            (b"\x00\x01", "no XML"),
            (b"date;amount\n2010-09-09;20.00\n", "no XML"),
            (german(Paid())[:-20], "no XML"),
            (b"<Document/>", "neither a statement"),
            (b"<Document><CstmrPmtStsRpt/></Document>", "neither a statement"),
            (BOMB, "declares a document type|no XML"),
            (FILE, "declares a document type"),
            (german(Paid()).replace(IBAN.encode(), b""), "of which account"),
            (german(Paid("20,00")), "entry 1 of statement 1: .*20,00"),
            (german(Paid("-20.00")), "entry 1 of statement 1"),
            (german(Paid("1e3")), "entry 1 of statement 1"),
            (german(Paid(), Paid("9" * 15)), "entry 2 of statement 1"),
            (german(Paid("20.0000001")), "more than six decimals"),
            (german(Paid()).replace(b'Ccy="EUR">20', b'Ccy="euros">20'), "no currency"),
            (
                german(Paid()).replace(
                    b">CRDT</CdtDbtInd>\n    <Sts", b">XXXX</CdtDbtInd>\n    <Sts"
                ),
                "CdtDbtInd",
            ),
            (german(Paid()).replace(b"<Sts>BOOK</Sts>", b""), "Sts"),
            (german(Paid()).replace(b"2010-09-09", b"2010-13-41"), "entry 1 of statement 1"),
            (
                german(Paid()).replace(
                    b"<BookgDt><Dt>2010-09-09</Dt></BookgDt><ValDt><Dt>2010-09-09</Dt></ValDt>", b""
                ),
                "no date",
            ),
        ],
        ids=range(19),
    )
    def test_are_refused_with_where_and_why(self, content: bytes, match: str) -> None:
        with pytest.raises(NotAStatement, match=match):
            read_bookings(content)

    def test_are_refused_where_they_are_too_large(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("payments.deposits.bank.statements.MOST_BYTES", 100)

        with pytest.raises(NotAStatement, match="larger than"):
            read_bookings(german(Paid()))
