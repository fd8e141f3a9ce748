"""The pages on which creators register feeds and see what came in by them."""

from __future__ import annotations

from collections import Counter
from typing import cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from things.addresses import host_of, same_site
from things.catalogue import DEFAULT_LANGUAGE, Category
from things.feeds.models import Feed
from things.feeds.taking import FeedKnown, Filing, Taken, register_feed
from things.mine.forms import AskForm, FeedForm
from things.reading import feeds as reading
from things.reading.asking import CannotRead, look_at_feed

# So many entries are shown before a feed is registered.
SHOWN = 10


@never_cache
@login_required
@require_safe
def list_feeds(request: HttpRequest) -> HttpResponse:
    """The feeds of the viewer's, how they are, and what to put into them."""
    feeds = _viewer(request).feeds.annotate(things=Count("entries__thing")).order_by("pk")
    context = {"feeds": feeds, "payment": _hint(_viewer(request)), "site_url": settings.SITE_URL}
    return render(request, "things/mine/feeds.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Two steps: the address, and what the feed has, under what its entries are filed."""
    if request.method != "POST":
        return _ask(request, AskForm(initial={"url": request.GET.get("url", "")}))
    asking = AskForm(request.POST)
    if not asking.is_valid():
        return _ask(request, asking)
    try:
        # Read again in the second step: what a form sends back proves nothing.
        read = look_at_feed(asking.cleaned_data["url"], asker=_viewer(request))
    except CannotRead as refusal:
        asking.add_error("url", str(refusal.words))
        return _ask(request, asking)
    choices = _hosts(read)
    if "category" not in request.POST:
        return _show(request, FeedForm(initial=_proposed(read, choices), hosts=choices), read)
    form = FeedForm(request.POST, hosts=choices)
    if not form.is_valid():
        return _show(request, form, read, status=400)
    return _register(request, form, read)


@login_required
@require_POST
def stop(request: HttpRequest, feed_id: int) -> HttpResponse:
    """Read a feed no more, or again. Its things stay."""
    feed = get_object_or_404(Feed, pk=feed_id, owner=_viewer(request))
    if request.POST.get("deed") == "read":
        feed.state, feed.next_at, feed.failing_since = Feed.State.READ, timezone.now(), None
        messages.success(request, _("The feed is read again."))
    else:
        feed.state = Feed.State.STOPPED
        messages.success(request, _("The feed is read no more. Its things stay."))
    feed.save(update_fields=["state", "next_at", "failing_since"])
    return redirect("own_feeds")


def _register(request: HttpRequest, form: FeedForm, read: reading.Feed) -> HttpResponse:
    said = form.cleaned_data
    try:
        _feed, taken = register_feed(
            owner=_viewer(request),
            read=read,
            hosts=said["hosts"],
            filing=Filing(said["category"], said["language"], tuple(said["tags"]), said["hidden"]),
            with_entries=said["with_entries"],
            at=timezone.now(),
        )
    except FeedKnown:
        messages.info(request, _("This feed is registered already."))
    else:
        messages.success(request, _became(taken))
    return redirect("own_feeds")


def _became(taken: Taken) -> str:
    said = ngettext(
        "The feed is registered, and %(number)s thing.",
        "The feed is registered, and %(number)s things.",
        taken.registered,
    )
    return said % {"number": taken.registered}


def _hosts(read: reading.Feed) -> list[tuple[str, str]]:
    """The hosts that entries lead to, most frequent first, with how many do."""
    counted = Counter(host_of(entry.url) for entry in read.entries)
    hosts = [host for host, _number in counted.most_common(20)] or [host_of(read.url)]
    return [(host, f"{host} ({counted[host]})") for host in hosts]


def _proposed(read: reading.Feed, choices: list[tuple[str, str]]) -> dict[str, object]:
    """What the feed says of itself; hosts that it does not lie on are for the creator to tick."""
    homes = [read.url, *([read.home] if urlsplit(read.home).scheme in {"http", "https"} else [])]
    own = [host for host, _label in choices if any(same_site(f"https://{host}/", h) for h in homes)]
    return {
        "url": read.url,
        "hosts": own,
        "with_entries": True,
        "category": read.category or Category.TEXT,
        "language": read.language or DEFAULT_LANGUAGE,
    }


def _ask(request: HttpRequest, form: AskForm) -> HttpResponse:
    form.fields["url"].help_text = _("Of a feed, or of a page that names its feed.")
    status = 400 if form.errors else 200
    return render(request, "things/mine/ask_feed.html", {"form": form}, status=status)


def _show(
    request: HttpRequest, form: FeedForm, read: reading.Feed, *, status: int = 200
) -> HttpResponse:
    context = {"form": form, "feed": read, "entries": read.entries[:SHOWN]}
    return render(request, "things/mine/confirm_feed.html", context, status=status)


def _hint(creator: User) -> str:
    """The address that feeds and pages carry, so that readers can give."""
    query = urlencode({"user_id": creator.username, "url": ""})
    return f"{settings.SITE_URL}{reverse('submit')}?{query}"


def _viewer(request: HttpRequest) -> User:
    return cast(User, request.user)
