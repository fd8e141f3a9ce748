"""Where creators are paid, payouts and their steps, batches of payments, and holds."""

from __future__ import annotations

from datetime import datetime, timedelta

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from payments.money import MAX_AMOUNT, format_trimmed
from things.triggers import refuse

# Details that were just entered pay nobody: whoever took over an account must not be quicker than
# the mail that tells its owner.
WAIT = timedelta(hours=72)


class Way(models.TextChoices):
    """By which way money goes out; `payments.payouts.ways` has a module for each."""

    SEPA = "sepa", _("SEPA credit transfer")
    MANUAL = "manual", _("by hand")


class PayoutDetails(models.Model):
    """Where a creator is paid, as they entered it once: changing means entering anew.

    `sealed` holds the holder's name and the account number, readable with the site's keys alone
    (`accounts.sealing`). `hint` is what may be shown, such as `DE89 … 3000`.
    `fingerprint` is the same for the same account number, to find accounts that share one.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="payout_details",
        verbose_name=_("owner"),
    )
    way = models.CharField(_("way"), max_length=10, choices=Way)
    sealed = models.BinaryField(editable=False)
    fingerprint = models.BinaryField(max_length=32, editable=False)
    hint = models.CharField(_("account"), max_length=60)
    entered_at = models.DateTimeField(_("entered"))
    usable_at = models.DateTimeField(_("usable from"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("payout details")
        verbose_name_plural = _("payout details")
        constraints = [
            models.UniqueConstraint(
                fields=["owner"],
                condition=Q(ended_at=None),
                name="payout_details_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(usable_at__gte=F("entered_at")), name="payout_details_usable_later"
            ),
        ]
        indexes = [
            # Accounts of several creators that share one bank account.
            models.Index(fields=["fingerprint"], name="payout_details_same_account"),
        ]

    def __str__(self) -> str:
        return self.hint

    def is_usable(self, *, at: datetime) -> bool:
        """Whether money may go there at a moment."""
        return self.ended_at is None and self.usable_at <= at


class PayoutBatch(models.Model):
    """Payments that go to the bank together: made by one staff member, approved by another.

    `file` is what the bank gets, sealed, written once with the approval: a second download is the
    same file, byte for byte.
    """

    class State(models.TextChoices):
        """How far it has come."""

        MADE = "made", _("waits for approval")
        APPROVED = "approved", _("approved")
        SENT = "sent", _("sent")
        DISSOLVED = "dissolved", _("dissolved")

    way = models.CharField(_("way"), max_length=10, choices=Way)
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.MADE)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("made by"),
    )
    made_at = models.DateTimeField(_("made"))
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    file = models.BinaryField(null=True, editable=False)

    class Meta:
        verbose_name = _("payout batch")
        verbose_name_plural = _("payout batches")
        permissions = [
            ("make_payoutbatch", _("Can make payout batches")),
            ("approve_payoutbatch", _("Can approve payout batches")),
        ]
        constraints = [
            # A batch made twice is one batch.
            models.UniqueConstraint(
                fields=["way", "currency"],
                condition=Q(state="made"),
                name="payout_batch_one_waits",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["made", "approved", "sent", "dissolved"]),
                name="payout_batch_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["made", "dissolved"], approved_by=None, approved_at=None)
                | Q(
                    state__in=["approved", "sent"],
                    approved_by__isnull=False,
                    approved_at__isnull=False,
                ),
                name="payout_batch_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(approved_by=F("made_by")), name="payout_batch_four_eyes"
            ),
        ]
        triggers = [
            refuse(
                "payout_batch_file_stays",
                pgtrigger.Update,
                condition=(
                    "(OLD.file IS NOT NULL AND NEW.file IS DISTINCT FROM OLD.file)"
                    " OR (OLD.state IN ('sent', 'dissolved') AND NEW.state <> OLD.state)"
                    " OR (NEW.way, NEW.currency, NEW.made_by_id)"
                    " IS DISTINCT FROM (OLD.way, OLD.currency, OLD.made_by_id)"
                ),
                why="a batch keeps its payments and its file",
            ),
            refuse("payout_batch_is_never_deleted", pgtrigger.Delete, why="batches are kept"),
        ]

    def __str__(self) -> str:
        return self.message_id

    @property
    def message_id(self) -> str:
        """What the bank calls it: at most 35 characters of the SEPA alphabet."""
        return f"OBOLE-{self.made_at:%Y%m%d}-{self.pk}"


class PayoutQuerySet(models.QuerySet["Payout"]):
    """Questions about payouts."""

    def on_their_way(self) -> PayoutQuerySet:
        """Those whose money is in `payable`: asked for, and neither paid nor given back."""
        return self.filter(state__in=Payout.ON_ITS_WAY)


class Payout(models.Model):
    """Earnings of a creator on their way out. `amount` is in micros, in whole minor units.

    Its transfers: asked for, `earnings -> payable`; paid, `payable -> outside`; each goes back by
    a mirror where the payout is called off, refused or returned.
    """

    class State(models.TextChoices):
        """How far it has come."""

        REQUESTED = "requested", _("requested")
        APPROVED = "approved", _("approved")
        SENT = "sent", _("sent to the bank")
        PAID = "paid", _("paid")
        RETURNED = "returned", _("returned")
        CANCELLED = "cancelled", _("called off")
        REFUSED = "refused", _("refused")

    ON_ITS_WAY = (State.REQUESTED, State.APPROVED, State.SENT)

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="payouts",
        verbose_name=_("creator"),
    )
    details = models.ForeignKey(
        PayoutDetails,
        # Those who leave take their account number along; what was paid stays.
        on_delete=models.SET_NULL,
        null=True,
        related_name="payouts",
        verbose_name=_("paid to"),
    )
    way = models.CharField(_("way"), max_length=10, choices=Way)
    amount = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.REQUESTED)
    key = models.CharField(_("key"), max_length=60)
    batch = models.ForeignKey(
        PayoutBatch,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="payouts",
        verbose_name=_("batch"),
    )
    requested_at = models.DateTimeField(_("requested"))
    changed_at = models.DateTimeField(_("changed"))

    objects = PayoutQuerySet.as_manager()

    class Meta:
        verbose_name = _("payout")
        verbose_name_plural = _("payouts")
        constraints = [
            # The same form sent twice is one payout.
            models.UniqueConstraint(fields=["owner", "key"], name="payout_key_once"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, amount__lte=MAX_AMOUNT), name="payout_amount_above_zero"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["requested"])
                | Q(state__in=["cancelled", "refused"], batch=None)
                | Q(state__in=["approved", "sent", "paid", "returned"], batch__isnull=False),
                name="payout_state_fits_batch",
            ),
        ]
        indexes = [
            # A creator's payouts, latest first.
            models.Index(fields=["owner", "-id"], name="payout_by_owner"),
            # Those of a state, as operators list them.
            models.Index(fields=["state", "-id"], name="payout_by_state"),
            # What waits for a batch.
            models.Index(
                fields=["way", "currency"],
                condition=Q(state="requested", batch=None),
                name="payout_waiting",
            ),
        ]
        triggers = [
            refuse(
                "payout_stays_itself",
                pgtrigger.Update,
                condition=(
                    "(NEW.owner_id, NEW.way, NEW.amount, NEW.currency, NEW.key)"
                    " IS DISTINCT FROM"
                    " (OLD.owner_id, OLD.way, OLD.amount, OLD.currency, OLD.key)"
                ),
                why="a payout keeps its owner and its amount",
            ),
            refuse(
                "payout_goes_forward",
                pgtrigger.Update,
                condition=(
                    "OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN ("
                    "('requested', 'approved'), ('requested', 'cancelled'),"
                    " ('requested', 'refused'), ('approved', 'sent'), ('approved', 'returned'),"
                    " ('sent', 'paid'), ('sent', 'returned'), ('paid', 'returned'))"
                ),
                why="a payout never goes back to an earlier state",
            ),
            refuse("payout_is_never_deleted", pgtrigger.Delete, why="payouts are kept"),
        ]

    def __str__(self) -> str:
        return f"{self.end_to_end_id}: {format_trimmed(self.amount)} {self.currency}"

    @property
    def end_to_end_id(self) -> str:
        """What travels with the payment through all banks: at most 35 characters."""
        return f"OBOLE-P{self.pk}"


class PayoutStep(models.Model):
    """What happened to a payout, when, and by whom (nobody where the bank said so)."""

    payout = models.ForeignKey(
        Payout, on_delete=models.PROTECT, related_name="steps", verbose_name=_("payout")
    )
    state = models.CharField(_("state"), max_length=10, choices=Payout.State)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("step of a payout")
        verbose_name_plural = _("steps of payouts")
        constraints = [
            models.UniqueConstraint(fields=["payout", "state"], name="payout_step_once"),
        ]
        triggers = [
            refuse("payout_step_is_never_changed", pgtrigger.Update, why="steps are kept"),
            refuse("payout_step_is_never_deleted", pgtrigger.Delete, why="steps are kept"),
        ]

    def __str__(self) -> str:
        return f"{self.payout_id}: {self.state}"


class PayoutHoldQuerySet(models.QuerySet["PayoutHold"]):
    """Questions about holds."""

    def standing(self) -> PayoutHoldQuerySet:
        """Those that nobody has lifted."""
        return self.filter(lifted_at=None)


class PayoutHold(models.Model):
    """Earnings that stay where they are until somebody has looked. It takes nothing.

    `amount` is in micros of `currency`; without one, nothing of the creator's is paid out.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="payout_holds",
        verbose_name=_("creator"),
    )
    amount = models.BigIntegerField(_("amount"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    why = models.CharField(_("why"), max_length=300)
    key = models.CharField(_("key"), max_length=120, unique=True)
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("placed by"),
    )
    placed_at = models.DateTimeField(_("placed"))
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("lifted by"),
    )
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)

    objects = PayoutHoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("hold on payouts")
        verbose_name_plural = _("holds on payouts")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount=None, currency="")
                | (Q(amount__gt=0, amount__lte=MAX_AMOUNT) & ~Q(currency="")),
                name="payout_hold_of_an_amount_or_all",
            ),
            models.CheckConstraint(condition=~Q(why=""), name="payout_hold_says_why"),
        ]
        indexes = [
            models.Index(
                fields=["owner"], condition=Q(lifted_at=None), name="payout_hold_standing"
            ),
        ]

    def __str__(self) -> str:
        return self.why
