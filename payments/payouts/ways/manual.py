"""Payments that the operator makes by hand: in cash, by a service without a file, abroad."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from payments.money import format_trimmed
from payments.payouts.ways import DetailsRefused, Payment

LONGEST = 200


class ByHand:
    """The operator reads a list, pays, and notes the reference of each payment."""

    rail = "manual"
    suffix = "csv"
    content_type = "text/csv; charset=utf-8"

    def pays(self, currency: str) -> bool:
        """In every currency."""
        return bool(currency)

    def check_account(self, holder: str, number: str) -> tuple[tuple[str, str], str]:
        """A name, and words that say how to pay: one line each, 200 characters at most."""
        holder, number = " ".join(holder.split()), " ".join(number.split())
        if not holder or not number:
            raise DetailsRefused(_("Say who is paid, and how."))
        if max(len(holder), len(number)) > LONGEST or not (holder + number).isprintable():
            raise DetailsRefused(_("Use 200 characters at most, in one line."))
        return (holder, number), number if len(number) <= 40 else f"{number[:39]}…"

    def build_file(
        self, message_id: str, payments: Sequence[Payment], *, currency: str, on: date
    ) -> bytes:
        """A table to work through."""
        written = io.StringIO()
        rows = csv.writer(written, lineterminator="\n")
        rows.writerow(["payout", "holder", "account", "amount", "currency", "text"])
        for payment in payments:
            amount = format_trimmed(payment.amount)
            cells = [payment.holder, payment.number, amount, currency, payment.text]
            rows.writerow([payment.end_to_end_id, *map(_harmless, cells)])
        return written.getvalue().encode()


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in "=+-@\t\r" else cell
