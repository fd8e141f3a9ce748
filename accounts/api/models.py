"""Answers kept for clients that send a request a second time."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

KEY_LENGTH = 255


class KeptAnswer(models.Model):
    """What a write with an `Idempotency-Key` was answered; kept for a day.

    `fingerprint` is the SHA-256 of the method, the address and the body.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, verbose_name=_("user")
    )
    key = models.CharField(_("key"), max_length=KEY_LENGTH)
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    status = models.SmallIntegerField(_("status"), null=True)
    body = models.JSONField(_("body"), null=True)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("kept answer")
        verbose_name_plural = _("kept answers")
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="kept_answer_once"),
        ]
        indexes = [
            # What is older than a day is dropped.
            models.Index(fields=["created_at"], name="kept_answer_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.key}"
