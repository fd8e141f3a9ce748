"""Paying in by card in a real browser, under the real policy of its page.

Stripe's script and API are not reached: a stand-in with the same calls comes from their addresses,
so the page's policy must let it in, and pays at localstripe.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from conftest import SITE, World, sign_in
from launching import USUAL_MODE
from paying import deliver, stripe_in
from playwright.sync_api import BrowserContext, Page, expect
from stripe_site import ASKS_FIRST, GOOD, PAYS_NEVER, Stripe

from payments.deposits.models import Deposit


@pytest.fixture
def stripe_in_browser(stripe: Stripe, context: BrowserContext) -> Iterator[Stripe]:
    with stripe_in(context, stripe):
        yield stripe


def begin(page: Page) -> None:
    page.goto(f"{SITE}/wallet/")
    page.get_by_role("link", name="Pay in").first.click()
    page.get_by_role("link", name="Card", exact=True).click()
    page.get_by_label("Amount").fill("12.50")
    page.get_by_role("button", name="Go on to your card").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pay in €12.50")


class TestCard:
    @pytest.mark.parametrize("number", [GOOD, ASKS_FIRST])
    def test_pays_and_the_page_says_what_is_true(
        self,
        stripe_in_browser: Stripe,
        context: BrowserContext,
        page: Page,
        world: World,
        number: str,
    ) -> None:
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        sign_in(context, world.ada)
        begin(page)
        page.get_by_label("Card number").fill(number)
        page.get_by_role("button", name="Pay €12.50").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Paid")
        assert Deposit.objects.filter(way="card").get().state == "begun"

        deliver(stripe_in_browser)

        # By itself: the page looks again.
        expect(page.get_by_role("heading", level=1)).to_have_text("€12.50 are in your wallet")
        assert [line for line in said if "Content Security Policy" in line] == []

    def test_declined_says_so_and_lets_try_again(
        self, stripe_in_browser: Stripe, context: BrowserContext, page: Page, world: World
    ) -> None:
        sign_in(context, world.ada)
        begin(page)
        page.get_by_label("Card number").fill(PAYS_NEVER)
        page.get_by_role("button", name="Pay €12.50").click()

        expect(page.get_by_role("alert")).to_have_text("Your card was declined.")
        expect(page.get_by_role("button", name="Pay €12.50")).to_be_enabled()
        page.reload()
        expect(page.get_by_text("The card was not charged")).to_be_visible()

    def test_without_stripes_script_says_what_to_do(
        self, stripe: Stripe, context: BrowserContext, page: Page, world: World
    ) -> None:
        context.route("https://js.stripe.com/**", lambda route: route.abort())
        sign_in(context, world.ada)
        begin(page)

        expect(page.get_by_text("The form for your card does not open")).to_be_visible()
        expect(page.get_by_role("link", name="Play money")).to_be_visible()
        expect(page.get_by_role("button", name="Pay €12.50")).to_be_hidden()
        context.unroute("https://js.stripe.com/**")

    def test_without_javascript_leads_to_another_way(
        self, stripe: Stripe, open_browser: Callable[..., BrowserContext], world: World
    ) -> None:
        context = open_browser(USUAL_MODE, java_script_enabled=False)
        sign_in(context, world.ada)
        page = context.new_page()
        begin(page)

        expect(page.get_by_text("needs JavaScript")).to_be_visible()
        expect(page.get_by_role("button", name="Pay €12.50")).to_be_hidden()
        page.get_by_role("link", name="Play money").click()
        page.get_by_label("Amount").fill("12.50")
        page.get_by_role("main").get_by_role("button", name="Pay in").click()

        expect(page.get_by_text("The play money is in your wallet.")).to_be_visible()
        assert Deposit.objects.get(state="arrived", amount=12_500_000).way == "play"
