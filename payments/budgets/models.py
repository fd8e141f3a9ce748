"""What a subscriber means to give a month, and what they give in one period."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from payments.ledger.models import LedgerAccount
from payments.money import MAX_AMOUNT, format_trimmed
from things.fields import PeriodField
from things.periods import Period
from things.triggers import refuse


class PlanQuerySet(models.QuerySet["Plan"]):
    """Questions about plans."""

    def giving(self) -> PlanQuerySet:
        """Those from which budgets are made: neither paused nor stopped."""
        return self.filter(paused=False, stopped=False)

    def shared(self, subscriber: User) -> Plan | None:
        """A subscriber's plan as it stays until the transaction ends; many can have it at once."""
        found = self.raw(
            "SELECT * FROM payments_plan WHERE subscriber_id = %s FOR SHARE", [subscriber.pk]
        )
        return next(iter(found), None)


class Plan(models.Model):
    """What a subscriber wants to give each month from the next first click on, in micros.

    What holds in a period that has begun is its budget, once a click holds it. A stopped plan is
    kept, so that what is held still can be gone on with.
    """

    subscriber = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="plan",
        verbose_name=_("subscriber"),
    )
    amount = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    paused = models.BooleanField(_("paused"), default=False)
    stopped = models.BooleanField(_("stopped"), default=False, db_default=False)

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, amount__lte=MAX_AMOUNT), name="plan_amount_above_zero"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber_id}: {format_trimmed(self.amount)} {self.currency}"

    @property
    def gives(self) -> bool:
        """Whether budgets are made from it: it is neither paused nor stopped."""
        return not (self.paused or self.stopped)


class BudgetQuerySet(models.QuerySet["Budget"]):
    """Questions about budgets."""

    def in_period(self, period: Period) -> BudgetQuerySet:
        """Those of one period."""
        return self.filter(period=period)

    def lock(self, *, subscriber: User, period: Period) -> Budget | None:
        """A subscriber's budget of a period with its wallet; the row is locked for an update."""
        rows = self.select_for_update(no_key=True, of=["self"]).select_related("wallet")
        return rows.filter(subscriber=subscriber, period=period).first()

    def held(self) -> BudgetQuerySet:
        """Those that a click holds on their wallet."""
        return self.filter(held_at__isnull=False)

    def open(self) -> BudgetQuerySet:
        """Those that no settlement has divided yet."""
        return self.filter(share=None)


class Budget(models.Model):
    """What one subscriber gives in one period, in one currency. Amounts are in micros.

    Open, it is held on the wallet from the first click on (`held_at`). Settled, it has `clicks`,
    `share` (what each click is worth) and `remainder` (what did not divide and stays in the
    wallet), and never changes again.
    """

    period = PeriodField(_("period"))
    subscriber = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="budgets",
        verbose_name=_("subscriber"),
    )
    wallet = models.ForeignKey(
        LedgerAccount,
        on_delete=models.PROTECT,
        related_name="budgets",
        db_index=False,  # a wallet's budgets are those of its owner
        verbose_name=_("wallet"),
    )
    amount = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    held_at = models.DateTimeField(_("held since"), null=True, blank=True)
    clicks = models.IntegerField(_("clicks"), null=True, blank=True)
    share = models.BigIntegerField(_("share"), null=True, blank=True)
    remainder = models.BigIntegerField(_("remainder"), null=True, blank=True)

    objects = BudgetQuerySet.as_manager()

    class Meta:
        verbose_name = _("budget")
        verbose_name_plural = _("budgets")
        constraints = [
            models.UniqueConstraint(fields=["period", "subscriber"], name="budget_once_a_period"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, amount__lte=MAX_AMOUNT), name="budget_amount_above_zero"
            ),
            models.CheckConstraint(
                condition=Q(clicks=None, share=None, remainder=None)
                | Q(clicks=0, share=0, remainder=F("amount"))
                | Q(
                    clicks__gt=0,
                    share__gte=0,
                    remainder__gte=0,
                    remainder__lt=F("clicks"),
                    amount=F("share") * F("clicks") + F("remainder"),
                ),
                name="budget_is_its_shares_and_remainder",
            ),
        ]
        triggers = [
            refuse(
                "settled_budget_is_never_changed",
                pgtrigger.Update,
                condition="OLD.share IS NOT NULL",
                why="the budget is settled",
                when=pgtrigger.After,
            ),
            refuse(
                "settled_budget_is_never_deleted",
                pgtrigger.Delete,
                condition="OLD.share IS NOT NULL",
                why="the budget is settled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period}: {self.subscriber_id}"

    @property
    def given(self) -> int | None:
        """What was divided, in micros: None while the budget is open."""
        if self.share is None or self.clicks is None:
            return None
        return self.share * self.clicks
