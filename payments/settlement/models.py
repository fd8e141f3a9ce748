"""A month end, its stages and shards, and what it found each thing and creator earned."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from payments.money import BASIS_POINTS
from things.fields import PeriodField
from things.models import Thing
from things.triggers import refuse

_PUBLISHED = "published figures are kept as they are"


class Settlement(models.Model):
    """The month end of one period. It exists from the moment at which the period was closed."""

    period = PeriodField(_("period"), unique=True)
    fee_basis_points = models.IntegerField(
        _("fee in basis points"), help_text=_("Of a creator's gross; 1000 are 10 %.")
    )
    closed_at = models.DateTimeField(_("closed"))
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    # Who and what takes no part: suspended or excluded when the period was closed, decided once
    # for all shards. Single clicks that are excluded are `Exclusion`s.
    left_out_subscribers = ArrayField(
        models.BigIntegerField(), verbose_name=_("subscribers left out"), default=list, blank=True
    )
    in_debt = ArrayField(
        models.BigIntegerField(),
        verbose_name=_("of these for a debt"),
        default=list,
        db_default=[],
        blank=True,
    )
    left_out_things = ArrayField(
        models.BigIntegerField(), verbose_name=_("things left out"), default=list, blank=True
    )

    class Meta:
        verbose_name = _("settlement")
        verbose_name_plural = _("settlements")
        permissions = [("run_settlement", _("Can start month ends"))]
        ordering = ["-period"]
        constraints = [
            models.CheckConstraint(
                condition=Q(fee_basis_points__gte=0, fee_basis_points__lte=BASIS_POINTS),
                name="settlement_fee_in_bounds",
            ),
        ]
        triggers = [
            refuse(
                "settlement_stays_settled",
                pgtrigger.Update,
                condition="OLD.settled_at IS NOT NULL",
                why="the period is settled",
            ),
            refuse("settlement_is_never_deleted", pgtrigger.Delete, why="settlements are kept"),
        ]

    def __str__(self) -> str:
        return str(self.period)


class Stage(models.Model):
    """One step of a settlement; it ends when its last shard has ended."""

    class Name(models.TextChoices):
        """In the order in which they run."""

        CLOSE = "close", _("close the period")
        SHARE = "share", _("share out the budgets")
        EARN = "earn", _("add up the things")
        CREDIT = "credit", _("credit the creators")

    settlement = models.ForeignKey(
        Settlement, on_delete=models.CASCADE, related_name="stages", verbose_name=_("settlement")
    )
    name = models.CharField(_("name"), max_length=6, choices=Name)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        constraints = [
            models.UniqueConstraint(fields=["settlement", "name"], name="stage_once"),
        ]

    def __str__(self) -> str:
        return f"{self.settlement_id} {self.name}"


class Shard(models.Model):
    """A range of subscribers or of things, both ends included, done in one transaction."""

    stage = models.ForeignKey(
        Stage, on_delete=models.CASCADE, related_name="shards", verbose_name=_("stage")
    )
    first = models.BigIntegerField(_("from"))
    last = models.BigIntegerField(_("to"))
    written = models.IntegerField(_("rows written"), default=0)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    worker = models.CharField(_("done by"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("shard")
        verbose_name_plural = _("shards")
        constraints = [
            models.UniqueConstraint(fields=["stage", "first"], name="shard_once"),
            models.CheckConstraint(condition=Q(first__lte=F("last")), name="shard_is_a_range"),
        ]

    def __str__(self) -> str:
        return f"{self.stage_id}: {self.first}–{self.last}"


class ThingEarnings(models.Model):
    """What one thing earned in one period and currency, in micros, before the fee.

    `lowest` and `highest` are the smallest and largest share among its clicks. The references
    go without foreign keys: the statement that writes the rows joins both tables, and neither
    lets a row with clicks or accounts be deleted.
    """

    period = PeriodField(_("period"))
    thing = models.ForeignKey(
        Thing,
        on_delete=models.PROTECT,
        related_name="earnings",
        db_constraint=False,
        db_index=False,
        verbose_name=_("thing"),
    )
    creator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="thing_earnings",
        db_constraint=False,
        db_index=False,
        verbose_name=_("creator"),
    )
    currency = models.CharField(_("currency"), max_length=3)
    clicks = models.IntegerField(_("clicks"))
    gross = models.BigIntegerField(_("gross"))
    lowest = models.BigIntegerField(_("lowest"))
    highest = models.BigIntegerField(_("highest"))

    class Meta:
        verbose_name = _("earnings of a thing")
        verbose_name_plural = _("earnings of things")
        constraints = [
            models.UniqueConstraint(
                fields=["thing", "period", "currency"], name="thing_earns_once_a_period"
            ),
            models.CheckConstraint(
                condition=Q(clicks__gt=0, lowest__gte=0, highest__gte=F("lowest"))
                & Q(gross__gte=F("lowest") * F("clicks"), gross__lte=F("highest") * F("clicks")),
                name="thing_earnings_add_up",
            ),
        ]
        indexes = [
            # A creator's month, and the credit stage's sums.
            models.Index(fields=["period", "creator"], name="thing_earnings_by_creator"),
        ]
        triggers = [
            refuse("thing_earnings_are_never_changed", pgtrigger.Update, why=_PUBLISHED),
            refuse("thing_earnings_are_never_deleted", pgtrigger.Delete, why=_PUBLISHED),
        ]

    def __str__(self) -> str:
        return f"{self.period}: {self.thing_id}"

    @property
    def mean(self) -> int:
        """What a click was worth on average, in micros, rounded down."""
        return self.gross // self.clicks


class CreatorEarnings(models.Model):
    """What one creator earned in one period and currency, in micros: gross, fee and net."""

    period = PeriodField(_("period"))
    creator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="earnings",
        verbose_name=_("creator"),
    )
    currency = models.CharField(_("currency"), max_length=3)
    things = models.IntegerField(_("things"))
    clicks = models.IntegerField(_("clicks"))
    gross = models.BigIntegerField(_("gross"))
    fee = models.BigIntegerField(_("fee"))
    net = models.BigIntegerField(_("net"))

    class Meta:
        verbose_name = _("earnings of a creator")
        verbose_name_plural = _("earnings of creators")
        constraints = [
            models.UniqueConstraint(
                fields=["period", "creator", "currency"], name="creator_earns_once_a_period"
            ),
            models.CheckConstraint(
                condition=Q(fee__gte=0, net__gte=0, gross=F("fee") + F("net")),
                name="creator_gross_is_fee_and_net",
            ),
        ]
        triggers = [
            refuse("creator_earnings_are_never_changed", pgtrigger.Update, why=_PUBLISHED),
            refuse("creator_earnings_are_never_deleted", pgtrigger.Delete, why=_PUBLISHED),
        ]

    def __str__(self) -> str:
        return f"{self.period}: {self.creator_id}"

    @property
    def mean(self) -> int:
        """What a click was worth on average, in micros, rounded down."""
        return self.gross // self.clicks


class PeriodFigures(models.Model):
    """The public figures of a settled period in one currency; amounts in micros.

    `mean` and `median` are of what a click was worth, over all clicks; rounded down.
    """

    settlement = models.ForeignKey(
        Settlement, on_delete=models.CASCADE, related_name="figures", verbose_name=_("settlement")
    )
    currency = models.CharField(_("currency"), max_length=3)
    subscribers = models.IntegerField(_("subscribers"), help_text=_("Those whose clicks counted."))
    creators = models.IntegerField(_("creators"))
    things = models.IntegerField(_("things"))
    clicks = models.IntegerField(_("clicks"))
    given = models.BigIntegerField(_("given"))
    fee = models.BigIntegerField(_("fee"))
    mean = models.BigIntegerField(_("mean worth of a click"))
    median = models.BigIntegerField(_("median worth of a click"))

    class Meta:
        verbose_name = _("figures of a period")
        verbose_name_plural = _("figures of periods")
        ordering = ["currency"]
        constraints = [
            models.UniqueConstraint(fields=["settlement", "currency"], name="figures_once"),
        ]
        triggers = [
            refuse("figures_are_never_changed", pgtrigger.Update, why=_PUBLISHED),
            refuse("figures_are_never_deleted", pgtrigger.Delete, why=_PUBLISHED),
        ]

    def __str__(self) -> str:
        return f"{self.settlement_id} {self.currency}"


class AuditRun(models.Model):
    """One run of the audit over the whole ledger: what led to it, and what it found.

    `findings` has an entry for each check that found a fault: its name, how many rows offend, and
    the first of them.
    """

    class Cause(models.TextChoices):
        """What led to it."""

        CLOCK = "clock", _("the clock")
        SETTLEMENT = "settlement", _("a settlement")
        COMMAND = "command", _("a command")

    cause = models.CharField(_("cause"), max_length=10, choices=Cause)
    thorough = models.BooleanField(
        _("thorough"), help_text=_("Whether every click was counted again.")
    )
    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"))
    checks = models.IntegerField(_("checks"))
    sound = models.BooleanField(_("sound"))
    findings = models.JSONField(_("findings"), default=list, blank=True)

    class Meta:
        verbose_name = _("audit")
        verbose_name_plural = _("audits")
        ordering = ["-ended_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sound=True, findings=[]) | (Q(sound=False) & ~Q(findings=[])),
                name="audit_says_what_it_found",
            ),
        ]
        indexes = [
            # The last run, of all and of the thorough ones.
            models.Index(fields=["thorough", "-ended_at"], name="audit_by_age"),
        ]
        triggers = [
            refuse("audit_is_never_changed", pgtrigger.Update, why="audits are kept as they are"),
            refuse(
                "faults_are_never_forgotten",
                pgtrigger.Delete,
                condition="NOT OLD.sound",
                why="an audit that found a fault is kept",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ended_at:%Y-%m-%d %H:%M} {'sound' if self.sound else 'unsound'}"
