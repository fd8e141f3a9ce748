"""The pages of the administration, as people of the staff go through them."""

from __future__ import annotations

from pathlib import Path

from conftest import SITE, sign_in
from django.core.cache import cache
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import User
from payments.desk.waiting import KEY as COUNTED


class Office:
    """One browser, in which one person after the other is signed in."""

    def __init__(self, context: BrowserContext, people: dict[str, User]) -> None:
        self.context = context
        self.people = people
        self.page = context.new_page()

    def as_(self, name: str, path: str) -> Page:
        self.context.clear_cookies()
        sign_in(self.context, self.people[name])
        return self.go(path)

    def go(self, path: str) -> Page:
        self.page.goto(SITE + path)
        return self.page

    def do(self, deed: str, *, told: str, note: str = "") -> None:
        """Press a button of a row, with the note that belongs to it, and read the answer."""
        form = self.page.locator("form").filter(
            has=self.page.get_by_role("button", name=deed, exact=True)
        )
        if note:
            form.get_by_role("textbox").fill(note)
        form.get_by_role("button", name=deed, exact=True).click()
        expect(self.page.locator(".messagelist")).to_contain_text(told, ignore_case=True)

    def take_up(self, errand: str, *, row: str) -> None:
        """From the desk to the list of what waits, and to a row of it."""
        # The desk counts for thirty seconds what it counted once.
        cache.delete(COUNTED)
        self.go("/admin/")
        self.page.get_by_role("link", name=errand).click()
        self.open_row(row)

    def open_row(self, row: str) -> None:
        rows = self.page.locator("#result_list tbody tr")
        rows.filter(has_text=row).locator("th a").click()

    def download(self, button: str) -> bytes:
        with self.page.expect_download() as download:
            self.page.get_by_role("button", name=button, exact=True).click()
        return Path(download.value.path()).read_bytes()

    def ask_for_payout(self, name: str, amount: str) -> None:
        page = self.as_(name, "/payouts/")
        page.get_by_label("Amount").fill(amount)
        page.get_by_role("main").get_by_role("button", name="Pay out", exact=True).click()
        expect(page.get_by_role("table")).to_contain_text("Requested")
