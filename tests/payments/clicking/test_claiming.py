"""A site is proven: unclaimed things get their owner, and clicks that waited count."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from payments.budgets.planning import set_budget
from payments.clicking.claiming import Claimed, claim_site
from payments.clicking.recording import record_click
from payments.ledger.models import LedgerAccount
from payments.money import MICROS
from things.models import Click, PendingClick, Thing
from things.sites.models import Site
from things.sites.owning import ask_for_site

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)


@pytest.fixture
def page(db: None) -> Thing:
    """A page that nobody owns."""
    return Thing.objects.create(url="https://ben.example/page")


@pytest.fixture
def site(ben: User) -> Site:
    return ask_for_site(creator=ben, address="ben.example", at=NOON)


class TestClaimSite:
    def test_counts_what_waited_as_far_as_there_are_means(
        self,
        ada: User,
        eve: User,
        ben: User,
        page: Thing,
        site: Site,
        pay_in: Callable[..., LedgerAccount],
    ) -> None:
        pay_in(ada, 10)
        set_budget(subscriber=ada, amount=5 * MICROS, currency="EUR", at=NOON)
        for subscriber in (ada, eve):
            record_click(subscriber=subscriber, thing=page, at=NOON)
        Thing.objects.create(url="https://ben.example.evil.example/")

        claimed = claim_site(site, at=NOON)

        page.refresh_from_db()
        assert claimed == Claimed(things=1, counted=1, still_waiting=1)
        assert page.owner == ben
        assert Click.objects.get().subscriber == ada
        assert PendingClick.objects.get().subscriber == eve

    def test_changes_nothing_the_second_time(self, page: Thing, site: Site) -> None:
        claim_site(site, at=NOON)

        assert claim_site(site, at=NOON) == Claimed(things=0, counted=0, still_waiting=0)


class TestCommand:
    def test_proves_a_site(self, ben: User) -> None:
        said = StringIO()

        call_command("verify_site", "ben.example", "ben", stdout=said)

        assert said.getvalue().startswith("ben.example is ben's: 0 things")

    def test_refuses_an_unknown_user(self, db: None) -> None:
        with pytest.raises(CommandError, match="no user"):
            call_command("verify_site", "ben.example", "nobody")
