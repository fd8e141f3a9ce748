"""The page of the budget: what it says of now and later, and what it does."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from payments.budgets.models import Budget, Plan
from payments.budgets.planning import set_budget
from payments.clicking.recording import record_click
from payments.ledger.models import LedgerAccount
from payments.money import MICROS
from things.models import Thing

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
PAGE = "/giving/budget/"
PayIn = Callable[..., LedgerAccount]


@pytest.fixture
def browser(ada: User) -> Client:
    client = Client()
    with time_machine.travel(NOON, tick=False):
        client.force_login(ada)
        yield client


@pytest.fixture
def held(ada: User, song: Thing, pay_in: PayIn) -> None:
    """Ada has 10, and 5 are held by a click."""
    pay_in(ada, 10)
    set_budget(subscriber=ada, amount=5 * MICROS, currency="EUR", at=NOON)
    record_click(subscriber=ada, thing=song, at=NOON)


def words(answer: HttpResponse) -> str:
    """What the page says, without its markup."""
    text = re.sub(r"<(script|style).*?</\1>", "", answer.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


def put(browser: Client, amount: str, currency: str = "EUR", **more: str) -> HttpResponse:
    return browser.post(PAGE, {"amount": amount, "currency": currency} | more, follow=True)


class TestShowBudget:
    def test_says_what_holds_now_and_what_from_when(self, browser: Client, held: None) -> None:
        said = words(put(browser, "3"))

        assert "September 2010 €5.00 held in your wallet since Sept. 9, 2010" in said
        assert "From October 2010 on €3.00" in said
        assert "Keep giving €5.00" in said

    def test_takes_a_lowering_back(self, browser: Client, held: None) -> None:
        put(browser, "3")

        said = words(put(browser, "5.00"))

        assert "From October 2010 on €5.00" in said
        assert "Keep giving" not in said

    def test_raises_at_once(self, browser: Client, held: None) -> None:
        said = words(put(browser, "8"))

        assert "September 2010 €8.00 held" in said
        assert Budget.objects.get().amount == 8 * MICROS

    def test_names_what_is_missing_for_a_raise(self, browser: Client, held: None) -> None:
        answer = put(browser, "12.50")

        assert answer.status_code == 400
        assert "Your wallet does not cover the raise €2.50 are missing" in words(answer)
        assert Plan.objects.get().amount == 5 * MICROS

    def test_names_what_is_missing_for_the_first_click(
        self, ada: User, browser: Client, pay_in: PayIn
    ) -> None:
        pay_in(ada, 2)

        assert "€3.00 are missing" in words(put(browser, "5"))

    @pytest.mark.parametrize(
        ("language", "amount", "refusal"),
        [
            ("en", "1.99", "Give at least €2.00 a month."),
            ("en", "five", "Write an amount, such as 5.00."),
            ("en", "5.001", "Choose whole cents"),
            ("en", "", "This field is required."),
            ("fr", "1,99", "Donnez au moins 2,00 € par mois."),
            ("fr", "cinq", "Écrivez un montant, par exemple 5,00."),
        ],
    )
    def test_says_why_it_refuses(
        self, ada: User, browser: Client, language: str, amount: str, refusal: str
    ) -> None:
        User.objects.filter(pk=ada.pk).update(language=language)

        answer = put(browser, amount)

        assert answer.status_code == 400
        assert refusal in words(answer).replace("\N{NO-BREAK SPACE}", " ")
        assert not Plan.objects.exists()

    @pytest.mark.parametrize("amount", ["5,50", " 5.5 ", "5.50"])
    def test_reads_amounts_as_people_write_them(self, browser: Client, amount: str) -> None:
        put(browser, amount)

        assert Plan.objects.get().amount == 5_500_000

    def test_refuses_a_currency_that_the_site_does_not_have(self, browser: Client) -> None:
        assert put(browser, "5", "XXX").status_code == 400

    @pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/things/"])
    def test_leads_back_within_the_site_alone(self, browser: Client, elsewhere: str) -> None:
        answer = browser.post(PAGE, {"amount": "5", "currency": "EUR", "next": elsewhere})

        assert answer["Location"] == (elsewhere if elsewhere == "/things/" else PAGE)


class TestPauseAndStop:
    @pytest.mark.parametrize(("deed", "word"), [("pause", "paused"), ("stop", "stopped")])
    def test_count_from_the_next_month_on(
        self, browser: Client, held: None, deed: str, word: str
    ) -> None:
        said = words(browser.post(f"{PAGE}{deed}", follow=True))

        assert "From October 2010 on you give nothing." in said
        assert f"From October 2010 on nothing {word}" in said
        assert "September 2010 €5.00 held" in said

    @pytest.mark.parametrize("deed", ["pause", "stop"])
    def test_are_taken_back(self, browser: Client, held: None, deed: str) -> None:
        browser.post(f"{PAGE}{deed}")

        said = words(put(browser, "5.00"))

        assert "From October 2010 on €5.00" in said

    def test_a_pause_ends(self, browser: Client, held: None) -> None:
        browser.post(f"{PAGE}pause")

        assert "You give €5.00 a month." in words(browser.post(f"{PAGE}resume", follow=True))

    @pytest.mark.parametrize("deed", ["pause", "stop", "resume"])
    def test_change_nothing_where_there_is_no_budget(self, browser: Client, deed: str) -> None:
        said = words(browser.post(f"{PAGE}{deed}", follow=True))

        assert "You have no budget to change." in said

    @pytest.mark.parametrize("deed", ["pause", "stop", "resume"])
    def test_are_never_a_link(self, browser: Client, held: None, deed: str) -> None:
        assert browser.get(f"{PAGE}{deed}").status_code == 405
        assert Plan.objects.get().gives
