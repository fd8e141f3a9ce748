"""Firefox: it cannot tell whether the button is visible, so the window confirms each click."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from conftest import PASSWORD, SITE, World, page_of, session_cookie, slower
from selenium.webdriver import ActionChains, Firefox, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support import expected_conditions as must
from selenium.webdriver.support.wait import WebDriverWait
from test_access import AXE, TAGS

from accounts.models import User
from things.models import Click, Thing

every_behaviour = pytest.mark.parametrize(
    "behaviour", ["partitioned", *slower("allowed", "blocked")]
)

PATIENCE = 20


def wait(fox: Firefox, condition: Callable[[Firefox], Any]) -> Any:
    return WebDriverWait(fox, PATIENCE, poll_frequency=0.1).until(condition)


def sign_in(fox: Firefox, user: User) -> None:
    """Give the browser the session cookie; it stands on a page of the site's."""
    fox.add_cookie(session_cookie(user))


def into_frame(fox: Firefox) -> WebElement:
    """Go into the button's frame; returns the button."""
    fox.switch_to.default_content()
    wait(fox, must.frame_to_be_available_and_switch_to_it((By.TAG_NAME, "iframe")))
    wait(fox, must.visibility_of_element_located((By.CSS_SELECTOR, "button[aria-pressed]")))
    return fox.find_element(By.CSS_SELECTOR, "button")


def open_window(fox: Firefox) -> None:
    """Click the button, and go into the window that opens."""
    into_frame(fox).click()
    into_window(fox)


def into_window(fox: Firefox) -> None:
    wait(fox, must.number_of_windows_to_be(2))
    fox.switch_to.window(fox.window_handles[1])


_ARMED = """return document.readyState == "complete" && [...document.querySelectorAll("button")].find(
  b => b.textContent.trim() == arguments[0] && !b.hasAttribute("aria-disabled"))"""


def armed(fox: Firefox, name: str = "Give") -> WebElement:
    """The window's button of a name, once it can be pressed; its script runs before the load."""
    found: WebElement = wait(fox, lambda _: fox.execute_script(_ARMED, name))
    return found


def give(fox: Firefox) -> None:
    """A whole click: button, window, confirm; the window closes by itself."""
    open_window(fox)
    armed(fox).click()
    back(fox)


def back(fox: Firefox) -> None:
    wait(fox, must.number_of_windows_to_be(1))
    fox.switch_to.window(fox.window_handles[0])


def says(fox: Firefox, text: str) -> bool:
    """Whether the status of the page or frame comes to say so."""
    wait(fox, must.text_to_be_present_in_element((By.CSS_SELECTOR, "[role=status]"), text))
    return True


def violations(fox: Firefox, *without: str) -> list[str]:
    """What axe finds in the page or frame."""
    fox.execute_script(AXE)
    found = fox.execute_async_script(
        "const done = arguments[2]; axe.run(document, {runOnly: arguments[0], rules: arguments[1],"
        " iframes: false}).then(r => done(r.violations.map(v => v.id)))",
        TAGS,
        {name: {"enabled": False} for name in without},
    )
    return list(found)


class TestMode:
    @every_behaviour
    def test_is_what_the_browser_was_started_in(
        self, fox: Firefox, world: World, behaviour: str
    ) -> None:
        fox.get(world.publish())
        into_frame(fox)

        asked = world.internet.asked("/embed/")[0].headers
        assert asked["SEC_FETCH_SITE"] == "cross-site"
        # With `blocked` and `partitioned` alike there is no access to the unpartitioned store.
        wanted = "active" if behaviour == "allowed" else "none"
        assert asked.get("SEC_FETCH_STORAGE_ACCESS", wanted) == wanted


class TestReaderWhoNeverClicks:
    @every_behaviour
    def test_leaves_no_trace(self, fox: Firefox, world: World) -> None:
        world.internet.seen.clear()
        fox.get(world.publish())
        into_frame(fox)

        asked = [seen for seen in world.internet.asked("/") if seen.path != "/favicon.ico"]
        assert [(seen.cookie, seen.set_cookie) for seen in asked] == [("", [])] * len(asked)
        kept = "try { return Object.keys(localStorage) } catch { return [] }"
        assert fox.execute_script(kept) == []
        referrers = {seen.headers.get("REFERER", "") for seen in world.internet.asked("/embed/")}
        assert referrers == {f"https://{world.blog}/"}


class TestClick:
    @every_behaviour
    def test_is_confirmed_in_the_window_and_counted_on_the_page(
        self, fox: Firefox, world: World
    ) -> None:
        sign_in(fox, world.ada)
        fox.get(world.publish())
        fox.execute_script("addEventListener('obole:clicked', e => window.told = e.detail.count)")

        give(fox)

        button = into_frame(fox)
        assert button.get_attribute("aria-pressed") == "true"
        assert says(fox, "Counted")
        assert "1" in button.text
        fox.switch_to.default_content()
        assert fox.execute_script("return window.told") == 1
        assert world.clicks() == 1

    @every_behaviour
    def test_on_the_next_post_is_confirmed_again(self, fox: Firefox, world: World) -> None:
        sign_in(fox, world.ada)
        fox.get(world.publish("tea"))
        give(fox)
        fox.get(world.publish("milk"))

        open_window(fox)

        # It offers nothing that it could not keep.
        assert fox.find_elements(By.NAME, "connect") == []
        assert world.clicks() == 1
        armed(fox).click()
        back(fox)
        assert world.clicks() == 2

    def test_survives_the_sign_in_on_the_way(self, fox: Firefox, world: World) -> None:
        fox.get(world.publish())

        open_window(fox)
        secret = wait(fox, must.element_to_be_clickable((By.CSS_SELECTOR, "[type=password]")))
        fox.find_element(By.CSS_SELECTOR, "main [autofocus], main [autocomplete]").send_keys("ada")
        secret.send_keys(PASSWORD, Keys.RETURN)
        armed(fox).click()
        back(fox)

        assert into_frame(fox).get_attribute("aria-pressed") == "true"
        assert world.clicks() == 1

    def test_is_taken_back_in_the_window(self, fox: Firefox, world: World) -> None:
        sign_in(fox, world.ada)
        fox.get(world.publish())
        give(fox)

        into_frame(fox)
        undo = fox.find_element(By.XPATH, "//button[normalize-space()='Take back']")
        wait(fox, must.element_to_be_clickable(undo))
        undo.click()
        into_window(fox)
        armed(fox, "Take back").click()
        assert says(fox, "Taken back")
        fox.close()
        back(fox)

        assert into_frame(fox).get_attribute("aria-pressed") == "false"
        assert says(fox, "Taken back")
        assert world.clicks() == 0


class TestSession:
    def test_never_comes_with_a_frame_not_even_after_a_window(
        self, fox: Firefox, world: World
    ) -> None:
        """Firefox lets a frame into its unpartitioned store once it opened a window."""
        sign_in(fox, world.ada)
        fox.get(world.publish("tea"))
        give(fox)
        before = len(world.internet.seen)

        fox.get(world.publish("milk"))
        into_frame(fox)

        framed = [seen for seen in world.internet.seen[before:] if seen.path.startswith("/embed/")]
        assert framed
        assert [seen.cookie for seen in framed] == [""] * len(framed)


class TestUnusualPages:
    def test_without_script_the_link_gives(
        self, open_fox: Callable[..., Firefox], world: World
    ) -> None:
        fox = open_fox("partitioned", script=False)
        sign_in(fox, world.ada)
        link = f"{SITE}/submit/auto?user_id=ben&amp;url={world.post()}&amp;title=About+tea"
        fox.get(world.publish(body=f'<a href="{link}">Give</a>'))

        fox.find_element(By.LINK_TEXT, "Give").click()
        wait(fox, must.title_contains("About tea"))
        # The page's own rule: nobody reads it in less.
        ActionChains(fox).pause(0.8).perform()
        fox.find_element(By.XPATH, "//main//button[normalize-space()='Give']").click()

        assert says(fox, "Counted")
        assert world.clicks() == 1

    @pytest.mark.parametrize(
        "headers",
        [
            {"Content-Security-Policy": f"default-src 'self'; script-src {SITE}; frame-src {SITE}"},
            {"Cross-Origin-Embedder-Policy": "require-corp"},
        ],
    )
    def test_that_are_strict_and_allow_us_are_as_others(
        self, fox: Firefox, world: World, headers: dict[str, str]
    ) -> None:
        sign_in(fox, world.ada)
        script = page_of(world.element()).replace("async src", "async crossorigin src")
        fox.get(world.internet.publish(world.post(), script, headers=headers))

        give(fox)

        assert into_frame(fox).get_attribute("aria-pressed") == "true"

    def test_that_keep_windows_apart_only_delay_the_count(
        self, fox: Firefox, world: World, thing: Thing
    ) -> None:
        sign_in(fox, world.ada)
        headers = {"Cross-Origin-Opener-Policy": "same-origin"}
        body = f'<obole-button thing="{thing.pk}"><a>Give</a></obole-button>'
        fox.get(world.publish(body=body, headers=headers))

        open_window(fox)
        armed(fox).click()
        assert says(fox, "Counted")
        fox.close()
        back(fox)
        button = into_frame(fox)
        fox.execute_script("dispatchEvent(new Event('focus'))")

        wait(fox, lambda _: "1" in button.text)
        assert world.clicks() == 1

    @pytest.mark.parametrize("path", ["/embed/{}", "/thing/{}", "/sign-in/", "/clicks/"])
    def test_of_others_cannot_frame_it(
        self, fox: Firefox, world: World, thing: Thing, path: str
    ) -> None:
        evil = world.blog.replace("blog", "evil")
        html = f'<iframe src="{SITE}{path.format(thing.pk)}"></iframe>'
        fox.get(world.internet.publish(f"https://{evil}/x", html))

        fox.switch_to.frame(0)

        assert fox.execute_script("return document.documentURI").startswith("about:neterror")


class TestAccess:
    def test_has_nothing_that_axe_finds(self, fox: Firefox, world: World) -> None:
        sign_in(fox, world.ada)
        fox.get(world.publish(body=world.element(lang="fr", size="large")))

        into_frame(fox)
        found = violations(fox, "region", "landmark-one-main", "page-has-heading-one")
        open_window(fox)
        armed(fox)

        assert (found, violations(fox)) == ([], [])

    def test_keyboard_suffices(self, fox: Firefox, world: World) -> None:
        sign_in(fox, world.ada)
        fox.get(world.publish())

        button = into_frame(fox)
        button.send_keys(Keys.ENTER)
        into_window(fox)
        armed(fox)
        for key in (Keys.TAB, Keys.TAB):
            ActionChains(fox).send_keys(key).perform()
        focused = fox.switch_to.active_element
        assert focused.text == "Give"
        armed(fox)
        ActionChains(fox).send_keys(Keys.ENTER).perform()
        back(fox)

        assert into_frame(fox).get_attribute("aria-pressed") == "true"
        assert Click.objects.get().subscriber == world.ada
