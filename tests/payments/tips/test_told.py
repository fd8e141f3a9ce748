"""Creators are told of tips on their pages, in files and on paper, and it adds up."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client
from pypdf import PdfReader

from accounts.models import User
from payments.earnings.papers.issuing import issue_paper
from payments.earnings.papers.printing import print_paper
from payments.money import MICROS
from payments.payouts.regiving import put_into_giving
from payments.settlement.models import Settlement
from payments.tips.tipping import Wish, give_tip
from things.models import Thing
from things.periods import Period

NOON, OCTOBER = datetime(2010, 9, 9, 12, tzinfo=UTC), Period(2010, 10)


@pytest.fixture
def tipped(
    ada: User, ben: User, song: Thing, give: Callable[..., None], settle: Callable[..., Settlement]
) -> User:
    """Ben got 5 euros by a click and 2 by a tip, less 10 %, and gave 3 of them on."""
    give(ada, song)
    give(ada, euros=7)
    give_tip(Wish(ada, ben, 2 * MICROS, "EUR", key="1", thing=song), at=NOON)
    settle()
    at = datetime(2010, 10, 12, tzinfo=UTC)
    put_into_giving(owner=ben, amount=3 * MICROS, currency="EUR", key="1", at=at)
    return ben


class TestPages:
    def test_have_the_sums_of_the_month(self, client: Client, tipped: User) -> None:
        client.force_login(tipped)

        month = client.get("/creators/ben/months/2010-09/").content.decode()
        months = client.get("/creators/ben/months/").content.decode()
        table = client.get("/creators/ben/months/2010-09.csv").content.decode()
        tree = client.get("/creators/ben/months/2010-09.json").json()

        assert "What tips brought in this month" in month
        assert "Tips, net" in months
        assert table.splitlines()[-1].endswith("EUR,0,2.000000,,,,,tip,")
        assert tree["tips"][0]["giver"] == "ada"
        assert tree["tip_totals"][0]["net"] == "1.800000"


class TestPaper:
    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_has_both_and_what_was_given_on(self, tipped: User, language: str) -> None:
        tipped.language = language
        Settlement.objects.create(
            period=OCTOBER, fee_basis_points=1000, closed_at=NOON, settled_at=NOON
        )

        paper = issue_paper(
            creator=tipped, first=Period(2010, 9), last=OCTOBER, currency="EUR", at=NOON
        )
        text = PdfReader(io.BytesIO(print_paper(paper))).pages[0].extract_text()

        assert paper.figures["net"] + paper.figures["tips"][0]["net"] > 0
        for said in {
            "en": ("By clicks and tips", "Put into giving", "€1.80", "€3.00"),
            "fr": ("Par clics et pourboires", "Remettre en dons", "1,80", "3,00"),
        }[language]:
            assert said in text
