"""Addresses that a thing had, or that lead to it; the database keeps each for one thing."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from things.addresses import URL_BYTES
from things.triggers import FirmTrigger


class Alias(models.Model):
    """A further address of a thing. Its own is not among them.

    Found by `key`, the SHA-256 of what `things.canonical` makes of it; `url` is for people.
    """

    key = models.BinaryField(max_length=32, unique=True, editable=False)
    url = models.CharField(_("address"), max_length=URL_BYTES)
    thing = models.ForeignKey(
        "things.Thing", on_delete=models.CASCADE, related_name="aliases", verbose_name=_("thing")
    )
    made_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("further address")
        verbose_name_plural = _("further addresses")
        triggers = [
            FirmTrigger(
                name="alias_is_no_thing",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                level=pgtrigger.Row,
                func=(
                    "IF EXISTS (SELECT FROM things_thing WHERE key = NEW.key) THEN"
                    " RAISE EXCEPTION '% is the address of a thing', NEW.url"
                    " USING ERRCODE = 'unique_violation'; END IF; RETURN NEW;"
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.url
