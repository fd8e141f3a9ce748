"""The search of the admin's lists: one index after the other, never an “or” over several tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import Model, Q
from django.db.models.constants import LOOKUP_SEP

from accounts.models import User

# Two letters are no trigram: such an index would be read from one end to the other.
SHORTEST_PART = 3
_BY_NAME = ("__username__exact", "__username__iexact")


def rows_found(
    model: type[Model], asked: Iterable[str | Q], text: str, *, most: int
) -> list[object]:
    """The keys of the newest rows in which a field says `text`, at most so many.

    A field is a lookup such as `url__startswith` or `title__has_part`; or the question itself. At
    most two queries: a user's name is looked up first, so that the planner sees whose rows it is
    asked for, and not a name.
    """
    questions = list(_questions(asked, text))
    if not questions:
        return []
    rows = model._default_manager.order_by("-pk").values_list("pk", flat=True)
    first, *others = [rows.filter(question)[:most] for question in questions]
    found = first.union(*others) if others else first
    return list(dict.fromkeys(found[:most]))


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
