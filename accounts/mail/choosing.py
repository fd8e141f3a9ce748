"""Which kinds of mail a person wants, and the links in mails that switch one off."""

from __future__ import annotations

from collections.abc import Collection

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.urls import reverse

from accounts.mail.kinds import Kind, switchable_kinds
from accounts.mail.models import UnwantedKind
from accounts.models import User

_SALT = "accounts.mail.unsubscribe"


class NoSuchLink(LookupError):
    """The link was not made by this site, or its kind or user is no more."""


def unwanted_kinds(user: User) -> set[str]:
    """The kinds that a person switched off."""
    return set(UnwantedKind.objects.filter(user=user).values_list("kind", flat=True))


def choose_kinds(*, user: User, wanted: Collection[Kind]) -> None:
    """Set which of the switchable kinds a person wants; all others of those are switched off."""
    with transaction.atomic():
        UnwantedKind.objects.filter(user=user, kind__in=wanted).delete()
        unwanted = [kind for kind in switchable_kinds() if kind not in wanted]
        UnwantedKind.objects.bulk_create(
            [UnwantedKind(user=user, kind=kind.value) for kind in unwanted], ignore_conflicts=True
        )


def switch_off(*, user: User, kind: Kind) -> None:
    """Send a person no more mails of a kind that can be switched off."""
    UnwantedKind.objects.bulk_create(
        [UnwantedKind(user=user, kind=kind.value)], ignore_conflicts=True
    )


def unsubscribe_url(user: User, kind: Kind) -> str:
    """The address that switches a kind off for whoever has it: for the person's own mails.

    It does not expire, as mails lie in boxes for years, and it can do nothing else.
    """
    token = Signer(salt=_SALT).sign_object([user.pk, kind.value])
    return settings.SITE_URL + reverse("unsubscribe", args=[token])


def read_link(token: str) -> tuple[User, Kind]:
    """Whose mails of which kind a link switches off. Raises NoSuchLink."""
    try:
        key, name = Signer(salt=_SALT).unsign_object(token)
        kind, user = Kind(name), User.objects.get(pk=key)
    except (BadSignature, ValueError, User.DoesNotExist) as fault:
        raise NoSuchLink from fault
    if kind.always_sent:
        raise NoSuchLink
    return user, kind
