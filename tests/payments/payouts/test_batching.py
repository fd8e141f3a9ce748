"""Batches: made once, approved by another, one file for good."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from importlib import resources

import pytest
from django.db import IntegrityError, connection
from lxml import etree
from pytest_django import Settings

from accounts.models import User
from payments.ledger.models import LedgerAccount
from payments.payouts.batching import (
    BatchRefused,
    NothingToPay,
    SecondPersonNeeded,
    approve_batch,
    dissolve_batch,
    file_of,
    make_batch,
    mark_sent,
)
from payments.payouts.details import Account, enter_details
from payments.payouts.holds import hold_payouts
from payments.payouts.models import Payout, PayoutBatch, Way
from payments.payouts.requesting import cancel_payout, request_payout

LATER = datetime(2010, 10, 12, tzinfo=UTC)
RELEASED = datetime(2010, 10, 10, tzinfo=UTC)
PAIN = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"


class TestMakeBatch:
    def test_takes_what_waits(self, payout: Payout, olga: User) -> None:
        batch = make_batch(way=Way.SEPA, currency="EUR", by=olga, at=LATER)

        assert list(batch.payouts.all()) == [payout]

    def test_made_twice_is_one(self, payout: Payout, olga: User, paul: User) -> None:
        batch = make_batch(way=Way.SEPA, currency="EUR", by=olga, at=LATER)

        assert make_batch(way=Way.SEPA, currency="EUR", by=paul, at=LATER) == batch
        assert PayoutBatch.objects.count() == 1

    def test_is_not_made_of_nothing(self, olga: User) -> None:
        with pytest.raises(NothingToPay):
            make_batch(way=Way.SEPA, currency="EUR", by=olga, at=LATER)

        assert not PayoutBatch.objects.exists()

    def test_leaves_the_suspended_and_the_held_out(
        self, payout: Payout, ben: User, olga: User
    ) -> None:
        hold_payouts(owner=ben, why="a ring", key="r:1", at=LATER)

        with pytest.raises(NothingToPay):
            make_batch(way=Way.SEPA, currency="EUR", by=olga, at=LATER)


class TestApproveBatch:
    def test_needs_a_second_person(self, payout: Payout, olga: User) -> None:
        batch = make_batch(way=Way.SEPA, currency="EUR", by=olga, at=LATER)

        with pytest.raises(SecondPersonNeeded):
            approve_batch(batch_id=batch.pk, by=olga, at=LATER)

        batch.refresh_from_db()
        assert batch.state == PayoutBatch.State.MADE

    def test_needs_somebody_who_is_not_paid(self, payout: Payout, ben: User, olga: User) -> None:
        batch = make_batch(way=Way.SEPA, currency="EUR", by=olga, at=LATER)

        with pytest.raises(SecondPersonNeeded):
            approve_batch(batch_id=batch.pk, by=ben, at=LATER)

    def test_lets_out_who_was_suspended_meanwhile(
        self, payout: Payout, ben: User, olga: User, paul: User
    ) -> None:
        batch = make_batch(way=Way.SEPA, currency="EUR", by=olga, at=LATER)
        ben.suspended = True
        ben.save()

        with pytest.raises(NothingToPay):
            approve_batch(batch_id=batch.pk, by=paul, at=LATER)

        batch.refresh_from_db()
        payout.refresh_from_db()
        assert batch.state == PayoutBatch.State.DISSOLVED
        assert (payout.state, payout.batch) == (Payout.State.REQUESTED, None)

    def test_does_not_pay_what_was_called_off(
        self, payout: Payout, ben: User, olga: User, paul: User
    ) -> None:
        batch = make_batch(way=Way.SEPA, currency="EUR", by=olga, at=LATER)
        cancel_payout(owner=ben, payout_id=payout.pk, at=LATER)

        with pytest.raises(NothingToPay):
            approve_batch(batch_id=batch.pk, by=paul, at=LATER)

    def test_database_holds_the_four_eyes(self, approved: PayoutBatch) -> None:
        with pytest.raises(IntegrityError), connection.cursor() as cursor:
            cursor.execute("UPDATE payments_payoutbatch SET approved_by_id = made_by_id")


class TestFile:
    def test_is_valid_and_pays_each_once(self, approved: PayoutBatch, payout: Payout) -> None:
        file = file_of(approved)

        document = etree.fromstring(file.content)
        schema = resources.files("sepaxml") / "schemas" / "pain.001.001.09.xsd"
        etree.XMLSchema(etree.fromstring(schema.read_bytes())).assertValid(document)
        (payment,) = document.iterfind(f".//{PAIN}CdtTrfTxInf")
        assert payment.findtext(f".//{PAIN}EndToEndId") == payout.end_to_end_id
        assert payment.findtext(f".//{PAIN}InstdAmt") == "20.00"
        assert payment.findtext(f".//{PAIN}CdtrAcct//{PAIN}IBAN") == "DE89370400440532013000"
        assert payment.findtext(f".//{PAIN}Cdtr/{PAIN}Nm") == "Ben Muller"
        assert document.findtext(f".//{PAIN}CtrlSum") == "20.00"
        assert document.findtext(f".//{PAIN}MsgId") == approved.message_id
        assert document.findtext(f".//{PAIN}BtchBookg") == "false"
        assert document.findtext(f".//{PAIN}ReqdExctnDt/{PAIN}Dt") == "2010-10-12"

    @pytest.mark.parametrize("version", ["pain.001.001.03", "pain.001.001.10", "pain.001.001.11"])
    def test_is_valid_in_other_versions(
        self, payout: Payout, olga: User, paul: User, settings: Settings, version: str
    ) -> None:
        settings.PAYOUT_PAIN = version
        batch = make_batch(way=Way.SEPA, currency="EUR", by=olga, at=LATER)

        approve_batch(batch_id=batch.pk, by=paul, at=LATER)

        batch.refresh_from_db()
        assert version.encode() in file_of(batch).content

    def test_is_the_same_each_time(
        self, approved: PayoutBatch, olga: User, settings: Settings
    ) -> None:
        first = file_of(approved)
        settings.BANK_HOLDER = "Somebody else"
        approve_batch(batch_id=approved.pk, by=olga, at=LATER)
        approved.refresh_from_db()

        assert file_of(approved) == first

    def test_is_sealed_in_the_database(self, approved: PayoutBatch) -> None:
        assert approved.file is not None
        assert b"DE89370400440532013000" not in bytes(approved.file)

    def test_is_not_there_before_the_approval(self, payout: Payout, olga: User) -> None:
        batch = make_batch(way=Way.SEPA, currency="EUR", by=olga, at=LATER)

        with pytest.raises(BatchRefused):
            file_of(batch)

    def test_of_payments_by_hand_is_a_harmless_table(
        self, earnings: None, ben: User, olga: User, paul: User
    ) -> None:
        account = Account("=cmd|' /C calc'!A0", "+49 170 1, in cash")
        enter_details(
            owner=ben, way=Way.MANUAL, account=account, at=datetime(2010, 9, 1, tzinfo=UTC)
        )
        payout = request_payout(owner=ben, amount=20_000_000, currency="EUR", key="a", at=RELEASED)
        batch = make_batch(way=Way.MANUAL, currency="EUR", by=olga, at=LATER)
        approve_batch(batch_id=batch.pk, by=paul, at=LATER)
        batch.refresh_from_db()

        lines = file_of(batch).content.decode().splitlines()

        assert lines[0] == "payout,holder,account,amount,currency,text"
        assert lines[1].startswith(f"{payout.end_to_end_id},'=cmd|' /C calc'!A0,\"'+49 170 1, in ")


class TestDissolveBatch:
    def test_lets_its_payouts_wait_again(self, payout: Payout, olga: User) -> None:
        batch = make_batch(way=Way.SEPA, currency="EUR", by=olga, at=LATER)

        dissolve_batch(batch_id=batch.pk)

        payout.refresh_from_db()
        assert payout.batch is None
        assert make_batch(way=Way.SEPA, currency="EUR", by=olga, at=LATER) != batch

    def test_is_too_late_after_the_approval(self, approved: PayoutBatch) -> None:
        with pytest.raises(BatchRefused):
            dissolve_batch(batch_id=approved.pk)


class TestMarkSent:
    def test_sends_each_payout_once(
        self, approved: PayoutBatch, payout: Payout, olga: User
    ) -> None:
        mark_sent(batch_id=approved.pk, by=olga, at=LATER)
        mark_sent(batch_id=approved.pk, by=olga, at=LATER)

        payout.refresh_from_db()
        assert payout.state == Payout.State.SENT
        assert payout.steps.filter(state="sent").count() == 1

    def test_needs_the_approval(self, payout: Payout, olga: User) -> None:
        batch = make_batch(way=Way.SEPA, currency="EUR", by=olga, at=LATER)

        with pytest.raises(BatchRefused):
            mark_sent(batch_id=batch.pk, by=olga, at=LATER)

    def test_leaves_the_money_where_it_is(
        self, approved: PayoutBatch, olga: User, ben: User
    ) -> None:
        mark_sent(batch_id=approved.pk, by=olga, at=LATER)

        payable = LedgerAccount.objects.get(owner=ben, kind="payable")
        assert payable.balance == 20_000_000


class TestQueries:
    def test_of_an_approval_grow_by_the_steps_alone(
        self,
        earnings: None,
        details: object,
        ben: User,
        olga: User,
        paul: User,
        django_assert_max_num_queries: Callable[..., object],
    ) -> None:
        for number in range(3):
            request_payout(
                owner=ben, amount=10_000_000, currency="EUR", key=str(number), at=RELEASED
            )
        batch = make_batch(way=Way.SEPA, currency="EUR", by=olga, at=LATER)

        with django_assert_max_num_queries(20):  # type: ignore[attr-defined]
            approve_batch(batch_id=batch.pk, by=paul, at=LATER)
