"""The settings page on which one chooses who learns what one gives."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.viewer import viewer
from accounts.visibility import Visibility, read_visibility
from payments.giving.forms import VisibilityForm
from payments.giving.showing import choose_visibility, choose_visibility_of_all


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_giving_settings(request: HttpRequest) -> HttpResponse:
    """Who learns what the viewer gives from now on, and if they want of all so far."""
    giver = viewer(request)
    chosen = Visibility(giver.visibility).written
    form = VisibilityForm(request.POST or None, initial={"visibility": chosen})
    if request.method == "POST" and form.is_valid():
        choose = choose_visibility_of_all if form.cleaned_data["so_far"] else choose_visibility
        choose(subscriber=giver, visibility=read_visibility(form.cleaned_data["visibility"]))
        messages.success(request, _("Saved."))
        return redirect("giving_settings")
    status = 400 if request.method == "POST" else 200
    return render(request, "payments/giving_settings.html", {"form": form}, status=status)
