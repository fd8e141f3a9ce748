"""`/user/statement`: what one gave in a period, to the last micro."""

from __future__ import annotations

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
from payments.api import PERIOD, period_asked
from payments.giving.statements import NothingGiven, State, statement_of
from payments.money import format_exact
from things.api.presenting import present_embedded
from things.api.shapes import EmbeddedThingShape

_MONEY = "A decimal with six places"

StatementShape = inline_serializer(
    "Statement",
    {
        "type": serializers.ChoiceField(["statement"]),
        "period": serializers.CharField(),
        "state": serializers.ChoiceField([state.value for state in State]),
        "currency": serializers.CharField(),
        "budget": serializers.CharField(help_text=f"{_MONEY}: share x clicks + remainder"),
        "clicks": serializers.IntegerField(help_text="Those that count"),
        "left_out": serializers.IntegerField(help_text="Those that do not"),
        "share": serializers.CharField(help_text=f"{_MONEY}: what each click is worth"),
        "given": serializers.CharField(help_text=_MONEY),
        "remainder": serializers.CharField(help_text=f"{_MONEY}; it stays in the wallet"),
        "things": inline_serializer(
            "StatementLine",
            {
                "thing": EmbeddedThingShape(),
                "clicked_at": serializers.IntegerField(help_text="Unix seconds"),
                "counts": serializers.BooleanField(),
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
        description="As it stands now while the period is running; the things are paged.",
    )
    def get(self, request: Request, **_format: str) -> Response:
        """Budget, clicks, share, remainder, and what was clicked."""
        period, page = period_asked(request), page_asked(request)
        try:
            statement = statement_of(subscriber=self.subscriber, period=period, at=timezone.now())
        except NothingGiven as refusal:
            raise Refused(Error.NOT_FOUND, str(refusal)) from refusal
        clicks = list(statement.clicks.select_related("thing__owner")[page.rows])
        things = present_embedded([click.thing for click in clicks], self.presenting)
        return Response(
            {
                "type": "statement",
                "period": str(period),
                "state": statement.state.value,
                "currency": statement.budget.currency,
                "budget": format_exact(statement.budget.amount),
                "clicks": statement.counted,
                "left_out": statement.left_out,
                "share": format_exact(statement.share),
                "given": format_exact(statement.given),
                "remainder": format_exact(statement.remainder),
                "things": [
                    {
                        "thing": things[click.thing_id],
                        "clicked_at": int(click.clicked_at.timestamp()),
                        "counts": click.counts,  # type: ignore[attr-defined]  # an annotation
                    }
                    for click in clicks
                ],
            }
        )


RESOURCES = [Resource("user/statement", OwnStatement)]
