"""The page on which a tip is given: what to give, what it comes to, and the deed."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.security.reauthenticating import freshly_authenticated
from accounts.viewer import viewer
from accounts.visibility import Visibility
from payments.budgets.models import Plan
from payments.fields import written_amount
from payments.ledger.models import LedgerAccount
from payments.ledger.movements import wallets_of
from payments.ledger.posting import KeyReused
from payments.money import MICROS, format_for_people
from payments.tips.finding import can_be_tipped, thing_of
from payments.tips.forms import TipForm, WhoForm
from payments.tips.models import Tip
from payments.tips.tipping import (
    CreatorUnavailable,
    FeeChanged,
    GiverSuspended,
    NoteTooLong,
    OtherCurrency,
    OwnTip,
    ThingNotTheirs,
    TipNotInCents,
    TipRefused,
    TipTooSmall,
    TooManyTips,
    WalletTooLow,
    Wish,
    fee_of_tip,
    give_tip,
    plan_tip,
)
from things.models import Thing

# What is offered first, and how many names a creator's page of tips shows.
_USUAL = 2 * MICROS
LATEST = 10


@dataclass(frozen=True)
class Target:
    """Whom a tip is for, and for which of their things."""

    creator: User
    thing: Thing | None


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show_tip(request: HttpRequest, username: str) -> HttpResponse:
    """The form; sent, what the tip comes to, to be confirmed."""
    target = _target(request, username)
    if not request.user.is_authenticated:
        here = f"{reverse('sign_in')}?{urlencode({'next': request.get_full_path()})}"
        return render(request, "payments/tip.html", _context(target) | {"signing_in": here})
    wallets = wallets_of(viewer(request))
    form = _form(request, wallets)
    if request.method != "POST" or not form.is_valid():
        return _ask(request, target, form, wallets)
    try:
        tip = plan_tip(_wish(request, target, form), at=timezone.now())
    except TipRefused as refusal:
        form.add_error(*_why(refusal))
        return _ask(request, target, form, wallets)
    return _confirm(request, target, tip)


@never_cache
@freshly_authenticated
@require_POST
def send_tip(request: HttpRequest, username: str) -> HttpResponse:
    """Give what the form confirms."""
    target = _target(request, username)
    wallets = wallets_of(viewer(request))
    form = _form(request, wallets)
    if not form.is_valid():
        return _ask(request, target, form, wallets)
    wish, now = _wish(request, target, form), timezone.now()
    try:
        tip = give_tip(wish, fee=form.cleaned_data["fee"], at=now)
    except FeeChanged:
        messages.warning(request, _("The fee has just changed. Please confirm again."))
        return _confirm(request, target, plan_tip(wish, at=now))
    except TipRefused as refusal:
        form.add_error(*_why(refusal))
        return _ask(request, target, form, wallets)
    except KeyReused:
        messages.warning(request, _("This form was used for another tip already."))
        return redirect(_address(target))
    said = {
        "name": target.creator.get_full_name(),
        "amount": format_for_people(tip.net, tip.currency, exact=True),
    }
    messages.success(request, _("%(name)s got %(amount)s. Thank you!") % said)
    return redirect("given_tips")


@never_cache
@login_required
@require_safe
def choose_creator(request: HttpRequest) -> HttpResponse:
    """Whom to give to; straight on to the page of their tips."""
    form = WhoForm(request.GET or None)
    if form.is_valid():
        return redirect("tip", form.cleaned_data["to"].username)
    status = 400 if form.errors else 200
    return render(request, "payments/choose_creator.html", {"form": form}, status=status)


def _target(request: HttpRequest, username: str) -> Target:
    creator = can_be_tipped(username)
    if creator is None:
        raise Http404
    said = request.POST.get("thing") or request.GET.get("thing", "")
    return Target(creator, thing_of(creator, said))


def _form(request: HttpRequest, wallets: list[LedgerAccount]) -> TipForm:
    giver = viewer(request)
    plan = Plan.objects.filter(subscriber=giver).first()
    usable = [wallet.currency for wallet in wallets if wallet.currency in settings.CURRENCIES]
    best = max(wallets, key=lambda wallet: wallet.free, default=None)
    currencies = usable or [plan.currency if plan else settings.CURRENCIES[0]]
    initial = {
        "amount": max(_USUAL, settings.MINIMUM_TIP),
        "currency": best.currency if best and best.currency in currencies else currencies[0],
        "visibility": Visibility(giver.visibility).written,
        "key": secrets.token_urlsafe(12),
    }
    return TipForm(request.POST or None, currencies=currencies, initial=initial)


def _wish(request: HttpRequest, target: Target, form: TipForm) -> Wish:
    given = form.cleaned_data
    names = ("amount", "currency", "note", "visibility", "key")
    return Wish(
        giver=viewer(request),
        creator=target.creator,
        thing=target.thing,
        **{name: given[name] for name in names},
    )


def _ask(
    request: HttpRequest, target: Target, form: TipForm, wallets: list[LedgerAccount]
) -> HttpResponse:
    own = target.creator == request.user
    context = _context(target) | {"form": form, "wallets": wallets, "own": own}
    context["paying_in"] = f"{reverse('pay_in')}?{urlencode({'next': _address(target)})}"
    status = 400 if form.errors else 200
    return render(request, "payments/tip.html", context, status=status)


def _confirm(request: HttpRequest, target: Target, tip: Tip) -> HttpResponse:
    wallet = next(one for one in wallets_of(tip.giver) if one.currency == tip.currency)
    context = _context(target) | {
        "tip": tip,
        "visibility": Visibility(tip.visibility),
        "left": wallet.free - tip.amount,
        "written": written_amount(tip.amount),
    }
    return render(request, "payments/tip_confirm.html", context)


def _context(target: Target) -> dict[str, Any]:
    lately = Tip.objects.public().received_by(target.creator)[:LATEST]
    return {
        "creator": target.creator,
        "thing": target.thing,
        "fee_of_one": fee_of_tip(MICROS),
        "rest_of_one": MICROS - fee_of_tip(MICROS),
        "minimum": settings.MINIMUM_TIP,
        "lately": list(dict.fromkeys(tip.giver for tip in lately)),
    }


def _address(target: Target) -> str:
    query = f"?thing={target.thing.pk}" if target.thing else ""
    return reverse("tip", args=[target.creator.username]) + query


def _why(refusal: TipRefused) -> tuple[str | None, str]:
    """A refusal in the viewer's words, with the field that it is about."""
    if isinstance(refusal, WalletTooLow):
        return "amount", _short(refusal)
    if isinstance(refusal, TipTooSmall):
        least = written_amount(settings.MINIMUM_TIP)
        return "amount", _("Give at least %(amount)s.") % {"amount": least}
    field, words = _WORDS[type(refusal)]
    return field, words()


_WORDS: dict[type[TipRefused], tuple[str | None, Callable[[], str]]] = {
    OwnTip: (None, lambda: _("You cannot give a tip to yourself.")),
    GiverSuspended: (None, lambda: _("Your account is suspended: nothing was given.")),
    CreatorUnavailable: (None, lambda: _("Nothing can be given to them at the moment.")),
    ThingNotTheirs: (None, lambda: _("Nobody has proven yet that this page is theirs.")),
    TipNotInCents: ("amount", lambda: _("Choose whole cents.")),
    OtherCurrency: ("currency", lambda: _("This site does not have this currency.")),
    NoteTooLong: ("note", lambda: _("The note is too long.")),
    TooManyTips: (None, lambda: _("You gave many tips within an hour. Try again later.")),
}


def _short(refusal: WalletTooLow) -> str:
    free = format_for_people(max(refusal.free, 0), refusal.currency)
    if not refusal.held:
        return _("%(free)s are free in your wallet.") % {"free": free}
    held = format_for_people(refusal.held, refusal.currency)
    words = _("%(free)s are free in your wallet: %(held)s are held for this month’s budget.")
    return words % {"free": free, "held": held}
