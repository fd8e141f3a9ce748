"""Statements to take away: exact, complete, and one's own."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from accounts.models import User
from payments.budgets.planning import set_budget
from payments.clicking.recording import record_click
from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.posting import (
    Posting,
    correction,
    earnings_of,
    outside,
    post,
    site_account,
    wallet_of,
)
from payments.money import MICROS
from payments.settlement.models import Settlement
from payments.settlement.running import settle_period
from things.models import Thing
from things.periods import Period

SEPTEMBER = Period(2010, 9)
NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
Settle = Callable[..., Settlement]
Lines = list[dict[str, str]]


def posted(
    kind: Transfer.Kind, debited: LedgerAccount, credited: LedgerAccount, amount: int
) -> Transfer:
    key = f"test:{Transfer.objects.count()}"
    posting = Posting(
        key=key, kind=kind, debited=debited, credited=credited, amount=amount, about_at=NOON
    )
    return post([posting], posted_at=NOON)[0]


@pytest.fixture
def month(ada: User, ben: User) -> User:
    """Ada in September 2010: 20 EUR in, 2 back, a tip of 1, 7 clicks on 5 EUR; not settled."""
    User.objects.filter(pk=ada.pk).update(display_name="Ada Łovelace ő")
    wallet = wallet_of(ada, "EUR")
    paid = posted(Transfer.Kind.DEPOSIT, outside("test", "EUR"), wallet, 20 * MICROS)
    post([correction(paid, key="back", about_at=NOON, amount=2 * MICROS)], posted_at=NOON)
    posted(Transfer.Kind.TIP, wallet, earnings_of(ben, "EUR"), 900_000)
    posted(Transfer.Kind.TIP, wallet, site_account(LedgerAccount.Kind.FEES, "EUR"), 100_000)
    posted(Transfer.Kind.DEPOSIT, outside("test", "SEK"), wallet_of(ada, "SEK"), 3 * MICROS)
    set_budget(subscriber=ada, amount=5 * MICROS, currency="EUR", at=NOON)
    for number, title in enumerate(
        ["=1+1", "Ünïcødé « déjà »", "", "@x", "日本", "Plain", 'A;b,"c"']
    ):
        thing = Thing.objects.create(url=f"https://ben.example/{number}", owner=ben, title=title)
        record_click(subscriber=ada, thing=thing, at=NOON)
    return ada


def settle() -> None:
    settle_period(period=SEPTEMBER, at=datetime(2010, 10, 2, tzinfo=UTC), fee_basis_points=1000)


def fetch(user: User, address: str) -> bytes:
    client = Client()
    client.force_login(user)
    response = client.get(address)
    assert response.status_code == 200, response
    if response.streaming:
        return b"".join(response.streaming_content)  # type: ignore[arg-type]
    return response.content


def lines_of(user: User, address: str = "/giving/2010-09/statement.csv") -> Lines:
    return list(csv.DictReader(io.StringIO(fetch(user, address).decode())))


def micros(text: str) -> int:
    return int(text.replace(".", "")) if text else 0


def text_of(user: User, address: str = "/giving/2010-09/statement.pdf") -> str:
    pages = PdfReader(io.BytesIO(fetch(user, address))).pages
    return "\n".join(page.extract_text() for page in pages).replace("\xa0", " ")


def adds_up(lines: Lines) -> bool:
    """From each opening to the closing that follows."""
    so_far = 0
    for line in lines:
        amount = micros(line["amount"])
        if line["line"] == "opening":
            so_far = amount
        elif line["line"] != "closing":
            so_far += amount
        elif so_far != amount:
            return False
    return True


class TestCsv:
    def test_adds_up_line_by_line(self, month: User) -> None:
        settle()

        lines = lines_of(month)

        assert adds_up(lines)
        assert [line["line"] for line in lines] == (
            [
                "opening",
                "deposit",
                "refund",
                "tips",
                "tips",
                *(["click"] * 7),
                "remainder",
                "closing",
                "opening",
                "deposit",
                "closing",
            ]
        )
        clicks = [line for line in lines if line["line"] == "click"]
        assert {line["share"] for line in clicks} == {"0.714285"}
        assert {line["amount"] for line in clicks} == {"-0.714285"}
        assert lines[12]["share"] == "0.000005"
        assert (lines[13]["amount"], lines[16]["amount"]) == ("12.000005", "3.000000")

    def test_moves_nothing_before_the_month_is_settled(self, month: User) -> None:
        lines = lines_of(month)

        assert adds_up(lines)
        assert {line["amount"] for line in lines if line["line"] == "click"} == {""}

    def test_gives_spreadsheets_no_formula(self, month: User) -> None:
        titles = {line["description"] for line in lines_of(month)}

        assert {"'=1+1", "'@x", "Plain", 'A;b,"c"', "日本"} <= titles

    def test_marks_what_took_no_part(self, month: User) -> None:
        Thing.objects.filter(title="Plain").update(state=Thing.State.SUSPENDED)
        settle()

        lines = lines_of(month)

        assert adds_up(lines)
        [left_out] = [line for line in lines if line["line"] == "click_left_out"]
        assert (left_out["description"], left_out["share"]) == ("Plain", "0.000000")

    def test_of_a_year_has_all_months(self, month: User, song: Thing) -> None:
        settle()
        record_click(subscriber=month, thing=song, at=datetime(2010, 10, 3, tzinfo=UTC))
        settle_period(
            period=Period(2010, 10), at=datetime(2010, 11, 2, tzinfo=UTC), fee_basis_points=1000
        )

        lines = lines_of(month, "/giving/2010/statement.csv")

        assert adds_up(lines)
        months = defaultdict(list)
        for line in lines:
            months[line["month"]].append(line["line"])
        assert months["2010-10"] == [
            "opening",
            "click",
            "remainder",
            "closing",
            "opening",
            "closing",
        ]
        assert len(months["2010-09"]) == 17


class TestJson:
    def test_says_what_the_page_says(self, month: User) -> None:
        settle()

        found = json.loads(fetch(month, "/giving/2010-09/statement.json"))

        assert (found["type"], found["subscriber"], found["state"]) == ("month", "ada", "settled")
        assert found["budget"] == {
            "currency": "EUR",
            "amount": "5.000000",
            "clicks": 7,
            "left_out": 0,
            "why_left_out": None,
            "excluded": 0,
            "standing_clicks_skipped": 0,
            "share": "0.714285",
            "given": "4.999995",
            "remainder": "0.000005",
        }
        assert found["wallets"][0] == {
            "currency": "EUR",
            "opening": "0.000000",
            "lines": {
                "deposit": "20.000000",
                "clicks": "-4.999995",
                "tips": "-1.000000",
                "refund": "-2.000000",
            },
            "closing": "12.000005",
        }
        assert [one["creator"] for one in found["movements"]] == [None, None, "ben", None, None]
        assert len(found["clicks"]) == 7
        assert found["clicks"][1] == {
            "at": "2010-09-09T12:00:00+00:00",
            "title": "Ünïcødé « déjà »",
            "url": "https://ben.example/1",
            "creator": "ben",
            "counts": True,
            "excluded_for": None,
            "share": "0.714285",
        }

    def test_of_a_year_holds_its_months(self, month: User) -> None:
        settle()

        found = json.loads(fetch(month, "/giving/2010/statement.json"))

        assert (found["type"], found["year"]) == ("year", 2010)
        assert [one["period"] for one in found["months"]] == ["2010-09"]
        assert found["wallets"][0]["closing"] == "12.000005"

    def test_without_a_budget_has_none(self, ada: User) -> None:
        posted(Transfer.Kind.DEPOSIT, outside("test", "EUR"), wallet_of(ada, "EUR"), 7)

        found = json.loads(fetch(ada, "/giving/2010-09/statement.json"))

        assert (found["budget"], found["clicks"]) == (None, [])


class TestPdf:
    def test_says_what_the_page_says(self, month: User, settings: Any) -> None:
        settings.POSTAL_ADDRESS = ["Obole asbl", "1000 Bruxelles"]
        settle()

        text = text_of(month)

        assert "Statement of September 2010" in text
        assert "Ada Łovelace ő (ada)" in text
        assert "Sept. 1, 2010 to Sept. 30, 2010" in text
        assert "http://localhost:8000" in text
        assert "1000 Bruxelles" in text
        assert text.count("€0.714285") == 8
        assert "€12.000005" in text
        assert "−€4.999995" in text
        assert "Ünïcødé « déjà »" in text
        assert "https://ben.example/1" in text
        assert "Page 1 of 1" in text or "Page 1 of 2" in text

    def test_speaks_french(self, month: User) -> None:
        User.objects.update(language="fr")
        settle()

        text = text_of(month)

        assert "Relevé, septembre 2010" in text
        assert "0,714285 €" in text
        assert "Dans le portefeuille à la fin" in text

    def test_of_a_year_has_its_months_and_recipients(self, month: User) -> None:
        settle()

        text = text_of(month, "/giving/2010/statement.pdf")

        assert "Statement of 2010" in text
        assert "Jan. 1, 2010 to Dec. 31, 2010" in text
        assert "September 2010" in text
        assert "Whom it went to" in text

    def test_embeds_its_fonts(self, month: User) -> None:
        reader = PdfReader(io.BytesIO(fetch(month, "/giving/2010-09/statement.pdf")))

        fonts = reader.pages[0]["/Resources"]["/Font"].values()
        used = [font.get_object() for font in fonts]
        embedded = [font for font in used if "DejaVu" in font["/BaseFont"]]
        assert len(embedded) >= 2
        assert all("/FontFile2" in font["/FontDescriptor"] for font in embedded)

    def test_is_the_same_each_time(self, month: User) -> None:
        settle()

        first, second = (fetch(month, "/giving/2010-09/statement.pdf") for _ in range(2))

        assert first == second


class TestFiles:
    ADDRESSES = [
        f"/giving/{of}/statement.{form}"
        for of in ("2010-09", "2010")
        for form in ("csv", "json", "pdf")
    ]

    @pytest.mark.parametrize("address", ADDRESSES)
    def test_are_nobody_elses(self, month: User, eve: User, client: Client, address: str) -> None:
        settle()
        asked_to_sign_in = client.get(address)
        client.force_login(eve)

        assert asked_to_sign_in.status_code == 302
        assert client.get(address).status_code == 404

    @pytest.mark.parametrize("address", ADDRESSES)
    def test_are_kept_by_nobody_on_the_way(self, month: User, client: Client, address: str) -> None:
        client.force_login(month)

        headers = client.get(address).headers

        assert "no-store" in headers["Cache-Control"]
        assert headers["Content-Disposition"].startswith('attachment; filename="statement-2010')

    @pytest.mark.parametrize("address", ["2010-09/statement.xls", "2010/statement.html"])
    def test_of_other_forms_are_not_there(self, month: User, client: Client, address: str) -> None:
        client.force_login(month)

        assert client.get(f"/giving/{address}").status_code == 404

    @pytest.mark.parametrize("address", ADDRESSES)
    def test_take_as_many_queries_for_many_clicks(
        self, month: User, ben: User, address: str
    ) -> None:
        few = queries_of(month, address)
        for number in range(40):
            thing = Thing.objects.create(url=f"https://ben.example/n{number}", owner=ben)
            record_click(subscriber=month, thing=thing, at=NOON)

        assert queries_of(month, address) == few


def queries_of(user: User, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        fetch(user, address)
    return len(captured)
