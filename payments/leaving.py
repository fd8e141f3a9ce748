"""What of money must be settled before somebody leaves, and what then becomes of it."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.privacy.leaving import CannotLeave
from payments.budgets.models import Budget, Plan
from payments.clicking.models import ClickAddress, KeptClick, SkippedPeriod
from payments.clicking.recording import take_back_click
from payments.deposits.models import Deposit, Refund
from payments.deposits.stripe.customers import forget_customer
from payments.deposits.stripe.refilling import end_refill
from payments.earnings.models import CreatorNews, ImportedRevenue
from payments.earnings.papers.models import BillingDetails, EarningsPaper
from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.posting import Posting, post, site_account, wallet_of
from payments.money import format_for_people
from payments.payouts.details import end_details
from payments.tips.taking_back import forget_notes
from things.models import Click
from things.periods import Period

_Kind = LedgerAccount.Kind


def reasons(user: User, at: datetime) -> list[str]:
    """What is still on its way."""
    accounts = LedgerAccount.objects.filter(owner=user)
    budgets = Budget.objects.open().filter(subscriber=user, held_at__isnull=False)
    refunds = Refund.objects.filter(deposit__subscriber=user)
    found = {
        _("A payout is on its way to you: wait until it has arrived."): accounts.filter(
            kind=_Kind.PAYABLE, balance__gt=0
        ),
        _("Your wallet has a debt: pay it in first."): accounts.filter(owed__gt=0),
        _("Money is on its way back to you: wait until it has arrived."): refunds.filter(
            state__in=[Refund.State.ASKED, Refund.State.SENT]
        ),
        _("A deposit is on its way: wait until it has arrived."): Deposit.objects.filter(
            subscriber=user, state=Deposit.State.UNDERWAY
        ),
        _("A month that has ended is being settled: wait until that is done."): budgets.filter(
            period__lt=Period.of(at)
        ),
    }
    return [reason for reason, rows in found.items() if rows.exists()]


def rest(user: User, at: datetime) -> list[str]:
    """What is in wallets and earnings, in words."""
    full = LedgerAccount.objects.filter(owner=user, balance__gt=0).order_by("currency", "kind")
    return [format_for_people(one.balance, one.currency, exact=True) for one in full]


def leave(user: User, at: datetime) -> None:
    """Take back this month's clicks, give what is left to the site, and forget where to pay."""
    period = Period.of(at)
    for click in Click.objects.in_period(period).filter(subscriber=user).select_related("thing"):
        take_back_click(subscriber=user, thing=click.thing, at=at)
    for earned in _full(user, _Kind.EARNINGS):
        wallet = wallet_of(user, earned.currency)
        _post(user, earned, wallet, kind=Transfer.Kind.REGIVEN, at=at)
    for wallet in _full(user, _Kind.WALLET):
        fees = site_account(_Kind.FEES, wallet.currency)
        _post(user, wallet, fees, kind=Transfer.Kind.TIP, at=at)
    if LedgerAccount.objects.filter(owner=user).exclude(balance=0, held=0).exists():
        raise CannotLeave([_("Money moved meanwhile. Try again.")])
    end_refill(subscriber=user, at=at)
    forget_customer(user, at=at)
    Plan.objects.filter(subscriber=user).delete()
    KeptClick.objects.filter(subscriber=user).delete()
    addresses = ClickAddress.objects.filter(subscriber=user)
    addresses._raw_delete(addresses.db)
    SkippedPeriod.objects.filter(subscriber=user).delete()
    BillingDetails.objects.filter(owner=user).delete()
    CreatorNews.objects.filter(creator=user).delete()
    ImportedRevenue.objects.filter(creator=user).delete()
    EarningsPaper.objects.filter(creator=user).update(details={})
    end_details(owner=user, at=at)
    forget_notes(user_id=user.pk)


def _full(user: User, kind: LedgerAccount.Kind) -> list[LedgerAccount]:
    return list(LedgerAccount.objects.filter(owner=user, kind=kind, balance__gt=0))


def _post(
    user: User,
    debited: LedgerAccount,
    credited: LedgerAccount,
    *,
    kind: Transfer.Kind,
    at: datetime,
) -> None:
    posting = Posting(
        key=f"leaving:{user.pk}:{debited.pk}",
        kind=kind,
        debited=debited,
        credited=credited,
        amount=debited.balance,
        about_at=at,
    )
    post([posting], posted_at=at)
