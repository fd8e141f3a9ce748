"""The monthly refill: agreed to, charged once a month, paused where it fails."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from mailbox import letters_to, subjects_sent_to
from typing import Any

import pytest
from at_once import at_once
from django.db import IntegrityError, transaction
from django.test import Client
from stripe_site import ASKS_FIRST, PAYS_NEVER, Stripe, payment_intent, signed

from accounts.models import User
from payments.deposits.crediting import DepositRefused
from payments.deposits.models import Deposit
from payments.deposits.stripe.charging import begin_refill_payment, charge, charge_due_refills
from payments.deposits.stripe.models import (
    CardCustomer,
    CardEvent,
    Refill,
    RefillPayment,
    SavedCard,
)
from payments.deposits.stripe.reconciling import reconcile_cards
from payments.deposits.stripe.refilling import (
    NoCard,
    begin_refill,
    end_refill,
    next_day,
    refill_of,
    remove_card,
    resume_refill,
)
from payments.deposits.stripe.saving import (
    NotTheirs,
    begin_saving,
    card_of,
    detach_removed_cards,
    keep_card,
    look_at_saving,
)
from payments.money import MICROS

EVENTS = "/stripe/events"
SET_UP = datetime(2010, 9, 9, 12, tzinfo=UTC)
DUE = datetime(2010, 9, 25, 3, tzinfo=UTC)
Wallet = Callable[..., tuple[int, int, int]]


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user("ada", "ada@example.org")


def save(stripe: Stripe, user: User, number: str = "4242424242424242", key: str = "1") -> SavedCard:
    setup = begin_saving(subscriber=user, key=key, at=SET_UP)
    stripe.api("POST", f"/v1/setup_intents/{setup}/confirm", payment_method=stripe.card(number))
    if stripe.api("GET", f"/v1/setup_intents/{setup}")["status"] == "requires_action":
        stripe.api("POST", f"/v1/setup_intents/{setup}/confirm", use_stripe_sdk="true")
    card = keep_card(setup_id=setup, at=SET_UP)
    assert card is not None
    return card


def agree(user: User, euros: int = 10, day: int = 25, at: datetime = SET_UP, **more: Any) -> Refill:
    said = {"amount": euros * MICROS, "currency": "EUR", "day": day, "consent": "I agree."}
    return begin_refill(**({"subscriber": user, "at": at} | said | more))


def deliver(stripe: Stripe) -> None:
    for event in stripe.events("payment_intent"):
        assert Client().post(EVENTS, **signed(event)).status_code == 200


def charges(stripe: Stripe) -> int:
    return len(stripe.api("GET", "/v1/charges?limit=100")["data"])


class TestKeepCard:
    def test_keeps_brand_and_last_digits(self, stripe: Stripe, ada: User) -> None:
        card = save(stripe, ada)

        assert (str(card), card.expires_month, card.expires_year) == ("Visa •••• 4242", 12, 2030)
        assert card_of(ada) == card

    def test_keeps_it_once(self, stripe: Stripe, ada: User) -> None:
        setup = begin_saving(subscriber=ada, key="1", at=SET_UP)
        stripe.api("POST", f"/v1/setup_intents/{setup}/confirm", payment_method=stripe.card())

        assert keep_card(setup_id=setup, at=SET_UP) == keep_card(setup_id=setup, at=SET_UP)

    def test_takes_the_place_of_the_card_before(self, stripe: Stripe, ada: User) -> None:
        first = save(stripe, ada)
        second = save(stripe, ada, "4000002500003155", key="2")

        assert card_of(ada) == second
        assert detach_removed_cards(at=SET_UP) == 1
        assert detach_removed_cards(at=SET_UP) == 0
        assert f"/v1/payment_methods/{first.external_id}/detach" in stripe.paths()

    def test_keeps_none_that_is_not_set_up(self, stripe: Stripe, ada: User) -> None:
        setup = begin_saving(subscriber=ada, key="1", at=SET_UP)

        assert keep_card(setup_id=setup, at=SET_UP) is None

    def test_brings_none_back_that_was_removed(self, stripe: Stripe, ada: User) -> None:
        setup = begin_saving(subscriber=ada, key="1", at=SET_UP)
        stripe.api("POST", f"/v1/setup_intents/{setup}/confirm", payment_method=stripe.card())
        keep_card(setup_id=setup, at=SET_UP)
        remove_card(subscriber=ada, at=SET_UP)

        assert keep_card(setup_id=setup, at=SET_UP) is None
        assert card_of(ada) is None

    def test_shows_nobody_anothers(self, stripe: Stripe, ada: User, eve: User) -> None:
        setup = begin_saving(subscriber=ada, key="1", at=SET_UP)

        with pytest.raises(NotTheirs):
            look_at_saving(subscriber=eve, setup_id=setup)

    def test_is_done_by_the_event_for_who_never_came_back(
        self,
        stripe: Stripe,
        ada: User,
        tell: Callable[..., CardEvent],
        monkeypatch: pytest.MonkeyPatch,
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        asked: list[str] = []
        monkeypatch.setattr(
            "payments.deposits.stripe.tasks.keep_card_of.apply_async",
            lambda kwargs, **_: asked.append(kwargs["setup_id"]),
        )
        setup = begin_saving(subscriber=ada, key="1", at=SET_UP)
        thing = stripe.api("GET", f"/v1/setup_intents/{setup}") | {"status": "succeeded"}

        with django_capture_on_commit_callbacks(execute=True):
            assert tell("setup_intent.succeeded", thing).did == "card_saved"

        assert asked == [setup]


class TestBeginRefill:
    def test_says_what_was_agreed_to_by_mail(self, stripe: Stripe, ada: User) -> None:
        save(stripe, ada)

        refill = agree(ada)

        assert (refill.state, refill.next_on) == ("working", date(2010, 9, 25))
        [letter] = letters_to("ada@example.org")
        assert "I agree." in letter
        assert "Visa •••• 4242" in letter
        assert "€10.00" in letter

    @pytest.mark.parametrize(
        ("day", "first"),
        [(9, date(2010, 10, 9)), (10, date(2010, 9, 10)), (1, date(2010, 10, 1))],
    )
    def test_charges_nothing_today(self, stripe: Stripe, ada: User, day: int, first: date) -> None:
        save(stripe, ada)

        assert agree(ada, day=day).next_on == first

    def test_takes_the_place_of_what_was_agreed_before(self, stripe: Stripe, ada: User) -> None:
        save(stripe, ada)
        first = agree(ada)

        second = agree(ada, 20, 3)

        first.refresh_from_db()
        assert (first.state, refill_of(ada)) == ("ended", second)

    def test_pays_no_month_twice_by_a_new_agreement(self, stripe: Stripe, ada: User) -> None:
        save(stripe, ada)
        agree(ada)
        charge_due_refills(at=DUE)

        assert agree(ada, 20, 28, at=DUE).next_on == date(2010, 10, 28)

    def test_needs_a_card(self, stripe: Stripe, ada: User) -> None:
        with pytest.raises(NoCard):
            agree(ada)

    @pytest.mark.parametrize("more", [{"amount": 1}, {"currency": "XXX"}, {"day": 0}, {"day": 29}])
    def test_refuses_what_cannot_be_paid(
        self, stripe: Stripe, ada: User, more: dict[str, Any]
    ) -> None:
        save(stripe, ada)

        with pytest.raises(DepositRefused):
            agree(ada, **more)

    def test_refuses_somebody_suspended(self, stripe: Stripe, ada: User) -> None:
        save(stripe, ada)
        ada.suspended = True

        with pytest.raises(DepositRefused, match="suspended"):
            agree(ada)

    def test_is_kept_as_it_was_agreed_to(self, stripe: Stripe, ada: User) -> None:
        save(stripe, ada)
        agree(ada)

        for change in ({"amount": 1}, {"day": 1}, {"consent": "more"}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Refill.objects.update(**change)


class TestNextDay:
    @pytest.mark.parametrize(
        ("after", "found"),
        [
            (date(2010, 9, 24), date(2010, 9, 25)),
            (date(2010, 9, 25), date(2010, 10, 25)),
            (date(2010, 12, 31), date(2011, 1, 25)),
        ],
    )
    def test_is_after_a_date(self, after: date, found: date) -> None:
        assert next_day(25, after=after) == found


class TestChargeDueRefills:
    def test_pays_in_on_the_day_by_the_event(
        self, stripe: Stripe, ada: User, wallet: Wallet
    ) -> None:
        save(stripe, ada)
        agree(ada)

        assert charge_due_refills(at=DUE - timedelta(days=1)) == 0
        assert charge_due_refills(at=DUE) == 1
        assert wallet(ada) == (0, 0, 0)
        deliver(stripe)

        assert wallet(ada) == (10 * MICROS, 0, 0)
        assert refill_of(ada).next_on == date(2010, 10, 25)

    def test_pays_in_once_a_month_however_often_it_runs(
        self, stripe: Stripe, ada: User, wallet: Wallet
    ) -> None:
        save(stripe, ada)
        agree(ada)

        for hours in range(0, 24, 8):
            charge_due_refills(at=DUE + timedelta(hours=hours))
            deliver(stripe)

        assert charges(stripe) == 1
        charge_due_refills(at=DUE + timedelta(days=30))
        deliver(stripe)
        assert wallet(ada) == (20 * MICROS, 0, 0)

    def test_pays_in_once_where_somebody_turns_the_date_back(
        self, stripe: Stripe, ada: User
    ) -> None:
        save(stripe, ada)
        agree(ada)
        charge_due_refills(at=DUE)
        Refill.objects.update(next_on=DUE.date())

        charge_due_refills(at=DUE)

        assert charges(stripe) == 1
        payment = RefillPayment.objects.get()
        with pytest.raises(IntegrityError), transaction.atomic():
            RefillPayment.objects.create(
                refill=payment.refill,
                subscriber=ada,
                period=payment.period,
                deposit=Deposit.objects.create(
                    subscriber=ada,
                    wallet=payment.deposit.wallet,
                    way="card",
                    amount=1,
                    currency="EUR",
                    key="x",
                    begun_at=DUE,
                ),
                begun_at=DUE,
            )

    def test_charges_nothing_for_a_month_that_went_by(self, stripe: Stripe, ada: User) -> None:
        save(stripe, ada)
        agree(ada)

        charge_due_refills(at=datetime(2010, 10, 2, tzinfo=UTC))

        assert charges(stripe) == 0
        assert refill_of(ada).next_on == date(2010, 10, 25)

    def test_charges_late_within_the_month(self, stripe: Stripe, ada: User) -> None:
        save(stripe, ada)
        agree(ada)

        charge_due_refills(at=DUE + timedelta(days=5))

        assert charges(stripe) == 1

    def test_goes_on_where_the_answer_was_lost_and_charges_once(
        self, stripe: Stripe, ada: User, wallet: Wallet
    ) -> None:
        save(stripe, ada)
        agree(ada)
        stripe.loses_answers = 2  # the client tries twice by itself

        charge_due_refills(at=DUE)
        assert Deposit.objects.get().external_id == ""
        charge_due_refills(at=DUE + timedelta(minutes=10))
        deliver(stripe)

        assert charges(stripe) == 1
        assert wallet(ada) == (10 * MICROS, 0, 0)

    def test_finds_what_was_charged_when_stripe_has_forgotten_the_key(
        self, stripe: Stripe, ada: User
    ) -> None:
        save(stripe, ada)
        agree(ada)
        stripe.loses_answers = 2
        charge_due_refills(at=DUE)
        stripe.answers.clear()
        RefillPayment.objects.update(begun_at=datetime(2020, 1, 1, tzinfo=UTC))

        charge_due_refills(at=datetime(2020, 1, 3, tzinfo=UTC))

        assert charges(stripe) == 1
        assert Deposit.objects.get().external_id.startswith("pi_")

    def test_is_credited_once_though_the_event_comes_before_the_answer_is_booked(
        self, stripe: Stripe, ada: User, wallet: Wallet
    ) -> None:
        save(stripe, ada)
        agree(ada)
        stripe.loses_answers = 2
        charge_due_refills(at=DUE)

        deliver(stripe)
        charge_due_refills(at=DUE + timedelta(minutes=10))

        assert charges(stripe) == 1
        assert wallet(ada) == (10 * MICROS, 0, 0)

    def test_waits_where_stripe_does_not_answer(self, stripe: Stripe, ada: User) -> None:
        save(stripe, ada)
        agree(ada)
        stripe.is_down = True

        charge_due_refills(at=DUE)

        assert refill_of(ada).state == "working"
        stripe.is_down = False
        charge_due_refills(at=DUE + timedelta(minutes=10))
        assert charges(stripe) == 1

    def test_waits_for_days(self, stripe: Stripe, ada: User) -> None:
        save(stripe, ada)
        agree(ada)
        stripe.is_down = True
        charge_due_refills(at=DUE)
        stripe.is_down = False

        reconcile_cards(at=DUE + timedelta(days=3))

        assert Deposit.objects.get().state == "begun"
        charge_due_refills(at=DUE + timedelta(days=3))
        assert charges(stripe) == 1

    def test_does_not_stop_at_one_that_fails(
        self, stripe: Stripe, ada: User, eve: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for user in (ada, eve):
            save(stripe, user)
            agree(user)
        tried: list[RefillPayment] = []

        def fail_first(payment: RefillPayment, refill: Refill) -> tuple[str, str]:
            tried.append(payment)
            if len(tried) == 1:
                raise ZeroDivisionError
            return "pi_1", "succeeded"

        monkeypatch.setattr("payments.deposits.stripe.charging._ask_for", fail_first)

        charge_due_refills(at=DUE)

        assert len(tried) == 2

    def test_charges_nothing_that_was_ended_meanwhile(self, stripe: Stripe, ada: User) -> None:
        save(stripe, ada)
        agree(ada)
        stripe.is_down = True
        charge_due_refills(at=DUE)
        end_refill(subscriber=ada, at=DUE)
        stripe.is_down = False

        charge_due_refills(at=DUE + timedelta(minutes=10))

        assert charges(stripe) == 0
        assert Deposit.objects.get().state == "failed"
        assert len(subjects_sent_to("ada@example.org")) == 1  # the agreement's

    def test_charges_nothing_of_somebody_suspended(self, stripe: Stripe, ada: User) -> None:
        save(stripe, ada)
        agree(ada)
        User.objects.filter(pk=ada.pk).update(suspended=True)

        charge_due_refills(at=DUE)

        assert charges(stripe) == 0
        assert refill_of(ada).state == "paused"


class TestFailure:
    @pytest.mark.parametrize(
        ("number", "why"),
        [(PAYS_NEVER, "Your card was declined."), (ASKS_FIRST, "wants you to confirm")],
    )
    def test_pauses_the_refill_and_says_so_once(
        self, stripe: Stripe, ada: User, wallet: Wallet, number: str, why: str
    ) -> None:
        save(stripe, ada, number)
        agree(ada)

        charge_due_refills(at=DUE)
        deliver(stripe)
        charge_due_refills(at=DUE + timedelta(hours=1))

        refill = refill_of(ada)
        assert refill.state == "paused"
        assert why in refill.failure
        assert wallet(ada) == (0, 0, 0)
        assert subjects_sent_to("ada@example.org")[1:] == ["The monthly refill of €10.00 failed"]
        assert charge_due_refills(at=DUE + timedelta(days=31)) == 0

    def test_told_by_the_event_alone_does_too(
        self, stripe: Stripe, ada: User, tell: Callable[..., CardEvent]
    ) -> None:
        save(stripe, ada)
        agree(ada)
        payment = begin_refill_payment(refill_of(ada).pk, at=DUE)
        thing = payment_intent(
            "pi_late",
            status="requires_payment_method",
            metadata={"deposit": str(payment.deposit_id)},
            last_payment_error={"code": "card_declined", "message": "No."},
        )

        tell("payment_intent.payment_failed", thing)

        assert (refill_of(ada).state, refill_of(ada).failure) == ("paused", "No.")

    def test_can_be_gone_on_with_by_another_card(
        self, stripe: Stripe, ada: User, wallet: Wallet
    ) -> None:
        save(stripe, ada, PAYS_NEVER)
        agree(ada)
        charge_due_refills(at=DUE)
        save(stripe, ada, key="2")

        assert resume_refill(subscriber=ada, at=DUE).next_on == date(2010, 10, 25)
        charge_due_refills(at=DUE + timedelta(days=30))
        deliver(stripe)

        assert wallet(ada) == (10 * MICROS, 0, 0)

    def test_does_not_come_after_the_money(
        self, stripe: Stripe, ada: User, tell: Callable[..., CardEvent], wallet: Wallet
    ) -> None:
        save(stripe, ada)
        agree(ada)
        charge_due_refills(at=DUE)
        deliver(stripe)
        number = Deposit.objects.get().external_id

        tell(
            "payment_intent.payment_failed",
            payment_intent(number, status="requires_payment_method"),
        )

        assert refill_of(ada).state == "working"
        assert wallet(ada) == (10 * MICROS, 0, 0)


class TestEnd:
    def test_of_the_card_ends_the_refill(self, stripe: Stripe, ada: User) -> None:
        save(stripe, ada)
        agree(ada)

        remove_card(subscriber=ada, at=SET_UP)

        assert (card_of(ada), refill_of(ada)) == (None, None)
        assert charge_due_refills(at=DUE) == 0

    def test_of_the_customer_at_stripe_ends_both(
        self, stripe: Stripe, ada: User, tell: Callable[..., CardEvent]
    ) -> None:
        save(stripe, ada)
        agree(ada)
        number = CardCustomer.objects.get().external_id

        tell("customer.deleted", {"id": number, "object": "customer"})

        assert (card_of(ada), refill_of(ada)) == (None, None)
        assert not CardCustomer.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_two_clocks_charge_once(self, stripe: Stripe, ada: User, wallet: Wallet) -> None:
        save(stripe, ada)
        agree(ada)

        outcomes = at_once(*[partial(charge_due_refills, at=DUE)] * 4)

        assert not [one for one in outcomes if isinstance(one, Exception)], outcomes
        deliver(stripe)
        assert charges(stripe) == 1
        assert wallet(ada) == (10 * MICROS, 0, 0)

    def test_two_workers_with_one_payment_ask_once(self, stripe: Stripe, ada: User) -> None:
        save(stripe, ada)
        payment = begin_refill_payment(agree(ada).pk, at=DUE)

        at_once(*[partial(charge, payment.pk, at=DUE)] * 4)

        assert charges(stripe) == 1

    def test_two_agreements_leave_one(self, stripe: Stripe, ada: User) -> None:
        save(stripe, ada)

        outcomes = at_once(*(partial(agree, ada, euros) for euros in (10, 20, 30)))

        assert not [one for one in outcomes if isinstance(one, Exception)], outcomes
        assert Refill.objects.exclude(state="ended").count() == 1

    def test_an_end_and_a_charge(self, stripe: Stripe, ada: User) -> None:
        save(stripe, ada)
        agree(ada)

        outcomes = at_once(
            partial(charge_due_refills, at=DUE), partial(end_refill, subscriber=ada, at=DUE)
        )

        assert not [one for one in outcomes if isinstance(one, Exception)], outcomes
        assert refill_of(ada) is None
        assert charges(stripe) <= 1
