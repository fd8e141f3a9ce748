"""What a line of `budgets.csv` can be refused for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from accounts.models import User
from payments.clicking.importing.budget_lines import MOST_IN_LEDGER
from payments.money import MICROS

pytestmark = pytest.mark.django_db

# What is replaced, by what, and what is wrong then with line 4.
WRONG = {
    "negative": (b"5,USD", b"-5,USD", "“-5” is not an amount: write it like 5.14"),
    "zero": (b"5,USD", b"0.00,USD", "the amount is zero"),
    "NaN": (b"5,USD", b"NaN,USD", "“NaN” is not an amount: write it like 5.14"),
    "infinite": (b"5,USD", b"inf,USD", "“inf” is not an amount: write it like 5.14"),
    "an exponent": (b"5,USD", b"5e3,USD", "“5e3” is not an amount: write it like 5.14"),
    "a blank": (b"5,USD", b" 5,USD", "“ 5” is not an amount: write it like 5.14"),
    "digits of another script": (
        b"5,USD",
        "٥,USD".encode(),
        "“٥” is not an amount: write it like 5.14",
    ),
    "a decimal comma": (b"5,USD", b'"5,14",USD', "“5,14” is not an amount: write it like 5.14"),
    "no amount": (b"5,USD", b",USD", "“” is not an amount: write it like 5.14"),
    "too precise": (b"5,USD", b"5.1234567,USD", "5.1234567 has more than six decimals"),
    "too large": (
        b"5,USD",
        b"1000000000.000001,USD",
        "1000000000.000001 is above 1000000000.000000",
    ),
    "an unknown currency": (
        b"5,USD",
        b"5,XXX",
        "the currency “XXX” is not one of EUR, USD, GBP, CHF, SEK",
    ),
    "a currency in small letters": (
        b"5,USD",
        b"5,usd",
        "the currency “usd” is not one of EUR, USD, GBP, CHF, SEK",
    ),
    "the same subscriber": (b"eve,5", b"ada,5", "“ada” has a budget on line 2 already"),
    "a subscriber that differs in case from a creator": (
        b"eve,5",
        b"CEM,5",
        "the user name “CEM” differs from “cem” only in upper and lower case",
    ),
    "no subscriber": (
        b"eve,5",
        b",5",
        "“” is not a user name: letters, digits, dots, hyphens and underscores",
    ),
}


class TestBudgetLines:
    @pytest.mark.parametrize(("old", "new", "message"), WRONG.values(), ids=WRONG)
    def test_names_what_is_wrong(
        self,
        month: Path,
        spoil: Callable[..., None],
        refusal: Callable[..., str],
        old: bytes,
        new: bytes,
        message: str,
    ) -> None:
        spoil("budgets.csv", old, new)

        lines = refusal(month).splitlines()

        assert [line for line in lines if line.startswith("budgets.csv")] == [
            f"budgets.csv:4: {message}"
        ]

    def test_refuses_more_than_the_ledger_can_hold(
        self, refusal: Callable[..., str], month: Path
    ) -> None:
        with (month / "budgets.csv").open("a") as budgets:
            budgets.writelines(f"rich{number},1000000000,CHF\n" for number in range(9224))

        assert refusal(month) == (
            "budgets.csv:9228: 1000000000.000000 CHF more do not fit into the ledger"
        )

    def test_refuses_more_than_the_ledger_can_hold_beside_what_is_in_it(
        self,
        month: Path,
        refusal: Callable[..., str],
        pay_in: Callable[..., object],
        eve: User,
    ) -> None:
        pay_in(eve, micros=MOST_IN_LEDGER - 4 * MICROS, currency="USD")

        assert refusal(month) == "budgets.csv:4: 5.000000 USD more do not fit into the ledger"
