"""What creators earned elsewhere, before: kept beside the ledger, never in it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from things.fields import PeriodField


class ImportedRevenue(models.Model):
    """One line of a revenue report of Flattr's: what a thing earned in a period, in micros.

    Only charts and lists of the creator's own show it, marked as imported. `number` and `total`
    are Flattr's identifier of the thing and its clicks of all time when the report was made.
    """

    creator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="imported_revenue",
        verbose_name=_("creator"),
    )
    period = PeriodField(_("period"))
    currency = models.CharField(_("currency"), max_length=3)
    number = models.BigIntegerField(_("number"))
    address = models.TextField(_("address there"))
    url = models.TextField(_("address"))
    title = models.TextField(_("title"))
    clicks = models.IntegerField(_("clicks"))
    revenue = models.BigIntegerField(_("revenue"))
    total = models.IntegerField(_("clicks in all"))
    imported_at = models.DateTimeField(_("imported"))

    class Meta:
        verbose_name = _("imported revenue")
        verbose_name_plural = _("imported revenue")
        constraints = [
            # Finds a creator's months, too.
            models.UniqueConstraint(
                fields=["creator", "period", "currency", "number"], name="revenue_imported_once"
            ),
            models.CheckConstraint(
                condition=Q(clicks__gte=0, revenue__gte=0, total__gte=0),
                name="imported_revenue_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period}: {self.title}"
