"""Tips, and earnings that become giving, in a browser with and without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import SITE, World, sign_in
from launching import USUAL_MODE
from playwright.sync_api import BrowserContext, Locator, Page, expect

from payments.budgets.planning import set_budget
from payments.clicking.recording import record_click
from payments.deposits.play import pay_in_play_money
from payments.ledger.posting import wallet_of
from payments.money import MICROS
from payments.settlement.running import settle_period
from payments.tips.models import Tip
from things.models import Thing
from things.periods import Period

SEPTEMBER = Period(2010, 9)


@pytest.fixture(params=[True, False], ids=["script", "plain"])
def page(open_browser: Callable[..., BrowserContext], request: pytest.FixtureRequest) -> Page:
    return open_browser(USUAL_MODE, java_script_enabled=request.param).new_page()


def main_of(page: Page) -> Locator:
    return page.locator("main")


def press(page: Page, name: str) -> None:
    main_of(page).get_by_role("button", name=name, exact=True).click()


class TestTip:
    def test_is_shown_with_its_fee_before_it_is_given(
        self, page: Page, world: World, thing: Thing
    ) -> None:
        sign_in(page.context, world.ada)
        page.goto(f"{SITE}/creators/ben/tip/?thing={thing.pk}")
        page.get_by_label("Amount").fill("2.50")
        page.get_by_label("Note to the creator").fill("For the tea")
        page.get_by_label("Anonymous: nobody is shown my name.").check()
        press(page, "Look at it first")

        expect(page.get_by_role("heading", level=1)).to_have_text("€2.50 for Ben?")
        expect(main_of(page)).to_contain_text("2.25")
        expect(main_of(page)).to_contain_text("0.25")
        assert not Tip.objects.exists()
        press(page, "Give it")

        expect(page.get_by_text("Ben got €2.25. Thank you!")).to_be_visible()
        assert wallet_of(world.ada, "EUR").balance == 7_500_000
        page.context.clear_cookies()
        sign_in(page.context, world.ben)
        page.goto(f"{SITE}/tips/")
        row = page.get_by_role("table").get_by_role("row").nth(1)
        expect(row).to_contain_text("somebody")
        expect(row).to_contain_text("For the tea")
        row.get_by_role("button", name="Report the note").click()
        expect(page.get_by_role("table")).to_contain_text("reported")

    def test_of_more_than_is_there_says_so(self, page: Page, world: World) -> None:
        sign_in(page.context, world.ada)
        page.goto(f"{SITE}/creators/ben/tip/")
        page.get_by_label("Amount").fill("99")
        press(page, "Look at it first")

        expect(page.get_by_label("Amount")).to_have_attribute("aria-invalid", "true")
        expect(page.get_by_label("Amount")).to_have_value("99")
        assert not Tip.objects.exists()


class TestEarnings:
    def test_become_giving_in_one_step(self, page: Page, world: World, thing: Thing) -> None:
        pay = {"amount": 5 * MICROS, "currency": "EUR", "at": SEPTEMBER.starts_at}
        pay_in_play_money(subscriber=world.ada, key="september", **pay)
        set_budget(subscriber=world.ada, **pay)
        record_click(subscriber=world.ada, thing=thing, at=SEPTEMBER.starts_at)
        settle_period(period=SEPTEMBER, at=SEPTEMBER.ends_at, fee_basis_points=1000)
        sign_in(page.context, world.ben)
        page.goto(f"{SITE}/payouts/")
        main_of(page).get_by_role("link", name="Put earnings into giving instead").click()

        page.get_by_label("Amount").fill("4.20")
        press(page, "Put into giving")

        expect(page.get_by_text("€4.20 are in your wallet now.")).to_be_visible()
        expect(page.get_by_role("table")).to_contain_text("4.20")
        page.goto(f"{SITE}/wallet/")
        expect(main_of(page)).to_contain_text("4.20")
        assert wallet_of(world.ben, "EUR").balance == 4_200_000
