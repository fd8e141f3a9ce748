"""The kinds of mail that the site sends. docs/mail.md says how one is added."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What a mail is about, in the words of who gets it: `mail/<kind>.txt` and `.html` say it.

    Each can be switched off but those in ALWAYS_SENT.
    """

    MONTH_GIVEN = "month_given", _("What I gave, when a month is settled")
    MONTH_EARNED = "month_earned", _("What I earned, when a month is settled")
    FIRST_CLICK = "first_click", _("The first click on something of mine")
    WEEK_RECEIVED = "week_received", _("What my things received, each week")
    TIP_ARRIVED = "tip_arrived", _("Somebody gave me a tip")
    MEANS_LOW = "means_low", _("My wallet will not cover the next budget")
    CLICKS_SKIPPED = "clicks_skipped", _("Standing clicks were skipped for want of means")
    DEPOSIT_ARRIVED = "deposit_arrived", _("Money arrived in my wallet")
    PAYMENT_TAKEN_BACK = "payment_taken_back", _("A payment of mine was taken back")
    REFILL_BEGUN = "refill_begun", _("A monthly refill was set up")
    REFILL_FAILED = "refill_failed", _("The monthly refill failed")
    CLAIM_LAPSING = "claim_lapsing", _("The proof of a site of mine is gone")
    CLAIM_LAPSED = "claim_lapsed", _("A site is no longer proven to be mine")
    CLAIM_CONTESTED = "claim_contested", _("Somebody else has proven a site of mine")
    WEBHOOKS_PAUSED = "webhooks_paused", _("Messages to a service of mine do not arrive")
    PAYOUT_SENT = "payout_sent", _("A payout is on its way")
    PAYOUT_PAID = "payout_paid", _("A payout was paid")
    PAYOUT_RETURNED = "payout_returned", _("A payout was refused or came back")
    PAYOUT_HELD = "payout_held", _("Payouts of mine are held until somebody has looked")
    PAYOUT_RELEASED = "payout_released", _("Payouts of mine are no longer held")
    PAYOUT_DETAILS = "payout_details", _("Where I am paid has changed")
    CONFIRM_ADDRESS = "confirm_address", _("A code that confirms my address")
    RESET_CODE = "reset_code", _("A code with which I choose a new password")
    ACCOUNT_EXISTS = "account_exists", _("Somebody signed up with my address")
    ADDRESS_CHANGED = "address_changed", _("My address was changed")
    PASSWORD_CHANGED = "password_changed", _("My password was changed")
    FACTORS_CHANGED = "factors_changed", _("A second factor was added or removed")
    EXPORT_READY = "export_ready", _("The export of my data is ready")
    ACCOUNT_DELETED = "account_deleted", _("My account is deleted")
    LOOKED_AT = "looked_at", _("The people who run the site looked at my pages")
    DECISION = "decision", _("A decision of the people who run the site about me")

    @property
    def always_sent(self) -> bool:
        """Whether it concerns the safety of an account or of money: then nobody can switch it off.

        It also goes before what can wait.
        """
        return self in ALWAYS_SENT


# Who pays with a stolen card or a taken-over account is noticed by these.
ALWAYS_SENT = frozenset(
    {
        Kind.DEPOSIT_ARRIVED,
        Kind.PAYMENT_TAKEN_BACK,
        Kind.REFILL_BEGUN,
        Kind.REFILL_FAILED,
        Kind.PAYOUT_PAID,
        Kind.PAYOUT_RETURNED,
        Kind.PAYOUT_HELD,
        Kind.PAYOUT_RELEASED,
        Kind.PAYOUT_DETAILS,
        Kind.CONFIRM_ADDRESS,
        Kind.RESET_CODE,
        Kind.ACCOUNT_EXISTS,
        Kind.ADDRESS_CHANGED,
        Kind.PASSWORD_CHANGED,
        Kind.FACTORS_CHANGED,
        Kind.EXPORT_READY,
        Kind.ACCOUNT_DELETED,
        Kind.DECISION,
    }
)


def switchable_kinds() -> list[Kind]:
    """The kinds that can be switched off, in the order of their list."""
    return [kind for kind in Kind if not kind.always_sent]
