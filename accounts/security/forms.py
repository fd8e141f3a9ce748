"""allauth's forms of what keeps an account safe, in our words."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as stock
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django.utils.translation import gettext_lazy as _

from accounts.entrance.forms import PASSWORD_RULES, describe
from accounts.security.passkeys import registration_field

NAME_LENGTH = 60


class AddressForm(stock.AddEmailForm):
    """Another address."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        help_text = _("We send a code there. Until you type it, your old address stays.")
        describe(self, email=(_("New e-mail address"), help_text))


class ChangePasswordForm(stock.ChangePasswordForm):
    """The old and a new password. The new one once: it can be reset."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        del self.fields["password2"]
        describe(
            self,
            oldpassword=(_("Your password of today"), ""),
            password1=(_("New password"), PASSWORD_RULES),
        )


class SetPasswordForm(stock.SetPasswordForm):
    """A password for who had none."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        del self.fields["password2"]
        describe(self, password1=(_("Password"), PASSWORD_RULES))


class AuthenticatorForm(ActivateTOTPForm):
    """The first code of a new authenticator."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        describe(self, code=(_("The six digits that it shows"), ""))
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "maxlength": "12"}


class AddPasskeyForm(AddWebAuthnForm):
    """A passkey, which opens the account without a password: the device asks who holds it."""

    passwordless = None
    credential = registration_field()

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        _describe_name(self)

    def clean(self) -> dict[str, Any]:
        """Refuse a device that did not ask who holds it."""
        self.cleaned_data["passwordless"] = True
        cleaned: dict[str, Any] = super().clean()
        return cleaned


class RenamePasskeyForm(EditWebAuthnForm):
    """Another name."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        _describe_name(self)


def _describe_name(form: AddWebAuthnForm | EditWebAuthnForm) -> None:
    help_text = _("For you to tell them apart: “Telephone”, “Key in the drawer”.")
    describe(form, name=(_("Name"), help_text))
    form.fields["name"].max_length = NAME_LENGTH
    form.fields["name"].widget.attrs["maxlength"] = str(NAME_LENGTH)
