"""The table of headers, walked: every address of the site carries what its row says."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver, reverse

from accounts.models import User
from obole.headers import BRANCHES, EVERYTHING_ELSE, TABLE, headers_of
from things.button.assets import asset
from things.models import Thing
from things.sites.owning import ask_for_site, verify_site

NOON = datetime(2010, 9, 9, 12, tzinfo=UTC)

PUBLIC = "public, max-age="
BARE = "default-src 'none'; frame-ancestors 'none'"
CACHED = {
    "loader": "public, max-age=86400, stale-while-revalidate=604800",
    "flattr_loader": "public, max-age=86400, stale-while-revalidate=604800",
    "button_asset": "public, max-age=31536000, immutable",
    "frame": "public, max-age=60, stale-while-revalidate=600",
    "frame_of_page": "public, max-age=60, stale-while-revalidate=600",
    "flattr_frame": "public, max-age=60, stale-while-revalidate=600",
    "counts": "public, max-age=60, stale-while-revalidate=600",
    "badge": "public, max-age=300, stale-while-revalidate=3600",
    "plain_badge": "public, max-age=300, stale-while-revalidate=3600",
}
UNCUT = {
    "thing",
    "thing_with_name",
    "submit",
    "click",
    "take_back",
    "repeat_click",
    "sign_in",
    "mfa_login_webauthn",
    "mfa_authenticate",
    "mfa_reauthenticate_webauthn",
    "budget",
    "pay_in",
    "play_money",
    "pay_by_card",
    "bank_transfer",
    "go_on",
    "card_deposit",
}


@pytest.fixture
def thing(db: None) -> Thing:
    ben = User.objects.create_user("ben")
    verify_site(ask_for_site(creator=ben, address="ben.example", at=NOON), at=NOON)
    return Thing.objects.create(url="https://ben.example/song", owner=ben, title="A song")


def address_of(name: str, thing: Thing) -> str:
    arguments: dict[str, list[object]] = {
        "button_asset": [asset("frame.css").digest, "frame.css"],
        "thing_with_name": [thing.pk, "a-song"],
        "creator_atom": ["ben"],
        "creator_clicks_atom": ["ben"],
        "card_deposit": [1],
    }
    of_thing = {"frame", "badge", "thing", "thing_atom", "thing_stream"}
    path = reverse(name, args=[thing.pk] if name in of_thing else arguments.get(name, []))
    query = {
        "frame_of_page": "?user_id=ben&url=https://ben.example/x",
        "flattr_frame": "?uid=ben&url=https://ben.example/x",
        "submit": "?user_id=ben&url=https://ben.example/x",
        "oembed": f"?url={settings.SITE_URL}/thing/{thing.pk}",
        "counts": f"?ids={thing.pk}",
    }
    return path + query.get(name, "")


def ask(name: str, thing: Thing, **headers: str) -> HttpResponse:
    client = Client(HTTP_HOST="localhost:8000")
    if name in {"budget", "pay_in", "play_money"}:
        client.force_login(thing.owner)
    path = address_of(name, thing)
    if name.startswith("act_") or name in {"click", "take_back", "repeat_click"}:
        return client.post(path, {"subject": thing.pk}, **headers)
    return client.get(path, **headers)


class TestTable:
    def test_names_addresses_that_there_are(self) -> None:
        names = {key for key in get_resolver().reverse_dict if isinstance(key, str)}

        assert set(TABLE) <= names

    @pytest.mark.parametrize("name", sorted(TABLE))
    def test_is_what_each_address_answers(self, name: str, thing: Thing) -> None:
        answer = ask(name, thing)

        row = headers_of(name)
        who = "https://ben.example http://ben.example"
        policy = row.csp.replace("{site}", settings.SITE_URL).replace("{ancestors}", who)
        carried = {
            "Content-Security-Policy": policy,
            "Cross-Origin-Opener-Policy": row.coop,
            "Cross-Origin-Resource-Policy": row.corp,
            "Cross-Origin-Embedder-Policy": row.coep,
            "Access-Control-Allow-Origin": row.cors,
            "Permissions-Policy": row.permissions,
            "Referrer-Policy": row.referrer,
            "X-Frame-Options": row.frame_options,
            "X-Content-Type-Options": "nosniff",
        }
        assert {header: answer.headers.get(header) for header in carried} == carried

    @pytest.mark.parametrize("name", sorted(CACHED))
    def test_lets_everybody_keep_what_knows_no_reader(self, name: str, thing: Thing) -> None:
        answer = ask(name, thing, HTTP_COOKIE="session=x")

        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == CACHED[name]
        assert not answer.cookies
        assert "Cookie" not in answer.headers.get("Vary", "")
        again = ask(name, thing, HTTP_IF_NONE_MATCH=answer.headers["ETag"])
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["Cache-Control"] == CACHED[name]

    def test_cuts_every_window_from_its_opener_but_those_of_a_click(self) -> None:
        assert {name for name, row in TABLE.items() if row.coop == "unsafe-none"} == UNCUT
        assert {way for way, row in BRANCHES.items() if row.coop == "unsafe-none"} == {"/sign-"}
        assert EVERYTHING_ELSE.coop == "same-origin"

    def test_lets_passkeys_be_asked_for_where_one_signs_in(self) -> None:
        asking = {
            name for name, row in TABLE.items() if "credentials-get=(self)" in row.permissions
        }

        assert asking == {name for name in UNCUT if name == "sign_in" or name.startswith("mfa_")}

    def test_lets_stripe_onto_the_pages_of_cards_alone(self) -> None:
        with_stripe = {name for name, row in TABLE.items() if "stripe.com" in row.csp}
        asking = {name for name, row in TABLE.items() if "payment=()" not in row.permissions}

        assert with_stripe == asking == {"card_deposit", "card_setup"}
        assert "stripe.com" not in EVERYTHING_ELSE.csp
        assert not [name for name in with_stripe if "unsafe" in TABLE[name].csp]

    @pytest.mark.parametrize("path", ["/settings/profile", "/settings/sessions", "/sign-up/"])
    def test_lets_nobody_keep_the_pages_of_an_account(self, path: str, db: None) -> None:
        answer = Client(HTTP_HOST="localhost:8000").get(path)

        assert answer.headers["Cache-Control"] == "no-store"

    def test_lets_nobody_frame_anything_but_buttons(self) -> None:
        framed = {name for name, row in TABLE.items() if "frame-ancestors 'none'" not in row.csp}

        assert framed == {"frame", "frame_of_page", "flattr_frame", "button_preview"}
        assert "frame-ancestors 'none'" in EVERYTHING_ELSE.csp

    def test_sends_no_word_across_origins_from_the_clicks_address(self) -> None:
        rows = [row for name, row in TABLE.items() if name.startswith("act_")]

        assert len(rows) == 5
        assert {(row.cors, row.cache) for row in rows} == {(None, "no-store")}


class TestApi:
    def test_is_for_programs_of_any_site(self, db: None) -> None:
        answer = Client(HTTP_HOST="localhost:8000").get(
            "/rest/v2/categories", {"jsonp": "show"}, HTTP_ORIGIN="https://blog.example"
        )

        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


class TestFrame:
    def test_may_stand_on_the_creators_sites_only(self, thing: Thing) -> None:
        User.objects.create_user("eve")
        other = Thing.objects.create(
            url="https://eve.example/", owner=User.objects.get(username="eve")
        )

        policies = [ask("frame", one).headers["Content-Security-Policy"] for one in (thing, other)]

        ends = [policy.rpartition("frame-ancestors ")[2] for policy in policies]
        assert ends == ["https://ben.example http://ben.example", "'none'"]

    def test_that_explains_an_error_may_stand_anywhere(self, thing: Thing) -> None:
        answer = Client(HTTP_HOST="localhost:8000").get(
            "/embed/?user_id=benn&url=https://a.example/"
        )

        assert answer.headers["Content-Security-Policy"].endswith("frame-ancestors *")
        assert b"<a href" in answer.content
        assert b"/thing/" not in answer.content
