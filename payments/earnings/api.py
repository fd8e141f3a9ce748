"""`/user/earnings`, and the public figures of the months."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.fields import Field
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.access import PUBLIC, needs
from accounts.api.describing import PAGED, parameter
from accounts.api.errors import Error, Refused
from accounts.api.paging import page_asked
from accounts.api.people import api_address
from accounts.api.routes import Resource
from accounts.api.views import ApiView
from accounts.oauth.scopes import Scope
from payments.api import PERIOD, period_asked
from payments.earnings.exporting.reports import (
    FIRST_LINE,
    FLATTRS_CURRENCY,
    Row,
    report_line,
    report_name,
)
from payments.earnings.months import NotSettled, public_month, settled_months
from payments.earnings.reports import CreatorMonth, NothingEarned, creator_month
from payments.money import format_exact
from payments.settlement.models import PeriodFigures, Settlement
from things.api.presenting import present_embedded
from things.api.shapes import EmbeddedThingShape
from things.clicks import clicks_until
from things.converters import register_period
from things.periods import Period

register_period()

_MONEY = "A decimal with six places"


def _money(meaning: str = "") -> serializers.CharField:
    return serializers.CharField(help_text=f"{_MONEY}{meaning and ': '}{meaning}")


EarningsShape = inline_serializer(
    "Earnings",
    {
        "type": serializers.ChoiceField(["earnings"]),
        "period": serializers.CharField(),
        "totals": inline_serializer(
            "EarningsTotal",
            {
                "currency": serializers.CharField(),
                "things": serializers.IntegerField(),
                "clicks": serializers.IntegerField(),
                "gross": _money(),
                "fee": _money("the site's part"),
                "net": _money("gross less fee"),
            },
            many=True,
        ),
        "tips": inline_serializer(
            "EarningsByTips",
            {
                "currency": serializers.CharField(),
                "number": serializers.IntegerField(help_text="Less those that were taken back"),
                "gross": _money(),
                "fee": _money("the site's part"),
                "net": _money("gross less fee"),
            },
            many=True,
        ),
        "things": inline_serializer(
            "EarningsOfThing",
            {
                "thing": EmbeddedThingShape(),
                "currency": serializers.CharField(),
                "clicks": serializers.IntegerField(),
                "gross": _money("before the fee"),
                "lowest": _money("the smallest share among the clicks"),
                "highest": _money("the largest"),
            },
            many=True,
        ),
    },
)
_MONTH: dict[str, Field[Any, Any, Any, Any]] = {
    "type": serializers.ChoiceField(["month"]),
    "resource": serializers.URLField(),
    "period": serializers.CharField(),
    "settled_at": serializers.IntegerField(help_text="Unix seconds"),
    "figures": inline_serializer(
        "MonthFigures",
        {
            "currency": serializers.CharField(),
            "subscribers": serializers.IntegerField(help_text="Those whose clicks counted"),
            "creators": serializers.IntegerField(),
            "things": serializers.IntegerField(),
            "clicks": serializers.IntegerField(),
            "given": _money(),
            "fee": _money(),
            "mean": _money("what a click was worth on average"),
            "median": _money(),
        },
        many=True,
    ),
}
MonthShape = inline_serializer("Month", _MONTH)


class RevenueCsv(BaseRenderer):
    """`.csv`: Flattr's monthly revenue report; an error as its code and description."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(self, data: Any, *_context: object) -> bytes:
        """The report's lines."""
        if "error" in data:
            return f"{data['error']}: {data['error_description']}\n".encode()
        return "".join(data["report"]).encode()


class OwnEarnings(ApiView):
    """What one earned in a period."""

    access = {"GET": needs(Scope.MONEY)}
    renderer_classes = [*ApiView.renderer_classes, RevenueCsv]

    @extend_schema(
        responses=EarningsShape,
        parameters=[
            PERIOD,
            *PAGED,
            parameter("currency", "Of the `.csv` report: a code of ISO 4217; EUR if left out"),
        ],
        summary="What one earned in a period",
        description=(
            "Most earned first; the things are paged. With `.csv` all things of one currency as"
            " Flattr's revenue report."
        ),
    )
    def get(self, request: Request, **_format: str) -> Response:
        """Totals by currency, and the things."""
        period, page = period_asked(request), page_asked(request)
        try:
            month = creator_month(creator=self.subscriber, period=period)
        except NothingEarned as refusal:
            raise Refused(Error.NOT_FOUND, str(refusal)) from refusal
        if isinstance(request.accepted_renderer, RevenueCsv):
            if not month.totals:
                raise Refused(Error.NOT_FOUND, str(NothingEarned(self.subscriber, period)))
            return self._report(month)
        return Response(
            {
                "type": "earnings",
                "period": str(period),
                "totals": [_present_total(total.earnings) for total in month.totals],
                "tips": [
                    {
                        "currency": one.currency,
                        "number": one.number,
                        **_amounts(one, "gross", "fee", "net"),
                    }
                    for one in month.tips
                ],
                "things": self._lines(month, page.rows),
            }
        )

    def _report(self, month: CreatorMonth) -> Response:
        """All things that earned in one currency, most revenue first, as a file."""
        currency = self.request.query_params.get("currency", "") or FLATTRS_CURRENCY
        earned = list(month.things.filter(currency=currency).select_related("thing"))
        earned.sort(key=lambda line: (-line.gross, line.thing_id))
        totals = clicks_until(month.period, things=[line.thing_id for line in earned])
        rows = [
            Row(
                creator=month.creator.username,
                currency=currency,
                thing=line.thing_id,
                url=line.thing.url,
                title=line.thing.title,
                clicks=line.clicks,
                gross=line.gross,
                total=totals[line.thing_id],
            )
            for line in earned
        ]
        name = report_name(month.period, currency)
        return Response(
            {"report": [f"{FIRST_LINE}\n", *(report_line(month.period, row) for row in rows)]},
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def _lines(self, month: CreatorMonth, rows: slice) -> list[dict[str, Any]]:
        earned = list(month.things.select_related("thing__owner")[rows])
        things = present_embedded([line.thing for line in earned], self.presenting)
        return [
            {
                "thing": things[line.thing_id],
                "currency": line.currency,
                "clicks": line.clicks,
                **_amounts(line, "gross", "lowest", "highest"),
            }
            for line in earned
        ]


class Months(ApiView):
    """The settled months."""

    access = {"GET": PUBLIC}

    @extend_schema(
        responses=inline_serializer("Month", _MONTH, many=True),
        parameters=PAGED,
        summary="The settled months",
    )
    def get(self, request: Request, **_format: str) -> Response:
        """Latest first."""
        months = settled_months()[page_asked(request).rows]
        return Response([_present_month(month, request) for month in months])


class OneMonth(ApiView):
    """A settled month."""

    access = {"GET": PUBLIC}

    @extend_schema(responses=MonthShape, summary="A settled month")
    def get(self, request: Request, period: Period, **_format: str) -> Response:
        """In public figures."""
        try:
            return Response(_present_month(public_month(period).settlement, request))
        except NotSettled as refusal:
            raise Refused(Error.NOT_FOUND, str(refusal)) from refusal


def _present_month(settlement: Settlement, request: Request) -> dict[str, Any]:
    settled_at = settlement.settled_at
    return {
        "type": "month",
        "resource": api_address(request, f"months/{settlement.period}"),
        "period": str(settlement.period),
        "settled_at": 0 if settled_at is None else int(settled_at.timestamp()),
        "figures": [_present_figures(figures) for figures in settlement.figures.all()],
    }


def _present_figures(figures: PeriodFigures) -> dict[str, Any]:
    counts = ("currency", "subscribers", "creators", "things", "clicks")
    return {
        **{name: getattr(figures, name) for name in counts},
        **_amounts(figures, "given", "fee", "mean", "median"),
    }


def _present_total(earnings: object) -> dict[str, Any]:
    counts = ("currency", "things", "clicks")
    return {
        **{name: getattr(earnings, name) for name in counts},
        **_amounts(earnings, "gross", "fee", "net"),
    }


def _amounts(row: object, *names: str) -> dict[str, str]:
    return {name: format_exact(getattr(row, name)) for name in names}


RESOURCES = [
    Resource("months", Months),
    Resource("months/<period:period>", OneMonth),
    Resource("user/earnings", OwnEarnings),
]
