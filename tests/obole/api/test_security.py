"""Who may do what, and what no input may do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.urls import get_resolver
from django.utils import timezone

from accounts.api.access import PUBLIC
from accounts.api.views import ApiView, NotThere
from accounts.models import User
from accounts.oauth.scopes import Scope
from obole.api import RESOURCES
from payments.budgets.models import Plan
from things.models import Click, StandingClick, Thing

Api = Callable[..., Any]
FORM = "application/x-www-form-urlencoded"
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
OPERATIONS = [(resource, method) for resource in RESOURCES for method in resource.view.access]
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">'
    '<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><l>&b;</l>'
)

# The last two answer with a secret, which is shown once and kept nowhere.
UNKEYED = {("OneThing", "POST"), ("Endpoints", "POST"), ("EndpointSecret", "POST")}


def address(route: str) -> str:
    """Some address of a resource."""
    for part, value in {
        "<number:thing_id>": "1",
        "<number:number>": "1",
        "<numbers:thing_ids>": "1,2",
        "<username:username>": "ben",
        "<period:period>": "2010-09",
        "<path:url>": "http://ben.example/",
    }.items():
        route = route.replace(part, value)
    return route


class TestEveryOperation:
    """A walk over the URL table: what is added to it without a scope fails here."""

    def test_is_in_the_table_as_a_resource(self) -> None:
        served = {
            pattern.callback.cls
            for pattern in get_resolver().url_patterns
            if str(pattern.pattern).lstrip("^").startswith("rest/v2")
            and issubclass(getattr(pattern.callback, "cls", object), ApiView)
        }
        others = {
            pattern.callback
            for pattern in get_resolver().url_patterns
            if str(pattern.pattern).lstrip("^").startswith("rest/v2")
        }

        assert served - {resource.view for resource in RESOURCES} <= {NotThere} | {
            view for view in served if view.__name__ == "Hello"
        }
        names = {getattr(view, "cls", view).__name__ for view in others}
        assert names - {view.__name__ for view in served} == {"Description", "Browse"}

    @pytest.mark.parametrize("resource", RESOURCES, ids=lambda one: one.route)
    def test_declares_who_may_call_it(self, resource: Any) -> None:
        handled = {name for name in METHODS if hasattr(resource.view, name.lower())}

        assert handled == set(resource.view.access)
        for method, access in resource.view.access.items():
            assert access is not PUBLIC or method == "GET", "only reading is public"
            assert method == "GET" or access.scopes, "each write has a scope"
            if method != "GET" and (resource.view.__name__, method) not in UNKEYED:
                assert getattr(resource.view, method.lower()).takes_idempotency_key

    @pytest.mark.parametrize(
        ("resource", "method"), OPERATIONS, ids=[f"{m} {r.route}" for r, m in OPERATIONS]
    )
    def test_is_refused_without_its_scopes(
        self, api: Api, ada: User, resource: Any, method: str
    ) -> None:
        access = resource.view.access[method]
        path = address(resource.route)

        without = api().generic(method, path)
        others = " ".join(sorted(set(Scope) - access.scopes))
        lacking = api(ada, others).generic(method, path)

        assert (without.status_code == 401) is access.token
        assert (lacking.status_code == 403) is bool(access.scopes)
        if access.scopes:
            assert lacking.json()["error"] == "insufficient_scope"

    @pytest.mark.parametrize("resource", RESOURCES, ids=lambda one: one.route)
    def test_answers_other_methods_in_the_same_form(
        self, api: Api, ada: User, resource: Any
    ) -> None:
        for method in set(METHODS) - set(resource.view.access):
            answer = api(ada).generic(method, address(resource.route))
            assert (answer.status_code, answer.json()["error"]) == (405, "invalid_request")

    def test_refuses_tokens_that_are_not_valid(self, api: Api, ada: User) -> None:
        client = api(ada)
        for token in ("Bearer ", "Bearer nonsense", "bearer \xff", "Bearer a b"):
            answer = client.get("users/ada", headers={"authorization": token})
            assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")
        assert client.get("user?access_token=ada", headers={"authorization": ""}).status_code == 401

    def test_lets_basic_credentials_read_what_is_public(self, api: Api, ada: User) -> None:
        answer = api().get("users/ada", headers={"authorization": "Basic eDp5"})

        assert answer.status_code == 200

    def test_refuses_who_was_shut_out(self, api: Api, ada: User) -> None:
        client = api(ada)
        User.objects.update(is_active=False)

        assert client.get("user").status_code == 401


class TestScopes:
    def test_of_flattr_never_reveal_money(
        self, api: Api, ada: User, song: Thing, funded: Api
    ) -> None:
        client = api(funded(ada), "flattr thing email extendedread")
        client.generic("POST", f"things/{song.pk}/flattr")

        for path in (
            "user/budget",
            "user/statement?period=2010-09",
            "user/earnings?period=2010-09",
        ):
            assert client.get(path).json()["error"] == "insufficient_scope"
        for path in ("user", "user/flattrs?full", "user/subscriptions", f"things/{song.pk}"):
            assert "5.0" not in client.get(path).content.decode()

    @pytest.mark.parametrize(
        ("scopes", "private"),
        [("flattr", set()), ("email", {"email"}), ("extendedread", {"email", "registered_at"})],
    )
    def test_show_ones_own_private_fields(
        self, api: Api, ada: User, ben: User, scopes: str, private: set[str]
    ) -> None:
        client = api(ada, scopes)
        names = {"email", "registered_at"}

        assert names & client.get("user").json().keys() == private
        assert names & client.get("users/ada").json().keys() == private
        assert names & client.get("users/ben").json().keys() == set()


class TestOthers:
    def test_are_neither_read_nor_changed(
        self, api: Api, ada: User, eve: User, song: Thing, funded: Api
    ) -> None:
        funded(ada)
        api(ada).generic("POST", f"things/{song.pk}/flattr")
        api(ada).generic("POST", f"things/{song.pk}/subscriptions")
        client = api(eve)
        month = timezone.now().strftime("%Y-%m")

        assert client.get("user/flattrs").json() == []
        assert client.get("user/subscriptions").json() == client.get("user/standing").json() == []
        assert client.get(f"user/statement?period={month}").status_code == 404
        assert client.get("user/budget").status_code == 404
        for method, path, status in [
            ("PATCH", f"things/{song.pk}", 403),
            ("DELETE", f"things/{song.pk}", 403),
            ("DELETE", f"things/{song.pk}/flattr", 404),
            ("PUT", f"things/{song.pk}/subscriptions", 404),
            ("DELETE", f"things/{song.pk}/subscriptions", 404),
        ]:
            assert client.generic(method, path).status_code == status, path
        taken = client.generic("POST", "things", urlencode({"url": song.url}), content_type=FORM)
        assert taken.json()["error_description"].startswith("Owner mismatch")
        assert (Click.objects.count(), StandingClick.objects.count()) == (1, 1)
        assert Plan.objects.get().subscriber == ada
        song.refresh_from_db()
        assert (song.title, song.state) == ("A song", "active")


class TestHiddenThings:
    @pytest.mark.parametrize(
        ("who", "scopes", "found"),
        [
            (None, "", False),
            ("ben", "flattr thing email", False),
            ("ben", "extendedread", True),
            ("eve", "extendedread", False),
        ],
    )
    def test_are_found_by_their_owner_with_extendedread_alone(
        self, api: Api, eve: User, secret: Thing, who: str | None, scopes: str, found: bool
    ) -> None:
        client = api(who and User.objects.get(username=who), scopes)
        seen = [
            client.get(f"things/{secret.pk}").status_code == 200,
            client.get(f"things/{secret.pk},999").status_code == 200,
            client.get(f"things/lookup?url={secret.url}").status_code == 302,
            bool(client.get("things/search?query=secret").json()["things"]),
            bool(client.get("things/search?query=secrit").json()["things"]),
            bool(client.get("users/ben/things").json()),
        ]

        assert seen == [found] * len(seen)

    def test_can_be_clicked_by_their_address(
        self, api: Api, ada: User, secret: Thing, funded: Api
    ) -> None:
        client = api(funded(ada))

        by_number = client.generic("POST", f"things/{secret.pk}/flattr")
        by_address = client.generic(
            "POST", "flattr", urlencode({"url": secret.url}), content_type=FORM
        )

        assert (by_number.status_code, by_address.status_code) == (404, 200)
        assert api().get("users/ada/flattrs").json() == []


class TestInput:
    @pytest.mark.parametrize(
        ("kind", "body"),
        [
            ("text/xml", BOMB),
            ("application/xml", BOMB),
            ("application/json", "{"),
            ("application/json", "[]"),
            ("application/json", '"x"'),
            ("application/json", '{"url": "\\u0000"}'),
            ("application/json", '{"url": "https://a.example/\\ud800"}'),
            ("application/json", '{"tags": ["\\udfff"]}'),
            ("application/json", '{"url": ' + "[" * 100_000),
            ("application/json", '{"url": NaN}'),
            ("application/json", b'{"url": "\xff"}'),
            (FORM, "url=%00"),
            (FORM, "url=https://a.example/&title=%00"),
            (FORM, "url=https://a.example/" + "a" * 3000),
            (FORM, "url=https://a.example/&category=cats"),
            (FORM, "url=https://a.example/&language=en"),
            (FORM, "url=https://a.example/&title=" + "a" * 301),
            (FORM, "url=https://a.example/&tags=" + "a" * 61),
            (FORM, "url=javascript:alert(1)"),
            (FORM, ""),
        ],
    )
    def test_that_makes_no_sense_is_named(self, api: Api, ben: User, kind: str, body: Any) -> None:
        answer = api(ben).generic("POST", "things", body, content_type=kind)

        assert answer.status_code == 400
        assert answer.json()["error"] in {"invalid_request", "validation"}
        assert not Thing.objects.exists()

    @pytest.mark.parametrize(
        "path",
        [
            "things/search?query=%00",
            "things/lookup?url=https://a.example/%00",
            "things/search?sort=luck",
            "things/search?language=xx",
            "things/search?tags=a%20|%20|",
            "things/search?count=many",
            "things/search?page=-1",
            "things/search?count=0",
            "user/activities?type=sideways",
            "things?id=a",
            "things",
            "user/earnings?period=2010-13",
            "user/statement",
            "things/search?query=" + "a" * 9000,
            "things/search?query=" + "a" * 501,
            "things/lookup?url=" + quote("http://flattr.com/submit/auto?url=nonsense"),
        ],
    )
    def test_in_the_query_is_named(self, api: Api, ben: User, path: str) -> None:
        answer = api(ben).get(path)

        assert answer.status_code == 400
        assert answer.json()["error"] in {"invalid_request", "invalid_parameters", "validation"}

    @pytest.mark.parametrize(
        "name", ["alert(1)", "a;b", "a<b", "1a", "a.", "", "a" * 101, "é", "a b", "\u2028"]
    )
    def test_names_of_functions_are_identifiers(self, api: Api, ben: User, name: str) -> None:
        answer = api().get(f"users/ben?jsonp={quote(name)}")

        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_parameters")
        assert answer["Content-Type"].startswith("application/json")

    @pytest.mark.parametrize(
        "path",
        [
            "things/999999999999999999",
            "things/9999999999999999999999",
            "things/0",
            "users/%00",
            "users/a%20b",
            "nothing",
            "things/-1",
            "months/2010-99",
            "things/1/nothing",
            "%ff",
        ],
    )
    def test_in_the_path_is_not_found(self, api: Api, db: None, path: str) -> None:
        answer = api().get(path)

        assert (answer.status_code, answer.json()["error"]) == (404, "not_found")

    def test_over_plain_http_is_refused_where_the_site_has_https(
        self, api: Api, ben: User, settings: Any
    ) -> None:
        settings.SECURE_SSL_REDIRECT = True

        answer = api().get("users/ben")

        assert (answer.status_code, answer.json()["error_description"]) == (401, "Requires ssl")

    def test_that_breaks_something_is_answered_in_the_same_form(
        self, api: Api, ben: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client = api()
        client.raise_request_exception = False
        monkeypatch.setattr("accounts.api.resources.user_named", lambda _name: 1 / 0)

        answer = client.get("users/ben")

        assert (answer.status_code, answer.json()["error"]) == (500, "server_error")
        assert "ZeroDivision" not in answer.content.decode()


class TestIdempotencyKey:
    def write(self, client: Any, key: str, **fields: str) -> Any:
        return client.generic(
            "POST",
            "things",
            json.dumps({"url": "https://ben.example/x", **fields}),
            content_type="application/json",
            headers={"idempotency-key": key},
        )

    def test_does_the_same_write_once(self, api: Api, ben: User) -> None:
        client = api(ben)
        first, second = self.write(client, "k"), self.write(client, "k")

        assert (first.status_code, first.json()) == (second.status_code, second.json())
        assert (first.status_code, Thing.objects.count()) == (201, 1)

    def test_refuses_another_body(self, api: Api, ben: User) -> None:
        client = api(ben)
        self.write(client, "k")

        other = self.write(client, "k", title="Another")

        assert (other.status_code, other.json()["error"]) == (409, "conflict")

    def test_is_ones_own(self, api: Api, ben: User, eve: User) -> None:
        self.write(api(ben), "k")

        assert self.write(api(eve), "k").json()["error"] == "validation"

    def test_remembers_no_refusal(self, api: Api, ada: User, song: Thing, funded: Api) -> None:
        client, path = api(ada), f"things/{song.pk}/flattr"
        headers = {"idempotency-key": "k"}
        refused = client.generic("POST", path, headers=headers)
        funded(ada)

        statuses = [client.generic("POST", path, headers=headers).status_code for _ in range(2)]

        assert (refused.status_code, statuses) == (401, [200, 200])

    @pytest.mark.parametrize("key", ["é", "a" * 256])
    def test_refuses_keys_that_cannot_be_kept(self, api: Api, ben: User, key: str) -> None:
        assert self.write(api(ben), key).status_code == 400
