"""How the movements of a wallet read."""

from __future__ import annotations

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments.deposits.models import Way
from payments.ledger.models import Transfer
from payments.ledger.movements import Movement
from things.periods import NotAPeriod, Period
from things.templatetags.periods import month_name

_IN: dict[str, Promise] = {
    Way.CARD: gettext_lazy("Paid in by card"),
    Way.BANK: gettext_lazy("Paid in by bank transfer"),
    Way.PLAY: gettext_lazy("Play money paid in"),
}
_BACK: dict[str, Promise] = {
    Way.CARD: gettext_lazy("Paid back to the card"),
    Way.BANK: gettext_lazy("Paid back to the bank account"),
    Way.PLAY: gettext_lazy("Play money given back"),
}
_OTHERS: dict[str, Promise] = {
    Transfer.Kind.DEPOSIT: gettext_lazy("Paid in"),
    Transfer.Kind.REGIVEN: gettext_lazy("Earnings put into giving"),
    Transfer.Kind.CHARGEBACK: gettext_lazy("A payment was taken back"),
}


def words_for(movement: Movement) -> str:
    """A movement of a wallet in a few words."""
    transfer = movement.transfer
    if transfer.kind == Transfer.Kind.DEPOSIT and transfer.debited.rail in _IN:
        return str(_IN[transfer.debited.rail])
    if transfer.kind == Transfer.Kind.MIRROR:
        return _words_for_correction(movement)
    if transfer.kind == Transfer.Kind.TIP:
        creator = transfer.credited.owner
        return (
            _("Tip to %(name)s") % {"name": creator.get_full_name()}
            if creator
            else _("Fee of a tip")
        )
    period = _period_of(transfer)
    if period is not None:
        return _("Given in %(month)s") % {"month": month_name(period)}
    known = _OTHERS.get(transfer.kind)
    return str(known) if known else str(transfer.get_kind_display()).capitalize()


def page_for(movement: Movement) -> str:
    """The page that says more about a movement, where there is one."""
    if movement.transfer.kind == Transfer.Kind.TIP:
        return reverse("given_tips")
    period = _period_of(movement.transfer)
    return reverse("giving_month", args=[period]) if period is not None else ""


def _words_for_correction(movement: Movement) -> str:
    if movement.amount < 0 and movement.transfer.credited.rail in _BACK:
        return str(_BACK[movement.transfer.credited.rail])
    if movement.amount > 0:
        return _("Came back to the wallet")
    return _("Correction")


def _period_of(transfer: Transfer) -> Period | None:
    if transfer.kind != Transfer.Kind.SHARE:
        return None
    try:
        return Period.parse(transfer.key.split(":")[1])
    except (IndexError, NotAPeriod):
        return None
