"""Searching things: full text in each thing's language, tags, lists; trigrams where text fails."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connection
from django.db.models import BooleanField, FloatField, Q
from django.db.models.expressions import RawSQL

from things.aliases.finding import thing_at
from things.models import Popularity, Thing, ThingQuerySet

# A search looks at no more matches than this; nobody turns so many pages.
MOST_MATCHES = 1000
SORTS = ("relevance", "trend", "flattrs", "flattrs_month", "flattrs_week", "flattrs_day")
LONGEST_QUERY = 500
# How much of a misspelt query's trigrams a title must have.
LIKE = "0.4"

_QUERY = "websearch_to_tsquery(things_configuration(things_thing.language), %s)"
# Who writes these means what they write.
_OPERATORS = {"-", '"'}
_TAG_WORDS = re.compile(r"[|&!]|[^|&!]+")


class NotATagQuery(ValueError):
    """The tags are not names with `|`, `&` or `!` between them."""


@dataclass(frozen=True)
class Search:
    """What to look for; empty means anything. `tags` as in `game | games ! software`."""

    query: str = ""
    url: str = ""
    tags: str = ""
    languages: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    user: str = ""
    sort: str = SORTS[0]


@dataclass(frozen=True)
class Found:
    """Identifiers of the matches on a page, and how many there are in all, at most 1000."""

    total: int
    things: list[int] = field(default_factory=list)


def search_things(among: ThingQuerySet, search: Search, rows: slice) -> Found:
    """Search some things. At most six queries, whatever is found.

    A query that matches no word is tried again by similarity of titles. Raises NotATagQuery.
    """
    rows = slice(min(rows.start, MOST_MATCHES), min(rows.stop, MOST_MATCHES))
    among = _filtered(among, search)
    if not search.query:
        return _by_popularity(among, search, rows)
    words = _words(search)
    likely = among.filter(_raw("things_thing.search @@ %s::tsquery", words))
    if search.sort != SORTS[0]:
        found = _by_popularity(likely, search, rows)
    else:
        found = _by_relevance(likely, search, rows, words)
    meant = set(search.query) & _OPERATORS
    return found if found.total or meant else _similar(among, search, rows)


def tag_filter(text: str) -> Q:
    """Tags joined by `|` or, `&` and, `!` and not, read from the left.

    Raises NotATagQuery if a name is missing.
    """
    asked = Q()
    joint = "&"
    for word in _TAG_WORDS.findall(text):
        if word in "|&!":
            if not joint and word:
                joint = word
            elif word == "!" and joint == "&":
                joint = "!"
            else:
                raise NotATagQuery(f"“{text}” has no tag before {word}")
        elif name := word.strip():
            if not joint:
                raise NotATagQuery(f"“{text}” has no |, & or ! between its tags")
            asked, joint = _joined(asked, joint, Q(tags__contains=[name])), ""
    if joint:
        raise NotATagQuery(f"“{text}” ends without a tag")
    return asked


def _joined(left: Q, joint: str, right: Q) -> Q:
    return {"|": left | right, "&": left & right, "!": left & ~right}[joint]


def _filtered(among: ThingQuerySet, search: Search) -> ThingQuerySet:
    if search.url:
        found = thing_at(search.url)
        among = among.filter(pk=found.pk) if found else among.none()
    if search.tags.strip():
        among = among.filter(tag_filter(search.tags))
    if search.languages:
        among = among.filter(language__in=search.languages)
    if search.categories:
        among = among.filter(category__in=search.categories)
    if search.user:
        among = among.filter(owner__username__iexact=search.user)
    return among


def _words(search: Search) -> str:
    """The query's words as each language would store them, as one tsquery: any of them."""
    languages = list(search.languages or _LANGUAGES)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(string_agg(DISTINCT '(' || words::text || ')', ' | '), '') FROM ("
            " SELECT websearch_to_tsquery(things_configuration(language), %s) AS words"
            " FROM unnest(%s::text[]) AS language) AS each WHERE numnode(words) > 0",
            [search.query, languages],
        )
        return str(cursor.fetchone()[0])


# One of each of PostgreSQL's configurations, and one that has none.
_LANGUAGES = (
    "ar ca da de el en es fi fr ga hi hu in it lt nl no pt ro ru sr sv tr zh".split()  # noqa: SIM905
)


def _by_relevance(likely: ThingQuerySet, search: Search, rows: slice, words: str) -> Found:
    rank = RawSQL("ts_rank(things_thing.search, %s::tsquery)", [words], output_field=FloatField())
    matches = _exact(search, _some(likely)).values_list("pk", rank)
    ranked = sorted(matches, key=lambda match: (-match[1], -match[0]))
    return Found(len(ranked), [pk for pk, _rank in ranked[rows]])


def _by_popularity(likely: ThingQuerySet, search: Search, rows: slice) -> Found:
    """By clicks; without a sort, newest first. Exact up to 1000 matches.

    Of more, the matches among the 1000 first things of all come first, in their right order, and
    then as many of the others: to sort a word's hundred thousand matches takes a second.
    """
    some = _some(likely)
    if len(some) < MOST_MATCHES:
        exact = _exact(search, some).values_list("pk", flat=True)
        ordered = _sorted(search.sort, exact)
        return Found(len(ordered), ordered[rows])
    first = _first_of_all(search.sort)
    matching = set(likely.filter(pk__in=first).values_list("pk", flat=True))
    matching = set(_exact(search, list(matching)).values_list("pk", flat=True))
    ordered = [pk for pk in first if pk in matching]
    if len(ordered) < rows.stop:
        others = _exact(search, some).exclude(pk__in=ordered).values_list("pk", flat=True)
        ordered += _sorted(search.sort, others)
    return Found(MOST_MATCHES, ordered[:MOST_MATCHES][rows])


def _some(likely: ThingQuerySet) -> list[int]:
    """As many matches as a search looks at.

    By the index's condition alone: PostgreSQL knows how many rows have a word, and so that it
    need not read the whole index for a common one. Of the condition below it knows nothing.
    """
    return list(likely.order_by().values_list("pk", flat=True)[:MOST_MATCHES])


def _exact(search: Search, things: list[int]) -> ThingQuerySet:
    """Those of some things that match in their own language.

    What is one word's stem in English may be another word in French.
    """
    found = Thing.objects.filter(pk__in=things)
    if not search.query:
        return found
    return found.filter(_raw(f"things_thing.search @@ {_QUERY}", search.query))


def _sorted(sort: str, things: Iterable[int]) -> list[int]:
    """Most clicked first, newest first among equals; without a sort all are equal."""
    ranks = dict.fromkeys(things, 0)
    if sort != SORTS[0]:
        popular = Popularity.objects.filter(pk__in=list(ranks))
        ranks |= dict(popular.values_list("pk", sort))
    return sorted(ranks, key=lambda pk: (-ranks[pk], -pk))


def _first_of_all(sort: str) -> list[int]:
    if sort == SORTS[0]:
        things = Thing.objects.order_by("-pk").values_list("pk", flat=True)
    else:
        popular = Popularity.objects.order_by(f"-{sort}", "-thing")
        things = popular.values_list("thing", flat=True)  # type: ignore[assignment]
    return list(things[:MOST_MATCHES])


def _similar(among: ThingQuerySet, search: Search, rows: slice) -> Found:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, false)", [LIKE])
    similar = among.filter(title__trigram_word_similar=search.query)
    likeness = TrigramWordSimilarity(search.query, "title")
    ranked = list(similar.order_by().values_list("pk", likeness)[:MOST_MATCHES])
    ranked.sort(key=lambda match: (-match[1], -match[0]))
    return Found(len(ranked), [pk for pk, _likeness in ranked[rows]])


def _raw(condition: str, parameter: str) -> RawSQL:
    return RawSQL(condition, [parameter], output_field=BooleanField())  # noqa: S611 - a parameter


def in_order(things: ThingQuerySet, identifiers: list[int]) -> list[Thing]:
    """Those of some things that have these identifiers, in their order. One query."""
    found = things.in_bulk(identifiers)
    return [found[identifier] for identifier in identifiers if identifier in found]
