"""The endpoints of popup and frame, asked directly."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.models import User
from payments.budgets.planning import set_budget
from payments.clicking.addresses import digest_of_address
from payments.clicking.at_once import count_at_once
from payments.clicking.cookies import cookie_name
from payments.clicking.models import ClickAddress
from payments.clicking.tokens import connect_code
from payments.ledger.models import LedgerAccount
from payments.money import MICROS
from things.models import Click, StandingClick, Thing
from things.sites.models import IDLE, Connection, Site

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)
OURS = {"HTTP_ORIGIN": settings.SITE_URL, "HTTP_SEC_FETCH_SITE": "same-origin"}
HOST = "localhost:8000"


@pytest.fixture
def means(ada: User, pay_in: Callable[..., LedgerAccount]) -> None:
    pay_in(ada, 10)
    set_budget(subscriber=ada, amount=5 * MICROS, currency="EUR", at=NOON)


@pytest.fixture
def reader(ada: User, means: None) -> Client:
    client = Client(HTTP_HOST=HOST)
    client.force_login(ada)
    return client


def form_of(page: HttpResponse) -> dict[str, str]:
    """The hidden fields of the form on a page."""
    fields = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode())
    return {name: unescape(value) for name, value in fields}


def confirm(reader: Client, thing: Thing, **more: str) -> HttpResponse:
    """Open the window, wait a second, press the button."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        form = form_of(reader.get(f"/thing/{thing.pk}?popup=2&n=x")) | more
        clock.shift(1)
        return reader.post("/click", form, **OURS)


def act(client: Client, deed: str, said: object, **headers: str) -> HttpResponse:
    return client.post(
        f"/embed/act/{deed}", json.dumps(said), content_type="application/json", **OURS | headers
    )


@pytest.fixture
def frame(ada: User, site: Site) -> Client:
    """Ada's browser in the frame on Ben's site, connected."""
    client = Client(HTTP_HOST=HOST)
    code = connect_code(subscriber=ada.pk, site=site.pk)
    assert act(client, "connect", {"code": code}).status_code == 204
    return client


class TestClick:
    def test_counts_what_the_form_confirms(self, reader: Client, song: Thing) -> None:
        answer = confirm(reader, song)

        assert answer.status_code == 200
        assert Click.objects.count() == 1

    def test_sends_a_form_back_that_came_too_fast(self, reader: Client, song: Thing) -> None:
        with time_machine.travel(timezone.now(), tick=False):
            form = form_of(reader.get(f"/thing/{song.pk}"))
            answer = reader.post("/click", form, **OURS)

        assert answer.status_code == 425
        assert form_of(answer)["token"] != form["token"]
        assert not Click.objects.exists()

    def test_refuses_a_form_that_was_used(self, reader: Client, song: Thing) -> None:
        with time_machine.travel(timezone.now(), tick=False) as clock:
            form = form_of(reader.get(f"/thing/{song.pk}"))
            clock.shift(1)
            answers = [reader.post("/click", form, **OURS).status_code for _ in range(2)]

        assert answers == [200, 403]
        assert Click.objects.count() == 1

    def test_refuses_a_form_of_another_session(
        self, reader: Client, song: Thing, eve: User
    ) -> None:
        other = Client(HTTP_HOST=HOST)
        other.force_login(eve)
        with time_machine.travel(timezone.now(), tick=False) as clock:
            form = form_of(other.get(f"/thing/{song.pk}"))
            clock.shift(1)
            answer = reader.post("/click", form, **OURS)

        assert answer.status_code == 403
        assert not Click.objects.exists()

    def test_refuses_a_token_of_another_subject(
        self, reader: Client, song: Thing, ben: User
    ) -> None:
        other = Thing.objects.create(url="https://ben.example/other", owner=ben)

        answer = confirm(reader, song, subject=str(other.pk))

        assert answer.status_code == 403
        assert not Click.objects.exists()

    def test_asks_a_reader_to_sign_in(self, song: Thing) -> None:
        assert (
            Client(HTTP_HOST=HOST).post("/click", {"subject": song.pk}, **OURS).status_code == 401
        )

    @pytest.mark.parametrize(
        "headers",
        [
            {"HTTP_ORIGIN": "https://evil.example"},
            {"HTTP_ORIGIN": "null"},
            {"HTTP_SEC_FETCH_SITE": "cross-site"},
            {"HTTP_SEC_FETCH_SITE": "same-site"},
        ],
    )
    def test_refuses_what_other_pages_send(
        self, reader: Client, song: Thing, headers: dict[str, str]
    ) -> None:
        form = form_of(reader.get(f"/thing/{song.pk}"))
        with time_machine.travel(timezone.now() + timedelta(seconds=2)):
            answer = reader.post("/click", form, **OURS | headers)

        assert answer.status_code == 403
        assert not Click.objects.exists()

    def test_wants_djangos_own_token_too(self, ada: User, means: None, song: Thing) -> None:
        strict = Client(HTTP_HOST=HOST, enforce_csrf_checks=True)
        strict.force_login(ada)

        assert strict.post("/click", {"subject": song.pk}).status_code == 403

    def test_brings_a_thing_into_being(self, reader: Client, site: Site, ben: User) -> None:
        address = "/submit/auto?user_id=ben&url=https://ben.example/new&title=New+thing"
        with time_machine.travel(timezone.now(), tick=False) as clock:
            form = form_of(reader.get(address))
            assert not Thing.objects.exists()
            clock.shift(1)
            reader.post("/click", form, **OURS)

        thing = Thing.objects.get()
        assert (thing.url, thing.title, thing.owner) == (
            "https://ben.example/new",
            "New thing",
            ben,
        )
        assert reader.get(address).url == f"/thing/{thing.pk}"

    def test_brings_no_thing_into_being_without_means(self, site: Site, eve: User) -> None:
        client = Client(HTTP_HOST=HOST)
        client.force_login(eve)
        with time_machine.travel(timezone.now(), tick=False) as clock:
            form = form_of(client.get("/submit/auto?user_id=ben&url=https://ben.example/new"))
            clock.shift(1)
            answer = client.post("/click", form, **OURS)

        assert answer.status_code == 402
        assert not Thing.objects.exists()


class TestAct:
    def test_counts_for_a_connected_reader(
        self, frame: Client, song: Thing, ada: User, means: None
    ) -> None:
        answer = act(frame, "click", {"s": str(song.pk), "lang": "fr"})

        assert answer.status_code == 200
        said = answer.json()
        assert (said["on"], said["state"], said["text"]) == (True, "counted", "Compté. Merci !")
        assert Click.objects.get().subscriber == ada

    def test_says_why_nothing_was_counted(self, frame: Client, song: Thing) -> None:
        answer = act(frame, "click", {"s": str(song.pk)})

        assert (answer.status_code, answer.headers["Obole-Answer"]) == (402, "no_means")

    @pytest.mark.parametrize("deed", ["click", "undo", "connect", "check", "disconnect"])
    @pytest.mark.parametrize(
        "headers",
        [
            {"HTTP_ORIGIN": "https://ben.example"},
            {"HTTP_ORIGIN": "null"},
            {"HTTP_ORIGIN": ""},
            {"HTTP_SEC_FETCH_SITE": "cross-site"},
            {"CONTENT_TYPE": "text/plain"},
            {"CONTENT_TYPE": "application/x-www-form-urlencoded"},
        ],
    )
    def test_refuses_what_does_not_come_from_the_frame(
        self, frame: Client, song: Thing, means: None, deed: str, headers: dict[str, str]
    ) -> None:
        answer = act(frame, deed, {"s": str(song.pk)}, **headers)

        assert answer.status_code == 403
        assert not Click.objects.exists()
        assert "Access-Control-Allow-Origin" not in answer.headers

    def test_refuses_things_of_another_creator(self, frame: Client, means: None, eve: User) -> None:
        thing = Thing.objects.create(url="https://eve.example/", owner=eve)

        answer = act(frame, "click", {"s": str(thing.pk)})

        assert answer.status_code == 403
        assert "Obole-Answer" not in answer.headers
        assert not Click.objects.exists()

    def test_knows_no_reader_without_a_connection(self, song: Thing) -> None:
        client = Client(HTTP_HOST=HOST)
        client.cookies[cookie_name()] = "guessed"

        assert act(client, "click", {"s": str(song.pk)}).status_code == 401
        assert act(client, "check", {}).status_code == 401

    def test_forgets_a_connection_that_is_idle_revoked_or_of_a_lost_site(
        self, frame: Client, site: Site
    ) -> None:
        assert act(frame, "check", {}).status_code == 204

        with time_machine.travel(timezone.now() + IDLE + timedelta(hours=1)):
            assert act(frame, "check", {}).status_code == 401
        Site.objects.update(verified_at=None)
        assert act(frame, "check", {}).status_code == 401
        Site.objects.update(verified_at=NOON)
        act(frame, "disconnect", {})
        assert not Connection.objects.exists()

    def test_takes_a_click_back(self, frame: Client, song: Thing, means: None) -> None:
        act(frame, "click", {"s": str(song.pk)})

        answer = act(frame, "undo", {"s": str(song.pk)})

        assert (answer.json()["on"], Click.objects.count()) == (False, 0)

    def test_sets_a_cookie_of_this_site_alone(self, ada: User, site: Site) -> None:
        code = connect_code(subscriber=ada.pk, site=site.pk)
        answer = act(Client(HTTP_HOST=HOST), "connect", {"code": code})

        written = answer.cookies[cookie_name()].OutputString()
        for part in ("HttpOnly", "Secure", "SameSite=None", "Partitioned", "Path=/embed/act/"):
            assert part in written
        stored = bytes(Connection.objects.get().secret_sha256)
        assert answer.cookies[cookie_name()].value.encode() not in stored

    def test_refuses_a_code_that_was_used(self, ada: User, site: Site) -> None:
        code = connect_code(subscriber=ada.pk, site=site.pk)
        client = Client(HTTP_HOST=HOST)

        answers = [act(client, "connect", {"code": code}).status_code for _ in range(2)]

        assert answers == [204, 403]

    @pytest.mark.parametrize("body", ["[]", "1", "{", '"x"'])
    def test_refuses_what_is_no_object(self, frame: Client, body: str) -> None:
        answer = frame.post("/embed/act/click", body, content_type="application/json", **OURS)

        assert answer.status_code == 400


class TestRepeat:
    def test_makes_a_standing_click_that_can_be_ended(self, reader: Client, song: Thing) -> None:
        confirm(reader, song)

        for _ in range(2):
            answer = reader.post("/click/repeat", {"subject": song.pk}, **OURS)
            assert b"until you end it" in answer.content
        assert StandingClick.objects.get().thing == song

        reader.post(f"/clicks/standing/{song.pk}", {"deed": "end"}, **OURS)
        assert not StandingClick.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """The short way counts what the long way would, and nothing else."""

    @pytest.fixture
    def held(self, frame: Client, means: None, ben: User) -> None:
        """Ada's budget is held since an earlier click."""
        first = Thing.objects.create(url="https://ben.example/first", owner=ben)
        assert act(frame, "click", {"s": str(first.pk)}).status_code == 200

    def at_once(self, frame: Client, thing: Thing) -> int | None:
        secret = frame.cookies[cookie_name()].value
        return count_at_once(secret=secret, thing_id=thing.pk, at=timezone.now())

    def test_counts_once(self, frame: Client, song: Thing, held: None) -> None:
        assert [self.at_once(frame, song), self.at_once(frame, song)] == [1, None]
        assert Click.objects.filter(thing=song).count() == 1

    def test_is_planned_once_a_connection(self, frame: Client, song: Thing, held: None) -> None:
        prepared = "SELECT count(DISTINCT statement) FROM pg_prepared_statements"

        assert [self.at_once(frame, song), self.at_once(frame, song)] == [1, None]

        with connection.cursor() as cursor:
            cursor.execute(prepared)
            assert cursor.fetchone() == (1,)

    def test_leaves_a_first_click_to_the_long_way(
        self, frame: Client, song: Thing, means: None
    ) -> None:
        assert not self.at_once(frame, song)
        assert act(frame, "click", {"s": str(song.pk)}).json()["state"] == "counted"

    @pytest.mark.parametrize(
        ("change", "status"),
        [
            (lambda thing: Thing.objects.update(state="withdrawn"), 410),
            (lambda thing: User.objects.filter(username="ben").update(suspended=True), 410),
            (lambda thing: User.objects.filter(username="ada").update(suspended=True), 403),
            (lambda thing: User.objects.filter(username="ada").update(is_active=False), 401),
            (lambda thing: Site.objects.update(verified_at=None), 401),
            (lambda thing: Thing.objects.update(owner=None), 403),
            (lambda thing: Connection.objects.all().delete(), 401),
        ],
    )
    def test_counts_nothing_that_the_long_way_refuses(
        self, frame: Client, song: Thing, held: None, change: Callable[[Thing], object], status: int
    ) -> None:
        change(song)

        assert not self.at_once(frame, song)
        assert act(frame, "click", {"s": str(song.pk)}).status_code == status
        assert not Click.objects.filter(thing=song).exists()

    def test_notes_the_use_of_an_old_connection_by_the_long_way(
        self, frame: Client, song: Thing, held: None
    ) -> None:
        old = timezone.now() - timedelta(hours=2)
        Connection.objects.update(used_at=old)

        assert not self.at_once(frame, song)
        act(frame, "click", {"s": str(song.pk)})
        assert Connection.objects.get().used_at > old


class TestAddress:
    def test_is_noted_as_a_digest_by_the_window(self, reader: Client, song: Thing) -> None:
        confirm(reader, song)

        noted = ClickAddress.objects.get()
        assert noted.subscriber.username == "ada"
        assert bytes(noted.digest) == digest_of_address("127.0.0.1", period=noted.period)

    def test_is_noted_by_the_long_way_and_at_once(
        self, frame: Client, song: Thing, ben: User, means: None
    ) -> None:
        other = Thing.objects.create(url="https://ben.example/other", owner=ben)
        digests = []

        for thing in (song, other):
            assert act(frame, "click", {"s": str(thing.pk)}).status_code == 200
            rows = ClickAddress.objects.all()
            digests += [bytes(row.digest) for row in rows]
            rows._raw_delete(rows.db)

        assert Click.objects.count() == 2
        assert len(digests) == 2
        assert len(set(digests)) == 1

    def test_is_not_noted_where_nothing_counts(self, frame: Client, song: Thing) -> None:
        act(frame, "click", {"s": str(song.pk)})

        assert not ClickAddress.objects.exists()
