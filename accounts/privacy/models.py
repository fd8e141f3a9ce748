"""Exports that people asked for, in pieces."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ExportQuerySet(models.QuerySet["Export"]):
    """Questions about exports."""

    def waiting(self) -> ExportQuerySet:
        """Those that are not made yet."""
        return self.filter(ready_at=None)

    def at_hand(self, *, at: datetime) -> ExportQuerySet:
        """Those that can be fetched."""
        return self.filter(expires_at__gt=at)


class Export(models.Model):
    """All that is kept about a user, as a ZIP in `chunks` pieces, `size` bytes together."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="exports",
        verbose_name=_("user"),
    )
    language = models.CharField(_("language"), max_length=10)
    asked_at = models.DateTimeField(_("asked"))
    ready_at = models.DateTimeField(_("ready"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    size = models.BigIntegerField(_("size"), default=0)
    chunks = models.IntegerField(_("pieces"), default=0)

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        constraints = [
            # Two presses of the button are one export.
            models.UniqueConstraint(
                fields=["user"], condition=Q(ready_at=None), name="export_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ready_at=None, expires_at=None)
                | Q(ready_at__isnull=False, expires_at__isnull=False),
                name="export_expires_once_it_is_ready",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.asked_at:%Y-%m-%d}"


class ExportChunk(models.Model):
    """A piece of an export. In the database, as workers and web processes share no disk."""

    pk = models.CompositePrimaryKey("export", "number")
    export = models.ForeignKey(
        Export,
        on_delete=models.CASCADE,
        related_name="pieces",
        db_index=False,  # the primary key begins with it
        verbose_name=_("export"),
    )
    number = models.IntegerField(_("number"))
    content = models.BinaryField(_("content"))

    class Meta:
        verbose_name = _("piece of an export")
        verbose_name_plural = _("pieces of exports")

    def __str__(self) -> str:
        return f"{self.export_id}/{self.number}"
