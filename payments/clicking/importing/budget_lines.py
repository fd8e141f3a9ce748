"""Judges `budgets.csv`."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from payments.clicking.importing.names import Names
from payments.clicking.importing.records import CsvFile, copy_line
from payments.money import NotAnAmount, format_exact, parse_amount

COLUMNS = ("subscriber", "amount", "currency")

# A balance is a bigint.
MOST_IN_LEDGER = 2**63 - 1


class BudgetLines:
    """The budgets of a folder. `known` has the line of each subscriber."""

    def __init__(self, file: CsvFile, names: Names, *, in_ledger: dict[str, int]) -> None:
        """`in_ledger` is what the ledger holds of each currency already, in micros."""
        self.file = file
        self.known: dict[str, int] = {}
        self._names = names
        self._in_ledger = {name: in_ledger.get(name, 0) for name in settings.CURRENCIES}

    def blocks(self) -> Iterator[str]:
        """For COPY: line, subscriber, amount in micros, currency of each right line."""
        for first, rows in self.file.blocks():
            yield "".join(self._right(first, rows))

    def _right(self, first: int, rows: list[list[str]]) -> Iterator[str]:
        for line, fields in enumerate(rows, first):
            # Known even where it is faulty: one fault, not one more for each click.
            known = self.known.setdefault(fields[0] if fields else "", line)
            if not self.file.check(line, fields):
                continue
            subscriber, written, currency = fields
            wrong = self._names.wrong(subscriber)
            if known != line:
                wrong.append(f"“{subscriber}” has a budget on line {known} already")
            amount = self._judged(written, currency, wrong)
            if self.file.faultless(line, wrong):
                yield copy_line(line, subscriber, amount, currency)

    def _judged(self, written: str, currency: str, wrong: list[str]) -> int:
        """The amount in micros; what is wrong with it or the currency is added to `wrong`."""
        if currency not in self._in_ledger:
            wrong.append(f"the currency “{currency}” is not one of {', '.join(self._in_ledger)}")
        try:
            amount = parse_amount(written)
        except NotAnAmount as refusal:
            wrong.append(str(refusal))
            return 0
        if currency in self._in_ledger:
            self._in_ledger[currency] += amount
            if self._in_ledger[currency] > MOST_IN_LEDGER:
                wrong.append(f"{format_exact(amount)} {currency} more do not fit into the ledger")
        return amount
