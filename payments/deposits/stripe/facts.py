"""What of Stripe's objects is used: read from events and from answers alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from payments.deposits.stripe.amounts import from_stripe
from payments.deposits.stripe.client import moment

# By kind of object, the parts that are kept of an event: nothing that names a person or a card.
_KEPT: dict[str, tuple[str, ...]] = {
    "payment_intent": (
        "id",
        "object",
        "amount",
        "amount_received",
        "currency",
        "status",
        "customer",
        "created",
        "metadata.site",
        "metadata.deposit",
        "last_payment_error.code",
        "last_payment_error.decline_code",
        "last_payment_error.message",
        "cancellation_reason",
    ),
    "charge": (
        "id",
        "object",
        "amount",
        "amount_refunded",
        "currency",
        "status",
        "payment_intent",
        "customer",
        "created",
    ),
    "refund": (
        "id",
        "object",
        "amount",
        "currency",
        "status",
        "charge",
        "payment_intent",
        "failure_reason",
        "created",
        "metadata.site",
        "metadata.refund",
    ),
    "dispute": (
        "id",
        "object",
        "amount",
        "currency",
        "status",
        "reason",
        "charge",
        "payment_intent",
        "created",
        "evidence_details.due_by",
    ),
    "setup_intent": (
        "id",
        "object",
        "status",
        "customer",
        "payment_method",
        "created",
        "metadata.site",
    ),
    "customer": ("id", "object"),
}

Facts = dict[str, Any]


class NotReadable(ValueError):
    """The object is not what Stripe documents."""


def facts_of(thing: Mapping[str, Any]) -> Facts:
    """The parts of an object of Stripe's that are used, as it nests them; nothing else."""
    kept: Facts = {}
    for path in _KEPT.get(str(thing.get("object")), ("id", "object")):
        value: Any = thing
        for name in path.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
        # What Stripe writes out in full where it was asked to, is a number elsewhere.
        if isinstance(value, Mapping):
            value = value.get("id")
        if value is not None:
            _put(kept, path, value)
    return kept


def payment_of(facts: Facts) -> str:
    """The number of the payment that an object is or belongs to; empty where there is none."""
    own = facts.get("id") if facts.get("object") == "payment_intent" else None
    return str(own or facts.get("payment_intent") or "")


@dataclass(frozen=True)
class PaymentFacts:
    """A payment; `amount` is what was asked for, `received` what came, in micros."""

    id: str
    status: str
    currency: str
    amount: int
    received: int
    site: str
    deposit: int | None
    failure: str
    code: str
    made_at: datetime


@dataclass(frozen=True)
class RefundFacts:
    """A refund, in micros; `refund` is the number of ours, where it was begun here."""

    id: str
    payment: str
    status: str
    currency: str
    amount: int
    site: str
    refund: int | None
    failure: str
    made_at: datetime


@dataclass(frozen=True)
class DisputeFacts:
    """A dispute, in micros."""

    id: str
    payment: str
    status: str
    currency: str
    amount: int
    reason: str
    opened_at: datetime
    answer_by: datetime | None


def read_payment(facts: Facts) -> PaymentFacts:
    """Raises NotReadable."""
    with _reading(facts, "payment_intent"):
        currency, said = _currency(facts), facts.get("metadata", {})
        error = facts.get("last_payment_error", {})
        amount = _whole(facts["amount"])
        return PaymentFacts(
            id=str(facts["id"]),
            status=str(facts["status"]),
            currency=currency,
            amount=from_stripe(amount, currency),
            received=from_stripe(_whole(facts.get("amount_received", amount)), currency),
            site=str(said.get("site", "")),
            deposit=_number(said.get("deposit")),
            failure=str(error.get("message") or facts.get("cancellation_reason") or ""),
            code=str(error.get("decline_code") or error.get("code") or ""),
            made_at=moment(_whole(facts["created"])),
        )


def read_refund(facts: Facts) -> RefundFacts:
    """Raises NotReadable."""
    with _reading(facts, "refund"):
        currency, said = _currency(facts), facts.get("metadata", {})
        return RefundFacts(
            id=str(facts["id"]),
            payment=payment_of(facts),
            status=str(facts["status"]),
            currency=currency,
            amount=from_stripe(_whole(facts["amount"]), currency),
            site=str(said.get("site", "")),
            refund=_number(said.get("refund")),
            failure=str(facts.get("failure_reason") or facts["status"]),
            made_at=moment(_whole(facts["created"])),
        )


def read_dispute(facts: Facts) -> DisputeFacts:
    """Raises NotReadable."""
    with _reading(facts, "dispute"):
        currency = _currency(facts)
        due = facts.get("evidence_details", {}).get("due_by")
        return DisputeFacts(
            id=str(facts["id"]),
            payment=payment_of(facts),
            status=str(facts["status"]),
            currency=currency,
            amount=from_stripe(_whole(facts["amount"]), currency),
            reason=str(facts.get("reason") or ""),
            opened_at=moment(_whole(facts["created"])),
            answer_by=moment(_whole(due)) if due else None,
        )


@contextmanager
def _reading(facts: Facts, kind: str) -> Iterator[None]:
    """Name what is missing in an object, or of another kind."""
    if facts.get("object") != kind:
        raise NotReadable(f"not a {kind}: {facts.get('object')}")
    try:
        yield
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise NotReadable(f"a {kind} without {error}") from error


def _put(kept: Facts, path: str, value: object) -> None:
    *outer, last = path.split(".")
    for name in outer:
        kept = kept.setdefault(name, {})
    kept[last] = value


def _currency(facts: Facts) -> str:
    return str(facts["currency"]).upper()


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise NotReadable(f"not a whole number: {value!r}")
    return value


def _number(text: object) -> int | None:
    written = str(text or "")
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 19 else None
