"""A French blog with five articles, each with the button in another form, clicked and settled."""

from __future__ import annotations

from pathlib import Path

from conftest import SITE, World, give_means, sign_in
from django.utils import timezone
from gestures import click_like_a_person, confirm
from playwright.sync_api import BrowserContext, Locator, Page, expect

from accounts.models import User
from payments.money import MICROS
from payments.settlement.models import ThingEarnings
from payments.settlement.running import settle_period
from things.models import Click, Thing
from things.periods import Period

BLOG = (Path(__file__).parent / "blog.html").read_text()

ARTICLES = ("the", "lait", "sucre", "citron", "miel")
# What each of three subscribers clicks; 10, 12 and 7 euros a month.
CLICKS = {
    "ada": ("the", "lait", "sucre", "citron", "miel"),
    "cleo": ("the", "lait", "miel"),
    "dora": ("the",),
}
BUDGETS = {"ada": 10, "cleo": 12, "dora": 7}


def publish(world: World) -> str:
    html = BLOG.replace("SITE", SITE).replace("BLOG", f"https://{world.blog}")
    return world.internet.publish(f"https://{world.blog}/", html)


class TestRealBlog:
    def test_earns_what_the_arithmetic_says(
        self, context: BrowserContext, page: Page, world: World
    ) -> None:
        for name in ("cleo", "dora"):
            give_means(User.objects.create_user(name), BUDGETS[name])
        User.objects.update(language="fr")
        home = publish(world)
        for name, articles in CLICKS.items():
            self._come(context, page, home, User.objects.get(username=name))
            for article in articles:
                self._give(page, article, reader=name)
                if article == "citron":
                    page.goto(home)

        assert Click.objects.count() == 9
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
        assert wanted[world.post("citron")] == 2_000_000
        things = Thing.objects.values_list("owner__username", "language")
        assert set(things) == {("ben", "fr_FR")}
        assert Thing.objects.get(url=world.post("miel")).tags == ["thé", "miel", "blog"]

    def _come(self, context: BrowserContext, page: Page, home: str, reader: User) -> None:
        """Another reader, in a browser that knows nothing of the one before."""
        page.goto(home)
        for frame in page.frames[1:]:
            frame.evaluate("localStorage.clear()")
        context.clear_cookies()
        sign_in(context, reader)
        page.goto(home)

    def _give(self, page: Page, article: str, *, reader: str) -> None:
        """Ada connects the blog with her first click; so the next ones need no window."""
        post = page.locator(f"#post-{article}")
        if article == "citron":
            post.get_by_role("link", name="Donner").click()
            confirm(page, name="Donner")
            expect(page.get_by_role("status")).to_contain_text("Compté")
            return
        button = post.locator("iframe").content_frame.locator("button").first
        # By the page: a frame outside of the view is not drawn, so the tool would wait for it.
        post.locator("iframe").evaluate("frame => frame.scrollIntoView({block: 'center'})")
        for frame in page.locator("iframe").all():
            # Until then there is a link, and what comes into its place moves what is below.
            expect(frame).to_be_visible()
        if reader != "ada":
            self._in_the_window(page, button)
        elif article == "the":
            with page.expect_response("**/embed/act/check"):
                self._in_the_window(page, button, connects=True)
        else:
            click_like_a_person(page, button)
        expect(button).to_have_attribute("aria-pressed", "true")
        expect(button).to_contain_text("Donné")

    def _in_the_window(self, page: Page, button: Locator, *, connects: bool = False) -> None:
        with page.expect_popup() as opened:
            click_like_a_person(page, button)
        with opened.value.expect_event("close"):
            confirm(opened.value, connect=connects, name="Donner")
