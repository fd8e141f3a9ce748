"""`/user/wallet`, its movements and `/user/deposits`: what one paid in, and what is left."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.access import needs
from accounts.api.describing import PAGED, parameter
from accounts.api.errors import Error, Refused
from accounts.api.paging import page_asked
from accounts.api.routes import Resource
from accounts.api.views import ApiView
from accounts.oauth.scopes import Scope
from payments.deposits.models import Deposit, Way
from payments.ledger.models import LedgerAccount, Transfer
from payments.ledger.movements import Movement, movements_of, transfers_of, wallets_of
from payments.money import format_exact

_MONEY = "A decimal with six places"

WalletShape = inline_serializer(
    "Wallet",
    {
        "type": serializers.ChoiceField(["wallet"]),
        "currency": serializers.CharField(help_text="ISO 4217"),
        "balance": serializers.CharField(help_text=f"{_MONEY}: free + held - owed"),
        "held": serializers.CharField(help_text=f"{_MONEY}: for the running period"),
        "free": serializers.CharField(help_text=f"{_MONEY}: what can be spent"),
        "owed": serializers.CharField(help_text=f"{_MONEY}: what comes in pays this first"),
    },
    many=True,
)

MovementShape = inline_serializer(
    "Movement",
    {
        "type": serializers.ChoiceField(["movement"]),
        "id": serializers.IntegerField(),
        "kind": serializers.ChoiceField(Transfer.Kind.values),
        "amount": serializers.CharField(help_text=f"{_MONEY}; below zero where it went out"),
        "balance": serializers.CharField(help_text=f"{_MONEY}: what was in the wallet after it"),
        "currency": serializers.CharField(help_text="ISO 4217"),
        "at": serializers.IntegerField(help_text="Unix seconds"),
    },
    many=True,
)

DepositShape = inline_serializer(
    "Deposit",
    {
        "type": serializers.ChoiceField(["deposit"]),
        "id": serializers.IntegerField(),
        "way": serializers.ChoiceField(Way.values),
        "state": serializers.ChoiceField(Deposit.State.values),
        "amount": serializers.CharField(help_text=_MONEY),
        "currency": serializers.CharField(help_text="ISO 4217"),
        "begun_at": serializers.IntegerField(help_text="Unix seconds"),
        "arrived_at": serializers.IntegerField(allow_null=True, help_text="Unix seconds"),
    },
    many=True,
)


class OwnWallet(ApiView):
    """What is in one's wallets."""

    access = {"GET": needs(Scope.MONEY)}

    @extend_schema(responses=WalletShape, summary="What is in one's wallets")
    def get(self, request: Request, **_format: str) -> Response:
        """One for each currency in which one ever paid in."""
        return Response([_present_wallet(wallet) for wallet in wallets_of(self.subscriber)])


class OwnMovements(ApiView):
    """What went into and out of a wallet."""

    access = {"GET": needs(Scope.MONEY)}

    @extend_schema(
        responses=MovementShape,
        parameters=[parameter("currency", "Which wallet, ISO 4217", required=True), *PAGED],
        summary="What went into and out of a wallet",
        description="Latest first.",
    )
    def get(self, request: Request, **_format: str) -> Response:
        """A page of them."""
        currency, page = request.query_params.get("currency", ""), page_asked(request)
        if currency not in settings.CURRENCIES:
            raise Refused(Error.INVALID_PARAMETERS, "currency must be one that the site has")
        wallet = LedgerAccount.objects.filter(
            owner=self.subscriber, kind=LedgerAccount.Kind.WALLET, currency=currency
        ).first()
        if wallet is None:
            return Response([])
        movements = movements_of(wallet, list(transfers_of(wallet)[page.rows]))
        return Response([_present_movement(movement) for movement in movements])


class OwnDeposits(ApiView):
    """What one paid in."""

    access = {"GET": needs(Scope.MONEY)}

    @extend_schema(
        responses=DepositShape,
        parameters=PAGED,
        summary="What one paid in, and what became of it",
        description="Latest first.",
    )
    def get(self, request: Request, **_format: str) -> Response:
        """A page of them."""
        page = page_asked(request)
        deposits = Deposit.objects.of_subscriber(self.subscriber)[page.rows]
        return Response([_present_deposit(deposit) for deposit in deposits])


def _present_wallet(wallet: LedgerAccount) -> dict[str, Any]:
    return {
        "type": "wallet",
        "currency": wallet.currency,
        "balance": format_exact(wallet.balance),
        "held": format_exact(wallet.held),
        "free": format_exact(wallet.free),
        "owed": format_exact(wallet.owed),
    }


def _present_movement(movement: Movement) -> dict[str, Any]:
    return {
        "type": "movement",
        "id": movement.transfer.pk,
        "kind": movement.transfer.kind,
        "amount": format_exact(movement.amount),
        "balance": format_exact(movement.balance),
        "currency": movement.transfer.currency,
        "at": int(movement.transfer.posted_at.timestamp()),
    }


def _present_deposit(deposit: Deposit) -> dict[str, Any]:
    arrived = deposit.arrived_at
    return {
        "type": "deposit",
        "id": deposit.pk,
        "way": deposit.way,
        "state": deposit.state,
        "amount": format_exact(deposit.amount),
        "currency": deposit.currency,
        "begun_at": int(deposit.begun_at.timestamp()),
        "arrived_at": int(arrived.timestamp()) if arrived else None,
    }


RESOURCES = [
    Resource("user/wallet", OwnWallet),
    Resource("user/wallet/movements", OwnMovements),
    Resource("user/deposits", OwnDeposits),
]
