"""Who a creator is to their accountant, and the statements that were issued."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from things.fields import PeriodField
from things.triggers import refuse

NAME_LENGTH, ADDRESS_LENGTH, NUMBER_LENGTH = 120, 400, 40


class BillingDetails(models.Model):
    """What stands at the head of a creator's statements: theirs to give or to leave empty."""

    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="billing_details",
        verbose_name=_("owner"),
    )
    legal_name = models.CharField(_("legal name"), max_length=NAME_LENGTH, blank=True)
    address = models.TextField(_("address"), max_length=ADDRESS_LENGTH, blank=True)
    tax_number = models.CharField(_("tax number"), max_length=NUMBER_LENGTH, blank=True)

    class Meta:
        verbose_name = _("billing details")
        verbose_name_plural = _("billing details")

    def __str__(self) -> str:
        return self.legal_name or str(self.owner_id)


class EarningsPaper(models.Model):
    """A statement of earnings that was issued: its number is the site's next, without gaps.

    `figures` is what it says, kept as it was: printed again it is the same document. `details` is
    who it is made out to. `fingerprint` is the SHA-256 of both, in the language of the paper: what
    is asked for again and has not changed is the same paper.
    """

    number = models.IntegerField(_("number"))
    creator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="earnings_papers",
        verbose_name=_("creator"),
    )
    first_period = PeriodField(_("from"))
    last_period = PeriodField(_("to"))
    currency = models.CharField(_("currency"), max_length=3)
    language = models.CharField(_("language"), max_length=10)
    issued_at = models.DateTimeField(_("issued"))
    figures = models.JSONField(_("figures"))
    details = models.JSONField(_("details"), default=dict)
    fingerprint = models.CharField(max_length=64, editable=False)

    class Meta:
        verbose_name = _("statement of earnings")
        verbose_name_plural = _("statements of earnings")
        constraints = [
            models.UniqueConstraint(fields=["number"], name="earnings_paper_number_once"),
            models.UniqueConstraint(fields=["creator", "fingerprint"], name="earnings_paper_once"),
            models.CheckConstraint(
                condition=Q(last_period__gte=F("first_period"), number__gt=0),
                name="earnings_paper_range",
            ),
        ]
        triggers = [
            # The name and address of somebody who left the site can go.
            refuse(
                "earnings_paper_stays",
                pgtrigger.Update,
                condition=(
                    "(NEW.number, NEW.creator_id, NEW.first_period, NEW.last_period, NEW.currency,"
                    " NEW.language, NEW.issued_at, NEW.figures) IS DISTINCT FROM"
                    " (OLD.number, OLD.creator_id, OLD.first_period, OLD.last_period,"
                    " OLD.currency, OLD.language, OLD.issued_at, OLD.figures)"
                    " OR NEW.details NOT IN (OLD.details, '{}'::jsonb)"
                ),
                why="a statement that was issued is kept as it is",
            ),
            refuse("earnings_paper_is_never_deleted", pgtrigger.Delete, why="numbers have no gaps"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """What it is called on itself and in file names: `E-2010-000007`."""
        return f"E-{self.issued_at:%Y}-{self.number:06}"
