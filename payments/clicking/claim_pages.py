"""Having a claim looked at, and giving one up."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from payments.clicking.proving import Checked, Verdict, check_claim
from things.reading.asking import CannotRead, one_at_a_time
from things.sites.models import Site


@login_required
@require_POST
def check_site(request: HttpRequest, site_id: int) -> HttpResponse:
    """Look for the proof of a site of the viewer's now."""
    site = _own(request, site_id)
    try:
        with one_at_a_time(cast(User, request.user)):
            checked = check_claim(site, at=timezone.now())
    except CannotRead as refusal:
        messages.warning(request, str(refusal.words))
    else:
        _say(request, site, checked)
    return redirect("sites")


@login_required
@require_POST
def give_up_site(request: HttpRequest, site_id: int) -> HttpResponse:
    """Say no more that a site is the viewer's. Its things keep their owner."""
    site = _own(request, site_id)
    site.delete()
    messages.success(request, _("%(site)s is no longer among your sites.") % {"site": site})
    return redirect("sites")


def _say(request: HttpRequest, site: Site, checked: Checked) -> None:
    named = {"site": site}
    if checked.claimed is not None:
        said = _("%(site)s is proven to be yours. Clicks that waited and count now: %(clicks)s.")
        messages.success(request, said % {**named, "clicks": checked.claimed.counted})
    elif checked.verdict is Verdict.PROVEN:
        messages.success(request, _("%(site)s is proven to be yours.") % named)
    elif checked.verdict is Verdict.CONTESTED:
        said = _("Somebody else has proven %(site)s, too. The people who run the site decide.")
        messages.warning(request, said % named)
    elif checked.verdict is Verdict.REFUSED:
        said = _("The people who run the site decided that %(site)s is somebody else's.")
        messages.error(request, said % named)
    else:
        said = _("No proof was found on %(site)s yet. %(seen)s")
        messages.warning(request, said % {**named, "seen": " ".join(checked.seen)[:500]})


def _own(request: HttpRequest, site_id: int) -> Site:
    sites = Site.objects.select_related("owner").filter(owner=cast(User, request.user))
    return get_object_or_404(sites, pk=site_id)
