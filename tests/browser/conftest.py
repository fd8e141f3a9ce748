"""A real browser, real sites, and people who click."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from chromium import NoBrowser, find_chromium
from django.conf import settings as django_settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import Client
from django.test.utils import override_settings
from django.utils import timezone
from firefox import NoFirefox, Way, launch_firefox
from gestures import shut
from hosting import OURS, Internet
from launching import CHOOSES, MODES, USUAL_MODE, launch
from playwright.sync_api import BrowserContext, Page, Playwright, expect, sync_playwright
from selenium.webdriver import Firefox

from accounts.models import User
from obole.fast_path import with_fast_path
from payments.budgets.planning import set_budget
from payments.deposits.play import pay_in_play_money
from payments.money import MICROS
from things.button.frames import HELD_FRAMES
from things.models import Click, Thing
from things.sites.models import Site
from things.sites.owning import ask_for_site, verify_site

SITE = f"https://{OURS}"
PASSWORD = "correct horse"
# Milliseconds that a page may take on a machine that does much else; what is there is not waited for.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)

# What a site over TLS has; settings.py derives it from OBOLE_SITE_URL.
PUBLIC = {
    "SITE_URL": SITE,
    "SITE_HOST": OURS,
    "SITE_IS_SECURE": True,
    "ALLOWED_HOSTS": [OURS],
    "SESSION_COOKIE_NAME": "__Host-session",
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_NAME": "__Host-csrf",
    "CSRF_COOKIE_SECURE": True,
    "CSRF_TRUSTED_ORIGINS": [SITE],
    "PLAY_MONEY": True,
}


def slower(*values: object) -> list[object]:
    """Cases that only `make test-browser` runs."""
    return [pytest.param(value, marks=pytest.mark.thorough) for value in values]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--all-modes", action="store_true", help="browser tests: each in all three cookie modes"
    )
    parser.addoption("--pictures", type=Path, help="a folder for pictures of every page walked")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "mode" not in metafunc.fixturenames:
        return
    asked = metafunc.definition.get_closest_marker("modes")
    quick = asked.args if asked else (USUAL_MODE,)
    modes = MODES if metafunc.config.getoption("--all-modes") else quick
    metafunc.parametrize("mode", modes, scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    thorough = config.getoption("--all-modes")
    for item in items:
        if here not in item.path.parents:
            continue
        item.add_marker(pytest.mark.django_db(transaction=True))
        item.add_marker(pytest.mark.browser)
        if item.get_closest_marker("thorough") and not thorough:
            item.add_marker(pytest.mark.skip(reason="with --all-modes: make test-browser"))


@pytest.fixture(scope="session")
def tool() -> Iterator[Playwright]:
    try:
        find_chromium()
    except NoBrowser as missing:
        if os.environ.get("OBOLE_BROWSER_NEEDED"):
            raise
        pytest.skip(str(missing))
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def _internet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Internet]:
    with override_settings(WHITENOISE_USE_FINDERS=True):
        site = with_fast_path(WSGIHandler())
    internet = Internet(site, tmp_path_factory.mktemp("tls"))
    yield internet
    internet.stop()


@pytest.fixture
def internet(_internet: Internet, transactional_db: None) -> Iterator[Internet]:
    """The hosts of this test; empty of pages at its start."""
    HELD_FRAMES.forget()
    kept = connection.settings_dict["CONN_MAX_AGE"]
    # Each of the server's threads ends with its request: so must its connection.
    connection.settings_dict["CONN_MAX_AGE"] = 0
    with override_settings(**PUBLIC):
        yield _internet
        _internet.come_to_rest()
    connection.settings_dict["CONN_MAX_AGE"] = kept
    _internet.forget()


@pytest.fixture(scope="session")
def _browsers(
    tool: Playwright, _internet: Internet, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., BrowserContext]]:
    """Browsers that stay open for the run: one for each mode and kind of reader."""
    open_ones: dict[tuple[object, ...], BrowserContext] = {}

    def browser(mode: str, **options: Any) -> BrowserContext:
        if mode != "allowed" and not CHOOSES:
            pytest.skip("this headless browser cannot block third-party cookies")
        key = (mode, *sorted(options.items()))
        if key not in open_ones:
            folder = tmp_path_factory.mktemp("profile")
            open_ones[key] = launch(
                tool, mode, folder, port=_internet.port, spki=_internet.spki, **options
            )
        return open_ones[key]

    yield browser
    for context in open_ones.values():
        context.close()


@pytest.fixture
def open_browser(
    _browsers: Callable[..., BrowserContext], internet: Internet
) -> Iterator[Callable[..., BrowserContext]]:
    """A browser of a mode, without pages, cookies and a cache of earlier tests."""
    used: list[BrowserContext] = []

    def opened(mode: str, **options: Any) -> BrowserContext:
        context = _browsers(mode, **options)
        context.clear_cookies()
        context.set_default_timeout(PATIENCE)
        used.append(context)
        return context

    yield opened
    for context in used:
        for page in context.pages[1:]:
            shut(page)
        if context.pages:
            context.pages[0].goto("about:blank")


@pytest.fixture
def context(open_browser: Callable[..., BrowserContext], mode: str) -> BrowserContext:
    return open_browser(mode)


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture(scope="session")
def way(_internet: Internet) -> Iterator[Way]:
    """The proxy through which a browser without a resolver's rules comes to the hosts."""
    opened = Way(_internet.port)
    yield opened
    opened.shutdown()
    opened.server_close()


@pytest.fixture(scope="session")
def _foxes(way: Way) -> Iterator[Callable[..., Firefox]]:
    open_ones: dict[tuple[str, bool], Firefox] = {}

    def fox(behaviour: str, *, script: bool = True) -> Firefox:
        if (behaviour, script) not in open_ones:
            try:
                started = launch_firefox(behaviour, proxy=way.port, script=script)
            except NoFirefox as missing:
                pytest.skip(str(missing))
            open_ones[behaviour, script] = started
        return open_ones[behaviour, script]

    yield fox
    for opened in open_ones.values():
        opened.quit()


@pytest.fixture
def behaviour() -> str:
    """What this Firefox does with cookies of other sites: `firefox.BEHAVIOURS`."""
    return "partitioned"


@pytest.fixture
def open_fox(
    _foxes: Callable[..., Firefox], internet: Internet
) -> Iterator[Callable[..., Firefox]]:
    """A Firefox without cookies and storage of earlier tests, and one window."""
    used: list[Firefox] = []

    def opened(behaviour: str, **options: bool) -> Firefox:
        browser = _foxes(behaviour, **options)
        browser.get(f"{SITE}/robots.txt")
        browser.delete_all_cookies()
        # Where third parties may have cookies, our frames of all blogs share one store.
        browser.execute_script("localStorage.clear(); sessionStorage.clear()")
        used.append(browser)
        return browser

    yield opened
    for browser in used:
        first, *others = browser.window_handles
        for other in others:
            browser.switch_to.window(other)
            browser.close()
        browser.switch_to.window(first)
        browser.get("about:blank")


@pytest.fixture
def fox(open_fox: Callable[..., Firefox], behaviour: str) -> Firefox:
    return open_fox(behaviour)


@dataclass(frozen=True)
class World:
    """Ada subscribes, Ben creates and has a blog; each test has hosts of its own."""

    ada: User
    ben: User
    blog: str
    internet: Internet

    def post(self, name: str = "tea", **more: str) -> str:
        return f"https://{self.blog}/{name}"

    def clicks(self) -> int:
        """How many clicks stand, in the table."""
        return Click.objects.count()

    def element(self, name: str = "tea", **said: str) -> str:
        """The custom element for a post of the blog."""
        said = {"uid": self.ben.username, "url": self.post(name), "title": f"About {name}"} | said
        attributes = " ".join(f'{key}="{text}"' for key, text in said.items())
        return f"<obole-button {attributes}><a>Give</a></obole-button>"

    def publish(self, name: str = "tea", body: str = "", **more: Any) -> str:
        """A post of the blog with the button in it."""
        html = page_of(body or self.element(name))
        return self.internet.publish(self.post(name), html, **more)


def page_of(body: str, *, head: str = "", lang: str = "en") -> str:
    """A page with the loader."""
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>A post</title>{head}'
        f'</head><body><h1>A post</h1>{body}<script async src="{SITE}/button.js"></script></body></html>'
    )


@pytest.fixture
def world(internet: Internet) -> World:
    mark = secrets.token_hex(3)
    ada = User.objects.create_user("ada", password=PASSWORD)
    ben = User.objects.create_user("ben", display_name="Ben")
    blog = f"blog-{mark}.example"
    own_site(ben, blog)
    give_means(ada)
    return World(ada=ada, ben=ben, blog=blog, internet=internet)


def own_site(creator: User, host: str) -> Site:
    site = ask_for_site(creator=creator, address=host, at=timezone.now())
    verify_site(site, at=timezone.now())
    return site


def give_means(subscriber: User, euros: int = 10) -> None:
    now = timezone.now()
    amount = euros * MICROS
    pay_in_play_money(subscriber=subscriber, amount=amount, currency="EUR", key="1", at=now)
    set_budget(subscriber=subscriber, amount=amount, currency="EUR", at=now)


def sign_in(context: BrowserContext, user: User, *, hours_ago: int = 0) -> None:
    """Give the browser the session cookie that the sign-in page would, or did so long ago."""
    context.add_cookies([{**session_cookie(user, hours_ago=hours_ago), "url": SITE}])


def session_cookie(user: User, *, hours_ago: int = 0) -> dict[str, Any]:
    """The cookie of a user who signed in with a second factor, as the site sets it."""
    client = Client()
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "mfa", "at": time.time() - hours_ago * 3600}
    ]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    name = django_settings.SESSION_COOKIE_NAME
    kept = {"secure": True, "httpOnly": True, "sameSite": "Lax"}
    return {"name": name, "value": client.cookies[name].value, **kept}


@pytest.fixture
def thing(world: World) -> Thing:
    """A thing of Ben's that is there already."""
    return Thing.objects.create(url=world.post("song"), owner=world.ben, title="A song of tea")
