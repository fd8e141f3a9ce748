"""Random months, several currencies and fees at once: PostgreSQL against plain arithmetic."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_months import (
    IN_OCTOBER,
    SEPTEMBER,
    Giver,
    Month,
    Result,
    balances,
    settled_in_database,
    settled_in_python,
    write,
)

from payments.ledger.models import LedgerAccount, Transfer
from payments.money import MAX_AMOUNT
from payments.settlement import closing
from payments.settlement.audit import audit_ledger
from payments.settlement.preview import preview_settlement, published_figures
from payments.settlement.running import settle_period

CURRENCIES = ("EUR", "SEK", "USD")


@st.composite
def months(draw: st.DrawFn) -> Month:
    """Few of each, so that they meet: amounts from a micro to the largest, shares of 0 too."""
    creators = draw(st.lists(st.integers(0, 3), min_size=1, max_size=8))
    things = st.integers(0, len(creators) - 1)
    giver = st.builds(
        Giver,
        amount=st.one_of(st.integers(1, 9), st.integers(1, 10**8), st.just(MAX_AMOUNT)),
        currency=st.sampled_from(CURRENCIES),
        clicked=st.lists(things, unique=True).map(tuple),
        suspended=st.sampled_from([False, False, False, True]),
    )
    givers = tuple(draw(st.lists(giver, min_size=1, max_size=8)))
    pairs = [(number, thing) for number, one in enumerate(givers) for thing in one.clicked]
    clicks = st.lists(st.sampled_from(pairs), max_size=3, unique=True) if pairs else st.just([])
    excluded = draw(st.one_of(st.just([]), clicks, st.lists(things, max_size=1)))
    return Month(
        givers=givers,
        excluded=frozenset(excluded),
        creators=tuple(creators),
        suspended_creators=draw(st.sampled_from([frozenset(), frozenset(), frozenset({1})])),
        fee_basis_points=draw(st.sampled_from([0, 1, 333, 1000, 10_000])),
    )


@contextmanager
def undone() -> Iterator[None]:
    """Leave nothing of one example to the next: a savepoint takes tables and seals back too."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def settle(month: Month) -> Result:
    settle_period(period=SEPTEMBER, at=IN_OCTOBER, fee_basis_points=month.fee_basis_points)
    return settled_in_database()


@pytest.mark.django_db
class TestSettlePeriod:
    @settings(max_examples=60)
    @given(month=months())
    def test_comes_to_what_arithmetic_says(self, month: Month) -> None:
        with undone():
            write(month)

            result = settle(month)

            assert result == settled_in_python(month)

    @settings(max_examples=40)
    @given(month=months())
    def test_leaves_a_sound_ledger_with_each_transfer_once(self, month: Month) -> None:
        with undone():
            write(month)

            result = settle(month)

            assert [f.check.name for f in audit_ledger(thorough=True) if f.count] == []
            gave = [row for row in result["budgets"].values() if row[3] > 0]
            assert Transfer.objects.filter(kind="share").count() == len(gave)
            paid = [row for row in result["creators"].values() if row[2] > 0]
            assert Transfer.objects.filter(kind="earning").count() == len(paid)
            assert not LedgerAccount.objects.filter(kind="settling").exclude(balance=0).exists()
            assert not LedgerAccount.objects.exclude(held=0).exists()

    @settings(max_examples=25)
    @given(month=months(), data=st.data())
    def test_does_not_depend_on_order_or_shards(self, month: Month, data: st.DataObject) -> None:
        order = data.draw(st.permutations(range(len(month.givers))))
        with undone():
            write(month)
            plain = (settle(month), balances())

        with undone(), pytest.MonkeyPatch.context() as patch:
            patch.setattr(django_settings, "SUBSCRIBERS_A_SHARD", data.draw(st.integers(1, 3)))
            patch.setattr(closing, "CLICKS_A_SUBSCRIBER", 1)
            write(month, order=order)
            other = (settle(month), balances())

        assert other == plain

    @settings(max_examples=25)
    @given(month=months())
    def test_publishes_what_the_dry_run_said(self, month: Month) -> None:
        with undone():
            write(month)
            before = balances()

            said = preview_settlement(
                period=SEPTEMBER, at=IN_OCTOBER, fee_basis_points=month.fee_basis_points
            )

            assert balances() == before
            settlement = settle_period(
                period=SEPTEMBER, at=IN_OCTOBER, fee_basis_points=month.fee_basis_points
            )
            assert published_figures(settlement) == said

    @settings(max_examples=15)
    @given(month=months())
    def test_changes_nothing_the_second_time(self, month: Month) -> None:
        with undone():
            write(month)
            once = (settle(month), balances(), Transfer.objects.count())

            twice = (settle(month), balances(), Transfer.objects.count())

            assert twice == once


@pytest.mark.django_db(transaction=True)
class TestSettlePeriodWithWorkers:
    def test_comes_to_the_same_with_three(self, monkeypatch: pytest.MonkeyPatch) -> None:
        month = Month(
            givers=tuple(
                Giver(2_000_000 + 7 * n, CURRENCIES[n % 3], tuple(range(n % 5, 12, 1 + n % 4)))
                for n in range(40)
            ),
            creators=(0, 0, 1, 2, 1, 3, 3, 3, 0, 2, 1, 1),
        )
        monkeypatch.setattr(django_settings, "SUBSCRIBERS_A_SHARD", 3)
        monkeypatch.setattr(closing, "CLICKS_A_SUBSCRIBER", 10)
        write(month)

        settle_period(period=SEPTEMBER, at=IN_OCTOBER, fee_basis_points=1000, workers=3)

        assert settled_in_database() == settled_in_python(month)
        assert [f.check.name for f in audit_ledger(thorough=True) if f.count] == []
