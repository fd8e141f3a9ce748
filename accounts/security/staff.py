"""Who works for the site shows a second factor before the admin opens."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.security.factors import has_second_factor, shown_second_factor
from accounts.viewer import viewer

_View = Callable[..., HttpResponse]

_SEEN = "staff_seen"
# In seconds: a session is not written with each page.
_NOTED_EVERY = 30


def second_factor_first(view: _View) -> _View:
    """Let a view of the admin be reached by who showed a second factor a short while ago.

    Who has none is led to where it is set up; who came in before they had one shows it now. So
    does who opened no page for STAFF_IDLE_MINUTES, and everybody after STAFF_HOURS.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *arguments: Any, **keywords: Any) -> HttpResponse:
        user = viewer(request)
        if not settings.STAFF_SECOND_FACTOR or _is_here(request, user):
            return view(request, *arguments, **keywords)
        if not has_second_factor(user):
            said = _("The administration opens to who has a second factor.")
            messages.warning(request, said)
            return redirect("mfa_index")
        ways = [m for m in get_adapter().get_reauthentication_methods(user) if _is_second(m)]
        # Who has both is asked for the passkey: codes can be talked out of people.
        way = min(ways, key=lambda m: m["url"] != reverse("mfa_reauthenticate_webauthn"))
        # What was sent to a deed would be lost on the way: they come back to the first page.
        after = request.get_full_path() if request.method == "GET" else reverse("admin:index")
        asked = urlencode({REDIRECT_FIELD_NAME: after})
        return redirect(f"{way['url']}?{asked}")

    return guarded


def _is_here(request: HttpRequest, user: User) -> bool:
    """Whether they showed it today, and did not leave since. Notes that they are here."""
    now, shown = time.time(), shown_second_factor(request, user)
    if now - shown > settings.STAFF_HOURS * 3600:
        return False
    seen = max(shown, float(request.session.get(_SEEN, 0)))
    if now - seen > settings.STAFF_IDLE_MINUTES * 60:
        return False
    if now - seen > _NOTED_EVERY:
        request.session[_SEEN] = int(now)
    return True


def _is_second(method: dict[str, Any]) -> bool:
    return str(method["url"]) != reverse("account_reauthenticate")
