"""flattrclient 0.2 of 2015, with nothing changed but its host."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flattrclient.api
import flattrclient.base
import flattrclient.exc
import flattrclient.oauth
import pytest
import requests

from accounts.models import Application, User
from obole.celery import app
from things.models import Popularity, StandingClick, Thing

# redis-py's opinion of what Celery calls.
pytestmark = pytest.mark.filterwarnings("ignore:Call to deprecated setex")

DONE = "http://127.0.0.1:9/done"


@pytest.fixture
def elsewhere(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point it to our host, as its `api.flattr.com` stands in the code."""
    original = flattrclient.base.BaseApi.__init__

    def patched(self: Any, session: Any) -> None:
        original(self, session)
        self._api_url = host

    monkeypatch.setattr(flattrclient.base.BaseApi, "__init__", patched)


@pytest.fixture
def client(
    host: str,
    ada: User,
    elsewhere: None,
    application: Callable[..., Application],
    consent: Callable[..., requests.Response],
) -> Any:
    """It, authorised by Ada: the consent page by form posts, the code for a token."""
    player = application(DONE)
    auth = flattrclient.oauth.get()
    auth._api_url = host
    address = auth.authorize(player.client_id, "flattr,thing,email,extendedread", DONE)
    answer = consent(address, requests.Session())
    code = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
    auth.set_auth(player.client_id, "hush")
    token = auth.token(code, DONE)
    assert token.keys() == {"access_token", "token_type"}
    return flattrclient.api.get(token["access_token"])


class TestFlattrclient:
    def test_reads_clicks_and_subscribes(self, client: Any, song: Thing) -> None:
        ben = client.users.get("ben")
        assert (ben.username, ben.firstname, ben.lastname) == ("ben", "Ben Bell", "")
        assert [thing.title for thing in ben.get_things()] == ["A song"]
        found = client.things.lookup("https://ben.example/song")
        assert (found.id, found.title, found.tags, found.hidden) == (
            song.pk,
            "A song",
            ["music"],
            False,
        )

        said = found.support()
        assert said["description"] == "Thing was successfully flattred"
        with pytest.raises(flattrclient.exc.FlattrApiError, match="more than once"):
            found.support()
        assert [flattr.thing["id"] for flattr in client.authenticated.get_flattrs()] == [song.pk]
        assert [flattr.thing["id"] for flattr in client.users("ada").get_flattrs()] == [song.pk]
        assert client.things.get(str(song.pk)).flattrs == 1

        found.subscribe()
        again = client.things.get(str(song.pk))
        assert again.subscribed
        assert [one.active for one in client.authenticated.get_subscriptions()] == [True]
        again._subscribed = False  # else it would not even ask
        with pytest.raises(flattrclient.exc.FlattrApiError, match="already subscribed"):
            again.subscribe()
        found.pause_subscription()
        assert [one.active for one in client.authenticated.get_subscriptions()] == [False]
        client.things.get(str(song.pk)).unsubscribe()
        assert not StandingClick.objects.exists()

        activities = client.authenticated.get_activities("outgoing")
        assert activities["items"][0]["verb"] == "like"
        # From here on it asks everything for activity streams, and must get its lists.
        assert [flattr.thing["id"] for flattr in client.authenticated.get_flattrs()] == [song.pk]

    def test_registers_changes_finds_and_deletes(self, client: Any, song: Thing) -> None:
        new = client.things.new(
            url="https://ada.example/post",
            title="A post",
            description="Words",
            tags=["a", "b"],
            category="text",
            language="en_GB",
            hidden=False,
        )
        said = new.commit()
        assert said["message"] == "ok"
        stored = Thing.objects.get(pk=new.id)
        assert (stored.tags, stored.hidden, stored.owner.username) == (["a", "b"], False, "ada")

        new.title = "Another post"
        assert new.commit()["description"] == "Thing was updated correctly"
        both = client.things.get(str(new.id), str(song.pk))
        assert [thing.title for thing in both] == ["Another post", "A song"]
        assert [thing.id for thing in client.authenticated.get_things()] == [new.id]

        app.send_task("things.count_popularity").get(timeout=30)
        assert Popularity.objects.filter(counted_at__isnull=False).count() == 2
        found = client.things.search(query="posts", sort="flattrs")
        assert (found.total_items, [thing.id for thing in found.things]) == (1, [new.id])

        new.delete()
        with pytest.raises(flattrclient.exc.NotFoundError):
            client.things.get(str(new.id))
        with pytest.raises(flattrclient.exc.NotFoundError):
            client.things.lookup("https://nobody.example/")
