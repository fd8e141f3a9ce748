"""What an account had at an instant, and its statement, page by page, with running totals.

Note [The order of a statement]: transfers in the order in which they were posted, and by number
where they were posted at once. A balance at an instant is that of all transfers posted until then,
so it is the running total of the last of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    F,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)

from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.questions import TransferQuerySet, sides_of

LINES_A_PAGE = 50
_EXPORTED_AT_ONCE = 1_000


class NoStatement(ValueError):
    """The account is the one between givers and creators: its transfers are in no index."""


@dataclass(frozen=True)
class Place:
    """Where a page begins: after the transfer of this moment and number."""

    posted_at: datetime
    number: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read what `str` wrote; None for anything else."""
        moment, _, number = text.partition("_")
        if not (moment.isdecimal() and number.isdecimal() and len(moment) < 18 > len(number)):
            return None
        seconds, micros = divmod(int(moment), 1_000_000)
        try:
            at = datetime.fromtimestamp(seconds, UTC).replace(microsecond=micros)
        except (OverflowError, OSError, ValueError):
            return None
        return cls(at, int(number))

    def __str__(self) -> str:
        at = self.posted_at.astimezone(UTC)
        whole = int(at.replace(microsecond=0).timestamp())
        return f"{whole * 1_000_000 + at.microsecond}_{self.number}"


@dataclass(frozen=True)
class Wanted:
    """Which transfers of an account: of one kind, posted at or after, posted before; or all."""

    account: LedgerAccount
    kind: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True)
class Line:
    """A transfer as its account sees it: micros, below zero where it went out.

    `total` is what all of the account's transfers, or all of the chosen kind, came to with it.
    """

    transfer: Transfer
    amount: int
    total: int


@dataclass(frozen=True)
class StatementPage:
    """Some lines, latest first; `after` is where the next page begins, None on the last."""

    lines: list[Line]
    after: Place | None


@dataclass(frozen=True)
class Turnover:
    """What came in and went out, in micros, by one kind of transfer."""

    kind: str
    count: int
    came_in: int
    went_out: int

    @property
    def label(self) -> str:
        """The kind in words."""
        return str(Transfer.Kind(self.kind).label)


def statement_page(
    wanted: Wanted, *, after: Place | None = None, size: int = LINES_A_PAGE
) -> StatementPage:
    """One page, latest first. One query, so that its totals and its lines are of one moment.

    Raises NoStatement.
    """
    return _page(wanted, after, size, _total_through(wanted, after))


def all_lines(wanted: Wanted) -> Iterator[Line]:
    """All pages after each other, latest first: one query for each thousand lines.

    The totals go on from the first page’s, else each page would add up all that came later.
    """
    page = statement_page(wanted, size=_EXPORTED_AT_ONCE)
    yield from page.lines
    while page.after is not None:
        last = page.lines[-1]
        page = _page(wanted, page.after, _EXPORTED_AT_ONCE, Value(last.total - last.amount))
        yield from page.lines


def balances_at(accounts: QuerySet[LedgerAccount], at: datetime) -> list[tuple[LedgerAccount, int]]:
    """Each account with what was in it at an instant, in micros: two queries.

    Taken back from what is in it now, so that the latest instants are the quickest. `settling` is
    told as it is now. Each account is asked for by its number: the planner then knows which has
    millions of transfers, and which has ten.
    """
    later = Q(posted_at__gt=at)
    known = {row.pk: Wanted(row) for row in accounts}
    moved = [
        When(pk=number, then=_moved(wanted, later))
        for number, wanted in known.items()
        if wanted.account.kind != LedgerAccount.Kind.SETTLING
    ]
    then = F("balance") - Case(*moved, default=Value(0), output_field=BigIntegerField())
    rows = accounts.filter(pk__in=known).annotate(then=then)
    return [(row, getattr(row, "then")) for row in rows]  # noqa: B009  # an annotation


def balance_at(account: LedgerAccount, at: datetime) -> int:
    """What was in an account at an instant, in micros, with what was posted just then."""
    [(_account, balance)] = balances_at(LedgerAccount.objects.filter(pk=account.pk), at)
    return balance


def turnover(wanted: Wanted) -> list[Turnover]:
    """What came in and went out in the wanted time, by kind. Raises NoStatement.

    Two queries, of somebody's account three.
    """
    sums: dict[str, tuple[int, int, int]] = {}
    for number, rows in enumerate(_chosen(wanted)):
        of_kinds = rows.order_by().values_list("kind").annotate(Count("pk"), Sum("amount"))
        for kind, count, amount in of_kinds:
            counted, came_in, went_out = sums.get(kind, (0, 0, 0))
            moved = (amount, 0) if number == 0 else (0, amount)
            sums[kind] = (counted + count, came_in + moved[0], went_out + moved[1])
    return [Turnover(kind, *sums[kind]) for kind in sorted(sums)]


def accounts_of(owners: Iterable[int] | None) -> QuerySet[LedgerAccount]:
    """The accounts of some people by number, or with None the site's own."""
    rows = LedgerAccount.objects.select_related("owner").order_by("kind", "currency", "rail", "pk")
    if owners is None:
        # The condition on kinds says nothing new.
        return rows.filter(owner=None, kind__in=LedgerAccount.SITE_KINDS)
    return rows.filter(owner__in=list(owners))


def _page(wanted: Wanted, after: Place | None, size: int, through: Any) -> StatementPage:
    earlier = Q() if after is None else _before(after)
    latest = [
        rows.filter(earlier).order_by("-posted_at", "-pk").values("pk")[: size + 1]
        for rows in _chosen(wanted)
    ]
    # Each side by its own index; an “or” of them would be sorted whole.
    rows = Transfer.objects.filter(pk__in=latest[0].union(*latest[1:], all=True))
    rows = rows.annotate(through=through).select_related(
        "debited__owner", "credited__owner", "mirrors"
    )
    read = list(rows.order_by("-posted_at", "-pk")[: size + 1])
    total: int = getattr(read[0], "through") if read else 0  # noqa: B009  # an annotation
    lines = []
    for transfer in read[:size]:
        into = transfer.credited_id == wanted.account.pk
        amount = transfer.amount if into else -transfer.amount
        lines.append(Line(transfer, amount, total))
        total -= amount
    last = lines[-1].transfer if len(read) > size else None
    return StatementPage(lines, Place(last.posted_at, last.pk) if last else None)


def _of_kind(wanted: Wanted) -> list[TransferQuerySet]:
    """What came in, then what went out: the sides of an account."""
    if wanted.account.kind == LedgerAccount.Kind.SETTLING:
        raise NoStatement
    sides = [Transfer.objects.filter(side) for side in sides_of(wanted.account)]
    return [rows.filter(kind=wanted.kind) for rows in sides] if wanted.kind else sides


def _chosen(wanted: Wanted) -> list[TransferQuerySet]:
    within = Q()
    if wanted.starts_at is not None:
        within &= Q(posted_at__gte=wanted.starts_at)
    if wanted.ends_at is not None:
        within &= Q(posted_at__lt=wanted.ends_at)
    return [rows.filter(within) for rows in _of_kind(wanted)]


def _from(place: Place) -> Q:
    return Q(posted_at__gte=place.posted_at) & (
        Q(posted_at__gt=place.posted_at) | Q(pk__gte=place.number)
    )


def _before(place: Place) -> Q:
    # The first condition says nothing new; but it is the one that an index can begin at.
    return Q(posted_at__lte=place.posted_at) & (
        Q(posted_at__lt=place.posted_at) | Q(pk__lt=place.number)
    )


def _total_through(wanted: Wanted, after: Place | None) -> Any:
    """What the transfers came to that a page begins with: Note [The order of a statement].

    Of all kinds it is today's balance without what came later: nothing to add up for a first page.
    """
    if wanted.kind:
        return _moved(wanted, _before(after) if after else _until(wanted.ends_at))
    balance = Subquery(LedgerAccount.objects.filter(pk=wanted.account.pk).values("balance"))
    if after is None and wanted.ends_at is None:
        return balance
    return balance - _moved(wanted, _from(after) if after else Q(posted_at__gte=wanted.ends_at))


def _moved(wanted: Wanted, within: Q) -> Any:
    """By how much some transfers made the account richer."""
    came_in, *went_out = (_SumOf(rows.filter(within).order_by()) for rows in _of_kind(wanted))
    total: Any = came_in
    for side in went_out:
        total = total - side
    return total


def _until(ends_at: datetime | None) -> Q:
    return Q() if ends_at is None else Q(posted_at__lt=ends_at)


class _SumOf(Subquery):
    """The sum of the amounts of some transfers, in micros, as a part of another question."""

    template = "(SELECT COALESCE(SUM(part), 0)::bigint FROM (%(subquery)s) AS parts)"
    output_field = BigIntegerField()

    def __init__(self, transfers: TransferQuerySet) -> None:
        super().__init__(transfers.annotate(part=F("amount")).values("part"))
