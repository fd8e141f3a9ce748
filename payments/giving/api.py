"""`/user/statement`: what one gave in a period, to the last micro."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.access import needs
from accounts.api.describing import PAGED
from accounts.api.errors import Error, Refused
from accounts.api.paging import page_asked
from accounts.api.routes import Resource
from accounts.api.views import ApiView
from accounts.oauth.scopes import Scope
from accounts.visibility import Visibility
from payments.api import PERIOD, period_asked
from payments.giving.exporting.json_file import present_wallet
from payments.giving.months import month_of
from payments.giving.statements import LeftOut, NothingGiven, State, Statement
from payments.money import format_exact
from payments.tips.models import Tip
from things.api.presenting import present_embedded
from things.api.shapes import EmbeddedThingShape

_MONEY = "A decimal with six places"

StatementShape = inline_serializer(
    "Statement",
    {
        "type": serializers.ChoiceField(["statement"]),
        "period": serializers.CharField(),
        "state": serializers.ChoiceField([state.value for state in State]),
        "currency": serializers.CharField(
            allow_null=True, help_text="Null in a month without a budget, as all that is of it"
        ),
        "budget": serializers.CharField(
            allow_null=True, help_text=f"{_MONEY}: share x clicks + remainder"
        ),
        "clicks": serializers.IntegerField(help_text="Those that count"),
        "left_out": serializers.IntegerField(help_text="Those that do not"),
        "why_left_out": serializers.ChoiceField(
            [why.value for why in LeftOut],
            allow_null=True,
            help_text="The subscriber is suspended or owes, or things are suspended or excluded",
        ),
        "excluded": serializers.IntegerField(help_text="Those of left_out that staff excluded"),
        "standing_clicks_skipped": serializers.IntegerField(
            help_text="Those that found no means when the month began"
        ),
        "share": serializers.CharField(
            allow_null=True, help_text=f"{_MONEY}: what each click is worth"
        ),
        "given": serializers.CharField(
            allow_null=True, help_text=f"{_MONEY}: by clicks; tips are a line of the wallet"
        ),
        "remainder": serializers.CharField(
            allow_null=True, help_text=f"{_MONEY}; it stays in the wallet"
        ),
        "wallets": inline_serializer(
            "WalletStatement",
            {
                "currency": serializers.CharField(),
                "opening": serializers.CharField(help_text=_MONEY),
                "lines": serializers.DictField(
                    child=serializers.CharField(),
                    help_text="What moved, by what for: opening and these add up to closing",
                ),
                "closing": serializers.CharField(help_text=_MONEY),
            },
            many=True,
        ),
        "tips": inline_serializer(
            "TipGiven",
            {
                "creator": serializers.CharField(),
                "given_at": serializers.IntegerField(help_text="Unix seconds"),
                "currency": serializers.CharField(),
                "amount": serializers.CharField(help_text=f"{_MONEY}, with the fee"),
                "fee": serializers.CharField(help_text=_MONEY),
                "note": serializers.CharField(),
                "visibility": serializers.ChoiceField([one.written for one in Visibility]),
                "taken_back_at": serializers.IntegerField(
                    allow_null=True, help_text="Unix seconds; it came back to the wallet"
                ),
            },
            many=True,
        ),
        "things": inline_serializer(
            "StatementLine",
            {
                "thing": EmbeddedThingShape(),
                "clicked_at": serializers.IntegerField(help_text="Unix seconds"),
                "counts": serializers.BooleanField(),
                "excluded_for": serializers.CharField(
                    allow_null=True, help_text="Why staff excluded it; null where they did not"
                ),
            },
            many=True,
        ),
    },
)


class OwnStatement(ApiView):
    """What one gave in a period."""

    access = {"GET": needs(Scope.MONEY)}

    @extend_schema(
        responses=StatementShape,
        parameters=[PERIOD, *PAGED],
        summary="What one gave in a period",
        description="As it stands now while the period is running; things and tips are paged.",
    )
    def get(self, request: Request, **_format: str) -> Response:
        """Budget, clicks, share, remainder, what was clicked, the wallets and tips."""
        period, page = period_asked(request), page_asked(request)
        try:
            month = month_of(subscriber=self.subscriber, period=period, at=timezone.now())
        except NothingGiven as refusal:
            raise Refused(Error.NOT_FOUND, str(refusal)) from refusal
        given = Tip.objects.given_by(self.subscriber)
        tips = given.filter(given_at__gte=period.starts_at, given_at__lt=period.ends_at)
        return Response(
            {
                "type": "statement",
                "period": str(period),
                "state": month.state.value,
                **(_NO_BUDGET if month.giving is None else _present_budget(month.giving)),
                "wallets": [present_wallet(wallet) for wallet in month.wallets],
                "tips": [_present_tip(tip) for tip in tips[page.rows]],
                "things": [] if month.giving is None else self._things(month.giving, page.rows),
            }
        )

    def _things(self, statement: Statement, rows: slice) -> list[dict[str, Any]]:
        clicks = statement.in_pages[rows]
        things = present_embedded([click.thing for click in clicks], self.presenting)
        return [
            {
                "thing": things[click.thing_id],
                "clicked_at": int(click.clicked_at.timestamp()),
                "counts": click.counts,  # type: ignore[attr-defined]  # an annotation
                "excluded_for": click.excluded_for,  # type: ignore[attr-defined]  # another
            }
            for click in clicks
        ]


_NO_BUDGET: dict[str, Any] = {
    "currency": None,
    "budget": None,
    "clicks": 0,
    "left_out": 0,
    "why_left_out": None,
    "excluded": 0,
    "standing_clicks_skipped": 0,
    "share": None,
    "given": None,
    "remainder": None,
}


def _present_budget(statement: Statement) -> dict[str, Any]:
    return {
        "currency": statement.budget.currency,
        "budget": format_exact(statement.budget.amount),
        "clicks": statement.counted,
        "left_out": statement.left_out,
        "why_left_out": statement.why.value if statement.why else None,
        "excluded": statement.excluded,
        "standing_clicks_skipped": statement.skipped,
        "share": format_exact(statement.share),
        "given": format_exact(statement.given),
        "remainder": format_exact(statement.remainder),
    }


def _present_tip(tip: Tip) -> dict[str, Any]:
    return {
        "creator": tip.creator.username,
        "given_at": int(tip.given_at.timestamp()),
        "currency": tip.currency,
        "amount": format_exact(tip.amount),
        "fee": format_exact(tip.fee),
        "note": tip.note,
        "visibility": Visibility(tip.visibility).written,
        "taken_back_at": int(tip.taken_back_at.timestamp()) if tip.taken_back_at else None,
    }


RESOURCES = [Resource("user/statement", OwnStatement)]
