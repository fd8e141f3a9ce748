"""`/user/wallet`, its movements and deposits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from payments.deposits.play import pay_in_play_money
from payments.ledger.posting import hold, wallet_of
from payments.money import MICROS

Api = Callable[..., Any]
NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)


@pytest.fixture
def paid_in(ada: User) -> None:
    for number, euros in enumerate((10, 5)):
        asked = {"amount": euros * MICROS, "currency": "EUR", "key": str(number)}
        pay_in_play_money(subscriber=ada, at=NOON, **asked)
    hold(wallet_of(ada, "EUR"), 3 * MICROS)


class TestWallet:
    def test_says_what_is_free_held_and_owed(self, api: Api, ada: User, paid_in: None) -> None:
        assert api(ada).get("user/wallet").json() == [
            {
                "type": "wallet",
                "currency": "EUR",
                "balance": "15.000000",
                "held": "3.000000",
                "free": "12.000000",
                "owed": "0.000000",
            }
        ]

    def test_is_empty_before_anything_was_paid_in(self, api: Api, eve: User) -> None:
        assert api(eve).get("user/wallet").json() == []
        assert api(eve).get("user/wallet/movements?currency=EUR").json() == []
        assert api(eve).get("user/deposits").json() == []


class TestMovements:
    def test_come_latest_first_a_page_at_a_time(self, api: Api, ada: User, paid_in: None) -> None:
        first = api(ada).get("user/wallet/movements?currency=EUR&count=1").json()
        second = api(ada).get("user/wallet/movements?currency=EUR&count=1&page=2").json()

        shown = [(one["kind"], one["amount"], one["balance"]) for one in first + second]
        assert shown == [
            ("deposit", "5.000000", "15.000000"),
            ("deposit", "10.000000", "10.000000"),
        ]

    def test_need_the_name_of_a_currency(self, api: Api, ada: User) -> None:
        for query in ("", "?currency=XXX", "?currency="):
            answer = api(ada).get(f"user/wallet/movements{query}")
            assert (answer.status_code, answer.json()["error"]) == (400, "invalid_parameters")


class TestDeposits:
    def test_say_what_became_of_them(self, api: Api, ada: User, paid_in: None) -> None:
        [latest, _] = api(ada).get("user/deposits").json()

        assert latest | {"id": 0} == {
            "type": "deposit",
            "id": 0,
            "way": "play",
            "state": "arrived",
            "amount": "5.000000",
            "currency": "EUR",
            "begun_at": int(NOON.timestamp()),
            "arrived_at": int(NOON.timestamp()),
        }


@pytest.mark.parametrize(
    "path", ["user/wallet", "user/wallet/movements?currency=EUR", "user/deposits"]
)
class TestAll:
    def test_need_the_scope_of_money(self, api: Api, ada: User, path: str) -> None:
        assert api().get(path).status_code == 401
        answer = api(ada, "flattr thing email extendedread budget").get(path)
        assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")

    def test_show_nobody_elses(self, api: Api, eve: User, paid_in: None, path: str) -> None:
        assert api(eve).get(path).json() == []

    def test_need_a_fixed_number_of_queries(
        self,
        api: Api,
        ada: User,
        paid_in: None,
        path: str,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        client = api(ada)
        queries = {"user/wallet": 2, "user/deposits": 2}.get(path, 4)

        with django_assert_num_queries(queries):
            client.get(path)
