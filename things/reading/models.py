"""Which things' pages were read because nothing was said of them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class PageLook(models.Model):
    """The page of a thing was read, once, as its button had not said what it is."""

    thing = models.OneToOneField(
        "things.Thing",
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="look",
        verbose_name=_("thing"),
    )
    looked_at = models.DateTimeField(_("looked at"))
    refusal = models.CharField(_("what was wrong"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("page that was read")
        verbose_name_plural = _("pages that were read")

    def __str__(self) -> str:
        return str(self.thing_id)
