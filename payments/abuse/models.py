"""The rules against abuse, what they marked, and what staff decided. Nothing here moves money."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payments.payouts.models import PayoutHold
from things.fields import PeriodField
from things.triggers import refuse

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

REASON_LENGTH = 300


class AbuseRule(models.Model):
    """A rule as it is set. What it looks for is its kind; which thresholds count, `USES` says.

    `given_percent` is of what a giver gives in the period, `got_percent` of what the creator gets
    in it; `least_units` are whole units of the currency. Switched off it marks nobody.
    """

    class Kind(models.TextChoices):
        """What is looked for; `payments.abuse.rules` has a statement for each."""

        RING = "ring", _("rings: groups that give mostly to each other")
        NEW_ACCOUNTS = "new_accounts", _("many new accounts give to one creator")
        QUICK_CARD = "quick_card", _("card money, given and paid out quickly")
        ONE_ADDRESS = "one_address", _("clicks from one address for many subscribers")
        SECOND_ACCOUNT = "second_account", _("a creator clicks through a second account")

    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    name = models.CharField(_("name"), max_length=60, unique=True)
    on = models.BooleanField(_("on"), default=True)
    holds = models.BooleanField(
        _("holds payouts"),
        default=True,
        help_text=_("Nothing is paid out to whom it marks until somebody has decided."),
    )
    least_accounts = models.IntegerField(_("accounts at least"), default=2)
    least_clicks = models.IntegerField(_("clicks at least"), default=1)
    least_units = models.IntegerField(
        _("amount at least"), default=0, help_text=_("In whole units of the currency.")
    )
    given_percent = models.IntegerField(
        _("percent of what is given, at least"), default=60, help_text=_("Of each giver’s month.")
    )
    got_percent = models.IntegerField(
        _("percent of what comes in, at least"), default=60, help_text=_("Of the creator’s month.")
    )
    days = models.IntegerField(_("days"), default=14, help_text=_("What is new, or quick."))

    class Meta:
        verbose_name = _("rule against abuse")
        verbose_name_plural = _("rules against abuse")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    given_percent__gte=1,
                    given_percent__lte=100,
                    got_percent__gte=1,
                    got_percent__lte=100,
                ),
                name="abuse_rule_percents",
                violation_error_message=_("A percentage is from 1 to 100."),
            ),
            models.CheckConstraint(
                condition=Q(
                    least_accounts__gte=1,
                    least_clicks__gte=1,
                    least_units__gte=0,
                    days__gte=0,
                    days__lte=366,
                ),
                name="abuse_rule_thresholds",
                violation_error_message=_(
                    "Accounts and clicks are at least 1, amounts 0, days from 0 to 366."
                ),
            ),
        ]
        triggers = [
            refuse(
                "abuse_rule_keeps_its_kind",
                pgtrigger.Update,
                condition="NEW.kind <> OLD.kind",
                why="a rule keeps its kind",
            ),
            refuse("abuse_rule_is_never_deleted", pgtrigger.Delete, why="switch it off instead"),
        ]

    def __str__(self) -> str:
        return self.name

    def thresholds(self) -> dict[str, int]:
        """Those that count for its kind, by name."""
        return {name: int(getattr(self, name)) for name in USES[AbuseRule.Kind(self.kind)]}


# The thresholds that the statement of each kind reads.
USES: dict[AbuseRule.Kind, tuple[str, ...]] = {
    AbuseRule.Kind.RING: ("least_clicks", "least_units", "given_percent", "got_percent"),
    AbuseRule.Kind.NEW_ACCOUNTS: ("least_accounts", "given_percent", "got_percent", "days"),
    AbuseRule.Kind.QUICK_CARD: ("least_units", "given_percent", "got_percent", "days"),
    AbuseRule.Kind.ONE_ADDRESS: ("least_accounts", "given_percent", "got_percent"),
    AbuseRule.Kind.SECOND_ACCOUNT: ("least_clicks", "given_percent", "got_percent"),
}


class AbuseMark(models.Model):
    """A creator whom a rule found in a period, with the figures that it found, as they were then.

    Held, nothing of theirs is paid out; earnings stay credited. It is one for each rule, period
    and creator, however often the rule runs. `figures` are what `payments.abuse.words` puts into
    words, amounts in micros.
    """

    class State(models.TextChoices):
        """What it means now; the last two were decided by somebody."""

        OPEN = "open", _("marked, to be decided")
        HELD = "held", _("payouts held, to be decided")
        RELEASED = "released", _("nothing wrong")
        CONFIRMED = "confirmed", _("abuse; payouts stay held")

    WAITING = (State.OPEN, State.HELD)

    rule = models.ForeignKey(
        AbuseRule, on_delete=models.PROTECT, related_name="marks", verbose_name=_("rule")
    )
    period = PeriodField(_("period"))
    subject = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="abuse_marks",
        verbose_name=_("creator"),
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    figures = models.JSONField(_("figures"))
    found_at = models.DateTimeField(_("found"))
    hold = models.ForeignKey(
        PayoutHold,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="abuse_marks",
        verbose_name=_("hold"),
    )

    class Meta:
        verbose_name = _("mark of abuse")
        verbose_name_plural = _("marks of abuse")
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "rule", "period"], name="abuse_mark_once_a_period"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "held", "released", "confirmed"]),
                name="abuse_mark_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["held", "confirmed"]) | Q(hold__isnull=False),
                name="abuse_mark_held_by_a_hold",
            ),
        ]
        indexes = [
            # What waits for a decision.
            models.Index(
                fields=["id"], condition=Q(state__in=["open", "held"]), name="abuse_mark_waiting"
            ),
        ]
        triggers = [
            refuse(
                "abuse_mark_stays_itself",
                pgtrigger.Update,
                condition=(
                    "(NEW.rule_id, NEW.period, NEW.subject_id, NEW.figures, NEW.found_at)"
                    " IS DISTINCT FROM"
                    " (OLD.rule_id, OLD.period, OLD.subject_id, OLD.figures, OLD.found_at)"
                ),
                why="a mark keeps what it says",
            ),
            refuse(
                "abuse_mark_goes_forward",
                pgtrigger.Update,
                condition=(
                    "OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN ("
                    "('open', 'held'), ('open', 'released'), ('open', 'confirmed'),"
                    " ('held', 'released'), ('held', 'confirmed'),"
                    " ('confirmed', 'released'))"
                ),
                why="what was decided is decided",
            ),
            refuse("abuse_mark_is_never_deleted", pgtrigger.Delete, why="marks are kept"),
        ]

    def __str__(self) -> str:
        return f"{self.period}: {self.subject_id}"

    @property
    def why(self) -> StrOrPromise:
        """Why it was marked, in the words of the reader's language."""
        from payments.abuse.words import why

        return why(AbuseRule.Kind(self.figures["kind"]), self.figures)


class MarkedGiver(models.Model):
    """Whose clicks a mark is about: how many on the creator's things, what for, in micros."""

    mark = models.ForeignKey(
        AbuseMark, on_delete=models.PROTECT, related_name="givers", verbose_name=_("mark")
    )
    giver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="marked_giving",
        verbose_name=_("giver"),
    )
    clicks = models.IntegerField(_("clicks"))
    amount = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)

    class Meta:
        verbose_name = _("giver of a mark")
        verbose_name_plural = _("givers of marks")
        constraints = [
            models.UniqueConstraint(fields=["mark", "giver"], name="marked_giver_once"),
        ]
        triggers = [
            refuse("marked_giver_is_never_changed", pgtrigger.Update, why="marks are kept"),
            refuse("marked_giver_is_never_deleted", pgtrigger.Delete, why="marks are kept"),
        ]

    def __str__(self) -> str:
        return f"{self.mark_id}: {self.giver_id}"


class MarkDecision(models.Model):
    """What somebody of the staff decided about a mark, and why: added to, never changed.

    `for_good`: the rule never marks this creator again.
    """

    mark = models.ForeignKey(
        AbuseMark, on_delete=models.PROTECT, related_name="decisions", verbose_name=_("mark")
    )
    state = models.CharField(_("state"), max_length=10, choices=AbuseMark.State)
    for_good = models.BooleanField(_("for good"), default=False)
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("decision about a mark")
        verbose_name_plural = _("decisions about marks")
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="mark_decision_says_why"),
            models.CheckConstraint(
                condition=Q(for_good=False) | Q(state="released"), name="mark_decision_for_good"
            ),
        ]
        triggers = [
            refuse("mark_decision_is_never_changed", pgtrigger.Update, why="decisions are kept"),
            refuse("mark_decision_is_never_deleted", pgtrigger.Delete, why="decisions are kept"),
        ]

    def __str__(self) -> str:
        return f"{self.mark_id}: {self.state}"
