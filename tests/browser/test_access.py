"""WCAG 2.2 AA: axe finds nothing, the keyboard suffices, and it stays usable at 200 %."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import axe_playwright_python
import pytest
from conftest import SITE, World, sign_in, slower
from gestures import armed, button_of, frame_of
from launching import USUAL_MODE
from playwright.sync_api import BrowserContext, Frame, Page, expect

from accounts.models import User
from things.models import Thing

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


# WCAG asks less of large text; here all text has 4.5. The rest is what axe has anyway.
CONTRAST = {
    "contrastRatio": {"normal": {"expected": 4.5}, "large": {"expected": 4.5}},
    "ignoreUnicode": True,
    "ignoreLength": False,
    "ignorePseudo": False,
    "boldValue": 700,
    "boldTextPt": 14,
    "largeTextPt": 18,
    "pseudoSizeThreshold": 0.25,
    "shadowOutlineEmMax": 0.2,
}


def violations(page: Page | Frame, *, without: tuple[str, ...] = ()) -> list[str]:
    """What axe finds, a line each."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    rules = {name: {"enabled": False} for name in without}
    page.evaluate("options => axe.configure({checks: [{id: 'color-contrast', options}]})", CONTRAST)
    found = page.evaluate(
        "options => axe.run(document, options)",
        {"runOnly": TAGS, "rules": rules, "iframes": False},
    )
    return [
        f"{violation['id']}: {node['html'][:120]} {node['any'][:1]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


# A frame is a part of a page: the page has the landmarks and the heading.
FRAME_ONLY = ("region", "landmark-one-main", "page-has-heading-one")


class TestFrame:
    @pytest.mark.parametrize("colour", ["green", "paper", *slower("blue", "plum", "ink")])
    @pytest.mark.parametrize("size", ["compact", "large"])
    def test_has_nothing_that_axe_finds(
        self, page: Page, world: World, colour: str, size: str
    ) -> None:
        lang = "fr" if size == "large" else "en"
        page.goto(world.publish(body=world.element(colour=colour, size=size, lang=lang)))
        button = button_of(page)
        box = button.bounding_box()

        assert box is not None
        assert (box["width"] >= 24, box["height"] >= 24) == (True, True)
        assert violations(page.frames[1], without=FRAME_ONLY) == []

    def test_reads_in_forced_colours_and_in_the_dark(self, page: Page, world: World) -> None:
        page.emulate_media(forced_colors="active", color_scheme="dark", reduced_motion="reduce")
        page.goto(world.publish())
        button = button_of(page)

        border = button.evaluate("b => getComputedStyle(b).borderTopWidth")

        assert border != "0px"
        assert violations(page.frames[1], without=FRAME_ONLY) == []

    def test_has_a_window_that_reads_in_forced_colours(
        self, context: BrowserContext, page: Page, world: World, thing: Thing
    ) -> None:
        sign_in(context, world.ada)
        page.emulate_media(forced_colors="active", color_scheme="dark", reduced_motion="reduce")
        page.goto(f"{SITE}/thing/{thing.pk}?popup=2&n=1")
        button = armed(page)

        borders = button.evaluate("b => getComputedStyle(b).borderTopStyle")

        assert borders == "solid"
        assert violations(page) == []

    def test_names_itself_and_its_count(self, page: Page, world: World) -> None:
        page.goto(world.publish())

        expect(button_of(page)).to_have_accessible_name("Give")
        expect(button_of(page)).to_have_accessible_description("Clicks: 0")
        assert page.locator("iframe").get_attribute("title")


class TestKeyboard:
    def test_suffices_for_the_first_click_and_the_next(
        self, context: BrowserContext, page: Page, world: World
    ) -> None:
        sign_in(context, world.ada)
        page.goto(world.publish("tea"))
        button_of(page).focus()
        page.wait_for_timeout(400)
        with page.expect_popup() as opened:
            page.keyboard.press("Enter")
        popup = opened.value
        armed(popup)
        popup.keyboard.press("Tab")
        popup.keyboard.press("Space")
        popup.keyboard.press("Tab")
        expect(popup.get_by_label("This click is")).to_be_focused()
        popup.keyboard.press("Tab")
        # Whatever moved the focus into the window began the wait anew.
        expect(popup.get_by_role("checkbox")).to_be_checked()
        expect(popup.get_by_role("button", name="Give")).to_be_focused()
        popup.wait_for_timeout(900)
        with page.expect_response("**/embed/act/check"):
            popup.keyboard.press("Enter")

        page.goto(world.publish("milk"))
        button = button_of(page)
        page.wait_for_timeout(800)
        button.focus()
        page.wait_for_timeout(400)
        page.keyboard.press("Enter")

        expect(button).to_have_attribute("aria-pressed", "true")
        expect(frame_of(page).get_by_role("status")).to_contain_text("Counted")
        assert world.clicks() == 2


class TestPages:
    @pytest.mark.parametrize("language", ["en", "fr"])
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_have_nothing_that_axe_finds(
        self,
        context: BrowserContext,
        page: Page,
        world: World,
        thing: Thing,
        language: str,
        scheme: str,
    ) -> None:
        sign_in(context, world.ada)
        User.objects.filter(pk=world.ada.pk).update(language=language)
        page.goto(world.publish())
        give_names = {"en": "Give", "fr": "Donner"}
        page.emulate_media(color_scheme=scheme)
        found = {}
        for path in (
            f"/thing/{thing.pk}",
            f"/thing/{thing.pk}?popup=2&n=1",
            "/things/",
            "/profile/ben",
            f"/button/?user_id=ben&url={world.post()}",
            "/clicks/",
            "/giving/budget/",
            "/sites/",
            "/giving/play-money/",
            "/submit/auto?user_id=nobody&url=x",
        ):
            page.goto(SITE + path)
            expect(page.locator("html")).to_have_attribute("lang", language)
            found[path] = violations(page)
        page.goto(f"{SITE}/thing/{thing.pk}?popup=1&n=1")
        button = armed(page, give_names[language])
        found["armed"] = violations(page)
        button.click()
        expect(page.get_by_role("status")).to_be_visible()
        found["answer"] = violations(page)

        assert {path: lines for path, lines in found.items() if lines} == {}

    def test_fit_at_twice_the_size(
        self, open_browser: Callable[..., BrowserContext], world: World, thing: Thing
    ) -> None:
        context = open_browser(USUAL_MODE)
        sign_in(context, world.ada)
        page = context.new_page()
        # 1280 px at 200 % are 640; a phone's 640 are 320.
        page.set_viewport_size({"width": 320, "height": 480})
        wide = {}
        for path in (
            f"/thing/{thing.pk}",
            f"/thing/{thing.pk}?popup=2",
            "/things/",
            "/clicks/",
            f"/button/?user_id=ben&url={world.post()}",
            "/giving/budget/",
        ):
            page.goto(SITE + path)
            wide[path] = page.evaluate("document.documentElement.scrollWidth")

        assert {path: width for path, width in wide.items() if width > 320} == {}
