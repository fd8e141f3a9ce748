"""Unusual pages: without script, with parts blocked, in a feed reader, from 2012."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from html.parser import HTMLParser

import pytest
from conftest import SITE, World, page_of, sign_in
from gestures import button_of, click_like_a_person, confirm, frame_of, give
from launching import USUAL_MODE
from playwright.sync_api import BrowserContext, Page, expect

from things.button.builder import markup_for
from things.button.looks import Look
from things.describing import read_submission
from things.models import Thing


class TestWithoutScript:
    def test_the_link_gives(
        self, open_browser: Callable[..., BrowserContext], world: World
    ) -> None:
        context = open_browser(USUAL_MODE, java_script_enabled=False)
        sign_in(context, world.ada)
        page = context.new_page()
        link = f"{SITE}/submit/auto?user_id=ben&amp;url={world.post()}&amp;title=About+tea"
        page.goto(world.publish(body=f'<a href="{link}">Give</a>'))

        page.get_by_role("link", name="Give").click()
        page.wait_for_timeout(700)
        page.get_by_role("button", name="Give").click()

        expect(page.get_by_role("status")).to_contain_text("Counted")
        assert world.clicks() == 1

    def test_a_pasted_frame_has_a_link(
        self, open_browser: Callable[..., BrowserContext], world: World, thing: Thing
    ) -> None:
        context = open_browser(USUAL_MODE, java_script_enabled=False)
        page = context.new_page()
        html = f'<iframe src="{SITE}/embed/{thing.pk}" width="160" height="24"></iframe>'
        page.goto(world.publish(body=html))

        with page.expect_popup() as opened:
            page.frame_locator("iframe").get_by_role("link").click()

        expect(opened.value.get_by_role("heading", level=1)).to_have_text("A song of tea")

    def test_a_feed_shows_the_badge_with_a_link(
        self, page: Page, world: World, thing: Thing
    ) -> None:
        badge = f'<a href="{SITE}/thing/{thing.pk}"><img src="{SITE}/badge/{thing.pk}.svg" alt="Give"></a>'
        page.goto(world.internet.publish(world.post("reader"), badge))

        assert page.evaluate("document.images[0].naturalWidth") > 50
        page.get_by_role("link", name="Give").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("A song of tea")


class TestBlockedParts:
    @pytest.mark.parametrize(
        "policy",
        [
            f"default-src 'self'; frame-src {SITE}",
            f"default-src 'self'; script-src {SITE}",
        ],
    )
    def test_by_the_pages_policy_leave_the_link(
        self, page: Page, world: World, policy: str
    ) -> None:
        link = f'<a href="{SITE}/submit/auto?user_id=ben&amp;url={world.post()}">Give</a>'
        body = world.element().replace("<a>Give</a>", link)
        page.goto(world.publish(body=body, headers={"Content-Security-Policy": policy}))
        page.wait_for_load_state("networkidle")

        page.get_by_role("link", name="Give").click()

        expect(page).to_have_url(re.compile(f"^{SITE}/submit/auto"))

    def test_by_an_ad_blocker_leave_the_link(self, page: Page, world: World) -> None:
        page.route("**/button.js", lambda route: route.abort())
        link = f'<a href="{SITE}/submit/auto?user_id=ben&amp;url={world.post()}">Give</a>'
        page.goto(world.publish(body=world.element().replace("<a>Give</a>", link)))

        page.get_by_role("link", name="Give").click()

        expect(page.get_by_role("heading", level=1)).to_have_text(world.post())

    @pytest.mark.parametrize(
        "headers",
        [
            {"Content-Security-Policy": f"default-src 'self'; script-src {SITE}; frame-src {SITE}"},
            {"Cross-Origin-Embedder-Policy": "require-corp"},
            {"Cross-Origin-Opener-Policy": "same-origin-allow-popups"},
        ],
    )
    def test_are_none_on_a_strict_page_that_allows_us(
        self, context: BrowserContext, page: Page, world: World, headers: dict[str, str]
    ) -> None:
        sign_in(context, world.ada)
        body = world.element()
        script = page_of(body).replace("async src", "async crossorigin src")
        page.goto(world.internet.publish(world.post(), script, headers=headers))

        give(page)

        expect(button_of(page)).to_contain_text("1")

    def test_of_a_page_that_keeps_windows_apart_only_delay_the_count(
        self, context: BrowserContext, page: Page, world: World, thing: Thing
    ) -> None:
        sign_in(context, world.ada)
        headers = {"Cross-Origin-Opener-Policy": "same-origin"}
        body = f'<obole-button thing="{thing.pk}"><a>Give</a></obole-button>'
        page.goto(world.publish(body=body, headers=headers))
        with context.expect_page() as opened:
            click_like_a_person(page)

        confirm(opened.value)
        expect(opened.value.get_by_role("status")).to_contain_text("Counted")
        page.bring_to_front()
        frame_of(page).locator("body").evaluate("dispatchEvent(new Event('focus'))")

        expect(button_of(page)).to_contain_text("1")


class TestFlattrsMarkup:
    @pytest.mark.parametrize(
        "anchor",
        [
            'rel="flattr;uid:ben;category:text;tags:tea,milk;button:compact;"',
            'rev="flattr;uid:ben;category:text;hidden:1;"',
            'data-flattr-uid="ben" data-flattr-category="text" data-flattr-tags="tea"',
        ],
    )
    def test_works_when_only_the_host_of_the_script_is_changed(
        self, context: BrowserContext, page: Page, world: World, anchor: str
    ) -> None:
        sign_in(context, world.ada)
        body = (
            f'<a class="FlattrButton" style="display:none;" title="About tea" {anchor}'
            f' href="{world.post()}" lang="fr_FR">Tea &amp; more</a><script>(function() {{'
            " var s = document.createElement('script'), t = document.getElementsByTagName('script')[0];"
            f" s.async = true; s.src = '{SITE}/js/0.6/load.js?mode=auto';"
            " t.parentNode.insertBefore(s, t); })();</script>"
        )
        page.goto(world.internet.publish(world.post(), f"<!doctype html><body>{body}"))

        with page.expect_popup() as opened:
            click_like_a_person(page)
        confirm(opened.value)

        expect(button_of(page)).to_contain_text("1")
        thing = Thing.objects.get()
        assert (thing.title, thing.owner, thing.language) == ("About tea", world.ben, "fr_FR")
        assert thing.description == "Tea & more"

    def test_waits_in_manual_mode_for_setup_or_render(self, page: Page, world: World) -> None:
        anchor = f'<a class="FlattrButton" href="{world.post()}" rel="flattr;uid:ben;">Tea</a>'
        script = f'<script src="{SITE}/js/0.6/load.js?mode=manual&amp;language=en_GB"></script>'
        page.goto(world.internet.publish(world.post(), f'<body>{anchor}<p id="here"></p>{script}'))
        assert page.locator("iframe").count() == 0

        page.evaluate(
            "url => FlattrLoader.render({uid: 'ben', url, title: 'Milk'}, 'here', 'append')",
            world.post("milk"),
        )
        expect(page.locator("#here iframe")).to_be_visible()
        page.evaluate("FlattrLoader.addLoadEvent(FlattrLoader.setup)")

        expect(page.locator("iframe")).to_have_count(2)


class TestFeedReader:
    """What such a program leaves of a page: text, links and pictures."""

    @pytest.mark.parametrize("form", ["element", "anchor", "badge"])
    def test_keeps_a_link_that_gives(
        self, page: Page, world: World, context: BrowserContext, form: str
    ) -> None:
        sign_in(context, world.ada)
        said = read_submission({"uid": "ben", "url": world.post(), "title": "About tea"})
        (code,) = (piece.code for piece in markup_for(said, Look()) if piece.form == form)
        page.goto(world.internet.publish(world.post("reader"), _read_only(code)))
        assert page.locator("script, iframe, obole-button").count() == 0

        page.get_by_role("link", name="Give").click()
        confirm(page)

        expect(page.get_by_role("status")).to_contain_text("Counted")
        assert Thing.objects.get().url == world.post()


def _read_only(code: str) -> str:
    """Markup without scripts, unknown elements and other attributes than these."""
    kept: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
            names = {"a": ("href",), "img": ("src", "alt")}.get(tag)
            if names is not None:
                said = "".join(f' {k}="{escape(v or "")}"' for k, v in attributes if k in names)
                kept.append(f"<{tag}{said}>")

        def handle_endtag(self, tag: str) -> None:
            kept.append("</a>" if tag == "a" else "")

        def handle_data(self, text: str) -> None:
            kept.append(escape(text))

    Reader().feed(code)
    return "".join(kept)
