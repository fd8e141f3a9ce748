"""The button's addresses. None of them reads or sets a cookie."""

from __future__ import annotations

import hashlib

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.views.decorators.http import require_safe

from things.button.assets import Asset, NoSuchAsset, asset
from things.button.badges import draw_badge
from things.button.frames import HELD_FRAMES, Frame
from things.button.looks import page_language
from things.counting import count_of, counts_of
from things.models import Thing

MOST_COUNTS = 50


class FramedResponse(HttpResponse):
    """An answer that pages of some origins may frame; the headers' table names them."""

    ancestors: tuple[str, ...] = ()


@require_safe
def show_frame(request: HttpRequest, thing_id: int = 0) -> HttpResponse:
    """The frame of a thing, or of the page that the query describes."""
    frame = HELD_FRAMES.get(thing_id, request.META.get("QUERY_STRING", ""))
    if _has(request, frame.etag):
        return _framed(FramedResponse(status=304), frame)
    packs = "gzip" in request.headers.get("Accept-Encoding", "")
    response = FramedResponse(
        frame.packed if packs else frame.body,
        status=frame.status,
        content_type="text/html; charset=utf-8",
    )
    if packs:
        response.headers["Content-Encoding"] = "gzip"
    return _framed(response, frame)


@require_safe
def show_loader(request: HttpRequest) -> HttpResponse:
    """The loader, at an address that stays; also at Flattr's."""
    return _asset_answer(request, asset("loader.js"))


@require_safe
def show_asset(request: HttpRequest, digest: str, name: str) -> HttpResponse:
    """A script or style, at an address that changes with its content."""
    try:
        found = asset(name)
    except NoSuchAsset as missing:
        raise Http404 from missing
    if found.digest != digest:
        raise Http404
    return _asset_answer(request, found)


@require_safe
def show_counts(request: HttpRequest) -> HttpResponse:
    """The counts of up to 50 things: `?ids=12,13`."""
    asked = request.GET.get("ids", "").split(",")
    ids = [int(part) for part in asked if part.isascii() and part.isdecimal() and len(part) < 19]
    counts = counts_of(list(dict.fromkeys(ids))[:MOST_COUNTS])
    response = JsonResponse({str(thing_id): count for thing_id, count in counts.items()})
    return _with_etag(request, response)


@require_safe
def show_badge(request: HttpRequest, thing_id: int | None = None) -> HttpResponse:
    """The badge, with the count of a thing."""
    if thing_id is not None and not Thing.objects.filter(pk=thing_id).exists():
        raise Http404
    count = None if thing_id is None else count_of(thing_id)
    picture = draw_badge(language=page_language(request.GET.get("lang", "")), count=count)
    return _with_etag(request, HttpResponse(picture, content_type="image/svg+xml"))


def _framed(response: FramedResponse, frame: Frame) -> FramedResponse:
    response.ancestors = frame.ancestors
    response.headers["ETag"] = frame.etag
    response.headers["Vary"] = "Accept-Encoding"
    return response


def _asset_answer(request: HttpRequest, found: Asset) -> HttpResponse:
    etag = f'"{found.digest}"'
    if _has(request, etag):
        response: HttpResponse = HttpResponseNotModified()
    elif "gzip" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(found.packed, content_type=found.media_type)
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = HttpResponse(found.content, content_type=found.media_type)
    response.headers["ETag"] = etag
    response.headers["Vary"] = "Accept-Encoding"
    return response


def _with_etag(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:16]}"'
    if _has(request, etag):
        response = HttpResponseNotModified()
    response.headers["ETag"] = etag
    return response


def _has(request: HttpRequest, etag: str) -> bool:
    return etag in request.META.get("HTTP_IF_NONE_MATCH", "")
