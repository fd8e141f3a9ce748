"""What the templates of the charts are given."""

from __future__ import annotations

from typing import TypedDict

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from payments import charts
from payments.charts import Bar, Line, Month, MonthChart, Portion, ShareChart


class _Column(TypedDict):
    month: Month
    bars: list[Bar]
    middle: str
    name: str
    opens_year: bool


class _Part(TypedDict):
    portion: Portion
    slice: Bar
    basis_points: int


def month_context(chart: MonthChart, beside: str) -> dict[str, object]:
    """The bars, the lines behind them, the months beneath."""
    highest = max((value for month in chart.months for value in month.values), default=0)
    top = charts.round_above(highest)
    lines: list[Line] = charts.lines_of(top)
    width = 100 / max(len(chart.months), 1)
    columns = [
        _Column(
            month=month,
            bars=bars,
            middle=f"{(turn + 0.5) * width:.3f}%",
            name=date_format(month.period.first_day, "b"),
            opens_year=turn == 0 or month.period.month == 1,
        )
        for turn, (month, bars) in enumerate(
            zip(chart.months, charts.bars_of(chart, top), strict=True)
        )
    ]
    return {"chart": chart, "columns": columns, "lines": lines, "beside": beside}


def share_context(chart: ShareChart) -> dict[str, object]:
    """The parts, those without a colour of their own put together in the picture."""
    whole = sum(portion.value for portion in chart.portions)
    drawn = list(chart.portions[: charts.COLOURS])
    rest = sum(portion.value for portion in chart.portions[charts.COLOURS :])
    if rest:
        drawn.append(Portion(_("Others"), rest))
    parts = [
        _Part(
            portion=portion, slice=place, basis_points=charts.basis_points_of(portion.value, whole)
        )
        for portion, place in zip(chart.portions, charts.slices_of(chart.portions), strict=True)
    ]
    slices = list(zip(drawn, charts.slices_of(drawn), strict=True))
    return {"chart": chart, "parts": parts, "slices": slices, "whole": whole}
