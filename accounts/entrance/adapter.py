"""How this site wants accounts: allauth asks here."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.entrance.confirmed import tell_that_confirmed
from accounts.entrance.given_up import is_given_up
from accounts.entrance.mails import give_notice, write
from accounts.entrance.names import is_reserved
from accounts.entrance.unconfirmed import begin_sign_up, finish_sign_up
from accounts.entrance.words import MESSAGES, REFUSALS
from accounts.models import User, validate_username
from accounts.security.middleware import start_noting
from accounts.security.sessions import end_all_ways_in

_STAGES = {
    "allauth.account.stages.EmailVerificationStage": "accounts.entrance.stages.ConfirmAddress",
}


class AccountAdapter(DefaultAccountAdapter):
    """Our rules, words and mails."""

    error_messages = REFUSALS

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Until the site winds down."""
        return bool(settings.SIGN_UPS)

    def clean_username(self, username: str, *, shallow: bool = False) -> str:
        """The name, if somebody may sign up with it. Raises ValidationError."""
        validate_username(username)
        if is_reserved(username):
            raise self.validation_error("username_blacklisted")
        if not shallow and _is_taken(username):
            raise self.validation_error("username_taken")
        return username

    def save_user(
        self, request: HttpRequest, user: User, form: BaseForm, *, commit: bool = True
    ) -> User:
        """A new user, who reads the site as the form was read, and is to confirm the address."""
        user.language = get_language() or settings.LANGUAGE_CODE
        user.time_zone = settings.TIME_ZONE
        saved: User = super().save_user(request, user, form, commit=commit)
        begin_sign_up(saved, at=timezone.now())
        return saved

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Confirm an address; the account of a new user stays from now on."""
        confirmed: bool = super().confirm_email(request, email_address)
        if confirmed:
            finish_sign_up(email_address.user)
            tell_that_confirmed(email_address.user)
        return confirmed

    def set_password(self, user: User, password: str) -> None:
        """Set it; who came in with the old one is put out everywhere."""
        super().set_password(user, password)
        end_all_ways_in(user, but=self.request.session.session_key)

    def login(self, request: HttpRequest, user: User) -> None:
        """Let them in."""
        super().login(request, user)
        start_noting(request)

    def get_login_stages(self) -> list[str]:
        """allauth's, with ours in their places."""
        return [_STAGES.get(stage, stage) for stage in super().get_login_stages()]

    def is_reauthentication_required(self, *, app: str, **options: Any) -> bool:
        """Not where the user has just come in: they would type the same thing twice."""
        records = get_authentication_records(self.request, self.request.user)
        latest = max((record["at"] for record in records), default=0)
        return bool(time.time() - latest > settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """allauth's, in our words."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [method | {"description": _METHODS[method["id"]]} for method in methods]

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Say it in our words, or not at all."""
        said = message or MESSAGES.get(message_template or "")
        if said:
            messages.add_message(request, level, said, extra_tags=extra_tags)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue the mail that stands for one of allauth's."""
        write(template_prefix, address=email, context=context)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Queue the notice that stands for one of allauth's."""
        give_notice(
            template_prefix,
            user=user,
            address=email or "",
            context=context or {},
            ip=self.get_client_ip(self.request),
            agent=self.get_http_user_agent(self.request),
        )

    def validation_error(self, code: str, *arguments: object) -> ValidationError:
        """The refusal of that name."""
        return ValidationError(self.error_messages[code], code=code)


def _is_taken(username: str) -> bool:
    """By a user, or for good by one who gave it up."""
    return User.objects.filter(username__iexact=username).exists() or is_given_up(username)


_METHODS = {
    "reauthenticate": _("Use your password"),
    "mfa_reauthenticate": _("Use your authenticator or a recovery code"),
    "mfa_reauthenticate:webauthn": _("Use a passkey"),
}
