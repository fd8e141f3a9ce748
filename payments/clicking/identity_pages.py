"""Who somebody is elsewhere: what waits for them under a name, and the names that are proven."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from payments.clicking.claiming import (
    Claimed,
    IdentifierTaken,
    claim_addresses,
    claim_identifier,
    confirmed_addresses,
)
from things.models import PendingClick, Thing
from things.partners.identifiers import name_of_address, read_name
from things.partners.models import Attribution
from things.partners.naming import give_up_identifier


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show_claim(request: HttpRequest, thing_id: int, address: str = "") -> HttpResponse:
    """What waits for whom a thing names, and how they prove that it is them.

    A partner that named them by their address hands it on: it must be the one that was named.
    """
    attribution = _attribution(thing_id)
    name = attribution.identifier.name
    if address and name_of_address(address) != name:
        raise Http404
    if request.method == "POST":
        return _claim(request, attribution)
    confirmed = _is_confirmed(request, name)
    here = request.get_full_path()
    context = {
        "thing": attribution.thing,
        "attribution": attribution,
        "address": address,
        "by_address": attribution.identifier.namespace is None,
        "waiting": PendingClick.objects.filter(thing=attribution.thing).count(),
        "confirmed": confirmed,
        "mine": request.user.is_authenticated
        and attribution.identifier.owner_id == request.user.pk,
        "signing_in": f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': here})}",
        "signing_up": f"{reverse('account_signup')}?{urlencode({'next': here})}",
    }
    return render(request, "payments/claim.html", context)


@never_cache
@login_required
@require_safe
def list_identities(request: HttpRequest) -> HttpResponse:
    """The names elsewhere that are proven to be the viewer's."""
    viewer = cast(User, request.user)
    named = viewer.identifiers.select_related("namespace__partner").order_by("proven_at", "pk")
    addresses = {name_of_address(one): one for one in confirmed_addresses(viewer)}
    rows = [(one, addresses.get(one.name, "")) for one in named]
    return render(request, "payments/identities.html", {"rows": rows})


@login_required
@require_POST
def look_for_addresses(request: HttpRequest) -> HttpResponse:
    """Hand over what waits for the viewer's confirmed addresses."""
    _say(request, claim_addresses(cast(User, request.user), at=timezone.now()))
    return redirect("identities")


@login_required
@require_POST
def give_up_identity(request: HttpRequest, identifier_id: int) -> HttpResponse:
    """Be no longer known by a name. Things keep their owner."""
    viewer = cast(User, request.user)
    identifier = get_object_or_404(viewer.identifiers, pk=identifier_id)
    give_up_identifier(identifier)
    messages.success(request, _("You are no longer known by this name."))
    return redirect("identities")


def _claim(request: HttpRequest, attribution: Attribution) -> HttpResponse:
    """Only what the viewer has proven: here that is an address of theirs."""
    name = attribution.identifier.name
    if not _is_confirmed(request, name):
        raise Http404
    try:
        claimed = claim_identifier(
            read_name(name), creator=cast(User, request.user), at=timezone.now()
        )
    except IdentifierTaken:
        messages.error(request, _("Somebody else has proven that this is them."))
    else:
        _say(request, claimed)
    return redirect("identities")


def _is_confirmed(request: HttpRequest, name: str) -> bool:
    if not request.user.is_authenticated:
        return False
    return name in {name_of_address(one) for one in confirmed_addresses(request.user)}


def _say(request: HttpRequest, claimed: Claimed) -> None:
    if not claimed.things and not claimed.counted:
        messages.info(request, _("Nothing waits for you under your addresses."))
        return
    said = _("Things that are yours now: %(things)s. Clicks that waited and count: %(clicks)s.")
    messages.success(request, said % {"things": claimed.things, "clicks": claimed.counted})


def _attribution(thing_id: int) -> Attribution:
    waiting = Attribution.objects.select_related(
        "thing__owner", "identifier__namespace__partner", "partner"
    )
    return get_object_or_404(waiting, thing=thing_id, thing__state=Thing.State.ACTIVE)
