"""Clicks, claims and the closing of a month that meet in the middle of a transaction."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any

import pytest
from at_once import meanwhile
from django.db import transaction

from accounts.models import User
from payments.budgets.holding import hold_budget
from payments.budgets.models import Budget
from payments.budgets.planning import set_budget
from payments.clicking import recording
from payments.clicking.claiming import claim_site
from payments.clicking.recording import Outcome, record_click, take_back_click
from payments.ledger.models import LedgerAccount
from payments.money import MICROS
from payments.settlement.closing import close_period
from things.models import Click, PendingClick, Thing
from things.partitions import is_sealed
from things.periods import Period
from things.sites.owning import ask_for_site

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
SEPTEMBER = Period(2010, 9)
PayIn = Callable[..., LedgerAccount]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def wallet(ada: User, pay_in: PayIn) -> LedgerAccount:
    """Ada has 10 euros and gives 5 a month."""
    set_budget(subscriber=ada, amount=5 * MICROS, currency="EUR", at=NOON)
    return pay_in(ada, 10)


@pytest.fixture
def once(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Future[Any]]]:
    """Let a deed begin in the middle of another: right before, or after, a function is called."""

    def arrange(
        module: Any, name: str, deed: Callable[[], Any], *, after: bool = False
    ) -> list[Future[Any]]:
        begun: list[Future[Any]] = []
        real = getattr(module, name)

        def with_deed(*args: Any, **kwargs: Any) -> Any:
            if after:
                result = real(*args, **kwargs)
            if not begun:
                begun.append(meanwhile(deed))
            return result if after else real(*args, **kwargs)

        monkeypatch.setattr(module, name, with_deed)
        return begun

    return arrange


def close() -> Any:
    return close_period(period=SEPTEMBER, at=NOON, fee_basis_points=1000, force=True)


class TestTakeBackClick:
    def test_is_waited_for_by_a_month_that_closes(
        self, ada: User, song: Thing, wallet: LedgerAccount, once: Callable[..., list[Future[Any]]]
    ) -> None:
        record_click(subscriber=ada, thing=song, at=NOON)
        closing = once(recording, "free_budget", close)

        take_back_click(subscriber=ada, thing=song, at=NOON)

        closing[0].result(timeout=20)
        wallet.refresh_from_db()
        assert wallet.held == 0
        assert not Click.objects.exists()
        assert is_sealed(SEPTEMBER)


@pytest.fixture
def another_budget(pay_in: PayIn) -> Budget:
    """Dora's, so that there is a month to settle before Ada clicks."""
    dora = User.objects.create_user("dora")
    set_budget(subscriber=dora, amount=5 * MICROS, currency="EUR", at=NOON)
    pay_in(dora, 10)
    with transaction.atomic():
        return hold_budget(subscriber=dora, period=SEPTEMBER, at=NOON)


@pytest.mark.usefixtures("another_budget")
class TestRecordClick:
    def test_is_waited_for_by_a_month_that_closes(
        self, ada: User, song: Thing, wallet: LedgerAccount, once: Callable[..., list[Future[Any]]]
    ) -> None:
        closing = once(recording, "_insert", close)

        recorded = record_click(subscriber=ada, thing=song, at=NOON)

        closing[0].result(timeout=20)
        assert recorded.period == SEPTEMBER
        assert Click.objects.in_period(SEPTEMBER).count() == 1

    def test_counts_in_the_next_month_where_this_one_closes_first(
        self, ada: User, song: Thing, wallet: LedgerAccount, once: Callable[..., list[Future[Any]]]
    ) -> None:
        closing = once(recording, "hold_budget", close)

        recorded = record_click(subscriber=ada, thing=song, at=NOON)

        assert closing[0].done()
        assert recorded.period == SEPTEMBER.next
        assert Budget.objects.get(subscriber=ada).period == SEPTEMBER.next

    def test_counts_where_the_thing_is_claimed_at_the_same_time(
        self, ada: User, ben: User, wallet: LedgerAccount, once: Callable[..., list[Future[Any]]]
    ) -> None:
        page = Thing.objects.create(url="https://ben.example/page")
        site = ask_for_site(creator=ben, address="ben.example", at=NOON)
        claiming = once(recording, "_stays_unclaimed", lambda: claim_site(site, at=NOON))

        recorded = record_click(subscriber=ada, thing=page, at=NOON)

        claiming[0].result(timeout=20)
        assert recorded.outcome is Outcome.COUNTED
        assert Click.objects.count() == 1

    def test_is_counted_by_the_claim_that_waits_for_it(
        self, ada: User, ben: User, wallet: LedgerAccount, once: Callable[..., list[Future[Any]]]
    ) -> None:
        page = Thing.objects.create(url="https://ben.example/page")
        site = ask_for_site(creator=ben, address="ben.example", at=NOON)
        claiming = once(
            recording, "_stays_unclaimed", lambda: claim_site(site, at=NOON), after=True
        )

        recorded = record_click(subscriber=ada, thing=page, at=NOON)

        claiming[0].result(timeout=20)
        assert recorded.outcome is Outcome.PENDING
        assert Click.objects.count() == 1
        assert not PendingClick.objects.exists()
