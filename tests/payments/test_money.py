"""What an amount of a currency is made of."""

from __future__ import annotations

import pytest

from payments.money import minor_unit


class TestMinorUnit:
    @pytest.mark.parametrize(
        ("currency", "micros"), [("EUR", 10_000), ("JPY", 1_000_000), ("KWD", 1_000)]
    )
    def test_is_what_banks_count_in(self, currency: str, micros: int) -> None:
        assert minor_unit(currency) == micros
