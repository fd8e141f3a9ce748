"""The outbox, and what people do not want to get."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.mail.contexts import ContextDecoder, ContextEncoder
from accounts.mail.kinds import Kind

KEY_LENGTH = 160
ERROR_LENGTH = 500


class MailQuerySet(models.QuerySet["Mail"]):
    """Questions about mails."""

    def due(self, at: datetime) -> MailQuerySet:
        """Those to be sent by a moment, what concerns safety first, then who waits longest."""
        return self.filter(ended_at=None, due_at__lte=at).order_by("priority", "due_at", "id")


class Mail(models.Model):
    """One mail to one person, sent once: `key` names the occasion.

    `due_at` is when a sender may take it: at once, later after a failure, or, while one sender
    has it, when that one must be taken for dead. `context` is what the templates are given; it
    may hold the link that opens an account, so it goes when the mail has gone. `address` is
    empty where it is the user's own.
    """

    class State(models.TextChoices):
        """How far it has come; the last three are final."""

        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        SKIPPED = "skipped", _("skipped")
        GIVEN_UP = "given_up", _("given up")

    class Priority(models.IntegerChoices):
        """What goes first."""

        SAFETY = 0, _("safety")
        NEWS = 1, _("news")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="mails",
        verbose_name=_("user"),
    )
    # Without choices: a new kind is no change of the table.
    kind = models.CharField(_("kind"), max_length=40)
    key = models.CharField(_("key"), max_length=KEY_LENGTH)
    address = models.EmailField(_("address"), blank=True)
    context = models.JSONField(
        _("context"), default=dict, blank=True, encoder=ContextEncoder, decoder=ContextDecoder
    )
    priority = models.SmallIntegerField(_("priority"), choices=Priority)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    attempts = models.SmallIntegerField(_("attempts"), default=0)
    error = models.CharField(_("last failure"), max_length=ERROR_LENGTH, blank=True)
    queued_at = models.DateTimeField(_("queued"))
    due_at = models.DateTimeField(_("due"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        constraints = [
            models.UniqueConstraint(fields=["key"], name="mail_key_once"),
            models.CheckConstraint(condition=~Q(key=""), name="mail_has_a_key"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "sending"], ended_at=None)
                | Q(state__in=["sent", "skipped", "given_up"], ended_at__isnull=False),
                name="mail_ends_with_its_state",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(context={}, address=""),
                name="mail_keeps_no_secret_when_ended",
            ),
        ]
        indexes = [
            # For `due`: the few that are open, in the order in which they go.
            models.Index(
                fields=["priority", "due_at", "id"],
                condition=Q(ended_at=None),
                name="mail_by_due",
            ),
            # What ended long ago is dropped.
            models.Index(fields=["ended_at"], name="mail_by_age"),
        ]

    def __str__(self) -> str:
        return self.key

    def get_kind_display(self) -> str:
        """The kind in words; a kind that is no more by its name."""
        return str(Kind(self.kind).label) if self.kind in Kind.values else self.kind


class UnwantedKind(models.Model):
    """A kind of mail that somebody switched off."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="unwanted_kinds",
        db_index=False,  # the unique constraint begins with it
        verbose_name=_("user"),
    )
    kind = models.CharField(_("kind"), max_length=40)

    class Meta:
        verbose_name = _("unwanted kind of mail")
        verbose_name_plural = _("unwanted kinds of mail")
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="unwanted_kind_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.kind}"
