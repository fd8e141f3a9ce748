"""Readers who are signed out, not connected, without means, who take back, tap, or click twice."""

from __future__ import annotations

import re
from collections.abc import Callable
from mailbox import code_sent_to
from typing import Any

import pytest
from conftest import PASSWORD, SITE, World, own_site, page_of, sign_in, slower
from gestures import armed, button_of, click_like_a_person, confirm, frame_of, give, open_popup
from launching import USUAL_MODE
from playwright.sync_api import BrowserContext, Locator, Page, expect

from accounts.models import User
from things.button.frames import HELD_FRAMES
from things.models import Click, PendingClick, Thing
from things.sites.models import Site


class TestSignedOut:
    def test_reader_signs_in_on_the_way_and_the_click_stays(self, page: Page, world: World) -> None:
        page.goto(world.publish())

        popup = open_popup(page)
        popup.get_by_label("User name").fill("ada")
        popup.get_by_label("Password").fill(PASSWORD)
        popup.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
        with popup.expect_event("close"):
            confirm(popup)

        expect(button_of(page)).to_contain_text("1")
        assert world.clicks() == 1

    def test_stranger_signs_up_on_the_way_and_gets_the_click_counted(
        self, context: BrowserContext, page: Page, world: World
    ) -> None:
        """From nothing to a counted click: account, code, click, budget, money, in one window."""
        page.goto(world.publish())

        popup = open_popup(page)
        popup.get_by_role("link", name="Create an account").click()
        popup.get_by_label("E-mail address").fill("eve@example.org")
        popup.get_by_label("User name").fill("eve")
        popup.get_by_label("Password").fill("correct horse battery")
        popup.get_by_role("button", name="Create the account").click()
        popup.get_by_label("Code").fill(code_sent_to("eve@example.org"))
        popup.get_by_role("main").get_by_role("button", name="Confirm").click()
        confirm(popup)
        expect(frame_of(page).get_by_role("status")).to_contain_text("Your click is kept")
        popup.get_by_role("link", name="Set a budget").click()
        popup.get_by_role("button", name="Set the budget").click()
        popup.get_by_role("link", name="Pay in", exact=True).first.click()
        with popup.expect_event("close"):
            popup.get_by_role("button", name="Pay in").click()

        expect(button_of(page)).to_have_attribute("aria-pressed", "true")
        expect(button_of(page)).to_contain_text("1")
        assert Click.objects.get().subscriber.username == "eve"


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
        page.goto(f"{SITE}/connections/")
        page.get_by_role("button", name=f"End the connection with {world.blog}").click()
        expect(page.get_by_role("status")).to_contain_text("confirmed again")
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
        popup.get_by_role("link", name="Pay in", exact=True).first.click()
        with popup.expect_event("close"):
            popup.get_by_role("button", name="Pay in").click()

        expect(button_of(page)).to_have_attribute("aria-pressed", "true")
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
        confirm(page)

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


class TestTouch:
    """A finger does not come and stay: nothing tells a tap from a trick."""

    @pytest.fixture
    def page(self, open_browser: Callable[..., BrowserContext], world: World) -> Page:
        """The second post of a connected blog, seen for a while."""
        context = open_browser(USUAL_MODE, has_touch=True)
        sign_in(context, world.ada)
        page = context.new_page()
        page.goto(world.publish("tea"))
        give(page, connect=True)
        return page

    def next_post(self, page: Page, world: World) -> Locator:
        page.goto(world.publish("milk"))
        button = button_of(page)
        page.wait_for_timeout(900)
        return button

    def test_never_counts_by_itself(self, page: Page, world: World) -> None:
        button = self.next_post(page, world)

        with page.expect_popup():
            button.tap()

        assert world.clicks() == 1

    def test_counts_with_two_taps_where_the_operator_wants_that(
        self, page: Page, world: World, settings: Any
    ) -> None:
        settings.TOUCH_TWO_TAPS = True
        HELD_FRAMES.forget()
        button = self.next_post(page, world)

        button.tap()
        expect(button).to_contain_text("Again?")
        assert world.clicks() == 1
        page.wait_for_timeout(900)
        button.tap()

        expect(button).to_have_attribute("aria-pressed", "true")
        assert world.clicks() == 2
        assert len(page.context.pages) == 2

    @pytest.mark.parametrize("pause", [300, *slower(6500)])
    def test_never_counts_with_taps_too_close_or_too_far_apart(
        self, page: Page, world: World, settings: Any, pause: int
    ) -> None:
        settings.TOUCH_TWO_TAPS = True
        HELD_FRAMES.forget()
        button = self.next_post(page, world)

        button.tap()
        page.wait_for_timeout(pause)
        button.tap()
        page.wait_for_timeout(500)

        assert world.clicks() == 1


class TestTwoTabs:
    def test_count_one_click_of_the_month(
        self, context: BrowserContext, world: World, thing: Thing
    ) -> None:
        sign_in(context, world.ada)
        tabs = [context.new_page() for _ in range(2)]
        for tab in tabs:
            tab.goto(f"{SITE}/thing/{thing.pk}")

        for tab, said in zip(tabs, ("Counted", "already this month"), strict=True):
            tab.bring_to_front()
            confirm(tab)
            expect(tab.get_by_role("status")).to_contain_text(said)

        assert world.clicks() == 1

    def test_count_a_form_that_was_sent_twice_once(
        self, context: BrowserContext, page: Page, world: World, thing: Thing
    ) -> None:
        sign_in(context, world.ada)
        page.goto(f"{SITE}/thing/{thing.pk}")

        armed(page).dblclick()
        expect(page.get_by_role("main")).to_contain_text(re.compile("Counted|You gave"))

        assert world.clicks() == 1
