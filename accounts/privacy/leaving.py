"""Deleting an account. Each app adds what must be settled before, and what goes."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model
from oauth2_provider.models import AccessToken, Grant

from accounts.mail.kinds import Kind
from accounts.mail.queueing import queue_mail
from accounts.models import (
    Application,
    Export,
    FactorRemoval,
    GivenUpName,
    KeptAnswer,
    Mail,
    UnwantedKind,
    User,
)
from accounts.security.sessions import end_all_ways_in


class CannotLeave(Exception):
    """Something must be settled first; `reasons` say what, in the user's language."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


@dataclass(frozen=True)
class Leaver:
    """What an app does when somebody leaves.

    `reasons` against it in words, `rest` the money that would be given to the site, in words, and
    `leave`, called in one transaction with all others.
    """

    reasons: Callable[[User, datetime], list[str]]
    rest: Callable[[User, datetime], list[str]]
    leave: Callable[[User, datetime], None]


_OF_THE_USER: list[type[Model]] = [
    EmailAddress,
    Authenticator,
    AccessToken,
    Grant,
    Application,
    Export,
    KeptAnswer,
    Mail,
    UnwantedKind,
    FactorRemoval,
]
_leavers: dict[str, Leaver] = {}


def add_leaver(name: str, leaver: Leaver) -> None:
    """Have an app take part."""
    _leavers[name] = leaver


def reasons_to_stay(user: User, *, at: datetime) -> list[str]:
    """What keeps a user from leaving now."""
    return [reason for leaver in _leavers.values() for reason in leaver.reasons(user, at)]


def rest_of(user: User, *, at: datetime) -> list[str]:
    """The money that would be given to the site."""
    return [amount for leaver in _leavers.values() for amount in leaver.rest(user, at)]


def delete_account(*, user: User, at: datetime) -> None:
    """Delete an account: what leads to the person goes, the books stay without a name.

    All or nothing. Raises CannotLeave where something must be settled first. The user's row is
    locked from the first moment, and suspended, so that no click and no payout begins meanwhile.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        if reasons := reasons_to_stay(user, at=at):
            raise CannotLeave(reasons)
        for leaver in _leavers.values():
            leaver.leave(user, at)
        address, name = user.email, user.get_full_name()
        _forget(user)
        if address:
            _say_farewell(user, address=address, name=name, at=at)


def _say_farewell(user: User, *, address: str, name: str, at: datetime) -> None:
    """To the address that the account had: a mail forgets where it went as soon as it is sent."""
    queue_mail(
        to=user,
        kind=Kind.ACCOUNT_DELETED,
        context={"greeted": name, "at": at},
        key=f"account deleted:{user.pk}",
        address=address,
    )


def _forget(user: User) -> None:
    end_all_ways_in(user)
    for model in _OF_THE_USER:
        model._default_manager.filter(user=user).delete()
    # What staff did to the account stays on record, without the name.
    ours = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(content_type=ours, object_id=str(user.pk)).update(object_repr="")
    user.groups.clear()
    user.user_permissions.clear()
    user.username = f"deleted-{secrets.token_hex(8)}"
    user.email, user.display_name, user.last_login = None, "", None
    user.time_zone = "UTC"
    user.is_active = user.is_staff = user.is_superuser = False
    user.suspended = True
    user.set_unusable_password()
    user.save()
    # The name stays nobody's; who had it is forgotten.
    GivenUpName.objects.filter(user=user).update(user=None)
