"""Where the parts of a chart are drawn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.charts import (
    COLOURS,
    Month,
    MonthChart,
    Portion,
    bars_of,
    basis_points_of,
    lines_of,
    recent_months,
    round_above,
    slices_of,
)
from things.periods import Period

SEPTEMBER = Period(2010, 9)


def parts(percent: str) -> float:
    return float(percent.removesuffix("%"))


class TestRecentMonths:
    def test_fills_months_without_values(self) -> None:
        months = recent_months({Period(2010, 8): (3, 4)}, last=SEPTEMBER, count=3)

        assert [(str(month.period), month.values) for month in months] == [
            ("2010-07", (0, 0)),
            ("2010-08", (3, 4)),
            ("2010-09", (0, 0)),
        ]


class TestRoundAbove:
    @pytest.mark.parametrize(
        ("value", "top"), [(0, 4), (5, 8), (9, 10), (11, 20), (5_140_000, 8_000_000)]
    )
    def test_is_the_next_round_value(self, value: int, top: int) -> None:
        assert round_above(value) == top

    @given(st.integers(0, 10**16))
    def test_is_never_below_and_seldom_far_above(self, value: int) -> None:
        top = round_above(value)

        assert value <= top <= max(4, 2 * value)


class TestLinesOf:
    def test_are_from_the_top_to_zero(self) -> None:
        assert [(line.y, line.value) for line in lines_of(8)] == [
            ("0%", 8),
            ("25%", 6),
            ("50%", 4),
            ("75%", 2),
            ("100%", 0),
        ]


class TestBarsOf:
    @given(
        st.lists(st.tuples(st.integers(0, 10**15), st.integers(0, 10**15)), min_size=1, max_size=24)
    )
    def test_stay_in_their_month_and_do_not_overlap(self, values: list[tuple[int, int]]) -> None:
        months = [Month(SEPTEMBER, each) for each in values]
        top = round_above(max(max(each) for each in values))
        columns = bars_of(MonthChart("", months, ("a", "b")), top)

        width = 100 / len(values)
        for turn, (first, second) in enumerate(columns):
            assert turn * width <= parts(first.x)
            assert parts(first.x) + parts(first.width) <= parts(second.x)
            assert parts(second.x) + parts(second.width) <= (turn + 1) * width
            for bar in (first, second):
                assert parts(bar.y) + parts(bar.height) == pytest.approx(100, abs=0.01)

    def test_show_a_small_amount_still(self) -> None:
        months = [Month(SEPTEMBER, (1,)), Month(SEPTEMBER, (0,)), Month(SEPTEMBER, (10**9,))]
        heights = [bar.height for [bar] in bars_of(MonthChart("", months, ("a",)), 10**9)]

        assert heights == ["0.8%", "0%", "100%"]


class TestSlicesOf:
    @given(st.lists(st.integers(1, 10**15), min_size=1, max_size=12))
    def test_fill_the_whole_width(self, values: list[int]) -> None:
        slices = slices_of([Portion("", value) for value in values])

        assert slices[0].x == "0%"
        assert sum(parts(each.width) for each in slices) == pytest.approx(100, abs=0.02)
        assert {each.series for each in slices} <= set(range(COLOURS + 1))


class TestBasisPointsOf:
    @pytest.mark.parametrize(("value", "points"), [(1, 3330), (2, 6670), (3, 10_000), (0, 0)])
    def test_are_tenths_of_a_per_cent(self, value: int, points: int) -> None:
        assert basis_points_of(value, 3) == points

    def test_of_nothing_are_none(self) -> None:
        assert basis_points_of(0, 0) == 0
