"""The pages on which one pays by card: they say what is true, and let nobody see another's."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from stripe_site import ASKS_FIRST, PAYS_NEVER, Stripe, signed

from accounts.models import User
from payments.deposits.models import Deposit

FORM = "/wallet/pay-in/card/"
EVENTS = "/stripe/events"


@pytest.fixture
def as_ada(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


def read(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())


def begin(client: Client, amount: str = "10", **more: str) -> Deposit:
    said = {"amount": amount, "currency": "EUR", "key": "once"} | more
    answer = client.post(FORM, said)
    assert answer.status_code == 302, answer.content.decode()
    return Deposit.objects.latest("pk")


def page_of(deposit: Deposit) -> str:
    return f"{FORM}{deposit.pk}/"


class TestForm:
    def test_leads_to_stripes_form(self, stripe: Stripe, as_ada: Client) -> None:
        answer = as_ada.post(
            FORM, {"amount": "12,50", "currency": "EUR", "key": "a", "next": "/things/"}
        )

        deposit = Deposit.objects.get()
        assert answer.headers["Location"] == f"{page_of(deposit)}?next=%2Fthings%2F"
        assert (deposit.amount, deposit.way) == (12_500_000, "card")

    def test_sent_twice_is_one_payment(self, stripe: Stripe, as_ada: Client) -> None:
        assert begin(as_ada) == begin(as_ada)

    @pytest.mark.parametrize("amount", ["0", "-1", "1.99", "1000.01", "5.001", "five", ""])
    def test_refuses_a_wrong_amount(self, stripe: Stripe, as_ada: Client, amount: str) -> None:
        answer = as_ada.post(FORM, {"amount": amount, "currency": "EUR", "key": "a"})

        assert answer.status_code == 400
        assert 'aria-invalid="true"' in answer.content.decode()
        assert stripe.asked == []

    def test_refuses_another_currency(self, stripe: Stripe, as_ada: Client) -> None:
        answer = as_ada.post(FORM, {"amount": "10", "currency": "XXX", "key": "a"})

        assert answer.status_code == 400

    def test_refuses_a_key_of_another_amount(self, stripe: Stripe, as_ada: Client) -> None:
        begin(as_ada)

        answer = as_ada.post(FORM, {"amount": "11", "currency": "EUR", "key": "once"})

        assert answer.status_code == 400
        assert "Open it again" in answer.content.decode()

    def test_says_that_stripe_does_not_answer(self, stripe: Stripe, as_ada: Client) -> None:
        stripe.is_down = True

        answer = as_ada.post(FORM, {"amount": "10", "currency": "EUR", "key": "a"})

        assert answer.status_code == 503
        assert "Nothing was paid" in answer.content.decode()

    def test_is_not_there_without_stripe(self, as_ada: Client) -> None:
        read(as_ada, FORM, 404)

    def test_offers_the_other_ways(self, stripe: Stripe, as_ada: Client) -> None:
        assert "/giving/play-money/" in read(as_ada, FORM)
        assert "Card" in read(as_ada, "/wallet/pay-in/")

    def test_asks_strangers_to_sign_in(self, stripe: Stripe, client: Client, db: None) -> None:
        assert client.get(FORM).headers["Location"].startswith("/sign-in/")
        assert client.get(FORM + "1/").headers["Location"].startswith("/sign-in/")


class TestPage:
    def test_has_stripes_form_and_says_what_to_do_without_it(
        self, stripe: Stripe, as_ada: Client
    ) -> None:
        deposit = begin(as_ada)

        page = read(as_ada, page_of(deposit))

        assert 'src="https://js.stripe.com/endive/stripe.js"' in page
        assert 'data-key="pk_test_obole"' in page
        assert f'data-secret="{deposit.external_id}_secret_' in page
        assert f'data-return="http://localhost:8000{page_of(deposit)}"' in page
        assert "needs JavaScript" in page
        assert "/giving/play-money/" in page
        assert "sk_test" not in page

    def test_is_the_payers_alone(self, stripe: Stripe, as_ada: Client, eve: User) -> None:
        deposit = begin(as_ada)
        as_ada.force_login(eve)

        read(as_ada, page_of(deposit), 404)
        read(as_ada, FORM + "999999/", 404)

    def test_says_that_the_card_was_declined_and_lets_try_again(
        self, stripe: Stripe, as_ada: Client
    ) -> None:
        deposit = begin(as_ada)
        stripe.pay(deposit.external_id, PAYS_NEVER)

        page = read(as_ada, page_of(deposit) + "?redirect_status=succeeded&payment_intent=x")

        assert "Your card was declined." in page
        assert "data-card-form" in page

    def test_says_so_after_a_refused_3d_secure(self, stripe: Stripe, as_ada: Client) -> None:
        deposit = begin(as_ada)
        stripe.pay(deposit.external_id, ASKS_FIRST, confirms=False)

        assert "has failed authentication" in read(as_ada, page_of(deposit))

    def test_says_paid_before_the_event_and_credits_nothing(
        self, stripe: Stripe, as_ada: Client
    ) -> None:
        deposit = begin(as_ada)
        stripe.pay(deposit.external_id, ASKS_FIRST)

        page = read(as_ada, page_of(deposit))

        assert "as soon as Stripe tells us" in page
        assert "js.stripe.com" not in page
        deposit.refresh_from_db()
        assert deposit.state == Deposit.State.BEGUN

    def test_says_what_is_in_the_wallet_after_the_event(
        self, stripe: Stripe, as_ada: Client
    ) -> None:
        deposit = begin(as_ada)
        stripe.pay(deposit.external_id)
        for event in stripe.events("payment_intent"):
            Client().post(EVENTS, **signed(event))
        stripe.is_down = True  # nobody needs to be asked any more

        page = read(as_ada, page_of(deposit) + "?next=/things/")

        assert "€10.00 are in your wallet" in page
        assert 'action="/giving/go-on/"' in page

    def test_does_not_believe_the_address(self, stripe: Stripe, as_ada: Client) -> None:
        deposit = begin(as_ada)

        page = read(as_ada, page_of(deposit) + "?redirect_status=succeeded")

        assert "data-card-form" in page

    def test_says_that_it_cannot_know(self, stripe: Stripe, as_ada: Client) -> None:
        deposit = begin(as_ada)
        stripe.is_down = True

        assert "Do not pay again" in read(as_ada, page_of(deposit), 503)

    def test_says_that_it_was_canceled(self, stripe: Stripe, as_ada: Client) -> None:
        deposit = begin(as_ada)
        stripe.api("POST", f"/v1/payment_intents/{deposit.external_id}/cancel")

        assert "Nothing was paid" in read(as_ada, page_of(deposit))

    def test_asks_the_database_a_fixed_number_of_times(
        self,
        stripe: Stripe,
        as_ada: Client,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        deposit = begin(as_ada)
        read(as_ada, page_of(deposit))

        with django_assert_num_queries(2):
            read(as_ada, page_of(deposit))


class TestGoOn:
    def test_leads_back_to_where_one_came_from(self, as_ada: Client) -> None:
        answer = as_ada.post("/giving/go-on/", {"next": "/things/"})

        assert answer.headers["Location"] == "/things/"
        assert as_ada.get("/giving/go-on/").status_code == 405

    def test_leads_to_no_other_site(self, as_ada: Client) -> None:
        answer = as_ada.post("/giving/go-on/", {"next": "https://eve.example/"})

        assert answer.headers["Location"] == "/giving/budget/"


class TestWallet:
    def test_leads_on_to_a_payment_that_was_begun(self, stripe: Stripe, as_ada: Client) -> None:
        deposit = begin(as_ada)

        assert page_of(deposit) in read(as_ada, "/wallet/")
