"""The bookings of the site's bank account, as its statements say them."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from payments.deposits.models import Deposit, Refund
from things.triggers import refuse


class BankLine(models.Model):
    """A booking, read once whatever files it stands in. `amount` is in micros.

    What came with a reference of ours is a deposit at once. What nobody can place is `open`, with
    the reason `why`, until an operator says whose it is, or sets it aside. `payments` is more than
    one where the bank booked several together and did not say which.
    """

    class State(models.TextChoices):
        """What became of it."""

        OPEN = "open", _("to be decided")
        DEPOSIT = "deposit", _("deposit")
        TAKEN_BACK = "taken_back", _("taken back from a deposit")
        PAYOUT = "payout", _("payout or refund")
        DETAILED = "detailed", _("its payments came one by one")
        ASIDE = "aside", _("set aside")
        OUTGOING = "outgoing", _("outgoing, not ours to place")

    class Why(models.TextChoices):
        """Why a booking waits for an operator."""

        NO_REFERENCE = "no_reference", _("names nobody’s reference")
        SEVERAL = "several", _("names several subscribers")
        BATCH = "batch", _("several payments, without details")
        BATCH_DECIDED = "batch_decided", _("part of a batch that was decided as a whole")
        CURRENCY = "currency", _("cannot be paid in: its currency or its amount")
        NO_ORIGINAL = "no_original", _("takes back what was not found, or several")
        OTHER_AMOUNT = "other_amount", _("another amount than the payout or refund")
        NOT_EXPECTED = "not_expected", _("a payout or refund that was not on its way")
        REOPENED = "reopened", _("was taken back from a subscriber")

    key = models.CharField(_("key"), max_length=80)
    account = models.CharField(_("account"), max_length=40)
    booked_on = models.DateField(_("booked"))
    amount = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    incoming = models.BooleanField(_("incoming"))
    reversal = models.BooleanField(_("reversal"), default=False)
    party = models.CharField(_("other party"), max_length=140, blank=True)
    party_account = models.CharField(_("its account"), max_length=40, blank=True)
    text = models.CharField(_("text"), max_length=500, blank=True)
    reference = models.CharField(_("reference"), max_length=40, blank=True)
    end_to_end_id = models.CharField(_("end-to-end identification"), max_length=40, blank=True)
    return_reason = models.CharField(_("reason of a return"), max_length=40, blank=True)
    entry_reference = models.CharField(
        _("bank’s reference"), max_length=60, blank=True, db_default=""
    )
    payments = models.IntegerField(_("payments"), default=1, db_default=1)
    read_at = models.DateTimeField(_("read"))
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.OPEN)
    why = models.CharField(
        _("why it is open"), max_length=16, choices=Why, blank=True, db_default=""
    )
    deposit = models.ForeignKey(
        Deposit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="bank_lines",
        verbose_name=_("deposit"),
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("bank booking")
        verbose_name_plural = _("bank bookings")
        constraints = [
            models.UniqueConstraint(fields=["key"], name="bank_line_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="bank_line_amount_above_zero"),
            models.CheckConstraint(
                condition=Q(state__in=["deposit", "taken_back"], deposit__isnull=False)
                | (~Q(state__in=["deposit", "taken_back"]) & Q(deposit=None)),
                name="bank_line_of_a_deposit",
            ),
        ]
        indexes = [
            # What waits for the operator.
            models.Index(fields=["id"], condition=Q(state="open"), name="bank_line_open"),
            # An operator's search.
            models.Index(
                OpClass(Upper("party"), name="text_pattern_ops"), name="bank_line_by_party"
            ),
            models.Index(
                fields=["reference"], condition=~Q(reference=""), name="bank_line_by_reference"
            ),
            # For reversals and returns, and for batches that come with and without their payments.
            models.Index(
                fields=["end_to_end_id"],
                condition=~Q(end_to_end_id=""),
                name="bank_line_by_end_to_end",
            ),
            models.Index(
                fields=["entry_reference"],
                condition=~Q(entry_reference=""),
                name="bank_line_by_entry",
            ),
        ]
        triggers = [
            refuse(
                "bank_line_stays_itself",
                pgtrigger.Update,
                condition=(
                    "(NEW.key, NEW.account, NEW.booked_on, NEW.amount, NEW.currency, NEW.incoming)"
                    " IS DISTINCT FROM (OLD.key, OLD.account, OLD.booked_on, OLD.amount,"
                    " OLD.currency, OLD.incoming) OR OLD.state NOT IN ('open', 'outgoing')"
                    " AND NEW.state <> OLD.state"
                    " AND NOT (OLD.state = 'deposit' AND NEW.state = 'taken_back')"
                ),
                why="what the bank booked is kept as it was read, and decided once",
            ),
            refuse("bank_line_is_never_deleted", pgtrigger.Delete, why="bookings are kept"),
        ]

    def __str__(self) -> str:
        return f"{self.booked_on} {self.party}".strip()


class BankRefund(Refund):
    """A refund that goes back by bank transfer: the admin lists those for whoever transfers."""

    class Meta:
        proxy = True
        verbose_name = _("bank refund")
        verbose_name_plural = _("bank refunds")
