"""What waits for somebody's decision: how many of each, and where they are decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from payments.abuse.models import AbuseMark
from payments.deposits.bank.models import BankLine, BankRefund
from payments.deposits.models import Debt, Dispute, Refund, Way
from payments.payouts.models import Payout, PayoutBatch
from payments.settlement.corrections.models import Correction
from things.conduct.models import FailedCheck, Report
from things.sites.models import Site

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# More is said as “100+”: nobody decides by the exact number, and counting a million takes time.
MOST = 100
KEY = "desk:waiting"
# In seconds. What somebody decided just now may still be counted for so long.
KEPT = 30


@dataclass(frozen=True)
class Errand:
    """A kind of decision: who may take it, what waits, and the list where it is taken."""

    name: str
    label: StrOrPromise
    permission: str
    rows: Callable[[], QuerySet[Any]]
    page: str
    query: str = ""

    @property
    def url(self) -> str:
        """The list of what waits."""
        return reverse(f"admin:{self.page}_changelist") + self.query


@dataclass(frozen=True)
class Waiting:
    """So many of an errand; `more` than can be said."""

    errand: Errand
    count: int

    @property
    def shown(self) -> str:
        """The number in words."""
        return f"{MOST}+" if self.count > MOST else str(self.count)


ERRANDS = [
    Errand(
        "claims",
        _("Claims of sites that somebody else has"),
        "things.change_site",
        lambda: Site.objects.filter(contested_at__isnull=False, verified_at=None, refused_at=None),
        "things_site",
        "?contested_at__isempty=0&verified_at__isempty=1",
    ),
    Errand(
        "reports",
        _("Reports of things and people"),
        "things.decide_report",
        lambda: Report.objects.filter(state=Report.State.OPEN),
        "things_report",
        "?state__exact=open",
    ),
    Errand(
        "checks",
        _("Things that the check of what is submitted never answered about"),
        "things.change_failedcheck",
        lambda: FailedCheck.objects.filter(due_at=None),
        "things_failedcheck",
        "?due_at__isempty=1",
    ),
    Errand(
        "bank lines",
        _("Bookings of the bank that nobody could place"),
        "payments.change_bankline",
        lambda: BankLine.objects.filter(state=BankLine.State.OPEN),
        "payments_bankline",
        "?state__exact=open",
    ),
    Errand(
        "payouts",
        _("Payouts that wait for a batch"),
        "payments.make_payoutbatch",
        lambda: Payout.objects.filter(state=Payout.State.REQUESTED, batch=None),
        "payments_payoutbatch",
    ),
    Errand(
        "batches",
        _("Batches of payouts to approve"),
        "payments.approve_payoutbatch",
        lambda: PayoutBatch.objects.filter(state=PayoutBatch.State.MADE),
        "payments_payoutbatch",
        "?state__exact=made",
    ),
    Errand(
        "refunds",
        _("Refunds to transfer by hand"),
        "payments.change_bankrefund",
        lambda: BankRefund.objects.filter(
            state__in=[Refund.State.ASKED, Refund.State.SENT], deposit__way=Way.BANK
        ),
        "payments_bankrefund",
    ),
    Errand(
        "disputes",
        _("Disputes to answer"),
        "payments.view_dispute",
        lambda: Dispute.objects.filter(state__in=["needs_response", "warning_needs_response"]),
        "payments_dispute",
        "?state__exact=needs_response",
    ),
    Errand(
        "corrections",
        _("Corrections that wait for a second person"),
        "payments.approve_correction",
        lambda: Correction.objects.filter(state=Correction.State.PROPOSED),
        "payments_correction",
        "?state__exact=proposed",
    ),
    Errand(
        "abuse",
        _("Marks of abuse to decide, with payouts that are held"),
        "payments.change_abusemark",
        lambda: AbuseMark.objects.filter(state__in=AbuseMark.WAITING),
        "payments_abusemark",
        "?state__in=open,held",
    ),
    Errand(
        "debts",
        _("Wallets in debt"),
        "payments.view_debt",
        lambda: Debt.objects.filter(owed__gt=0),
        "payments_debt",
    ),
]


def add_errand(errand: Errand) -> None:
    """Another kind, of a room above: once for each name."""
    if errand.name not in {one.name for one in ERRANDS}:
        ERRANDS.append(errand)


def what_waits(*, for_staff: User) -> list[Waiting]:
    """What somebody may decide, and how much of it waits; what nothing waits for is left out.

    One query for each errand, at most every KEPT seconds for all of the staff together.
    """
    counts = cache.get(KEY)
    if counts is None:
        counts = {errand.name: errand.rows()[: MOST + 1].count() for errand in ERRANDS}
        cache.set(KEY, counts, KEPT)
    return [
        Waiting(errand, counts[errand.name])
        for errand in ERRANDS
        if counts.get(errand.name) and for_staff.has_perm(errand.permission)
    ]
