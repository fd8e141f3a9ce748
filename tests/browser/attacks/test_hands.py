"""Attacks that need real hands: mouse and keyboard of an X server, windows above each other.

Each first works on the naive site. They skip where Xvfb, openbox or xdotool are missing.
"""

from __future__ import annotations

from collections.abc import Iterator

import naive
import pytest
from attacking import Target
from chromium import installed_chromium
from conftest import SITE, World, slower
from firefox import NoFirefox, Way, launch_firefox
from hosting import Internet
from launching import launch_on_screen
from naive import Naive
from screen import NoScreen, Screen
from windows import ChromiumWindow, FirefoxWindow, Window, place

from accounts.models import User
from things.models import Click, Thing


@pytest.fixture(scope="session")
def screen() -> Iterator[Screen]:
    try:
        opened = Screen()
    except NoScreen as missing:
        pytest.skip(str(missing))
    yield opened
    opened.stop()


@pytest.fixture(params=["chromium", "firefox"])
def window(request: pytest.FixtureRequest, screen: Screen, internet: Internet) -> Iterator[Window]:
    """A browser on the screen, alone there."""
    yield from (_chromium if request.param == "chromium" else _firefox)(request, screen)


def _chromium(request: pytest.FixtureRequest, screen: Screen) -> Iterator[Window]:
    if installed_chromium() is None:
        pytest.skip("the packaged Chromium has no windows")
    internet: Internet = request.getfixturevalue("internet")
    folder = request.getfixturevalue("tmp_path")
    process = launch_on_screen(
        "phaseout", folder, port=internet.port, spki=internet.spki, display=screen.display
    )
    try:
        opened = ChromiumWindow(folder)
        yield opened
        opened.close()
    finally:
        process.terminate()
        process.wait(30)


def _firefox(request: pytest.FixtureRequest, screen: Screen) -> Iterator[Window]:
    way: Way = request.getfixturevalue("way")
    try:
        browser = launch_firefox("partitioned", proxy=way.port, display=screen.display)
    except NoFirefox as missing:
        pytest.skip(str(missing))
    yield FirefoxWindow(browser)
    browser.quit()


@pytest.fixture
def weak(window: Window, world: World) -> Target:
    site = Naive(world.internet)
    window.go(f"{naive.SITE}/login")
    return Target(
        frame=f"{naive.SITE}/embed",
        confirm=f"{naive.SITE}/confirm",
        click=f"{naive.SITE}/click",
        count=site.count,
    )


@pytest.fixture
def ours(window: Window, world: World, evil: str) -> Target:
    window.sign_in(world.ada)
    mal = User.objects.get(username="mal")
    thing = Thing.objects.create(url=f"https://{evil}/second", owner=mal, title="Second")
    return Target(
        frame=f"{SITE}/embed/{thing.pk}",
        confirm=f"{SITE}/thing/{thing.pk}?popup=2&n=x",
        click=f"{SITE}/embed/act/click",
        count=Click.objects.count,
    )


def falls(window: Window, target: Target) -> bool:
    """Whether a click was counted, after all that could still come has come."""
    window.wait(1.5)
    return target.count() > 0


class TestHonestClick:
    def test_of_real_hands_counts(
        self, window: Window, ours: Target, screen: Screen, world: World
    ) -> None:
        """Else the attacks below could fail because nothing works here at all."""
        window.go(ours.confirm)
        # A window that was just opened has its focus on the address.
        screen.do("mousemove", *place(window, "h1"), "click", 1)
        window.wait(1)

        screen.do("mousemove", *place(window, "form button"), "click", 1)

        assert falls(window, ours)


OVERLAYS = {
    "invisible": ("opacity:0", ""),
    "decoy": (
        "",
        (
            '<div style="position:absolute;left:200px;top:200px;width:160px;height:40px;'
            'background:#fff;pointer-events:none">Free kittens</div>'
        ),
    ),
}


@pytest.mark.thorough
class TestOverlay:
    @pytest.mark.parametrize("name", ["invisible", "decoy"])
    def test_takes_no_click(
        self,
        window: Window,
        target: Target,
        screen: Screen,
        world: World,
        evil: str,
        name: str,
        works: bool,
    ) -> None:
        style, more = OVERLAYS[name]
        html = (
            f'<!doctype html><body><iframe src="{target.frame}" style="position:absolute;left:200px;'
            f'top:200px;width:160px;height:40px;border:0;{style}"></iframe>{more}'
        )
        window.go(world.internet.publish(f"https://{evil}/x", html))
        x, y = place(window, "iframe")
        x, y = x - 40, y - 8
        window.wait(0.9)

        screen.do("mousemove", x - 90, y + 60, "sleep", 0.1, "mousemove", x - 30, y + 20)
        screen.do("mousemove", x - 4, y, "sleep", 0.1, "mousemove", x, y, "sleep", 0.7, "click", 1)

        assert falls(window, target) is works


class TestDoubleClick:
    """A small window says "double-click here", and goes away with the first click."""

    @pytest.mark.parametrize("gap", [0.15, *slower(0.06, 0.3, 0.6)])
    def test_gives_nothing_to_the_page_below(
        self,
        window: Window,
        target: Target,
        screen: Screen,
        world: World,
        evil: str,
        gap: float,
        works: bool,
    ) -> None:
        window.go(target.confirm)
        below = place(window, "form button")
        lure = self._lure(world, evil, target, below)

        # An attacker tries again: a busy machine may close the small window too late.
        fell = any(
            self._double_click(window, target, screen, lure, below, gap)
            for _ in range(5 if works else 1)
        )

        assert fell is works
        assert window.count() == 1
        # The clicks did go to the button below: a later one, of a person who reads, counts.
        screen.do("click", 1)
        assert falls(window, target)

    def _lure(self, world: World, evil: str, target: Target, below: tuple[int, int]) -> str:
        """A page that puts a small window over where the button will be."""
        world.internet.publish(
            f"https://{evil}/decoy",
            '<!doctype html><title>decoy</title><body onmousedown="window.close()"'
            ' style="height:900px">Double-click here',
        )
        left, top = max(0, below[0] - 300), max(0, below[1] - 250)
        html = (
            "<!doctype html><button id=\"go\" onclick=\"w = open('/decoy', '', 'popup,width=600,height=500,"
            f"left={left},top={top}'); location = '{target.confirm}'\">Play</button>"
        )
        return world.internet.publish(f"https://{evil}/x", html)

    def _double_click(
        self,
        window: Window,
        target: Target,
        screen: Screen,
        lure: str,
        below: tuple[int, int],
        gap: float,
    ) -> bool:
        window.go(lure)
        screen.do("mousemove", *place(window, "#go"), "click", 1)
        # The page below is there for longer than any rule asks for: but never in front.
        window.wait(2.5)
        assert window.count() == 2
        screen.do("mousemove", *below, "sleep", 0.2, "click", 1, "sleep", gap, "click", 1)
        return falls(window, target)


@pytest.mark.thorough
class TestKeys:
    @pytest.mark.parametrize("how", ["mashed", "held"])
    def test_into_a_window_that_opens_give_nothing(
        self,
        window: Window,
        target: Target,
        screen: Screen,
        world: World,
        evil: str,
        how: str,
        works: bool,
    ) -> None:
        html = (
            f'<!doctype html><button id="go" autofocus onclick="open(\'{target.confirm}#go\','
            " '', 'popup,width=500,height=500')\">Play</button>"
        )
        window.go(world.internet.publish(f"https://{evil}/x", html))
        screen.do("mousemove", *place(window, "#go"), "click", 1)
        window.wait(1)

        if how == "held":
            screen.do("keydown", "Return", "sleep", 3, "keyup", "Return")
        else:
            screen.do("key", "--repeat", 60, "--delay", 50, "Return")

        assert window.count() == 2
        assert falls(window, target) is works

    def test_into_a_frame_that_was_focused_give_nothing(
        self,
        window: Window,
        target: Target,
        screen: Screen,
        world: World,
        evil: str,
        works: bool,
    ) -> None:
        html = f'<!doctype html><body><iframe src="{target.frame}" style="opacity:0"></iframe>'
        window.go(world.internet.publish(f"https://{evil}/x", html))
        x, y = place(window, "iframe")
        screen.do("mousemove", x, y + 200, "click", 1)
        window.wait(0.9)
        window.run("document.querySelector('iframe').focus()")

        screen.do("key", "Tab", "sleep", 0.5, "key", "--repeat", 6, "--delay", 150, "Return")

        assert falls(window, target) is works
