"""Clicks and keys that were meant for something else, into the window that confirms.

`test_hands.py` has the same with windows above each other and a real keyboard.
"""

from __future__ import annotations

from time import time

import pytest
from attacking import Target, falls
from conftest import slower
from playwright.sync_api import Page

# After so many milliseconds in front of its reader, the window's button can be pressed.
ARMED = 800
# When the first byte of the page came, in milliseconds of the clock.
CAME_AT = "performance.timeOrigin + performance.getEntriesByType('navigation')[0].responseStart"


class TestDoubleClick:
    @pytest.mark.parametrize("gap", [300, *slower(60, 150, 600)])
    def test_into_the_window_gives_nothing(
        self, page: Page, target: Target, gap: int, works: bool
    ) -> None:
        page.goto(target.confirm, wait_until="commit")
        button = page.get_by_role("button", name="Give")
        button.wait_for()
        box = button.bounding_box()
        assert box is not None
        came_at = page.evaluate(CAME_AT)
        page.mouse.move(box["x"] + 10, box["y"] + 10)

        page.wait_for_timeout(max(0, gap - 40))
        page.mouse.down()
        page.mouse.up()
        took = 1000 * time() - came_at

        fell = falls(target, page)
        # Where the machine was so slow, it was no double click any more.
        assert fell is works or took > ARMED


class TestHeldKey:
    @pytest.mark.parametrize("fragment", ["#go", *slower("", "#main")])
    def test_into_the_window_gives_nothing(
        self, page: Page, target: Target, fragment: str, works: bool
    ) -> None:
        page.goto(target.confirm + fragment)

        for _ in range(60):
            page.keyboard.down("Enter")
            page.wait_for_timeout(25)
            if target.count():
                break
        page.keyboard.up("Enter")

        assert falls(target, page) is works

    def test_on_the_focused_confirm_button_gives_nothing(self, page: Page, ours: Target) -> None:
        page.goto(ours.confirm)
        page.get_by_role("button", name="Give").focus()

        for _ in range(60):
            page.keyboard.down("Enter")
            page.wait_for_timeout(25)

        assert not falls(ours, page)
