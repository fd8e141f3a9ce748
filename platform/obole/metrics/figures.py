"""The figures of money and of the month, each one query; for the snapshot, never for a scrape."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from django.db.models import Count, Min, Q, QuerySet, Sum
from django.utils import timezone

from accounts.models import Mail
from obole.metrics.families import Family
from payments.budgets.models import Budget
from payments.deposits.bank.models import BankLine
from payments.deposits.models import Deposit, Refund
from payments.ledger.models import LedgerAccount
from payments.payouts.models import Payout
from payments.settlement.auditing import last_audit
from payments.settlement.due import due_periods
from payments.settlement.models import Settlement, Shard, Stage
from things.models import Click
from things.partitions import partition_exists
from things.periods import Period


def balances(at: datetime) -> Iterator[Family]:
    """What lies on the accounts of the ledger, by kind and currency, in micros."""
    rows = LedgerAccount.objects.values_list("kind", "currency", "rail").annotate(
        Sum("balance"), Sum("held"), Sum("owed")
    )
    found = list(rows.order_by("kind", "currency", "rail"))
    yield Family.of(
        "obole_balance_micros",
        "Sum of the balances of ledger accounts, in micros.",
        ["kind", "currency", "rail"],
        [row[:4] for row in found],
    )
    wallets = [row for row in found if row[0] == LedgerAccount.Kind.WALLET]
    yield Family.of(
        "obole_held_micros",
        "What of the wallets is held by open budgets, in micros.",
        ["currency"],
        [(row[1], row[4]) for row in wallets],
    )
    yield Family.of(
        "obole_owed_micros",
        "What wallets owe after chargebacks, in micros.",
        ["currency"],
        [(row[1], row[5]) for row in wallets],
    )


def running_month(at: datetime) -> Iterator[Family]:
    """Clicks and givers of the month that runs."""
    period = Period.of(at)
    clicks = Click.objects.in_period(period).count() if partition_exists(period) else 0
    givers = Budget.objects.in_period(period).filter(held_at__isnull=False).count()
    yield Family.of("obole_month_clicks", "Clicks of the running month.", [], [[clicks]])
    yield Family.of("obole_month_givers", "Held budgets of the running month.", [], [[givers]])


def settlement(at: datetime) -> Iterator[Family]:
    """How far the last settlement is, and how many months wait for theirs."""
    yield Family.of(
        "obole_months_due",
        "Months that have ended and are not settled.",
        [],
        [[len(due_periods(at=at))]],
    )
    last = Settlement.objects.order_by("-period").first()
    if last is None:
        return
    counted = (
        Shard.objects.filter(stage__settlement=last)
        .values_list("stage__name")
        .annotate(
            done=Count("pk", filter=Q(ended_at__isnull=False)),
            open=Count("pk", filter=Q(ended_at=None)),
        )
        .order_by("stage__name")
    )
    period = str(last.period)
    yield Family.of(
        "obole_settlement_shards",
        "Shards of the last settlement.",
        ["period", "stage", "state"],
        [
            (period, stage, state, number)
            for stage, done, waiting in counted
            for state, number in (("done", done), ("open", waiting))
        ],
    )
    yield Family.of(
        "obole_settlement_stage_seconds",
        "How long each stage of the last settlement took, or has been taking.",
        ["period", "stage"],
        [
            [period, stage.name, ((stage.ended_at or at) - stage.started_at).total_seconds()]
            for stage in Stage.objects.filter(settlement=last, started_at__isnull=False)
            if stage.started_at is not None
        ],
    )
    yield Family.of(
        "obole_settlement_settled",
        "1 where the last settlement has ended.",
        ["period"],
        [[period, last.settled_at is not None]],
    )


def audits(at: datetime) -> Iterator[Family]:
    """The last audits, and what they found."""
    runs = {depth: last_audit(thorough=depth == "thorough") for depth in ("quick", "thorough")}
    found = {depth: run for depth, run in runs.items() if run is not None}
    yield Family.of(
        "obole_audit_sound",
        "1 where the last audit found no fault.",
        ["depth"],
        [[depth, run.sound] for depth, run in found.items()],
    )
    yield Family.of(
        "obole_audit_timestamp_seconds",
        "When the last audit ended, in unix seconds.",
        ["depth"],
        [[depth, run.ended_at.timestamp()] for depth, run in found.items()],
    )


def payouts(at: datetime) -> Iterator[Family]:
    """Payouts by state."""
    rows = list(
        Payout.objects.values_list("state", "currency")
        .annotate(number=Count("pk"), sum=Sum("amount"))
        .order_by("state", "currency")
    )
    labels = ["state", "currency"]
    yield Family.of("obole_payouts", "Payouts, by state.", labels, [row[:3] for row in rows])
    yield Family.of(
        "obole_payouts_micros",
        "What payouts come to, by state, in micros.",
        labels,
        [(*row[:2], row[3]) for row in rows],
    )


def waiting(at: datetime) -> Iterator[Family]:
    """What waits for somebody or something, and since when."""
    whats: dict[str, tuple[QuerySet[BankLine] | QuerySet[Refund] | QuerySet[Deposit], str]] = {
        "bank_bookings": (BankLine.objects.filter(state=BankLine.State.OPEN), ""),
        "refunds": (Refund.objects.filter(state__in=["asked", "sent"]), "asked_at"),
        "deposits": (Deposit.objects.open(), "begun_at"),
    }
    yield Family.of(
        "obole_waiting",
        "How many of what wait.",
        ["what"],
        [[what, rows.count()] for what, (rows, _since) in whats.items()],
    )
    mails = Mail.objects.filter(ended_at=None).aggregate(
        number=Count("pk"), oldest=Min("queued_at")
    )
    age = (at - mails["oldest"]).total_seconds() if mails["oldest"] else 0
    yield Family.of("obole_mails_waiting", "Mails to be sent.", [], [[mails["number"]]])
    yield Family.of("obole_mail_oldest_seconds", "Age of the oldest of them.", [], [[age]])


FIGURES: tuple[Callable[[datetime], Iterator[Family]], ...] = (
    balances,
    running_month,
    settlement,
    audits,
    payouts,
    waiting,
)


def all_figures() -> list[Family]:
    """All of them, now."""
    at = timezone.now()
    return [family for figures in FIGURES for family in figures(at)]
