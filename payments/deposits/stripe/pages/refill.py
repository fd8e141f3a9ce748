"""The pages of the monthly refill: the card that pays it, and how much when."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.security.reauthenticating import freshly_authenticated
from accounts.viewer import viewer
from payments.deposits.crediting import DepositRefused
from payments.deposits.pages.amounts import DepositForm
from payments.deposits.stripe.cards import Cards
from payments.deposits.stripe.client import CardsRefused, CardsUnreachable
from payments.deposits.stripe.models import Refill, SavedCard
from payments.deposits.stripe.refilling import (
    LAST_DAY,
    NoCard,
    NoRefill,
    begin_refill,
    end_refill,
    refill_of,
    remove_card,
    resume_refill,
)
from payments.deposits.stripe.saving import (
    NotTheirs,
    begin_saving,
    card_of,
    keep_card,
    look_at_saving,
)
from payments.money import MICROS, format_for_people

# A few days before the month ends: then its money is there when the next one begins.
USUAL_DAY = 25
USUAL = 10 * MICROS

_SETUP = "card_setup"


class RefillForm(DepositForm):
    """How much each month, when, and the agreement."""

    day = forms.TypedChoiceField(
        label=gettext_lazy("Day of the month"),
        coerce=int,
        choices=[(day, str(day)) for day in range(1, LAST_DAY + 1)],
        help_text=gettext_lazy("Around the 25th it is there when the next month begins."),
    )
    agreed = forms.BooleanField(
        error_messages={"required": gettext_lazy("Without your agreement no card can be charged.")}
    )
    field_order = ("amount", "currency", "day", "agreed")

    def __init__(self, said: Any, *, card: SavedCard, **more: Any) -> None:
        super().__init__(said, **more)
        del self.fields["key"]
        self.fields["agreed"].label = _(
            "%(site)s may charge my card %(card)s with this amount on this day of each month and"
            " put it into my wallet, until I end it here, which I can do at any time."
        ) % {"site": settings.SITE_NAME, "card": card}


@never_cache
@freshly_authenticated
@require_http_methods(["GET", "HEAD", "POST"])
def show_refill(request: HttpRequest) -> HttpResponse:
    """The card and the refill, and the form that sets one up or changes it."""
    subscriber, now = viewer(request), timezone.now()
    card = card_of(subscriber)
    form = None
    if card is not None and Cards().is_offered():
        form = RefillForm(request.POST or None, card=card, initial=_initial(subscriber))
    if form is not None and card is not None and form.is_bound and form.is_valid():
        try:
            refill = _begin(subscriber, form.cleaned_data, card, now)
        except (DepositRefused, NoCard):
            form.add_error(None, _("This cannot be paid by card. Try another amount."))
        else:
            said = _("%(amount)s come in each month, the first time on %(day)s.") % {
                "amount": format_for_people(refill.amount, refill.currency),
                "day": date_format(refill.next_on),
            }
            messages.success(request, said)
            return redirect("refill_settings")
    context = {
        "offered": Cards().is_offered(),
        "card": card,
        "refill": refill_of(subscriber),
        "form": form,
        "key": secrets.token_urlsafe(12),
    }
    status = 400 if form is not None and form.is_bound else 200
    return render(request, "payments/refill.html", context, status=status)


@never_cache
@freshly_authenticated
@require_POST
def set_card_up(request: HttpRequest) -> HttpResponse:
    """Begin to keep a card, or another in its place."""
    if not Cards().is_offered():
        return redirect("refill_settings")
    try:
        setup_id = begin_saving(
            subscriber=viewer(request), key=request.POST.get("key", "")[:40], at=timezone.now()
        )
    except (CardsRefused, CardsUnreachable):
        messages.error(request, _("Stripe does not answer at the moment. Try again later."))
        return redirect("refill_settings")
    request.session[_SETUP] = setup_id
    return redirect("card_setup")


@never_cache
@freshly_authenticated
@require_safe
def show_card_setup(request: HttpRequest) -> HttpResponse:
    """Stripe's form for a card that is to be kept; and back from it, the card is kept."""
    setup_id = request.session.get(_SETUP)
    if setup_id is None or not Cards().is_offered():
        return redirect("refill_settings")
    try:
        setup = look_at_saving(subscriber=viewer(request), setup_id=setup_id)
        if setup.succeeded:
            card = keep_card(setup_id=setup_id, at=timezone.now())
            del request.session[_SETUP]
            if card is not None:
                messages.success(request, _("Your card %(card)s is saved.") % {"card": card})
            return redirect("refill_settings")
    except (CardsRefused, NotTheirs):
        del request.session[_SETUP]
        messages.error(request, _("This card could not be saved. Try again."))
        return redirect("refill_settings")
    except CardsUnreachable:
        messages.error(request, _("Stripe does not answer at the moment. Try again later."))
        return redirect("refill_settings")
    context = {
        "secret": setup.secret,
        "failure": setup.failure,
        "publishable_key": settings.STRIPE_PUBLISHABLE_KEY,
        "return_url": settings.SITE_URL + reverse("card_setup"),
    }
    return render(request, "payments/card_setup.html", context)


@login_required
@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """End the refill. Nobody has to prove who they are to stop paying."""
    end_refill(subscriber=viewer(request), at=timezone.now())
    messages.success(request, _("The monthly refill is ended. Your card is not charged any more."))
    return redirect("refill_settings")


@login_required
@require_POST
def forget_card(request: HttpRequest) -> HttpResponse:
    """Remove the card, and end what it pays."""
    remove_card(subscriber=viewer(request), at=timezone.now())
    messages.success(request, _("Your card is removed, and no refill is paid by it any more."))
    return redirect("refill_settings")


@never_cache
@freshly_authenticated
@require_POST
def resume(request: HttpRequest) -> HttpResponse:
    """Go on with a refill that was paused."""
    try:
        refill = resume_refill(subscriber=viewer(request), at=timezone.now())
    except NoRefill:
        messages.warning(request, _("There is no refill that is paused."))
    except NoCard:
        messages.warning(request, _("Save a card first."))
    else:
        day = date_format(refill.next_on)
        messages.success(request, _("The refill goes on, on %(day)s.") % {"day": day})
    return redirect("refill_settings")


def _begin(subscriber: User, said: dict[str, Any], card: SavedCard, now: datetime) -> Refill:
    amount = format_for_people(said["amount"], said["currency"])
    consent = _(
        "%(site)s may charge my card %(card)s with %(amount)s on day %(day)s of each month and put"
        " it into my wallet, until I end it, which I can do at any time."
    ) % {"site": settings.SITE_NAME, "card": card, "amount": amount, "day": said["day"]}
    return begin_refill(
        subscriber=subscriber,
        amount=said["amount"],
        currency=said["currency"],
        day=said["day"],
        consent=consent,
        at=now,
    )


def _initial(subscriber: User) -> dict[str, object]:
    refill = refill_of(subscriber)
    if refill is not None:
        return {"amount": refill.amount, "currency": refill.currency, "day": refill.day}
    return {
        "amount": max(USUAL, settings.MINIMUM_DEPOSIT),
        "currency": settings.CURRENCIES[0],
        "day": USUAL_DAY,
    }
