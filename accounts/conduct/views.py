"""Ending a look at somebody's pages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.conduct.looking import end_looking, running_look
from accounts.conduct.middleware import KEY, way_back
from accounts.models import User
from accounts.staff.models import StaffEntry
from accounts.staff.recording import Act, note_act


@never_cache
@require_POST
def end_own_looking(request: HttpRequest) -> HttpResponse:
    """Who looked is themselves again."""
    now, number = timezone.now(), request.session.pop(KEY, None)
    if not isinstance(request.user, User):
        return redirect("front")
    looking = running_look(number=number, by=request.user, at=now)
    if looking is None:
        return redirect("front")
    end_looking(looking=looking, at=now)
    note_act(request, Act(StaffEntry.Kind.DEED, deed="end_look", row=looking, about=looking.user))
    return redirect(way_back(looking))
