"""What a subscriber clicked this month, and the sites where one click is enough."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.visibility import chosen_visibility
from payments.clicking.answering import State, answer_undo
from payments.clicking.standing import NoSuchStandingClick, end_standing_click
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
    """The clicks of the running month, latest first, those that wait, and the connections."""
    viewer, now = cast(User, request.user), timezone.now()
    clicks = Click.objects.in_period(Period.of(now)).filter(subscriber=viewer)
    context = {
        "page": page_of(
            request, clicks.select_related("thing__owner").order_by("-clicked_at", "thing")
        ),
        "pending": viewer.pending_clicks.select_related("thing__owner").order_by(
            "-clicked_at", "-pk"
        ),
        "connections": Connection.objects.alive(at=now)
        .filter(subscriber=viewer)
        .select_related("site")
        .order_by("site__host", "-used_at", "pk"),
        "standing": viewer.standing_clicks.select_related("thing__owner").order_by(
            "-created_at", "pk"
        ),
        "worth": worth_now(viewer, at=now),
    }
    return render(request, "payments/clicks.html", context)


@login_required
@require_POST
def undo_click(request: HttpRequest, thing_id: int) -> HttpResponse:
    """Take a click of the list back."""
    viewer = cast(User, request.user)
    answer = answer_undo(subscriber=viewer, subject=str(thing_id), at=timezone.now())
    level = messages.SUCCESS if answer.state is State.UNDONE else messages.WARNING
    messages.add_message(request, level, answer.words)
    return redirect("clicks")


@login_required
@require_POST
def show_one(request: HttpRequest, thing_id: int) -> HttpResponse:
    """Change who may know of a click of the list."""
    visibility = chosen_visibility(request.POST)
    if visibility is None:
        return HttpResponseBadRequest()
    try:
        show_click(
            subscriber=cast(User, request.user),
            thing_id=thing_id,
            period=Period.of(timezone.now()),
            visibility=visibility,
        )
    except NothingToShow as missing:
        raise Http404 from missing
    messages.success(request, _("This click is now: %(shown)s.") % {"shown": visibility.label})
    return redirect("clicks")


@login_required
@require_POST
def end_standing(request: HttpRequest, thing_id: int) -> HttpResponse:
    """End a standing click of the viewer's."""
    try:
        end_standing_click(subscriber=cast(User, request.user), thing_id=thing_id)
    except NoSuchStandingClick as missing:
        raise Http404 from missing
    messages.success(request, _("It no longer counts by itself each month."))
    return redirect("clicks")


@login_required
@require_POST
def end_connection(request: HttpRequest, connection_id: int) -> HttpResponse:
    """End a connection of the viewer's."""
    mine = Connection.objects.filter(subscriber=cast(User, request.user))
    connection = get_object_or_404(mine.select_related("site"), pk=connection_id)
    connection.delete()
    said = _("On %(site)s each click is confirmed again.") % {"site": connection.site.host}
    messages.success(request, said)
    from_sessions = request.POST.get("back") == "sessions"
    return redirect("usersessions_list" if from_sessions else "clicks")
