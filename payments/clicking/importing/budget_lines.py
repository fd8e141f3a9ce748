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
        self._in_ledger = dict.fromkeys(settings.CURRENCIES, 0) | in_ledger

    def lines(self) -> Iterator[str]:
        """For COPY: line, subscriber, amount in micros, currency of each right line."""
        for line, fields in self.file.records():
            first = self.known.setdefault(fields[0] if fields else "", line)
            if not self.file.check(line, fields):
                continue
            if self.file.faultless(line, self._wrongs(*fields, first=first, line=line)):
                subscriber, amount, currency = fields
                yield copy_line(line, subscriber, parse_amount(amount), currency)

    def _wrongs(self, *fields: str, first: int, line: int) -> Iterator[str]:
        subscriber, amount, currency = fields
        if first != line:
            yield f"“{subscriber}” has a budget on line {first} already"
        yield from self._names.wrongs(subscriber)
        if currency not in settings.CURRENCIES:
            yield f"the currency “{currency}” is not one of {', '.join(settings.CURRENCIES)}"
        try:
            micros = parse_amount(amount)
        except NotAnAmount as refusal:
            yield str(refusal)
        else:
            yield from self._too_much(micros, currency)

    def _too_much(self, micros: int, currency: str) -> Iterator[str]:
        if currency not in self._in_ledger:
            return
        before = self._in_ledger[currency]
        self._in_ledger[currency] = before + micros
        if before + micros > MOST_IN_LEDGER:
            yield f"with {format_exact(micros)} the ledger would hold too much {currency}"
