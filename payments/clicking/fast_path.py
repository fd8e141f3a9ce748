"""The frame's click before Django takes the request apart: most clicks, and the fastest.

Note [Before Django]. A further click of a connected reader needs nothing of Django's request, and
its signals, middleware and answer cost several times what is needed. So the WSGI application asks
here first. Whatever could not be counted at once goes on to Django untouched, and its view decides
and words it: nothing is refused here, and without this everything works, only slower.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, MutableMapping
from functools import cache
from io import BytesIO
from typing import Any

from django.utils import timezone, translation

from payments.clicking.addresses import digest_of_sender
from payments.clicking.answering import Answer, FrameAnswer, State, for_frame
from payments.clicking.at_once import count_at_once
from payments.clicking.cookies import connection_secret
from payments.clicking.origins import from_our_frame
from payments.clicking.tally import CLICKS
from things.button.looks import page_language

PATH = "/embed/act/click"
_LONGEST_BODY = 20_000
# A click has less than a hundred bytes. What is much longer is left to Django.
_LENGTH = re.compile(r"[0-9]{1,4}")

# In the WSGI environment: this was asked, and there is no use in asking again.
_ASKED = "obole.asked_at_once"


def answer_before_django(environ: MutableMapping[str, Any]) -> FrameAnswer | None:
    """The answer to a click that could be counted at once; None for every other request to PATH.

    `environ` is of WSGI (PEP 3333). Where the body was read, it can be read again.
    """
    length = environ.get("CONTENT_LENGTH") or ""
    posted = environ["REQUEST_METHOD"] == "POST" and from_our_frame(environ)
    if not (posted and _LENGTH.fullmatch(length)):
        return None
    body = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = BytesIO(body)
    said = said_in(body)
    return None if said is None else answer_at_once(environ, said)


def said_in(body: bytes) -> dict[str, Any] | None:
    """The JSON object in a body, of which no more is read than a frame of ours says; else None."""
    try:
        said = json.loads(body[:_LONGEST_BODY])
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def answer_at_once(
    environ: MutableMapping[str, Any], said: Mapping[str, Any]
) -> FrameAnswer | None:
    """The answer to what our frame said, if the click could be counted in one statement.

    None if not, and if the same request was asked before.
    """
    subject, now = str(said.get("s", "")), timezone.now()
    if environ.get(_ASKED) or not subject.isdecimal() or len(subject) > 18:
        return None
    environ[_ASKED] = True
    count = count_at_once(
        secret=connection_secret(environ),
        thing_id=int(subject),
        at=now,
        address=digest_of_sender(environ, at=now),
    )
    if count is None:
        return None
    CLICKS.labels(State.COUNTED).inc()
    return {**_counted(page_language(str(said.get("lang", "")))), "count": count}


@cache
def _counted(language: str) -> FrameAnswer:
    with translation.override(language):
        return for_frame(Answer(State.COUNTED), None)
