"""A button that only says where it stands: what its page is called is read there, once.

Note [Filled in once]. A thing without a title came to be by such a button, or its owner wants none.
Its page is read once, through the guarded door, whatever comes of it. What was said of the thing
stays: only what is empty is filled in, and nothing once its owner has changed anything.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from things.addresses import NotAWebAddress, same_site
from things.catalogue import DEFAULT_LANGUAGE, Category
from things.fetching.fetcher import Limits, fetch
from things.fetching.refusals import FetchRefused
from things.models import Thing
from things.reading import pages
from things.reading.models import PageLook

LIMITS = Limits(most_bytes=1024 * 1024, seconds=8)
# A run of the clock reads so many.
MOST = 200


def things_to_look_at() -> list[int]:
    """Things of which nothing was said and whose pages nobody has read, the newest first."""
    silent = _silent().filter(look=None)
    return list(silent.order_by("-pk").values_list("pk", flat=True)[:MOST])


def fill_in(*, thing_id: int, at: datetime) -> bool:
    """Read the page of a thing and fill in what is missing. See Note [Filled in once].

    Returns whether something was filled in. Never raises what a host does. Two at once read once.
    """
    thing = _silent().filter(pk=thing_id).first()
    if thing is None:
        return False
    _look, first = PageLook.objects.get_or_create(thing=thing, defaults={"looked_at": at})
    if not first:
        return False
    try:
        answer = fetch(thing.url, accept=pages.ACCEPT, limits=LIMITS)
        page = pages.read_page(answer)
        if not same_site(answer.url, thing.url):
            raise pages.NotAPage(f"{thing.url} leads to {answer.url}")
    except (FetchRefused, pages.NotAPage, NotAWebAddress) as refusal:
        PageLook.objects.filter(thing=thing).update(refusal=str(refusal)[:300])
        return False
    return _write(thing, page)


def _silent() -> QuerySet[Thing]:
    return Thing.objects.active().filter(title="", updated_at=None)


def _write(thing: Thing, page: pages.Page) -> bool:
    """What the owner wrote while the page was read is not touched: the row is locked."""
    with transaction.atomic():
        row = _silent().select_for_update(no_key=True).filter(pk=thing.pk).first()
        if row is None or not page.title:
            return False
        row.title = page.title
        row.description = row.description or page.description
        if row.language == DEFAULT_LANGUAGE and page.language:
            row.language = page.language
        if row.category == Category.REST and page.category:
            row.category = page.category
        row.tags = row.tags or list(page.tags)
        row.save(update_fields=["title", "description", "language", "category", "tags"])
    return True
