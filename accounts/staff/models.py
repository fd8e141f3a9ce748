"""The log of what staff did: appended to, never changed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

REASON_LENGTH = 500
CALLED_LENGTH = 200


class StaffEntry(models.Model):
    """One deed, download, look or command: who, when, from where, what before and after, and why.

    Triggers in the database refuse to update, delete or truncate it. `before` and `after` hold the
    columns that changed, each as a text; secrets and sealed values never stand there, and names
    and addresses of people stand there shortened, since they outlive the account. `about` is whom
    it concerns.
    """

    class Kind(models.TextChoices):
        """What sort of thing was done."""

        ADD = "add", _("added")
        CHANGE = "change", _("changed")
        DELETE = "delete", _("deleted")
        DEED = "deed", _("deed")
        DOWNLOAD = "download", _("download")
        LOOK = "look", _("look")
        COMMAND = "command", _("command")

    class Outcome(models.TextChoices):
        """How it ended."""

        DONE = "done", _("done")
        REFUSED = "refused", _("refused")
        FAILED = "failed", _("failed")

    at = models.DateTimeField(_("when"))
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="staff_entries",
        db_index=False,  # the index below begins with it
        verbose_name=_("who"),
    )
    operator = models.CharField(
        _("operator"), max_length=60, blank=True, help_text=_("Who ran a command, by their login.")
    )
    address = models.GenericIPAddressField(_("from where"), null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    outcome = models.CharField(_("outcome"), max_length=7, choices=Outcome, default=Outcome.DONE)
    deed = models.CharField(_("deed"), max_length=100, blank=True)
    subject = models.CharField(_("table or page"), max_length=100, blank=True)
    row = models.CharField(_("row"), max_length=100, blank=True)
    called = models.CharField(_("called"), max_length=CALLED_LENGTH, blank=True)
    # Somebody who never confirmed their sign-up goes, and what was done about them stays.
    about = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="staff_entries_about",
        db_index=False,  # the index below begins with it
        verbose_name=_("whom it concerns"),
    )
    before = models.JSONField(_("before"), default=dict, blank=True)
    after = models.JSONField(_("after"), default=dict, blank=True)
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH, blank=True)

    class Meta:
        verbose_name = _("entry of the staff log")
        verbose_name_plural = _("staff log")
        indexes = [
            # What one person did; what was done about one; one kind: latest first.
            models.Index(fields=["staff", "-id"], name="staff_entry_by_staff"),
            models.Index(fields=["about", "-id"], name="staff_entry_by_person"),
            models.Index(fields=["kind", "-id"], name="staff_entry_by_kind"),
            models.Index(fields=["subject", "row"], name="staff_entry_by_row"),
            # What commands did, by the login of who ran them.
            models.Index(
                fields=["operator", "-id"], condition=~Q(operator=""), name="staff_entry_by_login"
            ),
            # The few that did not end well.
            models.Index(fields=["-id"], condition=~Q(outcome="done"), name="staff_entry_not_done"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(staff__isnull=False) | ~Q(operator=""),
                name="staff_entry_says_who",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.kind} {self.deed or self.subject}"
