"""The tips that one gave, and those that one got."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.viewer import viewer
from payments.paging import page_of
from payments.tips.models import Tip
from payments.tips.taking_back import report_note


@never_cache
@login_required
@require_safe
def list_received(request: HttpRequest) -> HttpResponse:
    """What came to the viewer, latest first."""
    page = page_of(request, Tip.objects.received_by(viewer(request)))
    return render(request, "payments/tips_received.html", {"page": page})


@never_cache
@login_required
@require_safe
def list_given(request: HttpRequest) -> HttpResponse:
    """What the viewer gave, latest first."""
    page = page_of(request, Tip.objects.given_by(viewer(request)))
    return render(request, "payments/tips_given.html", {"page": page})


@login_required
@require_POST
def report(request: HttpRequest, tip_id: int) -> HttpResponse:
    """Have the people who run the site look at the note of a tip that the viewer got."""
    tip = get_object_or_404(Tip, pk=tip_id, creator=viewer(request))
    report_note(tip=tip, at=timezone.now())
    messages.success(request, _("Thank you. The people who run the site will look at it."))
    return redirect("tips")
