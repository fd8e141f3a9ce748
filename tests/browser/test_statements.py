"""A subscriber reads where every cent went, once the month is settled."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
from conftest import SITE, World, sign_in
from django.utils import timezone
from launching import USUAL_MODE
from playwright.sync_api import BrowserContext, Page, expect
from pypdf import PdfReader

from accounts.models import User
from payments.budgets.planning import set_budget
from payments.clicking.recording import record_click
from payments.deposits.play import pay_in_play_money
from payments.money import MICROS
from payments.settlement.running import settle_period
from things.models import Thing
from things.periods import Period
from things.templatetags.periods import month_name


@pytest.fixture
def settled(world: World) -> Period:
    """Last month: Ada gave 7 things of Ben's 5 EUR."""
    last_month = Period.of(timezone.now()).previous
    at = last_month.starts_at + timedelta(days=3)
    pay_in_play_money(subscriber=world.ada, amount=5 * MICROS, currency="EUR", key="then", at=at)
    set_budget(subscriber=world.ada, amount=5 * MICROS, currency="EUR", at=at)
    for number in range(7):
        thing = Thing.objects.create(
            url=world.post(str(number)), owner=world.ben, title=f"Post {number}"
        )
        record_click(subscriber=world.ada, thing=thing, at=at)
    settle_period(period=last_month, at=timezone.now(), fee_basis_points=1000)
    return last_month


def read(page: Page, month: str) -> None:
    """From the list of months to the statement of one."""
    page.goto(f"{SITE}/giving/")
    page.get_by_role("link", name=month, exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(month)


class TestStatement:
    @pytest.mark.parametrize("scripts", [True, False])
    def test_says_where_every_cent_went(
        self,
        open_browser: Callable[..., BrowserContext],
        world: World,
        settled: Period,
        scripts: bool,
    ) -> None:
        context = open_browser(USUAL_MODE, java_script_enabled=scripts)
        sign_in(context, world.ada)
        page = context.new_page()

        read(page, month_name(settled))

        expect(page.get_by_text("7 clicks × €0.714285 = €4.999995")).to_be_visible()
        shares = page.get_by_role("table", name="The things you clicked, earliest click first")
        expect(shares.get_by_role("row").filter(has_text="€0.714285")).to_have_count(7)
        wallet = page.get_by_role("table", name="What went into and out of your wallet in Euro")
        expect(wallet).to_contain_text("−€4.999995")
        expect(page.get_by_role("img", name="Whom it went to")).to_be_visible()

    def test_can_be_taken_along(self, page: Page, world: World, settled: Period) -> None:
        sign_in(page.context, world.ada)
        read(page, month_name(settled))
        files: dict[str, bytes] = {}
        for form in ("PDF", "CSV"):
            with page.expect_download() as download:
                page.get_by_role("link", name=form, exact=True).click()
            files[form] = download.value.path().read_bytes()

        rows = list(csv.DictReader(StringIO(files["CSV"].decode())))
        assert [row["line"] for row in rows].count("click") == 7
        assert "€0.714285" in PdfReader(BytesIO(files["PDF"])).pages[0].extract_text()

    def test_speaks_french(self, page: Page, world: World, settled: Period) -> None:
        User.objects.filter(pk=world.ada.pk).update(language="fr")
        sign_in(page.context, world.ada)

        page.goto(f"{SITE}/giving/{settled}/")

        expect(page.get_by_text("7 clics × 0,714285\xa0€")).to_be_visible()
        expect(page.get_by_role("table", name="Ce qui est entré")).to_contain_text("4,999995")
