"""The mails of coming in and of safety, by the names under which allauth asks for them."""

from __future__ import annotations

import secrets
from typing import Any

from allauth.account.internal.userkit import filter_users_by_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language

from accounts.mail.kinds import Kind
from accounts.mail.queueing import queue_mail
from accounts.models import User
from accounts.security.devices import name_of_device

_LETTERS = {
    "account/email/email_confirmation_signup": Kind.CONFIRM_ADDRESS,
    "account/email/email_confirmation": Kind.CONFIRM_ADDRESS,
    "account/email/password_reset_code": Kind.RESET_CODE,
    "account/email/account_already_exists": Kind.ACCOUNT_EXISTS,
}
_NOTICES = {
    "account/email/email_changed": Kind.ADDRESS_CHANGED,
    "account/email/password_changed": Kind.PASSWORD_CHANGED,
    "account/email/password_reset": Kind.PASSWORD_CHANGED,
    "account/email/password_set": Kind.PASSWORD_CHANGED,
    "mfa/email/recovery_codes_generated": Kind.FACTORS_CHANGED,
    "mfa/email/totp_activated": Kind.FACTORS_CHANGED,
    "mfa/email/totp_deactivated": Kind.FACTORS_CHANGED,
    "mfa/email/webauthn_added": Kind.FACTORS_CHANGED,
    "mfa/email/webauthn_removed": Kind.FACTORS_CHANGED,
}
_TO_NOBODY = "account/email/unknown_account"


def write(template: str, *, address: str, context: dict[str, Any]) -> None:
    """Queue the mail that stands for one of allauth's. Raises KeyError for one that is unknown."""
    if template == _TO_NOBODY:
        _tell_nobody(address)
        return
    user = context.get("user") or filter_users_by_email(address, prefer_verified=True)[0]
    code = {"code": context["code"]} if "code" in context else {}
    _queue(user, _LETTERS[template], code, address)


def give_notice(
    template: str, *, user: User, address: str, context: dict[str, Any], ip: str, agent: str
) -> None:
    """Tell a user what was done to their account, when and from where."""
    said = {
        "what": template.rpartition("/")[2],
        "at": timezone.now(),
        "ip": ip,
        "device": name_of_device(agent),
        "new_address": context.get("to_email", ""),
    }
    _queue(user, _NOTICES[template], said, address)


def _queue(user: User, kind: Kind, context: dict[str, Any], address: str) -> None:
    # Each is an occasion of its own.
    key = f"{kind.value}:{user.pk}:{secrets.token_hex(8)}"
    queue_mail(to=user, kind=kind, context=context, key=key, address=address)


def _tell_nobody(address: str) -> None:
    from accounts.entrance.tasks import tell_nobody

    said = {"address": address, "language": get_language() or ""}
    transaction.on_commit(
        lambda: tell_nobody.apply_async(kwargs=said, retry=False, ignore_result=True), robust=True
    )
