"""Months made up for tests: as plain values, written into the database, settled by arithmetic."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from accounts.models import User
from payments.budgets.models import Budget
from payments.clicking.exclusions.models import Exclusion
from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.posting import Posting, hold, outside, post, wallet_of
from payments.settlement.division import divide, fee_of
from payments.settlement.models import CreatorEarnings, PeriodFigures, ThingEarnings
from things.models import Click, Thing
from things.partitions import ensure_partition
from things.periods import Period

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
SEPTEMBER = Period(2010, 9)
IN_OCTOBER = datetime(2010, 10, 5, tzinfo=UTC)

Result = dict[str, dict[Any, tuple[Any, ...]]]


@dataclass(frozen=True)
class Giver:
    """A subscriber of a month: the budget in micros, and the numbers of the things clicked."""

    amount: int
    currency: str = "EUR"
    clicked: tuple[int, ...] = ()
    suspended: bool = False


@dataclass(frozen=True)
class Month:
    """Givers, the creator of each thing by number, the creators who are suspended, and the fee.

    `excluded` are things, and clicks of a giver on a thing, that staff leave out.
    """

    givers: tuple[Giver, ...]
    creators: tuple[int, ...]
    suspended_creators: frozenset[int] = frozenset()
    fee_basis_points: int = 1000
    excluded: frozenset[int | tuple[int, int]] = frozenset()


def write(month: Month, *, order: Iterable[int] | None = None) -> None:
    """Write people, things, deposits, held budgets and clicks, the givers in an order.

    A giver is `giver3`, a creator `creator1`, a thing `https://example.org/2`, whatever the order.
    """
    ensure_partition(SEPTEMBER)
    creators = {number: _user("creator", number) for number in set(month.creators)}
    for number in month.suspended_creators & set(creators):
        User.objects.filter(pk=creators[number].pk).update(suspended=True)
    things = Thing.objects.bulk_create(
        Thing(url=_url(number), owner=creators[creator])
        for number, creator in enumerate(month.creators)
    )
    for number in range(len(month.givers)) if order is None else order:
        _write_giver(_user("giver", number), month.givers[number], things)
    _exclude(month, things)


def settled_in_python(month: Month) -> Result:
    """What a month must come to, by the functions of `division` and nothing else."""
    budgets: dict[Any, tuple[Any, ...]] = {}
    shares: dict[tuple[int, str], list[int]] = defaultdict(list)
    for number, giver in enumerate(month.givers):
        counted = _counted(month, number, giver)
        share, remainder = divide(giver.amount, len(counted))
        budgets[f"giver{number}"] = (giver.currency, giver.amount, len(counted), share, remainder)
        for thing in counted:
            shares[thing, giver.currency].append(share)
    creators = _creators(month, shares)
    return {
        "budgets": budgets,
        "things": {
            (_url(thing), currency): (len(given), sum(given), min(given), max(given))
            for (thing, currency), given in shares.items()
        },
        "creators": creators,
        "figures": _figures(shares, creators),
    }


def settled_in_database() -> Result:
    """What the tables say of the month, by names rather than numbers."""
    budgets = Budget.objects.in_period(SEPTEMBER).values_list(
        "subscriber__username", "currency", "amount", "clicks", "share", "remainder"
    )
    things = ThingEarnings.objects.filter(period=SEPTEMBER).values_list(
        "thing__url", "currency", "clicks", "gross", "lowest", "highest"
    )
    creators = CreatorEarnings.objects.filter(period=SEPTEMBER).values_list(
        "creator__username", "currency", "gross", "fee", "net"
    )
    figures = PeriodFigures.objects.filter(settlement__period=SEPTEMBER).values_list(
        "currency", "clicks", "given", "fee", "mean", "median"
    )
    return {
        "budgets": {row[0]: row[1:] for row in budgets},
        "things": {row[:2]: row[2:] for row in things},
        "creators": {row[:2]: row[2:] for row in creators},
        "figures": {row[0]: row[1:] for row in figures},
    }


def balances() -> dict[tuple[Any, ...], tuple[int, int]]:
    """Balance and hold of each account, by owner, kind and currency."""
    rows = LedgerAccount.objects.values_list(
        "owner__username", "kind", "currency", "balance", "held"
    )
    return {row[:3]: (row[3], row[4]) for row in rows}


def _url(number: int) -> str:
    return f"https://example.org/{number}"


def _counted(month: Month, number: int, giver: Giver) -> list[int]:
    if giver.suspended:
        return []
    return [
        thing
        for thing in giver.clicked
        if month.creators[thing] not in month.suspended_creators
        and not {thing, (number, thing)} & month.excluded
    ]


def _creators(month: Month, shares: dict[tuple[int, str], list[int]]) -> dict[Any, tuple[Any, ...]]:
    gross: dict[tuple[str, str], int] = defaultdict(int)
    for (thing, currency), given in shares.items():
        gross[f"creator{month.creators[thing]}", currency] += sum(given)
    fees = {key: fee_of(whole, month.fee_basis_points) for key, whole in gross.items()}
    return {key: (whole, fees[key], whole - fees[key]) for key, whole in gross.items()}


def _figures(
    shares: dict[tuple[int, str], list[int]], creators: dict[Any, tuple[Any, ...]]
) -> dict[Any, tuple[Any, ...]]:
    worth: dict[str, list[int]] = defaultdict(list)
    for (_, currency), given in shares.items():
        worth[currency] += given
    fees: dict[str, int] = defaultdict(int)
    for (_, currency), (_gross, fee, _net) in creators.items():
        fees[currency] += fee
    return {
        currency: (len(all_), sum(all_), fees[currency], sum(all_) // len(all_), _median(all_))
        for currency, all_ in worth.items()
    }


def _median(shares: list[int]) -> int:
    return (statistics.median_low(shares) + statistics.median_high(shares)) // 2


def _exclude(month: Month, things: list[Thing]) -> None:
    """Those that were clicked; and one more for each, which was undone and changes nothing."""
    olga = _user("olga", 1)
    for one in month.excluded:
        giver, thing = one if isinstance(one, tuple) else (None, one)
        whose = None if giver is None else _user("giver", giver)
        fields = {
            "period": SEPTEMBER,
            "thing": things[thing],
            "subscriber": whose,
            "reason": "a ring",
            "excluded_by": olga,
            "excluded_at": NOON,
        }
        Exclusion.objects.create(**fields, undone_by=olga, undone_at=IN_OCTOBER)
        Exclusion.objects.create(**fields)


def _write_giver(user: User, giver: Giver, things: list[Thing]) -> None:
    wallet = wallet_of(user, giver.currency)
    deposit = Posting(
        key=f"deposit:{user.username}",
        kind=Transfer.Kind.DEPOSIT,
        debited=outside("test", giver.currency),
        credited=wallet,
        amount=giver.amount,
        about_at=NOON,
    )
    post([deposit], posted_at=NOON)
    if giver.clicked:
        hold(wallet, giver.amount)
    Budget.objects.create(
        period=SEPTEMBER,
        subscriber=user,
        wallet=wallet,
        amount=giver.amount,
        currency=giver.currency,
        held_at=NOON if giver.clicked else None,
    )
    Click.objects.bulk_create(
        Click(period=SEPTEMBER, subscriber=user, thing=things[thing], clicked_at=NOON)
        for thing in giver.clicked
    )
    User.objects.filter(pk=user.pk).update(suspended=giver.suspended)


def _user(part: str, number: int) -> User:
    user, _ = User.objects.get_or_create(username=f"{part}{number}")
    return user
