"""The page of one's standing clicks: paused, restarted, extended, ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.viewer import viewer
from accounts.visibility import chosen_visibility
from payments.clicking.models import SkippedPeriod
from payments.clicking.standing import (
    TERMS,
    NoSuchStandingClick,
    State,
    end_standing_click,
    extend_standing_click,
    pause_standing_click,
    restart_standing_click,
    standing_clicks_of,
    state_of,
    term_asked,
)
from payments.paging import page_of
from things.models import StandingClick
from things.periods import Period
from things.showing import NothingToShow, show_standing_click

_Deed = Callable[[HttpRequest, User, int], None]


@dataclass(frozen=True)
class Row:
    """A standing click and how it stands."""

    click: StandingClick
    state: State


@never_cache
@login_required
@require_safe
def list_standing(request: HttpRequest) -> HttpResponse:
    """One's standing clicks, latest first."""
    giver, now = viewer(request), timezone.now()
    page = page_of(request, standing_clicks_of(giver))
    rows = [Row(click, state_of(click, at=now)) for click in page]
    skipped = SkippedPeriod.objects.filter(subscriber=giver, period=Period.of(now)).exists()
    context = {
        "page": page,
        "rows": rows,
        "terms": TERMS,
        "short": skipped and any(row.state is State.DUE for row in rows),
        "period": Period.of(now),
    }
    return render(request, "payments/standing_clicks.html", context)


@login_required
@require_POST
def change_standing(request: HttpRequest, thing_id: int) -> HttpResponse:
    """Do with a standing click of the viewer's what the form says."""
    chosen = _DEEDS.get(request.POST.get("deed", ""))
    if chosen is None:
        return HttpResponseBadRequest()
    deed, said = chosen
    try:
        deed(request, viewer(request), thing_id)
    except (NoSuchStandingClick, NothingToShow) as missing:
        raise Http404 from missing
    messages.success(request, str(said))
    return redirect("standing_clicks")


def _pause(request: HttpRequest, giver: User, thing_id: int) -> None:
    pause_standing_click(subscriber=giver, thing_id=thing_id)


def _restart(request: HttpRequest, giver: User, thing_id: int) -> None:
    restart_standing_click(subscriber=giver, thing_id=thing_id, at=timezone.now())


def _end(request: HttpRequest, giver: User, thing_id: int) -> None:
    end_standing_click(subscriber=giver, thing_id=thing_id)


def _extend(request: HttpRequest, giver: User, thing_id: int) -> None:
    term = term_asked(request.POST.get("term", ""))
    extend_standing_click(subscriber=giver, thing_id=thing_id, term=term, at=timezone.now())


def _show(request: HttpRequest, giver: User, thing_id: int) -> None:
    visibility = chosen_visibility(request.POST)
    if visibility is not None:
        show_standing_click(subscriber=giver, thing_id=thing_id, visibility=visibility)


_DEEDS: dict[str, tuple[_Deed, Promise]] = {
    "pause": (_pause, _("Paused. It counts again from the month after you restart it.")),
    "restart": (_restart, _("Restarted. It counts from next month on.")),
    "extend": (_extend, _("Extended.")),
    "show": (_show, _("Saved.")),
    "end": (_end, _("It no longer counts by itself each month.")),
}
