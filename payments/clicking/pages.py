"""What a subscriber clicked this month, and the sites where one click is enough."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.viewer import viewer
from accounts.visibility import chosen_visibility
from payments.clicking.answering import State, answer_undo
from payments.clicking.exclusions.asking import excluded_for
from payments.clicking.models import KeptClick
from payments.clicking.taking_part import left_out_now
from payments.clicking.worth import worth_now
from payments.paging import page_of
from things.models import Click
from things.periods import Period
from things.showing import NothingToShow, show_click
from things.sites.models import Connection


@never_cache
@login_required
@require_safe
def list_clicks(request: HttpRequest) -> HttpResponse:
    """The clicks of the running month, latest first."""
    giver, now = viewer(request), timezone.now()
    period = Period.of(now)
    clicks = Click.objects.in_period(period).filter(subscriber=giver)
    told = clicks.annotate(
        left_out=Q(left_out_now(period)), excluded_for=excluded_for(period)
    ).select_related("thing__owner")
    page = page_of(request, told.order_by("-clicked_at", "thing"))
    context = {"page": page, "worth": worth_now(giver, at=now)}
    return render(request, "payments/clicks.html", context)


@never_cache
@login_required
@require_safe
def list_waiting(request: HttpRequest) -> HttpResponse:
    """The clicks that wait for means, and those that wait for a creator, latest first."""
    giver = viewer(request)
    waiting = giver.pending_clicks.select_related("thing__owner")
    page = page_of(request, waiting.order_by("-clicked_at", "-pk"))
    context = {"page": page, "kept": giver.kept_clicks.order_by("-kept_at", "-pk")}
    return render(request, "payments/waiting_clicks.html", context)


@never_cache
@login_required
@require_safe
def list_connections(request: HttpRequest) -> HttpResponse:
    """The sites on which one click is enough."""
    alive = Connection.objects.alive(at=timezone.now()).filter(subscriber=viewer(request))
    page = page_of(request, alive.select_related("site").order_by("site__host", "-used_at", "pk"))
    return render(request, "payments/connections.html", {"page": page})


@login_required
@require_POST
def undo_click(request: HttpRequest, thing_id: int) -> HttpResponse:
    """Take a click of the list back."""
    answer = answer_undo(subscriber=viewer(request), subject=str(thing_id), at=timezone.now())
    level = messages.SUCCESS if answer.state is State.UNDONE else messages.WARNING
    messages.add_message(request, level, answer.words)
    return redirect(_back(request))


@login_required
@require_POST
def show_one(request: HttpRequest, thing_id: int) -> HttpResponse:
    """Change who may know of a click of the list."""
    visibility = chosen_visibility(request.POST)
    if visibility is None:
        return HttpResponseBadRequest()
    try:
        show_click(
            subscriber=viewer(request),
            thing_id=thing_id,
            period=Period.of(timezone.now()),
            visibility=visibility,
        )
    except NothingToShow as missing:
        raise Http404 from missing
    messages.success(request, _("This click is now: %(shown)s.") % {"shown": visibility.label})
    return redirect(_back(request))


@login_required
@require_POST
def drop_kept(request: HttpRequest, kept_id: int) -> HttpResponse:
    """Drop a click of the viewer's that waits for means."""
    get_object_or_404(KeptClick, pk=kept_id, subscriber=viewer(request)).delete()
    messages.success(request, _("Taken back. Nothing is given here."))
    return redirect(_back(request))


@login_required
@require_POST
def end_connection(request: HttpRequest, connection_id: int) -> HttpResponse:
    """End a connection of the viewer's."""
    mine = Connection.objects.filter(subscriber=viewer(request))
    connection = get_object_or_404(mine.select_related("site"), pk=connection_id)
    connection.delete()
    said = _("On %(site)s each click is confirmed again.") % {"site": connection.site.host}
    messages.success(request, said)
    from_sessions = request.POST.get("back") == "sessions"
    return redirect("usersessions_list" if from_sessions else "connections")


def _back(request: HttpRequest) -> str:
    """The list from which a form came."""
    return "waiting_clicks" if request.POST.get("list") == "waiting" else "clicks"
