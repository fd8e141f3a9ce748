"""A door before what must not be done by who finds a browser open."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase

_View = Callable[..., HttpResponseBase]


def freshly_authenticated(view: _View) -> _View:
    """Let a view be reached by users who proved within 15 minutes that it is they.

    Others prove it first, by password, authenticator or passkey, and are then led on; what they
    sent by POST is kept and carried out. For views that show or change how money leaves, and
    what makes an account safe. The minutes are `ACCOUNT_REAUTHENTICATION_TIMEOUT`.
    """
    guarded = reauthentication_required(view, app="accounts")

    @login_required
    @wraps(view)
    def wrapped(request: HttpRequest, *arguments: Any, **keywords: Any) -> HttpResponseBase:
        answer: HttpResponseBase = guarded(request, *arguments, **keywords)
        return answer

    return wrapped
