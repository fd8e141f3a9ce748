"""The thing at an address: by its own, by another spelling of it, or by one that it had."""

from __future__ import annotations

from django.db.models import Case, IntegerField, Q, Subquery, Value, When

from things.addresses import NotAWebAddress, tidy_url
from things.aliases.models import Alias
from things.canonical import address_key, canonical_url
from things.models import Thing, ThingQuerySet


def thing_at(url: str) -> Thing | None:
    """The thing at an address with its owner, in whatever state; one query.

    One that was merged into another is answered by that one. Of several the best match counts:
    the very spelling that is stored, then the same page, then a former address.
    """
    thing = things_at(url).select_related("owner", "merged_into__owner").first()
    return None if thing is None else surviving(thing)


def thing_numbered(thing_id: int) -> Thing | None:
    """The thing of a number with its owner, or the one that it was merged into; one query."""
    things = Thing.objects.select_related("owner", "merged_into__owner")
    thing = things.filter(pk=thing_id).first()
    return None if thing is None else surviving(thing)


def surviving(thing: Thing) -> Thing:
    """The thing, or the one that it was merged into."""
    return thing.merged_into or thing


def things_at(url: str) -> ThingQuerySet:
    """Those that an address may mean, the best match first. At most a few, all by indexes."""
    spellings, key = _spellings(url), _key(url)
    matching = Q(url__in=spellings)
    if key is not None:
        # A scalar subquery, so that each alternative is a look into one index.
        aliased = Alias.objects.filter(key=key).values("thing")[:1]
        matching |= Q(key=key) | Q(pk=Subquery(aliased))
    closeness = Case(
        *(When(url=spelling, then=Value(at)) for at, spelling in enumerate(spellings)),
        When(key=key, then=Value(len(spellings))),
        default=Value(len(spellings) + 1),
        output_field=IntegerField(),
    )
    return Thing.objects.filter(matching).order_by(closeness, "pk")


def _spellings(url: str) -> list[str]:
    written = url.strip()
    try:
        return list(dict.fromkeys([written, tidy_url(written), canonical_url(written)]))
    except NotAWebAddress:
        return [written]


def _key(url: str) -> bytes | None:
    try:
        return address_key(url)
    except NotAWebAddress:
        return None
