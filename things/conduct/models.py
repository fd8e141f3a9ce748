"""What people, or the check of what is submitted, report of things and of people's texts."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from things.triggers import refuse

WORDS_LENGTH = 1000
REASON_LENGTH = 500


class Report(models.Model):
    """A report about a thing, or about a person's page; it waits until staff decide.

    `source` tells who made it: somebody, with or without an account, or the check of what is
    submitted. The address of who reported goes once they were told what came of it.
    """

    class Source(models.TextChoices):
        """Who made it."""

        PERSON = "person", _("somebody")
        CHECK = "check", _("the check of what is submitted")

    class Ground(models.TextChoices):
        """What is wrong with it."""

        NOT_THEIRS = "not_theirs", _("It is somebody else’s work, or pretends to be somebody else")
        DECEIT = "deceit", _("It deceives people, or is a fraud")
        HATE = "hate", _("It threatens or incites hatred")
        ILLEGAL = "illegal", _("It breaks the law otherwise")
        SPAM = "spam", _("It is spam")
        OTHER = "other", _("Something else")

    class State(models.TextChoices):
        """All but the first are final."""

        OPEN = "open", _("waits")
        HIDDEN = "hidden", _("hidden")
        SUSPENDED = "suspended", _("suspended")
        DISMISSED = "dismissed", _("dismissed")

    source = models.CharField(_("source"), max_length=6, choices=Source, default=Source.PERSON)
    thing = models.ForeignKey(
        "things.Thing",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="reports",
        verbose_name=_("thing"),
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="reports_about",
        verbose_name=_("person"),
    )
    ground = models.CharField(_("what is wrong"), max_length=10, choices=Ground)
    words = models.CharField(_("in their words"), max_length=WORDS_LENGTH, blank=True)
    email = models.EmailField(_("where to answer"), blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="reports",
        verbose_name=_("reported by"),
    )
    reported_at = models.DateTimeField(_("reported"))
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.OPEN)
    reason = models.CharField(_("reason of the decision"), max_length=REASON_LENGTH, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    told_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        permissions = [("decide_report", _("Can decide what was reported"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(thing__isnull=False, person=None) | Q(thing=None, person__isnull=False),
                name="report_about_one",
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_by=None, decided_at=None, reason="")
                | ~Q(state="open")
                & ~Q(reason="")
                & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="report_decided_with_reason",
            ),
            # What the check finds again while it waits is no second report.
            models.UniqueConstraint(
                fields=["thing"],
                condition=Q(source="check", state="open"),
                name="thing_found_once",
            ),
        ]
        indexes = [
            # The queue, and how much of it waits.
            models.Index(fields=["id"], condition=Q(state="open"), name="report_waiting"),
        ]
        triggers = [
            refuse(
                "report_stays_decided",
                pgtrigger.Update,
                condition="OLD.state <> 'open' AND NEW.state <> OLD.state",
                why="the report is decided",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.thing or self.person}"


class FailedCheck(models.Model):
    """A thing that the chosen check of what is submitted gave no answer about.

    It is asked again at `due_at`; without it, it was asked `tries` times in vain and waits for
    staff. The row goes as soon as there is an answer.
    """

    thing = models.OneToOneField(
        "things.Thing",
        on_delete=models.CASCADE,
        related_name="failed_check",
        verbose_name=_("thing"),
    )
    tries = models.PositiveIntegerField(_("tries"), default=0)
    why = models.CharField(_("what went wrong"), max_length=REASON_LENGTH, blank=True)
    failed_at = models.DateTimeField(_("asked last"))
    due_at = models.DateTimeField(_("asked again"), null=True, blank=True)

    class Meta:
        verbose_name = _("check without an answer")
        verbose_name_plural = _("checks without an answer")
        # What is due, and what waits for staff.
        indexes = [models.Index(fields=["due_at"], name="failed_check_due")]

    def __str__(self) -> str:
        return str(self.thing)


class SpamTerm(models.Model):
    """A word, or a host with all below it, by which the check of what is submitted goes."""

    class Kind(models.TextChoices):
        """What it is compared with."""

        WORD = "word", _("word in a title, description or tag")
        HOST = "host", _("host of an address, and all below it")

    class Verdict(models.TextChoices):
        """What a thing with it is."""

        SUSPECT = "suspect", _("suspect")
        SPAM = "spam", _("spam")

    kind = models.CharField(_("kind"), max_length=4, choices=Kind)
    text = models.CharField(
        _("text"), max_length=200, help_text=_("In lower case: casino, or spam.example.")
    )
    verdict = models.CharField(_("verdict"), max_length=7, choices=Verdict, default=Verdict.SPAM)
    added_at = models.DateTimeField(_("added"), auto_now_add=True)

    class Meta:
        verbose_name = _("sign of spam")
        verbose_name_plural = _("signs of spam")
        ordering = ["kind", "text"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "text"], name="spam_term_once"),
            models.CheckConstraint(
                condition=~Q(text="") & Q(text=Lower("text")),
                name="spam_term_in_lower_case",
                violation_error_message=_("Write it in lower case."),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    def clean(self) -> None:
        """In lower case, without spaces around it."""
        self.text = self.text.strip().lower()
