"""Each attack first works on a naive button, and then does not on ours.

The visitor has connected the attacker's own site, the worst case: there one click is enough.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import naive
import pytest
from conftest import SITE, World, own_site, page_of, sign_in, slower
from gestures import come_to, confirm, frame_of, give
from naive import Naive
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import User
from things.models import Click, Thing

X, Y = 200, 200
BUTTON = (X + 40, Y + 12)


@dataclass(frozen=True)
class Target:
    """A button under attack: where its frame is, and what it counted."""

    frame: str
    confirm: str
    click: str
    count: Callable[[], int]


@pytest.fixture
def evil(world: World) -> str:
    """The attacker's site, proven to be his."""
    host = world.blog.replace("blog", "evil")
    own_site(User.objects.create_user("mal"), host)
    return host


@pytest.fixture
def ours(context: BrowserContext, page: Page, world: World, evil: str) -> Target:
    """Our button for a thing of the attacker's, on his site, which Ada has connected."""
    sign_in(context, world.ada)
    world.internet.publish(
        f"https://{evil}/first", page_of(world.element(uid="mal", url=f"https://{evil}/first"))
    )
    page.goto(f"https://{evil}/first")
    give(page, connect=True)
    mal = User.objects.get(username="mal")
    thing = Thing.objects.create(url=f"https://{evil}/second", owner=mal, title="Second")
    return Target(
        frame=f"{SITE}/embed/{thing.pk}",
        confirm=f"{SITE}/thing/{thing.pk}?popup=2&n=x",
        click=f"{SITE}/embed/act/click",
        count=lambda: Click.objects.filter(thing=thing).count(),
    )


@pytest.fixture
def weak(context: BrowserContext, page: Page, world: World) -> Target:
    """The naive button, to which Ada is signed in."""
    site = Naive(world.internet)
    page.goto(f"{naive.SITE}/login")
    return Target(
        frame=f"{naive.SITE}/embed",
        confirm=f"{naive.SITE}/confirm",
        click=f"{naive.SITE}/click",
        count=site.count,
    )


@pytest.fixture(params=["weak", "ours"])
def target(request: pytest.FixtureRequest) -> Target:
    """First the naive button, then ours."""
    found: Target = request.getfixturevalue(request.param)
    return found


def framed(target: Target, style: str = "", more: str = "") -> str:
    """A page with the frame at a known place."""
    place = f"position:absolute;left:{X}px;top:{Y}px;width:160px;height:40px;border:0;"
    return (
        f'<!doctype html><body style="height:900px"><iframe id="f" src="{target.frame}"'
        f' style="{place}{style}"></iframe>{more}'
    )


def falls(target: Target, page: Page, before: int = 0) -> bool:
    """Whether the attack counted a click, after all that could still come has come."""
    page.wait_for_timeout(1200)
    return target.count() > before


def expected(request: pytest.FixtureRequest) -> bool:
    return "weak" in request.node.callspec.params["target"]


COVER = (
    f'<div id="c" style="position:absolute;left:{X}px;top:{Y}px;width:160px;height:40px;'
    'background:#fff;pointer-events:none">Free kittens</div>'
)
OVERLAYS = {
    "invisible": ("opacity:0", ""),
    "decoy": ("", COVER),
    "scaled and clipped": (
        "transform:scale(6);transform-origin:40px 12px;clip-path:circle(9px at 40px 12px)",
        "",
    ),
    "partly covered": ("", COVER.replace("width:160px", "width:60px")),
    "filtered": ("filter:blur(9px)", ""),
    "blended": ("mix-blend-mode:multiply", "<style>body { background: #000 }</style>"),
}


class TestOverlay:
    @pytest.mark.parametrize("name", OVERLAYS)
    def test_takes_no_click(
        self,
        page: Page,
        target: Target,
        evil: str,
        world: World,
        name: str,
        request: pytest.FixtureRequest,
    ) -> None:
        page.goto(world.internet.publish(f"https://{evil}/x", framed(target, *OVERLAYS[name])))
        page.wait_for_timeout(900)

        come_to(page, *BUTTON)
        page.wait_for_timeout(600)
        page.mouse.down()
        page.mouse.up()

        assert falls(target, page) is expected(request)


MOVE = f"document.getElementById('f').style.top = '{Y}px'"
UNCOVER = "document.getElementById('c').remove()"


class TestMovedButton:
    @pytest.mark.parametrize("pause", [600, *slower(0, 150, 900)])
    def test_under_a_resting_pointer_takes_no_click(
        self,
        page: Page,
        target: Target,
        evil: str,
        world: World,
        pause: int,
        request: pytest.FixtureRequest,
    ) -> None:
        page.goto(world.internet.publish(f"https://{evil}/x", framed(target, "top:600px")))
        come_to(page, *BUTTON)
        page.wait_for_timeout(900)

        page.evaluate(MOVE)
        page.wait_for_timeout(pause)
        page.mouse.down()
        page.mouse.up()

        assert falls(target, page) is expected(request)

    @pytest.mark.parametrize("pause", [600, *slower(0, 150, 900)])
    def test_uncovered_late_takes_no_click(
        self,
        page: Page,
        target: Target,
        evil: str,
        world: World,
        pause: int,
        request: pytest.FixtureRequest,
    ) -> None:
        html = framed(target, "", COVER.replace("pointer-events:none", ""))
        page.goto(world.internet.publish(f"https://{evil}/x", html))
        come_to(page, *BUTTON)
        page.wait_for_timeout(900)

        page.evaluate(UNCOVER)
        page.wait_for_timeout(pause)
        page.mouse.down()
        page.mouse.up()

        assert falls(target, page) is expected(request)

    @pytest.mark.parametrize("pause", [600, *slower(100, 350, 900)])
    @pytest.mark.parametrize("step", [1, *slower(0.5, 2)])
    def test_under_a_slow_pointer_takes_no_click(
        self,
        page: Page,
        target: Target,
        evil: str,
        world: World,
        pause: int,
        step: float,
        request: pytest.FixtureRequest,
    ) -> None:
        self._drift(page, target, evil, world, pause, step)

        assert falls(target, page) is expected(request)

    @pytest.mark.thorough
    @pytest.mark.parametrize("pause", [100, 350, 600, 900])
    @pytest.mark.parametrize("step", [4, 8])
    def test_under_a_fast_pointer_is_bounded(
        self,
        page: Page,
        ours: Target,
        evil: str,
        world: World,
        pause: int,
        step: float,
        record_property: Callable[[str, object], None],
    ) -> None:
        """What is left open, measured: at most one click a thing and month, to be undone."""
        self._drift(page, ours, evil, world, pause, step)

        fell = falls(ours, page)
        print(
            f"moved under a pointer of {step} px a step, click after {pause} ms: "
            f"{'counted' if fell else 'not counted'}"
        )
        assert ours.count() <= 1

    def _drift(
        self, page: Page, target: Target, evil: str, world: World, pause: int, step: float
    ) -> None:
        """The pointer goes its way; the button is put below it; it goes on, and clicks."""
        page.goto(world.internet.publish(f"https://{evil}/x", framed(target, "top:600px")))
        page.wait_for_timeout(700)
        x, y = BUTTON[0] - 20, BUTTON[1]
        page.mouse.move(x - 40, y, steps=4)
        for turn in range(6):
            page.mouse.move(x - 12 + turn * 2, y)
        page.evaluate(MOVE)
        moves = max(1, min(int(40 / step), pause // 16))
        for turn in range(moves):
            page.mouse.move(x + turn * step, y)
            page.wait_for_timeout(16)
        page.wait_for_timeout(max(0, pause - moves * 16))
        page.mouse.down()
        page.mouse.up()


class TestScript:
    @pytest.mark.parametrize("kind", ["application/json", "text/plain"])
    @pytest.mark.parametrize("where", ["page", "sandbox"])
    def test_of_the_connected_site_cannot_click(
        self,
        page: Page,
        target: Target,
        evil: str,
        world: World,
        kind: str,
        where: str,
        request: pytest.FixtureRequest,
    ) -> None:
        if where == "sandbox" and expected(request):
            pytest.skip("a sandbox has a store of its own: no cookie of the naive site is in it")
        call = (
            f"fetch('{target.click}', {{method: 'POST', mode: 'no-cors', credentials: 'include',"
            f" headers: {{'Content-Type': '{kind}'}},"
            f" body: JSON.stringify({{s: '{target.frame.rpartition('/')[2]}'}})}}).catch(() => 0)"
        )
        inside = f'<iframe sandbox="allow-scripts" srcdoc="<script>{call}</script>"></iframe>'
        html = framed(target, "", inside if where == "sandbox" else "")
        page.goto(world.internet.publish(f"https://{evil}/x", html))
        page.wait_for_timeout(500)

        if where == "page":
            page.evaluate(call)

        assert falls(target, page) is expected(request)

    def test_that_forges_messages_cannot_click(
        self, page: Page, target: Target, evil: str, world: World, request: pytest.FixtureRequest
    ) -> None:
        page.goto(world.internet.publish(f"https://{evil}/x", framed(target)))
        page.wait_for_timeout(500)

        for message in ("'click'", "{n: '', on: true, count: 9, text: 'x', code: 'y'}"):
            page.evaluate(f"document.getElementById('f').contentWindow.postMessage({message}, '*')")

        assert falls(target, page) is expected(request)

    def test_that_focuses_the_frame_and_waits_for_enter_cannot_click(
        self, page: Page, target: Target, evil: str, world: World, request: pytest.FixtureRequest
    ) -> None:
        html = framed(target, "opacity:0").replace('src="' + target.frame, f'src="{target.frame}')
        page.goto(world.internet.publish(f"https://{evil}/x", html))
        page.wait_for_timeout(900)
        page.evaluate("document.getElementById('f').focus()")

        page.keyboard.press("Tab")
        for _ in range(6):
            page.keyboard.press("Enter")

        assert falls(target, page) is expected(request)


class TestForm:
    @pytest.mark.parametrize(
        "encoding", ["text/plain", *slower("application/x-www-form-urlencoded")]
    )
    @pytest.mark.parametrize(
        "path",
        [
            "/click",
            "/embed/act/click",
            *slower("/click/take-back", "/embed/act/undo", "/embed/act/connect"),
        ],
    )
    def test_of_another_site_cannot_click(
        self,
        page: Page,
        weak: Target,
        ours: Target,
        evil: str,
        world: World,
        encoding: str,
        path: str,
    ) -> None:
        before = Click.objects.count()
        for action in (weak.click, SITE + path):
            html = (
                f'<form method="post" action="{action}" enctype="{encoding}"><input name="subject"'
                ' value="1"></form><script>document.forms[0].submit()</script>'
            )
            with page.expect_response(action):
                page.goto(world.internet.publish(f"https://{evil}/x", html), wait_until="commit")
            page.wait_for_load_state()

        assert weak.count() == 1
        assert Click.objects.count() == before
        assert ours.count() == 0


class TestGet:
    def test_of_any_address_gives_nothing(
        self, page: Page, weak: Target, ours: Target, evil: str, world: World
    ) -> None:
        page.goto(f"{naive.SITE}/auto")
        page.wait_for_timeout(300)
        before = Click.objects.count()

        html = "".join(
            f'<img src="{SITE}{path}">' for path in ("/click", "/submit/auto?user_id=mal")
        )
        page.goto(world.internet.publish(f"https://{evil}/x", html))
        page.goto(ours.confirm)
        page.wait_for_timeout(1200)

        assert weak.count() == 1
        assert Click.objects.count() == before


class TestDoubleClick:
    @pytest.mark.parametrize("gap", [300, *slower(60, 150, 600)])
    def test_into_the_window_gives_nothing(
        self, page: Page, target: Target, gap: int, request: pytest.FixtureRequest
    ) -> None:
        page.goto(target.confirm, wait_until="commit")
        button = page.get_by_role("button", name="Give")
        button.wait_for()
        box = button.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 10, box["y"] + 10)

        page.wait_for_timeout(max(0, gap - 40))
        page.mouse.down()
        page.mouse.up()

        assert falls(target, page) is expected(request)


class TestHeldKey:
    @pytest.mark.parametrize("fragment", ["#go", *slower("", "#main")])
    def test_into_the_window_gives_nothing(
        self, page: Page, target: Target, fragment: str, request: pytest.FixtureRequest
    ) -> None:
        page.goto(target.confirm + fragment)

        for _ in range(60):
            page.keyboard.down("Enter")
            page.wait_for_timeout(25)
            if target.count():
                break
        page.keyboard.up("Enter")

        assert falls(target, page) is expected(request)

    def test_on_the_focused_confirm_button_gives_nothing(self, page: Page, ours: Target) -> None:
        page.goto(ours.confirm)
        page.get_by_role("button", name="Give").focus()

        for _ in range(60):
            page.keyboard.down("Enter")
            page.wait_for_timeout(25)

        assert not falls(ours, page)


class TestFraming:
    def test_of_another_sites_button_is_refused(
        self, page: Page, weak: Target, ours: Target, evil: str, world: World
    ) -> None:
        thing = Thing.objects.create(url=world.post("theirs"), owner=world.ben, title="Theirs")
        for path in (
            f"/embed/{thing.pk}",
            f"/thing/{thing.pk}",
            "/sign-in/",
            "/clicks/",
            "/giving/budget/",
        ):
            html = f'<iframe src="{SITE}{path}"></iframe><iframe src="{weak.frame}"></iframe>'
            page.goto(world.internet.publish(f"https://{evil}/x", html))

            expect(page.frame_locator("iframe >> nth=1").locator("button")).to_be_visible()
            assert page.frames[1].url.startswith("chrome-error:"), path

    def test_two_levels_deep_is_refused(
        self, page: Page, world: World, evil: str, ours: Target
    ) -> None:
        thing = Thing.objects.create(url=world.post("theirs"), owner=world.ben, title="Theirs")
        inner = world.internet.publish(
            world.post("inner"), f'<iframe src="{SITE}/embed/{thing.pk}"></iframe>'
        )
        html = f'<iframe src="{inner}"></iframe>'
        page.goto(world.internet.publish(f"https://{evil}/x", html))
        page.wait_for_load_state("networkidle")

        assert page.frames[2].url.startswith("chrome-error:")


class TestOpener:
    def test_of_another_site_learns_nothing_of_a_genuine_click(
        self, page: Page, ours: Target, evil: str, world: World
    ) -> None:
        html = (
            "<script>heard = []; onmessage = e => heard.push(e.data)</script>"
            f"<button onclick=\"w = open('{ours.confirm}', '_blank', 'popup')\">x</button>"
        )
        page.goto(world.internet.publish(f"https://{evil}/x", html))
        with page.expect_popup() as opened:
            page.get_by_role("button").click()
        confirm(opened.value, connect=True)
        expect(opened.value.get_by_role("status")).to_contain_text("Counted")
        page.evaluate("w.postMessage({ack: 'x'}, '*')")
        page.wait_for_timeout(300)

        assert ours.count() == 1
        assert page.evaluate("heard") == []
        assert not opened.value.is_closed()


class TestConnection:
    def test_with_one_site_cannot_click_things_of_another_creator(
        self, page: Page, ours: Target, evil: str, world: World, thing: Thing
    ) -> None:
        page.goto(world.internet.publish(f"https://{evil}/x", framed(ours)))
        frame_of(page)
        inside = page.frames[1]
        call = "s => fetch('/embed/act/click', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({s})}).then(r => r.status)"

        answered = [
            inside.evaluate(call, subject)
            for subject in (str(thing.pk), ours.frame.rpartition("/")[2])
        ]

        assert answered == [403, 200]
        assert Click.objects.filter(thing=thing).count() == 0

    def test_with_one_site_is_unknown_on_another(
        self, page: Page, ours: Target, world: World
    ) -> None:
        page.goto(world.publish())
        frame_of(page)
        call = "fetch('/embed/act/check', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: '{}'}).then(r => r.status)"

        assert page.frames[1].evaluate(call) == 401
