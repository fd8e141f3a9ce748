"""Searching things: full text in each thing's language, tags, lists; trigrams where text fails."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connection
from django.db.models import BooleanField, FloatField, Q
from django.db.models.expressions import RawSQL

from things.models import Thing, ThingQuerySet

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
    """Search some things. At most four queries, whatever is found.

    A query that matches no word is tried again by similarity of titles. Raises NotATagQuery.
    """
    rows = slice(min(rows.start, MOST_MATCHES), min(rows.stop, MOST_MATCHES))
    among = _filtered(among, search)
    if not search.query:
        return _by_popularity(among, search, rows)
    words = _words(search)
    # The first condition is the index's; the second holds each match to its own language, in
    # which another language's stem may be a different word.
    matching = among.filter(
        _raw("things_thing.search @@ %s::tsquery", words),
        _raw(f"things_thing.search @@ {_QUERY}", search.query),
    )
    found = _sorted_matches(matching, search, rows, words)
    exact = set(search.query) & _OPERATORS
    return found if found.total or exact else _similar(among, search, rows)


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
        among = among.filter(url=search.url)
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


def _sorted_matches(matching: ThingQuerySet, search: Search, rows: slice, words: str) -> Found:
    if search.sort != "relevance":
        return _by_popularity(matching, search, rows)
    # Only so many are ranked: each costs reading its text.
    rank = RawSQL("ts_rank(things_thing.search, %s::tsquery)", [words], output_field=FloatField())
    ranked = list(matching.order_by().values_list("pk", rank)[:MOST_MATCHES])
    ranked.sort(key=lambda match: (-match[1], -match[0]))
    return Found(len(ranked), [pk for pk, _rank in ranked[rows]])


def _by_popularity(matching: ThingQuerySet, search: Search, rows: slice) -> Found:
    total = matching.order_by().values("pk")[:MOST_MATCHES].count()
    if search.sort == "relevance":
        ordered = matching.order_by("-pk")
    else:
        ordered = matching.order_by(f"-popularity__{search.sort}", "-popularity__thing")
    return Found(total, list(ordered.values_list("pk", flat=True)[rows]))


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
