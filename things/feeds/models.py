"""A creator's feeds, and what came in by them."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from things.addresses import URL_BYTES
from things.catalogue import LANGUAGES, Category

HOST_LENGTH = 261


class FeedQuerySet(models.QuerySet["Feed"]):
    """Questions about feeds."""

    def due(self, *, at: datetime) -> FeedQuerySet:
        """Those to be read again, longest waiting first."""
        waiting = self.filter(state=Feed.State.READ, next_at__lte=at)
        return waiting.filter(owner__suspended=False).order_by("next_at", "pk")


class Feed(models.Model):
    """A feed at an address: each new entry on one of its `hosts` becomes a thing of its owner.

    `etag` and `last_modified` are what the host said last, and are sent back to it.
    """

    class State(models.TextChoices):
        """Whether it is read."""

        READ = "read", _("read")
        STOPPED = "stopped", _("stopped by its owner")
        GONE = "gone", _("no longer there")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="feeds",
        verbose_name=_("owner"),
    )
    url = models.CharField(_("address"), max_length=URL_BYTES)
    title = models.CharField(_("title"), max_length=300, blank=True)
    hosts = ArrayField(models.CharField(max_length=HOST_LENGTH), verbose_name=_("hosts"))
    category = models.CharField(
        _("category"), max_length=10, choices=Category, default=Category.REST
    )
    language = models.CharField(_("language"), max_length=5, choices=list(LANGUAGES.items()))
    tags = ArrayField(
        models.CharField(max_length=60), verbose_name=_("tags"), default=list, blank=True
    )
    hidden = models.BooleanField(_("hidden"), default=False)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.READ)
    etag = models.CharField(max_length=300, blank=True, editable=False)
    last_modified = models.CharField(max_length=100, blank=True, editable=False)
    made_at = models.DateTimeField(_("registered"))
    checked_at = models.DateTimeField(_("read last"), null=True, blank=True)
    next_at = models.DateTimeField(_("read next"))
    failures = models.IntegerField(_("failures in a row"), default=0)
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True)
    refusal = models.CharField(_("why it failed"), max_length=300, blank=True)

    objects = FeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("feed")
        verbose_name_plural = _("feeds")
        constraints = [
            models.UniqueConstraint(fields=["owner", "url"], name="feed_once_an_owner"),
        ]
        indexes = [
            # What is to be read next.
            models.Index(
                fields=["next_at", "id"], name="feed_due", condition=models.Q(state="read")
            ),
            # An operator's search.
            models.Index(fields=["url"], opclasses=["varchar_pattern_ops"], name="feed_by_url"),
        ]

    def __str__(self) -> str:
        return self.title or self.url


class FeedEntry(models.Model):
    """An entry that was seen; `thing` is None where it did not become one.

    Known by the SHA-256 of what the feed calls it, so that an entry whose address changes moves
    its thing instead of making another.
    """

    feed = models.ForeignKey(
        Feed, on_delete=models.CASCADE, related_name="entries", verbose_name=_("feed")
    )
    guid_sha256 = models.BinaryField(max_length=32, editable=False)
    thing = models.ForeignKey(
        "things.Thing",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="feed_entries",
        verbose_name=_("thing"),
    )
    seen_at = models.DateTimeField(_("seen"))

    class Meta:
        verbose_name = _("feed entry")
        verbose_name_plural = _("feed entries")
        constraints = [
            models.UniqueConstraint(fields=["feed", "guid_sha256"], name="feed_entry_once"),
        ]

    def __str__(self) -> str:
        return f"{self.feed_id}: {self.thing_id}"
