"""Corrections that staff propose and others approve, and the clicks whose shares went back."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from payments.ledger.models import Transfer
from things.fields import PeriodField
from things.models import Thing
from things.triggers import refuse

REASON_LENGTH = 500


class Correction(models.Model):
    """A proposal to take money back by mirror transfers; with `posted`, the deed.

    It names a transfer and an amount of it, or the clicks of a settled period: one subscriber's on
    one thing, all of a subscriber's, or all on a thing. `moved` is what went back, in micros.
    Who proposed it cannot decide it.
    """

    class Kind(models.TextChoices):
        """What is taken back."""

        CLICK = "click", _("one click")
        GIVER = "giver", _("all clicks of a subscriber")
        THING = "thing", _("all clicks on a thing")
        TRANSFER = "transfer", _("a transfer")

    class State(models.TextChoices):
        """The last two are final."""

        PROPOSED = "proposed", _("waits for a second person")
        POSTED = "posted", _("posted")
        REFUSED = "refused", _("refused")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PROPOSED)
    period = PeriodField(  # type: ignore[misc]  # its types know no NULL
        _("period"), null=True, blank=True
    )
    subscriber = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="corrections",
        verbose_name=_("subscriber"),
    )
    thing = models.ForeignKey(
        Thing,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="corrections",
        verbose_name=_("thing"),
    )
    transfer = models.ForeignKey(
        Transfer,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="proposed_corrections",
        db_constraint=False,
        verbose_name=_("transfer"),
    )
    amount = models.BigIntegerField(_("amount"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    moved = models.BigIntegerField(_("taken back"), default=0)
    reason = models.CharField(
        _("reason"), max_length=REASON_LENGTH, help_text=_("Those concerned read it.")
    )
    evidence = models.TextField(_("evidence"), help_text=_("For the staff: what shows it, where."))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("proposed by"),
    )
    proposed_at = models.DateTimeField(_("proposed"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        permissions = [("approve_correction", _("Can approve corrections"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="correction_by_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by=None, decided_at=None, moved=0)
                | Q(state="refused", decided_by__isnull=False, decided_at__isnull=False, moved=0)
                | Q(
                    state="posted",
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    moved__gt=0,
                ),
                name="correction_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(kind="transfer", transfer__isnull=False, amount__gt=0, period=None)
                | Q(kind="click", period__isnull=False, subscriber__isnull=False)
                & Q(thing__isnull=False, transfer=None)
                | Q(kind="giver", period__isnull=False, subscriber__isnull=False)
                & Q(thing=None, transfer=None)
                | Q(kind="thing", period__isnull=False, subscriber=None)
                & Q(thing__isnull=False, transfer=None),
                name="correction_names_what_it_takes_back",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(evidence=""), name="correction_says_why"
            ),
        ]
        indexes = [
            # What waits for a second person.
            models.Index(fields=["id"], condition=Q(state="proposed"), name="correction_waiting"),
        ]
        triggers = [
            refuse(
                "correction_stays_decided",
                pgtrigger.Update,
                condition="OLD.state <> 'proposed'",
                why="the correction is decided",
            ),
            refuse("correction_is_never_deleted", pgtrigger.Delete, why="corrections are kept"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class ReversedClick(models.Model):
    """One click of a settled period whose share went back; in micros, before the fee.

    Once for each click: the constraint keeps two corrections from taking the same share.
    """

    correction = models.ForeignKey(
        Correction,
        on_delete=models.PROTECT,
        related_name="clicks",
        verbose_name=_("correction"),
    )
    period = PeriodField(_("period"))
    subscriber = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="reversed_clicks",
        db_index=False,
        verbose_name=_("subscriber"),
    )
    thing = models.ForeignKey(
        Thing,
        on_delete=models.PROTECT,
        related_name="reversed_clicks",
        verbose_name=_("thing"),
    )
    creator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="clicks_reversed_of",
        db_index=False,
        verbose_name=_("creator"),
    )
    currency = models.CharField(_("currency"), max_length=3)
    share = models.BigIntegerField(_("share"))

    class Meta:
        verbose_name = _("click that was taken back")
        verbose_name_plural = _("clicks that were taken back")
        constraints = [
            models.UniqueConstraint(
                fields=["subscriber", "period", "thing"], name="click_reversed_once"
            ),
            models.CheckConstraint(condition=Q(share__gt=0), name="reversed_share_above_zero"),
        ]
        indexes = [
            # A creator's month, and what of their gross went back so far.
            models.Index(fields=["creator", "period"], name="reversed_click_by_creator"),
        ]
        triggers = [
            refuse("reversed_click_stays", pgtrigger.Update, why="it went back"),
            refuse("reversed_click_is_kept", pgtrigger.Delete, why="it went back"),
        ]

    def __str__(self) -> str:
        return f"{self.period}: {self.subscriber_id} → {self.thing_id}"
