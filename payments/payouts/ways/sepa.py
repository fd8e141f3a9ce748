"""SEPA credit transfers: a pain.001 file for the operator's bank.

ISO 20022 pain.001.001.09 as the SEPA Credit Transfer rulebook of 2023 asks for it, in the
version of `settings.PAYOUT_PAIN`, since banks take to new ones at their own pace.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib import resources

from django.conf import settings
from django.utils.translation import gettext as _
from lxml import etree
from schwifty import IBAN
from schwifty.exceptions import SchwiftyException
from sepaxml import SepaTransfer
from text_unidecode import unidecode

from payments.money import MICROS
from payments.payouts.ways import DetailsRefused, Payment

# What the European Payments Council allows for a name.
LONGEST_NAME = 70
_CENT = MICROS // 100
_OUTSIDE_THE_ALPHABET = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")


class InvalidFile(Exception):
    """The file is not valid against its schema: a defect, so nothing is sent."""


class CreditTransfer:
    """One file a batch; the bank books each payment by itself."""

    rail = "sepa"
    suffix = "xml"
    content_type = "application/xml"

    def pays(self, currency: str) -> bool:
        """In euros, where the site has an account to pay from."""
        return currency == "EUR" and bool(settings.BANK_IBAN)

    def check_account(self, holder: str, number: str) -> tuple[tuple[str, str], str]:
        """A name of 70 characters at most, and an IBAN of the SEPA area with right check digits."""
        holder = " ".join(holder.split())
        if not holder or len(holder) > LONGEST_NAME or not in_alphabet(holder):
            raise DetailsRefused(
                _("Give the name of the account’s holder, in 70 characters at most.")
            )
        try:
            iban = IBAN(number, validate_bban=True)
        except SchwiftyException as error:
            raise DetailsRefused(
                _("This is no IBAN: a digit or letter is wrong or missing.")
            ) from error
        if not iban.in_sepa_zone:
            raise DetailsRefused(_("This account is outside the SEPA area."))
        return (holder, iban.compact), f"{iban.compact[:4]} … {iban.compact[-4:]}"

    def build_file(
        self, message_id: str, payments: Sequence[Payment], *, currency: str, on: date
    ) -> bytes:
        """The pain.001 file, checked against its schema. Raises InvalidFile."""
        transfer = SepaTransfer(
            {
                "name": in_alphabet(settings.BANK_HOLDER)[:LONGEST_NAME],
                "IBAN": settings.BANK_IBAN,
                **({"BIC": settings.BANK_BIC} if settings.BANK_BIC else {}),
                "batch": True,
                "currency": currency,
            },
            schema=settings.PAYOUT_PAIN,
            clean=True,
        )
        for payment in payments:
            transfer.add_payment(
                {
                    "name": in_alphabet(payment.holder),
                    "IBAN": payment.number,
                    "amount": payment.amount // _CENT,
                    "execution_date": on,
                    "description": in_alphabet(payment.text)[:140],
                    "endtoend_id": payment.end_to_end_id,
                }
            )
        document = etree.fromstring(transfer.export(validate=False))
        # One order for all payments, but a booking for each: the statement then names them. The
        # library's own names for file and order are random, and nothing would be found by them.
        _put(document, "MsgId", message_id)
        _put(document, "PmtInfId", message_id)
        _put(document, "BtchBookg", "false")
        _check_schema(document)
        return bytes(etree.tostring(document, xml_declaration=True, encoding="UTF-8"))


def in_alphabet(text: str) -> str:
    """The text in the letters that every bank of the SEPA area must take (EPC217-08)."""
    return " ".join(_OUTSIDE_THE_ALPHABET.sub(" ", unidecode(text)).split())


def _put(document: etree._Element, name: str, text: str) -> None:
    for element in document.iterfind(f".//{{*}}{name}"):
        element.text = text


def _check_schema(document: etree._Element) -> None:
    schema = _schema(settings.PAYOUT_PAIN)
    if not schema.validate(document):
        raise InvalidFile(str(schema.error_log))


@cache
def _schema(version: str) -> etree.XMLSchema:
    """sepaxml's own check takes seconds for a large file; that of lxml a hundredth."""
    source = resources.files("sepaxml") / "schemas" / f"{version}.xsd"
    return etree.XMLSchema(etree.fromstring(source.read_bytes()))
