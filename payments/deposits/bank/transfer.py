"""Bank transfers as a way to pay in."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from payments.deposits.models import Refund, Way


class BankTransfer:
    """People transfer money with a reference; the bank's statement says what came."""

    way = Way.BANK
    page = "bank_transfer"
    title = _("Bank transfer")
    summary = _("From your bank’s app or page, by QR code or by hand. It takes a day or two.")

    by_hand = True

    def is_offered(self) -> bool:
        """Where the site has a bank account."""
        return bool(settings.BANK_IBAN)

    def currencies(self) -> list[str]:
        """Euros: the QR code and the SEPA area know no others."""
        return [currency for currency in settings.CURRENCIES if currency == "EUR"]

    def pay_back(self, refund: Refund) -> None:
        """An operator does, and says so in the admin."""
