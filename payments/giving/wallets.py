"""What went into and out of a subscriber's wallets in some months, so that it adds up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
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
from payments.ledger.models import LedgerAccount, Transfer, TransferQuerySet, before
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


@dataclass(frozen=True)
class WalletStatement:
    """One wallet over some months; amounts in micros, what went out is negative.

    `opening + sum of lines == closing`: only lines in which something moved are there.
    """

    wallet: LedgerAccount
    opening: int
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
    def came_in(self) -> int:
        """The lines by which the wallet grew."""
        return sum(amount for amount in self.lines.values() if amount > 0)

    @property
    def went_out(self) -> int:
        """The lines by which it shrank, as a positive amount."""
        return -sum(amount for amount in self.lines.values() if amount < 0)

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
    opening = Sum("moved", filter=before(first))
    within = Sum("moved", filter=before(last.next) & ~before(first))
    moved = movements_of(wallets).order_by()
    rows = moved.values("currency", "line")  # type: ignore[misc]  # an annotation
    found = list(rows.annotate(opening=Coalesce(opening, 0), within=within))
    statements = [
        WalletStatement(
            wallet=wallet,
            opening=sum(row["opening"] for row in found if row["currency"] == wallet.currency),
            lines=lines_of(
                {
                    row["line"]: row["within"]
                    for row in found
                    if row["currency"] == wallet.currency and row["within"] is not None
                }
            ),
        )
        for wallet in wallets
    ]
    return [statement for statement in statements if statement.opening or statement.lines]


def lines_of(moved: Mapping[str, int]) -> dict[Line, int]:
    """Amounts by the values of their lines, in the order of a statement."""
    return {line: moved[line.value] for line in Line if line.value in moved}
