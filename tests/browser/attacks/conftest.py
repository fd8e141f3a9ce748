"""The attacker's site, and the buttons on it: a naive one, ours connected, ours not."""

from __future__ import annotations

from collections.abc import Callable

import naive
import pytest
from attacking import Target
from conftest import SITE, World, own_site, page_of, sign_in
from gestures import give
from naive import Naive
from playwright.sync_api import BrowserContext, Page

from accounts.models import User
from things.models import Click, Thing


@pytest.fixture
def evil(world: World) -> str:
    """The attacker's site, proven to be his."""
    host = world.blog.replace("blog", "evil")
    own_site(User.objects.create_user("mal"), host)
    return host


@pytest.fixture
def weak(context: BrowserContext, page: Page, world: World) -> Target:
    """The naive button, to which Ada is signed in."""
    site = Naive(world.internet)
    page.goto(f"{naive.SITE}/login")
    return Target(
        frame=f"{naive.SITE}/embed",
        confirm=f"{naive.SITE}/confirm",
        click=f"{naive.SITE}/click",
        count=site.count,
    )


@pytest.fixture
def stranger(context: BrowserContext, page: Page, world: World, evil: str) -> Target:
    """Our button for a thing of the attacker's, on his site, where Ada is for the first time."""
    sign_in(context, world.ada)
    return _ours(evil)


@pytest.fixture
def ours(context: BrowserContext, page: Page, world: World, evil: str) -> Target:
    """The same on a site that Ada has connected: the worst case, there one click is enough."""
    sign_in(context, world.ada)
    first = world.element(uid="mal", url=f"https://{evil}/first")
    page.goto(world.internet.publish(f"https://{evil}/first", page_of(first)))
    give(page, connect=True)
    return _ours(evil)


def _ours(evil: str) -> Target:
    mal = User.objects.get(username="mal")
    thing = Thing.objects.create(url=f"https://{evil}/second", owner=mal, title="Second")
    return Target(
        frame=f"{SITE}/embed/{thing.pk}",
        confirm=f"{SITE}/thing/{thing.pk}?popup=2&n=x",
        click=f"{SITE}/embed/act/click",
        count=lambda: Click.objects.filter(thing=thing).count(),
    )


@pytest.fixture(params=["weak", "ours"])
def target(request: pytest.FixtureRequest) -> Target:
    """First the naive button, then ours."""
    found: Target = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def works(request: pytest.FixtureRequest) -> bool:
    """Whether the attack should work: it must on the naive button, and never on ours."""
    return request.node.callspec.params["target"] == "weak"


@pytest.fixture
def lure(page: Page, world: World, evil: str) -> Callable[[str], str]:
    """Show the visitor a page of the attacker's."""

    def show(html: str) -> str:
        address = world.internet.publish(f"https://{evil}/x", html)
        page.goto(address)
        return address

    return show
