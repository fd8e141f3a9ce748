"""Partners, their namespaces, the identifiers in them, and the things that wait for somebody."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from things.partners.identifiers import NAME_LENGTH

NAMESPACE_PATTERN = r"[a-z0-9](?:[a-z0-9_.-]{0,38}[a-z0-9])?"

validate_namespace = RegexValidator(
    rf"^{NAMESPACE_PATTERN}\Z",
    _("Use small letters, digits, dots, hyphens and underscores, at most 40."),
)


class Partner(models.Model):
    """A service that names its people here before they come: an operator admits it.

    It acts through the account of `user`. `last_number` is that of the latest fact that it was
    told (`things.webhooks`). `claim_page` is where its people find out how to prove who they are.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="partner",
        verbose_name=_("user"),
    )
    name = models.CharField(_("name"), max_length=120)
    claim_page = models.URLField(
        _("where its people prove who they are"), max_length=500, blank=True
    )
    active = models.BooleanField(_("active"), default=True)
    admitted_at = models.DateTimeField(_("admitted"), default=timezone.now, editable=False)
    last_number = models.BigIntegerField(_("last number"), default=0, editable=False)

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")

    def __str__(self) -> str:
        return self.name


class Namespace(models.Model):
    """The names that one partner may speak for: `partner:<namespace>:…`."""

    name = models.CharField(
        _("namespace"), max_length=40, unique=True, validators=[validate_namespace]
    )
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="namespaces", verbose_name=_("partner")
    )

    class Meta:
        verbose_name = _("namespace")
        verbose_name_plural = _("namespaces")
        constraints = [
            models.CheckConstraint(
                condition=Q(name__regex=rf"^{NAMESPACE_PATTERN}$"), name="namespace_well_formed"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Identifier(models.Model):
    """Somebody as a partner, or the hash of an e-mail address, names them.

    Nobody's until it is proven whose it is; then new things of it are that creator's at once.
    """

    name = models.CharField(_("identifier"), max_length=NAME_LENGTH, unique=True)
    namespace = models.ForeignKey(
        Namespace,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="identifiers",
        verbose_name=_("namespace"),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="identifiers",
        verbose_name=_("owner"),
    )
    made_at = models.DateTimeField(_("first named"))
    proven_at = models.DateTimeField(_("proven"), null=True, blank=True)

    class Meta:
        verbose_name = _("identifier")
        verbose_name_plural = _("identifiers")
        constraints = [
            models.CheckConstraint(
                condition=Q(owner=None, proven_at=None)
                | Q(owner__isnull=False, proven_at__isnull=False),
                name="identifier_owned_when_proven",
            ),
            models.CheckConstraint(
                condition=Q(name__startswith="email:", namespace=None)
                | Q(name__startswith="partner:", namespace__isnull=False),
                name="identifier_in_its_namespace",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Attribution(models.Model):
    """For whom a thing was made: it waits for the one whom an identifier names.

    `partner` is the one whose site, or whose namespace, named them: it is told of the clicks.
    """

    thing = models.OneToOneField(
        "things.Thing",
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="attribution",
        verbose_name=_("thing"),
    )
    identifier = models.ForeignKey(
        Identifier,
        on_delete=models.PROTECT,
        related_name="attributions",
        verbose_name=_("identifier"),
    )
    partner = models.ForeignKey(
        Partner,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="attributions",
        verbose_name=_("partner"),
    )

    class Meta:
        verbose_name = _("thing that waits for somebody")
        verbose_name_plural = _("things that wait for somebody")

    def __str__(self) -> str:
        return f"{self.thing_id}: {self.identifier_id}"
