"""Reading bank statements: camt.053 (statement) and camt.054 (notification) of ISO 20022.

Read in every version from camt.05x.001.02 on: the elements asked for have kept their names, and
where a version put one inside another, both places are looked at.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from lxml import etree

from payments.money import NotAnAmount, is_currency_code, parse_amount

MOST_BYTES = 64 * 2**20
_TEXT_LENGTH = 500


class NotAStatement(ValueError):
    """The file cannot be read as a statement; the message says where and why."""


@dataclass(frozen=True)
class Line:
    """One booking: `amount` in micros, above zero; `incoming` says which way.

    `key` is the same for the same booking in whatever file it stands.
    """

    key: str
    account: str
    booked_on: date
    amount: int
    currency: str
    incoming: bool
    reversal: bool
    party: str
    party_account: str
    text: str
    reference: str
    end_to_end_id: str
    return_reason: str


def is_statement(content: bytes) -> bool:
    """Whether a file looks like a camt.053 or camt.054."""
    head = content[:2000]
    return b"camt.053." in head or b"camt.054." in head


def read_lines(content: bytes) -> list[Line]:
    """All bookings of a file. Raises NotAStatement if any of it cannot be read."""
    return list(_told_apart(_lines(_parse(content))))


def _parse(content: bytes) -> etree._Element:
    if len(content) > MOST_BYTES:
        raise NotAStatement(f"the file is larger than {MOST_BYTES // 2**20} MiB")
    # The file comes from outside: no entity is resolved, and nothing is fetched.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise NotAStatement(f"the file is no XML: {error}") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise NotAStatement("the file declares a document type, which no bank does")
    if root.find("{*}BkToCstmrStmt") is None and root.find("{*}BkToCstmrDbtCdtNtfctn") is None:
        raise NotAStatement("the file is no account statement (camt.053) or notice (camt.054)")
    return root


def _lines(root: etree._Element) -> Iterator[Line]:
    for statement in [*root.iterfind("*/{*}Stmt"), *root.iterfind("*/{*}Ntfctn")]:
        account = _text(statement, "Acct/Id/IBAN") or _text(statement, "Acct/Id/Othr/Id")
        for number, entry in enumerate(statement.iterfind("{*}Ntry"), start=1):
            status = _text(entry, "Sts/Cd") or _text(entry, "Sts")
            # What is only announced comes again when it is booked.
            if status in {"", "BOOK"}:
                yield from _entry(entry, account, number)


def _entry(entry: etree._Element, account: str, number: int) -> Iterator[Line]:
    """The booking, or the single payments of a collective one, where they add up to it."""
    whole = _whole(entry, account, number)
    details = entry.findall("{*}NtryDtls/{*}TxDtls")
    if len(details) == 1:
        yield _detailed(whole, details[0], whole.amount)
        return
    amounts = [_amount_of(detail, whole.currency) for detail in details]
    if details and None not in amounts and sum(filter(None, amounts)) == whole.amount:
        for place, (detail, amount) in enumerate(zip(details, amounts, strict=True)):
            part = replace(whole, key=f"{whole.key}/{place}" if whole.key else "")
            yield _detailed(part, detail, amount or 0)
    else:
        yield whole


def _whole(entry: etree._Element, account: str, number: int) -> Line:
    amount = entry.find("{*}Amt")
    if amount is None:
        raise NotAStatement(f"booking {number} has no amount")
    direction = _text(entry, "CdtDbtInd")
    if direction not in {"CRDT", "DBIT"}:
        raise NotAStatement(f"booking {number} is neither CRDT nor DBIT")
    return Line(
        key=_text(entry, "AcctSvcrRef"),
        account=account,
        booked_on=_day(entry, number),
        amount=_micros(amount, number),
        currency=_currency(amount, number),
        incoming=direction == "CRDT",
        reversal=_text(entry, "RvslInd") in {"true", "1"},
        party="",
        party_account="",
        text=_text(entry, "AddtlNtryInf")[:_TEXT_LENGTH],
        reference="",
        end_to_end_id="",
        return_reason="",
    )


def _detailed(line: Line, detail: etree._Element, amount: int) -> Line:
    side = "Dbtr" if line.incoming else "Cdtr"
    party = _first(detail, f"RltdPties/{side}/Nm", f"RltdPties/{side}/Pty/Nm")
    texts = [element.text or "" for element in detail.iterfind("{*}RmtInf/{*}Ustrd")]
    own_key = _text(detail, "Refs/AcctSvcrRef")
    return replace(
        line,
        # A bank that numbers the payments of a collective booking is better than their places.
        key=own_key if own_key and own_key != line.key.partition("/")[0] else line.key,
        amount=amount,
        party=party[:140],
        party_account=_text(detail, f"RltdPties/{side}Acct/Id/IBAN")[:40],
        text=(" ".join(" ".join(texts).split()) or line.text)[:_TEXT_LENGTH],
        reference=_text(detail, "RmtInf/Strd/CdtrRefInf/Ref")[:40],
        end_to_end_id=_text(detail, "Refs/EndToEndId")[:40],
        return_reason=_first(detail, "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry")[:40],
    )


def _told_apart(lines: Iterable[Line]) -> Iterator[Line]:
    """Give each booking its key: the bank's number, or else what it says and its place among
    those that say the same. Two equal payments of one day are two, in every file that has both.
    """
    seen: Counter[str] = Counter()
    for line in lines:
        parts = [line.account, line.key] if line.key else _what_it_says(line)
        digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:48]
        seen[digest] += 1
        yield replace(line, key=f"{digest}:{seen[digest]}")


def _what_it_says(line: Line) -> list[str]:
    return [
        line.account,
        line.booked_on.isoformat(),
        str(line.amount),
        line.currency,
        str(line.incoming),
        line.party,
        line.party_account,
        line.text,
        line.reference,
        line.end_to_end_id,
    ]


def _amount_of(detail: etree._Element, currency: str) -> int | None:
    for path in ("{*}Amt", "{*}AmtDtls/{*}TxAmt/{*}Amt", "{*}AmtDtls/{*}InstdAmt/{*}Amt"):
        amount = detail.find(path)
        if amount is not None and amount.get("Ccy") == currency:
            return _micros(amount, 0)
    return None


def _micros(amount: etree._Element, number: int) -> int:
    try:
        return parse_amount((amount.text or "").strip())
    except NotAnAmount as error:
        raise NotAStatement(f"booking {number}: {error}") from error


def _currency(amount: etree._Element, number: int) -> str:
    currency = amount.get("Ccy") or ""
    if not is_currency_code(currency):
        raise NotAStatement(f"booking {number} has no currency")
    return currency


def _day(entry: etree._Element, number: int) -> date:
    written = _first(entry, "BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm")
    try:
        return date.fromisoformat(written[:10])
    except ValueError as error:
        raise NotAStatement(f"booking {number} has no day") from error


def _first(element: etree._Element, *paths: str) -> str:
    return next((found for path in paths if (found := _text(element, path))), "")


def _text(element: etree._Element, path: str) -> str:
    steps = "/".join(f"{{*}}{step}" for step in path.split("/"))
    return " ".join((element.findtext(steps) or "").split())
