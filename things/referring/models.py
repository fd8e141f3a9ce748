"""From which pages clicks came. See Note [Without who clicked]."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from things.fields import PeriodField

PAGE_LENGTH = 300


class Referral(models.Model):
    """A click came from a page; a few minutes later it is only a number in ReferredClicks.

    Note [Without who clicked]. Where somebody read is nobody's business. So what a browser says of
    the page before is not kept with the click, but beside it, without the reader and the moment,
    and is soon added up. Rows that are only added keep clicks on one popular page from waiting
    for one another.
    """

    period = PeriodField(_("period"))
    thing = models.ForeignKey(
        "things.Thing",
        on_delete=models.CASCADE,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name=_("thing"),
    )
    page = models.CharField(_("page"), max_length=PAGE_LENGTH)

    class Meta:
        verbose_name = _("click from a page")
        verbose_name_plural = _("clicks from pages")

    def __str__(self) -> str:
        return self.page


class ReferredClicks(models.Model):
    """How many clicks on a thing came from a page in a period, as they came in."""

    period = PeriodField(_("period"))
    thing = models.ForeignKey(
        "things.Thing",
        on_delete=models.CASCADE,
        related_name="referred",
        db_index=False,
        verbose_name=_("thing"),
    )
    page = models.CharField(_("page"), max_length=PAGE_LENGTH)
    clicks = models.IntegerField(_("clicks"))

    class Meta:
        verbose_name = _("clicks from a page")
        verbose_name_plural = _("clicks from pages")
        constraints = [
            models.UniqueConstraint(
                fields=["thing", "period", "page"], name="referred_clicks_once"
            ),
            models.CheckConstraint(condition=Q(clicks__gt=0), name="referred_clicks_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.page}: {self.clicks}"
