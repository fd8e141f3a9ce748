"""Where a giver goes once they have the means: back to the click for which they lacked them."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.viewer import viewer
from payments.clicking.kept import count_kept_clicks, tag_of_counted


def go_onward(request: HttpRequest) -> HttpResponse:
    """Count what was kept for want of means, and go where the viewer came from."""
    giver = viewer(request)
    for answer in count_kept_clicks(subscriber=giver, at=timezone.now()):
        said = _("Your click on “%(title)s” counts now.") % {"title": answer.thing}
        messages.success(request, said, extra_tags=tag_of_counted(answer.thing))
    if giver.kept_clicks.exists():
        messages.warning(request, _("Your wallet does not cover the budget yet."))
        return redirect(f"{reverse('budget')}?{urlencode({'next': came_from(request)})}")
    return redirect(came_from(request) or "budget")


@login_required
@require_POST
def go_on(request: HttpRequest) -> HttpResponse:
    """From a page that says that money arrived, to what it was paid in for."""
    return go_onward(request)


def came_from(request: HttpRequest) -> str:
    """Where the viewer came from, if that is a page of this site."""
    asked = request.POST.get("next") or request.GET.get("next", "")
    host = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(asked, host, require_https=request.is_secure())
    return asked if safe else ""
