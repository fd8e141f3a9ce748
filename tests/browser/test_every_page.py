"""Every page, with data on it, in both languages and colour schemes, as a person meets it.

axe finds nothing, nothing is wider than a phone or than half a screen, the browser refuses
nothing, the first visit weighs little, and the keyboard reaches all there is.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from conftest import SITE, own_site, sign_in, slower
from django.conf import settings
from django.utils import timezone
from hosting import Internet
from launching import USUAL_MODE
from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Page, Response, expect
from site_pages import FORMS, PAGES
from test_access import violations

from accounts.models import User
from payments.budgets.planning import set_budget
from payments.clicking.recording import record_click
from payments.deposits.play import pay_in_play_money
from payments.money import MICROS
from payments.settlement.running import settle_period
from things.feeds.models import Feed
from things.models import Thing
from things.partners.models import Namespace, Partner
from things.periods import Period
from things.webhooks.endpoints import add_endpoint, send_ping
from things.webhooks.models import Delivery, Endpoint

# Bytes of a first visit, texts after gzip -9.
MOST = 60_000
SEPTEMBER = Period(2010, 9)
# What strangers would write, as it could stand in the database from before it was looked at.
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u202egnihtyna"
TITLES = (
    "A song of tea",
    "The history of a letter, and of the many people who wanted it gone",
    "",
    HOSTILE,
)

ALL = {**PAGES, **FORMS}
# The window of a click stands on its own; the page of an owned thing is the same with figures.
MORE = {
    "thing": ("ada", "/thing/{thing}"),
    "hostile_thing": ("ada", "/thing/{hostile}"),
    "partner": ("ben", "/partner/"),
    "endpoint": ("ben", "/partner/messages/{endpoint}/"),
    "own_things": ("ben", "/things/mine/"),
    "own_feeds": ("ben", "/things/mine/feeds/"),
    "nothing": (None, "/nothing/here/"),
}
# What `make test` looks at; `make test-browser` looks at all, in each language and scheme.
SOME = (
    "front",
    "front ada",
    "giving_month",
    "creator_month",
    "wallet",
    "clicks",
    "account_signup",
    "profile_settings",
    "thing",
    "hostile_thing",
    "endpoint",
    "own_feeds",
)


@pytest.fixture
def site(internet: Internet) -> dict[str, User]:
    """Ada gave in September 2010 and gives now; Ben earned; both have pages full of it."""
    ada = User.objects.create_user("ada", display_name=f"Ada {HOSTILE}"[:120])
    ben = User.objects.create_user("ben", display_name=f"Ben {HOSTILE}"[:120])
    own_site(ben, "ben.example")
    things = [
        Thing.objects.create(
            url=f"https://ben.example/{turn}",
            owner=ben,
            title=title,
            description=title,
            tags=[title[:60]] if title else [],
        )
        for turn, title in enumerate(TITLES)
    ]
    _give(ada, things, at=SEPTEMBER.starts_at + timedelta(days=3))
    settle_period(period=SEPTEMBER, at=SEPTEMBER.ends_at, fee_basis_points=1000)
    _give(ada, things, at=timezone.now())
    _register_feed(ben)
    _speak_for_a_service(ben)
    return {"ada": ada, "ben": ben}


def _register_feed(owner: User) -> None:
    Feed.objects.create(
        owner=owner,
        url="https://ben.example/feed",
        title=HOSTILE,
        refusal=HOSTILE,
        hosts=["ben.example"],
        made_at=timezone.now(),
        next_at=timezone.now(),
    )


def _give(subscriber: User, things: list[Thing], *, at: datetime) -> None:
    pay = {"subscriber": subscriber, "amount": 7 * MICROS, "currency": "EUR", "at": at}
    pay_in_play_money(**pay, key=f"{at:%Y%m}")
    set_budget(**pay)
    for thing in things:
        record_click(subscriber=subscriber, thing=thing, at=at)


def _speak_for_a_service(user: User) -> None:
    """With a message that failed, and an answer that wants to be more than text."""
    partner = Partner.objects.create(user=user, name=HOSTILE[:120])
    Namespace.objects.create(name="blogs", partner=partner)
    add_endpoint(partner=partner, url="https://blogs.example/hook", at=timezone.now())
    send_ping(partner, at=timezone.now())
    Delivery.objects.update(said=HOSTILE, attempts=3, status=500)
    Endpoint.objects.update(said=HOSTILE, failing_since=timezone.now())


# What a page is made of, whether it came over the wire or out of a cache.
LOADED = "[location.href, ...performance.getEntriesByType('resource').map(e => e.name)]"


class Walk:
    """Goes through pages as the people who may see them, and notes what is wrong."""

    def __init__(self, context: BrowserContext, people: dict[str, User], language: str) -> None:
        self.context = context
        self.people = people
        self.faults: list[str] = []
        self.packed: dict[str, int] = {}
        self.weights: dict[str, int] = {}
        self.page = context.new_page()
        # Each refusal of the browser, also one that it keeps from the console.
        self.page.add_init_script(
            "addEventListener('securitypolicyviolation', e =>"
            " console.error('CSP', e.violatedDirective, e.blockedURI, e.sample))"
        )
        self.page.on("console", self._hear)
        self.page.on("dialog", self._close)
        self.page.on("response", self._check_policy)
        self.page.on("response", self._weigh)
        context.new_cdp_session(self.page).send("Network.clearBrowserCache")
        User.objects.update(language=language)
        self.language = language

    def open(self, name: str) -> Page:
        """A page at the width of a desk, as who may."""
        who, address = (ALL | MORE)[name]
        self.context.clear_cookies()
        self.context.add_cookies(
            [{"name": settings.LANGUAGE_COOKIE_NAME, "value": self.language, "url": SITE}]
        )
        if who:
            sign_in(self.context, self.people[who])
        self.page.set_viewport_size({"width": 1280, "height": 800})
        self.name = name
        numbers = {
            "thing": Thing.objects.order_by("pk").values_list("pk", flat=True)[0],
            "hostile": Thing.objects.get(title=HOSTILE).pk,
            "endpoint": Endpoint.objects.get().pk,
        }
        self.page.goto(SITE + address.format(**numbers), wait_until="networkidle")
        return self.page

    def check(self, name: str) -> None:
        """Open a page and look at all that can be wrong with it."""
        page = self.open(name)
        if page.locator("html").get_attribute("lang") != self.language:
            self.fault("another language")
        self.weights[name] = sum(self.packed.get(url, 0) for url in page.evaluate(LOADED))
        if self.weights[name] > MOST:
            self.fault(f"weighs {self.weights[name]} bytes")
        for found in violations(page):
            self.fault(found)
        # A desk at 200 % has 640 pixels; at 360 a phone.
        for width in (640, 360):
            page.set_viewport_size({"width": width, "height": 640})
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                self.fault(f"is {wide} wide on {width}: {_widest(page)}")
        for found in violations(page):
            self.fault(f"on a phone: {found}")

    def fault(self, what: str) -> None:
        self.faults.append(f"{self.name}: {what}")

    def _hear(self, message: ConsoleMessage) -> None:
        if message.location["url"].endswith("/favicon.ico"):
            return  # The administration names none.
        if message.type == "error" and self.name != "nothing":
            self.fault(f"the browser says {message.text}")

    def _close(self, dialog: Dialog) -> None:
        self.fault(f"a script of a stranger says {dialog.message}")
        dialog.dismiss()

    def _check_policy(self, response: Response) -> None:
        if response.request.resource_type != "document" or not response.url.startswith(SITE):
            return
        policy = response.headers.get("content-security-policy", "")
        if "default-src" not in policy or "unsafe" in policy:
            self.fault(f"has the policy “{policy}”")

    def _weigh(self, response: Response) -> None:
        if not response.url.startswith(SITE) or response.status >= 300:
            return
        body = response.body()
        packed = response.url.endswith((".woff2", ".png"))
        size = len(body) if packed else len(gzip.compress(body, 9, mtime=0))
        self.packed[response.url] = size


def _widest(page: Page) -> str:
    return page.evaluate(
        "() => [...document.querySelectorAll('main *, header *, footer *')]"
        ".filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
        ".map(e => e.outerHTML.slice(0, 90)).slice(0, 2).join(' | ')"
    )


@pytest.fixture
def walk(
    open_browser: Callable[..., BrowserContext], site: dict[str, User]
) -> Iterator[Callable[[str, str], Walk]]:
    """Begin a walk in a language and a colour scheme."""
    opened: list[Walk] = []

    def begin(language: str, scheme: str) -> Walk:
        opened.append(Walk(open_browser(USUAL_MODE), site, language))
        opened[-1].page.emulate_media(color_scheme=scheme)
        return opened[-1]

    yield begin
    for each in opened:
        each.page.close()


class TestEveryPage:
    @pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("fr", "dark")])
    def test_is_sound_where_most_people_are(
        self, walk: Callable[[str, str], Walk], language: str, scheme: str
    ) -> None:
        going = walk(language, scheme)

        for name in SOME:
            going.check(name)

        assert going.faults == []

    @pytest.mark.thorough
    @pytest.mark.timeout(900)
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_is_sound(self, walk: Callable[[str, str], Walk], language: str, scheme: str) -> None:
        going = walk(language, scheme)

        for name in (*ALL, *MORE):
            going.check(name)

        print("heaviest:", sorted(going.weights.items(), key=lambda each: -each[1])[:3])
        assert going.faults == []


# Pages of the administration on which stand the words of strangers.
ADMIN = (
    "things/thing/",
    "things/feed/",
    "things/partner/",
    "things/endpoint/",
    "things/delivery/",
    "accounts/user/",
    "accounts/mail/",
    "payments/budget/",
)


class TestAdministration:
    def test_shows_the_words_of_strangers_as_words(self, walk: Callable[[str, str], Walk]) -> None:
        User.objects.create_superuser("olga")
        going = walk("en", "light")
        sign_in(going.context, User.objects.get(username="olga"))

        for going.name in ADMIN:
            going.page.goto(f"{SITE}/admin/{going.name}", wait_until="networkidle")
            first = going.page.locator("#result_list tbody th a").first
            if first.count():
                first.click()
                going.page.wait_for_load_state("networkidle")

        assert going.faults == []
        assert not going.page.locator("img[src=x]").count()


# Whatever takes the focus with Tab: in the order of the page, seen, and no member of a group of
# radio buttons but the first.
REACHABLE = """() => {
    const groups = new Set();
    return [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
        .filter(e => !e.disabled && e.type != 'hidden' && e.tabIndex >= 0 && e.checkVisibility())
        .filter(e => e.type != 'radio' || (!groups.has(e.name) && groups.add(e.name)))
        .length;
}"""
FOCUSED = """() => {
    const here = document.activeElement;
    if (here === document.body) return '';
    const style = getComputedStyle(here), box = here.getBoundingClientRect();
    const shown = style.outlineStyle != 'none' && box.width > 0 && box.bottom > 0;
    here.dataset.met = '1';
    return (shown ? '' : 'unseen ') + here.outerHTML.slice(0, 80);
}"""


class TestKeyboard:
    @pytest.mark.parametrize(
        "name",
        ["front", "clicks", "profile_settings", *slower(*sorted({*ALL} - {"button"}))],
    )
    def test_reaches_all_there_is(self, walk: Callable[[str, str], Walk], name: str) -> None:
        page = walk("en", "light").open(name)
        page.evaluate("document.activeElement.blur()")
        number = page.evaluate(REACHABLE)

        met = []
        for _ in range(number):
            page.keyboard.press("Tab")
            met.append(page.evaluate(FOCUSED))

        assert [text for text in met if not text or text.startswith("unseen")] == []
        assert page.locator("[data-met]").count() == number

    def test_opens_and_closes_the_menu_of_a_phone(
        self, open_browser: Callable[..., BrowserContext], site: dict[str, User]
    ) -> None:
        context = open_browser(USUAL_MODE, java_script_enabled=False)
        sign_in(context, site["ada"])
        page = context.new_page()
        page.set_viewport_size({"width": 360, "height": 640})
        page.goto(f"{SITE}/giving/")
        menu = page.get_by_role("navigation", name="Main")
        expect(menu).not_to_be_visible()

        page.get_by_role("button", name="Menu").focus()
        page.keyboard.press("Enter")
        expect(menu.get_by_role("link", name="Earnings")).to_be_visible()
        page.keyboard.press("Escape")

        expect(menu).not_to_be_visible()

    def test_skips_to_the_content(self, walk: Callable[[str, str], Walk]) -> None:
        page = walk("en", "light").open("months")

        page.keyboard.press("Tab")
        page.keyboard.press("Enter")

        expect(page.locator("#main")).to_be_focused()
