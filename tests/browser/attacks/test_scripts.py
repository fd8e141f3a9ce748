"""Scripts, forms, addresses and messages of other pages, of the connected site's too."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import naive
import pytest
from attacking import Target, falls, framed
from conftest import SITE, World, slower
from gestures import confirm, frame_of, shut
from playwright.sync_api import Error, Page, expect

from accounts.models import User
from payments.clicking.cookies import PATH
from things.models import Click, Thing
from things.sites.models import Connection

Lure = Callable[[str], str]

# All that changes something by a click, and is sent by a form.
FORMS = ("/click", "/click/take-back", "/click/repeat")
ACTS = tuple(PATH + deed for deed in ("click", "undo", "connect", "check", "disconnect"))


class TestScript:
    @pytest.mark.parametrize("target", ["weak", "ours", *slower("stranger")], indirect=True)
    @pytest.mark.parametrize("kind", ["application/json", "text/plain"])
    @pytest.mark.parametrize("where", ["page", "sandbox"])
    def test_of_the_site_cannot_click(
        self,
        page: Page,
        target: Target,
        lure: Lure,
        world: World,
        kind: str,
        where: str,
        works: bool,
    ) -> None:
        if where == "sandbox" and works:
            pytest.skip("a sandbox has a store of its own: no cookie of the naive site is in it")
        call = (
            f"fetch('{target.click}', {{method: 'POST', mode: 'no-cors', credentials: 'include',"
            f" headers: {{'Content-Type': '{kind}'}},"
            f" body: JSON.stringify({{s: '{target.subject}'}})}}).catch(() => 0)"
        )
        inside = f'<iframe sandbox="allow-scripts" srcdoc="<script>{call}</script>"></iframe>'
        lure(framed(target, "", inside if where == "sandbox" else ""))
        page.wait_for_timeout(500)
        sent = len(world.internet.asked(PATH + "click"))

        if where == "page":
            page.evaluate(call)

        assert falls(target, page) is works
        if where == "page" and not works:
            (seen,) = world.internet.asked(PATH + "click")[sent:]
            # The connection's cookie does come with it: the origin is what is refused.
            assert ("__Secure-obole=" in seen.cookie) is bool(Connection.objects.count())
            assert seen.status == 403

    def test_that_reads_the_answer_gets_none(
        self, page: Page, target: Target, lure: Lure, works: bool
    ) -> None:
        lure(framed(target))
        call = f"fetch('{target.click}', {{method: 'POST', body: '{{}}'}})"

        told = page.evaluate(f"{call}.then(() => 'told', () => 'refused')")

        assert told == ("told" if works else "refused")

    def test_that_forges_messages_cannot_click(
        self, page: Page, target: Target, lure: Lure, works: bool
    ) -> None:
        lure(framed(target))
        page.wait_for_timeout(500)

        for message in ("'click'", "{n: '', on: true, count: 9, text: 'x', code: 'y'}"):
            page.evaluate(f"document.getElementById('f').contentWindow.postMessage({message}, '*')")

        assert falls(target, page) is works

    def test_that_focuses_the_frame_and_waits_for_enter_cannot_click(
        self, page: Page, target: Target, lure: Lure, works: bool
    ) -> None:
        lure(framed(target, "opacity:0"))
        page.wait_for_timeout(900)
        page.evaluate("document.getElementById('f').focus()")

        page.keyboard.press("Tab")
        for _ in range(6):
            page.keyboard.press("Enter")

        assert falls(target, page) is works

    @pytest.mark.parametrize(
        "deed", ["b.click()", "b.dispatchEvent(new MouseEvent('click', {bubbles: true}))"]
    )
    def test_that_got_into_the_frame_cannot_click(
        self, page: Page, target: Target, lure: Lure, deed: str, works: bool
    ) -> None:
        """No page can; but whatever could, an extension say, has no hand."""
        lure(framed(target))
        page.wait_for_timeout(900)

        page.frames[1].locator("button").first.evaluate(f"b => {{ {deed} }}")

        assert falls(target, page) is works

    def test_that_holds_the_window_cannot_send_its_form(
        self, page: Page, target: Target, lure: Lure, works: bool
    ) -> None:
        """The attacker opened it, and knows it; what it shows is another's."""
        lure(f"<button onclick=\"w = open('{target.confirm}', '', 'popup')\">x</button>")
        with page.expect_popup() as opened:
            page.get_by_role("button").click()
        opened.value.wait_for_load_state()
        page.wait_for_timeout(1000)

        for message in ("'click'", "{ack: 'x'}", "{n: 'x', on: true, code: 'y'}"):
            page.evaluate(f"w.postMessage({message}, '*')")
        told = page.evaluate(
            "(() => { try { w.document.forms[0].submit(); return 'sent' } catch (e) { return e.name } })()"
        )

        assert told == "SecurityError"
        assert not opened.value.is_closed()
        # It speaks to windows of its own origin, so the naive one holds here too.
        assert not falls(target, page)


class TestForm:
    @pytest.mark.parametrize("encoding", ["text/plain", *slower("multipart/form-data", "")])
    @pytest.mark.parametrize("where", ["_top", *slower("f")])
    def test_of_another_site_changes_nothing(
        self,
        page: Page,
        weak: Target,
        ours: Target,
        world: World,
        evil: str,
        encoding: str,
        where: str,
    ) -> None:
        before = list(Click.objects.values_list("thing", "subscriber"))
        form = f"https://{evil}/form"
        # The form leads to what refuses it, or to Chromium's page for what may not be framed.
        elsewhere = lambda frame: frame.url not in {form, weak.frame, "about:blank"}  # noqa: E731

        for action in (weak.click, *(SITE + path for path in FORMS + ACTS)):
            html = (
                f'<iframe src="{weak.frame}"></iframe><iframe name="f"></iframe><form method="post"'
                f' action="{action}" target="{where}" enctype="{encoding}"><input name="subject"'
                f' value="{ours.subject}"></form>'
                "<script>onload = () => document.forms[0].submit()</script>"
            )
            world.internet.publish(form, html)
            tab = page.context.new_page()
            with tab.expect_event("framenavigated", elsewhere), tab.expect_response(action):
                tab.goto(form, wait_until="commit")
            shut(tab)

        assert weak.count() == 1
        assert list(Click.objects.values_list("thing", "subscriber")) == before
        assert Connection.objects.count() == 1


class TestGet:
    PATHS = ("/click", *ACTS, "/submit/auto?user_id=mal&url=https://x.example/", "/clicks/")

    def test_of_any_address_gives_nothing(
        self, page: Page, weak: Target, ours: Target, lure: Lure, world: World
    ) -> None:
        page.goto(f"{naive.SITE}/auto")
        page.wait_for_timeout(300)
        before = Click.objects.count()
        addresses = [SITE + path for path in self.PATHS] + [ours.confirm, ours.frame]

        lure(
            "".join(
                f'<img src="{url}"><link rel="prefetch" href="{url}"><iframe src="{url}"></iframe>'
                for url in addresses
            )
        )
        page.wait_for_timeout(500)
        for url in addresses:
            tab = page.context.new_page()
            # A refusal without a body is an error to Chromium, which has a page for it.
            with tab.expect_event("framenavigated"), tab.expect_response(url), suppress(Error):
                tab.goto(url)
            shut(tab)
        lure(f'<meta http-equiv="refresh" content="0;url={ours.confirm}">')
        page.wait_for_url(ours.confirm)
        page.wait_for_timeout(1200)

        assert weak.count() == 1
        assert Click.objects.count() == before

    def test_by_a_window_that_nobody_asked_for_is_blocked(
        self, page: Page, ours: Target, lure: Lure
    ) -> None:
        lure(f"<script>w = open('{ours.confirm}', '', 'popup')</script>")

        assert page.evaluate("w === null")
        assert len(page.context.pages) == 2


class TestConnection:
    def ask(self, page: Page, deed: str, **said: str) -> int:
        """Let the frame itself ask, as whoever found a hole in it could."""
        call = (
            "([deed, said]) => fetch('/embed/act/' + deed, {method: 'POST', headers:"
            " {'Content-Type': 'application/json'}, body: JSON.stringify(said)}).then(r => r.status)"
        )
        answered: int = page.frames[1].evaluate(call, [deed, said])
        return answered

    def test_with_one_site_cannot_click_things_of_another_creator(
        self, page: Page, ours: Target, lure: Lure, thing: Thing
    ) -> None:
        lure(framed(ours))
        frame_of(page)

        answered = [self.ask(page, "click", s=s) for s in (str(thing.pk), ours.subject)]

        assert answered == [403, 200]
        assert Click.objects.filter(thing=thing).count() == 0

    def test_of_a_naive_kind_clicks_on_anything(self, page: Page, weak: Target, lure: Lure) -> None:
        lure(framed(weak))

        page.frames[1].evaluate("fetch('/click', {method: 'POST', body: 'of another creator'})")

        assert falls(weak, page)

    def test_with_one_site_is_unknown_on_another(
        self, page: Page, ours: Target, world: World
    ) -> None:
        page.goto(world.publish())
        frame_of(page)

        assert self.ask(page, "check") == 401

    def test_is_not_made_by_a_code_that_was_used_or_made_up(
        self, page: Page, ours: Target, lure: Lure, world: World
    ) -> None:
        lure(framed(ours))
        frame_of(page)
        (used,) = [seen.body for seen in world.internet.asked(PATH + "connect")]
        Connection.objects.all().delete()

        call = (
            "said => fetch('/embed/act/connect', {method: 'POST', headers:"
            " {'Content-Type': 'application/json'}, body: said}).then(r => r.status)"
        )
        again = page.frames[1].evaluate(call, used.decode())

        assert [again, self.ask(page, "connect", code="x.y.z")] == [403, 403]
        assert Connection.objects.count() == 0


class TestOpener:
    def test_of_another_site_learns_nothing_of_a_genuine_click(
        self, page: Page, ours: Target, lure: Lure
    ) -> None:
        lure(
            "<script>heard = []; onmessage = e => heard.push(e.data)</script>"
            f"<button onclick=\"w = open('{ours.confirm}', '_blank', 'popup')\">x</button>"
        )
        with page.expect_popup() as opened:
            page.get_by_role("button").click()
        window = opened.value
        confirm(window, connect=True)
        expect(window.get_by_role("status")).to_contain_text("Counted")
        page.evaluate("w.postMessage({ack: 'x'}, '*')")
        page.wait_for_timeout(300)

        assert ours.count() == 1
        assert page.evaluate("heard") == []
        assert not window.is_closed()

    def test_of_a_naive_window_learns_it(self, page: Page, weak: Target, lure: Lure) -> None:
        lure(
            "<script>heard = []; onmessage = e => heard.push(e.data)</script>"
            f"<button onclick=\"open('{weak.confirm}', '_blank', 'popup')\">x</button>"
        )
        with page.expect_popup():
            page.get_by_role("button").click()

        page.wait_for_function("heard.length == 1")


class TestFraming:
    @pytest.fixture
    def theirs(self, world: World) -> Thing:
        return Thing.objects.create(url=world.post("theirs"), owner=world.ben, title="Theirs")

    def test_of_another_sites_button_is_refused(
        self, page: Page, weak: Target, ours: Target, lure: Lure, theirs: Thing
    ) -> None:
        for path in (
            f"/embed/{theirs.pk}",
            f"/thing/{theirs.pk}",
            "/sign-in/",
            "/clicks/",
            "/giving/budget/",
        ):
            lure(f'<iframe src="{SITE}{path}"></iframe><iframe src="{weak.frame}"></iframe>')

            expect(page.frame_locator("iframe >> nth=1").locator("button")).to_be_visible()
            assert page.frames[1].url.startswith("chrome-error:"), path

    def test_two_levels_deep_is_refused(
        self, page: Page, world: World, lure: Lure, ours: Target, theirs: Thing
    ) -> None:
        inner = world.internet.publish(
            world.post("inner"), f'<iframe src="{SITE}/embed/{theirs.pk}"></iframe>'
        )
        lure(f'<iframe src="{inner}"></iframe>')
        page.wait_for_load_state("networkidle")

        assert page.frames[2].url.startswith("chrome-error:")

    def test_on_a_site_that_nobody_proved_is_refused(
        self, page: Page, world: World, theirs: Thing
    ) -> None:
        """A creator's button stands on the creator's own sites."""
        User.objects.create_user("someone")
        url = f"https://{world.blog.replace('blog', 'other')}/x"
        page.goto(world.internet.publish(url, f'<iframe src="{SITE}/embed/{theirs.pk}"></iframe>'))
        page.wait_for_load_state("networkidle")

        assert page.frames[1].url.startswith("chrome-error:")
