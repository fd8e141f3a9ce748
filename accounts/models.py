"""The one kind of user: anybody can subscribe, create, or do both."""

from __future__ import annotations

from zoneinfo import available_timezones

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower, Upper
from django.utils.translation import gettext_lazy as _

from accounts.visibility import Visibility, default_visibility

__all__ = [
    "Application",
    "Export",
    "ExportChunk",
    "FactorRemoval",
    "GivenUpName",
    "KeptAnswer",
    "Looking",
    "Mail",
    "StaffEntry",
    "UnconfirmedSignUp",
    "UnwantedKind",
    "UsedCode",
    "User",
]

USERNAME_LENGTH = 60
USERNAME_PATTERN = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?"

# A name is part of URLs and of file names in exports: no slash, no leading or trailing dot.
validate_username = RegexValidator(
    rf"^{USERNAME_PATTERN}\Z",
    _("Use letters, digits, dots, hyphens and underscores; no dot at either end."),
)


def validate_time_zone(name: str) -> None:
    """Raises ValidationError if the IANA database has no such zone."""
    if name not in available_timezones():
        raise ValidationError(_("There is no time zone “%(name)s”."), params={"name": name})


def default_language() -> str:
    """The site's language."""
    return settings.LANGUAGE_CODE


class UserManager(DjangoUserManager["User"]):
    """Makes users; an address that is left out is NULL, not an empty string."""

    @classmethod
    def normalize_email(cls, email: str | None) -> str | None:  # type: ignore[override]
        """In lower case, as it is stored; None where there is no address."""
        return (email or "").lower() or None


class User(AbstractUser):  # type: ignore[django-manager-missing]  # the toolkit has no types
    """A person. `username` is the public name; it is unique whatever its case.

    A user without an e-mail address cannot sign in by mail; imported users have none.
    A suspended user neither gives nor gets: their clicks are refused, and a settlement
    passes over their budget and over clicks on their things.
    """

    first_name = None  # type: ignore[assignment]  # one display name serves every culture
    last_name = None  # type: ignore[assignment]

    username = models.CharField(
        _("user name"),
        max_length=USERNAME_LENGTH,
        unique=True,
        validators=[validate_username],
        error_messages={"unique": _("This user name is taken.")},
    )
    # NULL, as several people without an address would have the same empty one.
    email = models.EmailField(  # type: ignore[assignment]  # noqa: DJ001
        _("e-mail address"), null=True, blank=True
    )
    display_name = models.CharField(_("display name"), max_length=120, blank=True)
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default=default_language
    )
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_time_zone]
    )
    suspended = models.BooleanField(
        _("suspended"), default=False, help_text=_("A suspended user neither gives nor gets.")
    )
    suspension_reason = models.CharField(
        _("reason of the suspension"),
        max_length=500,
        blank=True,
        default="",
        db_default="",
        help_text=_("The person reads it."),
    )
    # The database's own default is the most reserved one: who is made by SQL alone, as those of
    # an imported month are, was never asked.
    visibility = models.SmallIntegerField(
        _("giving is"),
        choices=Visibility,
        default=default_visibility,
        db_default=Visibility.ANONYMOUS,
        help_text=_("Who learns what the user gives, where they choose nothing else."),
    )

    objects = UserManager()  # type: ignore[misc]  # narrower than AbstractUser's

    REQUIRED_FIELDS = ["email"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        permissions = [
            ("appoint_user", _("Can say who is staff, and in which groups")),
            ("suspend_user", _("Can suspend people and restore them")),
            ("look_as_user", _("Can see people’s pages as they do")),
        ]
        indexes = [
            # Each settlement asks for the few who are suspended.
            models.Index(fields=["id"], condition=models.Q(suspended=True), name="user_suspended"),
            # `username__iexact`, as people type names, and sites write them into their buttons.
            models.Index(Upper("username"), name="user_by_name"),
            # The few who are staff, as the operator lists them.
            models.Index(
                fields=["username"], condition=models.Q(is_staff=True), name="user_of_staff"
            ),
            # The few whose account is closed.
            models.Index(
                fields=["username"], condition=models.Q(is_active=False), name="user_closed"
            ),
            # The operator's search for a part of a name or address.
            GinIndex(
                OpClass(models.F("username"), name="gin_trgm_ops"),
                OpClass(models.F("display_name"), name="gin_trgm_ops"),
                OpClass(models.F("email"), name="gin_trgm_ops"),
                name="user_by_parts",
            ),
            # Sign-in by address.
            models.Index(fields=["email"], name="user_by_address"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(username__regex=rf"^{USERNAME_PATTERN}$"),
                name="user_username_well_formed",
            ),
            models.UniqueConstraint(
                Lower("username"),
                name="user_username_unique_whatever_case",
                violation_error_message=_("This user name is taken."),
            ),
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique_whatever_case",
                violation_error_message=_("This e-mail address is in use."),
            ),
            models.CheckConstraint(
                condition=models.Q(visibility__in=Visibility.values),
                name="user_visibility_known",
            ),
            models.CheckConstraint(
                condition=models.Q(email__isnull=True) | ~models.Q(email=""),
                name="user_email_not_empty",
                violation_error_message=_("Leave the e-mail address out rather than empty."),
            ),
            models.CheckConstraint(
                condition=models.Q(email__isnull=True) | models.Q(email=Lower("email")),
                name="user_email_in_lower_case",
                violation_error_message=_("Write the e-mail address in lower case."),
            ),
        ]

    def clean(self) -> None:
        """Store addresses in lower case, and none as NULL: empty ones would be duplicates.

        Raises ValidationError for a name that somebody else gave up.
        """
        super().clean()
        self.email = (self.email or "").lower() or None
        check_not_given_up(self.username, user_id=self.pk)

    def get_full_name(self) -> str:
        """The name to greet and to list by: the display name, else the public name."""
        return self.display_name or self.username

    def get_short_name(self) -> str:
        """The same as the full name: a display name is not taken apart."""
        return self.get_full_name()


# The models of this app's rooms, named where Django looks for them.
from accounts.api.models import KeptAnswer  # noqa: E402
from accounts.conduct.models import Looking  # noqa: E402
from accounts.entrance.given_up import GivenUpName, check_not_given_up  # noqa: E402
from accounts.entrance.models import UnconfirmedSignUp  # noqa: E402
from accounts.mail.models import Mail, UnwantedKind  # noqa: E402
from accounts.oauth.models import Application, UsedCode  # noqa: E402
from accounts.privacy.models import Export, ExportChunk  # noqa: E402
from accounts.security.models import FactorRemoval  # noqa: E402
from accounts.staff.models import StaffEntry  # noqa: E402
