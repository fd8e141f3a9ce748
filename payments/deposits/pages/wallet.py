"""The wallet: what is in it, what came and went, and how to pay in."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.viewer import viewer
from payments.coming_back import address_with_next, page_to_come_back_to
from payments.deposits.models import Deposit, Refund
from payments.deposits.pages.words import page_for, words_for
from payments.deposits.providers import taking_money
from payments.deposits.stripe.refilling import refill_of
from payments.ledger.models import LedgerAccount
from payments.ledger.movements import Movement, movements_of, transfers_of, wallets_of
from payments.paging import page_of

# Deposits and refunds that are on their way; the rest is in the lists.
_MOST = 20


@dataclass(frozen=True)
class Line:
    """A movement as the page shows it."""

    movement: Movement
    words: str
    page: str


@never_cache
@login_required
@require_safe
def show_wallet(request: HttpRequest) -> HttpResponse:
    """The viewer's wallets, and the movements of one: `?currency=USD`."""
    wallets = wallets_of(viewer(request))
    chosen = _chosen(request, wallets)
    context: dict[str, object] = {
        "wallets": wallets,
        "chosen": chosen,
        "open_deposits": Deposit.objects.of_subscriber(viewer(request)).open()[:_MOST],
        "earned": LedgerAccount.objects.filter(
            owner=viewer(request), kind=LedgerAccount.Kind.EARNINGS, balance__gt=0
        ).exists(),
        "refill": refill_of(viewer(request)),
        "open_refunds": _open_refunds(viewer(request))[:_MOST],
    }
    if chosen is not None:
        page = page_of(request, transfers_of(chosen))
        context |= {"page": page, "lines": _lines(chosen, movements_of(chosen, list(page)))}
    return render(request, "payments/wallet.html", context)


@never_cache
@login_required
@require_safe
def list_deposits(request: HttpRequest) -> HttpResponse:
    """All deposits of the viewer with their states, latest first."""
    page = page_of(request, Deposit.objects.of_subscriber(viewer(request)))
    return render(request, "payments/deposits.html", {"page": page})


@never_cache
@login_required
@require_safe
def choose_way(request: HttpRequest) -> HttpResponse:
    """The ways to pay in; straight on where there is but one."""
    back = page_to_come_back_to(request)
    ways = [(provider, address_with_next(provider.page, back)) for provider in taking_money()]
    if len(ways) == 1:
        return redirect(ways[0][1])
    return render(request, "payments/pay_in.html", {"ways": ways, "next": back})


def _chosen(request: HttpRequest, wallets: list[LedgerAccount]) -> LedgerAccount | None:
    """The wallet that is asked for; else the one with most in it."""
    asked = [wallet for wallet in wallets if wallet.currency == request.GET.get("currency")]
    return next(iter(asked), max(wallets, key=lambda wallet: wallet.balance, default=None))


def _open_refunds(subscriber: User) -> QuerySet[Refund]:
    rows = Refund.objects.filter(state__in=[Refund.State.ASKED, Refund.State.SENT])
    return rows.filter(deposit__subscriber=subscriber).select_related("deposit").order_by("-pk")


def _lines(wallet: LedgerAccount, movements: list[Movement]) -> list[Line]:
    return [Line(movement, words_for(movement), page_for(movement)) for movement in movements]
