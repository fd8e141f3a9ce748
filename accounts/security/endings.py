"""What acts in a user's name beside a session, and is ended when they sign out everywhere.

Other apps add theirs in their AppConfig's `ready`: this one need not know of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from accounts.models import User


@dataclass(frozen=True)
class Row:
    """One of them, as the page of sessions lists it; `end_path` takes a POST that ends it."""

    name: str
    used_at: datetime
    end_path: str


@dataclass(frozen=True)
class OtherWay:
    """A kind of them: what it is called, those of a user, and the deed that ends all of a user."""

    title: str | Promise
    rows: Callable[[User], list[Row]]
    end_all: Callable[[User], None]


_ways: dict[str, OtherWay] = {}


def add_other_way_in(name: str, way: OtherWay) -> None:
    """List a kind on the page of sessions, and end it with them."""
    _ways[name] = way


def other_ways_in() -> list[OtherWay]:
    """All kinds."""
    return list(_ways.values())


def end_other_ways_in(user: User) -> None:
    """End all that acts in a user's name beside their sessions."""
    for way in _ways.values():
        way.end_all(user)
