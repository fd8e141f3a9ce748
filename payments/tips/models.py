"""Tips as they were given; their money is in the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.visibility import Visibility
from things.models import Thing
from things.triggers import refuse

if TYPE_CHECKING:
    from accounts.models import User

NOTE_LENGTH = 500
KEY_LENGTH = 40

_FIXED = ("giver_id", "creator_id", "thing_id", "amount", "fee", "currency", "given_at", "key")


class TipQuerySet(models.QuerySet["Tip"]):
    """Questions about tips."""

    def standing(self) -> TipQuerySet:
        """Those that were not taken back."""
        return self.filter(taken_back_at=None)

    def public(self) -> TipQuerySet:
        """Those of which everybody may know who gave."""
        return self.standing().filter(visibility=Visibility.PUBLIC, giver__suspended=False)

    def given_by(self, giver: User) -> TipQuerySet:
        """Somebody's own, latest first."""
        mine = self.filter(giver=giver).select_related("creator", "thing__owner")
        return mine.order_by("-given_at", "-pk")

    def received_by(self, creator: User) -> TipQuerySet:
        """What came to a creator, latest first."""
        theirs = self.filter(creator=creator).select_related("giver", "thing__owner")
        return theirs.order_by("-given_at", "-pk")


class Tip(models.Model):
    """A gift from a giver's wallet to a creator, in micros: `amount` = `fee` + `net`.

    It is two transfers of the ledger, `tip:<pk>` of `net` into the creator's earnings and
    `tip-fee:<pk>` of `fee` into the site's fees; the second is not there where the fee is zero.
    What was given is never changed. The note goes when either of the two deletes their account.
    """

    giver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="tips_given",
        db_index=False,  # tip_by_giver begins with it
        verbose_name=_("giver"),
    )
    creator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="tips_received",
        db_index=False,  # tip_by_creator begins with it
        verbose_name=_("creator"),
    )
    thing = models.ForeignKey(
        Thing,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="tips",
        verbose_name=_("thing"),
    )
    amount = models.BigIntegerField(_("amount"))
    fee = models.BigIntegerField(_("fee"))
    currency = models.CharField(_("currency"), max_length=3)
    note = models.CharField(_("note"), max_length=NOTE_LENGTH, blank=True)
    visibility = models.SmallIntegerField(
        _("visibility"), choices=Visibility, db_default=Visibility.ANONYMOUS
    )
    key = models.CharField(_("key"), max_length=KEY_LENGTH)
    given_at = models.DateTimeField(_("given"))
    reported_at = models.DateTimeField(_("note reported"), null=True, blank=True)
    taken_back_at = models.DateTimeField(_("taken back"), null=True, blank=True)

    objects = TipQuerySet.as_manager()

    class Meta:
        verbose_name = _("tip")
        verbose_name_plural = _("tips")
        constraints = [
            models.UniqueConstraint(fields=["giver", "key"], name="tip_once"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, fee__gte=0, fee__lt=F("amount")),
                name="tip_is_more_than_its_fee",
            ),
            models.CheckConstraint(condition=~Q(giver=F("creator")), name="tip_to_somebody_else"),
            models.CheckConstraint(
                condition=Q(visibility__in=Visibility.values), name="tip_visibility_known"
            ),
            models.CheckConstraint(condition=~Q(key=""), name="tip_has_a_key"),
        ]
        indexes = [
            # One's own tips and their pace.
            models.Index(fields=["giver", "-given_at"], name="tip_by_giver"),
            # What came to a creator, in all and in a month.
            models.Index(fields=["creator", "-given_at"], name="tip_by_creator"),
            # The operator's list of notes to look at.
            models.Index(
                fields=["-reported_at"],
                condition=Q(reported_at__isnull=False),
                name="tip_reported",
            ),
        ]
        triggers = [
            refuse(
                "tip_stays_itself",
                pgtrigger.Update,
                condition=(
                    "("
                    + ", ".join(f"NEW.{name}" for name in _FIXED)
                    + ") IS DISTINCT FROM ("
                    + ", ".join(f"OLD.{name}" for name in _FIXED)
                    + ")"
                ),
                why="what was given stays as it is",
            ),
            refuse(
                "tip_is_taken_back_once",
                pgtrigger.Update,
                condition=(
                    "OLD.taken_back_at IS NOT NULL"
                    " AND NEW.taken_back_at IS DISTINCT FROM OLD.taken_back_at"
                ),
                why="it was taken back",
            ),
            refuse("tip_is_never_deleted", pgtrigger.Delete, why="tips are kept"),
            refuse("tips_are_never_truncated", pgtrigger.Truncate, why="tips are kept"),
        ]

    def __str__(self) -> str:
        return f"tip:{self.pk}"

    @property
    def net(self) -> int:
        """What arrives, in micros."""
        return self.amount - self.fee

    @property
    def shows_giver(self) -> bool:
        """Whether the creator is told who gave."""
        return self.visibility != Visibility.ANONYMOUS
