"""allauth's forms of coming in, in our words and with our rules."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as stock
from allauth.mfa.base import forms as factors
from django import forms
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.entrance.unconfirmed import make_way
from accounts.models import USERNAME_LENGTH, User

PASSWORD_RULES = _("At least ten characters, and none of the usual ones.")

_CODE = {"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}


def describe(form: forms.BaseForm, **words: tuple[object, object]) -> None:
    """Give fields a label and a text beside it, and take away what is written inside them.

    A text inside a field is gone as soon as one types, and is taken for something typed.
    """
    for name, (label, help_text) in words.items():
        field = form.fields[name]
        field.label, field.help_text = label, help_text  # type: ignore[assignment]
        field.widget.attrs.pop("placeholder", None)


class SignUpForm(stock.SignupForm):
    """An address, a public name, and a password."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        describe(
            self,
            email=(_("E-mail address"), _("We send you a code to confirm it. Nobody sees it.")),
            username=(
                _("User name"),
                _("Others see it, and it stays: letters, digits, dots, hyphens, underscores."),
            ),
            password1=(_("Password"), PASSWORD_RULES),
        )
        self.fields["username"].widget.attrs |= {
            "maxlength": USERNAME_LENGTH,
            "autocapitalize": "none",
            "spellcheck": "false",
        }

    def clean_username(self) -> str:
        """Free as well where somebody began a sign-up with it and never confirmed."""
        make_way(username=self.cleaned_data["username"], at=timezone.now())
        return str(super().clean_username())

    def clean_email(self) -> str:
        """Likewise."""
        make_way(address=self.cleaned_data["email"], at=timezone.now())
        return str(super().clean_email())

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """A new user; for a known address the same answer as for a new one, in the same time."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        try:
            with transaction.atomic():
                result: tuple[User | None, HttpResponse | None] = super().try_save(request)
        except IntegrityError:
            # Between the check and the deed somebody took the name, or gave it up.
            messages.error(request, _("This user name is taken."))
            return None, redirect("account_signup")
        return result


class SignInForm(stock.LoginForm):
    """A name or an address, and a password."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        describe(self, login=(_("E-mail address or user name"), ""), password=(_("Password"), ""))
        self.fields["login"].widget.attrs |= {
            "autocomplete": "username",
            "autocapitalize": "none",
            "spellcheck": "false",
        }


class ResetForm(stock.ResetPasswordForm):
    """Where to send a code."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        describe(self, email=(_("E-mail address"), ""))


class NewPasswordForm(stock.ResetPasswordKeyForm):
    """A new password, once the code was right. Asked for once: one can reset it again."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        del self.fields["password2"]
        describe(self, password1=(_("New password"), PASSWORD_RULES))


class ResetCodeForm(stock.ConfirmPasswordResetCodeForm):
    """The code from the mail."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        _describe_code(self)


class AddressCodeForm(stock.ConfirmEmailVerificationCodeForm):
    """The code from the mail."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        _describe_code(self)


class PasswordAgainForm(stock.ReauthenticateForm):
    """The password, once more."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        describe(self, password=(_("Password"), ""))


class SecondFactorForm(factors.AuthenticateForm):
    """A code of the authenticator, or a recovery code."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        describe_second_factor(self)


class SecondFactorAgainForm(factors.ReauthenticateForm):
    """The same, once more."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        describe_second_factor(self)


def _describe_code(form: forms.BaseForm) -> None:
    help_text = _("Eight letters; capital or small, with or without the hyphen.")
    describe(form, code=(_("Code"), help_text))
    form.fields["code"].widget.attrs |= _CODE


def describe_second_factor(form: forms.BaseForm) -> None:
    """The words for a field that takes a code of an authenticator."""
    describe(form, code=(_("Code of your authenticator, or a recovery code"), ""))
    form.fields["code"].widget.attrs |= {"autocomplete": "one-time-code", "inputmode": "numeric"}
