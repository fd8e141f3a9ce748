"""The frame's clicks in front of Django: Note [Before Django] in `payments.clicking.fast_path`."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from django.conf import settings

from obole.headers import headers_of, written
from obole.logs.ids import HEADER, drop_id
from obole.logs.requests import take_request_id, write_line
from obole.metrics.requests import observe
from payments.clicking.fast_path import PATH, answer_before_django

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_VIEW = "act_click"


def with_fast_path(everything_else: WSGIApplication) -> WSGIApplication:
    """Answer what can be answered before Django; hand on everything else.

    The answers are those of the view, with the same headers, line of the log and measure.
    """

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] != PATH:
            return everything_else(environ, start_response)
        began = time.perf_counter()
        identity = take_request_id(environ)
        try:
            answer = answer_before_django(environ)
            if answer is None:
                return everything_else(environ, start_response)
            seconds = time.perf_counter() - began
            observe("POST", _VIEW, 200, seconds)
            write_line("POST", PATH, _VIEW, 200, seconds)
        finally:
            drop_id()
        content = json.dumps(answer).encode()
        start_response(
            "200 OK",
            [
                *_headers(),
                ("Content-Type", "application/json"),
                ("Content-Length", str(len(content))),
                ("Obole-Answer", answer["state"]),
                (HEADER, identity),
            ],
        )
        return [content]

    return application


def _headers() -> list[tuple[str, str]]:
    row = headers_of(_VIEW)
    lines = [(name, value) for name, value in written(row, settings.SITE_URL) if value is not None]
    return [*lines, ("Cache-Control", row.cache or "no-store")]
