"""Payouts in the API: read with the scope for money, and by nobody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import AccessToken, set_token_value

from accounts.models import Application, User
from payments.payouts.models import Payout
from payments.payouts.requesting import request_payout

RELEASED = datetime(2010, 10, 10, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def on_the_tenth() -> Iterator[None]:
    with time_machine.travel(RELEASED, tick=False):
        yield


@pytest.fixture
def read(ben: User) -> Callable[..., Any]:
    """Read a resource as a user, with scopes."""
    application = Application.objects.create(name="Reader", user=ben, redirect_uris="")

    def get(path: str, user: User = ben, scopes: str = "money") -> Any:
        secret = f"{user.username}-{scopes.replace(' ', '-')}-{path}"
        token = AccessToken(
            user=user,
            application=application,
            scope=scopes,
            expires=timezone.now() + timedelta(days=1),
        )
        set_token_value(token, secret)
        token.save()
        return Client(headers={"authorization": f"Bearer {secret}"}).get(f"/rest/v2/{path}")

    return get


class TestPayable:
    def test_adds_up(self, payout: Payout, read: Callable[..., Any]) -> None:
        (line,) = read("user/payable").json()

        assert line["earned"] == line["free"] == "16.000000"
        assert (line["later"], line["held"], line["currency"]) == ("0.000000", "0.000000", "EUR")

    def test_is_nothing_of_a_stranger(
        self, payout: Payout, read: Callable[..., Any], eve: User
    ) -> None:
        assert read("user/payable", eve).json() == read("user/payouts", eve).json() == []


class TestPayouts:
    def test_say_how_far_they_have_come(self, payout: Payout, read: Callable[..., Any]) -> None:
        (told,) = read("user/payouts").json()

        assert (told["id"], told["amount"], told["state"]) == (
            payout.pk,
            "20.000000",
            "requested",
        )
        assert told["account"] == "DE89 … 3000"

    def test_need_the_scope_for_money(self, payout: Payout, read: Callable[..., Any]) -> None:
        answer = read("user/payouts", scopes="flattr thing email extendedread budget")

        assert answer.status_code == 403

    def test_take_as_many_queries_for_two_as_for_three(
        self,
        payout: Payout,
        ben: User,
        read: Callable[..., Any],
        django_assert_max_num_queries: Callable[..., Any],
    ) -> None:
        request_payout(owner=ben, amount=10_000_000, currency="EUR", key="b", at=RELEASED)

        with django_assert_max_num_queries(8):
            assert len(read("user/payouts").json()) == 2
