"""Periods in addresses."""

from __future__ import annotations

import pytest
from django.urls import Resolver404, resolve, reverse

from things.periods import Period


class TestPeriodConverter:
    def test_reads_a_period(self) -> None:
        match = resolve("/months/2010-09/")

        assert match.kwargs == {"period": Period(2010, 9)}

    @pytest.mark.parametrize("text", ["2010-13", "2010-9", "0000-01", "２０１０-09", "2010-09x"])
    def test_matches_nothing_else(self, text: str) -> None:
        with pytest.raises(Resolver404):
            resolve(f"/months/{text}/")

    def test_writes_a_period(self) -> None:
        address = reverse("month", args=[Period(987, 1)])

        assert address == "/months/0987-01/"
