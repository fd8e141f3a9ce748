"""What the frame asks for: JSON in, JSON out, from our own origin only, never with CORS."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from payments.clicking.addresses import note_address
from payments.clicking.answering import Answer, FrameAnswer, answer_undo, for_frame
from payments.clicking.connecting import (
    NotConnected,
    WrongSite,
    check_site,
    connect,
    connected,
    disconnect,
)
from payments.clicking.cookies import (
    connection_secret,
    give_connection_cookie,
    take_connection_cookie,
)
from payments.clicking.fast_path import answer_at_once, said_in
from payments.clicking.kept import click_or_keep
from payments.clicking.origins import from_our_frame
from payments.clicking.subjects import NoSuchThing, describe_subject
from payments.clicking.tokens import TokenRefused
from things.button.looks import page_language
from things.counting import count_of
from things.describing import SubmissionRefused
from things.sites.models import Connection

_Said = dict[str, Any]


def _from_frame(
    deed: Callable[[HttpRequest, _Said], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Refuse what does not come from our own frame; `from_our_frame` replaces the form's token."""

    @csrf_exempt
    @require_POST
    @wraps(deed)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not from_our_frame(request.META):
            return HttpResponse(status=403)
        said = said_in(request.body)
        return HttpResponse(status=400) if said is None else deed(request, said)

    return guarded


@_from_frame
def act_connect(request: HttpRequest, said: _Said) -> HttpResponse:
    """Change the popup's code for a connection."""
    try:
        secret = connect(str(said.get("code", "")), at=timezone.now())
    except (TokenRefused, NotConnected):
        return HttpResponse(status=403)
    response = HttpResponse(status=204)
    give_connection_cookie(response, secret)
    return response


@_from_frame
def act_check(request: HttpRequest, said: _Said) -> HttpResponse:
    """204 where the browser kept the cookie; 401 where it did not."""
    try:
        connected(connection_secret(request.META), at=timezone.now())
    except NotConnected:
        return HttpResponse(status=401)
    return HttpResponse(status=204)


@_from_frame
def act_click(request: HttpRequest, said: _Said) -> HttpResponse:
    """Count a click of a connected reader, in one statement where nothing stands against it."""
    counted = answer_at_once(request.META, said)
    return _act(request, said, _click) if counted is None else _as_json(counted, status=200)


@_from_frame
def act_undo(request: HttpRequest, said: _Said) -> HttpResponse:
    """Take a click of a connected reader back."""
    return _act(request, said, _undo)


@_from_frame
def act_disconnect(request: HttpRequest, said: _Said) -> HttpResponse:
    """End the connection that the cookie holds."""
    disconnect(connection_secret(request.META))
    response = HttpResponse(status=204)
    take_connection_cookie(response)
    return response


def _click(connection: Connection, subject: str, at: datetime) -> Answer:
    """The frame is on the connected site: it knows no more of the page."""
    page = connection.site.host
    return click_or_keep(subscriber=connection.subscriber, subject=subject, at=at, page=page)


def _undo(connection: Connection, subject: str, at: datetime) -> Answer:
    return answer_undo(subscriber=connection.subscriber, subject=subject, at=at)


def _act(
    request: HttpRequest, said: _Said, deed: Callable[[Connection, str, datetime], Answer]
) -> HttpResponse:
    subject = str(said.get("s", ""))
    now = timezone.now()
    with translation.override(page_language(str(said.get("lang", "")))):
        try:
            connection = connected(connection_secret(request.META), at=now)
            check_site(connection, describe_subject(subject))
        except NotConnected:
            return HttpResponse(status=401)
        except (WrongSite, NoSuchThing, SubmissionRefused):
            return HttpResponse(status=403)
        answer = deed(connection, subject, now)
        if answer.given:
            note_address(request, subscriber=connection.subscriber, at=now)
        count = count_of(answer.thing.pk) if answer.thing is not None else None
        return _as_json(for_frame(answer, count), status=answer.status)


def _as_json(content: FrameAnswer, *, status: int) -> HttpResponse:
    """An answer for the frame. `Obole-Answer` tells its refusals from ours of the request."""
    return JsonResponse(content, status=status, headers={"Obole-Answer": content["state"]})
