"""What the button weighs, how often it asks, and what it leaves behind: nothing."""

from __future__ import annotations

import gzip

import pytest
from conftest import World, page_of
from django.test import Client
from gestures import frame_of
from hosting import OURS
from playwright.sync_api import BrowserContext, Page

from accounts.models import User
from things.button.assets import asset
from things.models import Thing

# Bytes after gzip -9.
BUDGETS = {"loader": 1200, "shell": 600, "style": 800, "script": 1800, "popup": 2000, "badge": 500}


def packed(content: bytes) -> int:
    return len(gzip.compress(content, 9, mtime=0))


class TestWeight:
    def test_is_within_the_budgets(self, world: World, thing: Thing) -> None:
        client = Client(HTTP_HOST=OURS)
        frame = client.get(f"/embed/{thing.pk}", secure=True).content
        badge = client.get(f"/badge/{thing.pk}.svg", secure=True).content
        client.force_login(world.ada)
        popups = []
        for language in ("en", "fr"):
            User.objects.filter(pk=world.ada.pk).update(language=language)
            popups.append(client.get(f"/thing/{thing.pk}?popup=2&n=1", secure=True).content)
        files = asset("popup.css").content + asset("popup.js").content

        weights = {
            "loader": len(asset("loader.js").packed),
            "shell": packed(frame),
            "style": len(asset("frame.css").packed),
            "script": max(len(asset(f"frame.{code}.js").packed) for code in ("en", "fr")),
            "popup": max(packed(popup + files) for popup in popups),
            "badge": packed(badge),
        }
        print("bytes, packed:", weights)
        assert {part: weight for part, weight in weights.items() if weight > BUDGETS[part]} == {}


class TestRequests:
    def posts(self, world: World, number: int) -> str:
        for turn in range(number):
            url = world.post(f"p{turn}")
            Thing.objects.create(url=url, owner=world.ben, title=f"Post {turn}")
        return "".join(world.element(f"p{turn}") for turn in range(number))

    def test_are_four_for_one_button_and_none_on_the_next_view(
        self, page: Page, world: World
    ) -> None:
        assert self._views(page, world, 1) == [4, 0]

    def test_are_thirteen_for_ten(self, page: Page, world: World) -> None:
        assert self._views(page, world, 10) == [13, 0]

    def _views(self, page: Page, world: World, number: int) -> list[int]:
        world.internet.publish(world.post("list"), page_of(self.posts(world, number)))
        # The loader and the assets may be in the cache from an earlier test.
        client = page.context.new_cdp_session(page)
        client.send("Network.clearBrowserCache")
        counts = []
        for _ in range(2):
            before = len(world.internet.asked("/"))
            page.goto("about:blank")
            page.goto(world.post("list"))
            for turn in range(number):
                page.locator("iframe").nth(turn).content_frame.locator("button").wait_for()
            page.wait_for_load_state("networkidle")
            counts.append(len(world.internet.asked("/")) - before)
        print(f"{number} buttons: requests of the first and the second view: {counts}")
        return counts


class TestReaderWhoNeverClicks:
    @pytest.mark.modes("allowed", "phaseout", "blocked")
    def test_leaves_no_trace(self, context: BrowserContext, page: Page, world: World) -> None:
        hosts: set[str] = set()
        page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
        page.goto(world.publish())
        frame_of(page)

        inside = page.frames[1]
        asked = [seen for seen in world.internet.asked("/") if seen.path != "/favicon.ico"]
        assert inside.evaluate("localStorage.length + sessionStorage.length") == 0
        assert inside.evaluate("document.cookie") == ""
        assert context.cookies() == []
        assert [(seen.cookie, seen.set_cookie) for seen in asked] == [("", [])] * len(asked)
        assert hosts == {world.blog, "obole.example"}
        referrers = {seen.headers.get("REFERER", "") for seen in world.internet.asked("/embed/")}
        assert referrers == {f"https://{world.blog}/"}
