"""What holds for every page: sound HTML, both languages, safe headers, a fixed number of queries.

A page that is missing here is missing from tests/support/site_pages.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from oauth2_provider.models import AccessToken, set_token_value
from site_pages import FORMS, NO_PAGES, PAGES, PROGRAMS, SHORT

from accounts.models import Application, User
from payments.budgets.models import Budget
from payments.deposits.models import Deposit, Way
from payments.deposits.play import pay_in_play_money
from payments.deposits.withdrawing import withdraw
from payments.ledger.posting import wallet_of
from payments.money import MICROS
from payments.settlement.models import Settlement
from payments.tips.tipping import Wish, give_tip
from things.models import Thing
from things.periods import Period

MISSING = "/nothing/here/"
Give = Callable[..., None]
Settle = Callable[..., Settlement]

_VOID = {"br", "hr", "img", "input", "link", "meta"}
_HEADINGS = ("h1", "h2", "h3", "h4")


class SoundHtml(HTMLParser):
    """Reads a page and notes what is wrong with it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.open: list[str] = []
        self.ids: list[str] = []
        self.named: list[str] = []
        self.headings: list[int] = []
        self.language = ""
        self.feed(page)
        self.close()
        self._check_whole()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if len(given) < len(attrs):
            self.faults.append(f"{tag} has an attribute twice")
        if "style" in given or any(name.startswith("on") for name in given):
            self.faults.append(f"{tag} has a style or script inside")
        if tag == "html":
            self.language = given.get("lang") or ""
        if tag == "img" and "alt" not in given:
            self.faults.append("an image has no alternative")
        if tag in _HEADINGS:
            self.headings.append(_HEADINGS.index(tag) + 1)
        if tag == "th" and "scope" not in given:
            self.faults.append("a th has no scope")
        self._note_names(tag, given)
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")

    def _note_names(self, tag: str, given: dict[str, str | None]) -> None:
        if name := given.get("id"):
            self.ids.append(name)
        self.named += (given.get("aria-labelledby") or "").split()
        if tag == "label" and (name := given.get("for")):
            self.named.append(name)
        if tag == "input" and given.get("type") != "hidden":
            self.named.append(given.get("id") or "an input without id")

    def _check_whole(self) -> None:
        if self.open:
            self.faults.append(f"left open: {self.open}")
        if len(set(self.ids)) < len(self.ids):
            self.faults.append(f"an id is there twice: {self.ids}")
        self.faults += [f"nothing has the id {name}" for name in {*self.named} - {*self.ids}]
        steps = zip([0, *self.headings], self.headings, strict=False)
        if self.headings.count(1) != 1 or any(after > before + 1 for before, after in steps):
            self.faults.append(f"headings leap: {self.headings}")


@pytest.fixture
def grow(ada: User, ben: User, give: Give, settle: Settle) -> Callable[[int, int], None]:
    """Bring the site up from some things and months to more."""
    dora = User.objects.create_user("dora")

    def rows(first: int, last: int) -> None:
        things = [
            Thing.objects.create(url=f"https://ben.example/{number}", owner=ben)
            for number in range(first, last)
        ]
        if first == 0:
            give(ada, *things)
            settle()
            _pay_in(ada, 2)
        else:
            _add_rows(ada, ben, things)
        for number in range(first, last):
            period = Period(2011 + number // 12, number % 12 + 1)
            _give_budget(dora, period)
            settle(period)

    return rows


def _give_budget(subscriber: User, period: Period) -> None:
    """A month without any budget is not settled."""
    wallet = wallet_of(subscriber, "EUR")
    Budget.objects.create(
        subscriber=subscriber, period=period, amount=MICROS, currency="EUR", wallet=wallet
    )


def _add_rows(ada: User, ben: User, things: list[Thing]) -> None:
    """More of what a settled month has; the month itself is sealed. And more applications."""
    for thing in things:
        application = Application.objects.create(
            name=thing.title, user=ada, client_type="public", authorization_grant_type="implicit"
        )
        token = AccessToken(
            user=ada, application=application, scope="flattr", expires=timezone.now()
        )
        set_token_value(token, str(thing.pk))
        token.save()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for thing in things:
            cursor.execute(
                "INSERT INTO things_click VALUES ('2010-09-01', %s, %s, now())", [ada.pk, thing.pk]
            )
            cursor.execute(
                "INSERT INTO payments_thingearnings (period, thing_id, creator_id, currency,"
                " clicks, gross, lowest, highest)"
                " VALUES ('2010-09-01', %s, %s, 'EUR', 1, 9, 9, 9)",
                [thing.pk, ben.pk],
            )
        cursor.execute(
            "INSERT INTO payments_creatorearnings (period, creator_id, currency, things, clicks,"
            " gross, fee, net) SELECT make_date(1990 + n, 1, 1), %s, 'EUR', 1, 1, 9, 0, 9"
            " FROM generate_series(1, %s) n",
            [ben.pk, len(things)],
        )
        cursor.execute(
            "INSERT INTO payments_budget (period, subscriber_id, wallet_id, amount, currency,"
            " clicks, share, remainder) SELECT make_date(1990 + n, 1, 1), subscriber_id,"
            " wallet_id, 9, 'EUR', 1, 9, 0 FROM payments_budget, generate_series(1, %s) n"
            " WHERE period = '2010-09-01'",
            [len(things)],
        )
        cursor.execute("RESET session_replication_role")
    _pay_in(ada, len(things))


def _pay_in(ada: User, times: int) -> None:
    for _ in range(times):
        number = Deposit.objects.count()
        asked = {"amount": 20 * MICROS, "currency": "EUR", "key": str(number)}
        pay_in_play_money(subscriber=ada, at=timezone.now(), **asked)
        withdraw(subscriber=ada, way=Way.PLAY, at=timezone.now(), **asked | {"amount": 10 * MICROS})
        wish = Wish(ada, User.objects.get(username="ben"), MICROS, "EUR", key=str(number))
        give_tip(wish, at=timezone.now())


@pytest.fixture
def visit() -> Callable[..., str]:
    """Open a page of PAGES as the person who may."""

    def opened(name: str, language: str = "en") -> str:
        username, address = (PAGES | FORMS)[name]
        client = Client(headers={"accept-language": language})
        if username:
            User.objects.filter(username=username).update(language=language)
            client.force_login(User.objects.get(username=username))
        response = client.get(address)
        assert response.status_code == 200
        return response.content.decode()

    return opened


def _names(resolver: URLResolver) -> set[str]:
    found: set[str] = set()
    for pattern in resolver.url_patterns:
        if str(pattern.pattern).startswith(PROGRAMS):
            continue
        if isinstance(pattern, URLPattern):
            found.add(pattern.name or str(pattern.pattern))
        elif not pattern.namespace:
            found |= _names(pattern)
    return found


class TestPages:
    def test_are_all_here(self) -> None:
        pages = {name.partition(" ")[0] for name in (*PAGES, *FORMS)}

        assert _names(get_resolver()) - NO_PAGES == pages

    @pytest.mark.parametrize("language", ["en", "fr"])
    @pytest.mark.parametrize("name", [*PAGES, *FORMS])
    def test_are_sound_html(
        self, grow: Callable[..., None], visit: Callable[..., str], name: str, language: str
    ) -> None:
        grow(0, 2)

        html = SoundHtml(visit(name, language))

        assert html.faults == []
        assert html.language == language

    @pytest.mark.parametrize("name", PAGES)
    def test_are_in_french_from_end_to_end(
        self, grow: Callable[..., None], visit: Callable[..., str], name: str
    ) -> None:
        grow(0, 2)

        english, french = (_words(visit(name, language)) for language in ("en", "fr"))

        same_in_both = {"Obole", "English", "Français", "ada", "ben", "Budget", "Net", "Euro"}
        same_in_both |= {"Menu", "Applications", "Part", "Sessions", "Date", "Sites", "Atom"}
        same_in_both |= {"CSV", "JSON", "PDF", "jan", "mar", "jul", "sep", "oct", "nov"}
        same_in_both |= {"public", "Action"}
        shared = {text for text in english & french if any(letter.isalpha() for letter in text)}
        assert {text for text in shared if "ben.example" not in text} <= same_in_both

    @pytest.mark.parametrize("name", FORMS)
    def test_have_french_headings(
        self, grow: Callable[..., None], visit: Callable[..., str], name: str
    ) -> None:
        grow(0, 2)

        english, french = (_headings(visit(name, language)) for language in ("en", "fr"))

        assert not english & french - {
            "ben",
            "https://ben.example/new",
            "EUR",
            "Euro",
            "Description",
            "Sessions",
            "Cookies",
        }

    @pytest.mark.parametrize("name", PAGES)
    def test_need_a_number_of_queries_that_does_not_grow(
        self, grow: Callable[..., None], visit: Callable[..., str], name: str
    ) -> None:
        grow(0, 2)
        visit(name)
        with CaptureQueriesContext(
            connection,
        ) as few:
            short = visit(name)
        grow(2, 20)

        with CaptureQueriesContext(connection) as many:
            long = visit(name)

        assert len(many) == len(few), [query["sql"] for query in many.captured_queries]
        assert name in SHORT or len(long) > len(short), "the rows are not shown"

    @pytest.mark.parametrize("address", [*(address for _, address in PAGES.values()), MISSING])
    def test_let_browsers_load_from_this_site_only(
        self, client: Client, db: None, address: str
    ) -> None:
        headers = client.get(address).headers

        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"

    @pytest.mark.parametrize("name", PAGES)
    def test_take_no_posts(self, client: Client, ada: User, ben: User, name: str) -> None:
        username, address = (PAGES | FORMS)[name]
        if username:
            client.force_login(User.objects.get(username=username))

        assert client.post(address).status_code == (
            200 if name in {"sign_in", "register_application"} else 405
        )


class TestLanguage:
    def test_is_chosen_by_a_button_and_kept(self, client: Client, db: None) -> None:
        response = client.post("/language/setlang/", {"language": "fr", "next": "/months/"})

        assert response.headers["Location"] == "/months/"
        assert '<html lang="fr">' in client.get("/months/").content.decode()


class TestErrorPages:
    def test_are_sound_html(self, client: Client, db: None) -> None:
        response = client.get(MISSING)

        assert response.status_code == 404
        assert SoundHtml(response.content.decode()).faults == []

    def test_are_there_when_the_database_is_not(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("obole.views.settled_months", None)
        client.raise_request_exception = False

        response = client.get("/")

        assert response.status_code == 500
        assert SoundHtml(response.content.decode()).faults == []

    def test_explain_a_form_that_came_too_late(self, db: None) -> None:
        client = Client(enforce_csrf_checks=True)

        response = client.post("/sign-in/", {"username": "ada", "password": "x"})

        assert response.status_code == 403
        assert "cookies" in response.content.decode()
        assert SoundHtml(response.content.decode()).faults == []


class TestRobots:
    def test_are_kept_from_personal_pages(self, client: Client) -> None:
        response = client.get("/robots.txt")

        assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert {"Disallow: /giving/", "Disallow: /creators/"} <= set(
            response.content.decode().splitlines()
        )


def _words(page: str) -> set[str]:
    """The texts of a page, between its tags."""
    texts: set[str] = set()
    parser = HTMLParser()
    parser.handle_data = lambda text: texts.add(" ".join(text.split()))  # type: ignore[method-assign]
    parser.feed(page)
    return texts


def _headings(page: str) -> set[str]:
    """The texts of headings and labels of fields."""
    return set(re.findall(r"<(?:h1|h2|label)[^>]*>([^<]+)<", page))
