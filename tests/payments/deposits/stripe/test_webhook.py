"""The address of Stripe's events: who is believed, and each event once."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from at_once import at_once
from django.db import IntegrityError, transaction
from django.test import Client
from stripe_site import (
    WEBHOOK_SECRET,
    Stripe,
    event_of,
    payment_intent,
    refund_object,
    signed,
)

from accounts.models import User
from payments.deposits.models import Deposit
from payments.deposits.stripe.models import CardEvent
from payments.ledger.models import LedgerAccount, Transfer
from payments.money import MICROS

EVENTS = "/stripe/events"
Begin = Callable[..., Deposit]
Wallet = Callable[..., tuple[int, int, int]]


def waiting_for(deposit: Deposit, number: str = "pi_1") -> Deposit:
    Deposit.objects.filter(pk=deposit.pk).update(external_id=number)
    return deposit


def send(event: Any, **how: Any) -> int:
    return Client().post(EVENTS, **signed(event, **how)).status_code


PAID = partial(event_of, "payment_intent.succeeded", payment_intent("pi_1"))


class TestSignature:
    def test_of_ours_is_believed(
        self, stripe: Stripe, ada: User, begin: Begin, wallet: Wallet
    ) -> None:
        waiting_for(begin(ada))

        assert send(PAID()) == 200
        assert wallet(ada) == (10 * MICROS, 0, 0)

    def test_by_the_new_secret_or_the_old_one_is_believed(
        self, stripe: Stripe, ada: User, begin: Begin, settings: Any
    ) -> None:
        settings.STRIPE_WEBHOOK_SECRETS = ["whsec_old", "whsec_new"]
        waiting_for(begin(ada))

        assert send(PAID(number="evt_a"), secret="whsec_new") == 200
        assert send(PAID(number="evt_b"), secret="whsec_old") == 200

    @pytest.mark.parametrize(
        "how",
        [
            {"secret": "whsec_of_eve"},
            {"secret": ""},
            {"at": int(time.time()) - 400},
        ],
        ids=["another secret", "no secret", "too long ago"],
    )
    def test_of_others_is_refused(
        self, stripe: Stripe, ada: User, begin: Begin, how: dict[str, Any]
    ) -> None:
        waiting_for(begin(ada))

        assert send(PAID(), **how) == 400
        assert not CardEvent.objects.exists()
        assert not Transfer.objects.exists()

    @pytest.mark.parametrize(
        "header", ["", "t=1", "v1=abc", "t=x,v1=y", "t=1,v1=", "t=1,v0=0", "=,=", "t=1,v1=é"]
    )
    def test_that_is_none_is_refused(self, stripe: Stripe, db: None, header: str) -> None:
        answer = Client().post(
            EVENTS,
            b"{}",
            content_type="application/json",
            headers={"Stripe-Signature": header} if header else {},
        )

        assert answer.status_code == 400

    def test_is_of_the_whole_body(self, stripe: Stripe, ada: User, begin: Begin) -> None:
        waiting_for(begin(ada))
        request = signed(PAID())
        request["data"] = request["data"].replace(b"1000", b"9000")

        assert Client().post(EVENTS, **request).status_code == 400

    def test_cannot_be_right_where_the_site_has_no_secret(
        self, stripe: Stripe, db: None, settings: Any
    ) -> None:
        settings.STRIPE_WEBHOOK_SECRETS = []

        assert send(PAID(), secret="") == 400
        assert send(PAID(), secret=WEBHOOK_SECRET) == 400

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"[]",
            b"1",
            b"{}",
            b"\xff",
            b'{"id": 1}',
            b'{"data": {"object": 7}, "id": "evt_1"}',
            b"[" * 100_000,
        ],
    )
    def test_makes_no_event_of_what_is_none(self, stripe: Stripe, db: None, body: bytes) -> None:
        assert send(body) == 400
        assert not CardEvent.objects.exists()

    def test_is_asked_of_everybody_and_by_post_alone(self, stripe: Stripe, db: None) -> None:
        assert Client().get(EVENTS).status_code == 405
        assert Client(enforce_csrf_checks=True).post(EVENTS, **signed(PAID())).status_code == 200


class TestEvent:
    def test_is_stored_once(self, stripe: Stripe, ada: User, begin: Begin, wallet: Wallet) -> None:
        waiting_for(begin(ada))
        event = PAID(number="evt_1")

        assert [send(event) for _ in range(3)] == [200] * 3
        assert CardEvent.objects.count() == 1
        assert wallet(ada) == (10 * MICROS, 0, 0)

    def test_that_we_do_not_know_is_acknowledged(self, stripe: Stripe, db: None) -> None:
        event = event_of("invoice.paid", {"id": "in_1", "object": "invoice", "email": "a@b.c"})

        assert send(event) == 200
        [stored] = CardEvent.objects.all()
        assert (stored.state, stored.facts) == ("ignored", {"id": "in_1", "object": "invoice"})

    def test_keeps_nothing_that_names_the_payer(
        self, stripe: Stripe, ada: User, begin: Begin
    ) -> None:
        waiting_for(begin(ada))
        thing = payment_intent("pi_1", receipt_email="ada@example.org", shipping={"name": "Ada"})

        send(event_of("payment_intent.succeeded", thing))

        [stored] = CardEvent.objects.all()
        assert "ada" not in str(stored.facts).lower()

    def test_of_the_test_mode_is_no_money_on_a_live_site(
        self, stripe: Stripe, ada: User, begin: Begin, settings: Any
    ) -> None:
        settings.STRIPE_SECRET_KEY = "sk_live_obole"
        waiting_for(begin(ada))

        assert send(PAID()) == 200
        assert not CardEvent.objects.exists()
        assert not Transfer.objects.exists()

    def test_that_fails_is_stored_and_carried_out_when_it_comes_again(
        self,
        stripe: Stripe,
        ada: User,
        begin: Begin,
        wallet: Wallet,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        waiting_for(begin(ada))
        event = PAID(number="evt_1")

        def fail(*_: object, **__: object) -> None:
            raise ZeroDivisionError

        with monkeypatch.context() as patch:
            patch.setattr("payments.deposits.stripe.events.credit_deposit", fail)
            assert send(event) == 500
        stored = CardEvent.objects.get()
        assert (stored.state, stored.note) == ("broken", "ZeroDivisionError")
        assert wallet(ada) == (0, 0, 0)

        assert send(event) == 200
        stored.refresh_from_db()
        assert (stored.state, stored.did) == ("done", "credited")
        assert wallet(ada) == (10 * MICROS, 0, 0)

    def test_carried_out_is_never_changed_or_deleted(
        self, stripe: Stripe, ada: User, begin: Begin
    ) -> None:
        waiting_for(begin(ada))
        send(PAID())

        with pytest.raises(IntegrityError), transaction.atomic():
            CardEvent.objects.update(note="x")
        with pytest.raises(IntegrityError), transaction.atomic():
            CardEvent.objects.all().delete()


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_deliveries_of_one_event_credit_once(
        self, stripe: Stripe, ada: User, begin: Begin, wallet: Wallet
    ) -> None:
        waiting_for(begin(ada))

        statuses = at_once(*[partial(send, PAID(number="evt_1"))] * 6)

        assert statuses == [200] * 6
        assert CardEvent.objects.get().did == "credited"
        assert wallet(ada) == (10 * MICROS, 0, 0)

    def test_two_events_of_one_payment_credit_once(
        self, stripe: Stripe, ada: User, begin: Begin, wallet: Wallet
    ) -> None:
        waiting_for(begin(ada))

        statuses = at_once(*(partial(send, PAID(number=f"evt_{n}")) for n in range(4)))

        assert statuses == [200] * 4
        assert sorted(CardEvent.objects.values_list("did", flat=True)) == [
            "credited",
            "nothing",
            "nothing",
            "nothing",
        ]
        assert wallet(ada) == (10 * MICROS, 0, 0)

    def test_payments_of_one_payer_all_arrive(
        self, stripe: Stripe, ada: User, begin: Begin, wallet: Wallet
    ) -> None:
        events = []
        for number in range(6):
            waiting_for(begin(ada), f"pi_{number}")
            thing = payment_intent(f"pi_{number}")
            events.append(event_of("payment_intent.succeeded", thing))

        statuses = at_once(*(partial(send, event) for event in events))

        assert statuses == [200] * 6
        assert wallet(ada) == (60 * MICROS, 0, 0)

    def test_a_payment_and_its_refund_end_alike_whoever_comes_first(
        self, stripe: Stripe, ada: User, begin: Begin, wallet: Wallet
    ) -> None:
        waiting_for(begin(ada))
        refunded = event_of("refund.created", refund_object("re_1", "pi_1", 400))

        statuses = at_once(partial(send, PAID()), partial(send, refunded))

        assert statuses == [200, 200]
        assert wallet(ada) == (6 * MICROS, 0, 0)
        assert LedgerAccount.objects.get(rail="card").balance == -6 * MICROS
