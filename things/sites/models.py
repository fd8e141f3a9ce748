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


PATH_LENGTH = 500

# An unproven claim is looked at by itself for so long after it was made.
HOPE = timedelta(days=7)


class Method(models.TextChoices):
    """How it was proven that a site is somebody's."""

    META = "meta", _("a tag in the page")
    WELL_KNOWN = "well_known", _("a file on the site")
    DNS = "dns", _("a record in the DNS")
    REL_ME = "rel_me", _("a link to the profile")
    OPERATOR = "operator", _("an operator has seen it")


class SiteQuerySet(models.QuerySet["Site"]):
    """Questions about sites."""

    def due(self, *, at: datetime) -> SiteQuerySet:
        """Those whose proof is to be looked for again, longest waiting first.

        What an operator has taken as proven stays so until an operator takes it back.
        """
        proven = Q(verified_at__isnull=False) & ~Q(method__in=["", Method.OPERATOR])
        hoped = Q(verified_at=None, contested_at=None, refused_at=None, asked_at__gt=at - HOPE)
        waiting = self.filter(proven | hoped, next_at__lte=at, owner__suspended=False)
        return waiting.order_by("next_at", "pk")

    def verified(self) -> SiteQuerySet:
        """Those that are proven to be their owner's."""
        return self.filter(verified_at__isnull=False)


class Site(models.Model):
    """A host, or a page and those below it, that a creator says is theirs.

    Until `verified_at` that is only what they say. Of all who say so of one place, one at most is
    verified; one who proves it while another has it is `contested_at`, and an operator decides.
    `path` is empty for a whole host, else `/ben`, without a slash at its end.
    """

    host = models.CharField(_("host"), max_length=HOST_LENGTH)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="sites",
        verbose_name=_("owner"),
    )
    path = models.CharField(
        _("path"), max_length=PATH_LENGTH, blank=True, default="", db_default=""
    )
    asked_at = models.DateTimeField(_("asked"))
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)
    method = models.CharField(
        _("proven by"), max_length=10, choices=Method, blank=True, default="", db_default=""
    )
    checked_at = models.DateTimeField(_("looked at"), null=True, blank=True)
    next_at = models.DateTimeField(_("looked at next"), null=True, blank=True)
    failing_since = models.DateTimeField(_("without proof since"), null=True, blank=True)
    contested_at = models.DateTimeField(_("contested"), null=True, blank=True)
    refused_at = models.DateTimeField(_("refused"), null=True, blank=True)

    objects = SiteQuerySet.as_manager()

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        constraints = [
            models.UniqueConstraint(
                fields=["host", "path", "owner"],
                condition=Q(asked_at__isnull=False),
                name="place_asked_once",
            ),
            models.UniqueConstraint(
                fields=["host", "path"],
                condition=Q(verified_at__isnull=False),
                name="place_has_one_verified_owner",
            ),
        ]
        indexes = [
            # What is to be looked at next.
            models.Index(fields=["next_at", "id"], name="site_due"),
            # What waits for an operator, and their search.
            models.Index(fields=["-id"], condition=models.Q(verified_at=None), name="site_waiting"),
            models.Index(
                fields=["-id"],
                condition=models.Q(contested_at__isnull=False),
                name="site_contested",
            ),
            models.Index(fields=["host"], opclasses=["varchar_pattern_ops"], name="site_by_host"),
        ]

    def __str__(self) -> str:
        return f"{self.host}{self.path}"

    @property
    def is_proven(self) -> bool:
        """Whether it is proven to be its owner's."""
        return self.verified_at is not None


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
