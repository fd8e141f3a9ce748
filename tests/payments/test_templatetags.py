"""How pages write amounts."""

from __future__ import annotations

import pytest
from django.utils import translation

from payments.templatetags.money import currency_name, exact_money, money, number, percent


class TestMoney:
    @pytest.mark.parametrize(
        ("language", "currency", "written"),
        [
            ("en", "EUR", "€1,234.57"),
            ("fr", "EUR", "1\u202f234,57\xa0€"),
            ("en", "SEK", "SEK\xa01,234.57"),
            ("en", "JPY", "¥1,235"),
        ],
    )
    def test_rounds_to_the_minor_unit(self, language: str, currency: str, written: str) -> None:
        with translation.override(language):
            assert money(1_234_567_890, currency) == written


class TestExactMoney:
    @pytest.mark.parametrize(
        ("amount", "written"),
        [(183_571, "0,183571\xa0€"), (514_000, "0,514\xa0€"), (5_000_000, "5,00\xa0€")],
    )
    def test_writes_each_micro(self, amount: int, written: str) -> None:
        with translation.override("fr"):
            assert exact_money(amount, "EUR") == written


class TestNumber:
    def test_groups_digits_as_the_language_does(self) -> None:
        with translation.override("fr"):
            assert number(1_234_567) == "1\u202f234\u202f567"


class TestPercent:
    @pytest.mark.parametrize(("basis_points", "written"), [(1000, "10%"), (725, "7.25%")])
    def test_is_exact(self, basis_points: int, written: str) -> None:
        assert percent(basis_points) == written


class TestCurrencyName:
    def test_is_in_the_language(self) -> None:
        with translation.override("fr"):
            assert currency_name("SEK") == "couronne suédoise"
