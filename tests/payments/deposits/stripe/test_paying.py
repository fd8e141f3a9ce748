"""Paying in by card, from the form to the wallet."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from stripe_site import ASKS_FIRST, PAYS_NEVER, Stripe, payment_intent, signed

from accounts.models import User
from payments.deposits.crediting import DepositRefused
from payments.deposits.models import Deposit, Way
from payments.deposits.stripe.client import CardsUnreachable
from payments.deposits.stripe.customers import delete_forgotten_customers, forget_customer
from payments.deposits.stripe.models import CardCustomer, CardEvent
from payments.deposits.stripe.paying import MOST_BEGUN, TooManyBegun, begin_card_deposit
from payments.deposits.stripe.reconciling import reconcile_cards
from payments.money import MICROS

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
EVENTS = "/stripe/events"
Wallet = Callable[..., tuple[int, int, int]]


def now() -> datetime:
    return datetime.now(UTC)


def begin(user: User, euros: int = 10, key: str = "1", **more: Any) -> Deposit:
    return begin_card_deposit(
        **{"subscriber": user, "amount": euros * MICROS, "currency": "EUR", "key": key}
        | {"at": now()}
        | more
    )


def deliver(stripe: Stripe, kind: str = "payment_intent") -> list[int]:
    """Give the site what Stripe told; localstripe's own posts need a server that listens."""
    return [Client().post(EVENTS, **signed(event)).status_code for event in stripe.events(kind)]


class TestBeginCardDeposit:
    def test_makes_a_payment_of_our_amount_for_a_customer_without_a_name(
        self, stripe: Stripe, ada: User, settings: Any
    ) -> None:
        deposit = begin(ada)

        made = stripe.api("GET", f"/v1/payment_intents/{deposit.external_id}")
        assert (made["amount"], made["currency"], made["status"]) == (
            1000,
            "eur",
            "requires_payment_method",
        )
        assert made["metadata"] == {"deposit": str(deposit.pk), "site": settings.SITE_URL}
        customer = stripe.api("GET", f"/v1/customers/{made['customer']}")
        assert (customer["name"], customer["email"]) == (None, None)
        assert CardCustomer.objects.get(subscriber=ada).external_id == made["customer"]

    def test_changes_nothing_when_it_is_repeated(self, stripe: Stripe, ada: User) -> None:
        assert begin(ada).external_id == begin(ada).external_id
        assert stripe.paths().count("/v1/payment_intents") == 1

    def test_goes_on_where_an_answer_was_lost(self, stripe: Stripe, ada: User) -> None:
        begin(ada, key="0")  # the customer is there
        stripe.loses_answers = 2  # the client tries twice by itself
        with pytest.raises(CardsUnreachable):
            begin(ada)

        begin(ada)

        assert len(stripe.api("GET", "/v1/payment_intents?limit=100")["data"]) == 2

    def test_of_a_customer_whom_stripe_deleted_makes_another_next_time(
        self, stripe: Stripe, ada: User
    ) -> None:
        customer = begin(ada, key="0") and CardCustomer.objects.get()
        stripe.call("DELETE", f"/v1/customers/{customer.external_id}")
        stripe.answers.clear()  # a day goes by
        with pytest.raises(DepositRefused):
            begin(ada)

        assert begin(ada, key="2").external_id

    def test_refuses_who_tries_many_cards(self, stripe: Stripe, ada: User) -> None:
        for number in range(MOST_BEGUN):
            begin(ada, key=str(number))

        with pytest.raises(TooManyBegun):
            begin(ada, key="one more")

        begin(ada, key="0")  # this one is begun already
        begin(ada, key="later", at=now() + timedelta(hours=1))

    @pytest.mark.parametrize(
        ("amount", "currency"),
        [(1, "EUR"), (10**13, "EUR"), (5_001_000, "EUR"), (10_000_000, "XXX")],
    )
    def test_refuses_wrong_amounts_before_stripe_is_asked(
        self, stripe: Stripe, ada: User, amount: int, currency: str
    ) -> None:
        with pytest.raises(DepositRefused):
            begin(ada, amount=amount, currency=currency)

        assert stripe.asked == []

    def test_refuses_what_stripe_refuses(
        self, stripe: Stripe, ada: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def too_small(*_: object) -> str:
            return "0"

        monkeypatch.setattr("payments.deposits.stripe.paying.to_stripe", too_small)

        with pytest.raises(DepositRefused):
            begin(ada)


class TestPaid:
    def test_arrives_by_the_event(self, stripe: Stripe, ada: User, wallet: Wallet) -> None:
        deposit = begin(ada)

        assert stripe.pay(deposit.external_id) == "succeeded"
        assert wallet(ada) == (0, 0, 0)
        assert deliver(stripe) == [200]

        deposit.refresh_from_db()
        assert deposit.state == Deposit.State.ARRIVED
        assert wallet(ada) == (10 * MICROS, 0, 0)

    def test_after_3d_secure(self, stripe: Stripe, ada: User, wallet: Wallet) -> None:
        assert stripe.pay(begin(ada).external_id, ASKS_FIRST) == "succeeded"
        deliver(stripe)

        assert wallet(ada) == (10 * MICROS, 0, 0)

    def test_is_the_events_amount_and_never_what_was_asked(
        self, stripe: Stripe, ada: User, tell: Callable[..., CardEvent], wallet: Wallet
    ) -> None:
        deposit = begin(ada)

        tell(
            "payment_intent.succeeded",
            payment_intent(deposit.external_id, amount=1000, amount_received=700),
        )

        assert wallet(ada) == (7 * MICROS, 0, 0)

    def test_is_known_by_our_number_where_stripes_was_not_kept(
        self, stripe: Stripe, ada: User, wallet: Wallet
    ) -> None:
        deposit = begin(ada)
        stripe.pay(deposit.external_id)
        Deposit.objects.update(external_id="")  # as a crash would have left it

        deliver(stripe)

        assert wallet(ada) == (10 * MICROS, 0, 0)
        assert Deposit.objects.get().external_id == deposit.external_id

    def test_declined_fails_and_can_be_tried_again(
        self, stripe: Stripe, ada: User, wallet: Wallet
    ) -> None:
        deposit = begin(ada)
        stripe.pay(deposit.external_id, PAYS_NEVER)
        deliver(stripe)
        deposit.refresh_from_db()
        assert (deposit.state, deposit.failure) == ("failed", "Your card was declined.")

        Client().post(
            EVENTS,
            **signed(
                {
                    "id": "evt_later",
                    "type": "payment_intent.succeeded",
                    "created": int(time.time()) + 9,
                    "livemode": False,
                    "data": {"object": payment_intent(deposit.external_id)},
                }
            ),
        )

        deposit.refresh_from_db()
        assert (deposit.state, deposit.failure) == ("arrived", "")
        assert wallet(ada) == (10 * MICROS, 0, 0)


class TestOrder:
    def test_a_failure_told_after_the_success_changes_nothing(
        self, stripe: Stripe, ada: User, tell: Callable[..., CardEvent], wallet: Wallet
    ) -> None:
        number = begin(ada).external_id

        tell("payment_intent.succeeded", payment_intent(number), at=2000)
        told = tell(
            "payment_intent.payment_failed",
            payment_intent(number, status="requires_payment_method"),
            at=1000,
        )

        assert (told.state, told.did) == ("done", "nothing")
        assert Deposit.objects.get().state == "arrived"
        assert wallet(ada) == (10 * MICROS, 0, 0)

    def test_a_failure_told_after_a_later_try_changes_nothing(
        self, stripe: Stripe, ada: User, tell: Callable[..., CardEvent]
    ) -> None:
        number = begin(ada).external_id

        tell("payment_intent.processing", payment_intent(number, status="processing"), at=2000)
        tell(
            "payment_intent.payment_failed",
            payment_intent(number, status="requires_payment_method"),
            at=1000,
        )

        assert Deposit.objects.get().state == "underway"

    def test_canceled_fails(self, stripe: Stripe, ada: User, tell: Callable[..., CardEvent]):
        number = begin(ada).external_id

        tell(
            "payment_intent.canceled",
            payment_intent(number, status="canceled", cancellation_reason="abandoned"),
        )

        deposit = Deposit.objects.get()
        assert (deposit.state, deposit.failure) == ("failed", "abandoned")


class TestForTheOperator:
    @pytest.mark.parametrize(
        ("thing", "state"),
        [
            (payment_intent("pi_else"), "operator"),
            (payment_intent("pi_else", metadata={"deposit": "12345"}), "operator"),
            (payment_intent("pi_else", metadata={"site": "https://other.example"}), "ignored"),
            (payment_intent("pi_else", amount="much"), "operator"),
            (payment_intent("pi_else", currency=None), "operator"),
        ],
    )
    def test_is_money_of_nobody_here(
        self,
        stripe: Stripe,
        tell: Callable[..., CardEvent],
        thing: dict[str, Any],
        state: str,
    ) -> None:
        told = tell("payment_intent.succeeded", thing)

        assert told.state == state
        assert not Deposit.objects.exists()

    def test_is_money_of_another_currency(
        self, stripe: Stripe, ada: User, tell: Callable[..., CardEvent], wallet: Wallet
    ) -> None:
        number = begin(ada).external_id

        told = tell("payment_intent.succeeded", payment_intent(number, currency="usd"))

        assert (told.state, told.deposit_id) == ("operator", Deposit.objects.get().pk)
        assert wallet(ada) == (0, 0, 0)

    def test_is_a_payment_that_bears_the_number_of_another_ones_deposit(
        self, stripe: Stripe, ada: User, tell: Callable[..., CardEvent], wallet: Wallet
    ) -> None:
        deposit = begin(ada)
        thing = payment_intent("pi_else", metadata={"deposit": str(deposit.pk)})

        assert tell("payment_intent.succeeded", thing).state == "operator"
        assert wallet(ada) == (0, 0, 0)


class TestReconcileCards:
    def test_brings_what_webhooks_did_not(
        self, stripe: Stripe, ada: User, eve: User, wallet: Wallet
    ) -> None:
        stripe.pay(begin(ada).external_id)
        stripe.pay(begin(eve, 7).external_id)

        first, second = (reconcile_cards(at=now()) for _ in range(2))

        assert (first["missed"], second["missed"]) == (2, 0)
        assert wallet(ada) == (10 * MICROS, 0, 0)
        assert wallet(eve) == (7 * MICROS, 0, 0)

    def test_brings_nothing_twice_beside_webhooks(
        self, stripe: Stripe, ada: User, wallet: Wallet
    ) -> None:
        stripe.pay(begin(ada).external_id)
        deliver(stripe)

        assert reconcile_cards(at=now())["missed"] == 0
        assert wallet(ada) == (10 * MICROS, 0, 0)

    def test_cancels_what_was_left(self, stripe: Stripe, ada: User) -> None:
        deposit = begin(ada)

        assert reconcile_cards(at=now() + timedelta(hours=23))["left payments"] == 0
        assert reconcile_cards(at=now() + timedelta(hours=25))["left payments"] == 1

        deposit.refresh_from_db()
        assert (deposit.state, deposit.failure) == ("failed", "never paid")
        made = stripe.api("GET", f"/v1/payment_intents/{deposit.external_id}")
        assert made["status"] == "canceled"

    def test_credits_what_is_paid_though_stripe_has_forgotten_the_event(
        self, stripe: Stripe, ada: User, wallet: Wallet
    ) -> None:
        stripe.pay(begin(ada).external_id)

        reconcile_cards(at=now() + timedelta(days=40))

        assert wallet(ada) == (10 * MICROS, 0, 0)

    def test_leaves_to_the_operator_what_waited_in_vain(
        self, stripe: Stripe, tell: Callable[..., CardEvent]
    ) -> None:
        told = tell("charge.dispute.created", {"object": "dispute", "id": "dp_1"} | DISPUTE)
        assert told.state == "waiting"

        reconcile_cards(at=NOON + timedelta(days=1))
        told.refresh_from_db()
        assert told.state == "waiting"
        reconcile_cards(at=NOON + timedelta(days=4))

        told.refresh_from_db()
        assert told.state == "operator"

    def test_says_in_a_line_that_stripe_does_not_answer(
        self, stripe: Stripe, db: None, capsys: pytest.CaptureFixture[str]
    ) -> None:
        stripe.is_down = True

        with pytest.raises(Exception, match="down") as refusal:
            call_command("reconcile_cards")

        assert refusal.value.returncode == 2

    def test_is_a_command(
        self, stripe: Stripe, ada: User, capsys: pytest.CaptureFixture[str]
    ) -> None:
        stripe.pay(begin(ada).external_id)

        call_command("reconcile_cards", days=2)

        assert "1 missed" in capsys.readouterr().out


DISPUTE = {
    "amount": 1000,
    "currency": "eur",
    "status": "needs_response",
    "reason": "fraudulent",
    "created": 1_284_033_600,
    "payment_intent": "pi_else",
}


class TestForgetCustomer:
    def test_deletes_them_at_stripe_with_what_they_could_still_pay(
        self, stripe: Stripe, ada: User
    ) -> None:
        deposit = begin(ada)
        customer = CardCustomer.objects.get().external_id
        forget_customer(ada, at=now())

        assert delete_forgotten_customers() == 1
        assert delete_forgotten_customers() == 0

        assert stripe.call("GET", f"/v1/customers/{customer}")[0] == 404
        made = stripe.api("GET", f"/v1/payment_intents/{deposit.external_id}")
        assert made["status"] == "canceled"
        assert not CardCustomer.objects.exists()

    def test_is_done_later_where_stripe_does_not_answer(self, stripe: Stripe, ada: User) -> None:
        begin(ada)
        forget_customer(ada, at=now())
        stripe.is_down = True
        with pytest.raises(CardsUnreachable):
            delete_forgotten_customers()
        stripe.is_down = False

        assert delete_forgotten_customers() == 1

    def test_of_who_is_gone_there_already(self, stripe: Stripe, ada: User) -> None:
        begin(ada)
        stripe.call("DELETE", f"/v1/customers/{CardCustomer.objects.get().external_id}")
        forget_customer(ada, at=now())

        assert delete_forgotten_customers() == 1


@pytest.mark.django_db(transaction=True)
class TestOwnWebhooks:
    def test_of_stripe_reach_the_site_over_http(
        self, stripe: Stripe, ada: User, wallet: Wallet, live_server: Any
    ) -> None:
        stripe.send_webhooks_to(live_server.url + EVENTS)
        deposit = begin(ada)
        stripe.pay(deposit.external_id)

        until = time.monotonic() + 30
        while Deposit.objects.get().state != "arrived" and time.monotonic() < until:
            time.sleep(0.05)  # localstripe sends a second after the payment

        assert wallet(ada) == (10 * MICROS, 0, 0)
        stored = CardEvent.objects.get(type="payment_intent.succeeded")
        assert (stored.did, stored.deposit_id) == ("credited", deposit.pk)


def test_every_way_has_one_provider() -> None:
    from payments.deposits.providers import providers

    assert [provider.way for provider in providers()] == [Way.CARD, Way.BANK, Way.PLAY]
