"""What resources answer that no client's quirk is about, and how many queries they take."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.public_ids import key_of, public_id
from accounts.visibility import Visibility
from payments.clicking.recording import record_click
from payments.clicking.standing import start_standing_click
from payments.money import MICROS
from payments.settlement.running import settle_period
from payments.tips.tipping import Wish, give_tip
from things.models import Click, PendingClick, Thing
from things.periods import Period

Api = Callable[..., Any]
FORM = "application/x-www-form-urlencoded"


class TestThing:
    def test_has_flattrs_fields_in_flattrs_order(self, api: Api, song: Thing) -> None:
        assert list(api().get(f"things/{song.pk}").json()) == [
            "type",
            "resource",
            "link",
            "id",
            "url",
            "flattrs",
            "flattrs_user_count",
            "title",
            "description",
            "tags",
            "language",
            "category",
            "created_at",
            "owner",
            "hidden",
            "image",
        ]

    def test_shows_its_owner_more(self, api: Api, ben: User, song: Thing) -> None:
        shown = api(ben).get(f"things/{song.pk}").json()

        assert (shown["last_flattr_at"], shown["updated_at"]) == (0, 0)

    def test_several_come_in_the_order_asked(self, api: Api, ben: User, song: Thing) -> None:
        other = Thing.objects.create(url="https://ben.example/other", owner=ben)

        for path in (f"things/{other.pk},{song.pk},999", f"things?id={other.pk},{song.pk}"):
            assert [one["id"] for one in api().get(path).json()] == [other.pk, song.pk]
        assert api().get("things/998,999").status_code == 404

    def test_is_created_changed_and_withdrawn(self, api: Api, ben: User) -> None:
        client = api(ben)
        fields = {"url": "https://ben.example/x", "title": "X", "tags": ["a", "b", "a"]}
        made = client.generic("POST", "things", json.dumps(fields), content_type="application/json")
        path = f"things/{made.json()['id']}"
        change = urlencode({"_method": "patch", "title": "Y", "url": "https://ben.example/x"})
        changed = client.generic("POST", path, change, content_type=FORM)
        patched = client.generic("PATCH", path, '{"tags": "c"}', content_type="application/json")
        shown = client.get(path).json()

        assert made.json()["link"] == f"http://testserver/rest/v2/{path}"
        assert (
            changed.json()
            == patched.json()
            == {
                "message": "ok",
                "description": "Thing was updated correctly",
            }
        )
        assert (shown["title"], shown["tags"], shown["category"]) == ("Y", ["c"], "rest")
        assert shown["updated_at"] > 0
        assert client.generic("DELETE", path).status_code == 204
        assert client.get(path).status_code == 404
        again = client.generic(
            "POST", "things", json.dumps(fields), content_type="application/json"
        )
        assert again.json()["id"] == made.json()["id"]

    def test_needs_the_override_to_be_changed_by_post(
        self, api: Api, ben: User, song: Thing
    ) -> None:
        assert api(ben).generic("POST", f"things/{song.pk}").status_code == 400


class TestFlattr:
    def test_of_a_known_service_waits_for_its_creator(
        self, api: Api, ada: User, funded: Api
    ) -> None:
        client = api(funded(ada))
        address = "https://github.com/smgt/flattr"
        lookup = client.get(f"things/lookup?url={address}")
        clicked = client.generic("POST", "flattr", urlencode({"url": address}), content_type=FORM)

        assert (lookup.status_code, lookup.json()) == (200, {"message": "flattrable"})
        assert clicked.json()["thing"]["title"] == "smgt/flattr on GitHub"
        assert PendingClick.objects.get().thing.owner is None
        assert client.get("user/flattrs").json()[0]["thing"]["owner"]["username"] == ""
        assert (
            client.generic("DELETE", f"things/{clicked.json()['thing']['id']}/flattr").status_code
            == 204
        )

    @pytest.mark.parametrize(
        ("address", "status", "error"),
        [
            ("https://nobody.example/", 404, "not_found"),
            ("http://flattr.com/submit/auto?url=https://x.example/", 404, "not_found"),
            (
                "http://flattr.com/submit/auto?user_id=nobody&url=https://x.example/",
                400,
                "validation",
            ),
            (
                "http://flattr.com/submit/auto?user_id=ada&url=https://x.example/",
                403,
                "flattr_owner",
            ),
            (
                "http://flattr.com/submit/auto?user_id=eve&url=https://ben.example/song",
                400,
                "validation",
            ),
            ("http://flattr.com/submit/auto?user_id=ben&url=/relative", 400, "validation"),
            ("http://eve.example/submit/auto?user_id=ben&url=https://x.example/", 404, "not_found"),
            ("nonsense", 404, "not_found"),
        ],
    )
    def test_refused_makes_no_thing(
        self, api: Api, ada: User, song: Thing, funded: Api, address: str, status: int, error: str
    ) -> None:
        body = urlencode({"url": address})
        answer = api(funded(ada)).generic("POST", "flattr", body, content_type=FORM)

        assert (answer.status_code, answer.json()["error"]) == (status, error)
        assert Thing.objects.get() == song


class TestVisibility:
    def test_is_said_with_the_click_and_changed_afterwards(
        self, api: Api, ada: User, song: Thing, funded: Api
    ) -> None:
        client = api(funded(ada), "flattr")
        said = urlencode({"visibility": "anonymous"})
        assert client.generic("POST", f"things/{song.pk}/flattr", said, content_type=FORM)
        assert api().get(f"things/{song.pk}/flattrs").json() == []

        shown = urlencode({"visibility": "public"})
        answer = client.generic("PATCH", f"things/{song.pk}/flattr", shown, content_type=FORM)

        assert answer.json() == {"message": "ok", "description": "Click was updated correctly"}
        assert len(api().get(f"things/{song.pk}/flattrs").json()) == 1

    def test_is_one_of_three(self, api: Api, ada: User, song: Thing, funded: Api) -> None:
        client = api(funded(ada), "flattr")
        loud = urlencode({"visibility": "loud"})

        click = client.generic("POST", f"things/{song.pk}/flattr", loud, content_type=FORM)
        change = client.generic("PATCH", f"things/{song.pk}/flattr", loud, content_type=FORM)

        assert {click.status_code, change.status_code} == {400}
        assert not Click.objects.exists()

    def test_of_others_cannot_be_changed(
        self, api: Api, ada: User, eve: User, song: Thing, funded: Api
    ) -> None:
        record_click(subscriber=funded(ada), thing=song, at=timezone.now())
        said = urlencode({"visibility": "anonymous"})

        answer = api(eve).generic("PATCH", f"things/{song.pk}/flattr", said, content_type=FORM)

        assert answer.status_code == 404

    @pytest.mark.parametrize(("scopes", "seen"), [("flattr", 0), ("extendedread", 1)])
    def test_tells_an_application_of_the_creators_by_scope(
        self, api: Api, ada: User, ben: User, song: Thing, funded: Api, scopes: str, seen: int
    ) -> None:
        record_click(
            subscriber=funded(ada), thing=song, at=timezone.now(), visibility=Visibility.CREATOR
        )
        client = api(ben, scopes)

        assert len(client.get(f"things/{song.pk}/flattrs").json()) == seen
        assert len(client.get("user/activities?type=incoming").json()["items"]) == seen


class TestSubscription:
    def test_is_started_paused_listed_and_ended(
        self, api: Api, ada: User, ben: User, song: Thing
    ) -> None:
        client, path = api(ada), f"things/{song.pk}/subscriptions"
        until = urlencode({"until": "2031-01-31"})
        answers = [
            client.generic("POST", path, until, content_type=FORM),
            client.generic("POST", path),
            api(ben).generic("POST", path),
            client.generic("PUT", path),
            client.generic("PUT", path),
        ]
        standing = client.get("user/standing").json()[0]
        ended = [client.generic("DELETE", path) for _ in range(2)]

        assert [
            (one.status_code, one.json().get("error", one.json().get("message"))) for one in answers
        ] == [
            (200, "ok"),
            (403, "subscribed"),
            (403, "thing_owner"),
            (200, "paused"),
            (200, "started"),
        ]
        assert "owner" not in answers[0].json()["thing"]
        assert (standing["active"], standing["until"]) == (True, "2031-01-31")
        assert [one.status_code for one in ended] == [204, 404]


class TestMoney:
    SEPTEMBER = datetime(2010, 9, 9, 12, tzinfo=UTC)

    @pytest.fixture
    def settled(self, ada: User, song: Thing, funded: Api) -> None:
        """Ada gave 5 euros to the song in September 2010."""
        funded(ada)
        record_click(subscriber=ada, thing=song, at=self.SEPTEMBER)
        settle_period(period=Period(2010, 9), at=timezone.now(), fee_basis_points=1000)

    def test_statement(self, api: Api, ada: User, settled: None) -> None:
        said = api(ada, "money").get("user/statement?period=2010-09").json()

        assert said | {"things": len(said["things"])} == {
            "type": "statement",
            "period": "2010-09",
            "state": "settled",
            "currency": "EUR",
            "budget": "5.000000",
            "clicks": 1,
            "left_out": 0,
            "why_left_out": None,
            "excluded": 0,
            "standing_clicks_skipped": 0,
            "share": "5.000000",
            "given": "5.000000",
            "remainder": "0.000000",
            "wallets": [
                {
                    "currency": "EUR",
                    "opening": "0.000000",
                    "lines": {"clicks": "-5.000000"},
                    "closing": "-5.000000",  # the deposit is of now
                }
            ],
            "tips": [],
            "things": 1,
        }

    def test_tips_are_told_to_both(self, api: Api, ada: User, ben: User, funded: Api) -> None:
        funded(ada)
        wish = Wish(ada, ben, 2 * MICROS, "EUR", key="1", note="Thanks")
        tip = give_tip(wish, at=timezone.now())
        month = timezone.now().strftime("%Y-%m")

        given = api(ada, "money").get(f"user/statement?period={month}").json()
        got = api(ben, "money").get(f"user/earnings?period={month}").json()

        assert (given["budget"], given["things"]) == (None, [])
        assert given["wallets"] == [
            {
                "currency": "EUR",
                "opening": "0.000000",
                "lines": {"deposit": "10.000000", "tips": "-2.000000"},
                "closing": "8.000000",
            }
        ]
        assert given["tips"] == [
            {
                "creator": "ben",
                "given_at": int(tip.given_at.timestamp()),
                "currency": "EUR",
                "amount": "2.000000",
                "fee": "0.200000",
                "note": "Thanks",
                "visibility": "public",
                "taken_back_at": None,
            }
        ]
        assert (got["totals"], got["things"]) == ([], [])
        assert got["tips"] == [
            {
                "currency": "EUR",
                "number": 1,
                "gross": "2.000000",
                "fee": "0.200000",
                "net": "1.800000",
            }
        ]
        assert api(ben, "money").get(f"user/earnings.csv?period={month}").status_code == 404

    def test_earnings(self, api: Api, ben: User, settled: None) -> None:
        said = api(ben, "money").get("user/earnings?period=2010-09").json()

        assert said["totals"] == [
            {
                "currency": "EUR",
                "things": 1,
                "clicks": 1,
                "gross": "5.000000",
                "fee": "0.500000",
                "net": "4.500000",
            }
        ]
        assert said["things"][0]["thing"]["title"] == "A song"

    def test_earnings_as_flattrs_report(
        self, api: Api, ben: User, song: Thing, settled: None
    ) -> None:
        client = api(ben, "money")
        report = client.get("user/earnings.csv?period=2010-09")

        assert report["Content-Disposition"] == 'attachment; filename="flattr-revenue-201009.csv"'
        assert report["Content-Type"] == "text/csv; charset=utf-8"
        assert report.content.decode() == (
            "period;id;flattr url;url;title;clicks;revenue;clicks total\n"
            f'2010-09;{song.pk};"http://localhost:8000/thing/{song.pk}/A-song";'
            '"https://ben.example/song";"A song";1;5,00;1\n'
        )
        assert client.get("user/earnings.csv?period=2010-10").status_code == 404

    def test_months_are_public(self, api: Api, settled: None) -> None:
        month = api().get("months/2010-09").json()

        assert api().get("months").json() == [month]
        assert month["figures"][0]["median"] == "5.000000"

    @pytest.mark.parametrize(
        ("fields", "status", "error"),
        [
            ({"amount": "6.50", "currency": "EUR"}, 200, None),
            ({"amount": "0.01", "currency": "EUR"}, 400, "validation"),
            ({"amount": "-5", "currency": "EUR"}, 400, "validation"),
            ({"amount": "5", "currency": "XXX"}, 400, "validation"),
            ({"amount": "1e3", "currency": "EUR"}, 400, "validation"),
            ({"currency": "EUR"}, 400, "validation"),
        ],
    )
    def test_budget(
        self, api: Api, ada: User, fields: dict[str, str], status: int, error: str | None
    ) -> None:
        client = api(ada)
        answer = client.generic(
            "PUT", "user/budget", json.dumps(fields), content_type="application/json"
        )

        assert (answer.status_code, answer.json().get("error")) == (status, error)
        assert client.get("user/budget").status_code == (200 if status == 200 else 404)


class TestBudget:
    def put(self, client: Any, **fields: object) -> Any:
        return client.generic(
            "PUT", "user/budget", json.dumps(fields), content_type="application/json"
        )

    def test_says_what_holds_now_and_what_next(
        self, api: Api, ada: User, song: Thing, funded: Api
    ) -> None:
        client, now = api(funded(ada)), timezone.now()
        record_click(subscriber=ada, thing=song, at=now)

        answer = self.put(client, amount="3", currency="EUR").json()

        running = Period.of(now)
        assert answer == {
            "type": "budget",
            "amount": "3.000000",
            "currency": "EUR",
            "paused": False,
            "now": {
                "period": str(running),
                "amount": "5.000000",
                "currency": "EUR",
                "held": True,
            },
            "next": {"period": str(running.next), "amount": "3.000000", "currency": "EUR"},
        }
        assert client.get("user/budget").json() == answer

    def test_is_paused_and_set_again(self, api: Api, ada: User, funded: Api) -> None:
        client = api(funded(ada))

        paused = self.put(client, amount="5", currency="EUR", paused=True).json()
        again = self.put(client, amount="5", currency="EUR").json()

        assert (paused["paused"], "now" in paused, "next" in paused) == (True, False, False)
        assert (again["paused"], again["now"]["held"], "next" in again) == (False, False, True)

    def test_is_stopped(self, api: Api, ada: User, song: Thing, funded: Api) -> None:
        client = api(funded(ada))
        record_click(subscriber=ada, thing=song, at=timezone.now())

        assert client.generic("DELETE", "user/budget").status_code == 204
        stopped = client.get("user/budget").json()
        assert (stopped["now"]["held"], "next" in stopped) == (True, False)
        client.generic("DELETE", f"things/{song.pk}/flattr")

        assert client.get("user/budget").status_code == 404
        assert client.generic("DELETE", "user/budget").status_code == 404

    def test_is_not_raised_without_the_money(
        self, api: Api, ada: User, song: Thing, funded: Api
    ) -> None:
        client = api(funded(ada))
        record_click(subscriber=ada, thing=song, at=timezone.now())

        refused = self.put(client, amount="50", currency="EUR", paused=True)

        assert (refused.status_code, refused.json()["error"]) == (401, "no_means")
        assert client.get("user/budget").json()["amount"] == "5.000000"

    @pytest.mark.parametrize("method", ["PUT", "DELETE"])
    def test_wants_its_scope(self, api: Api, ada: User, funded: Api, method: str) -> None:
        client = api(funded(ada), "flattr money")

        assert client.generic(method, "user/budget").json()["error"] == "insufficient_scope"


class TestQueries:
    """Each list takes the same number of queries for two rows and for eight."""

    PATHS = [
        "user/things",
        "users/ben/things?full",
        "user/flattrs",
        "users/ada/flattrs?full",
        "things/{first}/flattrs",
        "things/{all}",
        "things/search?user=ben",
        "things/search?query=song",
        "things/search?query=song&sort=trend",
        "things/search?query=songg",
        "user/subscriptions",
        "user/standing?full",
        "user/activities",
        "users/ben/activities?type=incoming",
        "user/statement?period={month}",
        "users/ben/things.as",
        "months",
    ]

    def count(self, client: Any, path: str, rows: int) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = client.get(path)
        assert answer.status_code == 200
        assert len(answer.content) > rows * 20 or "months" in path
        return len(queries)

    @pytest.mark.parametrize("path", PATHS)
    def test_are_constant(self, api: Api, ada: User, ben: User, funded: Api, path: str) -> None:
        funded(ada)
        client, counts, now = api(ada), [], timezone.now()
        for rows in (2, 8):
            for number in range(Thing.objects.count(), rows):
                thing = Thing.objects.create(
                    url=f"https://ben.example/{number}", owner=ben, title="A song"
                )
                mine = Thing.objects.get_or_create(url=f"https://ada.example/{number}", owner=ada)[
                    0
                ]
                other = User.objects.create_user(f"user{number}")
                record_click(subscriber=ada, thing=thing, at=now)
                start_standing_click(subscriber=ada, thing=thing, at=now)
                PendingClick.objects.create(
                    subscriber=other, thing=Thing.objects.first(), clicked_at=now
                )
                assert mine.pk
            ben_things = Thing.objects.filter(owner=ben).order_by("pk")
            asked = path.format(
                first=ben_things[0].pk,
                all=",".join(str(thing.pk) for thing in ben_things),
                month=now.strftime("%Y-%m"),
            )
            counts.append(self.count(client, asked, rows))

        assert counts[0] == counts[1] <= 12


class TestPublicIds:
    @pytest.mark.parametrize("key", [1, 2, 36**6 - 1, 123_456_789])
    def test_stand_for_one_user_each(self, key: int) -> None:
        assert len(public_id(key)) == 6
        assert key_of(public_id(key)) == key

    def test_are_known_for_ever(self) -> None:
        assert (public_id(1), public_id(2)) == ("mm9dgs", "987q5f")

    @pytest.mark.parametrize("text", ["", "abc", "ABCDEF", "abcdefg", "aé0000"])
    def test_are_six_digits_or_small_letters(self, text: str) -> None:
        assert key_of(text) is None
