"""The window in which staff look somebody up for a field of a form."""

from __future__ import annotations

from collections.abc import Callable

from conftest import SITE, sign_in
from launching import USUAL_MODE
from playwright.sync_api import BrowserContext, expect

from accounts.models import User
from payments.payouts.models import PayoutHold


class TestLookup:
    def test_brings_back_whom_staff_chose_after_a_search(
        self, open_browser: Callable[..., BrowserContext]
    ) -> None:
        olga = User.objects.create_superuser("olga")
        ben = User.objects.create_user("ben")
        context = open_browser(USUAL_MODE)
        sign_in(context, olga)
        page = context.new_page()
        page.goto(f"{SITE}/admin/payments/payouthold/add/")

        with page.expect_popup() as opened:
            page.locator("#lookup_id_owner").click()
        window = opened.value
        window.get_by_role("textbox", name="Search").fill("ben")
        window.get_by_role("button", name="Search").click()
        expect(window.get_by_role("link", name="olga", exact=True)).to_have_count(0)
        with window.expect_event("close"):
            window.get_by_role("link", name="ben", exact=True).click()
        page.get_by_label("Why").fill("A ring.")
        page.get_by_role("button", name="Save", exact=True).click()

        expect(page.get_by_text("was added successfully")).to_be_visible()
        assert PayoutHold.objects.get().owner == ben
