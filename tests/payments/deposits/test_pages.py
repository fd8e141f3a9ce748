"""The pages of the wallet, and what programs read of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from payments.deposits.models import Deposit, Refund, Way
from payments.deposits.returning import refund_outside
from payments.ledger.models import Transfer
from payments.ledger.movements import movements_of, transfers_of
from payments.ledger.posting import Posting, earnings_of, hold, post, wallet_of
from payments.money import MICROS

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
MakeDeposit = Callable[..., Deposit]
Give = Callable[..., None]


@pytest.fixture
def as_ada(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


def read(client: Client, address: str) -> str:
    return " ".join(client.get(address).content.decode().split())


class TestMovements:
    def test_have_what_was_in_the_wallet_after_each(
        self, ada: User, ben: User, deposit: MakeDeposit
    ) -> None:
        for euros in (10, 5, 20):
            deposit(ada, euros)
        wallet = wallet_of(ada, "EUR")
        tip = Posting("tip:1", Transfer.Kind.TIP, wallet, earnings_of(ben, "EUR"), MICROS, NOON)
        post([tip], posted_at=NOON)

        whole = movements_of(wallet, list(transfers_of(wallet)))
        second_page = movements_of(wallet, list(transfers_of(wallet)[2:]))

        assert [(one.amount // MICROS, one.balance // MICROS) for one in whole] == [
            (-1, 34),
            (20, 35),
            (5, 15),
            (10, 10),
        ]
        assert second_page == whole[2:]

    def test_need_two_queries(
        self,
        ada: User,
        deposit: MakeDeposit,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        for euros in (10, 5, 20):
            deposit(ada, euros)
        wallet = wallet_of(ada, "EUR")

        with django_assert_num_queries(2):
            movements_of(wallet, list(transfers_of(wallet)))


class TestWallet:
    def test_shows_what_is_free_and_held(
        self, as_ada: Client, ada: User, deposit: MakeDeposit
    ) -> None:
        deposit(ada, 10)
        hold(wallet_of(ada, "EUR"), 3 * MICROS)

        page = read(as_ada, "/wallet/")

        assert all(amount in page for amount in ("€7.00", "€3.00", "€10.00"))
        assert "Paid in by card" in page
        assert "owes" not in page

    def test_shows_a_debt(self, as_ada: Client, ada: User, ben: User, deposit: MakeDeposit) -> None:
        paid_in = deposit(ada, 10)
        hold(wallet_of(ada, "EUR"), 8 * MICROS)
        refund_outside(
            deposit=paid_in, amount=9 * MICROS, external_id="re_1", about_at=NOON, at=NOON
        )

        page = read(as_ada, "/wallet/")

        assert "Your wallet owes €7.00." in page
        assert "A payment was taken back" in page

    def test_leads_to_the_month_in_which_was_given(
        self, as_ada: Client, ada: User, song: object, give: Give, settle: Callable[..., object]
    ) -> None:
        give(ada, song)
        settle()

        assert '<a href="/giving/2010-09/">Given in September 2010</a>' in read(as_ada, "/wallet/")

    def test_shows_the_movements_of_one_currency(
        self, as_ada: Client, ada: User, deposit: MakeDeposit
    ) -> None:
        deposit(ada, 10)
        deposit(ada, 3, currency="USD")

        assert "+€10.00" in read(as_ada, "/wallet/")
        dollars = read(as_ada, "/wallet/?currency=USD")
        assert "+US$3.00" in dollars or "+$3.00" in dollars
        assert "+€10.00" not in dollars

    def test_shows_what_has_not_arrived(
        self, as_ada: Client, ada: User, begin: MakeDeposit
    ) -> None:
        begin(ada, 10, way=Way.PLAY)

        assert "On the way" in read(as_ada, "/wallet/")

    def test_is_everybodys_own(self, client: Client, eve: User, ada: User, deposit: MakeDeposit):
        deposit(ada, 10)
        client.force_login(eve)

        assert "10.00" not in read(client, "/wallet/")
        assert "10.00" not in read(client, "/wallet/payments/")

    @pytest.mark.parametrize(
        "address", ["/wallet/", "/wallet/payments/", "/wallet/pay-in/", "/wallet/pay-back/"]
    )
    def test_asks_strangers_to_sign_in(self, client: Client, db: None, address: str) -> None:
        assert client.get(address).headers["Location"] == f"/sign-in/?next={address}"


class TestPayIn:
    def test_goes_straight_on_where_there_is_one_way(self, as_ada: Client) -> None:
        response = as_ada.get("/wallet/pay-in/?next=/things/")

        assert response.headers["Location"] == "/giving/play-money/?next=%2Fthings%2F"

    def test_says_so_where_there_is_none(self, as_ada: Client, settings: object) -> None:
        settings.PLAY_MONEY = False

        assert "takes no money in" in read(as_ada, "/wallet/pay-in/")

    def test_leads_to_no_other_site(self, as_ada: Client) -> None:
        response = as_ada.get("/wallet/pay-in/?next=https://eve.example/")

        assert response.headers["Location"] == "/giving/play-money/"


class TestWithdrawal:
    def ask(self, client: Client, amount: str, **more: str):
        said = {"way": "play", "currency": "EUR", "key": "once", "amount": amount} | more
        return client.post("/wallet/pay-back/", said)

    def test_is_offered_up_to_what_is_free(
        self, as_ada: Client, ada: User, deposit: MakeDeposit
    ) -> None:
        deposit(ada, 10, way=Way.PLAY)
        hold(wallet_of(ada, "EUR"), 3 * MICROS)

        page = read(as_ada, "/wallet/pay-back/")

        assert "Up to €7.00 can go back this way." in page
        assert 'value="7.00"' in page

    def test_is_done_once(self, as_ada: Client, ada: User, deposit: MakeDeposit) -> None:
        deposit(ada, 10, way=Way.PLAY)

        answers = [self.ask(as_ada, "6,50") for _ in range(2)]

        assert [answer.headers["Location"] for answer in answers] == ["/wallet/"] * 2
        assert Refund.objects.get().amount == 6_500_000
        assert "On the way" in read(as_ada, "/wallet/")

    @pytest.mark.parametrize("amount", ["10.01", "0", "-1", "5.001", "five", "", "1e3"])
    def test_is_refused_for_a_wrong_amount(
        self, as_ada: Client, ada: User, deposit: MakeDeposit, amount: str
    ) -> None:
        deposit(ada, 10, way=Way.PLAY)

        response = self.ask(as_ada, amount)

        assert response.status_code == 400
        assert 'role="alert"' in response.content.decode()
        assert not Refund.objects.exists()

    def test_comes_back_to_the_page_where_nothing_is_left(self, as_ada: Client, ada: User) -> None:
        assert self.ask(as_ada, "5").headers["Location"] == "/wallet/pay-back/"

    def test_takes_nothing_of_a_way_that_is_not_offered(
        self, as_ada: Client, ada: User, deposit: MakeDeposit
    ) -> None:
        deposit(ada, 10, way=Way.CARD)

        assert self.ask(as_ada, "5", way="card").status_code == 302
        assert not Refund.objects.exists()
