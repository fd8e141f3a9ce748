"""What tests of clicks start from, besides people and things."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from accounts.models import User
from things.models import Thing
from things.sites.models import Site
from things.sites.owning import ask_for_site, verify_site

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)


@pytest.fixture
def site(ben: User) -> Site:
    """Ben's, proven."""
    site = ask_for_site(creator=ben, address="ben.example", at=NOON)
    verify_site(site, at=NOON)
    return site


@pytest.fixture
def poem(ben: User) -> Thing:
    return Thing.objects.create(url="https://ben.example/poem", owner=ben, title="A poem")
