"""Sign-ups that wait for their code."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class UnconfirmedSignUpQuerySet(models.QuerySet["UnconfirmedSignUp"]):
    """Questions about sign-ups."""

    def begun_before(self, moment: datetime) -> UnconfirmedSignUpQuerySet:
        """Those that have waited since before a moment, of users who never came in."""
        return self.filter(begun_at__lt=moment, user__last_login=None)


class UnconfirmedSignUp(models.Model):
    """A user who has not confirmed their address yet. The row goes when they do."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="unconfirmed_sign_up",
        verbose_name=_("user"),
    )
    begun_at = models.DateTimeField(_("begun"), db_index=True)

    objects = UnconfirmedSignUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("unconfirmed sign-up")
        verbose_name_plural = _("unconfirmed sign-ups")

    def __str__(self) -> str:
        return str(self.user_id)
