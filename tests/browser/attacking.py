"""What the tests of attacks share: the button under attack, and how to see whether it fell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

# Where an attacker's page puts the frame, and where the button in it is clicked.
X, Y = 200, 200
BUTTON = (X + 40, Y + 12)
HEIGHT = 24

COVER = (
    f'<div id="c" style="position:absolute;left:{X}px;top:{Y}px;width:160px;height:40px;'
    'background:#fff;pointer-events:none">Free kittens</div>'
)


@dataclass(frozen=True)
class Target:
    """A button under attack: where its frame is, and what it counted."""

    frame: str
    confirm: str
    click: str
    count: Callable[[], int]

    @property
    def subject(self) -> str:
        """What the frame names when it clicks."""
        return self.frame.rpartition("/")[2]


def framed(target: Target, style: str = "", more: str = "") -> str:
    """A page with the frame at a known place."""
    place = f"position:absolute;left:{X}px;top:{Y}px;width:160px;height:40px;border:0;"
    return (
        f'<!doctype html><body style="height:900px"><iframe id="f" src="{target.frame}"'
        f' style="{place}{style}"></iframe>{more}'
    )


def falls(target: Target, page: Page) -> bool:
    """Whether the attack counted a click, after all that could still come has come."""
    page.wait_for_timeout(1200)
    return target.count() > 0
