"""Which month folders were imported, so that none is imported twice."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from things.fields import PeriodField


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
