"""Samples of statements that others have published are read: `make test-bank-samples`.

They are fetched, pinned by commit and digest, and not kept here: they are not ours. Named are the
bank by its BIC in the file, the account, and what the statement comes to.
"""

from __future__ import annotations

import hashlib
import os
import urllib.request
from dataclasses import dataclass

import pytest

from payments.deposits.bank.statements import is_statement, read_bookings

_OCA = (
    "https://raw.githubusercontent.com/OCA/bank-statement-import/"
    "16f9266b9d50b1dea021c31732e6b2c409f12f24/account_statement_import_camt/test_files"
)
_GENKGO = (
    "https://raw.githubusercontent.com/genkgo/camt/"
    "c99e4fe37347cd6d0daf9dc211186aa28794e60f/test/data"
)


@dataclass(frozen=True)
class Sample:
    """Where a sample is, and the bookings that it holds: micros, below zero what goes out."""

    bank: str
    url: str
    sha256: str
    bookings: tuple[int, ...]


SAMPLES = [
    Sample(
        "ABN AMRO (ABNANL2A), camt.053.001.02: a batch of two returned payments",
        f"{_OCA}/test-camt053",
        "8b4959d587ee701be0315eff082c77848a313ea44596fefbcc359858d6143630",
        (-754_250_000, -564_050_000, -100_000_000, 1_405_310_000),
    ),
    Sample(
        "PostFinance (POFICHBE), a collective booking in francs",
        f"{_OCA}/test-camt053-txdtls",
        "147bcb8e7b579a0bcd606e9e3e2058c9fc088c6ea8f5bf92df4fe06d942887b5",
        (2_187_000_000, 1_296_000_000),
    ),
    Sample(
        "The example of ISO 20022 (AAAA Banken), camt.053.001.02",
        f"{_GENKGO}/camt053.v2.all-balance-types.xml",
        "51f8fa3ca2ff548a4d98b4633e2483619e8d5f1056f9d22504d9b5a96b97e66e",
        (8_850_000,),
    ),
    Sample(
        "A Belgian bank (COMPANY BVBA), camt.053.001.02",
        f"{_GENKGO}/camt053.v2.minimal.xml",
        "d01db4b370ff8fbc011466921928411c58794d5a3249a64eeb407848eacd6b07",
        (8_850_000,),
    ),
    Sample(
        "The same of the year 2019, camt.053.001.08",
        f"{_GENKGO}/camt053.v8.xml",
        "792e05f38125ef6d7fe447623c1703b5968ffd1cad9630479a8d588392c8b9b1",
        (8_850_000,),
    ),
]


@pytest.mark.skipif(
    "OBOLE_BANK_SAMPLES" not in os.environ, reason="make test-bank-samples fetches the samples"
)
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.bank)
class TestPublishedSamples:
    def test_are_read(self, sample: Sample) -> None:
        with urllib.request.urlopen(sample.url, timeout=30) as answer:
            content = answer.read()
        assert hashlib.sha256(content).hexdigest() == sample.sha256

        bookings = read_bookings(content)

        assert is_statement(content)
        signed = [one.amount if one.incoming else -one.amount for one in bookings]
        assert tuple(signed) == sample.bookings
