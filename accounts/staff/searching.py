"""The search of the admin's lists: one index after the other, never an “or” over several tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.db.models.constants import LOOKUP_SEP

from accounts.models import User

# Two letters are no trigram: such an index would be read from one end to the other.
SHORTEST_PART = 3
_BY_NAME = ("__username__exact", "__username__iexact")
_BY_PART = ("__startswith", "__has_part", "__icontains")


def rows_found(
    model: type[Model], asked: Iterable[str | Q], text: str, *, most: int
) -> list[object]:
    """The keys of the rows in which a field says `text`, at most so many.

    A field is a lookup such as `url__startswith` or `title__has_part`; or the question itself. At
    most two queries: a user's name is looked up first, so that the planner sees whose rows it is
    asked for, and not a name. Where there are more, they are the newest of somebody's; of what has
    a part in common, those that the index has first, what begins with it before what contains it.
    """
    branches = [_branch(model, question, most) for question in _questions(asked, text)]
    if not branches:
        return []
    first, *others = branches
    found = first.union(*others, all=True) if others else first
    return list(dict.fromkeys(found))[:most]


def _branch(model: type[Model], question: Q, most: int) -> QuerySet[Any]:
    rows = model._default_manager.filter(question).values_list("pk", flat=True)
    # By the newest, the planner would read the table from its end, and find the old ones last.
    by_part = any(
        isinstance(asked, tuple) and str(asked[0]).endswith(_BY_PART) for asked in question.children
    )
    return (rows.order_by() if by_part else rows.order_by("-pk"))[:most]


def _questions(asked: Iterable[str | Q], text: str) -> Iterator[Q]:
    fields = list(asked)
    people: list[User] = []
    if any(isinstance(field, str) and field.endswith(_BY_NAME) for field in fields):
        people = list(User.objects.filter(username__iexact=text))
    for field in fields:
        if isinstance(field, Q):
            yield field
        elif field.endswith(_BY_NAME):
            path = field.rpartition(f"{LOOKUP_SEP}username{LOOKUP_SEP}")[0]
            if people:
                yield Q((f"{path}__in", people))
        elif not field.endswith("__has_part") or len(text) >= SHORTEST_PART:
            yield Q((field, text))
