"""Counting clicks and taking them back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from accounts.models import User
from payments.budgets.holding import NoMeans
from payments.budgets.models import Budget
from payments.budgets.planning import set_budget
from payments.clicking.recording import (
    NoSuchClick,
    Outcome,
    OwnThing,
    SubscriberSuspended,
    ThingUnavailable,
    record_click,
    take_back_click,
)
from payments.ledger.models import LedgerAccount
from payments.money import MICROS
from payments.settlement.running import settle_period
from things.models import Click, PendingClick, Thing
from things.partitions import PeriodSealed
from things.periods import Period

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
SEPTEMBER = Period(2010, 9)
PayIn = Callable[..., LedgerAccount]


@pytest.fixture
def wallet(ada: User, pay_in: PayIn) -> LedgerAccount:
    """Ada has 10 euros and gives 5 a month."""
    set_budget(subscriber=ada, amount=5 * MICROS, currency="EUR", at=NOON)
    return pay_in(ada, 10)


def another(owner: User | None) -> Thing:
    number = Thing.objects.count()
    return Thing.objects.create(url=f"https://ben.example/{number}", owner=owner)


class TestRecordClick:
    def test_counts_and_holds_the_budget(
        self, ada: User, song: Thing, wallet: LedgerAccount
    ) -> None:
        recorded = record_click(subscriber=ada, thing=song, at=NOON)

        wallet.refresh_from_db()
        assert (recorded.outcome, recorded.period) == (Outcome.COUNTED, SEPTEMBER)
        assert (wallet.balance, wallet.held) == (10 * MICROS, 5 * MICROS)
        assert Budget.objects.get(subscriber=ada).held_at == NOON

    def test_counts_a_second_click_once(
        self, ada: User, song: Thing, wallet: LedgerAccount
    ) -> None:
        record_click(subscriber=ada, thing=song, at=NOON)

        recorded = record_click(subscriber=ada, thing=song, at=NOON)

        assert recorded.outcome is Outcome.ALREADY
        assert Click.objects.in_period(SEPTEMBER).count() == 1

    def test_holds_the_budget_once_for_two_things(
        self, ada: User, ben: User, song: Thing, wallet: LedgerAccount
    ) -> None:
        record_click(subscriber=ada, thing=song, at=NOON)
        record_click(subscriber=ada, thing=another(ben), at=NOON)

        wallet.refresh_from_db()
        assert wallet.held == 5 * MICROS

    def test_counts_in_the_month_of_the_sites_time_zone(
        self, ada: User, song: Thing, wallet: LedgerAccount
    ) -> None:
        last = datetime(2010, 9, 30, 23, 59, 59, 999999, tzinfo=UTC)
        first = datetime(2010, 10, 1, tzinfo=UTC)

        periods = [record_click(subscriber=ada, thing=song, at=t).period for t in (last, first)]

        assert periods == [SEPTEMBER, Period(2010, 10)]

    def test_keeps_a_click_on_an_unclaimed_thing_pending(self, ada: User) -> None:
        thing = another(None)

        recorded = record_click(subscriber=ada, thing=thing, at=NOON)

        assert (recorded.outcome, recorded.period) == (Outcome.PENDING, None)
        assert PendingClick.objects.get().thing == thing
        assert not Budget.objects.exists()

    def test_refuses_an_own_thing(self, ben: User, song: Thing) -> None:
        with pytest.raises(OwnThing):
            record_click(subscriber=ben, thing=song, at=NOON)

    def test_refuses_without_a_budget(self, ada: User, song: Thing) -> None:
        with pytest.raises(NoMeans, match="no monthly budget"):
            record_click(subscriber=ada, thing=song, at=NOON)

    def test_refuses_a_budget_that_the_wallet_does_not_cover(
        self, ada: User, song: Thing, pay_in: PayIn
    ) -> None:
        set_budget(subscriber=ada, amount=5 * MICROS, currency="EUR", at=NOON)
        pay_in(ada, 4)

        with pytest.raises(NoMeans, match=r"5\.00 EUR wanted, 4\.00 free"):
            record_click(subscriber=ada, thing=song, at=NOON)

        assert not Budget.objects.exists()
        assert not Click.objects.exists()

    def test_refuses_a_suspended_subscriber(
        self, ada: User, song: Thing, wallet: LedgerAccount
    ) -> None:
        ada.suspended = True

        with pytest.raises(SubscriberSuspended):
            record_click(subscriber=ada, thing=song, at=NOON)

    def test_refuses_a_thing_of_a_suspended_creator(
        self, ada: User, ben: User, song: Thing, wallet: LedgerAccount
    ) -> None:
        User.objects.filter(pk=ben.pk).update(suspended=True)

        with pytest.raises(ThingUnavailable):
            record_click(subscriber=ada, thing=song, at=NOON)

    def test_refuses_a_withdrawn_thing(self, ada: User, song: Thing, wallet: LedgerAccount) -> None:
        Thing.objects.filter(pk=song.pk).update(state=Thing.State.WITHDRAWN)

        with pytest.raises(ThingUnavailable):
            record_click(subscriber=ada, thing=song, at=NOON)

    def test_counts_in_the_next_period_once_the_settlement_has_begun(
        self, ada: User, ben: User, song: Thing, wallet: LedgerAccount
    ) -> None:
        record_click(subscriber=ada, thing=another(ben), at=NOON)
        settle_period(period=SEPTEMBER, at=NOON, fee_basis_points=1000, force=True)

        recorded = record_click(subscriber=ada, thing=song, at=NOON)

        assert recorded.period == Period(2010, 10)


class TestTakeBackClick:
    def test_lifts_the_hold_with_the_last_click(
        self, ada: User, ben: User, song: Thing, wallet: LedgerAccount
    ) -> None:
        other = another(ben)
        record_click(subscriber=ada, thing=song, at=NOON)
        record_click(subscriber=ada, thing=other, at=NOON)

        held = []
        for thing in (song, other):
            take_back_click(subscriber=ada, thing=thing, at=NOON)
            wallet.refresh_from_db()
            held.append(wallet.held)

        assert held == [5 * MICROS, 0]
        assert not Click.objects.exists()

    def test_lets_the_same_thing_be_clicked_again(
        self, ada: User, song: Thing, wallet: LedgerAccount
    ) -> None:
        record_click(subscriber=ada, thing=song, at=NOON)
        take_back_click(subscriber=ada, thing=song, at=NOON)

        recorded = record_click(subscriber=ada, thing=song, at=NOON)

        wallet.refresh_from_db()
        assert recorded.outcome is Outcome.COUNTED
        assert wallet.held == 5 * MICROS

    def test_takes_back_a_pending_click(self, ada: User) -> None:
        thing = another(None)
        record_click(subscriber=ada, thing=thing, at=NOON)

        take_back_click(subscriber=ada, thing=thing, at=NOON)

        assert not PendingClick.objects.exists()

    def test_refuses_where_there_is_none(self, ada: User, song: Thing) -> None:
        with pytest.raises(NoSuchClick):
            take_back_click(subscriber=ada, thing=song, at=NOON)

    def test_refuses_once_the_settlement_has_begun(
        self, ada: User, song: Thing, wallet: LedgerAccount
    ) -> None:
        record_click(subscriber=ada, thing=song, at=NOON)
        settle_period(period=SEPTEMBER, at=NOON, fee_basis_points=1000, force=True)

        with pytest.raises(PeriodSealed):
            take_back_click(subscriber=ada, thing=song, at=NOON)

        assert Click.objects.in_period(SEPTEMBER).count() == 1
