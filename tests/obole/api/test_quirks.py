"""The quirks of the sheet's 2.4 and 2.7, and of formats; those of 2.2 are in `test_oauth`."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, urlencode
from xml.etree import ElementTree as ET

import pytest
import time_machine
import yaml
from django.test import Client

from accounts.api.throttling import rate_of
from accounts.models import User
from things.models import Thing

Api = Callable[..., Any]
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
AUTO = "submit/auto?" + urlencode(
    {"user_id": "ben", "url": "https://ben.example/new", "title": "N"}
)


def send(client: Client, method: str, path: str, body: Any = "", kind: str = FORM) -> Any:
    """A request with a body in a format."""
    if isinstance(body, dict):
        body = json.dumps(body) if kind == JSON else urlencode(body)
    return client.generic(method, path, body, content_type=kind)


class TestRateLimit:
    @pytest.fixture
    def limited(self, settings: Any) -> None:
        """Three requests an hour."""
        settings.API_REQUESTS_AN_HOUR = 3

    def test_counts_down_in_four_headers(self, api: Api, ada: User, limited: None) -> None:
        client = api(ada)
        with time_machine.travel("2012-07-17 10:20:00+00:00", tick=False):
            answers = [client.get("user") for _ in range(2)]

        assert [
            {
                name: answer[f"X-RateLimit-{name}"]
                for name in ("Limit", "Remaining", "Current", "Reset")
            }
            for answer in answers
        ] == [
            {"Limit": "3", "Remaining": "2", "Current": "1", "Reset": "1342522800"},
            {"Limit": "3", "Remaining": "1", "Current": "2", "Reset": "1342522800"},
        ]

    def test_refuses_the_next_one(self, api: Api, ada: User, limited: None) -> None:
        client = api(ada)
        answers = [client.get("user") for _ in range(4)]

        assert [answer.status_code for answer in answers] == [200, 200, 200, 403]
        assert answers[3].json()["error"] == "rate_limit_exceeded"
        assert answers[3]["X-RateLimit-Remaining"] == "0"

    def test_begins_again_with_the_hour(self, api: Api, ada: User, limited: None) -> None:
        client = api(ada)
        with time_machine.travel("2012-07-17 10:59:59+00:00", tick=False) as clock:
            for _ in range(4):
                client.get("user")
            clock.shift(1)

            assert client.get("user").status_code == 200

    def test_keeps_callers_apart(self, api: Api, ada: User, ben: User, limited: None) -> None:
        first, second, nobody = api(ada), api(ben), api()
        for _ in range(4):
            first.get("user")

        assert second.get("user").status_code == 200
        assert nobody.get("categories").status_code == 200

    def test_counts_exactly_however_many_ask_at_once(self) -> None:
        request = SimpleNamespace(auth=SimpleNamespace(pk=1))
        noon = time_machine.travel("2012-07-17 12:00:00+00:00", tick=False)
        with noon, ThreadPoolExecutor(16) as threads:
            rates = list(threads.map(lambda _: rate_of(request, counting=1), range(200)))

        assert sorted(rate.current for rate in rates) == list(range(1, 201))

    def test_tells_without_counting(self, api: Api, ada: User) -> None:
        client = api(ada)
        with time_machine.travel("2012-07-17 10:20:00+00:00", tick=False):
            client.get("user")
            told = [client.get("rate_limit") for _ in range(2)]

        assert (
            told[0].json()
            == told[1].json()
            == {
                "hourly_limit": 1000,
                "remaining_hits": 999,
                "current_hits": 1,
                "reset_time_in_seconds": 1342522800,
                "reset_time": "Tue, 17 Jul 2012 11:00:00 +0000 GMT",
            }
        )
        assert "X-RateLimit-Limit" not in told[0]


class TestClients:
    """2.7, in its order."""

    @pytest.mark.parametrize("slash", ["", "/"])
    def test_1_a_slash_at_the_end_is_optional(
        self, api: Api, ada: User, ben: User, song: Thing, funded: Api, slash: str
    ) -> None:
        client = api(funded(ada))
        reads = [
            "user",
            "user/things",
            "users/ben",
            f"things/{song.pk}",
            "things/search",
            "rate_limit",
            "categories",
            f"things/{song.pk},{song.pk}",
            "user/flattrs",
            f"things.json?id={song.pk}",
            "user/activities.as",
        ]
        for path in reads:
            address, _, query = path.partition("?")
            assert client.get(f"{address}{slash}?{query}").status_code == 200, path
        assert client.get(f"things/lookup{slash}?url={song.url}").status_code == 302
        posted = send(client, "POST", f"things{slash}", {"url": "https://ada.example/"})
        assert posted.status_code == 201
        assert send(client, "POST", f"things/{song.pk}/flattr{slash}").status_code == 200

    def test_2_the_redirect_of_a_lookup_says_the_same_twice(self, api: Api, song: Thing) -> None:
        found = api().get(f"things/lookup?url={quote(song.url)}")

        location = f"http://testserver/rest/v2/things/{song.pk}"
        assert (found.status_code, found["Location"]) == (302, location)
        assert found.json() == {"message": "found", "location": location}

    @pytest.mark.parametrize(
        "path",
        [
            "user",
            "user/flattrs",
            "user/things",
            "things/search",
            "users/ben/flattrs",
            "categories",
            "rate_limit",
        ],
    )
    def test_3_asking_for_streams_gets_json(
        self, api: Api, ada: User, ben: User, path: str
    ) -> None:
        answer = api(ada).get(path, headers={"accept": "application/stream+json"})

        assert (answer.status_code, answer["Content-Type"]) == (200, f"{JSON}; charset=utf-8")
        assert (
            isinstance(answer.json(), list)
            or "items" not in answer.json()
            or "page" in answer.json()
        )

    @pytest.mark.parametrize(
        ("kind", "body"), [(JSON, ""), (JSON, "{}"), (FORM, ""), ("", ""), ("text/plain", "")]
    )
    def test_4_a_click_needs_no_body(
        self, api: Api, ada: User, song: Thing, funded: Api, kind: str, body: str
    ) -> None:
        client = api(funded(ada))

        posted = client.generic("POST", f"things/{song.pk}/flattr", body, content_type=kind)

        assert posted.status_code == 200

    @pytest.mark.parametrize("body", ["", "{}"])
    def test_4_deleting_takes_a_body_or_none(
        self, api: Api, ben: User, song: Thing, body: str
    ) -> None:
        deleted = send(api(ben), "DELETE", f"things/{song.pk}", body, JSON)

        assert (deleted.status_code, deleted.content) == (204, b"")

    @pytest.mark.parametrize(
        ("written", "hidden"),
        [("True", True), ("False", False), ("1", True), ("0", False), ("true", True)],
    )
    def test_5_booleans_in_forms(self, api: Api, ben: User, written: str, hidden: bool) -> None:
        send(api(ben), "POST", "things", {"url": "https://ben.example/x", "hidden": written})

        assert Thing.objects.get().hidden is hidden

    @pytest.mark.parametrize("kind", [FORM, JSON])
    @pytest.mark.parametrize(
        "host", ["http://flattr.com/", "https://flattr.com/", "http://localhost/"]
    )
    def test_6_auto_submit_addresses_of_any_own_host(
        self, api: Api, ada: User, ben: User, funded: Api, host: str, kind: str
    ) -> None:
        clicked = send(api(funded(ada)), "POST", "flattr", {"url": host + AUTO}, kind)

        assert clicked.status_code == 200
        thing = Thing.objects.get()
        assert (thing.url, thing.owner, thing.title) == ("https://ben.example/new", ben, "N")

    @pytest.mark.parametrize(
        "named", ["user_id=&", "user_id=true&", "", "user_id=BEN&", "fid={fid}&"]
    )
    def test_6_a_known_thing_needs_no_owner_in_its_link(
        self, api: Api, ada: User, song: Thing, funded: Api, named: str
    ) -> None:
        from accounts.public_ids import public_id

        named = named.format(fid=public_id(song.owner.pk))
        address = f"http://flattr.com/submit/auto?{named}url={quote(song.url, safe='')}"

        assert api().get(f"things/lookup?url={quote(address, safe='')}").status_code == 302
        assert send(api(funded(ada)), "POST", "flattr", {"url": address}).status_code == 200

    def test_7_lookups_that_are_not_percent_encoded(self, api: Api, song: Thing) -> None:
        inner = quote(song.url, safe="")
        for address in (
            f"things/lookup?url=http://flattr.com/submit/auto?url={inner}",
            f"things/lookup?url=http://flattr.com/submit/auto?url={inner}&user_id=ben&title=x",
            f"things/lookup?url={song.url}",
            f"things/lookup/q/{song.url}",
            f"things/lookup?q={song.url}",
        ):
            assert api().get(address).status_code == 302, address

    def test_8_types_are_what_strict_clients_insist_on(
        self, api: Api, ada: User, song: Thing, funded: Api
    ) -> None:
        client = api(funded(ada))
        send(client, "POST", f"things/{song.pk}/flattr")
        send(client, "POST", f"things/{song.pk}/subscriptions")
        thing = client.get(f"things/{song.pk}").json()
        user = client.get("users/ben").json()
        subscription = client.get("user/subscriptions").json()[0]

        assert [thing[name] for name in ("hidden", "flattred", "subscribed")] == [False, True, True]
        assert subscription["active"] is True
        assert type(user["active_supporter"]) is int
        for name in ("id", "flattrs", "flattrs_user_count", "created_at"):
            assert type(thing[name]) is int
        assert thing["tags"] == ["music", "folk"]
        assert None not in [*thing.values(), *user.values(), *thing["owner"].values()]

    def test_9_statuses_alone_tell_what_happened(
        self, api: Api, ada: User, ben: User, song: Thing, funded: Api
    ) -> None:
        path = f"things/{song.pk}/flattr"
        poor = send(api(ada), "POST", path)
        rich = api(funded(ada))
        done, again = send(rich, "POST", path), send(rich, "POST", path)
        own, missing = send(api(ben), "POST", path), send(rich, "POST", "things/999/flattr")

        statuses = [one.status_code for one in (poor, done, again, own, missing)]
        assert statuses == [401, 200, 403, 403, 404]
        assert poor.json()["error"] == "no_means"
        assert poor.json()["error_description"] == "You don't have any money to flattr with"
        assert done.json()["description"] == "Thing was successfully flattred"

    @pytest.mark.parametrize("page", range(5))
    def test_10_pages_of_clicks_are_lists_past_the_end_too(
        self, api: Api, ada: User, song: Thing, funded: Api, page: int
    ) -> None:
        client = api(funded(ada))
        send(client, "POST", "flattr", {"url": song.url})

        found = client.get(f"user/flattrs?count=30&page={page}").json()

        assert isinstance(found, list)
        for flattr in found:
            assert (
                flattr["thing"].items()
                >= {"id": song.pk, "title": "A song", "url": song.url}.items()
            )
            assert type(flattr["created_at"]) is int

    def test_11_names_can_be_joined(self, api: Api, ada: User) -> None:
        user = api(ada).get("user").json()

        assert user["firstname"] + user["lastname"] == "ada"
        assert user.keys() >= {"username", "avatar", "id"}

    def test_12_share_counters_read_a_number(self, api: Api, song: Thing) -> None:
        client = api()
        found = client.get(client.get(f"things/lookup/?url={song.url}")["Location"][17:])

        assert type(found.json()["flattrs"]) is int


class TestFormats:
    @pytest.mark.parametrize(
        ("how", "kind"),
        [
            ({"path": "users/ben"}, "application/json"),
            ({"path": "users/ben.json"}, "application/json"),
            ({"path": "users/ben.xml"}, "text/xml"),
            ({"path": "users/ben.yaml"}, "application/yaml"),
            ({"path": "users/ben", "accept": "text/xml"}, "text/xml"),
            ({"path": "users/ben", "accept": "application/yaml"}, "application/yaml"),
            ({"path": "users/ben", "accept": "*/*"}, "application/json"),
            ({"path": "users/ben", "accept": "text/html,*/*;q=0.8"}, "application/json"),
            ({"path": "categories.txt"}, "text/plain"),
            ({"path": "languages", "accept": "text/plain"}, "text/plain"),
            ({"path": "users/ben/flattrs.as"}, "application/stream+json"),
            ({"path": "users/ben/things.as"}, "application/stream+json"),
            ({"path": "users/ben/things.atom"}, "application/atom+xml"),
            ({"path": "users/ben/activities"}, "application/stream+json"),
            (
                {"path": "users/ben/activities", "accept": "application/atom+xml"},
                "application/atom+xml",
            ),
        ],
    )
    def test_by_suffix_and_by_accept(
        self, api: Api, ben: User, song: Thing, how: dict[str, str], kind: str
    ) -> None:
        headers = {"accept": how["accept"]} if "accept" in how else {}

        answer = api().get(how["path"], headers=headers)

        assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (200, kind)

    @pytest.mark.parametrize(
        ("path", "accept"),
        [
            ("things/1.foo", ""),
            ("users/ben.txt", ""),
            ("categories.as", ""),
            ("categories", "image/png"),
            ("users/ben/activities.json", ""),
        ],
    )
    def test_unknown_ones_are_406(self, api: Api, ben: User, path: str, accept: str) -> None:
        answer = api().get(path, headers={"accept": accept} if accept else {})

        assert (answer.status_code, answer.json()["error"]) == (406, "not_acceptable")

    def test_say_the_same(self, api: Api, song: Thing) -> None:
        Thing.objects.update(title='A "song" </script> & é \x0b')
        client = api()
        said = client.get(f"things/{song.pk}").json()

        assert yaml.safe_load(client.get(f"things/{song.pk}.yaml").content) == said
        xml = ET.fromstring(client.get(f"things/{song.pk}.xml").content)
        assert xml.findtext("title") == 'A "song" </script> & é '
        assert b"<\\/script>" in client.get(f"things/{song.pk}").content

    def test_jsonp_calls_a_function_with_status_200(self, api: Api, song: Thing) -> None:
        found = api().get(f"things/lookup?url={song.url}&jsonp=app.got")
        missing = api().get("things/lookup?url=https://nix.example/&jsonp=app.got")

        assert (found.status_code, missing.status_code) == (200, 200)
        assert found["Content-Type"].startswith("application/javascript")
        assert found["X-Content-Type-Options"] == "nosniff"
        assert found.content.startswith(b'/**/app.got({"message":"found"')
        assert b'"message":"not_found"' in missing.content

    def test_cors_is_open_and_knows_no_cookies(self, api: Api, ben: User) -> None:
        answer = api().get("users/ben", headers={"origin": "https://eve.example"})
        asked = api().options(
            "/rest/v2/user",
            headers={
                "origin": "https://eve.example",
                "access-control-request-method": "PATCH",
                "access-control-request-headers": "authorization",
            },
        )

        assert answer["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer
        assert "authorization" in asked["Access-Control-Allow-Headers"]
        assert "X-RateLimit-Remaining" in answer["Access-Control-Expose-Headers"]

    def test_the_root_says_hello(self, api: Api, db: None) -> None:
        for path in ("/rest/v2", "/rest/v2/"):
            assert api().get(path).content == b'{"message":"hello_world"}'

    def test_head_is_400(self, api: Api, ben: User) -> None:
        assert api().head("/rest/v2/users/ben").status_code == 400

    @pytest.mark.parametrize(
        ("query", "is_full"),
        [
            ("full", True),
            ("full=full", True),
            ("full=1", True),
            ("full=True", True),
            ("full=False", False),
            ("", False),
        ],
    )
    def test_full_makes_embedded_objects_whole(
        self, api: Api, song: Thing, query: str, is_full: bool
    ) -> None:
        owner = api().get(f"things/{song.pk}?{query}").json()["owner"]

        assert ("firstname" in owner) is is_full
