"""The frame: count and button in one small page, the same for every reader.

Note [The short way]. A frame is asked for far more often than anything else, so its answer is
held in the process for some seconds (`things.counting.HELD`), packed and with its ETag.
"""

from __future__ import annotations

import gzip
import hashlib
import time
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from urllib.parse import parse_qs

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from things.addresses import host_of
from things.aliases.finding import thing_numbered
from things.button.assets import asset
from things.button.looks import Look, labels, read_look
from things.counting import HELD, count_of
from things.describing import (
    SubmissionRefused,
    describe_thing,
    is_draft,
    query_of,
    read_submission,
)
from things.models import Thing
from things.sites.owning import framing_origins

FRAMES_HELD = 4096
FIELDS = 30

ANYBODY = ("*",)


@dataclass(frozen=True)
class Frame:
    """A frame as it travels. `ancestors` are the origins whose pages may hold it."""

    body: bytes
    packed: bytes
    etag: str
    ancestors: tuple[str, ...]
    status: int = 200


class HeldFrames:
    """The frames that a process made in the last seconds; the oldest go first."""

    def __init__(self) -> None:
        self._frames: OrderedDict[tuple[int, str], tuple[float, Frame]] = OrderedDict()

    def get(self, thing_id: int, query: str) -> Frame:
        """The frame of a thing, or of the page that the query describes where the id is 0."""
        now = time.monotonic()
        held = self._frames.get((thing_id, query))
        if held is not None and now - held[0] < HELD:
            return held[1]
        frame = make_frame(thing_id, query)
        self._frames[thing_id, query] = now, frame
        while len(self._frames) > FRAMES_HELD:
            self._frames.popitem(last=False)
        return frame

    def forget(self) -> None:
        """Hold nothing; for tests."""
        self._frames.clear()


HELD_FRAMES = HeldFrames()


def make_frame(thing_id: int, query: str) -> Frame:
    """A frame, new. Three queries, and one more where Redis does not know the count.

    A button that is not set up well gets a frame that says why, on any page: it has nothing
    that could be clicked, and the site's owner must see it.
    """
    try:
        fields = {name: said[-1] for name, said in parse_qs(query, max_num_fields=FIELDS).items()}
    except ValueError:
        fields = {}
    look = read_look(fields)
    with translation.override(look.language):
        try:
            return _button(_described(thing_id, fields), look, fields)
        except SubmissionRefused as refusal:
            return _notice(str(refusal), look)


def _described(thing_id: int, fields: dict[str, str]) -> Thing:
    if not thing_id:
        return describe_thing(read_submission(fields))
    thing = thing_numbered(thing_id)
    if thing is None:
        raise SubmissionRefused(_("There is no thing of this number."))
    return thing


def _button(thing: Thing, look: Look, fields: dict[str, str]) -> Frame:
    subject = query_of(read_submission(fields)) if is_draft(thing) else str(thing.pk)
    count = 0 if is_draft(thing) else count_of(thing.pk)
    context = {
        "look": look,
        "labels": labels(),
        "two_taps": settings.TOUCH_TWO_TAPS,
        "subject": subject,
        "address": f"/submit/auto?{subject}" if is_draft(thing) else f"/thing/{subject}",
        "site": host_of(thing.url),
        # The same before and after the thing comes to be.
        "key": f"{zlib.crc32(thing.url.encode()):x}",
        "count": count,
        "number": number_format(count, force_grouping=True),
        "style": asset("frame.css").path,
        "script": asset(f"frame.{look.language}.js").path,
    }
    ancestors = framing_origins(thing.owner_id) if thing.owner_id else ()
    return _travelling("things/frame.html", context, ancestors, 200)


def _notice(reason: str, look: Look) -> Frame:
    context = {
        "look": look,
        "reason": reason,
        "help": f"{settings.SITE_URL}/button/",
        "style": asset("notice.css").path,
        "script": asset("notice.js").path,
    }
    # 200, not 400: browsers keep it for a minute, and some show pages of their own for errors.
    return _travelling("things/notice.html", context, ANYBODY, 200)


def _travelling(
    template: str, context: dict[str, object], ancestors: tuple[str, ...], status: int
) -> Frame:
    body = render_to_string(template, context).encode()
    return Frame(
        body=body,
        packed=gzip.compress(body, 9, mtime=0),
        etag=f'"{hashlib.sha256(body).hexdigest()[:16]}"',
        ancestors=ancestors,
        status=status,
    )
