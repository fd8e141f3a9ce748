"""What is kept of Stripe: who is who there, and what it told us."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payments.deposits.models import EXTERNAL_LENGTH, Deposit
from payments.money import MAX_AMOUNT
from things.fields import PeriodField
from things.triggers import refuse


class CardCustomer(models.Model):
    """Who somebody is at Stripe. Forgotten ones are deleted there, and then here."""

    subscriber = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="card_customer",
        verbose_name=_("subscriber"),
    )
    external_id = models.CharField(_("number at the provider"), max_length=EXTERNAL_LENGTH)
    made_at = models.DateTimeField(_("made"))
    forgotten_at = models.DateTimeField(_("to be forgotten since"), null=True, blank=True)

    class Meta:
        verbose_name = _("customer at Stripe")
        verbose_name_plural = _("customers at Stripe")
        constraints = [
            models.UniqueConstraint(fields=["external_id"], name="card_customer_once_at_stripe"),
        ]

    def __str__(self) -> str:
        return self.external_id


class CardEvent(models.Model):
    """What Stripe told us once, and what we did.

    `facts` are the parts of the event's object that are used, by Stripe's names: no card, name or
    address. `payment` is the number of the payment that it is about, by which events of a payment
    that we do not know yet wait for it.
    """

    class State(models.TextChoices):
        """How far it has come."""

        DONE = "done", _("carried out")
        WAITING = "waiting", _("waits for its payment")
        OPERATOR = "operator", _("for the operator")
        IGNORED = "ignored", _("not about this site")
        BROKEN = "broken", _("failed")

    class Did(models.TextChoices):
        """What came of it."""

        NOTHING = "nothing", _("nothing")
        CREDITED = "credited", _("credited a deposit")
        UNDERWAY = "underway", _("noted that a deposit is on its way")
        FAILED = "failed", _("noted that a deposit failed")
        TAKEN_BACK = "taken_back", _("took a refund out of the wallet")
        REFUND_NOTED = "refund_noted", _("noted how far a refund is")
        REFUND_UNDONE = "refund_undone", _("brought a refund back")
        DISPUTE_NOTED = "dispute_noted", _("noted a dispute")
        CHARGED_BACK = "charged_back", _("took a disputed payment out of the wallet")
        REINSTATED = "reinstated", _("brought a disputed payment back")
        ASKED = "asked", _("asked Stripe for the refunds")
        CARD_SAVED = "card_saved", _("saved a card")
        CUSTOMER_GONE = "customer_gone", _("forgot a customer")

    external_id = models.CharField(_("number at the provider"), max_length=EXTERNAL_LENGTH)
    type = models.CharField(_("kind"), max_length=80)
    happened_at = models.DateTimeField(_("happened"))
    received_at = models.DateTimeField(_("received"))
    about = models.CharField(_("about"), max_length=EXTERNAL_LENGTH, blank=True)
    payment = models.CharField(_("payment at the provider"), max_length=EXTERNAL_LENGTH, blank=True)
    facts = models.JSONField(_("what it said"), default=dict)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.BROKEN)
    did = models.CharField(_("what it did"), max_length=20, choices=Did, default=Did.NOTHING)
    note = models.CharField(_("note"), max_length=200, blank=True)
    deposit = models.ForeignKey(
        Deposit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="card_events",
        verbose_name=_("deposit"),
    )

    class Meta:
        verbose_name = _("event of Stripe")
        verbose_name_plural = _("events of Stripe")
        constraints = [
            models.UniqueConstraint(fields=["external_id"], name="card_event_once"),
        ]
        indexes = [
            # Those of a payment that wait, and whether something later was told of a thing.
            models.Index(fields=["payment", "state"], name="card_event_by_payment"),
            models.Index(fields=["about", "happened_at"], name="card_event_by_object"),
            # For the task that tries again, and for the operator's list.
            models.Index(
                fields=["id"],
                condition=Q(state__in=["waiting", "operator", "broken"]),
                name="card_event_open",
            ),
            # Where the task that asks for what was missed begins.
            models.Index(fields=["happened_at"], name="card_event_by_time"),
        ]
        triggers = [
            refuse(
                "card_event_carried_out_is_never_changed",
                pgtrigger.Update,
                condition="OLD.state = 'done'",
                why="it was carried out",
            ),
            refuse(
                "card_event_stays_itself",
                pgtrigger.Update,
                condition=(
                    "(NEW.external_id, NEW.type, NEW.facts, NEW.happened_at)"
                    " IS DISTINCT FROM"
                    " (OLD.external_id, OLD.type, OLD.facts, OLD.happened_at)"
                ),
                why="only what came of it changes",
            ),
            refuse("card_event_is_never_deleted", pgtrigger.Delete, why="events are kept"),
            refuse("card_events_are_never_truncated", pgtrigger.Truncate, why="events are kept"),
        ]

    def __str__(self) -> str:
        return self.external_id

    def is_overtaken(self) -> bool:
        """Whether something later was told of the same thing, and carried out. One query."""
        later = CardEvent.objects.filter(
            about=self.about, happened_at__gt=self.happened_at, state=self.State.DONE
        )
        return later.exists()


class SavedCard(models.Model):
    """A card that its owner lets us charge each month. Stripe keeps it; here is what they see.

    A removed card is detached at Stripe by the task that looks after cards.
    """

    customer = models.ForeignKey(
        CardCustomer,
        on_delete=models.CASCADE,
        related_name="cards",
        verbose_name=_("customer at Stripe"),
    )
    external_id = models.CharField(_("number at the provider"), max_length=EXTERNAL_LENGTH)
    brand = models.CharField(_("brand"), max_length=30)
    last4 = models.CharField(_("last digits"), max_length=4)
    expires_year = models.SmallIntegerField(_("good until, year"))
    expires_month = models.SmallIntegerField(_("good until, month"))
    saved_at = models.DateTimeField(_("saved"))
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)
    detached_at = models.DateTimeField(_("removed at Stripe"), null=True, blank=True)

    class Meta:
        verbose_name = _("saved card")
        verbose_name_plural = _("saved cards")
        constraints = [
            models.UniqueConstraint(fields=["external_id"], name="saved_card_once_at_stripe"),
            models.UniqueConstraint(
                fields=["customer"], condition=Q(removed_at=None), name="saved_card_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand.capitalize()} •••• {self.last4}"


class Refill(models.Model):
    """An amount that a card pays into a wallet each month, as its owner allowed it.

    `amount` is in micros. `consent` is what they agreed to, in the words that they read. `next_on`
    is the day of the next payment, in the site's time zone.
    """

    class State(models.TextChoices):
        """Whether it works."""

        WORKING = "working", _("working")
        PAUSED = "paused", _("paused after a failure")
        ENDED = "ended", _("ended")

    subscriber = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="refills",
        verbose_name=_("subscriber"),
    )
    amount = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    day = models.SmallIntegerField(_("day of the month"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WORKING)
    next_on = models.DateField(_("next payment"))
    consent = models.TextField(_("what was agreed to"))
    begun_at = models.DateTimeField(_("begun"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    failure = models.CharField(_("why it failed"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("monthly refill")
        verbose_name_plural = _("monthly refills")
        constraints = [
            models.UniqueConstraint(
                fields=["subscriber"],
                condition=~Q(state="ended"),
                name="refill_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, amount__lte=MAX_AMOUNT), name="refill_amount_above_zero"
            ),
            # Each month has such a day.
            models.CheckConstraint(condition=Q(day__gte=1, day__lte=28), name="refill_on_a_day"),
            models.CheckConstraint(
                condition=Q(state="ended", ended_at__isnull=False)
                | (~Q(state="ended") & Q(ended_at=None)),
                name="refill_ended_once",
            ),
        ]
        indexes = [
            # For the task that carries out what is due.
            models.Index(fields=["next_on"], condition=Q(state="working"), name="refill_due"),
        ]
        triggers = [
            refuse(
                "refill_is_what_was_agreed_to",
                pgtrigger.Update,
                condition=(
                    "(NEW.subscriber_id, NEW.amount, NEW.currency, NEW.day, NEW.consent)"
                    " IS DISTINCT FROM"
                    " (OLD.subscriber_id, OLD.amount, OLD.currency, OLD.day, OLD.consent)"
                ),
                why="another amount or day is another agreement",
            ),
            refuse("refill_is_never_deleted", pgtrigger.Delete, why="agreements are kept"),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber_id}: {self.day}"


class RefillPayment(models.Model):
    """A month's payment of a refill. One a subscriber and month, but those that failed."""

    refill = models.ForeignKey(
        Refill, on_delete=models.PROTECT, related_name="payments", verbose_name=_("monthly refill")
    )
    subscriber = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # the index of a constraint begins with it
        verbose_name=_("subscriber"),
    )
    period = PeriodField(_("period"))
    card = models.ForeignKey(
        SavedCard, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("card")
    )
    deposit = models.OneToOneField(
        Deposit, on_delete=models.PROTECT, related_name="refill_payment", verbose_name=_("deposit")
    )
    begun_at = models.DateTimeField(_("begun"))
    failed = models.BooleanField(_("failed"), default=False)

    class Meta:
        verbose_name = _("payment of a refill")
        verbose_name_plural = _("payments of refills")
        constraints = [
            models.UniqueConstraint(
                fields=["subscriber", "period"],
                condition=Q(failed=False),
                name="refill_paid_once_a_month",
            ),
        ]
        indexes = [models.Index(fields=["subscriber", "period"], name="refill_payment_by_month")]
        triggers = [
            refuse("refill_payment_is_never_deleted", pgtrigger.Delete, why="payments are kept"),
        ]

    def __str__(self) -> str:
        return f"{self.period}: {self.deposit_id}"
