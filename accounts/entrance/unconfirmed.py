"""Sign-ups that were begun and never confirmed: they keep nobody from a name or an address."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from accounts.entrance.models import UnconfirmedSignUp
from accounts.models import User

# So long a sign-up stays open for who began it: signing in sends a new code.
KEPT_FOR = timedelta(days=2)


def begin_sign_up(user: User, *, at: datetime) -> None:
    """Note that a new user has yet to confirm their address."""
    UnconfirmedSignUp.objects.create(user=user, begun_at=at)


def finish_sign_up(user: User) -> None:
    """The address is confirmed: the account stays."""
    UnconfirmedSignUp.objects.filter(user=user).delete()


def give_up_sign_up(user: User) -> None:
    """Drop a user who never confirmed, as they start again. Others are left as they are."""
    _drop(User.objects.filter(pk=user.pk, unconfirmed_sign_up__isnull=False, last_login=None))


def make_way(*, at: datetime, username: str = "", address: str = "") -> None:
    """Drop the sign-ups that hold a name or an address, and whose code has run out."""
    life = timedelta(seconds=settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT)
    stale = UnconfirmedSignUp.objects.begun_before(at - life)
    if username:
        _drop(User.objects.filter(unconfirmed_sign_up__in=stale, username__iexact=username))
    if address:
        _drop(User.objects.filter(unconfirmed_sign_up__in=stale, email=address.lower()))


def drop_unconfirmed(*, at: datetime) -> int:
    """Drop all that have waited for KEPT_FOR. Returns how many."""
    stale = UnconfirmedSignUp.objects.begun_before(at - KEPT_FOR)
    return _drop(User.objects.filter(unconfirmed_sign_up__in=stale))


def _drop(users: QuerySet[User]) -> int:
    _rows, by_model = users.delete()
    return by_model.get("accounts.User", 0)
