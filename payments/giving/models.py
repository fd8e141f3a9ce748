"""How far the mails about a settled month have come."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from payments.settlement.models import Settlement


class MonthMails(models.Model):
    """The mails to the givers and creators of one settled month, queued a few hundred at a time.

    `givers_to` and `creators_to` are the last user whose mail is queued. They change in the
    transaction that queues, so that a crash neither leaves anybody out nor begins anew.
    """

    settlement = models.OneToOneField(
        Settlement,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="mails",
        verbose_name=_("settlement"),
    )
    givers_to = models.BigIntegerField(_("givers up to"), default=0)
    creators_to = models.BigIntegerField(_("creators up to"), default=0)
    queued_at = models.DateTimeField(_("all queued"), null=True, blank=True)

    class Meta:
        verbose_name = _("mails of a month")
        verbose_name_plural = _("mails of months")

    def __str__(self) -> str:
        return str(self.settlement_id)
