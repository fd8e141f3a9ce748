"""What goes back to cards: refunds begun here and at Stripe, disputes, in any order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import permutations
from mailbox import letters_to, subjects_sent_to
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from stripe_site import (
    Stripe,
    charge_object,
    dispute_object,
    event_of,
    payment_intent,
    refund_object,
    signed,
)

from accounts.models import User
from payments.deposits.models import Deposit, Dispute, Refund, Way
from payments.deposits.paying_back import pay_back_open_refunds, pay_back_refund
from payments.deposits.returning import note_refund
from payments.deposits.stripe.models import CardEvent
from payments.deposits.stripe.paying import begin_card_deposit
from payments.deposits.stripe.reconciling import look_for_refunds, reconcile_cards
from payments.deposits.withdrawing import withdraw
from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.posting import Posting, earnings_of, hold, post, wallet_of
from payments.money import MICROS
from payments.settlement.audit import audit_ledger

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
EVENTS = "/stripe/events"
Tell = Callable[..., CardEvent]
Paid = Callable[..., Deposit]
Wallet = Callable[..., tuple[int, int, int]]


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user("ada", "ada@example.org")


def give(giver: User, taker: User, euros: int) -> None:
    tip = Posting(
        key=f"tip:{Transfer.objects.count()}",
        kind=Transfer.Kind.TIP,
        debited=wallet_of(giver, "EUR"),
        credited=earnings_of(taker, "EUR"),
        amount=euros * MICROS,
        about_at=NOON,
    )
    post([tip], posted_at=NOON)


def faults() -> list[str]:
    return [finding.check.name for finding in audit_ledger() if finding.count]


def take_out(user: User, euros: int, key: str = "1", at: datetime = NOON) -> Refund:
    [refund] = withdraw(
        subscriber=user, way=Way.CARD, currency="EUR", amount=euros * MICROS, key=key, at=at
    )
    return refund


@pytest.fixture
def really_paid(stripe: Stripe) -> Callable[..., Deposit]:
    """A deposit that was paid at localstripe, so that it can be refunded there."""

    def paid(user: User, euros: int = 10) -> Deposit:
        deposit = begin_card_deposit(
            subscriber=user,
            amount=euros * MICROS,
            currency="EUR",
            key=str(Deposit.objects.count()),
            at=datetime.now(UTC),
        )
        stripe.pay(deposit.external_id)
        for event in stripe.events("payment_intent"):
            Client().post(EVENTS, **signed(event))
        deposit.refresh_from_db()
        return deposit

    return paid


class TestRefundsBegunHere:
    def test_go_out_and_are_mirrored_once(
        self, stripe: Stripe, ada: User, really_paid: Paid, tell: Tell, wallet: Wallet
    ) -> None:
        deposit = really_paid(ada)
        refund = take_out(ada, 4)

        pay_back_refund(refund.pk, at=NOON)

        refund.refresh_from_db()
        made = stripe.api("GET", f"/v1/refunds/{refund.external_id}")
        assert (made["amount"], made["payment_intent"]) == (400, deposit.external_id)
        assert refund.state == Refund.State.DONE
        for kind in ("refund.created", "charge.refund.updated", "refund.updated"):
            assert tell(kind, made | {"object": "refund"}).did == "refund_noted"
        assert Refund.objects.count() == 1
        assert wallet(ada) == (6 * MICROS, 0, 0)

    def test_are_known_by_our_number_where_the_event_comes_first(
        self, stripe: Stripe, ada: User, paid: Paid, tell: Tell, wallet: Wallet
    ) -> None:
        deposit = paid(ada)
        refund = take_out(ada, 4)
        thing = refund_object("re_1", deposit.external_id, 400, metadata={"refund": str(refund.pk)})

        tell("refund.created", thing | {"status": "pending"})
        refund.refresh_from_db()
        assert (refund.state, refund.external_id) == ("sent", "re_1")
        tell("refund.updated", thing)

        refund.refresh_from_db()
        assert refund.state == "done"
        assert Refund.objects.count() == 1
        assert wallet(ada) == (6 * MICROS, 0, 0)

    def test_go_out_once_where_an_answer_was_lost(
        self, stripe: Stripe, ada: User, really_paid: Paid
    ) -> None:
        really_paid(ada)
        refund = take_out(ada, 4, at=datetime.now(UTC))
        stripe.loses_answers = 2
        pay_back_open_refunds(at=NOON)
        refund.refresh_from_db()
        assert refund.state == "asked"

        pay_back_open_refunds(at=NOON)

        assert len(stripe.api("GET", "/v1/refunds?limit=100")["data"]) == 1

    def test_are_found_where_stripe_has_forgotten_the_key(
        self, stripe: Stripe, ada: User, really_paid: Paid
    ) -> None:
        really_paid(ada)
        refund = take_out(ada, 4)
        stripe.loses_answers = 2
        pay_back_open_refunds(at=NOON)
        stripe.answers.clear()

        pay_back_open_refunds(at=NOON + timedelta(days=2))

        refund.refresh_from_db()
        assert refund.state == "done"
        assert len(stripe.api("GET", "/v1/refunds?limit=100")["data"]) == 1

    def test_come_back_where_stripe_refuses(
        self, stripe: Stripe, ada: User, really_paid: Paid, wallet: Wallet
    ) -> None:
        deposit = really_paid(ada)
        stripe.api("POST", "/v1/refunds", payment_intent=deposit.external_id, amount=900)
        refund = take_out(ada, 4)

        pay_back_refund(refund.pk, at=NOON)

        refund.refresh_from_db()
        assert refund.state == "failed"
        assert "greater than unrefunded" in refund.failure
        assert wallet(ada) == (10 * MICROS, 0, 0)

    def test_come_back_where_the_bank_returns_them_days_later(
        self, stripe: Stripe, ada: User, paid: Paid, tell: Tell, wallet: Wallet
    ) -> None:
        deposit = paid(ada)
        refund = take_out(ada, 4)
        note_refund(refund, Refund.State.DONE, at=NOON, external_id="re_1")
        thing = refund_object(
            "re_1",
            deposit.external_id,
            400,
            status="failed",
            failure_reason="lost_or_stolen_card",
        )

        assert tell("refund.failed", thing).did == "refund_undone"
        tell("refund.updated", thing)
        tell("refund.updated", thing | {"status": "succeeded"})  # told late

        refund.refresh_from_db()
        assert (refund.state, refund.failure) == ("failed", "lost_or_stolen_card")
        assert wallet(ada) == (10 * MICROS, 0, 0)


class TestRefundsMadeAtStripe:
    def test_are_taken_out_part_by_part(
        self, stripe: Stripe, ada: User, paid: Paid, tell: Tell, wallet: Wallet
    ) -> None:
        number = paid(ada).external_id

        for part in range(3):
            told = tell("refund.created", refund_object(f"re_{part}", number, 300))
            assert told.did == "taken_back"

        assert wallet(ada) == (1 * MICROS, 0, 0)
        assert subjects_sent_to("ada@example.org").count("A payment of €3.00 was taken back") == 3

    def test_lead_into_a_debt_where_the_money_is_given(
        self, stripe: Stripe, ada: User, ben: User, paid: Paid, tell: Tell, wallet: Wallet
    ) -> None:
        number = paid(ada).external_id
        give(ada, ben, 8)

        tell("refund.created", refund_object("re_1", number, 1000))

        assert wallet(ada) == (-8 * MICROS, 0, 8 * MICROS)
        assert "Your wallet owes €8.00 now." in letters_to("ada@example.org")[-1]

    def test_that_failed_before_we_knew_of_them_are_none(
        self, stripe: Stripe, ada: User, paid: Paid, tell: Tell, wallet: Wallet
    ) -> None:
        number = paid(ada).external_id

        told = tell("refund.failed", refund_object("re_1", number, 400, status="failed"))

        assert (told.did, Refund.objects.count()) == ("nothing", 0)
        assert wallet(ada) == (10 * MICROS, 0, 0)

    def test_of_more_than_came_in_are_for_the_operator(
        self, stripe: Stripe, ada: User, paid: Paid, tell: Tell, wallet: Wallet
    ) -> None:
        number = paid(ada).external_id
        tell("refund.created", refund_object("re_1", number, 700))

        told = tell("refund.created", refund_object("re_2", number, 700))

        assert (told.state, told.note) == ("operator", "more would go back than came in")
        assert wallet(ada) == (3 * MICROS, 0, 0)

    def test_are_asked_for_where_the_charge_says_that_there_are_some(
        self,
        stripe: Stripe,
        ada: User,
        really_paid: Paid,
        tell: Tell,
        wallet: Wallet,
    ) -> None:
        deposit = really_paid(ada)
        stripe.api("POST", "/v1/refunds", payment_intent=deposit.external_id, amount=300)
        charge = charge_object("ch_1", deposit.external_id, 1000, amount_refunded=300)

        assert tell("charge.refunded", charge).did == "asked"
        assert look_for_refunds(deposit, at=NOON) == 1  # the task's
        assert tell("charge.refunded", charge).did == "nothing"

        assert wallet(ada) == (7 * MICROS, 0, 0)


def story(number: str) -> list[dict[str, Any]]:
    """A payment that is refunded in part, disputed, and won; each later than the one before."""
    dispute = dispute_object("dp_1", number, 600)
    return [
        event_of("payment_intent.succeeded", payment_intent(number), at=1000),
        event_of("refund.created", refund_object("re_1", number, 400), at=2000),
        event_of("charge.dispute.created", dispute, at=3000),
        event_of("charge.dispute.funds_withdrawn", dispute, at=3001),
        event_of("charge.dispute.closed", dispute | {"status": "won"}, at=4000),
        event_of(
            "charge.dispute.funds_reinstated",
            dispute | {"status": "won"},
            at=4001,
        ),
    ]


class TestOrder:
    @pytest.mark.parametrize("turn", range(0, 720, 80))
    def test_of_events_does_not_matter(
        self,
        stripe: Stripe,
        ada: User,
        begin: Callable[..., Deposit],
        wallet: Wallet,
        turn: int,
    ) -> None:
        Deposit.objects.filter(pk=begin(ada).pk).update(external_id="pi_1")
        events = list(permutations(story("pi_1")))[turn]

        for event in (*events, *events):
            assert Client().post(EVENTS, **signed(event)).status_code == 200

        assert wallet(ada) == (6 * MICROS, 0, 0)
        assert set(CardEvent.objects.values_list("state", flat=True)) == {"done"}
        assert Dispute.objects.get().state == "won"
        assert faults() == []


class TestDisputes:
    def test_that_were_only_opened_move_nothing(
        self, stripe: Stripe, ada: User, paid: Paid, tell: Tell, wallet: Wallet
    ) -> None:
        number = paid(ada).external_id

        tell("charge.dispute.created", dispute_object("dp_1", number, 1000))

        dispute = Dispute.objects.get()
        assert (dispute.state, dispute.reason) == ("needs_response", "fraudulent")
        assert dispute.answer_by == datetime(2010, 9, 16, 12, tzinfo=UTC)
        assert wallet(ada) == (10 * MICROS, 0, 0)

    def test_that_are_lost_have_taken_the_money(
        self, stripe: Stripe, ada: User, paid: Paid, tell: Tell, wallet: Wallet
    ) -> None:
        number = paid(ada).external_id
        thing = dispute_object("dp_1", number, 1000, status="lost")

        assert tell("charge.dispute.closed", thing).did == "charged_back"
        tell("charge.dispute.funds_withdrawn", thing)

        assert wallet(ada) == (0, 0, 0)

    def test_take_no_more_than_is_left_of_the_deposit(
        self, stripe: Stripe, ada: User, paid: Paid, tell: Tell, wallet: Wallet
    ) -> None:
        number = paid(ada).external_id
        tell("refund.created", refund_object("re_1", number, 400))
        thing = dispute_object("dp_1", number, 1000)

        told = tell("charge.dispute.funds_withdrawn", thing)

        assert (told.state, told.did) == ("done", "charged_back")
        assert "the site’s loss" in told.note or "the site's loss" in told.note
        assert wallet(ada) == (0, 0, 0)
        tell("charge.dispute.funds_reinstated", thing | {"status": "won"})
        assert wallet(ada) == (6 * MICROS, 0, 0)

    def test_of_what_was_all_refunded_take_nothing(
        self, stripe: Stripe, ada: User, paid: Paid, tell: Tell, wallet: Wallet
    ) -> None:
        number = paid(ada).external_id
        tell("refund.created", refund_object("re_1", number, 1000))

        tell("charge.dispute.funds_withdrawn", dispute_object("dp_1", number, 1000))
        tell("charge.dispute.funds_reinstated", dispute_object("dp_1", number, 1000))

        assert Dispute.objects.get().chargeback is None
        assert wallet(ada) == (0, 0, 0)

    def test_undo_a_refund_that_nobody_has_sent(
        self, stripe: Stripe, ada: User, paid: Paid, tell: Tell, wallet: Wallet
    ) -> None:
        number = paid(ada).external_id
        refund = take_out(ada, 6)

        tell("charge.dispute.funds_withdrawn", dispute_object("dp_1", number, 1000))
        pay_back_open_refunds(at=NOON)

        refund.refresh_from_db()
        assert (refund.state, refund.failure) == ("failed", "the payment is disputed")
        assert "/v1/refunds" not in stripe.paths()
        assert wallet(ada) == (0, 0, 0)

    def test_of_payments_that_nobody_knows_wait(self, stripe: Stripe, tell: Tell, db: None) -> None:
        told = tell("charge.dispute.created", dispute_object("dp_1", "pi_else", 1000))

        assert told.state == "waiting"

    def test_of_no_payment_are_for_the_operator(self, stripe: Stripe, tell: Tell, db: None) -> None:
        told = tell("charge.dispute.created", dispute_object("dp_1", "", 1000, payment_intent=None))

        assert told.state == "operator"


class TestChargebackAfterTheMoneyWasGiven:
    """From the webhook to the admin page: only the payer is touched, and the operator sees it."""

    def test_is_a_debt_that_later_deposits_pay_first(
        self,
        stripe: Stripe,
        ada: User,
        ben: User,
        olga: User,
        song: object,
        paid: Paid,
        tell: Tell,
        wallet: Wallet,
        settle: Callable[..., object],
        client: Client,
        settings: Any,
    ) -> None:
        from payments.budgets.planning import set_budget
        from payments.clicking.recording import record_click

        number = paid(ada).external_id
        set_budget(subscriber=ada, amount=10 * MICROS, currency="EUR", at=NOON)
        record_click(subscriber=ada, thing=song, at=NOON)
        settle()
        earned = earnings_of(ben, "EUR").balance
        assert earned == 9 * MICROS
        paid_out = Posting(
            key="payout",
            kind=Transfer.Kind.PAID,
            debited=earnings_of(ben, "EUR"),
            credited=LedgerAccount.objects.get(rail="card"),
            amount=5 * MICROS,
            about_at=NOON,
        )
        post([paid_out], posted_at=NOON)

        tell("charge.dispute.created", dispute_object("dp_1", number, 1000))
        tell("charge.dispute.funds_withdrawn", dispute_object("dp_1", number, 1000))

        # The wallet owes; what the creator has, and got, stays.
        assert wallet(ada) == (-10 * MICROS, 0, 10 * MICROS)
        assert earnings_of(ben, "EUR").balance == earned - 5 * MICROS
        client.force_login(ada)
        page = " ".join(client.get("/wallet/").content.decode().split())
        assert "Your wallet owes €10.00." in page
        assert subjects_sent_to("ada@example.org")[-1] == "A payment of €10.00 was taken back"

        # The operator sees the debt, the dispute, and what the event did.
        client.force_login(olga)
        debts = client.get("/admin/payments/debt/").content.decode()
        assert "ada" in debts
        assert "10.00 EUR" in debts
        assert "dp_1" in client.get("/admin/payments/dispute/").content.decode()
        deposit = Deposit.objects.get(external_id=number)
        page = client.get(f"/admin/payments/deposit/{deposit.pk}/change/").content.decode()
        assert "took a disputed payment out of the wallet" in page
        assert "charge.dispute.funds_withdrawn" in page

        # What comes in pays the debt first; only the rest is free.
        with pytest.raises(Exception, match="free"):
            hold(wallet_of(ada, "EUR"), 1)
        paid(ada, 7)
        assert wallet(ada) == (-3 * MICROS, 0, 3 * MICROS)
        paid(ada, 5)
        assert wallet(ada) == (2 * MICROS, 0, 0)
        assert "ada" not in client.get("/admin/payments/debt/").content.decode()
        assert faults() == []


class TestReconcile:
    def test_brings_refunds_whose_events_never_came(
        self, stripe: Stripe, ada: User, really_paid: Paid, wallet: Wallet
    ) -> None:
        deposit = really_paid(ada)
        refund = take_out(ada, 4)
        note_refund(refund, Refund.State.SENT, at=NOON, external_id="re_lost")
        stripe.api("POST", "/v1/refunds", payment_intent=deposit.external_id, amount=300)

        reconcile_cards(at=datetime.now(UTC))

        assert Refund.objects.count() == 2
        assert wallet(ada) == (3 * MICROS, 0, 0)

    def test_is_safe_beside_the_audit(
        self, stripe: Stripe, ada: User, really_paid: Paid, capsys: pytest.CaptureFixture[str]
    ) -> None:
        really_paid(ada)
        call_command("reconcile_cards", days=1)
        call_command("audit")
