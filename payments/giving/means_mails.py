"""Tell subscribers in good time that their wallet will not cover the next month's budget."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import (
    BigIntegerField,
    CharField,
    Exists,
    F,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Concat

from accounts.mail.kinds import Kind
from accounts.mail.models import Mail, UnwantedKind
from accounts.mail.queueing import Letter, queue_mails
from payments.budgets.models import Budget, Plan
from payments.deposits.stripe.models import Refill
from payments.ledger.models import LedgerAccount
from things.periods import Period

# A bank transfer takes two working days, and nobody reads mail on a Sunday.
LEAD = timedelta(days=6)
CHUNK = 500


def queue_means_mails(*, at: datetime) -> bool:
    """Tell the next CHUNK of those whose means run out, once for each coming month.

    From LEAD before a month ends. Those who give in the running month are told, if their plan is
    not paused and what is free in their wallet, with a monthly refill that comes in before the next
    one begins, is less than the plan. Returns whether there may be
    more to tell. Two queries.
    """
    running = Period.of(at)
    if at < running.ends_at - LEAD:
        return False
    plans = list(_short_plans(running)[:CHUNK])
    queue_mails(
        [
            Letter(
                to=plan.subscriber,
                key=f"means_low:{running.next}:{plan.subscriber_id}",
                context={
                    "month": running.next.first_day,
                    "begins_at": running.ends_at,
                    "budget": plan.amount,
                    "currency": plan.currency,
                    "free": plan.means,  # type: ignore[attr-defined]  # annotations
                    "missing": plan.amount - plan.means,  # type: ignore[attr-defined]
                },
            )
            for plan in plans
        ],
        kind=Kind.MEANS_LOW,
    )
    return len(plans) == CHUNK


def _short_plans(running: Period) -> QuerySet[Plan]:
    """The plans that nobody was told of yet and whose wallet, after this month, is short."""
    subscriber = OuterRef("subscriber")
    wallet = LedgerAccount.objects.filter(
        owner=subscriber, kind=LedgerAccount.Kind.WALLET, currency=OuterRef("currency")
    )
    free = Subquery(wallet.values(free=F("balance") - F("held")), output_field=BigIntegerField())
    refill = Refill.objects.filter(
        subscriber=subscriber,
        currency=OuterRef("currency"),
        state=Refill.State.WORKING,
        next_on__lte=running.next.first_day,
    )
    gives = Budget.objects.in_period(running).filter(subscriber=subscriber, held_at__isnull=False)
    key = Concat(Value(f"means_low:{running.next}:"), Cast("subscriber_id", CharField()))
    return (
        Plan.objects.filter(
            Exists(gives),
            ~Exists(UnwantedKind.objects.filter(user=subscriber, kind=Kind.MEANS_LOW)),
            paused=False,
            subscriber__suspended=False,
            subscriber__email__isnull=False,
        )
        .annotate(
            means=Coalesce(free, 0) + Coalesce(Subquery(refill.values("amount")), 0),
            mail_key=key,
        )
        .filter(~Exists(Mail.objects.filter(key=OuterRef("mail_key"))), means__lt=F("amount"))
        .select_related("subscriber")
        .order_by("subscriber")
    )
