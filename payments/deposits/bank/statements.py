"""Statements (camt.053) and notifications (camt.054) of ISO 20022, read into bookings.

Read in every version from .02 on: the elements asked for are the same, apart from those that
became one level deeper (`Sts/Cd`, `Dbtr/Pty/Nm`, `TxDtls/Amt`). Banks differ in what they leave
out; where a batch cannot be taken apart for certain, it stays one booking.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from lxml import etree

from payments.deposits.bank.keys import keys_of
from payments.money import is_currency_code, parse_amount

# A day of ten thousand payments has some thirty megabytes.
MOST_BYTES = 64 * 2**20

# What banks write where they have nothing to say.
_NOTHING = {"NOTPROVIDED", "NONREF", "NOTAVAILABLE", "UNKNOWN", "-", "0"}

_MESSAGES = (
    ("BkToCstmrStmt", "Stmt"),
    ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
)
_ZERO = re.compile(r"0+(\.0*)?")
_ZONE = re.compile(r"(Z|[+-]\d\d:\d\d)$")


class NotAStatement(ValueError):
    """The file is not a statement that can be read; the message says where and why."""


@dataclass(frozen=True)
class Booking:
    """One payment into or out of an account. `amount` is in micros, and above zero.

    `entry_reference` is the bank's own for the entry, shared by the payments of a batch, and
    `reference` its own for the payment; both empty where it gives none. `batch_id` is the number of
    the file by which many payments went out together. `is_part` says that the entry has other
    payments beside this one, `payments` how many the booking stands for: several where the file
    does not tell them apart. `key` is the same in whatever file the booking stands.
    """

    account: str
    booked_on: date
    amount: int
    currency: str
    incoming: bool
    reversal: bool
    entry_reference: str = ""
    reference: str = ""
    end_to_end_id: str = ""
    creditor_references: tuple[str, ...] = ()
    text: str = ""
    party: str = ""
    party_account: str = ""
    return_reason: str = ""
    batch_id: str = ""
    is_part: bool = False
    payments: int = 1
    key: str = ""


def is_statement(content: bytes) -> bool:
    """Whether a file looks like a camt.053 or camt.054."""
    head = content[:2000]
    return b"camt.053." in head or b"camt.054." in head


def read_bookings(content: bytes) -> list[Booking]:
    """What a file says was booked, with its keys; what is only announced is left out.

    Raises NotAStatement if it is no camt.053 or camt.054, is damaged, is larger than MOST_BYTES,
    declares a document type (no bank does, and entities in it can grow without bound), or an
    entry lacks its amount, direction, state or date.
    """
    found: list[Booking] = []
    for statement in _statements(_parse(content)):
        bookings = list(_bookings(statement))
        keys = keys_of(bookings)
        found += [replace(one, key=key) for one, key in zip(bookings, keys, strict=True)]
    return found


def _parse(content: bytes) -> etree._Element:
    if len(content) > MOST_BYTES:
        raise NotAStatement(f"the file is larger than {MOST_BYTES // 2**20} MiB")
    # The file comes from outside: no entity is resolved, and nothing is fetched.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        document = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotAStatement(f"the file is no XML: {error}") from error
    if document.getroottree().docinfo.internalDTD is not None:
        raise NotAStatement("the file declares a document type, which no bank does")
    return document


def _statements(document: etree._Element) -> list[etree._Element]:
    for name, part in _MESSAGES:
        message = document.find(f"{{*}}{name}")
        if message is not None:
            return message.findall(f"{{*}}{part}")
    raise NotAStatement("the file is neither a statement (camt.053) nor a notification (camt.054)")


def _account(statement: etree._Element) -> str:
    for path in ("Acct/Id/IBAN", "Acct/Id/Othr/Id"):
        if found := _text(statement, path):
            return found.replace(" ", "").upper()
    raise NotAStatement(f"statement {_text(statement, 'Id')} does not say of which account it is")


def _bookings(statement: etree._Element) -> Iterator[Booking]:
    account = _account(statement)
    for number, entry in enumerate(statement.iterfind("{*}Ntry"), start=1):
        try:
            yield from _bookings_of(entry, account)
        except ValueError as fault:
            where = f"entry {number} of statement {_text(statement, 'Id')}"
            raise NotAStatement(f"{where}: {fault}") from fault


def _bookings_of(entry: etree._Element, account: str) -> Iterator[Booking]:
    """The payments of an entry, or the entry as a whole; none where it is not booked yet."""
    status = _text(entry, "Sts/Cd") or _text(entry, "Sts")
    if not status:
        raise ValueError("it does not say whether it is booked (Sts)")
    if status != "BOOK":
        return
    if _is_nothing(entry):
        return
    whole = _whole(entry, account)
    details = entry.findall("{*}NtryDtls/{*}TxDtls")
    if not details:
        yield replace(whole, payments=_number_of_payments(entry))
        return
    if len(details) == 1:
        yield _detailed(whole, details[0])
        return
    parts = [_part(whole, detail) for detail in details]
    known = [part for part in parts if part is not None]
    signed = sum(part.amount if part.incoming == whole.incoming else -part.amount for part in known)
    if len(known) < len(parts) or signed != whole.amount:
        yield replace(whole, payments=len(details))
        return
    yield from known


def _number_of_payments(entry: etree._Element) -> int:
    """How many an entry without details stands for; several where it is a batch and is silent."""
    if entry.find("{*}NtryDtls/{*}Btch") is None:
        return 1
    said = _text(entry, "NtryDtls/Btch/NbOfTxs")
    return max(1, int(said)) if said.isdecimal() and len(said) < 9 else 2


def _whole(entry: etree._Element, account: str) -> Booking:
    amount = entry.find("{*}Amt")
    if amount is None:
        raise ValueError("it has no amount (Amt)")
    direction = _text(entry, "CdtDbtInd")
    if direction not in {"CRDT", "DBIT"}:
        raise ValueError("it does not say whether it is a credit or a debit (CdtDbtInd)")
    return Booking(
        account=account,
        booked_on=_day(entry),
        amount=_amount(amount),
        currency=_currency(amount),
        incoming=direction == "CRDT",
        reversal=_text(entry, "RvslInd") in {"true", "1"},
        entry_reference=_said(entry, "AcctSvcrRef"),
        text=_text(entry, "AddtlNtryInf"),
        batch_id=_said(entry, "NtryDtls/Btch/MsgId") or _said(entry, "NtryDtls/Btch/PmtInfId"),
    )


def _part(whole: Booking, detail: etree._Element) -> Booking | None:
    """One payment of several, or nothing where the file does not say how much it is."""
    for path in ("Amt", "AmtDtls/TxAmt/Amt"):
        amount = detail.find("/".join(f"{{*}}{name}" for name in path.split("/")))
        if amount is not None and amount.get("Ccy") == whole.currency:
            direction = _text(detail, "CdtDbtInd")
            part = replace(
                whole,
                amount=_amount(amount),
                incoming=direction == "CRDT" if direction else whole.incoming,
                is_part=True,
            )
            return _detailed(part, detail)
    return None


def _detailed(booking: Booking, detail: etree._Element) -> Booking:
    """A booking with what the file says of its payment."""
    # The one who pays, for what comes in; the one who was paid, for what goes out. What goes
    # back names the parties of the original, so the other one stands for us.
    returned = _text(detail, "RtrInf/Rsn/Cd") or _text(detail, "RtrInf/Rsn/Prtry")
    goes_back = bool(returned) or booking.reversal
    other = "Dbtr" if booking.incoming != goes_back else "Cdtr"
    parties = "RltdPties"
    texts = [*_texts(detail, "RmtInf/Ustrd"), *_texts(detail, "RmtInf/Strd/AddtlRmtInf")]
    return replace(
        booking,
        reversal=booking.reversal or bool(returned and not booking.incoming),
        reference=_said(detail, "Refs/AcctSvcrRef") or _said(detail, "Refs/TxId"),
        end_to_end_id=_said(detail, "Refs/EndToEndId"),
        creditor_references=tuple(_texts(detail, "RmtInf/Strd/CdtrRefInf/Ref")),
        text=" ".join(texts) or _text(detail, "AddtlTxInf") or booking.text,
        party=_text(detail, f"{parties}/{other}/Pty/Nm") or _text(detail, f"{parties}/{other}/Nm"),
        party_account=_text(detail, f"{parties}/{other}Acct/Id/IBAN").replace(" ", "").upper(),
        return_reason=returned,
    )


def _is_nothing(entry: etree._Element) -> bool:
    """Whether the entry is a notice without money, as some banks book for changed conditions."""
    return _ZERO.fullmatch(_text(entry, "Amt")) is not None


def _currency(amount: etree._Element) -> str:
    currency = amount.get("Ccy", "")
    if not is_currency_code(currency):
        raise ValueError("its amount has no currency (Ccy)")
    return currency


def _amount(element: etree._Element) -> int:
    return parse_amount((element.text or "").strip())


def _day(entry: etree._Element) -> date:
    for path in ("BookgDt", "ValDt"):
        for name in ("Dt", "DtTm"):
            if said := _text(entry, f"{path}/{name}"):
                return _date(said)
    raise ValueError("it has no date (BookgDt)")


def _date(text: str) -> date:
    """`2010-09-30`, also with a zone behind it, as XML allows; or a moment's day."""
    if "T" in text:
        return datetime.fromisoformat(text).date()
    return date.fromisoformat(_ZONE.sub("", text))


def _said(element: etree._Element, path: str) -> str:
    """A text, or nothing where the bank says that it has none."""
    text = _text(element, path)
    return "" if text.upper() in _NOTHING else text


def _text(element: etree._Element, path: str) -> str:
    return next(iter(_texts(element, path)), "")


def _texts(element: etree._Element, path: str) -> list[str]:
    steps = "/".join(f"{{*}}{name}" for name in path.split("/"))
    found = (" ".join((part.text or "").split()) for part in element.iterfind(steps))
    return [text for text in found if text]
