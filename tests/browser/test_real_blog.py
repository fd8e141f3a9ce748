"""A French blog with five articles, each with the button in another form, clicked and settled."""

from __future__ import annotations

from conftest import SITE, World, give_means, sign_in
from django.utils import timezone
from gestures import button_of, click_like_a_person
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import User
from payments.money import MICROS
from payments.settlement.models import ThingEarnings
from payments.settlement.running import settle_period
from things.models import Thing
from things.periods import Period

ARTICLES = ("the", "lait", "sucre", "citron", "miel")
# What each of three subscribers clicks; 10, 12 and 7 euros a month.
CLICKS = {
    "ada": ("the", "lait", "sucre", "citron", "miel"),
    "cleo": ("the", "lait", "miel"),
    "dora": ("the",),
}
BUDGETS = {"ada": 10, "cleo": 12, "dora": 7}


def article(world: World, name: str) -> str:
    """The markup of an article, each in another form."""
    url, title = world.post(name), f"À propos : {name}"
    query = f"user_id=ben&amp;url={url}&amp;title=%C3%80+propos&amp;language=fr_FR"
    return {
        "the": f'<obole-button uid="ben" url="{url}" title="{title}" language="fr_FR"><a>Donner</a></obole-button>',
        "lait": f'<a class="OboleButton" data-obole-uid="ben" data-obole-size="large" title="{title}" href="{url}">Donner</a>',
        "sucre": f'<iframe src="{SITE}/embed/?{query}&amp;lang=fr" width="160" height="24"></iframe>',
        "citron": f'<a href="{SITE}/submit/auto?{query}"><img src="{SITE}/badge.svg?lang=fr" alt="Donner"></a>',
        "miel": f'<a class="FlattrButton" style="display:none" title="{title}" rev="flattr;uid:ben;category:text;" href="{url}">Miel</a>',
    }[name]


def publish(world: World, name: str) -> str:
    loader = "js/0.6/load.js?mode=auto" if name == "miel" else "button.js"
    script = "" if name in {"sucre", "citron"} else f'<script async src="{SITE}/{loader}"></script>'
    html = (
        f'<!doctype html><html lang="fr-FR"><head><meta charset="utf-8"><title>{name}</title></head>'
        f'<body class="wp"><article><h1>{name}</h1><p>Un billet.</p>{article(world, name)}</article>'
        f"{script}</body></html>"
    )
    return world.internet.publish(world.post(name), html)


class TestRealBlog:
    def test_earns_what_the_arithmetic_says(
        self, context: BrowserContext, page: Page, world: World
    ) -> None:
        for name in ("cleo", "dora"):
            give_means(User.objects.create_user(name), BUDGETS[name])
        for name, articles in CLICKS.items():
            context.clear_cookies()
            sign_in(context, User.objects.get(username=name))
            context.add_cookies([{"name": "language", "value": "fr", "url": SITE}])
            for title in articles:
                self._give(page, publish(world, title), plain=title == "citron")

        period = Period.of(timezone.now())
        settle_period(period=period, at=timezone.now(), fee_basis_points=1000, force=True)

        shares = {name: BUDGETS[name] * MICROS // len(clicked) for name, clicked in CLICKS.items()}
        wanted = {
            world.post(title): sum(shares[name] for name in CLICKS if title in CLICKS[name])
            for title in ARTICLES
        }
        earned = ThingEarnings.objects.filter(period=period).select_related("thing")
        assert {row.thing.url: row.gross for row in earned} == wanted
        assert wanted[world.post("the")] == 2_000_000 + 4_000_000 + 7_000_000
        assert set(Thing.objects.values_list("owner__username", flat=True)) == {"ben"}

    def _give(self, page: Page, url: str, *, plain: bool) -> None:
        page.goto(url)
        if plain:
            page.get_by_role("link", name="Donner").click()
            window = page
            self._confirm(window)
            expect(window.get_by_role("status")).to_contain_text("Compté")
            return
        with page.expect_popup() as opened:
            click_like_a_person(page)
        with opened.value.expect_event("close"):
            self._confirm(opened.value)
        expect(button_of(page)).to_have_attribute("aria-pressed", "true")

    def _confirm(self, window: Page) -> None:
        button = window.get_by_role("button", name="Donner")
        expect(button).not_to_have_attribute("aria-disabled", "true")
        button.click()
