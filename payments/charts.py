"""Charts: what is drawn, and where, in per cent of the picture. The templates write it as SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from things.periods import Period

# A bar of something is never invisible, and a share never without a place for the pointer.
LEAST_HEIGHT = 0.8
# How many portions of a share chart have a colour of their own; the rest are one.
COLOURS = 6

# More parts than this are thinner than the gaps between them.
MOST_PARTS = 60


@dataclass(frozen=True)
class Month:
    """One month of a chart: an amount (micros) or count for each series."""

    period: Period
    values: tuple[int, ...]
    url: str = ""


@dataclass(frozen=True)
class MonthChart:
    """Bars by month, earliest first. `series` names what stands side by side: one or two.

    Without a currency the values are counts.
    """

    caption: str
    months: Sequence[Month]
    series: tuple[str, ...]
    currency: str = ""


@dataclass(frozen=True)
class Portion:
    """One part of a whole: whose it is, an amount (micros) or count, and where it leads."""

    label: str
    value: int
    url: str = ""


@dataclass(frozen=True)
class ShareChart:
    """How a whole is divided, largest portion first. `label` heads the first column."""

    caption: str
    portions: Sequence[Portion]
    label: str
    currency: str = ""


@dataclass(frozen=True)
class Bar:
    """A rectangle in per cent of the picture's width and height, and what it stands for."""

    x: str
    y: str
    width: str
    height: str
    value: int
    series: int


@dataclass(frozen=True)
class Line:
    """A line across the picture at a round value."""

    y: str
    value: int


def recent_months(
    values: Mapping[Period, tuple[int, ...]],
    *,
    last: Period,
    count: int = 12,
    urls: Mapping[Period, str] | None = None,
) -> list[Month]:
    """The months up to `last`, earliest first; those without values are zero."""
    series = max((len(each) for each in values.values()), default=1)
    months: list[Month] = []
    period = last
    for _turn in range(count):
        amounts = values.get(period, (0,) * series)
        months.append(Month(period, amounts, (urls or {}).get(period, "")))
        period = period.previous
    return months[::-1]


def round_above(value: int) -> int:
    """The least of 1, 2, 2.5, 5, 10, 20... that is not below the value; at least 4.

    A quarter of it is a round number again, so that four lines can be drawn.
    """
    step = 1
    while True:
        for factor in (4, 8, 10, 20, 40):
            if factor * step >= value:
                return factor * step
        step *= 10


def lines_of(top: int, *, count: int = 4) -> list[Line]:
    """Lines at equal distances from zero to `top`, the highest first."""
    return [
        Line(_percent(100 - 100 * turn / count), top * turn // count)
        for turn in range(count, -1, -1)
    ]


def bars_of(chart: MonthChart, top: int) -> list[list[Bar]]:
    """The bars of each month: side by side in seven tenths of the month's width."""
    width = 100 / max(len(chart.months), 1)
    each = 0.7 * width / max(len(chart.series), 1)
    return [
        [
            _bar(0.15 * width + turn * width + series * each, each * 0.94, value, top, series)
            for series, value in enumerate(month.values)
        ]
        for turn, month in enumerate(chart.months)
    ]


def slices_of(portions: Sequence[Portion]) -> list[Bar]:
    """The portions side by side over the whole width; the last colour is that of the rest."""
    whole = sum(portion.value for portion in portions) or 1
    slices, before = [], 0
    for turn, portion in enumerate(portions):
        slices.append(
            Bar(
                x=_percent(100 * before / whole),
                y="0%",
                width=_percent(100 * portion.value / whole),
                height="100%",
                value=portion.value,
                series=min(turn, COLOURS),
            )
        )
        before += portion.value
    return slices


def equal_parts(count: int) -> list[Bar]:
    """A whole cut in equal parts: as many as can be told apart, at most MOST_PARTS."""
    parts = min(count, MOST_PARTS)
    return slices_of([Portion("", 1)] * parts)


def basis_points_of(value: int, whole: int) -> int:
    """A part of a whole in tenths of a per cent, as basis points, half up."""
    return 10 * ((2000 * value + whole) // (2 * whole)) if whole else 0


def _bar(x: float, width: float, value: int, top: int, series: int) -> Bar:
    height = max(100 * value / top, LEAST_HEIGHT) if value else 0.0
    return Bar(
        _percent(x), _percent(100 - height), _percent(width), _percent(height), value, series
    )


def _percent(part: float) -> str:
    return f"{part:.3f}".rstrip("0").rstrip(".") + "%"
