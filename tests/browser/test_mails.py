"""Mails as programs for mail show them: on paper of the program's own, light or dark."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from example_mails import each_kind
from launching import USUAL_MODE
from people import signed_up
from playwright.sync_api import BrowserContext
from test_access import violations

from accounts.mail.rendering import render_mail

# What a program for mail puts beneath: paper of the reader's colours. axe would take it for white.
PAPER = "html { background: Canvas; color: CanvasText }"
# A mail is an article on its own, with neither landmarks nor a page's heading.
NO_PAGE = ("region", "landmark-one-main", "page-has-heading-one")


class TestMails:
    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_have_nothing_that_axe_finds(
        self,
        open_browser: Callable[..., BrowserContext],
        language: str,
        pytestconfig: pytest.Config,
    ) -> None:
        page = open_browser(USUAL_MODE).new_page()
        ada = signed_up("ada", display_name="Ada", language=language)
        pictures = pytestconfig.getoption("--pictures")
        found: list[str] = []
        for mail in each_kind(ada):
            [(html, _type)] = render_mail(mail).alternatives
            page.set_content(str(html))
            page.add_style_tag(content=PAPER)
            for width, scheme in ((360, "dark"), (640, "light")):
                page.set_viewport_size({"width": width, "height": 800})
                page.emulate_media(color_scheme=scheme)
                wide = page.evaluate("document.documentElement.scrollWidth")
                found += [f"{mail.kind}: is {wide} wide on {width}"] if wide > width else []
                found += [
                    f"{mail.kind} {scheme}: {fault}" for fault in violations(page, without=NO_PAGE)
                ]
                if pictures:
                    name = f"mail-{mail.kind}-{language}-{width}-{scheme}.png"
                    page.screenshot(path=pictures / name, full_page=True)

        assert found == []
