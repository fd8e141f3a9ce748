"""Clicks that wait for means, where clicks come from, and periods imported or skipped."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.visibility import Visibility
from things.addresses import URL_BYTES
from things.fields import PeriodField


class KeptClick(models.Model):
    """A click that a subscriber confirmed without the means for it; it costs nothing.

    `subject` is what the button named: the number of a thing, or the query of an auto-submit
    address, whose thing comes to be when the click counts. `visibility` is empty where it goes
    by what the subscriber chose for all.
    """

    subscriber = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="kept_clicks",
        verbose_name=_("subscriber"),
    )
    url = models.CharField(_("address"), max_length=URL_BYTES)
    subject = models.TextField(_("subject"))
    visibility = models.SmallIntegerField(
        _("visibility"), choices=Visibility, null=True, blank=True
    )
    kept_at = models.DateTimeField(_("kept"))

    class Meta:
        verbose_name = _("kept click")
        verbose_name_plural = _("kept clicks")
        constraints = [
            models.UniqueConstraint(fields=["subscriber", "url"], name="click_kept_once"),
        ]
        indexes = [
            # What is dropped for its age.
            models.Index(fields=["kept_at"], name="click_kept_since"),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber_id} → {self.url}"


class ImportedMonth(models.Model):
    """One import of a month folder, known by the digest of its files, and what it wrote."""

    period = PeriodField(_("period"))
    digest = models.CharField(_("digest of the files"), max_length=64)
    imported_at = models.DateTimeField(_("imported"))
    subscribers = models.IntegerField(_("subscribers"))
    things = models.IntegerField(_("things"))
    clicks = models.IntegerField(_("clicks"))
    repeated = models.IntegerField(_("clicks that were repeated and did not count"))

    class Meta:
        verbose_name = _("imported month")
        verbose_name_plural = _("imported months")
        constraints = [
            models.UniqueConstraint(fields=["digest", "period"], name="month_imported_once"),
        ]

    def __str__(self) -> str:
        return str(self.period)


class SkippedPeriod(models.Model):
    """The standing clicks of a subscriber found no means in a period; they were told so, once.

    They come in later in the period if the means do.
    """

    period = PeriodField(_("period"))
    subscriber = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="skipped_periods",
        verbose_name=_("subscriber"),
    )
    number = models.IntegerField(_("standing clicks"))
    skipped_at = models.DateTimeField(_("skipped"))

    class Meta:
        verbose_name = _("skipped period")
        verbose_name_plural = _("skipped periods")
        constraints = [
            models.UniqueConstraint(
                fields=["subscriber", "period"], name="period_skipped_once_a_subscriber"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period}: {self.subscriber_id}"


class ClickAddress(models.Model):
    """Where a subscriber clicked from in a period, as a digest: Note [Addresses for two months].

    No foreign key in the database: one would lock the subscriber's row at each first click.
    """

    pk = models.CompositePrimaryKey("subscriber", "period", "digest")
    subscriber = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="click_addresses",
        db_constraint=False,
        db_index=False,
        verbose_name=_("subscriber"),
    )
    period = PeriodField(_("period"))
    digest = models.BinaryField(_("digest of an address"), max_length=16)

    class Meta:
        verbose_name = _("address of clicks")
        verbose_name_plural = _("addresses of clicks")

    def __str__(self) -> str:
        return f"{self.period}: {self.subscriber_id}"
