"""The catalogue, creators' pages, feeds, oEmbed, and the page where a creator asks for sites."""

from __future__ import annotations

from typing import cast
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.public_ids import public_id
from things.addresses import NotAWebAddress
from things.aliases.finding import thing_at
from things.button.looks import FRAME_SIZES
from things.clicks import clicks_received
from things.counting import counts_of
from things.models import Thing
from things.pages.feeds import Feed, as_atom, as_stream, clicks_as_atom
from things.pages.forms import ChoiceForm, SiteForm
from things.pages.listing import Choice, clicked_now, public_things, things_of
from things.sites.models import Site
from things.sites.owning import ask_for_site
from things.sites.proving import profile_of

THINGS_A_PAGE = 30


@require_safe
def list_things(request: HttpRequest) -> HttpResponse:
    """What is clicked now, of a category, a language, a tag."""
    choice = _choice(request)
    led = clicked_now(choice, at=timezone.now())
    page = Paginator(led, THINGS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "counts": counts_of([thing.pk for thing in page]),
        "form": ChoiceForm(choice),
    }
    return render(request, "things/catalogue.html", context)


@require_safe
def things_as_atom(request: HttpRequest) -> HttpResponse:
    """The catalogue as Atom."""
    feed = Feed(title=settings.SITE_NAME, path=reverse("catalogue"))
    return as_atom(feed, clicked_now(_choice(request), at=timezone.now())[:THINGS_A_PAGE])


@require_safe
def things_as_stream(request: HttpRequest) -> HttpResponse:
    """The catalogue as an activity stream."""
    return as_stream(clicked_now(_choice(request), at=timezone.now())[:THINGS_A_PAGE])


@require_safe
def show_creator(request: HttpRequest, username: str) -> HttpResponse:
    """A creator's public page: who they are and what they made."""
    creator = _creator(username)
    page = Paginator(things_of(creator), THINGS_A_PAGE).get_page(request.GET.get("page"))
    sites = Site.objects.verified().filter(owner=creator).order_by("host")
    context = {
        "creator": creator,
        "page": page,
        "counts": counts_of([thing.pk for thing in page]),
        "sites": sites,
    }
    return render(request, "things/creator.html", context)


@require_safe
def creator_as_atom(request: HttpRequest, username: str) -> HttpResponse:
    """A creator's things as Atom."""
    creator = _creator(username)
    feed = Feed(title=creator.get_full_name(), path=reverse("creator", args=[creator.username]))
    return as_atom(feed, things_of(creator)[:THINGS_A_PAGE])


@require_safe
def creator_clicks_as_atom(request: HttpRequest, username: str) -> HttpResponse:
    """The clicks on a creator's things that everybody may know of, as Atom."""
    creator = _creator(username)
    feed = Feed(title=creator.get_full_name(), path=reverse("creator", args=[creator.username]))
    received = clicks_received(creator, viewer=None, rows=slice(THINGS_A_PAGE))
    return clicks_as_atom(feed, received)


@require_safe
def thing_as_atom(request: HttpRequest, thing_id: int) -> HttpResponse:
    """A thing as a feed of one entry."""
    thing = _thing(thing_id)
    return as_atom(Feed(title=str(thing), path=reverse("thing", args=[thing.pk])), [thing])


@require_safe
def thing_as_stream(request: HttpRequest, thing_id: int) -> HttpResponse:
    """A thing as an activity stream of one."""
    return as_stream([_thing(thing_id)])


@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    """The frame's markup for the address of a thing's page. oEmbed 1.0, JSON."""
    if request.GET.get("format", "json") != "json":
        return HttpResponse(status=501)
    thing = _thing(_thing_id(request.GET.get("url", "")))
    width, height = FRAME_SIZES["compact"]
    context = {"thing": thing, "site_url": settings.SITE_URL, "width": width, "height": height}
    answer = {
        "type": "rich",
        "version": "1.0",
        "title": str(thing),
        "provider_name": settings.SITE_NAME,
        "provider_url": settings.SITE_URL,
        "cache_age": 86400,
        "html": render_to_string("things/oembed.html", context).strip(),
        "width": width,
        "height": height,
    }
    if thing.owner is not None:
        answer["author_name"] = thing.owner.get_full_name()
        answer["author_url"] = settings.SITE_URL + reverse("creator", args=[thing.owner.username])
    return JsonResponse(answer)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def list_sites(request: HttpRequest) -> HttpResponse:
    """The sites that the viewer says are theirs, and whether that is proven."""
    viewer = cast(User, request.user)
    form = SiteForm(request.POST or None)
    if form.is_valid():
        address = form.cleaned_data["address"]
        try:
            site = ask_for_site(creator=viewer, address=address, at=timezone.now())
        except NotAWebAddress:
            form.add_error("address", _("Write the address of your site, such as blog.example."))
        else:
            messages.success(request, _("Now prove that %(site)s is yours.") % {"site": site})
            return redirect("sites")
    context = {
        "sites": viewer.sites.order_by("host", "path"),
        "form": form,
        "identifier": public_id(viewer.pk),
        "profile": profile_of(viewer),
    }
    return render(request, "things/sites.html", context, status=400 if form.errors else 200)


def _choice(request: HttpRequest) -> Choice:
    asked = {name: request.GET.get(name, "") for name in ("category", "language", "tag")}
    return Choice.cleaned(**asked)


def _creator(username: str) -> User:
    return get_object_or_404(User, username__iexact=username, is_active=True, suspended=False)


def _thing(thing_id: int) -> Thing:
    """A thing that may be shown outside its page; hidden ones are where one knows their number."""
    shown = Thing.objects.active().select_related("owner").exclude(owner__suspended=True)
    return get_object_or_404(shown, pk=thing_id)


def _thing_id(address: str) -> int:
    """The number in the address of a thing's page, on this site or by an auto-submit address."""
    parts = urlsplit(address)
    if f"{parts.scheme}://{parts.netloc}" != settings.SITE_URL:
        raise Http404
    try:
        match = resolve(parts.path)
    except Resolver404 as missing:
        raise Http404 from missing
    if match.view_name == "submit":
        url = parse_qs(parts.query).get("url", [""])[0]
        found = thing_at(url)
        return get_object_or_404(public_things(), pk=found.pk if found else 0).pk
    if match.view_name not in {"thing", "thing_with_name"}:
        raise Http404
    return int(match.kwargs["thing_id"])
