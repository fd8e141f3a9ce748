"""What the bank says of payments, and what the ledger makes of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from accounts.models import User
from payments.ledger.models import LedgerAccount, Transfer
from payments.payouts.answers import NotAnAnswer, is_answer, payout_of, read_answer
from payments.payouts.models import Payout, PayoutBatch
from payments.payouts.outcomes import OutcomeRefused, mark_paid, mark_returned
from payments.settlement.audit import audit_ledger

LATER = datetime(2010, 10, 12, tzinfo=UTC)

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.{version}">
<CstmrPmtStsRpt>
<GrpHdr><MsgId>ANSWER-1</MsgId><CreDtTm>2010-10-12T10:00:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>{message}</OrgnlMsgId>
<OrgnlMsgNmId>pain.001</OrgnlMsgNmId>{group}</OrgnlGrpInfAndSts>{batch}
</CstmrPmtStsRpt></Document>"""
ONE = """<OrgnlPmtInfAndSts><OrgnlPmtInfId>X</OrgnlPmtInfId><TxInfAndSts>
<StsId>1</StsId><OrgnlInstrId>1</OrgnlInstrId><OrgnlEndToEndId>{end_to_end}</OrgnlEndToEndId>
<TxSts>{status}</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>closed</AddtlInf></StsRsnInf>
</TxInfAndSts></OrgnlPmtInfAndSts>"""


def balances(owner: User) -> dict[str, int]:
    accounts = LedgerAccount.objects.filter(owner=owner).exclude(balance=0)
    return dict(accounts.values_list("kind", "balance"))


def answer(
    payout: Payout, status: str, *, version: str = "03", group: str = "", named: bool = True
) -> bytes:
    assert payout.batch is not None
    one = ONE.format(end_to_end=payout.end_to_end_id, status=status) if named else ""
    return HEAD.format(
        version=version, message=payout.batch.message_id, group=group, batch=one
    ).encode()


@pytest.fixture
def gone(approved: PayoutBatch, payout: Payout) -> Payout:
    payout.refresh_from_db()
    return payout


@pytest.fixture
def sound() -> Callable[[], None]:
    """Check that the books are sound."""

    def check() -> None:
        assert [finding for finding in audit_ledger(thorough=True) if finding.count] == []

    return check


class TestMarkPaid:
    def test_lets_the_money_out_once(
        self, gone: Payout, ben: User, sound: Callable[[], None]
    ) -> None:
        mark_paid(payout_id=gone.pk, at=LATER, note="ref 1")
        mark_paid(payout_id=gone.pk, at=LATER, note="ref 1")

        assert balances(ben) == {"earnings": 16_000_000}
        outside = LedgerAccount.objects.get(kind="outside", rail="sepa")
        assert outside.balance == 20_000_000
        sound()

    def test_is_refused_before_the_approval(self, payout: Payout) -> None:
        with pytest.raises(OutcomeRefused):
            mark_paid(payout_id=payout.pk, at=LATER)

        assert not Transfer.objects.filter(kind="paid").exists()

    def test_does_not_pay_what_came_back(self, gone: Payout, ben: User) -> None:
        mark_returned(payout_id=gone.pk, at=LATER)

        assert mark_paid(payout_id=gone.pk, at=LATER).state == Payout.State.RETURNED
        assert balances(ben) == {"earnings": 36_000_000}


class TestMarkReturned:
    @pytest.mark.parametrize("paid_before", [False, True])
    def test_makes_it_earnings_again(
        self, gone: Payout, ben: User, paid_before: bool, sound: Callable[[], None]
    ) -> None:
        if paid_before:
            mark_paid(payout_id=gone.pk, at=LATER)

        mark_returned(payout_id=gone.pk, at=LATER, note="AC04")
        mark_returned(payout_id=gone.pk, at=LATER, note="AC04")

        assert balances(ben) == {"earnings": 36_000_000}
        assert gone.steps.get(state="returned").note == "AC04"
        sound()


class TestReadAnswer:
    @pytest.mark.parametrize("version", ["03", "10", "12"])
    def test_books_what_is_settled(self, gone: Payout, ben: User, version: str) -> None:
        content = answer(gone, "ACSC", version=version)

        assert is_answer(content)
        assert read_answer(content, at=LATER).paid == 1
        assert read_answer(content, at=LATER).unchanged == 1
        assert balances(ben) == {"earnings": 16_000_000}

    def test_gives_back_what_is_rejected(self, gone: Payout, ben: User) -> None:
        assert read_answer(answer(gone, "RJCT"), at=LATER).returned == 1

        assert balances(ben) == {"earnings": 36_000_000}
        assert gone.steps.get(state="returned").note == "AC04 closed"

    @pytest.mark.parametrize("status", ["ACCP", "ACSP", "PDNG", "ACTC", "????"])
    def test_waits_for_the_rest(self, gone: Payout, status: str) -> None:
        assert read_answer(answer(gone, status), at=LATER).unchanged == 1

        gone.refresh_from_db()
        assert gone.state == Payout.State.APPROVED

    def test_takes_the_word_for_a_whole_message(self, gone: Payout, ben: User) -> None:
        group = "<GrpSts>RJCT</GrpSts>"

        read = read_answer(answer(gone, "", group=group, named=False), at=LATER)

        assert read.returned == 1
        assert balances(ben) == {"earnings": 36_000_000}

    def test_names_payments_that_are_not_ours(self, gone: Payout) -> None:
        content = answer(gone, "ACSC").replace(gone.end_to_end_id.encode(), b"OBOLE-P99999")

        assert read_answer(content, at=LATER).unknown == ("OBOLE-P99999",)

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"not xml",
            b"<Document/>",
            b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "x">]><a>&b;</a>',
            b"\xff\xfe\x00",
        ],
    )
    def test_refuses_what_is_none(self, db: None, content: bytes) -> None:
        with pytest.raises(NotAnAnswer):
            read_answer(content, at=LATER)

    @pytest.mark.parametrize("text", ["x", "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"])
    def test_refuses_entities(self, gone: Payout, text: str) -> None:
        kind = f'<!DOCTYPE a [<!ENTITY a "xxxxxxxxxx"><!ENTITY b "{text}">]>'.encode()
        content = answer(gone, "&b;").replace(b"?>\n<Doc", b"?>\n" + kind + b"\n<Doc", 1)

        with pytest.raises(NotAnAnswer):
            read_answer(content, at=LATER)


class TestPayoutOf:
    @pytest.mark.parametrize(
        "text", ["", "OBOLE-P", "OBOLE-P0", "OBOLE-P-1", "NOTPROVIDED", "OBOLE-P" + "9" * 30]
    )
    def test_is_nobodys(self, db: None, text: str) -> None:
        assert payout_of(text) is None
