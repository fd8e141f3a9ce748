"""Who works for the site shows a second factor before the admin opens."""

from __future__ import annotations

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

from accounts.security.factors import has_second_factor, used_second_factor
from accounts.viewer import viewer

_View = Callable[..., HttpResponse]


def second_factor_first(view: _View) -> _View:
    """Let a view of the admin be reached by who showed a second factor in this session.

    Who has none is led to where it is set up; who came in before they had one shows it now.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *arguments: Any, **keywords: Any) -> HttpResponse:
        user = viewer(request)
        if not settings.STAFF_SECOND_FACTOR or used_second_factor(request, user):
            return view(request, *arguments, **keywords)
        if not has_second_factor(user):
            said = _("The administration opens to who has a second factor.")
            messages.warning(request, said)
            return redirect("mfa_index")
        [way] = [m for m in get_adapter().get_reauthentication_methods(user) if _is_second(m)][:1]
        asked = urlencode({REDIRECT_FIELD_NAME: request.get_full_path()})
        return redirect(f"{way['url']}?{asked}")

    return guarded


def _is_second(method: dict[str, Any]) -> bool:
    return str(method["url"]) != reverse("account_reauthenticate")
