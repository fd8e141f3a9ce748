"""From a blog post to a deleted account: all that a subscriber does, in one browser."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from mailbox import code_sent_to, subjects_sent_to
from pathlib import Path

import pytest
import time_machine
from camt_files import IBAN, Paid, german
from conftest import SITE, World, own_site
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone, translation
from django.utils.translation import gettext
from gestures import confirm, open_popup
from hosting import Internet
from launching import USUAL_MODE
from paying import deliver, stripe_in
from playwright.sync_api import BrowserContext, Locator, Page, expect
from stripe_site import GOOD, Stripe

from accounts.models import User
from accounts.privacy.exporting import make_waiting_exports
from payments.clicking.beginning import record_standing_clicks
from payments.settlement.running import settle_period
from things.models import Thing
from things.periods import Period

NAME, ADDRESS, PASSWORD = "ada", "ada@example.org", "correct horse battery"
SEPTEMBER = Period(2010, 9)
IN_SEPTEMBER = datetime(2010, 9, 28, 12, tzinfo=UTC)
IN_OCTOBER = datetime(2010, 10, 2, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The clock of the site, which goes on from the end of a September; browsers have theirs."""
    with time_machine.travel(IN_SEPTEMBER) as traveller:
        yield traveller


@pytest.fixture
def blog(clock: time_machine.Traveller, internet: Internet) -> World:
    """Ben has a blog; Ada has not been here before."""
    ben = User.objects.create_user("ben", display_name="Ben")
    own_site(ben, "blog.example")
    for name in ("tea", "milk"):
        url = f"https://blog.example/{name}"
        Thing.objects.create(url=url, owner=ben, title=f"About {name}")
    return World(ada=User(), ben=ben, blog="blog.example", internet=internet)


@pytest.fixture
def bank() -> Iterator[None]:
    """A site that takes transfers, and nothing else."""
    account = {"BANK_HOLDER": "Obole e. V.", "BANK_IBAN": IBAN, "BANK_BIC": ""}
    with override_settings(PLAY_MONEY=False, **account):
        yield


class Ada:
    """Reads a page in her language, and does what it offers."""

    def __init__(self, page: Page, language: str, *, scripts: bool) -> None:
        self.page = page
        self.language = language
        self.scripts = scripts

    def say(self, text: str, **values: object) -> str:
        """A text of the site in her language."""
        with translation.override(self.language):
            return gettext(text) % values

    def go(self, path: str) -> None:
        self.page.goto(SITE + path)

    def type(self, label: str, text: str) -> None:
        self.page.get_by_label(self.say(label), exact=True).fill(text)

    def press(self, text: str) -> None:
        self._main().get_by_role("button", name=self.say(text), exact=True).click()

    def press_only_button(self) -> None:
        self._main().get_by_role("button").click()

    def follow(self, text: str) -> None:
        self._main().get_by_role("link", name=self.say(text), exact=True).click()

    def expect(self, text: str, **values: object) -> None:
        expect(self.page.get_by_text(self.say(text, **values)).first).to_be_visible()

    def _main(self) -> Locator:
        return self.page.locator("main")

    def number(self, text: str) -> str:
        """An amount as her language writes it."""
        return text if self.language == "en" else text.replace(".", ",")

    def wait_for(self, text: str) -> None:
        """Until a button takes a press: no form takes one that is faster than anybody reads."""
        if self.scripts:
            self.page.wait_for_load_state()
            button = self._main().get_by_role("button", name=self.say(text), exact=True)
            expect(button).not_to_have_attribute("aria-disabled", "true")
        else:
            self.page.wait_for_timeout(700)

    def give(self) -> None:
        self.wait_for("Give")
        self.press("Give")

    def sign_in(self) -> None:
        self.type("E-mail address or user name", NAME)
        self.type("Password", PASSWORD)
        self.press("Sign in")

    def sign_up(self) -> None:
        self.type("E-mail address", ADDRESS)
        self.type("User name", NAME)
        self.type("Password", PASSWORD)
        self.press("Create the account")
        self.type("Code", code_sent_to(ADDRESS))
        self.press("Confirm")

    def set_budget(self, amount: str) -> None:
        self.type("A month", amount)
        self.press("Set the budget")


def transfer(ada: Ada, folder: Path) -> None:
    """Read where to pay, pay there, and have the operator take the bank's file in."""
    figures = ada.page.get_by_label(ada.say("The transfer"), exact=True)
    expect(figures).to_contain_text("DE89 3704 0044 0532 0130 00")
    expect(
        ada.page.get_by_role(
            "img", name=ada.say("QR code of the transfer, for the app of your bank")
        )
    ).to_be_visible()
    reference = figures.locator("dd").first.inner_text()
    file = folder / "statement.xml"
    file.write_bytes(german(Paid(amount="20.00", reference=reference.replace(" ", ""))))
    call_command("import_statement", str(file))
    call_command("import_statement", str(file))


def export_of(ada: Ada) -> zipfile.ZipFile:
    """Ask for all that is kept, and fetch it."""
    ada.go("/settings/privacy")
    ada.press("Make an export")
    ada.expect("It is being made. We send you a mail when it is ready.")
    make_waiting_exports(at=timezone.now())
    assert ada.say("Your data is ready to be fetched") in subjects_sent_to(ADDRESS)
    ada.go("/settings/privacy")
    with ada.page.expect_download() as download:
        ada.follow("Fetch the file")
    return zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes()))


def go_home(ada: Ada) -> None:
    """Delete the account; what is left in the wallet goes to the site."""
    ada.go("/settings/privacy")
    ada.follow("Delete the account")
    label = ada.say("Type your user name, %(name)s, to go through with it", name=NAME)
    ada.page.get_by_label(label).fill(NAME)
    ada.press("Delete the account")


def begin(ada: Ada, folder: Path) -> None:
    """A name, a budget, and money."""
    ada.go("/sign-up/")
    ada.sign_up()
    expect(ada.page.get_by_role("heading", level=1)).to_have_text(ada.say("Your budget"))
    ada.set_budget("5")
    ada.follow("Pay in")
    transfer(ada, folder)
    ada.go("/wallet/")
    expect(ada.page.locator("main")).to_contain_text(ada.number("20.00"))


def give_to_two(ada: Ada, blog: World) -> None:
    """Two clicks, of which one is taken back, and the other one stands from now on."""
    for name in ("tea", "milk"):
        click(ada, blog, name)
    ada.go("/clicks/")
    taken = ada.say("Take back the click on %(title)s", title="About milk")
    ada.page.get_by_role("button", name=taken).click()
    ada.expect("Taken back. Nothing is given here.")
    ada.go(f"/thing/{Thing.objects.get(title='About tea').pk}")
    ada.wait_for("Give every month")
    ada.press("Give every month")
    ada.expect("From next month on, this counts each month, until you end it.")


def read_the_month(ada: Ada) -> None:
    """The month is over, and the next one begins with what stands."""
    settle_period(period=SEPTEMBER, at=timezone.now(), fee_basis_points=1000)
    record_standing_clicks(period=SEPTEMBER.next, at=timezone.now())
    ada.go("/giving/2010-09/")
    name = ada.say("The things you clicked, earliest click first")
    expect(ada.page.get_by_role("table", name=name)).to_contain_text(ada.number("5.00"))
    ada.go("/clicks/")
    expect(ada.page.get_by_role("table")).to_contain_text("About tea")


def leave(ada: Ada) -> None:
    """Home, with all that is hers. Who signed in days ago shows first that it is she."""
    ada.go("/settings/privacy/delete")
    ada.type("Password", PASSWORD)
    ada.press("Go on")
    files = export_of(ada)
    clicks = csv.DictReader(io.StringIO(files.read("clicks.csv").decode()))
    assert [row["thing_url"] for row in clicks] == ["https://blog.example/tea"] * 2
    go_home(ada)
    ada.expect("Your account is deleted.")


class TestWholeWay:
    @pytest.mark.timeout(400)
    @pytest.mark.parametrize(("scripts", "language"), [(True, "en"), (False, "en"), (True, "fr")])
    def test_leads_from_a_sign_up_to_a_farewell(
        self,
        open_browser: Callable[..., BrowserContext],
        clock: time_machine.Traveller,
        blog: World,
        bank: None,
        tmp_path: Path,
        scripts: bool,
        language: str,
    ) -> None:
        page = open_browser(USUAL_MODE, java_script_enabled=scripts).new_page()
        ada = Ada(page, language, scripts=scripts)
        ada.go("/")
        if language == "fr":
            page.get_by_role("button", name="Français").click()

        begin(ada, tmp_path)
        give_to_two(ada, blog)
        clock.move_to(IN_OCTOBER)
        read_the_month(ada)
        leave(ada)

        assert not User.objects.filter(username=NAME).exists()
        ada.go("/sign-in/")
        ada.sign_in()
        expect(page.get_by_role("alert").first).to_be_visible()

    @pytest.mark.timeout(400)
    def test_begins_in_the_window_of_a_button(self, page: Page, blog: World) -> None:
        """The click is kept while she signs up, sets a budget and pays in, and counts at the end."""
        page.goto(blog.publish("tea"))
        popup = open_popup(page)
        ada = Ada(popup, "en", scripts=True)

        ada.follow("Create an account")
        ada.sign_up()
        confirm(popup)
        expect(popup.get_by_role("status")).to_contain_text("Your click is kept")
        ada.follow("Set a budget")
        ada.set_budget("5")
        ada.follow("Pay in")
        with popup.expect_event("close"):
            ada.press("Pay in")

        assert blog.clicks() == 1

    @pytest.mark.timeout(400)
    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_pays_the_kept_click_by_card(
        self, context: BrowserContext, page: Page, blog: World, stripe: Stripe, language: str
    ) -> None:
        """Nobody pays in play money here: Stripe's form is in the window, and leads back to it."""
        page.goto(blog.publish("tea", body=blog.element("tea", lang=language)))
        popup = open_popup(page)
        ada = Ada(popup, language, scripts=True)
        if language == "fr":
            popup.context.add_cookies(
                [{"name": settings.LANGUAGE_COOKIE_NAME, "value": "fr", "url": SITE}]
            )
            popup.reload()

        with override_settings(PLAY_MONEY=False), stripe_in(context, stripe):
            ada.follow("Create an account")
            ada.sign_up()
            confirm(popup, name=ada.say("Give"))
            ada.follow("Set a budget")
            ada.set_budget("5")
            ada.follow("Pay in")
            ada.type("Amount", "5")
            ada.press("Go on to your card")
            popup.get_by_label("Card number").fill(GOOD)
            ada.press_only_button()
            expect(popup.get_by_role("heading", level=1)).to_have_text(ada.say("Paid"))
            deliver(stripe)
            with popup.expect_event("close"):
                ada.press("Back to your click")

        assert blog.clicks() == 1


def click(ada: Ada, blog: World, name: str) -> None:
    """A click on the blog: by its button, or by a link where no scripts run."""
    if ada.scripts:
        ada.page.goto(blog.publish(name))
        popup = open_popup(ada.page)
        with popup.expect_event("close"):
            Ada(popup, ada.language, scripts=True).give()
        return
    link = f"{SITE}/submit/auto?user_id=ben&amp;url={blog.post(name)}"
    ada.page.goto(blog.publish(name, body=f'<a href="{link}">Give</a>'))
    ada.page.get_by_role("link", name="Give").click()
    ada.give()
    ada.expect("Counted. Thank you!")
