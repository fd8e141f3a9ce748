"""The bank's answers to a file of payments: pain.002 (payment status report) of ISO 20022.

Read in every version: the elements asked for have had the same names since pain.002.001.03.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from django.db import transaction
from lxml import etree

from payments.payouts.models import Payout, PayoutBatch
from payments.payouts.outcomes import mark_paid, mark_returned

# A batch of ten thousand payments answers in some ten megabytes.
MOST_BYTES = 64 * 2**20

_NUMBER = re.compile(r"OBOLE-P([1-9][0-9]{0,17})")
_MESSAGE = re.compile(r"OBOLE-[0-9]{8}-([1-9][0-9]{0,17})")


class NotAnAnswer(ValueError):
    """The file is no pain.002; the message says what it is."""


class Verdict(Enum):
    """What the bank says of a payment, in three words of ours for its dozen codes."""

    BOOKED = "booked"
    REFUSED = "refused"
    ON_ITS_WAY = "on its way"


# ISO 20022 external code list, payment transaction status.
_VERDICTS = {
    "ACSC": Verdict.BOOKED,
    "ACCC": Verdict.BOOKED,
    "RJCT": Verdict.REFUSED,
    "CANC": Verdict.REFUSED,
}


@dataclass(frozen=True)
class PaymentStatus:
    """What the bank says of one payment, or of all of a message that it does not name."""

    end_to_end_id: str
    message_id: str
    verdict: Verdict
    reason: str


@dataclass(frozen=True)
class Read:
    """How many payments became paid and returned, how many stayed, and lines nobody knew."""

    paid: int
    returned: int
    unchanged: int
    unknown: tuple[str, ...]


def is_answer(content: bytes) -> bool:
    """Whether a file looks like a pain.002."""
    return b"pain.002." in content[:2000]


def read_answer(content: bytes, *, at: datetime) -> Read:
    """Take in a pain.002 file, all of it or nothing; the same file again changes nothing.

    Raises NotAnAnswer if the file is not one, and OutcomeRefused if it speaks of a payment that
    never went to the bank.
    """
    statuses = list(_statuses(_parse(content)))
    numbers: dict[str, list[str]] = {"paid": [], "returned": [], "unchanged": [], "unknown": []}
    with transaction.atomic():
        for status in statuses:
            payouts = _payouts_of(status)
            if not payouts:
                numbers["unknown"].append(status.end_to_end_id or status.message_id)
            for payout in payouts:
                numbers[_take(payout, status, at)].append(payout.end_to_end_id)
    return Read(
        paid=len(numbers["paid"]),
        returned=len(numbers["returned"]),
        unchanged=len(numbers["unchanged"]),
        unknown=tuple(numbers["unknown"]),
    )


def payout_of(end_to_end_id: str) -> Payout | None:
    """The payout that travels under an identification, if there is one."""
    match = _NUMBER.fullmatch(end_to_end_id.strip())
    return Payout.objects.filter(pk=int(match[1])).first() if match else None


def batch_of(message_id: str) -> PayoutBatch | None:
    """The batch whose file has a message identification, if there is one."""
    match = _MESSAGE.fullmatch(message_id.strip())
    return PayoutBatch.objects.filter(pk=int(match[1])).first() if match else None


def _take(payout: Payout, status: PaymentStatus, at: datetime) -> str:
    before = payout.state
    if status.verdict is Verdict.BOOKED:
        after = mark_paid(payout_id=payout.pk, at=at, note=status.reason)
    elif status.verdict is Verdict.REFUSED:
        after = mark_returned(payout_id=payout.pk, at=at, note=status.reason)
    else:
        return "unchanged"
    return "unchanged" if after.state == before else str(after.state)


def _payouts_of(status: PaymentStatus) -> list[Payout]:
    """The one payout that is named, or all of the batch where the bank names only the message."""
    if status.end_to_end_id:
        payout = payout_of(status.end_to_end_id)
        return [payout] if payout else []
    batch = batch_of(status.message_id)
    return list(batch.payouts.order_by("pk")) if batch else []


def _parse(content: bytes) -> etree._Element:
    if len(content) > MOST_BYTES:
        raise NotAnAnswer(f"the file is larger than {MOST_BYTES // 2**20} MiB")
    # The file comes from outside: no entity is resolved, and nothing is fetched.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise NotAnAnswer(f"the file is no XML: {error}") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise NotAnAnswer("the file declares a document type, which no bank does")
    report = root.find("{*}CstmrPmtStsRpt")
    if report is None:
        raise NotAnAnswer("the file is no payment status report (pain.002)")
    return report


def _statuses(report: etree._Element) -> Iterator[PaymentStatus]:
    """Each payment that the report names; a group or batch verdict where it names none."""
    message = report.findtext("{*}OrgnlGrpInfAndSts/{*}OrgnlMsgId", "")
    named = False
    for payment in report.iterfind("{*}OrgnlPmtInfAndSts/{*}TxInfAndSts"):
        named = True
        yield _status(payment, payment.findtext("{*}OrgnlEndToEndId", ""), message, "TxSts")
    if named:
        return
    group = report.find("{*}OrgnlGrpInfAndSts")
    if group is not None and group.find("{*}GrpSts") is not None:
        yield _status(group, "", message, "GrpSts")
        return
    for batch in report.iterfind("{*}OrgnlPmtInfAndSts"):
        yield _status(batch, "", message, "PmtInfSts")


def _status(
    element: etree._Element, end_to_end_id: str, message_id: str, code: str
) -> PaymentStatus:
    verdict = _VERDICTS.get(element.findtext(f"{{*}}{code}", ""), Verdict.ON_ITS_WAY)
    reason = element.findtext("{*}StsRsnInf/{*}Rsn/{*}Cd", "")
    said = element.findtext("{*}StsRsnInf/{*}AddtlInf", "")
    return PaymentStatus(
        end_to_end_id.strip(), message_id.strip(), verdict, f"{reason} {said}".strip()
    )
