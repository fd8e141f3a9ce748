"""What staff leave out of a month's division: one click, or all clicks on a thing."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from payments.budgets.periods import BUDGETS_LOCK
from things.fields import PeriodField
from things.models import Thing
from things.triggers import FirmTrigger, refuse

REASON_LENGTH = 500


class Exclusion(models.Model):
    """A click, or without a `subscriber` a thing, that takes no part in a period's division.

    It stands until it is undone, and once the period's settlement has begun it stays as it is.
    Those concerned read the reason in their statements.
    """

    period = PeriodField(_("period"))
    thing = models.ForeignKey(
        Thing,
        on_delete=models.PROTECT,
        related_name="exclusions",
        verbose_name=_("thing"),
    )
    subscriber = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="exclusions",
        verbose_name=_("subscriber"),
    )
    reason = models.CharField(
        _("reason"), max_length=REASON_LENGTH, help_text=_("Those concerned read it.")
    )
    excluded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("excluded by"),
    )
    excluded_at = models.DateTimeField(_("excluded"))
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("undone by"),
    )
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    class Meta:
        verbose_name = _("exclusion")
        verbose_name_plural = _("exclusions")
        constraints = [
            # The month end looks clicks and things up by these.
            models.UniqueConstraint(
                fields=["period", "thing", "subscriber"],
                condition=Q(undone_at=None, subscriber__isnull=False),
                name="click_excluded_once",
            ),
            models.UniqueConstraint(
                fields=["period", "thing"],
                condition=Q(undone_at=None, subscriber=None),
                name="thing_excluded_once",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="exclusion_says_why"),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None)
                | Q(undone_at__gte=F("excluded_at"), undone_by__isnull=False),
                name="exclusion_undone_by_somebody",
            ),
        ]
        triggers = [
            # The lock is the one that a settlement's beginning waits for, so that no exclusion
            # comes in beside it, by whatever statement.
            FirmTrigger(
                name="exclusion_before_settlement",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                level=pgtrigger.Row,
                func=(
                    f"PERFORM pg_advisory_xact_lock_shared({BUDGETS_LOCK},"
                    " (extract(year FROM NEW.period) * 100"
                    " + extract(month FROM NEW.period))::int);"
                    " IF EXISTS (SELECT FROM payments_settlement WHERE period = NEW.period) THEN"
                    " RAISE EXCEPTION 'the settlement of % has begun', to_char(NEW.period,"
                    " 'YYYY-MM') USING ERRCODE = 'integrity_constraint_violation'; END IF;"
                    " RETURN NEW;"
                ),
            ),
            refuse(
                "exclusion_is_only_undone",
                pgtrigger.Update,
                condition=(
                    "OLD.undone_at IS NOT NULL OR (OLD.period, OLD.thing_id, OLD.subscriber_id,"
                    " OLD.reason, OLD.excluded_by_id, OLD.excluded_at) IS DISTINCT FROM"
                    " (NEW.period, NEW.thing_id, NEW.subscriber_id, NEW.reason,"
                    " NEW.excluded_by_id, NEW.excluded_at)"
                ),
                why="it is undone, never changed",
            ),
            refuse("exclusion_is_never_deleted", pgtrigger.Delete, why="exclusions are kept"),
        ]

    def __str__(self) -> str:
        return f"{self.period}: {self.subscriber_id or '*'} → {self.thing_id}"
