"""What partners are told, and where, and how far each message has come."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from things.addresses import URL_BYTES
from things.partners.models import Partner

SAID_LENGTH = 300


class Event(models.TextChoices):
    """What happened. The first is Flattr's."""

    PENDING_CLICK_CREATE = "pendingclickcreate", _("a click waits for somebody")
    PENDING_CLICK_DELETE = "pendingclickdelete", _("a click that waited was taken back")
    IDENTITY_VERIFY = "identityverify", _("it is proven who somebody is")
    PING = "ping", _("a message to try the address out")


class Endpoint(models.Model):
    """An address that a partner wants messages at.

    Messages go one after another, in the order of their facts: while one fails, the others wait
    until `next_at`. While a sender has the endpoint, `leased_until` is when that one must be taken
    for dead. `secret` signs, and `former_secret` too until `former_until`; both are sealed
    (`accounts.sealing`).
    """

    class State(models.TextChoices):
        """Whether messages go out."""

        ACTIVE = "active", _("active")
        PAUSED = "paused", _("paused")

    partner = models.ForeignKey(
        Partner, on_delete=models.CASCADE, related_name="endpoints", verbose_name=_("partner")
    )
    url = models.CharField(_("address"), max_length=URL_BYTES)
    secret = models.BinaryField(editable=False)
    former_secret = models.BinaryField(editable=False, default=b"")
    former_until = models.DateTimeField(_("former secret until"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=6, choices=State, default=State.ACTIVE)
    made_at = models.DateTimeField(_("made"))
    failures = models.IntegerField(_("failures since the last success"), default=0)
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True)
    next_at = models.DateTimeField(_("tried next"))
    leased_until = models.DateTimeField(_("a sender has it until"), null=True, blank=True)
    said = models.CharField(_("last answer"), max_length=SAID_LENGTH, blank=True)

    class Meta:
        verbose_name = _("address for messages")
        verbose_name_plural = _("addresses for messages")
        constraints = [
            models.UniqueConstraint(fields=["partner", "url"], name="endpoint_once"),
        ]
        indexes = [
            # What is to be tried next.
            models.Index(fields=["next_at"], condition=Q(state="active"), name="endpoint_due"),
        ]

    def __str__(self) -> str:
        return self.url


class Fact(models.Model):
    """Something that a partner is told: numbered from 1 on for each partner, without gaps.

    `uid` is the `webhook-id` of its messages, however often they are sent. `fields` are what the
    message says, in its order, and nothing that the partner may not see.
    """

    partner = models.ForeignKey(
        Partner, on_delete=models.CASCADE, related_name="facts", verbose_name=_("partner")
    )
    number = models.BigIntegerField(_("number"))
    uid = models.CharField(_("identifier"), max_length=40, unique=True)
    event = models.CharField(_("event"), max_length=20, choices=Event)
    fields = models.JSONField(_("fields"))
    happened_at = models.DateTimeField(_("happened"))

    class Meta:
        verbose_name = _("fact for a partner")
        verbose_name_plural = _("facts for partners")
        constraints = [
            models.UniqueConstraint(fields=["partner", "number"], name="fact_numbered_once"),
        ]
        indexes = [
            # What happened long ago is dropped.
            models.Index(fields=["happened_at"], name="fact_by_age"),
        ]

    def __str__(self) -> str:
        return self.uid


class Delivery(models.Model):
    """The way of one fact to one endpoint."""

    class State(models.TextChoices):
        """How far it has come."""

        WAITING = "waiting", _("waiting")
        DELIVERED = "delivered", _("delivered")

    endpoint = models.ForeignKey(
        Endpoint, on_delete=models.CASCADE, related_name="deliveries", verbose_name=_("address")
    )
    fact = models.ForeignKey(
        Fact, on_delete=models.CASCADE, related_name="deliveries", verbose_name=_("fact")
    )
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.WAITING)
    attempts = models.IntegerField(_("attempts"), default=0)
    tried_at = models.DateTimeField(_("last tried"), null=True, blank=True)
    status = models.SmallIntegerField(_("status"), null=True, blank=True)
    said = models.CharField(_("answer"), max_length=SAID_LENGTH, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "fact"], name="fact_delivered_once"),
        ]
        indexes = [
            # What waits, in the order of the facts.
            models.Index(
                fields=["endpoint", "fact"],
                condition=Q(state="waiting"),
                name="delivery_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fact_id} → {self.endpoint_id}"
