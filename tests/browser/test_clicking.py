"""One honest click: first, second, on another site; with and without what browsers lend."""

from __future__ import annotations

import pytest
from conftest import World, sign_in
from gestures import button_of, click_like_a_person, frame_of, give
from playwright.sync_api import BrowserContext, Page, expect

every_mode = pytest.mark.modes("allowed", "phaseout", "blocked")


class TestMode:
    @every_mode
    def test_is_what_the_browser_was_started_in(self, page: Page, world: World, mode: str) -> None:
        page.goto(world.publish())
        frame_of(page)

        asked = world.internet.asked("/embed/")[0]
        assert asked.headers["SEC_FETCH_SITE"] == "cross-site"
        wanted = "active" if mode == "allowed" else "none"
        assert asked.headers.get("SEC_FETCH_STORAGE_ACCESS") == wanted


class TestFirstClick:
    @every_mode
    def test_is_confirmed_in_the_window_and_counted_on_the_page(
        self, context: BrowserContext, page: Page, world: World
    ) -> None:
        sign_in(context, world.ada)
        page.goto(world.publish())
        page.evaluate("addEventListener('obole:clicked', e => window.told = e.detail.count)")

        give(page)

        expect(button_of(page)).to_have_attribute("aria-pressed", "true")
        expect(button_of(page)).to_contain_text("1")
        assert page.evaluate("window.told") == 1
        assert world.clicks() == 1


class TestSecondClick:
    @every_mode
    def test_is_one_gesture_on_a_connected_site(
        self, context: BrowserContext, page: Page, world: World
    ) -> None:
        sign_in(context, world.ada)
        page.goto(world.publish("tea"))
        give(page, connect=True)
        page.goto(world.publish("milk"))

        click_like_a_person(page)

        expect(button_of(page)).to_have_attribute("aria-pressed", "true")
        assert len(context.pages) == 2
        assert world.clicks() == 2
