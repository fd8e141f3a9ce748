"""Who can be given a tip, and whom somebody means."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from django.conf import settings

from accounts.models import User
from things.aliases.finding import thing_at
from things.models import Thing

_PROFILE = "/profile/"


def can_be_tipped(username: str) -> User | None:
    """The creator of a name, whatever its case; None for who is suspended or has left."""
    return User.objects.filter(username__iexact=username, is_active=True, suspended=False).first()


def creator_meant(text: str) -> User | None:
    """Who is meant by a user name, the address of their page here, or of a thing of theirs."""
    text = text.strip()
    if "/" not in text:
        return can_be_tipped(text.removeprefix("@"))
    address = text if "//" in text else f"https://{text}"
    path = urlsplit(address).path
    if address.startswith(settings.SITE_URL + _PROFILE):
        return can_be_tipped(unquote(path.removeprefix(_PROFILE)).strip("/"))
    thing = thing_at(address)
    return can_be_tipped(thing.owner.username) if thing and thing.owner else None


def thing_of(creator: User, number: str) -> Thing | None:
    """An active thing of a creator by its number as text; None for anything else."""
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    mine = Thing.objects.active().filter(owner=creator)
    return mine.filter(pk=int(number)).first()
