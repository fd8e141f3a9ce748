"""Each answer to a click, in both languages, light, dark and in forced colours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import SITE, World, sign_in, slower
from django.utils import timezone
from gestures import armed, button_of, click_like_a_person, frame_of
from keyboard import keyboard_faults
from launching import USUAL_MODE
from playwright.sync_api import BrowserContext, Page, expect
from test_access import FRAME_ONLY, violations
from test_every_page import HOSTILE

from accounts.models import User
from payments.clicking.recording import record_click
from things.models import Thing

GIVE = {"en": "Give", "fr": "Donner"}
# Light, dark, and in the colours that somebody needs.
COLOURS = {
    "light": {"color_scheme": "light", "forced_colors": "none"},
    "dark": {"color_scheme": "dark", "forced_colors": "none"},
    "forced": {"color_scheme": "dark", "forced_colors": "active"},
}
NARROWEST = 320


class Windows:
    """Opens the window of a click as somebody, and looks at it."""

    def __init__(self, page: Page, language: str, colours: str, *, pictures: Path | None) -> None:
        self.page, self.language, self.colours, self.pictures = page, language, colours, pictures
        self.faults: list[str] = []
        page.emulate_media(**COLOURS[colours], reduced_motion="reduce")

    def open(self, user: User, thing: Thing) -> None:
        User.objects.filter(pk=user.pk).update(language=self.language)
        self.page.context.clear_cookies()
        sign_in(self.page.context, user)
        self.page.goto(f"{SITE}/thing/{thing.pk}?popup=1&n=1")

    def give(self) -> None:
        armed(self.page, GIVE[self.language]).click()
        expect(self.page.get_by_role("status")).not_to_be_empty()

    def look(self, name: str) -> None:
        expect(self.page.locator("html")).to_have_attribute("lang", self.language)
        self.faults += [f"{name}: {fault}" for fault in keyboard_faults(self.page)]
        for width in (440, NARROWEST):
            self.page.set_viewport_size({"width": width, "height": 640})
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                self.faults.append(f"{name}: is {wide} wide on {width}")
        self.faults += [f"{name}: {fault}" for fault in violations(self.page)]
        if self.pictures:
            picture = f"window-{name}-{self.language}-{NARROWEST}-{self.colours}.png"
            self.page.screenshot(path=self.pictures / picture.replace(" ", "-"), full_page=True)


@pytest.fixture
def context(open_browser: Callable[..., BrowserContext]) -> BrowserContext:
    """What is said is the same in each mode of cookies."""
    return open_browser(USUAL_MODE)


@pytest.fixture
def things(world: World) -> dict[str, Thing]:
    """Of Ben, of nobody, and one whose title strangers wrote."""
    return {
        name: Thing.objects.create(url=world.post(name), owner=owner, title=title)
        for name, owner, title in (
            ("song", world.ben, "A song of tea"),
            ("air", world.ben, HOSTILE),
            ("nobody's", None, "Tea of nobody"),
        )
    }


class TestWindow:
    @pytest.mark.parametrize("language", ["en", *slower("fr")])
    @pytest.mark.parametrize("colours", ["dark", *slower("light", "forced")])
    def test_answers_soundly(
        self,
        page: Page,
        world: World,
        things: dict[str, Thing],
        language: str,
        colours: str,
        pytestconfig: pytest.Config,
    ) -> None:
        pictures = pytestconfig.getoption("--pictures")
        windows = Windows(page, language, colours, pictures=pictures)
        eve, zoe = (User.objects.create_user(name) for name in ("eve", "zoe"))
        for name, user, thing, meanwhile in (
            ("counted", world.ada, things["song"], None),
            ("already", world.ada, things["air"], _click),
            ("no means", eve, things["song"], None),
            ("unclaimed", world.ada, things["nobody's"], None),
            ("thing suspended", eve, things["air"], _suspend_thing),
            ("reader suspended", zoe, things["song"], _suspend_reader),
        ):
            windows.open(user, thing)
            if meanwhile:
                armed(page, GIVE[language])
                meanwhile(user, thing)
            windows.give()
            windows.look(name)

        windows.open(world.ben, things["song"])
        windows.look("own")

        assert not windows.faults, "\n".join(windows.faults)


def _click(user: User, thing: Thing) -> None:
    """In another tab."""
    record_click(subscriber=user, thing=thing, at=timezone.now())


def _suspend_thing(_user: User, thing: Thing) -> None:
    Thing.objects.filter(pk=thing.pk).update(state=Thing.State.SUSPENDED)


def _suspend_reader(user: User, _thing: Thing) -> None:
    User.objects.filter(pk=user.pk).update(suspended=True)


def _without(colours: str) -> tuple[str, ...]:
    """A browser that is told to force colours in a frame tells a script the old ones for a while."""
    return (*FRAME_ONLY, "color-contrast") if colours == "forced" else FRAME_ONLY


class TestFrame:
    """What the button itself says, beneath the post it stands in."""

    @pytest.mark.parametrize("language", ["en", *slower("fr")])
    @pytest.mark.parametrize("colours", COLOURS)
    def test_says_soundly_that_there_is_no_connection(
        self, context: BrowserContext, page: Page, world: World, language: str, colours: str
    ) -> None:
        sign_in(context, world.ada)
        page.emulate_media(**COLOURS[colours], reduced_motion="reduce")
        page.goto(world.publish(body=world.element(lang=language)))
        button_of(page)

        context.set_offline(True)
        click_like_a_person(page)
        expect(frame_of(page).get_by_role("status")).not_to_be_empty()
        context.set_offline(False)

        assert violations(page.frames[1], without=_without(colours)) == []

    @pytest.mark.parametrize("language", ["en", *slower("fr")])
    @pytest.mark.parametrize("colours", COLOURS)
    def test_explains_wrong_markup_soundly(
        self, page: Page, world: World, language: str, colours: str
    ) -> None:
        page.emulate_media(**COLOURS[colours], reduced_motion="reduce")
        page.goto(world.publish(body=world.element(uid="benn", lang=language)))
        expect(page.frame_locator("iframe").get_by_role("note")).to_contain_text("benn")

        assert violations(page.frames[1], without=_without(colours)) == []
