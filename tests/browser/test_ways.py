"""Unusual pages and readers: whatever is missing, a way to give remains."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from conftest import PASSWORD, SITE, World, own_site, page_of, sign_in
from gestures import button_of, click_like_a_person, confirm, frame_of, give, open_popup
from launching import USUAL_MODE
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import User
from things.models import Click, PendingClick, Thing
from things.sites.models import Connection, Site


class TestSignedOut:
    def test_reader_signs_in_on_the_way_and_the_click_stays(self, page: Page, world: World) -> None:
        page.goto(world.publish())

        popup = open_popup(page)
        popup.get_by_label("User name").fill("ada")
        popup.get_by_label("Password").fill(PASSWORD)
        popup.get_by_role("main").get_by_role("button", name="Sign in").click()
        with popup.expect_event("close"):
            confirm(popup)

        expect(button_of(page)).to_contain_text("1")
        assert world.clicks() == 1


class TestNotConnected:
    def test_second_post_opens_the_window_again(
        self, context: BrowserContext, page: Page, world: World
    ) -> None:
        sign_in(context, world.ada)
        page.goto(world.publish("tea"))
        give(page)
        page.goto(world.publish("milk"))

        open_popup(page)

        assert world.clicks() == 1

    def test_other_blog_opens_the_window(
        self, context: BrowserContext, page: Page, world: World
    ) -> None:
        sign_in(context, world.ada)
        page.goto(world.publish("tea"))
        give(page, connect=True)
        other = world.blog.replace("blog", "other")
        own_site(User.objects.create_user("cleo"), other)
        url = f"https://{other}/x"
        page.goto(world.internet.publish(url, page_of(world.element(uid="cleo", url=url))))

        open_popup(page)

        assert world.clicks() == 1
        asked = [seen.cookie for seen in world.internet.asked("/embed/?")]
        assert asked == [""] * len(asked)

    def test_revoked_connection_opens_the_window_in_the_same_gesture(
        self, context: BrowserContext, page: Page, world: World
    ) -> None:
        sign_in(context, world.ada)
        page.goto(world.publish("tea"))
        give(page, connect=True)
        Connection.objects.all().delete()
        page.goto(world.publish("milk"))

        popup = open_popup(page)
        confirm(popup)
        expect(button_of(page)).to_have_attribute("aria-pressed", "true")

        assert world.clicks() == 2


class TestUndo:
    def test_in_the_frame_lowers_the_count(
        self, context: BrowserContext, page: Page, world: World
    ) -> None:
        sign_in(context, world.ada)
        page.goto(world.publish("tea"))
        give(page, connect=True)

        frame_of(page).get_by_role("button", name="Take back").click()

        expect(frame_of(page).get_by_role("status")).to_contain_text("Taken back")
        expect(button_of(page)).to_contain_text("0")
        assert world.clicks() == 0

    def test_in_the_list_of_clicks(self, context: BrowserContext, page: Page, world: World) -> None:
        sign_in(context, world.ada)
        page.goto(world.publish("tea"))
        give(page)

        page.goto(f"{SITE}/clicks/")
        page.get_by_role("button", name="Take back the click on About tea").click()

        expect(page.get_by_role("status")).to_contain_text("Taken back")
        assert world.clicks() == 0


class TestWords:
    """Each answer, in words that a screen reader gets."""

    def answer(self, page: Page) -> str:
        popup = open_popup(page)
        confirm(popup)
        expect(popup.get_by_role("status")).not_to_be_empty()
        return popup.get_by_role("status").inner_text()

    def test_no_means_keeps_the_click_until_there_is_a_budget(
        self, context: BrowserContext, page: Page, world: World
    ) -> None:
        eve = User.objects.create_user("eve")
        sign_in(context, eve)
        page.goto(world.publish())

        popup = open_popup(page)
        confirm(popup)
        expect(popup.get_by_role("status")).to_contain_text("Your click is kept")
        popup.get_by_role("link", name="Set a budget").click()
        popup.get_by_role("button", name="Set the budget").click()
        popup.get_by_role("link", name="Pay in play money").click()
        popup.get_by_role("button", name="Pay in").click()

        expect(popup.get_by_text("You gave to this")).to_be_visible()
        assert Click.objects.filter(subscriber=eve).count() == 1

    def test_own_thing(self, context: BrowserContext, page: Page, world: World) -> None:
        sign_in(context, world.ben)
        page.goto(world.publish())

        popup = open_popup(page)

        expect(popup.get_by_text("This is your own")).to_be_visible()
        assert world.clicks() == 0

    def test_unclaimed_page_keeps_the_click_waiting(
        self, context: BrowserContext, page: Page, world: World
    ) -> None:
        Site.objects.all().delete()
        Thing.objects.create(url=world.post(), title="Tea of nobody")
        sign_in(context, world.ada)
        page.goto(world.publish())

        page.get_by_role("link", name="Give").click()
        button = page.get_by_role("button", name="Give")
        expect(button).not_to_have_attribute("aria-disabled", "true")
        button.click()

        expect(page.get_by_role("status")).to_contain_text("It costs nothing")
        assert (PendingClick.objects.count(), world.clicks()) == (1, 0)

    def test_suspended_reader(self, context: BrowserContext, page: Page, world: World) -> None:
        User.objects.filter(pk=world.ada.pk).update(suspended=True)
        sign_in(context, world.ada)
        page.goto(world.publish())

        popup = open_popup(page)
        confirm(popup)

        expect(popup.get_by_role("status")).to_contain_text("suspended")
        expect(frame_of(page).get_by_role("status")).to_contain_text("suspended")
        assert world.clicks() == 0

    def test_offline_can_be_tried_again(
        self, context: BrowserContext, page: Page, world: World
    ) -> None:
        sign_in(context, world.ada)
        page.goto(world.publish())
        button_of(page)

        context.set_offline(True)
        click_like_a_person(page)
        expect(frame_of(page).get_by_role("status")).to_contain_text("No connection")
        context.set_offline(False)
        give(page)

        assert world.clicks() == 1

    def test_wrong_markup_is_explained_and_credits_nobody(self, page: Page, world: World) -> None:
        page.goto(world.publish(body=world.element(uid="benn")))

        note = page.frame_locator("iframe").get_by_role("note")

        expect(note).to_contain_text("There is no creator “benn” here.")
        assert Thing.objects.count() == 0


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


class TestTouch:
    def test_never_counts_by_itself(
        self, open_browser: Callable[..., BrowserContext], world: World
    ) -> None:
        context = open_browser(USUAL_MODE, has_touch=True)
        sign_in(context, world.ada)
        page = context.new_page()
        page.goto(world.publish("tea"))
        give(page, connect=True)
        page.goto(world.publish("milk"))
        button = button_of(page)
        page.wait_for_timeout(900)

        with page.expect_popup():
            button.tap()

        assert world.clicks() == 1


class TestStorageThatThrows:
    def test_leaves_the_window(self, context: BrowserContext, page: Page, world: World) -> None:
        sign_in(context, world.ada)
        page.add_init_script(
            "Object.defineProperty(window, 'localStorage', {get() { throw new Error('shut') }})"
        )
        errors: list[object] = []
        page.on("pageerror", lambda error: errors.append(error))  # noqa: PLW0108 - wants a function
        page.goto(world.publish())

        give(page)

        expect(button_of(page)).to_have_attribute("aria-pressed", "true")
        assert (errors, world.clicks()) == ([], 1)
