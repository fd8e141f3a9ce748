"""When and from where a session was used last, for the page that lists them."""

from __future__ import annotations

import time
from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponseBase

_Answer = Callable[[HttpRequest], HttpResponseBase]

# So often at most it is written down, in seconds.
NOTED_EVERY = 600
_KEY = "presence_noted"


def note_presence(get_response: _Answer) -> _Answer:
    """Note the use of a session, if that was not done lately."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if _is_due(request) and request.user.is_authenticated:
            UserSession.objects.create_from_request(request)
            start_noting(request)
        return get_response(request)

    return answer


def start_noting(request: HttpRequest) -> None:
    """From the sign-in on."""
    request.session[_KEY] = int(time.time())


def _is_due(request: HttpRequest) -> bool:
    # Who brings no cookie has no session, and their answer must not vary by it.
    noted = request.session.get(_KEY) if request.session.session_key else None
    return noted is not None and time.time() - noted > NOTED_EVERY
