"""One honest click: first, second, on another site; with and without what browsers lend."""

from __future__ import annotations

import pytest
from conftest import World, sign_in
from gestures import SEEN, button_of, click_like_a_person, frame_of, give
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

    def test_too_quick_is_asked_for_again_in_the_same_room(
        self, context: BrowserContext, page: Page, world: World
    ) -> None:
        sign_in(context, world.ada)
        page.goto(world.publish("tea"))
        give(page, connect=True)
        page.goto(world.publish("milk"))
        button, frame = button_of(page), page.locator("iframe")
        page.wait_for_timeout(SEEN)
        size = frame.bounding_box()

        button.click()
        expect(button).to_contain_text("Again?")
        expect(frame_of(page).get_by_role("status")).to_have_text("Again?")
        assert frame.bounding_box() == size
        with page.expect_popup():
            button.click()

        expect(button).to_contain_text("Give")
        assert world.clicks() == 1


# A browser that has laid nothing out while scripts of a page run says that all is 0 wide, as
# Chromium does now and then to one of many frames; and no change of size comes to tell more.
LATE = """if (self != top) {
    const measured = Element.prototype.getBoundingClientRect;
    Element.prototype.getBoundingClientRect = function () {
        return document.readyState == "loading" ? new DOMRect() : measured.call(this);
    };
    addEventListener("resize", e => e.stopImmediatePropagation());
}"""
TOLD = """() => {
    window.told = [];
    const tell = EventTarget.prototype.dispatchEvent;
    EventTarget.prototype.dispatchEvent = function (e) { told.push(e.type); return tell.call(this, e) };
}"""


class TestFrame:
    @pytest.mark.parametrize("uid", ["ben", "nobody"])
    def test_shows_where_the_browser_lays_it_out_late(
        self, page: Page, world: World, uid: str
    ) -> None:
        """The button, and the words that explain a wrong one."""
        page.add_init_script(LATE)

        page.goto(world.publish(body=world.element(uid=uid)))

        frame = page.locator("iframe")
        expect(frame).to_be_visible()
        inside = frame.content_frame.locator("body").bounding_box()
        outside = frame.bounding_box()
        assert inside is not None
        assert outside is not None
        assert inside["width"] <= outside["width"] < inside["width"] + 1
        expect(page.get_by_text("Give", exact=True)).to_be_hidden()

    def test_in_a_hidden_part_tells_the_page_nothing(self, page: Page, world: World) -> None:
        page.add_init_script(f"({TOLD})()")
        page.goto(world.publish(body=f"<div hidden>{world.element()}</div>"))

        page.wait_for_load_state("networkidle")

        assert page.evaluate("told") == []

    def test_in_a_part_that_shows_later_shows_with_it(self, page: Page, world: World) -> None:
        page.goto(world.publish(body=f"<div hidden>{world.element()}</div>"))
        page.wait_for_load_state("networkidle")

        page.evaluate("document.querySelector('[hidden]').hidden = false")

        expect(button_of(page)).to_contain_text("Give")
        expect(page.get_by_text("Give", exact=True)).to_be_hidden()


class TestAnswer:
    def test_takes_the_room_that_the_page_has(
        self, context: BrowserContext, page: Page, world: World
    ) -> None:
        sign_in(context, world.ada)
        page.set_viewport_size({"width": 320, "height": 500})
        page.goto(world.publish())

        give(page)

        undo = frame_of(page).get_by_role("button", name="Take back")
        expect(undo).to_be_enabled()
        inside, outside = undo.bounding_box(), page.locator("iframe").bounding_box()
        assert inside is not None
        assert outside is not None
        assert inside["x"] + inside["width"] <= outside["x"] + outside["width"] <= 320
        assert inside["y"] + inside["height"] <= outside["y"] + outside["height"]
        assert page.evaluate("document.documentElement.scrollWidth") == 320
