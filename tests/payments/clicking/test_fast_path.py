"""A further click of a connected reader is answered before Django, as its view would answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import RequestFactory
from django.utils import timezone
from prometheus_client import REGISTRY
from pytest_django import Settings

from accounts.models import User
from obole.fast_path import with_fast_path
from payments.budgets.planning import set_budget
from payments.clicking import fast_path
from payments.clicking.connecting import connect
from payments.clicking.cookies import cookie_name
from payments.clicking.recording import record_click
from payments.clicking.tokens import connect_code
from payments.money import MICROS
from things.models import Click, Thing
from things.sites.models import Site

PATH = "/embed/act/click"
Environ = dict[str, Any]
Answered = tuple[str, dict[str, str], bytes]

pytestmark = pytest.mark.django_db(transaction=True)


class Django:
    """The site behind the fast path; tells how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self._site = WSGIHandler()

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        self.asked += 1
        return self._site(environ, start_response)


@pytest.fixture
def django() -> Django:
    return Django()


@pytest.fixture
def secret(ada: User, site: Site, pay_in: Callable[..., object]) -> str:
    """Of Ada's connection to Ben's site. She has a budget."""
    pay_in(ada, 10)
    set_budget(subscriber=ada, amount=5 * MICROS, currency="EUR", at=timezone.now())
    return connect(connect_code(subscriber=ada.pk, site=site.pk), at=timezone.now())


@pytest.fixture
def held(ada: User, ben: User, secret: str) -> None:
    """Ada clicked this month: what comes now is a further click."""
    first = Thing.objects.create(url="https://ben.example/first", owner=ben)
    record_click(subscriber=ada, thing=first, at=timezone.now())


def asked(
    secret: str,
    said: object,
    *,
    path: str = PATH,
    method: str = "POST",
    media_type: str = "application/json",
    **headers: str,
) -> Environ:
    """What a server makes of a request of the frame."""
    usual = {
        "HTTP_ORIGIN": settings.SITE_URL,
        "HTTP_SEC_FETCH_SITE": "same-origin",
        "HTTP_COOKIE": f"other=1; {cookie_name()}={secret}",
    }
    body = said if isinstance(said, str) else json.dumps(said)
    request = RequestFactory(HTTP_HOST="localhost:8000").generic(
        method, path, body, media_type, **usual | headers
    )
    return request.environ


def answered(application: Any, environ: Environ) -> Answered:
    """Status, headers and body."""
    started: list[tuple[str, dict[str, str]]] = []
    parts = application(environ, lambda status, headers: started.append((status, dict(headers))))
    body = b"".join(parts)
    if hasattr(parts, "close"):
        parts.close()
    [(status, headers)] = started
    return status, headers, body


class TestFurtherClick:
    def test_is_counted_without_django(
        self, django: Django, secret: str, held: None, song: Thing
    ) -> None:
        status, _headers, body = answered(with_fast_path(django), asked(secret, {"s": song.pk}))

        assert (status, json.loads(body)["state"]) == ("200 OK", "counted")
        assert Click.objects.get(thing=song).subscriber.username == "ada"
        assert django.asked == 0

    @pytest.mark.parametrize("language", ["en", "fr-CH", "xx", ""])
    def test_is_answered_as_the_view_does(
        self, django: Django, secret: str, held: None, song: Thing, poem: Thing, language: str
    ) -> None:
        of_view, of_fast_path = (
            answered(application, asked(secret, {"s": str(thing.pk), "lang": language}))
            for application, thing in [(django, song), (with_fast_path(django), poem)]
        )

        assert django.asked == 1
        for _status, headers, _body in (of_view, of_fast_path):
            assert len(headers.pop("X-Request-ID")) >= 8
        # Of the view's answer, the server tells.
        assert of_fast_path[1].pop("Content-Length") == str(len(of_fast_path[2]))
        assert of_fast_path == of_view

    def test_is_written_down_and_measured(
        self,
        django: Django,
        secret: str,
        held: None,
        song: Thing,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        labels = {"method": "POST", "view": "act_click", "status": "2xx"}
        samples = [
            ("obole_request_seconds_count", labels),
            ("obole_clicks_total", {"outcome": "counted"}),
        ]
        before = [REGISTRY.get_sample_value(*sample) or 0 for sample in samples]
        caplog.set_level("INFO", "obole.requests")

        answered(with_fast_path(django), asked(secret, {"s": song.pk}))

        assert [REGISTRY.get_sample_value(*sample) for sample in samples] == [
            value + 1 for value in before
        ]
        [line] = [r for r in caplog.records if r.name == "obole.requests"]
        assert line.getMessage() == f"POST {PATH} 200"
        assert (line.__dict__["view"], line.__dict__["status"]) == ("act_click", 200)

    @pytest.mark.parametrize("behind", [True, False])
    def test_takes_the_id_of_a_proxy_only(
        self,
        django: Django,
        secret: str,
        held: None,
        song: Thing,
        settings: Settings,
        behind: bool,
    ) -> None:
        settings.BEHIND_PROXY = behind
        environ = asked(secret, {"s": song.pk}, HTTP_X_REQUEST_ID="abcdef-0123456789")

        _status, headers, _body = answered(with_fast_path(django), environ)

        assert (headers["X-Request-ID"] == "abcdef-0123456789") is behind


class TestEverythingElse:
    @pytest.mark.parametrize(
        "changed",
        [
            {"method": "GET"},
            {"method": "PUT"},
            {"path": "/embed/act/undo"},
            {"path": "/embed/act/connect"},
            {"media_type": "text/plain"},
            {"media_type": "application/x-www-form-urlencoded"},
            {"HTTP_ORIGIN": "https://evil.example"},
            {"HTTP_ORIGIN": "null"},
            {"HTTP_SEC_FETCH_SITE": "same-site"},
            {"HTTP_SEC_FETCH_SITE": "cross-site"},
            {"HTTP_COOKIE": ""},
            {"HTTP_COOKIE": "obole=another"},
            {"CONTENT_LENGTH": "9" * 5000},
            {"CONTENT_LENGTH": "-1"},
            {"CONTENT_LENGTH": ""},
        ],
    )
    def test_is_answered_by_django_alone(
        self, django: Django, secret: str, held: None, song: Thing, changed: dict[str, str]
    ) -> None:
        """And not refused in another way than Django does, nor counted."""
        direct, through = (
            answered(application, asked(secret, {"s": song.pk}, **changed))
            for application in (django, with_fast_path(django))
        )

        assert django.asked == 2
        assert (through[0], through[2]) == (direct[0], direct[2])
        assert not through[0].startswith("2")
        assert not Click.objects.filter(thing=song).exists()

    @pytest.mark.parametrize(
        "said", ["", "[", "[" * 9000, "[]", '"s"', {}, {"s": "-1"}, {"s": "9" * 19}]
    )
    def test_nonsense_is_refused_by_django(
        self, django: Django, secret: str, held: None, said: object
    ) -> None:
        direct, through = (
            answered(application, asked(secret, said))
            for application in (django, with_fast_path(django))
        )

        assert django.asked == 2
        assert through[0] == direct[0]
        assert through[0][0] == "4"

    def test_first_click_of_a_month_is_counted_by_django(
        self, django: Django, secret: str, song: Thing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It reads the body again; what the fast path asked of the database is not asked again."""
        statements = []
        count = fast_path.count_at_once
        monkeypatch.setattr(
            fast_path, "count_at_once", lambda **click: statements.append(click) or count(**click)
        )

        status, _headers, body = answered(with_fast_path(django), asked(secret, {"s": song.pk}))

        assert (status, json.loads(body)["state"]) == ("200 OK", "counted")
        assert (django.asked, len(statements)) == (1, 1)

    def test_click_on_a_broken_connection_is_counted_by_django(
        self, django: Django, secret: str, held: None, song: Thing
    ) -> None:
        """Which opens another."""
        parameters = connection.get_connection_params()
        with connection.cursor() as cursor, psycopg.connect(**parameters) as other:
            cursor.execute("SELECT pg_backend_pid()")
            other.execute("SELECT pg_terminate_backend(%s)", cursor.fetchone())

        status, _headers, body = answered(with_fast_path(django), asked(secret, {"s": song.pk}))

        assert (status, json.loads(body)["state"], django.asked) == ("200 OK", "counted", 1)

    def test_click_without_a_database_fails_as_django_says(
        self,
        django: Django,
        secret: str,
        held: None,
        song: Thing,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        connection.close()
        with monkeypatch.context() as elsewhere:
            elsewhere.setitem(connection.settings_dict, "HOST", "/nonexistent")
            answer = answered(with_fast_path(django), asked(secret, {"s": song.pk}))

        assert (answer[0][:3], django.asked) == ("500", 1)

    def test_same_click_again_is_told_so_by_django(
        self, django: Django, secret: str, held: None, song: Thing
    ) -> None:
        states = [
            json.loads(answered(with_fast_path(django), asked(secret, {"s": song.pk}))[2])["state"]
            for _ in range(2)
        ]

        assert states == ["counted", "already"]
        assert Click.objects.filter(thing=song).count() == 1
