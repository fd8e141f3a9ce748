"""What is kept about people who pay in."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.privacy.kept import Fate, Kept, keep
from payments.ledger.personal import BOOKS
from payments.money import format_exact

_AMOUNT = {"amount": format_exact}


def register() -> None:
    """Add this room's tables to the register."""
    keep(
        Kept(
            name="deposits",
            model="payments.Deposit",
            title=_("What you paid in"),
            why=_("To credit it to your wallet, and to send it back the way it came."),
            how_long=BOOKS,
            fate=Fate.NAMELESS,
            owner="subscriber",
            columns=(
                "begun_at",
                "arrived_at",
                "way",
                "amount",
                "currency",
                "state",
                "failure",
                "key",
                "external_id",
            ),
            left_out={
                "wallet": "the one of this currency",
                "transfer": "is in the list of movements",
            },
            written=_AMOUNT,
        ),
        Kept(
            name="refunds",
            model="payments.Refund",
            title=_("What was sent back to you"),
            why=_("To send it, and to prove that it was sent."),
            how_long=BOOKS,
            fate=Fate.NAMELESS,
            owner="deposit__subscriber",
            columns=(
                "asked_at",
                "ended_at",
                "amount",
                "currency",
                "state",
                "failure",
                "key",
                "external_id",
            ),
            left_out={
                "asked_by": "you, or who of the staff did it",
                "ended_by": "who of the staff did it",
                "transfer": "is in the list of movements",
                "undone_by": "is in the list of movements",
            },
            written=_AMOUNT,
        ),
        Kept(
            name="disputes",
            model="payments.Dispute",
            title=_("Complaints to your bank about what you paid in"),
            why=_("To answer them."),
            how_long=BOOKS,
            fate=Fate.NAMELESS,
            owner="deposit__subscriber",
            columns=(
                "opened_at",
                "answer_by",
                "amount",
                "currency",
                "reason",
                "state",
                "external_id",
            ),
            left_out={
                "chargeback": "is in the list of movements",
                "reinstated": "is in the list of movements",
            },
            written=_AMOUNT,
        ),
        Kept(
            name="bank_bookings",
            model="payments.BankLine",
            title=_("Bookings of what you paid in by bank transfer"),
            why=_("To know whose a transfer is, and where to send it back."),
            how_long=BOOKS,
            fate=Fate.NAMELESS,
            owner="deposit__subscriber",
            columns=(
                "booked_on",
                "amount",
                "currency",
                "incoming",
                "reversal",
                "party",
                "party_account",
                "text",
                "reference",
                "end_to_end_id",
                "return_reason",
                "read_at",
            ),
            left_out={
                "key": "a number",
                "account": "the site's own",
                "entry_reference": "the bank's number",
                "payments": "how many payments the booking holds",
                "why": "why it waited for the operator",
                "state": "what the operator made of it",
                "decided_by": "who of the staff did it",
                "decided_at": "when the operator did it",
                "note": "what the operator made of it",
            },
            written=_AMOUNT,
        ),
    )
