"""Batches that come as one sum in a statement, and payment by payment in a notification."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Sum

from payments.deposits.bank.models import BankLine

State = BankLine.State


def decided_batches(lines: Sequence[BankLine]) -> set[str]:
    """The references of entries that an operator decided as a whole: their payments wait."""
    batches = BankLine.objects.filter(entry_reference__in=_references(lines), payments__gt=1)
    decided = batches.filter(state__in=[State.DEPOSIT, State.ASIDE])
    return set(decided.values_list("entry_reference", flat=True))


def tell_apart(lines: Sequence[BankLine]) -> None:
    """Set batches aside whose payments are all here one by one, whichever came first."""
    waiting = BankLine.objects.filter(
        entry_reference__in=_references(lines), payments__gt=1, state=State.OPEN, incoming=True
    )
    for batch in waiting:
        parts = BankLine.objects.filter(
            entry_reference=batch.entry_reference,
            booked_on=batch.booked_on,
            currency=batch.currency,
            incoming=True,
            payments=1,
        )
        if parts.aggregate(total=Sum("amount"))["total"] == batch.amount:
            batch.state, batch.why = State.DETAILED, ""
            batch.save(update_fields=["state", "why"])
            for line in lines:
                if line.pk == batch.pk:
                    line.state, line.why = batch.state, batch.why


def _references(lines: Sequence[BankLine]) -> set[str]:
    return {line.entry_reference for line in lines if line.entry_reference}
