"""People, things and tokens for the tests of the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import AccessToken, set_token_value

from accounts.models import Application, User
from payments.budgets.planning import set_budget
from payments.ledger.models import Transfer
from payments.ledger.posting import Posting, outside, post, wallet_of
from payments.money import MICROS
from things.models import Thing

ALL_SCOPES = "flattr thing email extendedread money budget partner"
V2 = "/rest/v2/"


class ApiClient(Client):
    """A client that talks to `/rest/v2`, with the token of a user where it has one."""

    def __init__(self, token: str = "") -> None:
        super().__init__(headers={"authorization": f"Bearer {token}"} if token else {})

    def generic(self, method: str, path: str, *args: Any, **kwargs: Any) -> Any:
        """Paths are relative to `/rest/v2/`, but for those that begin with a slash."""
        return super().generic(method, path if path.startswith("/") else V2 + path, *args, **kwargs)

    def get(self, path: str, *args: Any, **kwargs: Any) -> Any:
        """As `generic`."""
        return super().get(path if path.startswith("/") else V2 + path, *args, **kwargs)


@pytest.fixture
def ada(db: None) -> User:
    """She subscribes."""
    return User.objects.create_user("ada", email="ada@ada.example")


@pytest.fixture
def ben(db: None) -> User:
    """He creates."""
    return User.objects.create_user("ben", email="ben@ben.example", display_name="Ben Bell")


@pytest.fixture
def eve(db: None) -> User:
    """She may see nothing."""
    return User.objects.create_user("eve", email="eve@eve.example")


@pytest.fixture
def song(ben: User) -> Thing:
    """A thing of Ben's."""
    return Thing.objects.create(
        url="https://ben.example/song",
        owner=ben,
        title="A song",
        description="Three chords",
        tags=["music", "folk"],
        category="audio",
    )


@pytest.fixture
def secret(ben: User) -> Thing:
    """A hidden thing of Ben's."""
    return Thing.objects.create(
        url="https://ben.example/secret", owner=ben, title="A secret song", hidden=True
    )


@pytest.fixture
def player(ben: User) -> Application:
    """An application with a secret, `hush`."""
    return Application.objects.create(
        name="Player",
        user=ben,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        redirect_uris="https://player.example/done",
        client_secret="hush",
    )


@pytest.fixture
def token_for(player: Application) -> Callable[..., str]:
    """A token of a user with scopes."""

    def make(user: User, scopes: str = ALL_SCOPES) -> str:
        token = AccessToken(
            user=user,
            application=player,
            scope=scopes,
            expires=timezone.now() + timedelta(days=1),
        )
        text = f"{user.username}-{scopes.replace(' ', '-')}-{AccessToken.objects.count()}"
        set_token_value(token, text)
        token.save()
        return text

    return make


@pytest.fixture
def api(token_for: Callable[..., str]) -> Callable[..., ApiClient]:
    """A client with a user's token, or without any."""

    def make(user: User | None = None, scopes: str = ALL_SCOPES) -> ApiClient:
        return ApiClient(token_for(user, scopes) if user else "")

    return make


@pytest.fixture
def funded() -> Callable[..., User]:
    """Give a user 10 euros and a budget of 5."""

    def fund(user: User) -> User:
        now = timezone.now()
        posting = Posting(
            key=f"test:{user.pk}",
            kind=Transfer.Kind.DEPOSIT,
            debited=outside("test", "EUR"),
            credited=wallet_of(user, "EUR"),
            amount=10 * MICROS,
            about_at=now,
        )
        post([posting], posted_at=now)
        set_budget(subscriber=user, amount=5 * MICROS, currency="EUR", at=now)
        return user

    return fund
