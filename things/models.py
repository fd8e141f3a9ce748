"""Things and clicks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.visibility import Visibility
from things.addresses import URL_BYTES, NotAWebAddress, check_url
from things.aliases import models as aliases  # noqa: F401 - where Django looks for models
from things.catalogue import DEFAULT_LANGUAGE, LANGUAGES, Category
from things.conduct import models as conduct  # noqa: F401 - where Django looks for models
from things.feeds import models as feeds  # noqa: F401 - where Django looks for models
from things.fields import AddressKeyField, PeriodField
from things.guards import THING_TRIGGERS
from things.partners import models as partners  # noqa: F401 - where Django looks for models
from things.periods import Period
from things.reading import models as reading  # noqa: F401 - where Django looks for models
from things.referring import models as referring  # noqa: F401 - where Django looks for models
from things.sites import models as sites  # noqa: F401 - where Django looks for models
from things.webhooks import models as webhooks  # noqa: F401 - where Django looks for models

if TYPE_CHECKING:
    from accounts.models import User

TITLE_LENGTH = 300
DESCRIPTION_LENGTH = 1000


def validate_url(text: str) -> None:
    """Raises ValidationError if a thing cannot have this address."""
    try:
        check_url(text)
    except NotAWebAddress as refusal:
        raise ValidationError(str(refusal)) from refusal


def _visibility() -> models.SmallIntegerField[Visibility | int, int]:
    """Who learns of it. A row that is written without one is anonymous."""
    return models.SmallIntegerField(
        _("visibility"), choices=Visibility, db_default=Visibility.ANONYMOUS
    )


class ThingQuerySet(models.QuerySet["Thing"]):
    """Questions about things."""

    def active(self) -> ThingQuerySet:
        """Those that can be clicked."""
        return self.filter(state=Thing.State.ACTIVE)

    def unclaimed(self) -> ThingQuerySet:
        """Those without an owner."""
        return self.filter(owner=None)

    def with_merged(self, things: Iterable[int]) -> ThingQuerySet:
        """Some things by their numbers, and what was merged into them."""
        numbers = list(things)
        return self.filter(models.Q(pk__in=numbers) | models.Q(merged_into__in=numbers))

    def visible_to(self, viewer: User | None) -> ThingQuerySet:
        """Active ones that are in public lists, and the hidden ones of one user."""
        public = models.Q(hidden=False, withheld=False)
        return self.active().filter(public if viewer is None else public | models.Q(owner=viewer))


class Thing(models.Model):
    """One URL that can be clicked; without an owner it is unclaimed."""

    class State(models.TextChoices):
        """Whether it can be clicked."""

        ACTIVE = "active", _("active")
        WITHDRAWN = "withdrawn", _("withdrawn by its owner")
        SUSPENDED = "suspended", _("suspended by the operator")
        MERGED = "merged", _("merged into another")

    # The bound that counts is in bytes: the constraint below.
    url = models.CharField(
        _("address"), max_length=URL_BYTES, unique=True, validators=[validate_url]
    )
    key = AddressKeyField(max_length=32, null=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="things",
        verbose_name=_("owner"),
    )
    title = models.CharField(_("title"), max_length=TITLE_LENGTH, blank=True)
    description = models.CharField(_("description"), max_length=DESCRIPTION_LENGTH, blank=True)
    category = models.CharField(
        _("category"), max_length=10, choices=Category, default=Category.REST
    )
    language = models.CharField(
        _("language"), max_length=5, choices=list(LANGUAGES.items()), default=DEFAULT_LANGUAGE
    )
    tags = ArrayField(
        models.CharField(max_length=60), verbose_name=_("tags"), default=list, blank=True
    )
    hidden = models.BooleanField(
        _("hidden"), default=False, help_text=_("Can be clicked, but is in no public list.")
    )
    withheld = models.BooleanField(
        _("withheld by the operator"),
        default=False,
        db_default=False,
        help_text=_("As hidden, but its owner cannot change it."),
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ACTIVE)
    suspension_reason = models.CharField(
        _("reason of the suspension"), max_length=500, blank=True, default="", db_default=""
    )
    # See Note [Merged things].
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        related_name="merged",
        verbose_name=_("merged into"),
    )
    merged_at = models.DateTimeField(_("merged"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("registered"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("changed"), null=True, blank=True, editable=False)

    objects = ThingQuerySet.as_manager()

    class Meta:
        verbose_name = _("thing")
        verbose_name_plural = _("things")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["active", "withdrawn", "suspended", "merged"]),
                name="thing_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state="merged", merged_into__isnull=False, merged_at__isnull=False
                )
                | ~models.Q(state="merged")
                & models.Q(merged_into__isnull=True, merged_at__isnull=True),
                name="thing_merged_into_one",
            ),
            models.UniqueConstraint(
                fields=["key"],
                condition=models.Q(key__isnull=False),
                name="thing_at_one_address",
            ),
        ]
        indexes = [
            # A creator's things, newest first.
            models.Index(fields=["owner", "-id"], name="thing_by_owner"),
            # Search by tags.
            GinIndex(fields=["tags"], name="thing_by_tag"),
            # What a thing took in, for its counts and its history.
            models.Index(
                fields=["merged_into"],
                name="thing_merged",
                condition=models.Q(merged_into__isnull=False),
            ),
        ]
        triggers = THING_TRIGGERS

    def __str__(self) -> str:
        return self.title or self.url

    @property
    def host(self) -> str:
        """Where its address leads to: `ben.example`."""
        return urlsplit(self.url).hostname or ""


class ClickQuerySet(models.QuerySet["Click"]):
    """Questions about clicks."""

    def in_period(self, period: Period) -> ClickQuerySet:
        """Those of one period: PostgreSQL reads that partition alone."""
        return self.filter(period=period)


class Click(models.Model):
    """One subscriber clicked one thing in one period; a second click changes nothing.

    Partitioned by period, one table a month (`things.partitions`). The two references are
    not checked row by row: at a million clicks that costs ten times the insert itself.
    `payments.clicking` reads both rows before it writes, the month's import joins them, and
    neither table lets a row with clicks be deleted.
    """

    pk = models.CompositePrimaryKey("period", "subscriber", "thing")
    period = PeriodField(_("period"))
    subscriber = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="clicks",
        db_constraint=False,
        db_index=False,
        verbose_name=_("subscriber"),
    )
    thing = models.ForeignKey(
        Thing,
        on_delete=models.PROTECT,
        related_name="clicks",
        db_constraint=False,
        db_index=False,
        verbose_name=_("thing"),
    )
    clicked_at = models.DateTimeField(_("clicked"))
    # The one column that can change once the period is sealed: no division rests on it.
    visibility = _visibility()

    objects = ClickQuerySet.as_manager()

    class Meta:
        verbose_name = _("click")
        verbose_name_plural = _("clicks")
        indexes = [
            # A thing's count and its givers; the month end adds the shares up along it, in the
            # order of the things, without reading the table.
            models.Index(fields=["thing", "subscriber"], name="click_by_thing"),
        ]

    def __str__(self) -> str:
        return f"{self.period}: {self.subscriber_id} → {self.thing_id}"


class PendingClick(models.Model):
    """A click on a thing that nobody owns yet. It costs nothing and is in no division.

    It becomes a click in the period in which a creator claims the thing, if the subscriber
    has the means then; the subscriber can undo it before.
    """

    subscriber = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="pending_clicks",
        verbose_name=_("subscriber"),
    )
    thing = models.ForeignKey(
        Thing, on_delete=models.CASCADE, related_name="pending_clicks", verbose_name=_("thing")
    )
    clicked_at = models.DateTimeField(_("clicked"))
    visibility = _visibility()

    class Meta:
        verbose_name = _("pending click")
        verbose_name_plural = _("pending clicks")
        constraints = [
            models.UniqueConstraint(fields=["subscriber", "thing"], name="pending_click_once"),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber_id} → {self.thing_id}"


class StandingClickQuerySet(models.QuerySet["StandingClick"]):
    """Questions about standing clicks."""

    def due(self, period: Period) -> StandingClickQuerySet:
        """Those that stand in a period and have not come in yet."""
        stands = models.Q(until=None) | models.Q(until__gte=period.first_day)
        return self.filter(stands, active=True, last_period__lt=period)


class StandingClick(models.Model):
    """A click that is repeated at the beginning of every period, until a date or for good.

    `active` is False while it is paused. `until` is the last day on which it may come in;
    `last_period` the one in which it came in last, or was started.
    """

    subscriber = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="standing_clicks",
        verbose_name=_("subscriber"),
    )
    thing = models.ForeignKey(
        Thing, on_delete=models.CASCADE, related_name="standing_clicks", verbose_name=_("thing")
    )
    active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"))
    started_at = models.DateTimeField(_("started"))
    until = models.DateField(_("until"), null=True, blank=True)
    last_period = PeriodField(_("last period"))
    visibility = _visibility()

    objects = StandingClickQuerySet.as_manager()

    class Meta:
        verbose_name = _("standing click")
        verbose_name_plural = _("standing clicks")
        constraints = [
            models.UniqueConstraint(fields=["subscriber", "thing"], name="standing_click_once"),
        ]
        indexes = [
            # What is due at the beginning of a period: few, once most have come in.
            models.Index(
                fields=["last_period", "subscriber"],
                condition=models.Q(active=True),
                name="standing_click_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber_id} → {self.thing_id}"


class Popularity(models.Model):
    """How often a thing was clicked, counted every few minutes; what lists are sorted by.

    Each thing has a row from its first moment on, so that no list has to look for missing ones.

    `trend` weighs a click of the last day sixteenfold, one of the last week fourfold.
    """

    thing = models.OneToOneField(
        Thing,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="popularity",
        verbose_name=_("thing"),
    )
    flattrs = models.IntegerField(_("clicks"), default=0)
    flattrs_month = models.IntegerField(_("clicks in 30 days"), default=0)
    flattrs_week = models.IntegerField(_("clicks in 7 days"), default=0)
    flattrs_day = models.IntegerField(_("clicks in 24 hours"), default=0)
    trend = models.IntegerField(_("trend"), default=0)
    counted_at = models.DateTimeField(_("counted"), null=True, blank=True)

    class Meta:
        verbose_name = _("popularity")
        verbose_name_plural = _("popularities")
        indexes = [
            # Search, by each `sort`: the first page is read from the index's end.
            models.Index(fields=["-flattrs", "-thing"], name="popular_ever"),
            models.Index(fields=["-flattrs_month", "-thing"], name="popular_this_month"),
            models.Index(fields=["-flattrs_week", "-thing"], name="popular_this_week"),
            models.Index(fields=["-flattrs_day", "-thing"], name="popular_today"),
            models.Index(fields=["-trend", "-thing"], name="popular_by_trend"),
            # What the next count takes up beside the clicks of a month.
            models.Index(
                fields=["thing"], name="never_counted", condition=models.Q(counted_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.thing_id}: {self.flattrs}"
