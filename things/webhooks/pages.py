"""A partner's own pages: its namespaces, where its messages go, and how far each has come."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from things.partners.models import Namespace, Partner
from things.webhooks.endpoints import (
    OVERLAP,
    EndpointRefused,
    add_endpoint,
    change_secret,
    pause_endpoint,
    resume_endpoint,
    send_again,
    send_ping,
)
from things.webhooks.forms import EndpointForm
from things.webhooks.models import Delivery, Endpoint

MESSAGES_A_PAGE = 50


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show_partner(request: HttpRequest) -> HttpResponse:
    """Namespaces and addresses; with the form's, an address more, and its secret this once."""
    partner = _partner(request)
    form = EndpointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            endpoint, secret = add_endpoint(
                partner=partner, url=form.cleaned_data["url"], at=timezone.now()
            )
        except EndpointRefused as refusal:
            form.add_error("url", str(refusal))
        else:
            return _show_secret(request, endpoint, secret)
    context = {
        "partner": partner,
        "namespaces": Namespace.objects.filter(partner=partner).order_by("name"),
        "endpoints": Endpoint.objects.filter(partner=partner).order_by("pk"),
        "form": form,
    }
    return render(request, "things/partner/show.html", context)


@never_cache
@login_required
@require_safe
def show_endpoint(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """The messages of an address, latest first. A fixed number of queries."""
    endpoint = _endpoint(request, endpoint_id)
    deliveries = Delivery.objects.filter(endpoint=endpoint).select_related("fact")
    page = Paginator(deliveries.order_by("-fact"), MESSAGES_A_PAGE).get_page(
        request.GET.get("page")
    )
    return render(request, "things/partner/endpoint.html", {"endpoint": endpoint, "page": page})


@login_required
@require_POST
def change_endpoint(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """Pause, resume or remove an address, or change its secret: as the form's button says."""
    endpoint, deed = _endpoint(request, endpoint_id), request.POST.get("deed", "")
    if deed == "secret":
        return _show_secret(request, endpoint, change_secret(endpoint, at=timezone.now()))
    if deed == "remove":
        endpoint.delete()
        messages.success(request, _("Nothing is sent there any more."))
        return redirect("partner")
    if deed == "pause":
        pause_endpoint(endpoint)
    elif deed == "resume":
        resume_endpoint(endpoint, at=timezone.now())
    return redirect("endpoint", endpoint_id=endpoint.pk)


@login_required
@require_POST
def repeat_message(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Send a message again, under the identifier that it has."""
    mine = Delivery.objects.filter(endpoint__partner=_partner(request))
    delivery = get_object_or_404(mine, pk=delivery_id)
    send_again(delivery, at=timezone.now())
    messages.success(request, _("The message is sent again within a minute."))
    return redirect("endpoint", endpoint_id=delivery.endpoint_id)


@login_required
@require_POST
def try_out(request: HttpRequest) -> HttpResponse:
    """A message to all addresses, to try them out."""
    send_ping(_partner(request), at=timezone.now())
    messages.success(request, _("A message is on its way to each address."))
    return redirect("partner")


def _show_secret(request: HttpRequest, endpoint: Endpoint, secret: str) -> HttpResponse:
    context = {"endpoint": endpoint, "secret": secret, "hours": OVERLAP.total_seconds() // 3600}
    return render(request, "things/partner/secret.html", context)


def _partner(request: HttpRequest) -> Partner:
    partner = Partner.objects.filter(user=cast(User, request.user), active=True).first()
    if partner is None:
        raise Http404
    return partner


def _endpoint(request: HttpRequest, endpoint_id: int) -> Endpoint:
    return get_object_or_404(Endpoint, pk=endpoint_id, partner=_partner(request))
