"""User names that somebody gave up: old buttons carry them, so nobody else may take them."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

# How the database's refusal of such a name begins.
GIVEN_UP = "user_name_given_up"


class GivenUpName(models.Model):
    """The fingerprint of a name that its user changed, or that went with their account.

    A trigger of `accounts_user` writes it, and another one refuses a user whose name's fingerprint
    is here; see the migration 0016. `user` may take the name again; it is NULL once the account
    is deleted, as the name would else lead to the nameless books.
    """

    digest = models.CharField(_("fingerprint of the name"), max_length=64, primary_key=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="given_up_names",
        verbose_name=_("user"),
    )

    class Meta:
        verbose_name = _("name that was given up")
        verbose_name_plural = _("names that were given up")

    def __str__(self) -> str:
        return self.digest


def digest_of(username: str) -> str:
    """The fingerprint of a name, whatever its case: SHA-256 of it in lower case, in hexadecimal.

    Without a key: who has a name can ask whether it was given up, and nobody can read one.
    """
    return hashlib.sha256(username.lower().encode()).hexdigest()


def is_given_up(username: str, *, user_id: int | None = None) -> bool:
    """Whether somebody other than the user gave the name up."""
    rows = GivenUpName.objects.filter(digest=digest_of(username))
    return rows.filter(Q(user=None) | ~Q(user=user_id)).exists()


def check_not_given_up(username: str, *, user_id: int | None) -> None:
    """Raises ValidationError, of the field `username`, if somebody else gave the name up."""
    if is_given_up(username, user_id=user_id):
        raise ValidationError({"username": _("This user name is taken.")}, code="given_up")
