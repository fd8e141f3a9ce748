"""`/user/budget`: what one gives a month."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.fields import Field
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.access import needs
from accounts.api.errors import Error, Refused
from accounts.api.idempotency import once
from accounts.api.routes import Resource
from accounts.api.views import ApiView
from accounts.models import User
from accounts.oauth.scopes import Scope
from payments.budgets.holding import NoPlan, WalletShort
from payments.budgets.models import Budget, Plan
from payments.budgets.outlook import outlook_of
from payments.budgets.planning import BudgetRefused, pause_budget, set_budget, stop_budget
from payments.money import NotAnAmount, format_exact, parse_amount
from things.periods import Period

_NOT_SET = "No monthly budget is set"

_SUM: dict[str, Field[Any, Any, Any, Any]] = {
    "period": serializers.CharField(help_text="YYYY-MM"),
    "amount": serializers.CharField(help_text="A decimal with six places: `5.000000`"),
    "currency": serializers.CharField(help_text="ISO 4217"),
}
BudgetShape = inline_serializer(
    "Budget",
    {
        "type": serializers.ChoiceField(["budget"]),
        "amount": _SUM["amount"],
        "currency": _SUM["currency"],
        "paused": serializers.BooleanField(help_text="No budget is made until it is set again"),
        "now": inline_serializer(
            "BudgetNow",
            {
                **_SUM,
                "held": serializers.BooleanField(help_text="A click holds it on the wallet"),
            },
            required=False,
            help_text="What holds in the running period; left out for nothing",
        ),
        "next": inline_serializer(
            "BudgetNext",
            _SUM,
            required=False,
            help_text="What holds from the next period on; left out for nothing",
        ),
    },
)


class BudgetInput(serializers.Serializer[Plan]):
    """What to give a month."""

    amount = serializers.CharField(max_length=40, help_text="A decimal: `5` or `5.14`")
    currency = serializers.CharField(max_length=3, help_text="ISO 4217, one that the site has")
    paused = serializers.BooleanField(
        required=False, help_text="Give nothing from the next period on, until set again"
    )


class OwnBudget(ApiView):
    """What one gives a month."""

    access = {
        "GET": needs(Scope.MONEY),
        "PUT": needs(Scope.BUDGET),
        "DELETE": needs(Scope.BUDGET),
    }

    @extend_schema(responses=BudgetShape, summary="What one gives a month")
    def get(self, request: Request, **_format: str) -> Response:
        """`amount` from the next first click on, `now` and `next` to the month."""
        return Response(_present(self.subscriber))

    @extend_schema(
        request=BudgetInput,
        responses=BudgetShape,
        summary="Set what one gives a month",
        description=(
            "A raise counts at once. Anything else counts from the next period on, or at once"
            " while no click of the running one holds a budget."
        ),
    )
    @once
    def put(self, request: Request, **_format: str) -> Response:
        """In a currency of the site."""
        given = BudgetInput(data=request.data)
        given.is_valid(raise_exception=True)
        now = timezone.now()
        with _naming_refusals(), transaction.atomic():
            set_budget(
                subscriber=self.subscriber,
                amount=parse_amount(given.validated_data["amount"]),
                currency=given.validated_data["currency"],
                at=now,
            )
            if given.validated_data.get("paused"):
                pause_budget(subscriber=self.subscriber, at=now)
        return Response(_present(self.subscriber))

    @extend_schema(
        responses={204: OpenApiResponse(description="Stopped")},
        summary="Stop giving",
        description="From the next period on, or at once while no click holds a budget.",
    )
    @once
    def delete(self, request: Request, **_format: str) -> Response:
        """What is held is still given at the month's end."""
        with _naming_refusals():
            stop_budget(subscriber=self.subscriber, at=timezone.now())
        return Response(status=204)


def _present(subscriber: User) -> dict[str, Any]:
    outlook = outlook_of(subscriber, at=timezone.now())
    plan = outlook.plan
    if plan is None or (plan.stopped and outlook.held is None):
        raise Refused(Error.NOT_FOUND, _NOT_SET)
    shown = {
        "type": "budget",
        "amount": format_exact(plan.amount),
        "currency": plan.currency,
        "paused": not plan.gives,
    }
    if outlook.now is not None:
        held = outlook.held is not None
        shown["now"] = {**_present_sum(outlook.period, outlook.now), "held": held}
    if outlook.next is not None:
        shown["next"] = _present_sum(outlook.period.next, outlook.next)
    return shown


def _present_sum(period: Period, chosen: Budget | Plan) -> dict[str, Any]:
    return {
        "period": str(period),
        "amount": format_exact(chosen.amount),
        "currency": chosen.currency,
    }


@contextmanager
def _naming_refusals() -> Iterator[None]:
    try:
        yield
    except (BudgetRefused, NotAnAmount) as refusal:
        raise Refused(Error.VALIDATION, str(refusal)) from refusal
    except WalletShort as refusal:
        raise Refused(Error.NO_MEANS, "The wallet does not cover the raise") from refusal
    except NoPlan as refusal:
        raise Refused(Error.NOT_FOUND, _NOT_SET) from refusal


RESOURCES = [Resource("user/budget", OwnBudget)]
