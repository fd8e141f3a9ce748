"""Columns of the admin, in the reader's language."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.utils import translation

from payments.columns import amount
from payments.earnings.papers.models import EarningsPaper
from payments.payouts.models import Payout, PayoutBatch


class TestAmount:
    @pytest.mark.parametrize(
        ("language", "written"), [("en", "5.140001 EUR"), ("fr", "5,140001 EUR")]
    )
    def test_is_written_as_the_language_does(self, language: str, written: str) -> None:
        row = SimpleNamespace(amount=5_140_001, currency="EUR")

        with translation.override(language):
            assert amount("amount", "amount")(row) == written


class TestCalled:
    @pytest.mark.parametrize(
        ("model", "label"),
        [(EarningsPaper, "numéro"), (Payout, "référence"), (PayoutBatch, "référence")],
    )
    def test_gives_a_property_a_label(self, model: type, label: str) -> None:
        first = admin.site._registry[model].columns[0]  # type: ignore[attr-defined]

        with translation.override("fr"):
            assert label_for_field(first, model) == label
