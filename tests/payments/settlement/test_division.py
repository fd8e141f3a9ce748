"""The arithmetic of the month end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.money import MAX_AMOUNT
from payments.settlement.division import divide, fee_of


class TestDivide:
    @pytest.mark.parametrize(
        ("budget", "clicks", "share", "remainder"),
        [
            (2_000_000, 0, 0, 2_000_000),
            (2_000_000, 1, 2_000_000, 0),
            (2_000_000, 3, 666_666, 2),
            (5_140_000, 14, 367_142, 12),
            (5, 7, 0, 5),
        ],
    )
    def test_gives_each_click_the_same(
        self, budget: int, clicks: int, share: int, remainder: int
    ) -> None:
        assert divide(budget, clicks) == (share, remainder)

    @given(st.integers(0, MAX_AMOUNT), st.integers(1, 10**7))
    def test_loses_nothing(self, budget: int, clicks: int) -> None:
        share, remainder = divide(budget, clicks)

        assert share * clicks + remainder == budget
        assert 0 <= remainder < clicks

    @pytest.mark.parametrize(("budget", "clicks"), [(-1, 1), (1, -1)])
    def test_refuses_what_is_negative(self, budget: int, clicks: int) -> None:
        with pytest.raises(ValueError, match="cannot be divided"):
            divide(budget, clicks)


class TestFeeOf:
    @pytest.mark.parametrize(
        ("gross", "basis_points", "fee"),
        [(5_140_000, 1000, 514_000), (19, 1000, 1), (9, 1000, 0), (7, 10_000, 7), (7, 0, 0)],
    )
    def test_is_rounded_down_to_the_micro(self, gross: int, basis_points: int, fee: int) -> None:
        assert fee_of(gross, basis_points) == fee

    @pytest.mark.parametrize(("gross", "basis_points"), [(-1, 1000), (1, -1), (1, 10_001)])
    def test_refuses_what_is_out_of_bounds(self, gross: int, basis_points: int) -> None:
        with pytest.raises(ValueError, match="basis points"):
            fee_of(gross, basis_points)
