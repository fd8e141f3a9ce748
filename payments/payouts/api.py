"""`/user/payouts`: what can be paid out, and what was.

Only to read: a payout is asked for on the site's pages, where the person is asked who they are.
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.access import needs
from accounts.api.describing import PAGED
from accounts.api.paging import page_asked
from accounts.api.routes import Resource
from accounts.api.views import ApiView
from accounts.oauth.scopes import Scope
from payments.money import format_exact
from payments.payouts.models import Payout
from payments.payouts.payable import Payable, payable_of

_MONEY = "A decimal with six places"

PayableShape = inline_serializer(
    "Payable",
    {
        "type": serializers.ChoiceField(["payable"]),
        "currency": serializers.CharField(),
        "earned": serializers.CharField(help_text=f"{_MONEY}: free + later + held"),
        "free": serializers.CharField(help_text=f"{_MONEY}: what can be paid out now"),
        "later": serializers.CharField(help_text=_MONEY),
        "later_at": serializers.IntegerField(help_text="Unix seconds: from when `later` can be"),
        "held": serializers.CharField(help_text=f"{_MONEY}: until the operator has looked"),
    },
    many=True,
)
PayoutShape = inline_serializer(
    "Payout",
    {
        "type": serializers.ChoiceField(["payout"]),
        "id": serializers.IntegerField(),
        "amount": serializers.CharField(help_text=_MONEY),
        "currency": serializers.CharField(),
        "state": serializers.ChoiceField(Payout.State.values),
        "way": serializers.CharField(),
        "account": serializers.CharField(help_text="A hint, such as `DE89 … 3000`"),
        "requested_at": serializers.IntegerField(help_text="Unix seconds"),
        "changed_at": serializers.IntegerField(help_text="Unix seconds"),
    },
    many=True,
)


class OwnPayable(ApiView):
    """What can be paid out."""

    access = {"GET": needs(Scope.MONEY)}

    @extend_schema(responses=PayableShape, summary="What can be paid out, by currency")
    def get(self, request: Request, **_format: str) -> Response:
        """Now, and from when the rest can."""
        lines = payable_of(self.subscriber, at=timezone.now())
        return Response([_present_payable(line) for line in lines])


class OwnPayouts(ApiView):
    """The payouts of the token's user."""

    access = {"GET": needs(Scope.MONEY)}

    @extend_schema(responses=PayoutShape, parameters=[*PAGED], summary="Payouts, latest first")
    def get(self, request: Request, **_format: str) -> Response:
        """With how far each has come."""
        rows = page_asked(request).rows
        payouts = self.subscriber.payouts.select_related("details").order_by("-pk")[rows]
        return Response([_present(payout) for payout in payouts])


def _present_payable(line: Payable) -> dict[str, Any]:
    return {
        "type": "payable",
        "currency": line.currency,
        "earned": format_exact(line.earned),
        "free": format_exact(line.free),
        "later": format_exact(line.later),
        "later_at": int(line.later_at.timestamp()),
        "held": format_exact(line.held),
    }


def _present(payout: Payout) -> dict[str, Any]:
    return {
        "type": "payout",
        "id": payout.pk,
        "amount": format_exact(payout.amount),
        "currency": payout.currency,
        "state": payout.state,
        "way": payout.way,
        "account": payout.details.hint if payout.details else "",
        "requested_at": int(payout.requested_at.timestamp()),
        "changed_at": int(payout.changed_at.timestamp()),
    }


RESOURCES = [Resource("user/payable", OwnPayable), Resource("user/payouts", OwnPayouts)]
