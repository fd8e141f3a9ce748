"""The month end as Celery's canvas, run here; tests/crash kills real workers of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from django.conf import settings as django_settings
from made_up_months import (
    SEPTEMBER,
    Giver,
    Month,
    balances,
    settled_in_database,
    settled_in_python,
    write,
)

from obole.celery import app
from payments.ledger.models import Transfer
from payments.settlement.closing import PeriodNotOver, close_period
from payments.settlement.models import Settlement, Shard
from payments.settlement.running import open_shards, run_shard
from payments.settlement.tasks import settle_due_months, settle_month

MONTH = Month(
    givers=tuple(
        Giver(2_000_000 + 7 * n, ("EUR", "USD")[n % 2], tuple(range(n % 4, 9, 1 + n % 3)))
        for n in range(9)
    ),
    creators=(0, 1, 2, 0, 1, 2, 0, 1, 2),
)
LATE = datetime(2010, 12, 24, 18, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> Iterator[None]:
    """Each task runs where it is sent, in shards of two budgets."""
    monkeypatch.setattr(django_settings, "SUBSCRIBERS_A_SHARD", 2)
    app.conf.update(task_always_eager=True, task_eager_propagates=True)
    with time_machine.travel(LATE, tick=False):
        yield
    app.conf.update(task_always_eager=False, task_eager_propagates=False)


class TestSettleDueMonths:
    def test_catches_up_a_start_that_was_missed(self) -> None:
        write(MONTH)

        started = settle_due_months()

        assert started == ["2010-09"]
        assert settled_in_database() == settled_in_python(MONTH)
        assert Shard.objects.filter(stage__name="share").count() == 5

    def test_does_nothing_the_second_time(self) -> None:
        write(MONTH)
        settle_due_months()
        once = (settled_in_database(), balances(), Transfer.objects.count())

        started = settle_due_months()
        settle_month(period="2010-09")

        assert started == []
        assert (settled_in_database(), balances(), Transfer.objects.count()) == once

    def test_finishes_what_was_left_half_way(self) -> None:
        write(MONTH)
        settlement = close_period(period=SEPTEMBER, at=LATE, fee_basis_points=1000)
        for shard in open_shards(settlement, "share")[:2]:
            run_shard(shard_id=shard)

        settle_due_months()

        assert settled_in_database() == settled_in_python(MONTH)


class TestSettleMonth:
    def test_refuses_a_month_that_runs(self) -> None:
        with pytest.raises(PeriodNotOver):
            settle_month(period="2010-12")

        assert not Settlement.objects.exists()
