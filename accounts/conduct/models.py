"""That somebody of the staff looked at a person's pages as that person sees them."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.staff.models import REASON_LENGTH

LONGEST_LOOK = timedelta(hours=1)


class Looking(models.Model):
    """From `began_at` to `until`, or to `ended_at`; the person finds it under Privacy."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="looked_at",
        db_index=False,  # the index below begins with it
        verbose_name=_("whose pages"),
    )
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="looks",
        verbose_name=_("who looked"),
    )
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH)
    began_at = models.DateTimeField(_("began"))
    until = models.DateTimeField(_("until"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("look at pages")
        verbose_name_plural = _("looks at pages")
        indexes = [
            # What is shown to the person, latest first.
            models.Index(fields=["user", "-id"], name="looking_by_person"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="looking_says_why"),
            models.CheckConstraint(condition=~Q(staff=F("user")), name="looking_at_others"),
            models.CheckConstraint(
                condition=Q(until__gt=F("began_at"), until__lte=F("began_at") + LONGEST_LOOK),
                name="looking_ends_by_itself",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d %H:%M} {self.staff_id} → {self.user_id}"
