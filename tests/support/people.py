"""People as they are after their sign-up, and what they type."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.test import Client

from accounts.models import User

PASSWORD = "correct horse battery"


def signed_up(name: str, **other: object) -> User:
    """A user with a confirmed address and PASSWORD."""
    address = f"{name}@example.org"
    user = User.objects.create_user(name, address, PASSWORD, **other)
    EmailAddress.objects.create(user=user, email=address, primary=True, verified=True)
    return user


def sign_in(user: User) -> Client:
    """A browser in which the user signed in by their password just now."""
    client = Client()
    answer = client.post("/sign-in/", {"login": user.username, "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    return client


def with_authenticator(user: User) -> str:
    """Set an authenticator up for a user, and return its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def code_of(secret: str) -> str:
    """What an authenticator shows now. Each code is good once: what was used is forgotten."""
    cache.clear()
    counter = list(yield_hotp_counters_from_time())[1]
    return format_hotp_value(hotp_value(secret, counter))


def factors_of(user: User) -> list[str]:
    """The kinds of a user's second factors."""
    return sorted(Authenticator.objects.filter(user=user).values_list("type", flat=True))
