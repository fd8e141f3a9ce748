"""What a person does with a button and its window."""

from __future__ import annotations

from contextlib import suppress
from time import monotonic

from playwright.sync_api import Error, FrameLocator, Locator, Page, expect

# The button's rules want a pointer that came, and stayed so long.
DWELL = 400
SEEN = 700


def frame_of(page: Page) -> FrameLocator:
    """The button's frame, once it is there and the page shows it."""
    expect(page.locator("iframe").first).to_be_visible()
    frame = page.frame_locator("iframe").first
    expect(frame.locator("button").first).to_be_visible()
    return frame


def button_of(page: Page) -> Locator:
    return frame_of(page).locator("button").first


def come_to(page: Page, x: float, y: float) -> None:
    """Move the mouse to a place as a hand does: from outside, in steps."""
    page.mouse.move(x - 150, y + 90)
    page.mouse.move(x, y, steps=12)
    page.mouse.move(x + 2, y + 1, steps=3)


def click_like_a_person(page: Page, target: Locator | None = None) -> None:
    """Come to the button, stay a moment, click."""
    target = target or button_of(page)
    box = target.bounding_box()
    assert box is not None
    page.wait_for_timeout(SEEN)
    come_to(page, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_timeout(DWELL)
    page.mouse.down()
    page.mouse.up()


def open_popup(page: Page) -> Page:
    """Click the button, and have the window that opens."""
    with page.expect_popup() as opened:
        click_like_a_person(page)
    return opened.value


def armed(window: Page, name: str = "Give") -> Locator:
    """The button of our page that gives, once its script lets it."""
    button = window.get_by_role("button", name=name, exact=True)
    # A window that just opened may hold nothing yet, or a button that no script holds back yet.
    button.wait_for()
    window.wait_for_load_state()
    expect(button).not_to_have_attribute("aria-disabled", "true")
    return button


def confirm(popup: Page, *, connect: bool = False, name: str = "Give") -> None:
    """Read, tick the box where wanted, and press the button when it is armed."""
    button = armed(popup, name)
    if connect:
        popup.get_by_role("checkbox").check()
    button.click()


def give(page: Page, *, connect: bool = False) -> None:
    """A whole first click: button, window, confirm; the window closes by itself."""
    popup = open_popup(page)
    if not connect:
        with popup.expect_event("close"):
            confirm(popup)
        return
    with page.expect_response("**/embed/act/check") as checked, popup.expect_event("close"):
        confirm(popup, connect=True)
    assert checked.value.status == 204
    frame = next(frame for frame in page.frames if "/embed/" in frame.url)
    # What waits inside the page is refused there: its policy lets no text become code.
    deadline = monotonic() + 30
    while not frame.evaluate("Object.keys(localStorage).some(key => key.startsWith('on:'))"):
        assert monotonic() < deadline, "the frame never learnt of the connection"
        page.wait_for_timeout(50)


def shut(page: Page) -> None:
    """Close a tab at rest: while it goes somewhere, Chromium may forget that it was told to."""
    # It may be closing by itself; and what was on its way may come between.
    with suppress(Error):
        page.goto("about:blank")
    with suppress(Error):
        page.wait_for_url("about:blank")
    page.close()
