"""Sites that creators have, and the connections that readers made with them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

HOST_LENGTH = 261  # a name of 253 characters, a colon, and a port

# A connection that is not used for so long ends by itself.
IDLE = timedelta(days=90)


class SiteQuerySet(models.QuerySet["Site"]):
    """Questions about sites."""

    def verified(self) -> SiteQuerySet:
        """Those that are proven to be their owner's."""
        return self.filter(verified_at__isnull=False)


class Site(models.Model):
    """A host that a creator says is theirs. Until `verified_at` that is only what they say.

    Of all who say so of one host, one at most is verified.
    """

    host = models.CharField(_("host"), max_length=HOST_LENGTH)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="sites",
        verbose_name=_("owner"),
    )
    asked_at = models.DateTimeField(_("asked"))
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)

    objects = SiteQuerySet.as_manager()

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        constraints = [
            models.UniqueConstraint(fields=["host", "owner"], name="site_asked_once"),
            models.UniqueConstraint(
                fields=["host"],
                condition=Q(verified_at__isnull=False),
                name="site_has_one_verified_owner",
            ),
        ]

    def __str__(self) -> str:
        return self.host


class ConnectionQuerySet(models.QuerySet["Connection"]):
    """Questions about connections."""

    def alive(self, *, at: datetime) -> ConnectionQuerySet:
        """Those that were used lately."""
        return self.filter(used_at__gt=at - IDLE)


class Connection(models.Model):
    """A reader chose that on one site one click is enough.

    The secret lies in a cookie that the browser sends to the button's frame on that site only;
    here is its SHA-256, so that who reads this table cannot click for anybody.
    """

    secret_sha256 = models.BinaryField(max_length=32, unique=True, editable=False)
    subscriber = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="connections",
        verbose_name=_("subscriber"),
    )
    site = models.ForeignKey(
        Site, on_delete=models.CASCADE, related_name="connections", verbose_name=_("site")
    )
    made_at = models.DateTimeField(_("made"))
    used_at = models.DateTimeField(_("last used"))

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")

    def __str__(self) -> str:
        return f"{self.subscriber_id} on {self.site_id}"
