"""The page on which play money comes into a wallet."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.viewer import viewer
from payments.deposits.pages.amounts import DepositForm, first_offer, form_was_used
from payments.deposits.play import PlayMoneyRefused, pay_in_play_money
from payments.giving.onward import came_from, go_onward
from payments.ledger.posting import KeyReused


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_play_money(request: HttpRequest) -> HttpResponse:
    """Play money into the viewer's wallet. 404 on a site without."""
    if not settings.PLAY_MONEY:
        raise Http404
    form = DepositForm(request.POST or None, initial=first_offer(viewer(request)))
    if form.is_bound and form.is_valid():
        try:
            pay_in_play_money(subscriber=viewer(request), **form.cleaned_data, at=timezone.now())
        except KeyReused:
            form.add_error(None, form_was_used())
        except PlayMoneyRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The play money is in your wallet."))
            return go_onward(request)
    context = {"form": form, "next": came_from(request)}
    status = 400 if form.errors else 200
    return render(request, "payments/play_money.html", context, status=status)
