"""The pages of the saved card and the monthly refill."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from people import sign_in, signed_up
from stripe_site import PAYS_NEVER, Stripe

from accounts.models import User
from payments.deposits.stripe.charging import charge_due_refills
from payments.deposits.stripe.models import Refill, SavedCard
from payments.deposits.stripe.refilling import refill_of
from payments.deposits.stripe.saving import card_of

PAGE = "/settings/refill/"
FORM = PAGE + "card/form"
AGREED = {"amount": "12,50", "currency": "EUR", "day": "25", "agreed": "on"}


@pytest.fixture
def ada(db: None) -> User:
    return signed_up("ada")


@pytest.fixture
def as_ada(ada: User) -> Client:
    return sign_in(ada)


def read(client: Client, address: str = PAGE, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.headers
    return " ".join(answer.content.decode().split())


def save_card(stripe: Stripe, client: Client, number: str = "4242424242424242") -> str:
    """As the browser does, and back from Stripe."""
    assert client.post(PAGE + "card", {"key": number}).headers["Location"] == FORM
    setup = client.session["card_setup"]
    stripe.api("POST", f"/v1/setup_intents/{setup}/confirm", payment_method=stripe.card(number))
    answer = client.get(FORM + "?redirect_status=succeeded")
    assert answer.headers["Location"] == PAGE
    return str(setup)


class TestCard:
    def test_is_entered_in_stripes_form(self, stripe: Stripe, as_ada: Client) -> None:
        assert "No card is saved." in read(as_ada)
        as_ada.post(PAGE + "card", {"key": "1"})

        page = read(as_ada, FORM)

        assert 'data-kind="setup"' in page
        assert f'data-secret="{as_ada.session["card_setup"]}_secret_' in page
        assert f'data-return="http://localhost:8000{FORM}"' in page
        assert "needs JavaScript" in page

    def test_is_kept_when_one_comes_back(self, stripe: Stripe, as_ada: Client, ada: User) -> None:
        save_card(stripe, as_ada)

        page = read(as_ada)
        assert "Your card Visa •••• 4242 is saved." in page
        assert "12/2030" in page
        assert "card_setup" not in as_ada.session

    def test_can_be_replaced_and_removed(self, stripe: Stripe, as_ada: Client, ada: User) -> None:
        save_card(stripe, as_ada)
        save_card(stripe, as_ada, PAYS_NEVER)
        assert card_of(ada).last4 == PAYS_NEVER[-4:]

        as_ada.post(PAGE + "card/remove")

        assert card_of(ada) is None
        assert SavedCard.objects.filter(removed_at=None).count() == 0

    def test_form_is_nobody_elses(self, stripe: Stripe, as_ada: Client, db: None) -> None:
        as_ada.post(PAGE + "card", {"key": "1"})
        as_eve = sign_in(signed_up("eve"))
        session = as_eve.session
        session["card_setup"] = as_ada.session["card_setup"]
        session.save()

        assert as_eve.get(FORM).headers["Location"] == PAGE

    def test_says_that_stripe_does_not_answer(self, stripe: Stripe, as_ada: Client) -> None:
        stripe.is_down = True

        assert as_ada.post(PAGE + "card", {"key": "1"}).headers["Location"] == PAGE
        assert "Stripe does not answer" in read(as_ada)


class TestRefill:
    def test_is_set_up_with_what_was_agreed_to(
        self, stripe: Stripe, as_ada: Client, ada: User
    ) -> None:
        save_card(stripe, as_ada)

        assert as_ada.post(PAGE, AGREED).headers["Location"] == PAGE

        refill = refill_of(ada)
        assert (refill.amount, refill.day) == (12_500_000, 25)
        assert refill.consent == (
            "Obole may charge my card Visa •••• 4242 with €12.50 on day 25 of each month and put"
            " it into my wallet, until I end it, which I can do at any time."
        )
        assert "€12.50 come into your wallet on day 25" in read(as_ada)
        assert "€12.50 come in by card on" in read(as_ada, "/wallet/")

    @pytest.mark.parametrize(
        "changed",
        [{"agreed": ""}, {"amount": "1"}, {"day": "29"}, {"day": "x"}, {"currency": "XXX"}],
    )
    def test_is_refused(self, stripe: Stripe, as_ada: Client, changed: dict[str, str]) -> None:
        save_card(stripe, as_ada)

        answer = as_ada.post(PAGE, AGREED | changed)

        assert answer.status_code == 400
        assert not Refill.objects.exists()

    def test_is_ended_without_proving_who_one_is(
        self, stripe: Stripe, as_ada: Client, ada: User
    ) -> None:
        save_card(stripe, as_ada)
        as_ada.post(PAGE, AGREED)
        again = Client()
        again.force_login(ada)

        assert again.post(PAGE + "end").headers["Location"] == PAGE

        assert refill_of(ada) is None

    def test_rests_after_a_failure_and_goes_on(
        self, stripe: Stripe, as_ada: Client, ada: User
    ) -> None:
        save_card(stripe, as_ada, PAYS_NEVER)
        as_ada.post(PAGE, AGREED)
        due = refill_of(ada).next_on
        Refill.objects.update(begun_at="2010-01-01T00:00Z")
        charge_due_refills(at=_noon(due))
        page = read(as_ada)
        assert "The refill rests" in page
        assert "Your card was declined." in page

        as_ada.post(PAGE + "resume")

        assert refill_of(ada).state == "working"

    @pytest.mark.parametrize("address", [PAGE, FORM])
    def test_asks_who_one_is_again(
        self, stripe: Stripe, ada: User, address: str, client: Client
    ) -> None:
        client.force_login(ada)

        assert "/sign-in/" in client.get(address).headers["Location"]

    @pytest.mark.parametrize("deed", ["end", "resume", "card", "card/remove"])
    def test_is_changed_by_post_alone(self, stripe: Stripe, as_ada: Client, deed: str) -> None:
        assert as_ada.get(PAGE + deed).status_code == 405

    def test_is_not_offered_without_stripe(self, as_ada: Client, db: None) -> None:
        assert "takes no cards" in read(as_ada)
        assert as_ada.get(FORM).headers["Location"] == PAGE
        assert as_ada.post(PAGE + "card").headers["Location"] == PAGE


def _noon(day: Any) -> Any:
    from datetime import UTC, datetime

    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
