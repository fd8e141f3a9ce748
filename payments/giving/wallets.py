"""What went into and out of a subscriber's wallets in some months, so that it adds up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Expression,
    F,
    Q,
    Sum,
    TextChoices,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.questions import TransferQuerySet, before
from things.periods import Period


class Line(TextChoices):
    """For what money came or went, in the order of a statement."""

    DEPOSIT = "deposit", _("Deposits")
    REGIVEN = "regiven", _("Earnings moved into giving")
    CLICKS = "clicks", _("Given by clicks")
    TIPS = "tips", _("Tips")
    REFUND = "refund", _("Refunds")
    TAKEN_BACK = "taken_back", _("Payments taken back")
    CORRECTION = "correction", _("Corrections")


# One sum: currency, line, came_in and went_out, and what else was asked for.
MovedRow = dict[str, Any]


@dataclass(frozen=True)
class WalletStatement:
    """One wallet over some months; amounts in micros.

    `lines` say for what: only those are there in which something moved, and what went out is
    negative. `opening + sum of lines == opening + came_in - went_out == closing`.
    """

    wallet: LedgerAccount
    opening: int
    came_in: int = 0
    went_out: int = 0
    lines: dict[Line, int] = field(default_factory=dict)

    @property
    def currency(self) -> str:
        """Of all its amounts."""
        return self.wallet.currency

    @property
    def closing(self) -> int:
        """What is in the wallet at the end."""
        return self.opening + sum(self.lines.values())

    @property
    def given(self) -> int:
        """What went to others: by clicks and by tips."""
        return -self.lines.get(Line.CLICKS, 0) - self.lines.get(Line.TIPS, 0)


# A correction that leaves to the world outside, or comes back from there, is about a deposit.
_WITH_OUTSIDE = Q(credited__kind="outside") | Q(debited__kind="outside")
_LINE = Case(
    When(kind="deposit", then=Value(Line.DEPOSIT.value)),
    When(kind="regiven", then=Value(Line.REGIVEN.value)),
    When(kind="share", then=Value(Line.CLICKS.value)),
    When(kind="tip", then=Value(Line.TIPS.value)),
    When(Q(kind="chargeback") | Q(mirrors__kind="chargeback"), then=Value(Line.TAKEN_BACK.value)),
    When(Q(kind="mirror") & _WITH_OUTSIDE, then=Value(Line.REFUND.value)),
    default=Value(Line.CORRECTION.value),
    output_field=CharField(),
)


def wallets_of(subscriber: User) -> list[LedgerAccount]:
    """A subscriber's wallets, by currency."""
    wallets = LedgerAccount.objects.filter(owner=subscriber, kind=LedgerAccount.Kind.WALLET)
    return list(wallets.order_by("currency"))


def movements_of(wallets: Sequence[LedgerAccount]) -> TransferQuerySet:
    """The transfers of wallets, earliest first, each with its `line`, and `moved`: its amount,
    negative where it went out.
    """
    out = Q(debited__in=wallets)
    return (
        Transfer.objects.of_accounts(wallets)
        .annotate(
            line=_LINE,
            moved=Case(
                When(out, then=-F("amount")), default=F("amount"), output_field=BigIntegerField()
            ),
        )
        .order_by("about_at", "id")
    )


def wallet_statements(
    wallets: Sequence[LedgerAccount], *, first: Period, last: Period
) -> list[WalletStatement]:
    """What went into and out of wallets from a first to a last month. One query.

    Of wallets that were empty all the while, there is none.
    """
    opening = Coalesce(Sum("moved", filter=before(first)), 0)
    rows = _by_line(wallets, within=before(last.next) & ~before(first), opening=opening)
    statements = []
    for wallet in wallets:
        found = [row for row in rows if row["currency"] == wallet.currency]
        statement = statement_of_rows(wallet, sum(row["opening"] for row in found), found)
        if statement.opening or statement.lines:
            statements.append(statement)
    return statements


def moved_by_month(
    wallets: Sequence[LedgerAccount],
) -> dict[tuple[Period, str], list[MovedRow]]:
    """What moved in each month and currency in which something did. One query."""
    found: dict[tuple[Period, str], list[MovedRow]] = defaultdict(list)
    for row in _by_line(wallets, "month"):
        found[Period(row["month"].year, row["month"].month), row["currency"]].append(row)
    return found


def statement_of_rows(
    wallet: LedgerAccount, opening: int, rows: Sequence[MovedRow]
) -> WalletStatement:
    """The statement of rows of one wallet, and of one or more months."""
    moved: dict[str, int] = defaultdict(int)
    for row in rows:
        if row["came_in"] or row["went_out"]:
            moved[row["line"]] += row["came_in"] - row["went_out"]
    return WalletStatement(
        wallet=wallet,
        opening=opening,
        came_in=sum(row["came_in"] for row in rows),
        went_out=sum(row["went_out"] for row in rows),
        lines={line: moved[line.value] for line in Line if line.value in moved},
    )


def _by_line(
    wallets: Sequence[LedgerAccount], *columns: str, within: Q | None = None, **sums: Expression
) -> list[MovedRow]:
    """Sums by currency and line, and further columns: of what moved within a condition."""
    within = Q() if within is None else within
    movements = movements_of(wallets).order_by().with_month()
    rows = movements.values("currency", "line", *columns)
    return list(
        rows.annotate(
            came_in=Coalesce(Sum("moved", filter=within & Q(moved__gt=0)), 0),
            went_out=-Coalesce(Sum("moved", filter=within & Q(moved__lt=0)), 0),
            **sums,
        )
    )
