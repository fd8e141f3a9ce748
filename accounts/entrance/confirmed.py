"""What happens once somebody has confirmed an address: as other apps have added it."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from accounts.models import User

_followers: dict[str, Callable[[User], object]] = {}


def when_confirmed(name: str, follow: Callable[[User], object]) -> None:
    """Have something done, after the commit, whenever a user has confirmed an address."""
    _followers[name] = follow


def tell_that_confirmed(user: User) -> None:
    """Do what was added, after the commit. What fails is logged, and keeps nobody out."""

    def follow_all() -> None:
        for follow in _followers.values():
            follow(user)

    transaction.on_commit(follow_all, robust=True)
