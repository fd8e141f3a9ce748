"""`manage.py wind_down STEP`: the end of a site, step by step. docs/operators/wind-down.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.db.models import Sum
from django.utils import timezone

from payments.deposits.models import Refund
from payments.deposits.winding_down import return_all_wallets
from payments.ledger.models import LedgerAccount
from payments.management.presenting import PresentingCommand, found_wrong
from payments.money import format_exact
from payments.payouts.models import Payout
from payments.payouts.winding_down import request_all_payouts
from payments.settlement.due import due_periods

# Where other people's money lies.
_THEIRS = [LedgerAccount.Kind.WALLET, LedgerAccount.Kind.EARNINGS, LedgerAccount.Kind.PAYABLE]


class Command(PresentingCommand):
    """Presents `payments.payouts.winding_down` and `payments.deposits.winding_down`."""

    help = (
        "The end of a site, step by step, each safe to run again. `status` says what is left and"
        " ends 1 as long as there is anything; `payouts` asks for all that can be paid out;"
        " `refunds` sends all free money of wallets back to where it came from."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The step."""
        super().add_arguments(parser)
        parser.add_argument("step", choices=["status", "payouts", "refunds"], help="what to do")

    def handle(self, *_: Any, **options: Any) -> None:
        """Do the step."""
        steps: dict[str, Callable[[], None]] = {
            "status": self._status,
            "payouts": self._payouts,
            "refunds": self._refunds,
        }
        steps[options["step"]]()

    def _payouts(self) -> None:
        asked = request_all_payouts(at=timezone.now())
        self.answer(
            {"payouts": asked.payouts, "staying": asked.staying},
            [f"{asked.payouts} payouts asked for", *_reasons(asked.staying)],
        )

    def _refunds(self) -> None:
        sent = return_all_wallets(at=timezone.now())
        self.answer(
            {"refunds": sent.refunds, "staying": sent.staying},
            [f"{sent.refunds} refunds wait for their providers", *_reasons(sent.staying)],
        )

    def _status(self) -> None:
        left = _left()
        switches = {name: getattr(settings, name) for name in ("SIGN_UPS", "DEPOSITS", "GIVING")}
        self.answer(
            {"switches": switches, "left": left},
            [
                *(f"OBOLE_{name}: {'on' if on else 'off'}" for name, on in switches.items()),
                *(f"{what}: {number}" for what, number in left.items()),
            ],
        )
        if left:
            raise found_wrong("the site still holds what is not its own")


def _left() -> dict[str, str | int]:
    """What is still to be done, by name; nothing where all is done."""
    found: dict[str, str | int] = {
        "months to settle": len(due_periods(at=timezone.now())),
        "payouts on their way": Payout.objects.filter(state__in=Payout.ON_ITS_WAY).count(),
        "refunds on their way": Refund.objects.filter(
            state__in=[Refund.State.ASKED, Refund.State.SENT]
        ).count(),
    }
    rows = LedgerAccount.objects.filter(kind__in=_THEIRS).values_list("kind", "currency")
    sums = rows.annotate(sum=Sum("balance")).order_by("kind", "currency")
    found |= {f"{kind} {currency}": format_exact(total) for kind, currency, total in sums if total}
    return {what: number for what, number in found.items() if number}


def _reasons(staying: dict[str, int]) -> Iterator[str]:
    for reason, number in sorted(staying.items()):
        yield f"{number} stay: {reason}"
