"""Going through pages as the people who see them, and noting all that is wrong with each."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from mailbox import code_sent_to
from pathlib import Path

from allauth.account.models import EmailAddress
from conftest import SITE, session_cookie
from django.conf import settings
from django.test import Client
from every_page import ANSWER_WITH_ERRORS, EVERY_PAGE
from hosting import OURS
from keyboard import keyboard_faults
from people import PASSWORD
from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Page, Response
from test_access import FRAME_ONLY, violations
from whole_life import Life

from accounts.models import User

# Bytes of a first visit.
MOST = 60_000
# The forms of Django's administration bring jQuery and a table of all scripts' letters.
MOST_OF_ADMIN = 160_000
# How the proxy of deploy/ packs texts at the least: gzip in its usual step. Fonts are packed.
STEP = 5
PACKED = (".woff2", ".png")
# What a page is made of, whether it came over the wire or out of a cache.
LOADED = """document.fonts.ready.then(() =>
    [location.href, ...performance.getEntriesByType('resource').map(e => e.name)])"""
# Their language is that of the page that they are on; tests/browser/test_access.py has it.
FRAMES = {"frame", "frame_of_page", "flattr_frame", "button_preview"}
# A window, a desk at 200 % and a phone.
WIDTHS = (1280, 640, 360)
SCHEMES = ("light", "dark")

WIDEST = """() => [...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
    .map(e => e.outerHTML.slice(0, 90)).slice(0, 3).join(' | ')"""
# Each refusal of the browser, also one that it keeps from the console.
TELL_REFUSALS = """addEventListener('securitypolicyviolation', e =>
    console.error('CSP', e.violatedDirective, e.blockedURI, e.sample))"""


@dataclass
class Walk:
    """In one language; `thoroughly` in both schemes at each width, else light wide, dark narrow."""

    context: BrowserContext
    life: Life
    language: str
    thoroughly: bool = False
    pictures: Path | None = None
    faults: list[str] = field(default_factory=list)
    weights: dict[str, int] = field(default_factory=dict)
    name: str = ""

    def __post_init__(self) -> None:
        self._packed: dict[str, int] = {}
        self._deaf = False
        self.page = self.context.new_page()
        self.page.add_init_script(TELL_REFUSALS)
        self.page.on("console", self._hear)
        self.page.on("dialog", self._close)
        self.page.on("response", self._look_at_answer)
        # What was cached in an earlier walk would not be weighed.
        self.context.new_cdp_session(self.page).send("Network.clearBrowserCache")
        User.objects.update(language=self.language)
        self._cookies: dict[str, str] = {}

    def open(self, name: str) -> Page:
        """A page of `EVERY_PAGE` in the light, at the width of a window, as who sees it."""
        who, address = EVERY_PAGE[name]
        return self.go(name, who, address)

    def go(self, name: str, who: str | None, address: str) -> Page:
        self.name = name
        self.context.clear_cookies()
        said = {settings.LANGUAGE_COOKIE_NAME: self.language}
        if who:
            said |= {settings.SESSION_COOKIE_NAME: self._session_of(who)}
        self.context.add_cookies(
            [{"name": key, "value": text, "url": SITE} for key, text in said.items()]
        )
        self._set(WIDTHS[0], "light")
        self.page.goto(SITE + address.format(**self.life.numbers))
        if name.endswith(" refused"):
            self._send_nothing()
        return self.page

    def _send_nothing(self) -> None:
        """Press the button of the page's form with nothing in its fields."""
        form = self.page.locator("main form:has(input:not([type=hidden]))").first
        form.evaluate("form => { form.noValidate = true; }")
        for field_ in form.locator(
            "input:not([type=hidden], [type=radio], [type=checkbox]):visible"
        ).all():
            field_.fill("")
        form.get_by_role("button").last.click()
        self.page.locator("[aria-invalid], .error, [role=alert]").first.wait_for()
        # Its words are there before its styles.
        self.page.wait_for_load_state()

    def check(self, name: str) -> None:
        self.open(name)
        self.check_here()

    def check_here(self) -> None:
        """All that can be wrong with the page that is open."""
        page = self.page
        if page.locator("html").get_attribute("lang") != self.language and self.name not in FRAMES:
            self.fault("another language")
        self.weights[self.name] = sum(self._packed.get(url, 0) for url in page.evaluate(LOADED))
        most = MOST_OF_ADMIN if self.name.startswith("admin") else MOST
        if self.weights[self.name] > most:
            self.fault(f"weighs {self.weights[self.name]} bytes")
        for width in WIDTHS:
            self._set(width, "light")
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                self.fault(f"is {wide} wide on {width}: {page.evaluate(WIDEST)}")
            if width == WIDTHS[0] or self.thoroughly:
                self._add(f"by keyboard on {width}", keyboard_faults(page))
            for scheme in SCHEMES:
                if self.thoroughly or (width, scheme) in ((1280, "light"), (360, "dark")):
                    self._set(width, scheme)
                    self._add(f"{scheme} on {width}", self._violations())
                    self._take_picture(width, scheme)

    def _take_picture(self, width: int, scheme: str) -> None:
        if self.pictures and width != WIDTHS[1]:
            name = f"{self.name}-{self.language}-{width}-{scheme}.png".replace(" ", "-")
            self.page.screenshot(path=self.pictures / name, full_page=True)

    def _violations(self) -> list[str]:
        # To read an imported style sheet, axe would write it into the page; the policy forbids.
        self._deaf = True
        found = violations(self.page, without=FRAME_ONLY if self.name in FRAMES else ())
        self._deaf = False
        return found

    def _set(self, width: int, scheme: str) -> None:
        self.page.set_viewport_size({"width": width, "height": 800})
        self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")

    def fault(self, what: str) -> None:
        self.faults.append(f"{self.name}: {what}")

    def _add(self, where: str, found: list[str]) -> None:
        for what in found:
            self.fault(f"{where}: {what}")

    def _hear(self, message: ConsoleMessage) -> None:
        if (
            self._deaf
            or message.type != "error"
            or message.location["url"].endswith("/favicon.ico")
        ):
            return
        if "status of" not in message.text or self.name not in ANSWER_WITH_ERRORS:
            self.fault(f"the browser says {message.text}")

    def _close(self, dialog: Dialog) -> None:
        self.fault(f"a script of a stranger says {dialog.message}")
        dialog.dismiss()

    def _look_at_answer(self, response: Response) -> None:
        if not response.url.startswith(SITE) or 300 <= response.status < 400:
            return
        if response.request.resource_type == "document":
            policy = response.headers.get("content-security-policy", "")
            if "default-src" not in policy or "unsafe" in policy:
                self.fault(f"has the policy “{policy}”")
        body = response.body()
        packs = not response.url.endswith(PACKED)
        self._packed[response.url] = len(gzip.compress(body, STEP, mtime=0) if packs else body)

    def _session_of(self, who: str) -> str:
        if who not in self._cookies:
            name, _, step = who.partition(" ")
            user = User.objects.filter(username=name).first()
            if step in STEPS:
                self._cookies[who] = STEPS[step](user)
            else:
                self._cookies[who] = session_cookie(user)["value"]
        return self._cookies[who]


def _browser() -> Client:
    return Client(HTTP_HOST=OURS)


def _value(client: Client) -> str:
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _post(client: Client, address: str, **said: str) -> None:
    answer = client.post(address, said, secure=True)
    assert answer.status_code == 302, answer.content.decode()


def _since_yesterday(user: User) -> str:
    return session_cookie(user, hours_ago=24)["value"]


def _sign_up(_user: None) -> str:
    client = _browser()
    said = {"username": "iris", "email": "iris@example.org", "password1": PASSWORD}
    _post(client, "/sign-up/", **said)
    return _value(client)


def _sign_in(user: User) -> str:
    client = _browser()
    _post(client, "/sign-in/", login=user.username, password=PASSWORD)
    return _value(client)


def _forget(user: User) -> str:
    client = _browser()
    _post(client, "/sign-in/reset", email=_address(user))
    return _value(client)


def _type_code(user: User) -> str:
    client = _browser()
    _post(client, "/sign-in/reset", email=_address(user))
    _post(client, "/sign-in/reset/code", code=code_sent_to(_address(user)))
    return _value(client)


def _address(user: User) -> str:
    return EmailAddress.objects.get(user=user).email


def _save_card(user: User) -> str:
    client = _browser()
    client.cookies[settings.SESSION_COOKIE_NAME] = session_cookie(user)["value"]
    _post(client, "/settings/refill/card", key="walk")
    return _value(client)


STEPS = {
    "since yesterday": _since_yesterday,
    "signing up": _sign_up,
    "on the second step": _sign_in,
    "who forgot": _forget,
    "who has the code": _type_code,
    "saving a card": _save_card,
}
