"""Things and clicks."""

from __future__ import annotations

from urllib.parse import urlsplit

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from things.addresses import URL_BYTES, NotAWebAddress, check_url
from things.catalogue import DEFAULT_LANGUAGE, LANGUAGES, Category
from things.fields import PeriodField
from things.periods import Period
from things.triggers import FirmTrigger

TITLE_LENGTH = 300
DESCRIPTION_LENGTH = 1000


def validate_url(text: str) -> None:
    """Raises ValidationError if a thing cannot have this address."""
    try:
        check_url(text)
    except NotAWebAddress as refusal:
        raise ValidationError(str(refusal)) from refusal


class ThingQuerySet(models.QuerySet["Thing"]):
    """Questions about things."""

    def active(self) -> ThingQuerySet:
        """Those that can be clicked."""
        return self.filter(state=Thing.State.ACTIVE)

    def unclaimed(self) -> ThingQuerySet:
        """Those without an owner."""
        return self.filter(owner=None)


class Thing(models.Model):
    """One URL that can be clicked; without an owner it is unclaimed."""

    class State(models.TextChoices):
        """Whether it can be clicked."""

        ACTIVE = "active", _("active")
        WITHDRAWN = "withdrawn", _("withdrawn by its owner")
        SUSPENDED = "suspended", _("suspended by the operator")

    # The bound that counts is in bytes: the constraint below.
    url = models.CharField(
        _("address"), max_length=URL_BYTES, unique=True, validators=[validate_url]
    )
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
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ACTIVE)
    created_at = models.DateTimeField(_("registered"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("changed"), null=True, blank=True, editable=False)

    objects = ThingQuerySet.as_manager()

    class Meta:
        verbose_name = _("thing")
        verbose_name_plural = _("things")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["active", "withdrawn", "suspended"]),
                name="thing_state_known",
            ),
        ]
        triggers = [
            # Stands in for the foreign key that clicks go without.
            FirmTrigger(
                name="thing_with_clicks_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                level=pgtrigger.Row,
                func=(
                    "IF EXISTS (SELECT FROM things_click WHERE thing_id = OLD.id) THEN"
                    " RAISE EXCEPTION 'thing % has clicks: withdraw it instead', OLD.id"
                    " USING ERRCODE = 'foreign_key_violation'; END IF; RETURN OLD;"
                ),
            ),
        ]

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

    objects = ClickQuerySet.as_manager()

    class Meta:
        verbose_name = _("click")
        verbose_name_plural = _("clicks")
        indexes = [
            # A thing's count and its latest givers.
            models.Index(fields=["thing", "clicked_at"], name="click_by_thing"),
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

    class Meta:
        verbose_name = _("pending click")
        verbose_name_plural = _("pending clicks")
        constraints = [
            models.UniqueConstraint(fields=["subscriber", "thing"], name="pending_click_once"),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber_id} → {self.thing_id}"
