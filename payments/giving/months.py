"""A subscriber's months and years: what was given, and what the wallets say, so that it adds up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from payments.budgets.models import Budget
from payments.giving.statements import NothingGiven, State, Statement, budgets_of, statement_of
from payments.giving.wallets import (
    Line,
    WalletStatement,
    moved_by_month,
    movements_of,
    statement_of_rows,
    wallet_statements,
    wallets_of,
)
from payments.ledger.questions import TransferQuerySet
from things.periods import Period


@dataclass(frozen=True)
class SubscriberMonth:
    """All of one period: the division of the budget, if there is one, and each wallet."""

    period: Period
    state: State
    giving: Statement | None
    wallets: list[WalletStatement]

    @property
    def is_running(self) -> bool:
        """Whether anything can still come in."""
        return self.state is State.RUNNING

    @property
    def is_settled(self) -> bool:
        """Whether the figures are final."""
        return self.state is State.SETTLED

    @property
    def movements(self) -> TransferQuerySet:
        """What moved, one by one, without the clicks, which have a list of their own."""
        accounts = [statement.wallet for statement in self.wallets]
        moved = movements_of(accounts).in_months(self.period, self.period)
        return moved.exclude(kind="share").select_related("debited__owner", "credited__owner")


@dataclass(frozen=True)
class MonthLine:
    """One month in one currency, in a list of months."""

    period: Period
    budget: Budget | None
    wallet: WalletStatement


@dataclass(frozen=True)
class SubscriberYear:
    """A calendar year: its months, earliest first, and each wallet from its first to its last."""

    year: int
    months: list[MonthLine]
    wallets: list[WalletStatement]


def month_of(*, subscriber: User, period: Period, at: datetime) -> SubscriberMonth:
    """A subscriber's period as it stands at a moment. Five queries, before clicks are paged.

    Raises NothingGiven if there was neither a budget nor money in a wallet, or the period has
    not begun.
    """
    if at < period.starts_at:
        raise NothingGiven(subscriber, period)
    wallets = wallet_statements(wallets_of(subscriber), first=period, last=period)
    try:
        giving = statement_of(subscriber=subscriber, period=period, at=at)
    except NothingGiven:
        if not wallets:
            raise
        over = period.is_over(at=at)
        state = State.SETTLED if over else State.RUNNING
        return SubscriberMonth(period, state, None, wallets)
    return SubscriberMonth(period, giving.state, giving, wallets)


def months_of(subscriber: User) -> list[MonthLine]:
    """The months in which a subscriber had a budget or money moved, latest first.

    A line for each month and currency. Three queries; there are some tens of months.
    """
    wallets = {wallet.currency: wallet for wallet in wallets_of(subscriber)}
    budgets = {(one.period, one.currency): one for one in budgets_of(subscriber)}
    moved = moved_by_month(list(wallets.values()))
    lines = []
    for currency, wallet in wallets.items():
        opening = 0
        for period in sorted({p for p, c in [*budgets, *moved] if c == currency}):
            rows = moved.get((period, currency), [])
            statement = statement_of_rows(wallet, opening, rows)
            lines.append(MonthLine(period, budgets.get((period, currency)), statement))
            opening = statement.closing
    return sorted(lines, key=lambda line: line.period, reverse=True)


def year_of(*, subscriber: User, year: int) -> SubscriberYear:
    """A calendar year of a subscriber. Three queries.

    Raises NothingGiven, of its first month, if nothing moved in it and there was no budget.
    """
    months = [line for line in reversed(months_of(subscriber)) if line.period.year == year]
    if not months:
        raise NothingGiven(subscriber, Period(year, 1))
    return SubscriberYear(year, months, _added_up([line.wallet for line in months]))


def _added_up(months: Sequence[WalletStatement]) -> list[WalletStatement]:
    """The statements of consecutive months, earliest first, as one for each wallet."""
    whole = []
    for currency in sorted({month.currency for month in months}):
        parts = [month for month in months if month.currency == currency]
        lines = {line: sum(part.lines.get(line, 0) for part in parts) for line in Line}
        there = {line for part in parts for line in part.lines}
        whole.append(
            WalletStatement(
                wallet=parts[0].wallet,
                opening=parts[0].opening,
                came_in=sum(part.came_in for part in parts),
                went_out=sum(part.went_out for part in parts),
                lines={line: amount for line, amount in lines.items() if line in there},
            )
        )
    return whole
