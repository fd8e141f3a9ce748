"""The page of play money: what it takes, and what it says of what it does not take."""

from __future__ import annotations

from html import unescape

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from payments.ledger.models import LedgerAccount
from payments.money import MICROS

PAGE = "/giving/play-money/"


@pytest.fixture
def browser(ada: User, settings: Settings) -> Client:
    settings.PLAY_MONEY = True
    client = Client()
    client.force_login(ada)
    return client


def put(browser: Client, **said: str) -> HttpResponse:
    return browser.post(PAGE, {"amount": "5", "currency": "EUR", "key": "1"} | said)


def balance(owner: User) -> int:
    return sum(LedgerAccount.objects.filter(owner=owner).values_list("balance", flat=True))


class TestPlayMoney:
    def test_comes_in_once_for_a_form_that_is_sent_twice(self, browser: Client, ada: User) -> None:
        for _sent in range(2):
            answer = put(browser, amount="12,50")
            assert answer.status_code == 302

        assert balance(ada) == 12_500_000

    @pytest.mark.parametrize(
        ("amount", "english", "french"),
        [
            ("", "This field is required.", "Ce champ est obligatoire."),
            ("x", "Write an amount, such as 5.00.", "Écrivez un montant, par exemple 5,00."),
            ("-5", "Write an amount, such as 5.00.", "Écrivez un montant, par exemple 5,00."),
            ("1.99", "Choose from €2.00 to", "Choisissez entre 2,00"),
            ("5.001", "leave out some decimals.", "enlevez des décimales."),
        ],
    )
    def test_refuses_an_amount_in_the_language_of_the_reader(
        self, browser: Client, ada: User, amount: str, english: str, french: str
    ) -> None:
        for language, words in (("en", english), ("fr", french)):
            User.objects.filter(pk=ada.pk).update(language=language)
            answer = put(browser, amount=amount)

            assert answer.status_code == 400
            assert words in unescape(answer.content.decode())
        assert balance(ada) == 0

    def test_says_that_a_form_was_used(self, browser: Client, ada: User) -> None:
        put(browser)

        answer = put(browser, amount="6")

        assert answer.status_code == 400
        assert b"This form was used for another payment already" in answer.content
        assert balance(ada) == 5 * MICROS

    def test_is_not_there_on_a_site_without(self, browser: Client, settings: Settings) -> None:
        settings.PLAY_MONEY = False

        assert browser.get(PAGE).status_code == 404
        assert put(browser).status_code == 404
