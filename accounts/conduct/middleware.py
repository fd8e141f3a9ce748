"""Puts a person in the place of who looks at their pages. See Note [Looking is not signing in]."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.template.response import SimpleTemplateResponse
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control

from accounts.conduct.looking import pages_to_look_at, running_look
from accounts.conduct.models import Looking
from accounts.staff.models import StaffEntry
from accounts.staff.recording import Act, note_act
from accounts.viewer import viewer

KEY = "looking"
# With these who looks comes back to themselves; they are answered as the staff.
_WAYS_OUT = {"end_looking", "account_logout", "sign_out"}
_READ_ONLY_SQLSTATE = "25006"

_Answer = Callable[[HttpRequest], HttpResponseBase]
_View = Callable[..., HttpResponseBase]


class LookAs:
    """Answers as a person sees it, while somebody of the staff looks; else as always."""

    def __init__(self, get_response: _Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Put the person in the place of who looks, or refuse."""
        number = _number(request)
        if number is None:
            return self.get_response(request)
        looking = running_look(number=number, by=viewer(request), at=timezone.now())
        if looking is None:
            return _ended(request)
        name = _name(request)
        if name in _WAYS_OUT:
            return self.get_response(request)
        request.looking = looking  # type: ignore[attr-defined]  # templates ask for it
        if request.method not in {"GET", "HEAD"} or name not in pages_to_look_at():
            return _refused(request)
        _note(request, looking)
        request.user = looking.user
        response = self.get_response(request)
        patch_cache_control(response, no_store=True, private=True)
        return response

    def process_view(
        self, request: HttpRequest, view: _View, arguments: Sequence[Any], named: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Have the page made where the database refuses to write."""
        if not hasattr(request, "looking"):
            return None
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION READ ONLY")
                response = view(request, *arguments, **named)
                if isinstance(response, SimpleTemplateResponse):
                    response.render()
                return response
        except DatabaseError as error:
            if getattr(error.__cause__, "sqlstate", None) != _READ_ONLY_SQLSTATE:
                raise
            return _refused(request)


def _number(request: HttpRequest) -> object:
    """Who brings no cookie has no session, and their answer must not vary by it."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    number = request.session.get(KEY)
    return None if number is None or request.user.is_anonymous else number


def _name(request: HttpRequest) -> str | None:
    try:
        return resolve(request.path_info).view_name
    except Resolver404:
        return None


def _ended(request: HttpRequest) -> HttpResponseBase:
    """What was sent is not done either: it was meant for the other's page, or seen there."""
    del request.session[KEY]
    return render(request, "accounts/looking_over.html", status=403)


def _refused(request: HttpRequest) -> HttpResponseBase:
    response = render(request, "accounts/looking_refused.html", status=403)
    patch_cache_control(response, no_store=True, private=True)
    return response


def _note(request: HttpRequest, looking: Looking) -> None:
    act = Act(
        StaffEntry.Kind.LOOK,
        deed="look_as",
        subject=request.path[:100],
        about=looking.user,
        reason=looking.reason,
    )
    note_act(request, act)


def way_back(looking: Looking) -> str:
    """Where who looked goes on."""
    return reverse("admin:accounts_user_change", args=[looking.user_id])
