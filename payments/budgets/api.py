"""`/user/budget`: what one gives a month."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.access import needs
from accounts.api.errors import Error, Refused
from accounts.api.idempotency import once
from accounts.api.routes import Resource
from accounts.api.views import ApiView
from accounts.oauth.scopes import Scope
from payments.budgets.holding import NoMeans
from payments.budgets.models import Plan
from payments.budgets.planning import BudgetRefused, set_budget
from payments.money import NotAnAmount, format_exact, parse_amount

BudgetShape = inline_serializer(
    "Budget",
    {
        "type": serializers.ChoiceField(["budget"]),
        "amount": serializers.CharField(help_text="A decimal with six places: `5.000000`"),
        "currency": serializers.CharField(help_text="ISO 4217"),
        "paused": serializers.BooleanField(),
    },
)


class BudgetInput(serializers.Serializer[Plan]):
    """What to give a month."""

    amount = serializers.CharField(max_length=40, help_text="A decimal: `5` or `5.14`")
    currency = serializers.CharField(max_length=3, help_text="ISO 4217, one that the site has")


class OwnBudget(ApiView):
    """What one gives a month."""

    access = {"GET": needs(Scope.MONEY), "PUT": needs(Scope.BUDGET)}

    @extend_schema(responses=BudgetShape, summary="What one gives a month")
    def get(self, request: Request, **_format: str) -> Response:
        """From the next first click on."""
        plan = Plan.objects.filter(subscriber=self.subscriber).first()
        if plan is None:
            raise Refused(Error.NOT_FOUND, "No monthly budget is set")
        return Response(_present(plan))

    @extend_schema(
        request=BudgetInput,
        responses=BudgetShape,
        summary="Set what one gives a month",
        description="A raise counts at once, anything else from the next period on.",
    )
    @once
    def put(self, request: Request, **_format: str) -> Response:
        """In a currency of the site."""
        given = BudgetInput(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            plan = set_budget(
                subscriber=self.subscriber,
                amount=parse_amount(given.validated_data["amount"]),
                currency=given.validated_data["currency"],
                at=timezone.now(),
            )
        except (BudgetRefused, NotAnAmount) as refusal:
            raise Refused(Error.VALIDATION, str(refusal)) from refusal
        except NoMeans as refusal:
            raise Refused(Error.NO_MEANS, "The wallet does not cover the raise") from refusal
        return Response(_present(plan))


def _present(plan: Plan) -> dict[str, Any]:
    return {
        "type": "budget",
        "amount": format_exact(plan.amount),
        "currency": plan.currency,
        "paused": plan.paused,
    }


RESOURCES = [Resource("user/budget", OwnBudget)]
