"""What is asked for where somebody lost their second factors."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

REASON_LENGTH = 300


class FactorRemovalQuerySet(models.QuerySet["FactorRemoval"]):
    """Questions about them."""

    def open(self) -> FactorRemovalQuerySet:
        """Those that were asked for and not done yet."""
        return self.filter(done_at=None)


class FactorRemoval(models.Model):
    """One of the staff asks to remove somebody's second factors, and another one does.

    Nobody in `asked_by` and `done_by` is whoever runs the commands of the host.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="factor_removals",
        verbose_name=_("user"),
    )
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked by"),
    )
    asked_at = models.DateTimeField(_("asked"))
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("done by"),
    )
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    objects = FactorRemovalQuerySet.as_manager()

    class Meta:
        verbose_name = _("removal of second factors")
        verbose_name_plural = _("removals of second factors")
        constraints = [
            # Two who ask at once ask once.
            models.UniqueConstraint(
                fields=["user"], condition=Q(done_at=None), name="factor_removal_open_once"
            ),
            models.CheckConstraint(
                condition=Q(done_by=None) | ~Q(done_by=F("asked_by")),
                name="factor_removal_by_two_people",
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=False) | Q(done_by=None),
                name="factor_removal_done_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.reason}"
