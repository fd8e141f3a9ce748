"""Payments that come in from outside, and what of them goes back."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from payments.ledger.models import LedgerAccount, Transfer
from payments.money import MAX_AMOUNT
from things.triggers import refuse

KEY_LENGTH = 160
EXTERNAL_LENGTH = 120


class Way(models.TextChoices):
    """By which way money comes in and goes back: the ledger's rail."""

    CARD = "card", _("card")
    BANK = "bank", _("bank transfer")
    PLAY = "play", _("play money")


class DepositQuerySet(models.QuerySet["Deposit"]):
    """Questions about deposits."""

    def of_subscriber(self, subscriber: User) -> DepositQuerySet:
        """Somebody's, latest first."""
        return self.filter(subscriber=subscriber).order_by("-begun_at", "-pk")

    def arrived(self) -> DepositQuerySet:
        """Those that are in a wallet."""
        return self.filter(state=Deposit.State.ARRIVED)

    def open(self) -> DepositQuerySet:
        """Those that may still arrive without anything else happening here."""
        return self.filter(state__in=[Deposit.State.BEGUN, Deposit.State.UNDERWAY])

    def lock(self, pk: int) -> Deposit:
        """A deposit with its wallet; the row is locked until the transaction ends."""
        rows = self.select_for_update(no_key=True, of=["self"])
        return rows.select_related("wallet", "transfer", "subscriber").get(pk=pk)


class Deposit(models.Model):
    """A payment into a wallet, from when it is begun until it arrives or fails.

    `amount` is in micros and whole minor units of the currency; while the deposit is open, it is
    what was asked for, and then what arrived. An arrived deposit never changes; what of it goes
    back is in its refunds and disputes.
    """

    class State(models.TextChoices):
        """How far it has come."""

        BEGUN = "begun", _("begun")
        UNDERWAY = "underway", _("on its way")
        ARRIVED = "arrived", _("arrived")
        FAILED = "failed", _("failed")

    subscriber = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="deposits",
        db_index=False,  # an index of several columns begins with it
        verbose_name=_("subscriber"),
    )
    wallet = models.ForeignKey(
        LedgerAccount,
        on_delete=models.PROTECT,
        related_name="deposits",
        db_index=False,  # a wallet's deposits are those of its owner
        verbose_name=_("wallet"),
    )
    way = models.CharField(_("way"), max_length=10, choices=Way)
    amount = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.BEGUN)
    key = models.CharField(_("key"), max_length=KEY_LENGTH)
    external_id = models.CharField(
        _("number at the provider"), max_length=EXTERNAL_LENGTH, blank=True
    )
    failure = models.CharField(_("why it failed"), max_length=200, blank=True)
    begun_at = models.DateTimeField(_("begun"))
    arrived_at = models.DateTimeField(_("arrived"), null=True, blank=True)
    transfer = models.OneToOneField(
        Transfer,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="deposit",
        verbose_name=_("transfer"),
    )

    objects = DepositQuerySet.as_manager()

    class Meta:
        verbose_name = _("deposit")
        verbose_name_plural = _("deposits")
        constraints = [
            models.UniqueConstraint(fields=["key"], name="deposit_key_once"),
            models.UniqueConstraint(
                fields=["way", "external_id"],
                condition=~Q(external_id=""),
                name="deposit_once_at_the_provider",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, amount__lte=MAX_AMOUNT), name="deposit_amount_above_zero"
            ),
            models.CheckConstraint(
                condition=Q(state="arrived", transfer__isnull=False, arrived_at__isnull=False)
                | (~Q(state="arrived") & Q(transfer=None, arrived_at=None)),
                name="deposit_arrived_with_a_transfer",
            ),
        ]
        indexes = [
            models.Index(
                F("subscriber"), F("begun_at").desc(), F("id").desc(), name="deposit_by_subscriber"
            ),
            # For the task that asks providers what became of a deposit.
            models.Index(
                fields=["begun_at"],
                condition=Q(state__in=["begun", "underway"]),
                name="deposit_still_open",
            ),
        ]
        triggers = [
            refuse(
                "arrived_deposit_is_never_changed",
                pgtrigger.Update,
                condition="OLD.state = 'arrived'",
                why="the deposit is in a wallet",
            ),
            refuse("deposit_is_never_deleted", pgtrigger.Delete, why="deposits are kept"),
            refuse("deposits_are_never_truncated", pgtrigger.Truncate, why="deposits are kept"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def is_open(self) -> bool:
        """Whether it may still arrive without anything else happening here."""
        return self.state in {self.State.BEGUN, self.State.UNDERWAY}


class Refund(models.Model):
    """A part of a deposit that goes back to where it came from. `amount` is in micros.

    The money has left the wallet with `transfer`. Where the provider cannot pay it out, the refund
    fails, and `undone_by` brings it back.
    """

    class State(models.TextChoices):
        """How far it has come."""

        ASKED = "asked", _("asked for")
        SENT = "sent", _("on its way")
        DONE = "done", _("paid back")
        FAILED = "failed", _("failed")

    deposit = models.ForeignKey(
        Deposit, on_delete=models.PROTECT, related_name="refunds", verbose_name=_("deposit")
    )
    amount = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ASKED)
    key = models.CharField(_("key"), max_length=KEY_LENGTH)
    external_id = models.CharField(
        _("number at the provider"), max_length=EXTERNAL_LENGTH, blank=True
    )
    asked_at = models.DateTimeField(_("asked for"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Nobody where it was made at the provider."),
        verbose_name=_("asked for by"),
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ended by"),
    )
    failure = models.CharField(_("why it failed"), max_length=200, blank=True)
    transfer = models.OneToOneField(
        Transfer, on_delete=models.PROTECT, related_name="refund", verbose_name=_("transfer")
    )
    undone_by = models.OneToOneField(
        Transfer,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="undone_refund",
        verbose_name=_("undone by"),
    )

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = [
            models.UniqueConstraint(fields=["key"], name="refund_key_once"),
            models.UniqueConstraint(
                fields=["external_id"],
                condition=~Q(external_id=""),
                name="refund_once_at_the_provider",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount_above_zero"),
            models.CheckConstraint(
                condition=Q(state="failed", undone_by__isnull=False)
                | (~Q(state="failed") & Q(undone_by=None)),
                name="refund_failed_and_undone",
            ),
        ]
        indexes = [
            # For the task that sends them, and for the operator's list.
            models.Index(
                fields=["id"], condition=Q(state__in=["asked", "sent"]), name="refund_still_open"
            ),
        ]
        triggers = [
            refuse(
                "failed_refund_is_never_changed",
                pgtrigger.Update,
                condition="OLD.state = 'failed'",
                why="the refund is undone",
            ),
            refuse(
                "refund_stays_itself",
                pgtrigger.Update,
                condition=(
                    "(NEW.deposit_id, NEW.amount, NEW.currency, NEW.key, NEW.transfer_id)"
                    " IS DISTINCT FROM"
                    " (OLD.deposit_id, OLD.amount, OLD.currency, OLD.key, OLD.transfer_id)"
                ),
                why="only its state changes",
            ),
            refuse("refund_is_never_deleted", pgtrigger.Delete, why="refunds are kept"),
            refuse("refunds_are_never_truncated", pgtrigger.Truncate, why="refunds are kept"),
        ]

    def __str__(self) -> str:
        return self.key


class Dispute(models.Model):
    """A payer's complaint to their bank about a deposit, as the provider tells it.

    `chargeback` is there once the bank has taken the money, and `reinstated` once it came back.
    `amount` is in micros.
    """

    deposit = models.ForeignKey(
        Deposit, on_delete=models.PROTECT, related_name="disputes", verbose_name=_("deposit")
    )
    external_id = models.CharField(_("number at the provider"), max_length=EXTERNAL_LENGTH)
    amount = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    state = models.CharField(_("state"), max_length=60)
    opened_at = models.DateTimeField(_("opened"))
    answer_by = models.DateTimeField(_("to be answered by"), null=True, blank=True)
    chargeback = models.OneToOneField(
        Transfer,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="dispute",
        verbose_name=_("taken back by"),
    )
    reinstated = models.OneToOneField(
        Transfer,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="won_dispute",
        verbose_name=_("came back by"),
    )

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        constraints = [
            models.UniqueConstraint(fields=["external_id"], name="dispute_once_at_the_provider"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="dispute_amount_above_zero"),
            models.CheckConstraint(
                condition=Q(reinstated=None) | Q(chargeback__isnull=False),
                name="dispute_comes_back_after_it_was_taken",
            ),
        ]

    def __str__(self) -> str:
        return self.external_id


class Debt(LedgerAccount):
    """A wallet that owes; the admin lists those beside all accounts."""

    class Meta:
        proxy = True
        verbose_name = _("debt")
        verbose_name_plural = _("debts")
