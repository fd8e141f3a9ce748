"""The pages on which creators register and keep their things."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from things.addresses import NotAWebAddress, same_site
from things.aliases.finding import thing_at
from things.aliases.merging import CannotMerge, merge_things
from things.aliases.moving import add_alias, move_thing
from things.catalogue import DEFAULT_LANGUAGE, Category
from things.counting import counts_of
from things.mine.forms import AskForm, MergeForm, MoveForm, NewThingForm, ThingForm, initial_of
from things.models import Thing
from things.reading.asking import CannotRead, Found, look_at
from things.reading.pages import Page
from things.registering import (
    AlreadyRegistered,
    NotYours,
    change_thing,
    register_thing,
    restore_thing,
    withdraw_thing,
)

THINGS_A_PAGE = 50


@never_cache
@login_required
@require_safe
def list_own(request: HttpRequest) -> HttpResponse:
    """All things of the viewer's, withdrawn and hidden ones too. A fixed number of queries."""
    owned = Thing.objects.filter(owner=_viewer(request)).exclude(state=Thing.State.MERGED)
    page = Paginator(owned.order_by("-pk"), THINGS_A_PAGE).get_page(request.GET.get("page"))
    counts = counts_of([thing.pk for thing in page])
    rows = [(thing, counts[thing.pk]) for thing in page]
    return render(request, "things/mine/list.html", {"page": page, "rows": rows})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Two steps: the address, and what was read at it, to be corrected and confirmed."""
    if request.method != "POST":
        return _ask(request, AskForm(initial={"url": request.GET.get("url", "")}))
    if "title" in request.POST:
        return _confirm(request, NewThingForm(request.POST))
    asking = AskForm(request.POST)
    if not asking.is_valid():
        return _ask(request, asking)
    try:
        found = look_at(asking.cleaned_data["url"], asker=_viewer(request))
    except CannotRead as refusal:
        asking.add_error("url", str(refusal.words))
        return _ask(request, asking)
    return _propose(request, found)


def _propose(request: HttpRequest, found: Found) -> HttpResponse:
    if found.page is None:
        return redirect(f"{reverse('register_feed')}?{urlencode({'url': found.asked})}")
    known = thing_at(found.page.url)
    if known is not None and known.owner_id == _viewer(request).pk:
        messages.info(request, _("This page is registered already."))
        return redirect("own_thing", thing_id=known.pk)
    form = NewThingForm(initial=_proposed(found.asked, found.page))
    return render(request, "things/mine/confirm.html", {"form": form, "page": found.page})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, thing_id: int) -> HttpResponse:
    """What is said of a thing, its addresses, and what can be done with it."""
    thing = _own(request, thing_id)
    form = ThingForm(request.POST or None, initial=initial_of(thing))
    if request.method == "POST" and form.is_valid():
        change_thing(thing, at=timezone.now(), **form.fields_of_thing)
        messages.success(request, _("Saved."))
        return redirect("own_things")
    return _edit(request, thing, form=form)


@login_required
@require_POST
def move(request: HttpRequest, thing_id: int) -> HttpResponse:
    """The page has a new address."""
    thing, form = _own(request, thing_id), MoveForm(request.POST)
    if form.is_valid():
        try:
            move_thing(thing, url=form.cleaned_data["url"], at=timezone.now())
        except NotAWebAddress:
            form.add_error("url", _("A page cannot have this address."))
        except NotYours:
            form.add_error("url", _("This address is known here as somebody else's."))
        except AlreadyRegistered:
            form.add_error("url", _("Another thing of yours is there: merge the two instead."))
        else:
            messages.success(request, _("Moved. The old address goes on leading here."))
            return redirect("own_thing", thing_id=thing.pk)
    return _edit(request, thing, moving=form)


@login_required
@require_POST
def merge(request: HttpRequest, thing_id: int) -> HttpResponse:
    """This thing takes another one of the viewer's in."""
    thing, form = _own(request, thing_id), MergeForm(request.POST)
    if form.is_valid():
        other = thing_at(form.cleaned_data["absorbed"])
        try:
            if other is None or other.owner_id != thing.owner_id:
                raise CannotMerge(form.cleaned_data["absorbed"])
            merge_things(kept=thing, absorbed=other, at=timezone.now())
        except CannotMerge:
            form.add_error("absorbed", _("This is no other thing of yours that can be merged."))
        else:
            messages.success(request, _("Merged. Counts and earnings add up from now on."))
            return redirect("own_thing", thing_id=thing.pk)
    return _edit(request, thing, merging=form)


@login_required
@require_POST
def change_state(request: HttpRequest, thing_id: int) -> HttpResponse:
    """Withdraw, bring back, hide or show a thing."""
    thing, deed, now = _own(request, thing_id), request.POST.get("deed"), timezone.now()
    if deed == "withdraw":
        withdraw_thing(thing, at=now)
        messages.success(request, _("Withdrawn. Its clicks of this month still count."))
    elif deed == "restore":
        restore_thing(thing, at=now)
        messages.success(request, _("It can be clicked again."))
    elif deed in {"hide", "show"}:
        change_thing(thing, at=now, hidden=deed == "hide")
        messages.success(request, _("Saved."))
    return redirect("own_things")


def _confirm(request: HttpRequest, form: NewThingForm) -> HttpResponse:
    if form.is_valid():
        url, now = form.cleaned_data["url"], timezone.now()
        try:
            thing = register_thing(owner=_viewer(request), url=url, at=now, **form.fields_of_thing)
        except AlreadyRegistered as known:
            messages.info(request, _("This page is registered already."))
            return redirect("own_thing", thing_id=known.thing.pk)
        except NotYours:
            form.add_error("url", _("This address is known here as somebody else's."))
        else:
            _remember_asked(thing, form.cleaned_data["asked"])
            messages.success(request, _("Registered."))
            return redirect("own_thing", thing_id=thing.pk)
    return render(request, "things/mine/confirm.html", {"form": form}, status=400)


def _remember_asked(thing: Thing, asked: str) -> None:
    """The address that led to the page finds the thing, too, where it is on the same site."""
    if asked and same_site(asked, thing.url) and thing_at(asked) is None:
        add_alias(thing, url=asked, at=timezone.now())


def _proposed(asked: str, page: Page) -> dict[str, object]:
    return {
        "asked": asked,
        "url": page.url,
        "title": page.title,
        "description": page.description,
        "category": page.category or Category.REST,
        "language": page.language or DEFAULT_LANGUAGE,
        "tags": list(page.tags),
    }


def _ask(request: HttpRequest, form: AskForm) -> HttpResponse:
    status = 400 if form.errors else 200
    return render(request, "things/mine/ask.html", {"form": form}, status=status)


def _edit(
    request: HttpRequest,
    thing: Thing,
    *,
    form: ThingForm | None = None,
    moving: MoveForm | None = None,
    merging: MergeForm | None = None,
) -> HttpResponse:
    forms = (form, moving, merging)
    context = {
        "thing": thing,
        "form": form or ThingForm(initial=initial_of(thing)),
        "moving": moving or MoveForm(),
        "merging": merging or MergeForm(),
        "aliases": thing.aliases.order_by("-made_at", "pk"),
        "merged": thing.merged.order_by("-merged_at", "pk"),
    }
    status = 400 if any(one is not None and one.errors for one in forms) else 200
    return render(request, "things/mine/edit.html", context, status=status)


def _own(request: HttpRequest, thing_id: int) -> Thing:
    """A thing of the viewer's that is neither merged nor suspended; else 404."""
    theirs = Thing.objects.filter(owner=_viewer(request))
    usable = theirs.filter(state__in=[Thing.State.ACTIVE, Thing.State.WITHDRAWN])
    return get_object_or_404(usable, pk=thing_id)


def _viewer(request: HttpRequest) -> User:
    return cast(User, request.user)
