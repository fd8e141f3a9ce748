"""Every address of the site keeps to what a giver chose: found in the table of addresses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from oauth2_provider.models import AccessToken, set_token_value

from accounts.models import Application, User
from accounts.visibility import Visibility
from payments.budgets.planning import set_budget
from payments.clicking.recording import record_click
from payments.ledger.models import LedgerAccount
from payments.money import MICROS
from things.models import Thing

# Whoever gives is called by what they chose; the names are nowhere but where they gave.
NAMES = {visibility: f"gave.{visibility.written}" for visibility in Visibility}
TITLE = "A song for the unseen"
PayIn = Callable[..., LedgerAccount]

# Operators may see everything; these change something, send away, or describe.
LEFT_OUT = ("admin/", "sign-out/", "oauth/", "rest/v2/openapi", "rest/v2/docs")
# Any other part is a number.
SAMPLES = {
    "thing_id": "{thing}",
    "thing_ids": "{thing},{other}",
    "username": "|".join([*NAMES.values(), "ben"]),
    "period": "{month}",
    "format": "as|atom",
    "url": "https://ben.example/song",
}


@pytest.fixture
def song(ben: User, pay_in: PayIn) -> Thing:
    """Three people gave to it in every way there is: publicly, for Ben to know, anonymously."""
    now = timezone.now()
    song = Thing.objects.create(url="https://ben.example/song", owner=ben, title=TITLE)
    Thing.objects.create(url="https://ben.example/other", owner=ben, title="Another")
    waiting = Thing.objects.create(url="https://nobody.example/", title=TITLE)
    for visibility, name in NAMES.items():
        giver = User.objects.create_user(name)
        pay_in(giver, 20)
        set_budget(subscriber=giver, amount=5 * MICROS, currency="EUR", at=now)
        record_click(subscriber=giver, thing=song, at=now, visibility=visibility)
        record_click(subscriber=giver, thing=waiting, at=now, visibility=visibility)
    return song


def addresses(thing: Thing) -> Iterator[str]:
    """Every address of the site that can be read, with each sample of its parts."""
    other = Thing.objects.exclude(pk=thing.pk).filter(owner=thing.owner).get()
    month = timezone.now().strftime("%Y-%m")
    for route in _routes(get_resolver().url_patterns):
        if not route.startswith(LEFT_OUT) and not (route.startswith("rest") and route[-1] == "/"):
            yield from _filled(route, thing=str(thing.pk), other=str(other.pk), month=month)


def _routes(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = before + str(pattern.pattern).removeprefix("^").removesuffix("$")
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route)
        else:
            yield route


def _filled(route: str, **values: str) -> Iterator[str]:
    part = re.search(r"<(?:\w+:)?(\w+)>", route)
    if part is None:
        yield "/" + route.replace(r"\Z", "").replace("\\", "")
        return
    for sample in SAMPLES.get(part[1], "1").split("|"):
        filled = sample.format(**values)
        yield from _filled(route[: part.start()] + filled + route[part.end() :], **values)


def reader(user: User | None, *, token: bool) -> Client:
    """Somebody with a session and, if they like, an application of theirs."""
    client = Client()
    if user is None:
        return client
    if not token:
        client.force_login(user)
        return client
    made = AccessToken(
        user=user,
        application=Application.objects.create(name="Reader", user=user),
        scope="flattr thing email extendedread money budget",
        expires=timezone.now() + timedelta(days=1),
    )
    set_token_value(made, f"token of {user.username}")
    made.save()
    return Client(headers={"authorization": f"Bearer token of {user.username}"})


def named_at(client: Client, thing: Thing) -> dict[Visibility, set[str]]:
    """Where a reader learns who gave: a name on a page, or the thing on a page of that person's."""
    found: dict[Visibility, set[str]] = {visibility: set() for visibility in Visibility}
    for address in addresses(thing):
        for query in ("", "?type=incoming") if "activities" in address else ("",):
            answer = client.get(address + query, HTTP_ACCEPT="*/*")
            if answer.streaming or answer.status_code >= 300:
                continue
            text = answer.content.decode()
            for visibility, name in NAMES.items():
                if (TITLE if name in address else name) in text:
                    found[visibility].add(address + query)
    return found


def listed(thing: Thing, visibility: Visibility) -> set[str]:
    """Where somebody is named who is not anonymous."""
    theirs = f"/rest/v2/users/{NAMES[visibility]}"
    return {
        f"/rest/v2/things/{thing.pk}/flattrs",
        f"/rest/v2/things/{thing.pk}/flattrs.atom",
        "/rest/v2/users/ben/activities?type=incoming",
        f"{theirs}/flattrs",
        f"{theirs}/activities",
    }


class TestEveryAddress:
    """Seen by a visitor, by a stranger and by the creator, in a browser and by the API."""

    @pytest.mark.parametrize(("who", "token"), [(None, False), ("eve", False), ("eve", True)])
    def test_names_to_others_who_gave_publicly_alone(
        self, eve: User, song: Thing, who: str | None, token: bool
    ) -> None:
        found = named_at(reader(eve if who else None, token=token), song)

        assert listed(song, Visibility.PUBLIC) <= found[Visibility.PUBLIC]
        assert found[Visibility.CREATOR] == found[Visibility.ANONYMOUS] == set()

    @pytest.mark.parametrize("token", [False, True])
    def test_names_to_the_creator_who_is_not_anonymous(
        self, ben: User, song: Thing, token: bool
    ) -> None:
        found = named_at(reader(ben, token=token), song)

        assert listed(song, Visibility.PUBLIC) <= found[Visibility.PUBLIC]
        if token:
            assert listed(song, Visibility.CREATOR) <= found[Visibility.CREATOR]
        assert found[Visibility.ANONYMOUS] == set()

    def test_shows_people_their_own(self, song: Thing) -> None:
        giver = User.objects.get(username=NAMES[Visibility.ANONYMOUS])

        found = named_at(reader(giver, token=True), song)

        assert found[Visibility.ANONYMOUS] >= {
            f"/rest/v2/users/{giver.username}/flattrs",
            f"/rest/v2/things/{song.pk}/flattrs",
        }
        assert found[Visibility.CREATOR] == set()
