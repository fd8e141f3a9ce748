"""Statements of earnings: what they say, their numbers, and whose they are."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, connections
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from payments.earnings.papers.issuing import (
    MonthsOpen,
    NotARange,
    NothingInRange,
    issue_paper,
    keep_billing_details,
    vat_in,
)
from payments.earnings.papers.models import EarningsPaper
from payments.earnings.papers.printing import print_paper
from payments.payouts.batching import approve_batch, make_batch
from payments.payouts.details import Account, enter_details
from payments.payouts.models import Payout, Way
from payments.payouts.outcomes import mark_paid
from payments.payouts.requesting import request_payout
from things.models import Thing
from things.periods import Period

SEPTEMBER, OCTOBER = Period(2010, 9), Period(2010, 10)
ENTERED = datetime(2010, 10, 5, 12, tzinfo=UTC)
RELEASED = datetime(2010, 10, 10, tzinfo=UTC)
LATER = datetime(2010, 11, 2, tzinfo=UTC)


@pytest.fixture
def earnings(
    ada: User, song: Thing, give: Callable[..., None], settle: Callable[..., object]
) -> None:
    """Ada gave Ben 40 euros in September, of which the fee is 4; October had nothing."""
    give(ada, song, euros=40)
    settle()
    settle(OCTOBER)


@pytest.fixture
def paid(earnings: None, ben: User, olga: User) -> Payout:
    """Ben was paid 20 euros in October."""
    paul = User.objects.create_user("paul")
    enter_details(owner=ben, way=Way.MANUAL, account=Account("Ben", "cash"), at=ENTERED)
    payout = request_payout(owner=ben, amount=20_000_000, currency="EUR", key="a", at=RELEASED)
    batch = make_batch(way=Way.MANUAL, currency="EUR", by=olga, at=RELEASED)
    approve_batch(batch_id=batch.pk, by=paul, at=RELEASED)
    return mark_paid(payout_id=payout.pk, at=RELEASED, by=paul, note="7")


def paper_of(creator: User, first: Period = SEPTEMBER, last: Period = SEPTEMBER) -> EarningsPaper:
    return issue_paper(creator=creator, first=first, last=last, currency="EUR", at=LATER)


class TestIssuePaper:
    def test_says_what_was_earned_and_paid(self, paid: Payout, ben: User) -> None:
        paper = paper_of(ben, last=OCTOBER)

        figures = paper.figures
        assert (figures["gross"], figures["fee"], figures["net"]) == (
            40_000_000,
            4_000_000,
            36_000_000,
        )
        assert [row["amount"] for row in figures["payouts"]] == [20_000_000]
        assert paper.title == "E-2010-000001"

    def test_asked_for_again_is_the_same(self, earnings: None, ben: User) -> None:
        assert paper_of(ben) == paper_of(ben)
        assert EarningsPaper.objects.count() == 1

    def test_of_other_details_is_a_new_one_that_names_the_old(
        self, earnings: None, ben: User
    ) -> None:
        old = paper_of(ben)
        keep_billing_details(owner=ben, legal_name="Ben Ltd", address="1 Road", tax_number="X1")

        new = paper_of(ben)

        assert (new.number, new.figures["replaces"]) == (2, old.title)
        assert new.details["name"] == "Ben Ltd"
        old.refresh_from_db()
        assert old.details["name"] == "ben"

    def test_refuses_a_month_that_is_not_settled(self, earnings: None, ben: User) -> None:
        with pytest.raises(MonthsOpen):
            paper_of(ben, last=Period(2010, 11))

    def test_refuses_what_is_no_range(self, earnings: None, ben: User) -> None:
        with pytest.raises(NotARange):
            paper_of(ben, first=OCTOBER, last=SEPTEMBER)
        with pytest.raises(NotARange):
            paper_of(ben, first=Period(2000, 9), last=SEPTEMBER)

    def test_refuses_where_there_is_nothing(self, earnings: None, eve: User) -> None:
        with pytest.raises(NothingInRange):
            paper_of(eve)

        assert not EarningsPaper.objects.exists()

    def test_names_the_vat_in_the_fee(self, earnings: None, ben: User, settings: Settings) -> None:
        settings.VAT_BASIS_POINTS = 2000

        assert paper_of(ben).figures["vat"] == 666_666

    @pytest.mark.parametrize(
        ("fee", "basis_points", "vat"), [(1_200_000, 2000, 200_000), (0, 2000, 0), (5, 0, 0)]
    )
    def test_vat_is_a_part_of_the_fee(self, fee: int, basis_points: int, vat: int) -> None:
        assert vat_in(fee, basis_points) == vat


class TestDatabase:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE payments_earningspaper SET figures = '{}'",
            "UPDATE payments_earningspaper SET number = 9",
            'UPDATE payments_earningspaper SET details = \'{"name": "eve"}\'',
            "DELETE FROM payments_earningspaper",
        ],
    )
    def test_keeps_what_was_issued(self, earnings: None, ben: User, statement: str) -> None:
        paper_of(ben)

        with pytest.raises(IntegrityError), connection.cursor() as cursor:
            cursor.execute(statement)

    def test_lets_a_name_go(self, earnings: None, ben: User) -> None:
        paper = paper_of(ben)

        with connection.cursor() as cursor:
            cursor.execute("UPDATE payments_earningspaper SET details = '{}'")

        paper.refresh_from_db()
        assert print_paper(paper).startswith(b"%PDF")


class TestPrintPaper:
    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_gives_the_same_bytes_each_time(
        self, paid: Payout, ben: User, language: str, settings: Settings
    ) -> None:
        ben.language = language
        ben.save()
        paper = paper_of(ben, last=OCTOBER)
        first = print_paper(paper)
        settings.VAT_BASIS_POINTS = 2000
        paper.refresh_from_db()

        assert print_paper(paper) == first
        assert first.startswith(b"%PDF")


class TestPages:
    def test_make_and_fetch(self, paid: Payout, ben: User, client: Client) -> None:
        client.force_login(ben)

        answer = client.post(
            "/statements/", {"first": "2010-09", "last": "2010-10", "currency": "EUR"}
        )
        paper = client.get(answer["Location"])

        assert paper["Content-Type"] == "application/pdf"
        assert paper.content.startswith(b"%PDF")
        assert EarningsPaper.objects.get().title in client.get("/statements/").content.decode()

    @pytest.mark.parametrize(
        "months", [("", ""), ("2010-10", "2010-09"), ("2010-13", "2010-09"), ("x", "2010-09")]
    )
    def test_say_what_is_wrong(
        self, earnings: None, ben: User, client: Client, months: tuple[str, str]
    ) -> None:
        client.force_login(ben)
        first, last = months

        answer = client.post("/statements/", {"first": first, "last": last, "currency": "EUR"})

        assert answer.status_code == 400
        assert not EarningsPaper.objects.exists()

    def test_of_others_are_not_found(
        self, earnings: None, ben: User, eve: User, client: Client
    ) -> None:
        paper = paper_of(ben)
        client.force_login(eve)

        assert client.get(f"/statements/{paper.title}.pdf").status_code == 404
        assert paper.title not in client.get("/statements/").content.decode()

    def test_keep_who_they_are_made_out_to(self, ben: User, client: Client) -> None:
        client.force_login(ben)
        form = {"legal_name": "Ben & Söhne", "address": "1 Road\nTown", "tax_number": "DE1"}

        client.post("/settings/statements/", form)

        assert "Ben &amp; Söhne" in client.get("/settings/statements/").content.decode()


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_numbers_have_no_gaps(
        self, earnings: None, ben: User, give: Callable[..., None]
    ) -> None:
        barrier = Barrier(4)

        def issue(number: int) -> int:
            barrier.wait()
            try:
                first = SEPTEMBER if number % 2 else Period(2010, 8)
                return paper_of(ben, first=first).number
            finally:
                connections.close_all()

        with ThreadPoolExecutor(4) as pool:
            numbers = list(pool.map(issue, range(4)))

        assert sorted(numbers) == [1, 1, 2, 2]
