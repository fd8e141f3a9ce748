"""A signed-in user's language and time zone come before the browser's and the site's."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation

_Answer = Callable[[HttpRequest], HttpResponseBase]


def personal_settings(get_response: _Answer) -> _Answer:
    """Answer in the language and the time zone of the user.

    Only where a session's cookie came: without one nobody is asked for, so that what is the same
    for everybody does not vary by cookie.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or request.user.is_anonymous:
            return get_response(request)
        user = request.user
        if user.language in dict(settings.LANGUAGES):
            translation.activate(user.language)
            request.LANGUAGE_CODE = translation.get_language()
        with timezone.override(user.time_zone):
            return get_response(request)

    return answer
