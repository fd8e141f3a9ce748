"""What a click is worth now: by the clicks that the settlement will divide among."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from payments.budgets.models import Budget
from payments.clicking.exclusions.excluding import exclude_click, exclude_thing, undo_exclusion
from payments.clicking.exclusions.models import Exclusion
from payments.clicking.worth import Worth, worth_now, worth_of_next_click
from payments.giving.now import running_month
from payments.giving.statements import statement_of
from payments.ledger.models import Transfer
from payments.ledger.posting import correction, post
from payments.money import MICROS
from payments.settlement.models import Settlement
from things.models import Thing
from things.periods import Period

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
SEPTEMBER = Period(2010, 9)
Give = Callable[..., None]
Settle = Callable[..., Settlement]


@pytest.fixture
def things(ben: User) -> list[Thing]:
    return [
        Thing.objects.create(url=f"https://ben.example/{name}", owner=ben, title=f"A {name}")
        for name in ("song", "poem", "film")
    ]


def exclude(by: User, thing: Thing, subscriber: User | None = None) -> Exclusion:
    if subscriber is None:
        return exclude_thing(period=SEPTEMBER, thing=thing, reason="a ring", by=by, at=NOON)
    return exclude_click(
        period=SEPTEMBER, subscriber=subscriber, thing=thing, reason="a ring", by=by, at=NOON
    )


def share_said(subscriber: User) -> int:
    worth = worth_now(subscriber, at=NOON)
    return 0 if worth is None else worth.share


class TestWorth:
    def test_is_the_budget_among_all_clicks(
        self, ada: User, things: list[Thing], give: Give
    ) -> None:
        give(ada, *things, euros=6)

        assert worth_now(ada, at=NOON) == Worth(2 * MICROS, "EUR", 3)
        assert worth_of_next_click(ada, at=NOON) == Worth(1_500_000, "EUR", 4)

    @pytest.mark.parametrize("whole", [False, True])
    def test_leaves_out_what_staff_excluded(
        self, ada: User, things: list[Thing], olga: User, give: Give, whole: bool
    ) -> None:
        give(ada, *things, euros=6)

        excluded = exclude(olga, things[0], None if whole else ada)
        without = worth_now(ada, at=NOON), worth_of_next_click(ada, at=NOON)
        undo_exclusion(exclusion_id=excluded.pk, by=olga, at=NOON)

        assert without == (Worth(3 * MICROS, "EUR", 2), Worth(2 * MICROS, "EUR", 3))
        assert share_said(ada) == 2 * MICROS

    def test_counts_what_is_excluded_of_others_or_from_another_month(
        self, ada: User, eve: User, things: list[Thing], olga: User, give: Give
    ) -> None:
        give(ada, *things, euros=6)
        give(eve, *things)

        exclude(olga, things[0], eve)
        exclude_thing(period=Period(2010, 8), thing=things[1], reason="old", by=olga, at=NOON)

        assert share_said(ada) == 2 * MICROS

    @pytest.mark.parametrize("fate", ["suspended", "nobody's", "creator suspended", "excluded"])
    def test_is_what_the_settlement_makes_of_it(
        self,
        ada: User,
        eve: User,
        things: list[Thing],
        olga: User,
        give: Give,
        settle: Settle,
        fate: str,
    ) -> None:
        other = Thing.objects.create(url="https://eve.example/", owner=eve)
        give(ada, *things, other, euros=12)
        if fate == "suspended":
            Thing.objects.filter(pk=other.pk).update(state=Thing.State.SUSPENDED)
        elif fate == "nobody's":
            Thing.objects.filter(pk=other.pk).update(owner=None)
        elif fate == "creator suspended":
            User.objects.filter(pk=eve.pk).update(suspended=True)
        else:
            exclude(olga, other)
        said = {
            share_said(ada),
            running_month(ada, at=NOON).share,
            statement_of(subscriber=ada, period=SEPTEMBER, at=NOON).share,
        }

        settle()

        assert said == {Budget.objects.get(period=SEPTEMBER, subscriber=ada).share}
        assert said == {4 * MICROS}

    def test_is_nothing_where_all_is_excluded(
        self, ada: User, things: list[Thing], olga: User, give: Give
    ) -> None:
        give(ada, things[0], euros=6)

        exclude(olga, things[0])

        assert worth_now(ada, at=NOON) is None
        assert worth_of_next_click(ada, at=NOON) == Worth(6 * MICROS, "EUR", 1)

    def test_is_nothing_while_the_wallet_owes(
        self, ada: User, things: list[Thing], give: Give
    ) -> None:
        give(ada, *things)
        paid = Transfer.objects.get(kind="deposit")
        taken = correction(
            paid, key="taken", about_at=NOON, kind=Transfer.Kind.CHARGEBACK, amount=MICROS
        )
        post([taken], posted_at=NOON)

        assert worth_now(ada, at=NOON) is None
        assert running_month(ada, at=NOON).share is None

    @pytest.mark.parametrize("number", [1, 3])
    def test_asks_as_often_however_much_there_is(
        self,
        ada: User,
        things: list[Thing],
        olga: User,
        give: Give,
        django_assert_num_queries: DjangoAssertNumQueries,
        number: int,
    ) -> None:
        give(ada, *things, euros=6)
        for thing in things[:number]:
            exclude(olga, thing, ada)

        with django_assert_num_queries(2):
            worth_now(ada, at=NOON)
        with django_assert_num_queries(2):
            worth_of_next_click(ada, at=NOON)
        with django_assert_num_queries(5):
            running_month(ada, at=NOON)


class TestPages:
    @pytest.fixture(autouse=True)
    def given(self, client: Client, ada: User, things: list[Thing], give: Give) -> Iterator[None]:
        give(ada, *things, euros=6)
        with time_machine.travel(NOON, tick=False):
            client.force_login(ada)
            yield

    def test_say_what_each_is_worth_without_the_excluded(
        self, client: Client, ada: User, things: list[Thing], olga: User
    ) -> None:
        exclude(olga, things[0], ada)

        home = client.get("/")
        clicks = client.get(reverse("clicks")).content.decode()
        popup = client.get(reverse("thing", args=[things[1].pk])).content.decode()

        month = home.context["month"]
        assert (month.clicks, month.left_out, month.share) == (2, 1, 3 * MICROS)
        assert "1 more click takes no part as things stand." in home.content.decode()
        assert "2 clicks, each worth €3.00 now." in clicks
        assert "takes no part (a ring)" in clicks
        assert "Each of your 2 clicks this month is worth €3.00 now." in popup

    def test_say_of_the_excluded_thing_that_it_takes_no_part(
        self, client: Client, eve: User, things: list[Thing], olga: User
    ) -> None:
        exclude(olga, things[0])
        said = "so a click takes no part: a ring"

        given = client.get(reverse("thing", args=[things[0].pk])).content.decode()
        client.force_login(eve)
        asked = client.get(reverse("thing", args=[things[0].pk])).content.decode()
        other = client.get(reverse("thing", args=[things[1].pk])).content.decode()

        assert said in given
        assert said in asked
        assert said not in other

    def test_say_nothing_of_exclusions_of_somebody_else(
        self, client: Client, ada: User, eve: User, things: list[Thing], olga: User
    ) -> None:
        exclude(olga, things[0], ada)
        client.force_login(eve)

        page = client.get(reverse("thing", args=[things[0].pk])).content.decode()

        assert "a ring" not in page
