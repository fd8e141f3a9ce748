"""The page of a thing: what it says to people, to programs and to other sites."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from payments.budgets.planning import set_budget
from payments.clicking.kept import count_kept_clicks, keep_click
from payments.ledger.models import LedgerAccount
from payments.money import MICROS
from things.models import Click, Thing

SITE = settings.SITE_URL


@pytest.fixture
def song(ben: User) -> Thing:
    return Thing.objects.create(
        url="https://ben.example/song",
        owner=ben,
        title='A "song" of tea',
        description="What the kettle sings.",
        tags=["tea"],
        category="audio",
    )


def head_of(client: Client, path: str) -> str:
    return client.get(path).content.decode().partition("</head>")[0]


class TestHead:
    def test_describes_the_thing_to_other_sites(self, client: Client, song: Thing) -> None:
        head = head_of(client, f"/thing/{song.pk}")

        for line in (
            '<meta property="og:title" content="A &quot;song&quot; of tea">',
            '<meta property="og:description" content="What the kettle sings.">',
            f'<meta property="og:url" content="{SITE}/thing/{song.pk}">',
            f'<link rel="canonical" href="{SITE}/thing/{song.pk}">',
        ):
            assert line in head

    def test_says_where_one_gives_and_where_programs_read(
        self, client: Client, song: Thing
    ) -> None:
        head = head_of(client, f"/thing/{song.pk}")

        assert f'<link rel="payment" type="text/html" href="{SITE}/thing/{song.pk}">' in head
        for kind, path in (
            ("application/atom+xml", f"/thing/{song.pk}.atom"),
            ("application/stream+json", f"/thing/{song.pk}.as"),
        ):
            assert f'type="{kind}" href="{path}"' in head
            assert client.get(path).status_code == 200

    def test_leads_to_the_frame_by_oembed(self, client: Client, song: Thing) -> None:
        head = head_of(client, f"/thing/{song.pk}")
        (link,) = re.findall('application/json[+]oembed" href="([^"]+)"', head)

        found = client.get(link.removeprefix(SITE)).json()

        assert (found["type"], found["version"]) == ("rich", "1.0")
        assert f"{SITE}/embed/{song.pk}" in found["html"]

    @pytest.mark.parametrize("hidden", [True, False])
    def test_keeps_hidden_things_out_of_search(
        self, client: Client, song: Thing, hidden: bool
    ) -> None:
        Thing.objects.update(hidden=hidden)

        assert ("noindex" in head_of(client, f"/thing/{song.pk}")) is hidden


class TestBody:
    def test_has_title_creator_count_tags_and_a_way_to_give(
        self, client: Client, song: Thing
    ) -> None:
        page = client.get(f"/thing/{song.pk}").content.decode()

        for piece in (
            "A &quot;song&quot; of tea",
            'href="/profile/ben"',
            "<dt>Clicks</dt><dd>0</dd>",
            'href="/things/?tag=tea"',
            "Sign in to give",
        ):
            assert piece in page

    def test_says_that_a_click_waits_for_means_and_where_they_are_mended(
        self, client: Client, ada: User, song: Thing
    ) -> None:
        keep_click(subscriber=ada, subject=str(song.pk), url=song.url, at=song.created_at)
        client.force_login(ada)

        page = client.get(f"/thing/{song.pk}?popup=1&n=x").content.decode()

        assert "Your click is kept." in page
        assert 'href="/giving/budget/?next=' in page


class TestComingBackWithMeans:
    """The window went to the budget and to the wallet, and comes back to the page."""

    @pytest.fixture
    def reader(
        self, client: Client, ada: User, song: Thing, pay_in: Callable[..., LedgerAccount]
    ) -> Client:
        keep_click(subscriber=ada, subject=str(song.pk), url=song.url, at=song.created_at)
        pay_in(ada, 10)
        client.force_login(ada)
        return client

    def budget(self, reader: Client, song: Thing) -> None:
        query = {"amount": "5", "currency": "EUR", "next": f"/thing/{song.pk}?popup=1&n=x"}
        answer = reader.post("/giving/budget/", query)
        assert answer.headers["Location"] == query["next"]

    def test_tells_the_frame_once(self, reader: Client, song: Thing) -> None:
        self.budget(reader, song)

        pages = [reader.get(f"/thing/{song.pk}?popup=1&n=x").content.decode() for _ in range(2)]

        assert Click.objects.get().thing == song
        assert ['data-on="1"' in page for page in pages] == [True, False]
        assert "You gave to this." in pages[1]

    def test_tells_the_frame_of_no_other_thing(
        self, reader: Client, song: Thing, ben: User
    ) -> None:
        other = Thing.objects.create(url="https://ben.example/other", owner=ben)
        self.budget(reader, song)

        page = reader.get(f"/thing/{other.pk}?popup=1&n=x").content.decode()

        assert "data-on" not in page
        # A page that shows such words says it then.
        assert "counts now" in reader.get("/clicks/").content.decode()

    def test_tells_nothing_where_nothing_was_kept(
        self, client: Client, ada: User, song: Thing, pay_in: Callable[..., LedgerAccount]
    ) -> None:
        pay_in(ada, 10)
        set_budget(subscriber=ada, amount=5 * MICROS, currency="EUR", at=song.created_at)
        client.force_login(ada)

        assert count_kept_clicks(subscriber=ada, at=song.created_at) == []
        assert "data-on" not in client.get(f"/thing/{song.pk}?popup=1&n=x").content.decode()
