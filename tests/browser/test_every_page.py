"""Every page, with all on it that somebody can have, in both languages and colour schemes.

axe finds nothing, each text has a contrast of 4.5, nothing is wider than a phone or than half a
window, the browser refuses nothing and strangers' words stay words, the first visit weighs little,
and the keyboard reaches all there is. A page that is missing fails: see tests/support/every_page.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from conftest import SITE, session_cookie, sign_in
from django.conf import settings
from django.contrib import admin
from django.test import Client
from django.test.utils import override_settings
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from every_page import EVERY_PAGE, LEADS_ON, OF_ADMIN, WITH_DEEDS
from full_office import fill_office
from gestures import shut
from hosting import OURS, Internet
from launching import USUAL_MODE
from paying import stripe_in
from people import with_authenticator
from playwright.sync_api import BrowserContext, expect
from stranger_pages import OF_ADA, OPEN, OWN
from stripe_site import GOOD, Stripe
from walking import Walk
from whole_life import IBAN, Life, live

from accounts.models import Application, User
from payments.deposits.crediting import credit_deposit
from payments.deposits.stripe.paying import begin_card_deposit
from payments.ledger.models import LedgerAccount, Transfer
from payments.money import MICROS
from things.feeds.models import Feed
from things.models import Thing
from things.partners.models import Attribution, Identifier, Namespace, Partner
from things.periods import Period
from things.webhooks.models import Delivery, Endpoint

# What strangers would write, as it could stand in the database from before it was looked at.
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u202egnihtyna"
# Tests of their own, and addresses for programs.
PROGRAMS = ("^rest/v2", "rest/v2", "^oauth/")
# How many tests the walk is: they can go side by side, and each has its minutes.
PARTS = 8
ADMIN_PARTS = 4

Begin = Callable[[str], Walk]


@pytest.fixture
def life(internet: Internet, stripe: Stripe) -> Iterator[Life]:
    """Ada gave and earned in September 2010 and gives now: her pages are full of it."""
    account = {"BANK_HOLDER": "Obole e. V.", "BANK_IBAN": IBAN, "BANK_BIC": ""}
    hosts = [OURS, "testserver"]
    with override_settings(**account, ROOT_URLCONF="error_pages", ALLOWED_HOSTS=hosts):
        lived = live()
        RecoveryCodes.activate(lived.ada)
        with_authenticator(lived.eve)
        User.objects.filter(username="olga").update(is_superuser=True)
        _write_as_strangers_do()
        _name_somebody(lived)
        client = Application.objects.get().client_id
        lived.numbers |= {"ada": lived.ada.pk, "client": client, "now": Period.of(timezone.now())}
        wallet = LedgerAccount.objects.get(owner=lived.ada, kind=LedgerAccount.Kind.WALLET)
        transfer = Transfer.objects.filter(debited=wallet).latest("pk")
        lived.numbers |= {"wallet": wallet.pk, "transfer": transfer.pk}
        _pay_by_card(lived, stripe)
        yield lived


def _write_as_strangers_do() -> None:
    User.objects.filter(username__in=["ada", "ben"]).update(display_name=HOSTILE)
    Thing.objects.filter(title__in=["A tune", "Nobody's"]).update(
        title=HOSTILE, description=HOSTILE, tags=[HOSTILE[:60]]
    )
    Feed.objects.update(title=HOSTILE, refusal=HOSTILE)
    Partner.objects.update(name=HOSTILE[:120])
    Delivery.objects.update(said=HOSTILE, attempts=3, status=500)
    Endpoint.objects.update(said=HOSTILE, failing_since=timezone.now())


def _name_somebody(lived: Life) -> None:
    """A service says for whom a thing is that nobody owns."""
    namespace = Namespace.objects.get()
    named = Identifier.objects.create(
        name="partner:quokka:2", namespace=namespace, made_at=timezone.now()
    )
    Attribution.objects.create(
        thing_id=lived.numbers["unowned"],
        identifier=named,
        partner=namespace.partner,
    )


def _pay_by_card(lived: Life, stripe: Stripe) -> None:
    """A payment that waits, one that arrived, and one that Stripe has not told of yet."""
    now, amount = timezone.now(), 5 * MICROS
    begun = {
        name: begin_card_deposit(
            subscriber=lived.ada, amount=amount, currency="EUR", key=name, at=now
        )
        for name in ("card to pay", "card arrived", "card paid")
    }
    credit_deposit(begun["card arrived"], amount=amount, about_at=now, at=now)
    stripe.pay(begun["card paid"].external_id, GOOD)
    lived.numbers |= {name: deposit.pk for name, deposit in begun.items()}


@pytest.fixture
def begin(
    open_browser: Callable[..., BrowserContext],
    life: Life,
    stripe: Stripe,
    pytestconfig: pytest.Config,
) -> Iterator[Begin]:
    """Begin a walk in a language."""
    opened: list[Walk] = []
    context = open_browser(USUAL_MODE)

    def begun(language: str, **more: bool) -> Walk:
        pictures = pytestconfig.getoption("--pictures")
        opened.append(Walk(context, life, language, pictures=pictures, **more))
        return opened[-1]

    with stripe_in(context, stripe):
        yield begun
    for each in opened:
        shut(each.page)


def _names(resolver: URLResolver, wanted: str = "") -> set[str]:
    """What the URL table calls its addresses; those of the admin and of programs apart."""
    found: set[str] = set()
    for pattern in resolver.url_patterns:
        if str(pattern.pattern).startswith(PROGRAMS):
            continue
        if isinstance(pattern, URLPattern):
            found.add(pattern.name or str(pattern.pattern))
        elif not pattern.namespace:
            found |= _names(pattern)
    return found


class TestEveryPage:
    def test_is_walked(self, life: Life) -> None:
        """Whatever answers Ada with a page has an entry, and so has what leads her elsewhere."""
        walked = {name.partition(" ")[0] for name in EVERY_PAGE}
        addresses = {name: asked.address for name, asked in (OWN | OF_ADA | OPEN).items()}
        browser = Client(HTTP_HOST=OURS, raise_request_exception=False)
        browser.cookies[settings.SESSION_COOKIE_NAME] = session_cookie(life.ada)["value"]

        missing = set()
        for name in _names(get_resolver("obole.urls")) - walked:
            answer = browser.get(addresses[name].format(**life.numbers), secure=True)
            is_page = answer.headers.get("Content-Type", "").startswith("text/html")
            if answer.status_code == 200 and is_page:
                missing.add(name)
            if answer.status_code in (302, 500) and name not in LEADS_ON:
                missing.add(name)

        assert missing == set()

    @pytest.mark.timeout(600)
    @pytest.mark.parametrize("part", range(PARTS))
    def test_is_sound(self, begin: Begin, part: int) -> None:
        """Each page once: in one of the languages, light in a window and dark on a phone."""
        _check(begin(("en", "fr")[part % 2]), part)

    @pytest.mark.thorough
    @pytest.mark.timeout(1800)
    @pytest.mark.parametrize("language", ["en", "fr"])
    @pytest.mark.parametrize("part", range(PARTS))
    def test_is_sound_in_both(self, begin: Begin, part: int, language: str) -> None:
        _check(begin(language, thoroughly=True), part)


def _check(walk: Walk, part: int) -> None:
    for name in sorted(EVERY_PAGE)[part::PARTS]:
        walk.check(name)

    print("heaviest:", sorted(walk.weights.items(), key=lambda each: -each[1])[:3])
    assert not walk.faults, "\n".join(walk.faults)


class TestAdministration:
    def test_is_walked(self) -> None:
        """Whatever is not the page of a table has an entry."""
        own = {
            last.name
            for pattern in admin.site.get_urls()
            for last in getattr(pattern, "url_patterns", [pattern])
            if last.name and not last.name.endswith(OF_TABLES)
        }

        assert own - {name.partition(" ")[0] for name in OF_ADMIN} == NO_PAGES_OF_ADMIN

    @pytest.mark.timeout(600)
    def test_is_sound(self, begin: Begin, life: Life) -> None:
        fill_office(life)

        _check_admin(begin("en"), OF_ADMIN)

    @pytest.mark.thorough
    @pytest.mark.timeout(1800)
    @pytest.mark.parametrize("language", ["en", "fr"])
    @pytest.mark.parametrize("part", range(ADMIN_PARTS))
    def test_is_sound_in_both(self, begin: Begin, life: Life, part: int, language: str) -> None:
        fill_office(life)
        pages = dict(list((OF_ADMIN | _tables()).items())[part::ADMIN_PARTS])

        _check_admin(begin(language, thoroughly=True), pages)


OF_TABLES = ("_changelist", "_add", "_history", "_delete", "_change", "_deed")
# Files, what is posted to, and what leads on.
NO_PAGES_OF_ADMIN = {"logout", "autocomplete", "jsi18n", "view_on_site"}
NO_PAGES_OF_ADMIN |= {"password_change_done", "preview_month", "start_month"}
NO_PAGES_OF_ADMIN |= {"payments_bankline_read", "payments_payoutbatch_make"}
NO_PAGES_OF_ADMIN |= {"ledger_export", "ledger_of"}


def _tables() -> dict[str, str]:
    """The list of each table."""
    return {
        model._meta.label: f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        for model in admin.site._registry
    }


def _check_admin(walk: Walk, pages: dict[str, str]) -> None:
    for name, address in pages.items():
        walk.go(f"admin {name}", None if name == "login" else "olga", address)
        walk.check_here()
        for beneath, address_of_it in _beneath(walk, name).items():
            walk.go(f"admin {beneath}", "olga", address_of_it)
            walk.check_here()

    assert not walk.page.locator("img[src=x]").count()
    print("heaviest:", sorted(walk.weights.items(), key=lambda each: -each[1])[:3])
    assert not walk.faults, "\n".join(walk.faults)


def _beneath(walk: Walk, name: str) -> dict[str, str]:
    """The form for a new row, and the first row; where rows have deeds, those of each state."""
    links = walk.page.locator("#result_list tbody th a")
    new = walk.page.locator(".object-tools .addlink")
    found = [(f"{name} row {n + 1}", link) for n, link in enumerate(links.all())]
    found = found[: None if name in WITH_DEEDS else 1]
    found += [(f"{name} new", new)] if new.count() else []
    return {told: link.get_attribute("href") or "" for told, link in found}


class TestKeyboard:
    def test_sends_forms(self, begin: Begin) -> None:
        page = begin("en").open("budget")

        page.get_by_label("A month").focus()
        page.keyboard.press("Control+a")
        page.keyboard.type("700")
        page.keyboard.press("Enter")

        expect(page.get_by_text("€700.00").first).to_be_visible()

    def test_opens_and_closes_the_menu_of_a_phone(
        self, open_browser: Callable[..., BrowserContext], life: Life
    ) -> None:
        context = open_browser(USUAL_MODE, java_script_enabled=False)
        sign_in(context, life.ada)
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

    def test_skips_to_the_content(self, begin: Begin) -> None:
        page = begin("en").open("months")

        page.keyboard.press("Tab")
        page.keyboard.press("Enter")

        expect(page.locator("#main")).to_be_focused()
