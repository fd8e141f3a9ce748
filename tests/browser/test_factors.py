"""Passkeys on a device that Chromium plays, authenticators and recovery codes, as people use them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from conftest import PASSWORD, SITE, World
from django.core.cache import cache
from django.test import override_settings
from people import code_of
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import User

SECURITY = f"{SITE}/settings/security"
# A telephone that keeps passkeys, and whose owner has just shown a finger.
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def device(context: BrowserContext, page: Page) -> Iterator[str]:
    """A device beside the page."""
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    added = session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    yield added["authenticatorId"]
    session.send("WebAuthn.disable")


def sign_in_by_password(page: Page, name: str = "ada") -> None:
    cache.clear()
    page.goto(f"{SITE}/sign-in/")
    page.get_by_label("E-mail address or user name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Sign in")


def sign_out(page: Page) -> None:
    page.get_by_role("banner").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("banner").get_by_role("button", name="Sign out")).to_have_count(0)


def press(page: Page, name: str) -> None:
    page.locator("main").get_by_role("button", name=name, exact=True).click()


def is_signed_in(page: Page) -> None:
    expect(page.get_by_role("banner").get_by_role("button", name="Sign out")).to_be_visible()


def add_passkey(page: Page, name: str = "Telephone") -> None:
    page.goto(f"{SECURITY}/passkeys/add")
    page.get_by_label("Name").fill(name)
    press(page, "Add a passkey")
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")


def add_authenticator(page: Page) -> tuple[str, list[str]]:
    """Its secret, and the recovery codes that come with it."""
    page.goto(f"{SECURITY}/authenticator")
    secret = page.locator("main code").first.inner_text()
    page.get_by_label("The six digits that it shows").fill(code_of(secret))
    press(page, "Set up the authenticator")
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    return secret, page.locator(".codes code").all_inner_texts()


class TestPasskey:
    def test_is_added_opens_the_account_and_is_removed(
        self, page: Page, world: World, device: str
    ) -> None:
        sign_in_by_password(page)
        add_passkey(page)
        sign_out(page)

        page.goto(f"{SITE}/sign-in/?next=/settings/security")
        press(page, "Sign in with a passkey")
        expect(page).to_have_url(SECURITY)
        expect(page.get_by_role("table", name="Your passkeys")).to_contain_text("Telephone")

        page.get_by_role("link", name="Remove Telephone").click()
        press(page, "Remove the passkey")
        expect(page.get_by_role("table", name="Your passkeys")).to_have_count(0)
        sign_out(page)
        page.goto(f"{SITE}/sign-in/")
        press(page, "Sign in with a passkey")
        expect(page.get_by_role("alert").first).to_be_visible()
        assert not Authenticator.objects.filter(type="webauthn").exists()

    def test_is_the_second_step_after_a_password(
        self, page: Page, world: World, device: str
    ) -> None:
        sign_in_by_password(page)
        add_passkey(page)
        sign_out(page)

        sign_in_by_password(page)
        press(page, "Use a passkey")

        is_signed_in(page)

    def test_that_a_device_refuses_is_said(
        self, context: BrowserContext, page: Page, world: World, device: str
    ) -> None:
        sign_in_by_password(page)
        page.goto(f"{SECURITY}/passkeys/add")
        page.evaluate("() => { navigator.credentials.create = () => Promise.reject(new Error()) }")

        press(page, "Add a passkey")

        expect(page.get_by_text("The device gave no passkey.")).to_be_visible()


class TestAuthenticator:
    def test_is_asked_for_after_the_password(self, page: Page, world: World) -> None:
        sign_in_by_password(page)
        secret, _codes = add_authenticator(page)
        sign_out(page)

        sign_in_by_password(page)
        code = page.get_by_label("Code of your authenticator, or a recovery code")
        code.fill("000000")
        press(page, "Sign in")
        expect(page.get_by_role("alert").first).to_be_visible()
        code.fill(code_of(secret))
        press(page, "Sign in")

        is_signed_in(page)

    def test_gives_way_to_a_recovery_code_once(self, page: Page, world: World) -> None:
        sign_in_by_password(page)
        _secret, codes = add_authenticator(page)
        sign_out(page)

        for works in (True, False):
            sign_in_by_password(page)
            page.get_by_label("Code of your authenticator, or a recovery code").fill(codes[0])
            press(page, "Sign in")
            if works:
                is_signed_in(page)
                sign_out(page)

        expect(page.get_by_role("alert").first).to_be_visible()


class TestStaff:
    def test_comes_into_the_admin_with_a_second_factor_alone(
        self, page: Page, world: World, device: str
    ) -> None:
        User.objects.create_superuser("olga", password=PASSWORD)
        with override_settings(STAFF_SECOND_FACTOR=True):
            sign_in_by_password(page, "olga")
            page.goto(f"{SITE}/admin/")
            expect(page).to_have_url(SECURITY)
            expect(page.get_by_text("The administration opens to who has").first).to_be_visible()

            add_passkey(page)
            page.goto(f"{SITE}/admin/")
            press(page, "Use a passkey")

            expect(page.get_by_role("heading", level=1)).to_have_text("Administration")
