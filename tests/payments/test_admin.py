"""What holds for every page of the admin: a fixed number of queries, and nothing to change.

Each registered model needs a maker of rows in `MAKERS`; a new model without one fails here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from payments.budgets.models import Budget, Plan
from payments.clicking.models import ImportedMonth
from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.posting import Posting, outside, post, wallet_of
from payments.money import MICROS
from payments.settlement.models import (
    CreatorEarnings,
    PeriodFigures,
    Settlement,
    Shard,
    Stage,
    ThingEarnings,
)
from things.models import PendingClick, Thing
from things.partitions import ensure_partition
from things.periods import Period
from things.read_only import EstimatingPaginator, ReadOnlyAdmin

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
AMOUNT = 5_140_001
REGISTERED = sorted(admin.site._registry, key=lambda model: model._meta.label)
READ_ONLY = [model for model in REGISTERED if model not in (Group, Thing, User)]
WITH_AMOUNTS = [
    Budget,
    CreatorEarnings,
    LedgerAccount,
    PeriodFigures,
    Plan,
    ThingEarnings,
    Transfer,
]


def group(number: int) -> Group:
    return Group.objects.create(name=f"group {number}")


def user(number: int) -> User:
    return User.objects.create_user(f"user-{number}-{User.objects.count()}")


def thing(number: int) -> Thing:
    address = f"https://ben.example/{number}-{Thing.objects.count()}"
    return Thing.objects.create(url=address, owner=user(number))


def pending_click(number: int) -> PendingClick:
    return PendingClick.objects.create(
        subscriber=user(number), thing=thing(number), clicked_at=NOON
    )


def imported_month(number: int) -> ImportedMonth:
    return ImportedMonth.objects.create(
        period=period(number),
        digest=f"{number:064}",
        imported_at=NOON,
        subscribers=1,
        things=1,
        clicks=1,
        repeated=0,
    )


def plan(number: int) -> Plan:
    return Plan.objects.create(subscriber=user(number), amount=AMOUNT, currency="EUR")


def budget(number: int) -> Budget:
    subscriber = user(number)
    return Budget.objects.create(
        period=period(number),
        subscriber=subscriber,
        wallet=wallet_of(subscriber, "EUR"),
        amount=AMOUNT,
        currency="EUR",
        clicks=1,
        share=AMOUNT,
        remainder=0,
    )


def ledger_account(number: int) -> LedgerAccount:
    transfer(number)
    return LedgerAccount.objects.latest("pk")


def transfer(number: int) -> Transfer:
    credited = wallet_of(user(number), "EUR")
    posting = Posting(
        key=f"deposit:{number}",
        kind=Transfer.Kind.DEPOSIT,
        debited=outside("test", "EUR"),
        credited=credited,
        amount=AMOUNT,
        about_at=NOON,
    )
    return post([posting], posted_at=NOON)[0]


def settlement(number: int) -> Settlement:
    return Settlement.objects.create(period=period(number), fee_basis_points=1000, closed_at=NOON)


def stage(number: int) -> Stage:
    return Stage.objects.create(settlement=settlement(number), name=Stage.Name.SHARE)


def shard(number: int) -> Shard:
    return Shard.objects.create(stage=stage(number), first=1, last=2)


def figures(number: int) -> PeriodFigures:
    return PeriodFigures.objects.create(
        settlement=settlement(number),
        currency="EUR",
        subscribers=1,
        creators=1,
        things=1,
        clicks=1,
        given=AMOUNT,
        fee=0,
        mean=AMOUNT,
        median=AMOUNT,
    )


def thing_earnings(number: int) -> ThingEarnings:
    return ThingEarnings.objects.create(
        period=period(number),
        thing=thing(number),
        creator=user(number),
        currency="EUR",
        clicks=1,
        gross=AMOUNT,
        lowest=AMOUNT,
        highest=AMOUNT,
    )


def creator_earnings(number: int) -> CreatorEarnings:
    return CreatorEarnings.objects.create(
        period=period(number),
        creator=user(number),
        currency="EUR",
        things=1,
        clicks=1,
        gross=AMOUNT,
        fee=0,
        net=AMOUNT,
    )


def period(number: int) -> Period:
    return Period(2000 + number, 9)


MAKERS: dict[type[Model], Callable[[int], Model]] = {
    Budget: budget,
    CreatorEarnings: creator_earnings,
    Group: group,
    ImportedMonth: imported_month,
    LedgerAccount: ledger_account,
    PendingClick: pending_click,
    PeriodFigures: figures,
    Plan: plan,
    Settlement: settlement,
    Shard: shard,
    Stage: stage,
    Thing: thing,
    ThingEarnings: thing_earnings,
    Transfer: transfer,
    User: user,
}


def page(model: type[Model], name: str, *arguments: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=arguments)


@pytest.fixture
def admin_of_olga(client: Client, olga: User) -> Client:
    client.force_login(olga)
    return client


each_model = pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.label)
each_read_only = pytest.mark.parametrize("model", READ_ONLY, ids=lambda model: model._meta.label)


class TestLists:
    @each_model
    def test_need_a_number_of_queries_that_does_not_grow(
        self, admin_of_olga: Client, model: type[Model]
    ) -> None:
        address = page(model, "changelist")
        for number in range(2):
            MAKERS[model](number)
        admin_of_olga.get(address)
        with CaptureQueriesContext(connection) as few:
            admin_of_olga.get(address)
        for number in range(2, 20):
            MAKERS[model](number)

        with CaptureQueriesContext(connection) as many:
            response = admin_of_olga.get(address)

        assert len(response.context["cl"].result_list) >= 20
        assert len(many) == len(few), [query["sql"] for query in many.captured_queries]

    @each_model
    def test_search_and_filter(self, admin_of_olga: Client, model: type[Model]) -> None:
        MAKERS[model](1)
        ensure_partition(period(1))
        address = page(model, "changelist")

        assert admin_of_olga.get(address, {"q": "nothing"}).status_code == 200
        for filtered in ("period", "currency"):
            wanted = {"period": "2001-09", "currency": "EUR"}[filtered]
            if filtered not in _filters(model):
                continue
            found = admin_of_olga.get(address, {filtered: wanted}).context["cl"].result_list
            others = admin_of_olga.get(address, {filtered: "1999-01"}).context["cl"].result_list
            assert (len(found) > 0, len(others)) == (True, 0)

    @pytest.mark.parametrize("model", WITH_AMOUNTS, ids=lambda model: model._meta.label)
    def test_show_amounts_in_units_of_their_currency(
        self, admin_of_olga: Client, model: type[Model]
    ) -> None:
        row = MAKERS[model](1)

        for address in (page(model, "changelist"), page(model, "change", row.pk)):
            shown = admin_of_olga.get(address).content.decode()
            assert "5.140001 EUR" in shown
            assert str(AMOUNT) not in shown


class TestReadOnly:
    @each_read_only
    def test_refuses_to_add_change_and_delete(
        self, admin_of_olga: Client, model: type[Model]
    ) -> None:
        row = MAKERS[model](1)
        before = model._default_manager.filter(pk=row.pk).values().get()

        answers = [
            admin_of_olga.get(page(model, "add")),
            admin_of_olga.post(page(model, "add"), {}),
            admin_of_olga.post(page(model, "change", row.pk), {}),
            admin_of_olga.get(page(model, "delete", row.pk)),
            admin_of_olga.post(page(model, "delete", row.pk), {"post": "yes"}),
        ]

        assert [answer.status_code for answer in answers] == [403] * 5
        assert model._default_manager.filter(pk=row.pk).values().get() == before

    @each_read_only
    def test_shows_a_row_without_a_button_to_save(
        self, admin_of_olga: Client, model: type[Model]
    ) -> None:
        row = MAKERS[model](1)

        response = admin_of_olga.get(page(model, "change", row.pk))

        assert response.status_code == 200
        assert 'name="_save"' not in response.content.decode()

    @each_read_only
    def test_has_no_deed_for_many_rows(self, admin_of_olga: Client, model: type[Model]) -> None:
        row = MAKERS[model](1)
        chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}

        admin_of_olga.post(page(model, "changelist"), chosen)

        assert model._default_manager.filter(pk=row.pk).exists()

    @each_read_only
    def test_is_what_the_pages_are_made_of(self, model: type[Model]) -> None:
        assert isinstance(admin.site._registry[model], ReadOnlyAdmin)


class TestSettlementAdmin:
    def test_leads_to_the_shards_of_a_stage(self, admin_of_olga: Client, db: None) -> None:
        of_stage = shard(1)
        shard(2)
        published = of_stage.stage.settlement

        response = admin_of_olga.get(page(Settlement, "change", published.pk))
        link = f"{page(Shard, 'changelist')}?stage={of_stage.stage_id}"
        shards = admin_of_olga.get(link).context["cl"].result_list

        assert link in response.content.decode()
        assert list(shards) == [of_stage]


class TestEstimatingPaginator:
    def test_counts_short_tables(self, ada: User, ben: User) -> None:
        assert EstimatingPaginator(User.objects.order_by("pk"), 10).count == 2

    def test_estimates_long_tables_that_nothing_filters(
        self, ada: User, ben: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("things.read_only._estimated_rows", lambda table: 123_456_789)

        everybody = EstimatingPaginator(User.objects.order_by("pk"), 10)
        some = EstimatingPaginator(User.objects.filter(username="ada").order_by("pk"), 10)

        assert (everybody.count, some.count) == (123_456_789, 1)

    def test_asks_the_database_for_its_estimate(self, db: None) -> None:
        from things.read_only import _estimated_rows

        with connection.cursor() as cursor:
            cursor.execute("UPDATE pg_class SET reltuples = 7 WHERE relname = 'accounts_user'")

        assert _estimated_rows("accounts_user") == 7


class TestAmounts:
    def test_are_not_there_where_a_budget_is_open(self, admin_of_olga: Client) -> None:
        row = budget(1)
        open_row = Budget.objects.create(
            period=period(2),
            subscriber=row.subscriber,
            wallet=row.wallet,
            amount=5 * MICROS,
            currency="EUR",
        )

        shown = admin_of_olga.get(page(Budget, "change", open_row.pk)).content.decode()

        assert "None" not in shown


def _filters(model: type[Model]) -> set[str]:
    return {
        getattr(filtered, "parameter_name", "")
        for filtered in admin.site._registry[model].list_filter
    }
