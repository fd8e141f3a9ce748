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
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)

from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.questions import INTO_AN_ACCOUNT, OUT_OF_AN_ACCOUNT, TransferQuerySet

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
    rows = _chosen(wanted)
    if after is not None:
        rows = rows.filter(_before(after))
    rows = rows.annotate(through=_total_through(wanted, after))
    rows = rows.select_related("debited__owner", "credited__owner", "mirrors")
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


def all_lines(wanted: Wanted) -> Iterator[Line]:
    """All pages after each other, latest first: one query for each thousand lines."""
    page = statement_page(wanted, size=_EXPORTED_AT_ONCE)
    yield from page.lines
    while page.after is not None:
        page = statement_page(wanted, after=page.after, size=_EXPORTED_AT_ONCE)
        yield from page.lines


def balances_at(accounts: QuerySet[LedgerAccount], at: datetime) -> list[tuple[LedgerAccount, int]]:
    """Each account with what was in it at an instant, in micros: one query.

    Taken back from what is in it now, so that the latest instants are the quickest. `settling` is
    told as it is now.
    """
    later = Transfer.objects.filter(posted_at__gt=at).order_by().annotate(part=F("amount"))
    came_in = later.filter(INTO_AN_ACCOUNT, credited=OuterRef("pk"))
    went_out = later.filter(OUT_OF_AN_ACCOUNT, debited=OuterRef("pk"))
    rows = accounts.annotate(
        later_in=_SumOf(came_in.values("part")), later_out=_SumOf(went_out.values("part"))
    )
    return [(row, _balance_then(row)) for row in rows]


def balance_at(account: LedgerAccount, at: datetime) -> int:
    """What was in an account at an instant, in micros, with what was posted just then."""
    [(_account, balance)] = balances_at(LedgerAccount.objects.filter(pk=account.pk), at)
    return balance


def turnover(wanted: Wanted) -> list[Turnover]:
    """What came in and went out in the wanted time, by kind. Raises NoStatement."""
    account = wanted.account
    sums = (
        _chosen(wanted)
        .order_by("kind")
        .values("kind")
        .annotate(
            came_in=Sum("amount", filter=Q(credited=account), default=0),
            went_out=Sum("amount", filter=Q(debited=account), default=0),
            count=Count("pk"),
        )
    )
    return [Turnover(**row) for row in sums]


def accounts_of(owners: Iterable[int] | None) -> QuerySet[LedgerAccount]:
    """The accounts of some people by number, or with None the site's own."""
    rows = LedgerAccount.objects.select_related("owner").order_by("kind", "currency", "rail", "pk")
    if owners is None:
        # The condition on kinds says nothing new.
        return rows.filter(owner=None, kind__in=LedgerAccount.SITE_KINDS)
    return rows.filter(owner__in=list(owners))


def _balance_then(row: Any) -> int:
    if row.kind == LedgerAccount.Kind.SETTLING:
        return int(row.balance)
    return int(row.balance - row.later_in + row.later_out)


def _of_kind(wanted: Wanted) -> TransferQuerySet:
    if wanted.account.kind == LedgerAccount.Kind.SETTLING:
        raise NoStatement
    rows = Transfer.objects.of_account(wanted.account)
    return rows.filter(kind=wanted.kind) if wanted.kind else rows


def _chosen(wanted: Wanted) -> TransferQuerySet:
    rows = _of_kind(wanted)
    if wanted.starts_at is not None:
        rows = rows.filter(posted_at__gte=wanted.starts_at)
    if wanted.ends_at is not None:
        rows = rows.filter(posted_at__lt=wanted.ends_at)
    return rows


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
    account, rows = wanted.account, _of_kind(wanted)
    signed = Case(When(credited=account, then=F("amount")), default=-F("amount"))
    if wanted.kind:
        earlier = _before(after) if after else _until(wanted.ends_at)
        return _SumOf(rows.filter(earlier).order_by().annotate(part=signed).values("part"))
    balance = Subquery(LedgerAccount.objects.filter(pk=account.pk).values("balance"))
    if after is None and wanted.ends_at is None:
        return balance
    later = _from(after) if after else Q(posted_at__gte=wanted.ends_at)
    return balance - _SumOf(rows.filter(later).order_by().annotate(part=signed).values("part"))


def _until(ends_at: datetime | None) -> Q:
    return Q() if ends_at is None else Q(posted_at__lt=ends_at)


class _SumOf(Subquery):
    """The sum of the column `part` of some rows, in micros, as a part of another question."""

    template = "(SELECT COALESCE(SUM(part), 0)::bigint FROM (%(subquery)s) AS parts)"
    output_field = BigIntegerField()
