"""What a device answers for a passkey: read before allauth works with it."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms as stock
from django import forms
from fido2.webauthn import AuthenticationResponse, RegistrationResponse

# What fido2 raises for texts that are no answer; allauth knows some of these alone.
_UNREADABLE = (AttributeError, IndexError, KeyError, TypeError, ValueError, struct.error)

_Read = Callable[[Any], object]


class AnswerField(forms.JSONField):
    """An answer that `read` can read; anything else is a wrong code, and not the site's fault."""

    def __init__(self, read: _Read) -> None:
        super().__init__(required=True, widget=forms.HiddenInput)
        self.read = read

    def to_python(self, value: Any) -> Any:
        """The answer as JSON has it."""
        answer = super().to_python(value)
        if answer not in self.empty_values:
            try:
                self.read(answer)
            except _UNREADABLE as unreadable:
                raise get_adapter().validation_error("incorrect_code") from unreadable
        return answer


class ShowPasskeyForm(stock.AuthenticateWebAuthnForm):
    """A passkey as the second step."""

    credential = AnswerField(AuthenticationResponse.from_dict)


class SignInWithPasskeyForm(stock.LoginWebAuthnForm):
    """A passkey in the place of a password."""

    credential = AnswerField(AuthenticationResponse.from_dict)


class ShowPasskeyAgainForm(stock.ReauthenticateWebAuthnForm):
    """A passkey once more."""

    credential = AnswerField(AuthenticationResponse.from_dict)


def registration_field() -> AnswerField:
    """The field for a passkey that was just made."""
    return AnswerField(RegistrationResponse.from_dict)
