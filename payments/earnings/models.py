"""What creators earned elsewhere, outside the ledger; and what they were told by mail."""

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


class CreatorNews(models.Model):
    """What a creator has been told by mail of the clicks on their things, so that it is told once.

    `first_click_at` is when the first of all came; `week_told` the Monday of the last week that
    was looked at, in their time zone.
    """

    creator = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="news",
        verbose_name=_("creator"),
    )
    first_click_at = models.DateTimeField(_("first click"), null=True, blank=True)
    week_told = models.DateField(_("week told of"), null=True, blank=True)

    class Meta:
        verbose_name = _("news of a creator")
        verbose_name_plural = _("news of creators")

    def __str__(self) -> str:
        return str(self.creator_id)
