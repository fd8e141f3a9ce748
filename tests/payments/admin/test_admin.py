"""What holds for every page of the admin: a fixed number of queries, and nothing to change.

Each registered model needs a maker of rows in `MAKERS` (conftest.py); a new model without one
fails here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import FactorRemoval, User
from payments.abuse.models import AbuseRule
from payments.budgets.models import Budget, Plan
from payments.clicking.exclusions.models import Exclusion
from payments.deposits.models import Debt, Deposit, Dispute, Refund
from payments.deposits.stripe.models import Refill
from payments.ledger.models import LedgerAccount, Transfer
from payments.money import MICROS
from payments.payouts.models import Payout, PayoutHold
from payments.settlement.corrections.models import Correction
from payments.settlement.models import (
    CreatorEarnings,
    PeriodFigures,
    Settlement,
    Shard,
    ThingEarnings,
)
from payments.tips.models import Tip
from things.conduct.models import SpamTerm
from things.models import Thing
from things.partitions import ensure_partition
from things.partners.models import Partner
from things.periods import Period
from things.read_only import ReadOnlyAdmin
from things.sites.models import Site

Make = Callable[[type[Model], int], Any]

AMOUNT = 5_140_001  # what the makers write
REGISTERED = sorted(admin.site._registry, key=lambda model: model._meta.label)
EDITED = (
    AbuseRule,
    Correction,
    Exclusion,
    FactorRemoval,
    Group,
    Partner,
    PayoutHold,
    Site,
    SpamTerm,
    Thing,
    User,
)
READ_ONLY = [model for model in REGISTERED if model not in EDITED]
WITH_AMOUNTS = [
    Budget,
    CreatorEarnings,
    Debt,
    Deposit,
    Dispute,
    LedgerAccount,
    Payout,
    PayoutHold,
    PeriodFigures,
    Plan,
    Refill,
    Refund,
    ThingEarnings,
    Tip,
    Transfer,
]


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
        self, admin_of_olga: Client, make: Make, model: type[Model]
    ) -> None:
        address = page(model, "changelist")
        for number in range(2):
            make(model, number)
        admin_of_olga.get(address)
        with CaptureQueriesContext(connection) as few:
            admin_of_olga.get(address)
        for number in range(2, 20):
            make(model, number)

        with CaptureQueriesContext(connection) as many:
            response = admin_of_olga.get(address)

        assert len(response.context["cl"].result_list) >= 20
        assert len(many) == len(few), [query["sql"] for query in many.captured_queries]

    @each_model
    def test_search_and_filter(self, admin_of_olga: Client, make: Make, model: type[Model]) -> None:
        make(model, 1)
        ensure_partition(Period(2001, 9))
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
        self, admin_of_olga: Client, make: Make, model: type[Model]
    ) -> None:
        row = make(model, 1)

        for address in (page(model, "changelist"), page(model, "change", row.pk)):
            shown = admin_of_olga.get(address).content.decode()
            assert "5.140001 EUR" in shown
            assert str(AMOUNT) not in shown


class TestReadOnly:
    @each_read_only
    def test_refuses_to_add_change_and_delete(
        self, admin_of_olga: Client, make: Make, model: type[Model]
    ) -> None:
        row = make(model, 1)
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
        self, admin_of_olga: Client, make: Make, model: type[Model]
    ) -> None:
        row = make(model, 1)

        response = admin_of_olga.get(page(model, "change", row.pk))

        assert response.status_code == 200
        assert 'name="_save"' not in response.content.decode()

    @each_read_only
    def test_has_no_deed_for_many_rows(
        self, admin_of_olga: Client, make: Make, model: type[Model]
    ) -> None:
        row = make(model, 1)
        chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}

        admin_of_olga.post(page(model, "changelist"), chosen)

        assert model._default_manager.filter(pk=row.pk).exists()

    @pytest.mark.parametrize(
        "model",
        # Those of people cannot know the parts, which stand in a higher room.
        [model for model in READ_ONLY if model._meta.app_label != "accounts"],
        ids=lambda model: model._meta.label,
    )
    def test_is_what_the_pages_are_made_of(self, model: type[Model]) -> None:
        assert isinstance(admin.site._registry[model], ReadOnlyAdmin)


class TestSettlementAdmin:
    def test_leads_to_the_shards_of_a_stage(
        self, admin_of_olga: Client, make: Make, db: None
    ) -> None:
        of_stage = make(Shard, 1)
        make(Shard, 2)
        published = of_stage.stage.settlement

        response = admin_of_olga.get(page(Settlement, "change", published.pk))
        link = f"{page(Shard, 'changelist')}?stage={of_stage.stage_id}"
        shards = admin_of_olga.get(link).context["cl"].result_list

        assert link in response.content.decode()
        assert list(shards) == [of_stage]


class TestBudgetAdmin:
    def test_shows_dashes_where_a_budget_is_open(self, admin_of_olga: Client, make: Make) -> None:
        row = make(Budget, 1)
        open_row = Budget.objects.create(
            period=Period(2002, 9),
            subscriber=row.subscriber,
            wallet=row.wallet,
            amount=5 * MICROS,
            currency="EUR",
        )

        shown = admin_of_olga.get(page(Budget, "change", open_row.pk)).content.decode()

        assert "None" not in shown
        assert shown.count(">–<") == 3


def _filters(model: type[Model]) -> set[str]:
    return {
        getattr(filtered, "parameter_name", "")
        for filtered in admin.site._registry[model].list_filter
    }
